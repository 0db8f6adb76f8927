"""What the unit and the container start is started here, with what systemd or the engine would give it."""

import json
import os
import re
import resource
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.running import COMMAND, START_SECONDS, Process
from tests.wardcentral.scraping import free_port, until
from tests.wardcentral.test_packaging import PACKAGING, unit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="both are Linux's")
PROGRAM = "/opt/wardcentral/bin/wardcentral"
PYTHON = "/opt/wardcentral/bin/python"
HTTP_PORT, METRICS_PORT = "8470", "9470"


class Machine:
    """The folders that the supervisor gives, and ports that are free here in place of the usual ones."""

    def __init__(self, root: Path) -> None:
        self.state, self.logs, self.temporary, self.home = (
            root / name for name in ("state", "logs", "tmp", "home")
        )
        for folder in (self.state, self.logs, self.temporary, self.home):
            folder.mkdir()
        self.ports = {HTTP_PORT: str(free_port()), METRICS_PORT: str(free_port())}
        self.url = f"http://127.0.0.1:{self.ports[HTTP_PORT]}"
        self.metrics = f"http://127.0.0.1:{self.ports[METRICS_PORT]}/metrics"

    def here(self, word: str) -> str:
        """A word of the packaged command as it is on this machine."""
        for usual, free in self.ports.items():
            word = re.sub(rf":{usual}\b", f":{free}", word)
        return word.replace("${STATE_DIRECTORY}", str(self.state)).replace(
            "${LOGS_DIRECTORY}", str(self.logs)
        )

    @contextmanager
    def running(
        self, command: Sequence[str], environment: Mapping[str, str], files: int
    ) -> Iterator[subprocess.Popen[str]]:
        """Start it with the unit's limits and nothing of this shell's environment but where the program lies."""

        def limited() -> None:
            os.umask(0o077)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, files), files))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(self.home)}
        process = subprocess.Popen(
            command, cwd="/", env={**given, "TMPDIR": str(self.temporary), **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=limited,  # noqa: PLW1509  # no other thread of the tests holds a lock that it takes
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def written_outside(self) -> list[Path]:
        """What it left where a read-only machine would have refused it."""
        return [path for folder in (self.temporary, self.home) for path in folder.rglob("*")]


def answers(url: str) -> int:
    """Return the status of an answer, 0 where nobody answers."""
    try:
        return httpx.get(url, trust_env=False, timeout=5).status_code
    except httpx.TransportError:
        return 0


def made(folder: Path) -> None:
    """What the handbook does before the first start."""
    assert Process(folder).run("init").returncode == 0


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="sockets of the file system")
def test_what_the_unit_starts_is_ready_reloads_and_ends(tmp_path: Path) -> None:
    """With the unit's variables, limits and umask: READY, both ports, HUP goes by, TERM ends it with 0, two folders are written."""
    settings, machine = unit(), Machine(tmp_path)
    made(machine.state)
    before = set(machine.state.rglob("*"))
    words = [machine.here(word) for word in shlex.split(settings["ExecStart"][0])]
    assert words[0] == PROGRAM
    variables = dict(pair.split("=", 1) for line in settings["Environment"] for pair in line.split())
    assert settings["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(START_SECONDS)
        variables |= {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": str(int(settings["WatchdogSec"][0]) * 1_000_000),
        }
        with machine.running([*COMMAND, *words[1:]], variables, int(settings["LimitNOFILE"][0])) as process:
            assert told.recv(4096).decode().splitlines() == ["READY=1", f"MAINPID={process.pid}"]
            assert answers(f"{machine.url}/health/ready") == 200
            assert answers(machine.metrics) == 200
            process.send_signal(signal.SIGHUP)
            until(lambda: answers(f"{machine.url}/health/live") == 200)
            process.terminate()
            said = told.recv(4096)
            while said == b"WATCHDOG=1":
                said = told.recv(4096)
            assert said == b"STOPPING=1"
            out, _ = process.communicate(timeout=int(settings["TimeoutStopSec"][0]))
            assert process.returncode == 0, out
    assert (machine.logs / "wardcentral.log").stat().st_size
    new = {path for folder in (machine.state, machine.logs) for path in folder.rglob("*")} - before
    assert new
    assert not [path for path in new if path.stat().st_mode & 0o077], "nobody else reads what it makes"
    assert machine.written_outside() == []


def test_what_the_unit_starts_gives_a_code_that_ends_the_trying(tmp_path: Path) -> None:
    """A folder that was never made: words in the journal, and a code that systemd does not start again on."""
    settings, machine = unit(), Machine(tmp_path)
    words = [machine.here(word) for word in shlex.split(settings["ExecStart"][0])]
    with machine.running([*COMMAND, *words[1:]], {}, int(settings["LimitNOFILE"][0])) as process:
        out, _ = process.communicate(timeout=START_SECONDS)
    assert "Traceback" not in out
    assert process.returncode
    again = process.returncode not in {int(code) for code in settings["RestartPreventExitStatus"][0].split()}
    assert not again or settings["StartLimitBurst"], "it is tried again a few times at most"


def test_what_the_container_starts_is_healthy_and_ends_by_its_signal(tmp_path: Path) -> None:
    """Its command as it stands, its own check of health before, during and after, its signal to stop."""
    text = (PACKAGING / "container" / "Containerfile").read_text(encoding="utf-8")
    machine = Machine(tmp_path)
    made(machine.state)

    def listed(kind: str) -> list[str]:
        words = json.loads(re.findall(rf"^\s*{kind} (\[.+\])$", text, re.MULTILINE)[-1])
        return [machine.here(str(machine.state) if word == "/data" else word) for word in words]

    (program,) = listed("ENTRYPOINT")
    assert program == PROGRAM
    started = re.findall(r"^CMD (\[.+\])$", text, re.MULTILINE)[-1]
    command = [machine.here(str(machine.state) if w == "/data" else w) for w in json.loads(started)]
    # On this machine it must not listen to strangers.
    command = [word.replace("0.0.0.0:", "127.0.0.1:") for word in command]
    checking = json.loads(re.findall(r"^ CMD (\[.+\])$", text, re.MULTILINE)[-1])
    assert checking[0] == PYTHON
    check = [sys.executable, *map(machine.here, checking[1:])]
    variables = dict(pair.split("=", 1) for pair in re.findall(r"^ENV (.+)$", text, re.MULTILINE)[0].split())
    stop = re.findall(r"^STOPSIGNAL (\w+)$", text, re.MULTILINE)[0]

    def healthy() -> bool:
        return subprocess.run(check, capture_output=True, check=False).returncode == 0

    assert not healthy()
    with machine.running([*COMMAND, *command], variables, 4096) as process:
        until(lambda: answers(f"{machine.url}/health/ready") == 200)
        assert healthy()
        process.send_signal(signal.Signals[stop])
        out, _ = process.communicate(timeout=START_SECONDS)
        assert process.returncode == 0, out
    assert all(line.startswith("{") for line in out.splitlines()), "one record a line, for the engine's log"
    assert not healthy()
    assert machine.written_outside() == []
