"""Whether the service lives, whether it should be sent work, and how it leaves."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import Process, calling, found, problem, serving
from tests.wardcentral.scraping import free_port, read, until, value
from wardcentral.folder import Folder
from wardproto.records import Receipt

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An HTTP client."""
    with calling() as made:
        yield made


def terminate(process: subprocess.Popen[str]) -> None:
    """Stop as an operator does."""
    process.send_signal(signal.SIGTERM)


@pytest.mark.usefixtures("both_stores")
def test_a_service_whose_store_answers_is_alive_and_ready(tmp_path: Path) -> None:
    """Anybody may ask, and learns nothing of wards."""
    with serving(tmp_path) as running:
        found(running.client, running.url, running.key)
        for path, text in (("/health", "ok\n"), ("/health/live", "ok\n"), ("/health/ready", "ready\n")):
            answer = running.client.get(running.url + path)
            assert (answer.status_code, answer.text) == (200, text)
            assert answer.headers["cache-control"] == "no-store"


def test_a_service_whose_store_does_not_answer_is_alive_and_not_ready(tmp_path: Path) -> None:
    """A damaged database takes the process out of service, and nobody restarts it for that."""
    with serving(tmp_path) as running:
        running.database.write_bytes(b"no database" * 1000)
        assert running.client.get(f"{running.url}/health/live").status_code == 200
        answer = running.client.get(f"{running.url}/health/ready")
        assert answer.status_code == 503
        assert problem(answer) == "storage"


def test_strangers_who_ask_do_not_make_the_store_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at the store answers all who ask within a second."""
    looks = 0
    with serving(tmp_path) as running:
        look = running.service.look

        async def counted() -> None:
            nonlocal looks
            looks += 1
            await look()

        monkeypatch.setattr(running.service, "look", counted)
        begun = time.monotonic()
        for _ in range(50):
            assert running.client.get(f"{running.url}/health/ready").status_code == 200
        assert looks <= 1 + (time.monotonic() - begun)


@posix
def test_a_draining_service_says_so_and_still_does_all_work(central: Process, client: httpx.Client) -> None:
    """After the first signal: not ready, but alive, and pushes and polls are served; a second signal ends it."""
    url = central.start("--listen", "127.0.0.1:0", "--drain", "60")
    city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
    stream = city.stream()
    assert client.get(f"{url}/health/ready").status_code == 200
    assert central.process is not None
    terminate(central.process)
    until = time.monotonic() + 20
    while client.get(f"{url}/health/ready").status_code == 200:
        assert time.monotonic() < until
    answer = client.get(f"{url}/health/ready")
    assert (answer.status_code, problem(answer)) == (503, "stopping")
    assert client.get(f"{url}/health/live").status_code == 200
    assert isinstance(city.blocks(city.ward.block(city.pc, stream))[0], Receipt)
    code, log = central.end(terminate)
    assert code == 0
    assert "Traceback" not in log


@posix
def test_a_drained_service_ends_by_itself(central: Process, client: httpx.Client) -> None:
    """When the time is over the process ends with 0, without a second signal."""
    url = central.start("--listen", "127.0.0.1:0", "--drain", "0.3")
    assert client.get(f"{url}/health/ready").status_code == 200
    code, _ = central.end(terminate)
    assert code == 0


@posix
def test_waiting_polls_are_answered_at_once_when_it_stops(central: Process, client: httpx.Client) -> None:
    """A poll that would wait most of a minute gets its answer, a 200, as soon as the process is told to stop."""
    port = free_port()
    url = central.start("--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
    city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
    answers: list[int] = []
    polls = [
        threading.Thread(target=lambda: answers.append(city.call("GET", "wake?after=99").status_code))
        for _ in range(8)
    ]
    for poll in polls:
        poll.start()
    until(lambda: value(read(client, f"http://127.0.0.1:{port}/metrics"), "wardcentral_waiting_polls") == 8)
    begun = time.monotonic()
    code, _ = central.end(terminate)
    for poll in polls:
        poll.join(20)
    assert (code, answers) == (0, [200] * 8)
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize("seconds", ["-1", "x", "3601", "nan"])
def test_a_wrong_time_to_drain_is_a_usage_error(central: Process, seconds: str) -> None:
    """It is said at once, not when the process should stop."""
    assert central.run("serve", "--drain", seconds).returncode == 2
