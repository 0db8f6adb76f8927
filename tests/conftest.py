"""What every test may count on: a clean environment, a home of its own, no network but loopback."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.printers import cups  # noqa: F401 - a fixture for all rooms

# A shared machine is sometimes slow; a deadline in milliseconds would fail the machine, not the code.
settings.register_profile("house", deadline=None, derandomize=False, print_blob=True)
settings.register_profile(
    "ci", settings.get_profile("house"), database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

# These drive POSIX shells and pseudo-terminals, which Windows does not have.
collect_ignore_glob = (
    ["journeys/*", "house/test_terminal.py", "house/test_picture.py", "house/test_setup.py"]
    if sys.platform == "win32"
    else []
)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def refuse_other_hosts(event: str, arguments: tuple[object, ...]) -> None:
    """Stop a connection that would leave this machine (an audit hook, so no library can go round it)."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in LOOPBACK:
        msg = f"a test tried to reach {address[0]}"
        raise AssertionError(msg)


sys.addaudithook(refuse_other_hosts)


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give programs under test an empty home and Japanese messages, whatever the developer's shell says."""
    home = tmp_path_factory.mktemp("person")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            shown = name.upper()
            if shown.startswith(("WARDCLIENT_", "WARDCENTRAL_", "LC_", "XDG_", "TEXTUAL")) or shown in {
                "LANGUAGE",
                "NO_COLOR",
                "COLUMNS",
                "LINES",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "ALL_PROXY",
            }:
                patch.delenv(name)
        for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
            patch.setenv(name, str(home))
        patch.setenv("LANG", "ja_JP.UTF-8")
        # Programs that tests start are those of this folder, installed or not.
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1] / "src"))
        # The locale itself may not be installed; the bytes are UTF-8 all the same.
        patch.setenv("PYTHONUTF8", "1")
        yield home
