"""A supervisor is told the truth: ready when it accepts, alive while its loop runs, stopping when it stops."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wardcentral.running import Process
from wardcentral.supervisor import Supervisor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sockets of the file system")


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


@pytest.fixture
def told(tmp_path: Path) -> Iterator[socket.socket]:
    """The supervisor's end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(20)
        yield sock


def test_a_process_tells_its_supervisor(
    central: Process, told: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First that it is ready, with its id; then signs of life; then that it stops."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    central.start()
    assert central.process is not None
    first = told.recv(4096).decode()
    while first == "WATCHDOG=1":
        first = told.recv(4096).decode()
    assert first.splitlines() == ["READY=1", f"MAINPID={central.process.pid}"]
    assert [told.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    code, _ = central.end(subprocess.Popen.terminate)
    assert code == 0
    last = b"WATCHDOG=1"
    while last == b"WATCHDOG=1":
        last = told.recv(4096)
    assert last == b"STOPPING=1"


def test_a_supervisor_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """No socket, no variable, another process's watchdog: nothing is sent and nothing fails."""
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    Supervisor({}).stopping()


def test_signs_of_life_are_sent_as_often_as_asked_for(told: socket.socket, tmp_path: Path) -> None:
    """Three in the time in which one is expected; none for another process."""
    where = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}
    mine = Supervisor({**where, "WATCHDOG_PID": str(os.getpid())})
    for tenth in range(301):
        mine.alive(1000 + tenth / 10)
    Supervisor({**where, "WATCHDOG_PID": "1"}).alive(1000)
    told.setblocking(False)
    signs = 0
    while True:
        try:
            assert told.recv(4096) == b"WATCHDOG=1"
        except BlockingIOError:
            break
        signs += 1
    assert signs == 4
