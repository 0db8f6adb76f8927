"""Make .venv from a lock file, or leave it alone when it already matches. Standard library only.

    python scripts/environment.py dev|runtime

``dev`` holds the tools of a developer and an editable install; ``runtime`` only what the
programs import, with a path file in place of an install, so that nothing has to be built.
A stamp inside .venv names the lock it was made from and is written last: an environment
whose making was interrupted has none and is made good by the next call.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "wardclient-lock"
KINDS = ("runtime", "dev")
"""Each kind holds everything of those before it."""


class SetupError(Exception):
    """A step failed; the text says which and what to try, in Japanese and English."""


def lock_stamp(kind: str, version: str) -> str:
    """Return what the stamp of an up-to-date environment of ``kind`` says."""
    lock = (ROOT / "requirements" / f"{kind}.txt").read_bytes()
    project = (ROOT / "pyproject.toml").read_bytes() if kind == "dev" else b""
    # An editable install copies the entry points, so it is renewed when they may have changed.
    return f"{kind} {version} {hashlib.sha256(lock + b'|' + project).hexdigest()}\n"


def wanted_kind(asked: str) -> str:
    """Return ``asked``, or the kind already there when that holds it: a demo never strips a developer."""
    there = STAMP.read_text(encoding="ascii").split(maxsplit=1)[0] if STAMP.exists() else asked
    return max(asked, there, key=KINDS.index) if there in KINDS else asked


def is_ready(kind: str) -> bool:
    """Return whether .venv was made from the present lock by the Python that it holds."""
    version = environment_version()
    return version is not None and STAMP.exists() and STAMP.read_text("ascii") == lock_stamp(kind, version)


def environment_version() -> str | None:
    """Return the x.y version of the Python in .venv, read without starting it; None when there is none."""
    if not interpreter().exists():
        return None
    for line in (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() in {"version", "version_info"}:
            return ".".join(value.strip().split(".")[:2])
    return None


def interpreter() -> Path:
    """Return the path of the Python inside .venv on this system."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: str, failed: str) -> None:
    """Run a step quietly; on failure show what it said and raise SetupError(failed)."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SetupError(failed)


def make(kind: str) -> None:
    """Create .venv if it is missing or does not start, and install the lock of ``kind`` into it."""
    if environment_version() is None or not starts(interpreter()):
        if VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    STAMP.unlink(missing_ok=True)
    python = str(interpreter())
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    run(
        *pip,
        "--require-hashes",
        "--requirement",
        str(ROOT / "requirements" / f"{kind}.txt"),
        failed="部品をインストールできませんでした。ネットワークを確かめて、もう一度実行してください。\n"
        "The locked packages could not be installed. Check the network and run this again.",
    )
    if kind == "dev":
        run(
            *pip,
            "--no-deps",
            "--no-build-isolation",
            "--editable",
            str(ROOT),
            failed="wardclient をインストールできませんでした。\nwardclient itself could not be installed.",
        )
    else:
        libraries = sysconfig.get_path("purelib", vars={"base": str(VENV), "platbase": str(VENV)})
        # Python reads path files in the system's encoding before 3.13: a folder may have a Japanese name.
        encoding = "utf-8" if sys.version_info >= (3, 13) else "locale"
        (Path(libraries) / "wardclient.pth").write_text(f"{ROOT / 'src'}\n", encoding=encoding)
    version = environment_version()
    assert version is not None  # noqa: S101 - the environment has just run pip
    STAMP.write_text(lock_stamp(kind, version), encoding="ascii")


def starts(python: Path) -> bool:
    """Return whether ``python`` runs: a system upgrade may have taken away what it links to."""
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock file, so that two terminals opened at once do not fill one .venv together."""
    with (ROOT / ".venv.lock").open("a+b") as lock:
        wait_for(lock)
        yield


def wait_for(lock: IO[bytes]) -> None:
    """Block until this process alone holds ``lock``; the system releases it when the process ends."""
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # it gives up after ten tries, one a second
                continue
            return
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


def main(arguments: list[str]) -> int:
    """Bring .venv up to date; 0 when it is, 1 with a message when it cannot be, 2 for wrong usage."""
    asked = arguments[0] if arguments else "dev"
    if len(arguments) > 1 or asked not in KINDS:
        sys.stderr.write("scripts/setup [dev|runtime]\n")
        return 2
    if is_ready(wanted_kind(asked)):
        return 0
    try:
        with alone():
            kind = wanted_kind(asked)
            if not is_ready(kind):
                sys.stderr.write("準備しています (1~2 分) / Preparing (a minute or two)\n")
                make(kind)
    except (SetupError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
