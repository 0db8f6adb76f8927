"""Files that are replaced whole or not at all, and the lock that keeps writers apart."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wardclient.vault.files import alone, replace_whole


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    """The new bytes stand there and nothing else does."""
    path = tmp_path / "file"
    for data in (b"one", b"two, longer"):
        replace_whole(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    """When the last step fails, the old bytes stand and no half-made file is left."""
    path = tmp_path / "file"
    path.mkdir()
    with pytest.raises(OSError, match="file"):
        replace_whole(path, b"two")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
@pytest.mark.parametrize("point", ["fsync", "replace"])
def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path, point: str) -> None:
    """Kill -9 before the bytes are safe, or before the rename: the old file is whole."""
    path = tmp_path / "file"
    replace_whole(path, b"old")
    program = f"""
import os, pathlib, signal, sys
from wardclient.vault.files import replace_whole
def die(event, arguments):
    if event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)
if {point!r} == "fsync":
    os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
else:
    sys.addaudithook(die)
replace_whole(pathlib.Path(sys.argv[1]), b"new")
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, env=os.environ)
    assert done.returncode == -9
    assert path.read_bytes() == b"old"
    replace_whole(path, b"newer")
    assert path.read_bytes() == b"newer"


def test_another_process_waits_for_the_lock(tmp_path: Path) -> None:
    """While one process holds it, another does not get in; when it ends, it does."""
    lock = tmp_path / "lock"
    program = """
import pathlib, sys
from wardclient.vault import files
files.LOCK_SECONDS = 0.05
try:
    with files.alone(pathlib.Path(sys.argv[1])):
        print("in")
except TimeoutError:
    print("out")
"""

    def other() -> bytes:
        command = [sys.executable, "-c", program, str(lock)]
        return subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout.strip()

    with alone(lock):
        assert other() == b"out"
    assert other() == b"in"
