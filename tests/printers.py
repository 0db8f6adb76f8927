"""A stand-in for the programs of CUPS: real executables on the path that note what they are given."""

import stat
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = "hall\ncorner\n"


@dataclass
class Cups:
    """What the programs were given."""

    folder: Path

    @property
    def jobs(self) -> list[tuple[list[str], bytes]]:
        """The arguments and the bytes of each job, in order."""
        found = []
        for number in range(1, len(list(self.folder.glob("job-*.args"))) + 1):
            arguments = (self.folder / f"job-{number}.args").read_text(encoding="utf-8").split("\n")[:-1]
            found.append((arguments, (self.folder / f"job-{number}.bytes").read_bytes()))
        return found

    @property
    def shown(self) -> list[str]:
        """The paths that the viewer was given."""
        file = self.folder / "shown"
        return file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []

    def refuse(self) -> None:
        """From now on the printer takes nothing."""
        (self.folder / "refuse").touch()

    def hang(self) -> None:
        """From now on the printing system gives no answer."""
        (self.folder / "hang").touch()

    def die(self) -> None:
        """From now on the printing system is killed in the middle of a job."""
        (self.folder / "die").touch()

    def mend(self) -> None:
        """From now on the printer takes what it is given."""
        for fault in ("refuse", "hang", "die"):
            (self.folder / fault).unlink(missing_ok=True)

    def wait_shown(self) -> list[str]:
        """Return what the viewer, which nobody waits for, was given."""
        for _ in range(1_000):
            if self.shown:
                return self.shown
            threading.Event().wait(0.01)
        raise AssertionError

    def remove(self, program: str) -> None:
        """Take a program off the PC."""
        (self.folder / program).unlink()


def programs(folder: Path) -> Cups:
    """Make the programs in a folder."""
    cups = Cups(folder)
    _program(
        folder / "lp",
        f"""
import os, signal
folder = pathlib.Path({str(folder)!r})
if (folder / "hang").exists():
    sys.stdin.buffer.read()
    signal.pause()
if (folder / "die").exists():
    os.kill(os.getpid(), signal.SIGKILL)
if (folder / "refuse").exists():
    sys.exit(1)
number = len(list(folder.glob("job-*.args"))) + 1
(folder / f"job-{{number}}.bytes").write_bytes(sys.stdin.buffer.read())
(folder / f"job-{{number}}.args").write_text("".join(a + "\\n" for a in sys.argv[1:]), encoding="utf-8")
""",
    )
    _program(
        folder / "lpstat",
        f"""
import signal
folder = pathlib.Path({str(folder)!r})
with (folder / "asked").open("a", encoding="utf-8") as file:
    file.write(sys.argv[1] + "\\n")
if (folder / "hang").exists():
    signal.pause()
sys.stdout.write({NAMES!r} if sys.argv[1] == "-e" else "system default destination: corner\\n")
""",
    )
    _program(
        folder / "xdg-open",
        f"""
with (pathlib.Path({str(folder)!r}) / "shown").open("a", encoding="utf-8") as file:
    file.write(sys.argv[1] + "\\n")
""",
    )
    return cups


def _program(path: Path, body: str) -> None:
    path.write_text(f"#!{sys.executable} -IS\nimport pathlib, sys\n{body}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cups:
    """The only programs on the path."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return programs(folder)
