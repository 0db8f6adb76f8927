"""What the first screen costs: Textual and nothing heavier."""

import subprocess
import sys
from pathlib import Path

import pytest

from wardclient.commands.parser import parse

HEAVY = ("sqlmodel", "sqlalchemy", "httpx", "sqlcipher3", "cryptography", "pydantic", "msgspec", "wardproto")
LATER = ("wardclient.desk.rows", "wardclient.casework.codes", "wardclient.screens.words")
"""Our own that the passphrase is typed without: sixty classes of rows, and the code lists."""


def test_the_first_screen_imports_nothing_heavy() -> None:
    """A fresh interpreter that imports the application holds no storage, network or cryptography."""
    probe = f"import sys, wardclient.app; print([m for m in {(*HEAVY, *LATER)!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ([], {"command": "open", "offline": False}),
        (["--offline", "--lang", "en"], {"command": "open", "offline": True, "lang": "en"}),
        (["--home", "elsewhere"], {"command": "open", "home": Path("elsewhere")}),
        (["--json", "cases", "list"], {"command": "cases", "act": "list", "json": True}),
        (["--offline", "sync"], {"command": "sync", "offline": True}),
    ],
)
def test_the_short_way_to_the_screen_reads_what_the_whole_parser_reads(
    typed: list[str], seen: dict[str, object]
) -> None:
    """What is typed before a command means the same with and without one."""
    found = vars(parse(typed))
    assert {name: found[name] for name in seen} == seen
    assert set(vars(parse(["sync"]))) >= set(vars(parse([])))


@pytest.mark.parametrize("typed", [["--lang", "xx"], ["--home"], ["--nothing"], ["nothing"]])
def test_what_cannot_be_read_is_told_with_the_whole_usage(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The short way says nothing of its own."""
    with pytest.raises(SystemExit) as ended:
        parse(typed)
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
