"""Server-sent events: what a caller is told, when it ends, and that nothing is left behind."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.builders import pc
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, problem, serving
from tests.wardcentral.scraping import until
from wardcentral.events import PER_DEVICE
from wardproto.records import Receipt


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A service whose waits are long enough to be seen and short enough to be waited for."""
    with serving(tmp_path, wake_seconds=0.3) as made:
        yield made


@contextmanager
def stream(caller: Caller, after: int = 0) -> Iterator[tuple[httpx.Response, Iterator[str]]]:
    """Open a signed stream; give its lines."""
    target = caller.target(f"events?after={after}")
    headers = caller.pc.headers("GET", target, b"", now_ms())
    with httpx.Client(trust_env=False, timeout=10) as client:  # noqa: SIM117
        with client.stream("GET", caller.url + target, headers=headers) as answer:
            yield answer, answer.iter_lines()


def event(lines: Iterator[str]) -> tuple[str, int]:
    """Return the next event's name and size; comments and blank lines are passed over."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            return name, int(json.loads(line.removeprefix("data: "))["size"])
    return "", 0


def opened(running: Running) -> float:
    """Return how many streams the metrics count."""
    return running.service.metrics.registry.get_sample_value("wardcentral_event_streams") or 0.0


def test_a_stream_greets_at_once_and_tells_of_each_growth(running: Running) -> None:
    """Hello with the size; a block; several at once are one event; never held back, never kept."""
    caller = found(running.client, running.url, running.key)
    own = caller.stream()
    with stream(caller) as (answer, lines):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"
        assert event(lines) == ("hello", 2)
        caller.blocks(caller.ward.block(caller.pc, own))
        assert event(lines) == ("size", 3)
        caller.blocks(*(caller.ward.block(caller.pc, own) for _ in range(1)))
        assert event(lines) == ("size", 4)
    until(lambda: opened(running) == 0)


def test_a_quiet_stream_gives_a_sign_of_life(running: Running) -> None:
    """A comment, so that the caller knows that the connection is there."""
    caller = found(running.client, running.url, running.key)
    with stream(caller) as (_, lines):
        assert event(lines) == ("hello", 1)
        assert next(line for line in lines if line).startswith(":")


def test_a_removed_device_is_told_nothing_more(running: Running) -> None:
    """Its stream ends; a new one is refused."""
    admin = found(running.client, running.url, running.key)
    other = joined(admin, pc("city", "cw"))
    with stream(other) as (_, lines):
        assert event(lines)[0] == "hello"
        assert isinstance(admin.control(admin.ward.device_remove(admin.pc, other.pc)), Receipt)
        assert event(lines) == ("", 0)
    assert problem(other.call("GET", "events")) == "not_member"


def test_a_device_has_so_many_streams_and_no_more(running: Running) -> None:
    """One that is closed makes room again."""
    caller = found(running.client, running.url, running.key)
    with stream(caller) as first, stream(caller) as second, stream(caller) as third:
        with stream(caller) as fourth:
            for _, lines in (first, second, third, fourth):
                assert event(lines)[0] == "hello"
            assert opened(running) == PER_DEVICE
            assert problem(caller.call("GET", "events")) == "rate"
        until(lambda: opened(running) == PER_DEVICE - 1)
        with stream(caller) as (_, lines):
            assert event(lines)[0] == "hello"


def test_streams_that_end_in_any_way_leave_nothing_behind(running: Running) -> None:
    """Left in the middle, cut without a word, by many at once: no stream, no open file, no thread stays."""
    caller = found(running.client, running.url, running.key)
    callers = [caller, *(joined(caller, pc("city", "cw")) for _ in range(9))]
    until(lambda: opened(running) == 0)
    files = Path("/proc/self/fd")
    before = len(list(files.iterdir())) if files.exists() else 0
    threads = threading.active_count()
    for round_ in range(10):
        held = [stream(each) for each in callers]
        for number, each in enumerate(held):
            answer, lines = each.__enter__()
            assert event(lines)[0] == "hello"
            if (number + round_) % 2:
                answer.extensions["network_stream"].get_extra_info("socket").close()
        for each in held:
            try:
                each.__exit__(None, None, None)
            except (httpx.HTTPError, OSError):
                continue
    until(lambda: opened(running) == 0)
    until(lambda: threading.active_count() <= threads + 8)
    if files.exists():
        until(lambda: len(list(files.iterdir())) <= before + 8)
    assert running.service.metrics.registry.get_sample_value("wardcentral_waiting_polls") == 0


def test_a_stop_lets_streams_go(tmp_path: Path) -> None:
    """The process does not wait for their ten minutes."""
    with serving(tmp_path, wake_seconds=20.0) as running:
        caller = found(running.client, running.url, running.key)
        with stream(caller) as (_, lines):
            assert event(lines)[0] == "hello"
            running.server.should_exit = True
            assert event(lines) == ("", 0)
