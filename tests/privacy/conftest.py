"""A ward whose network is recorded, and a temporary folder that is searched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.between import Between
from tests.journeys.wards import Ward, copied_behind, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded ward of two PCs, to be copied."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder and the home of every program that the test starts."""
    folder = tmp_path / "scratch"
    for name, part in (
        ("TMPDIR", "tmp"),
        ("SQLITE_TMPDIR", "tmp"),
        ("HOME", "person"),
        ("XDG_RUNTIME_DIR", "run"),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder / part))
    return folder


@pytest.fixture
def recorded(template: Path, tmp_path: Path, scratch: Path) -> Iterator[tuple[Ward, Between]]:
    """A ward of its own, and the network between its PCs and its service."""
    with copied_behind(template, tmp_path / "ward") as both:
        yield both
