"""How a stream of events ends: by itself, by the service, by a caller that goes in any way; and what it leaves: nothing."""

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from tests.wardcentral.builders import pc
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, problem, serving
from tests.wardcentral.scraping import until
from tests.wardcentral.test_events import event, opened, stream
from wardcentral import events
from wardcentral.app import Limits

COUNT = 300
PCS = 100
FILES = Path("/proc/self/fd")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A service whose streams stay open until something ends them."""
    with serving(tmp_path, wake_seconds=20.0) as made:
        yield made


def sockets() -> int:
    """How many sockets this process has open; the readers of the database open its files when they are first needed."""
    found = 0
    for file in FILES.iterdir() if FILES.exists() else ():
        with suppress(OSError):
            found += str(file.readlink()).startswith("socket:")
    return found


def tasks(running: Running) -> int:
    """How many tasks live in the service's loop."""
    loop = running.service._loop
    assert loop is not None
    return len(asyncio.all_tasks(loop))


def raw(caller: Caller) -> socket.socket:
    """Open a stream by hand; return its connection once the greeting has come."""
    host, port = caller.url.removeprefix("http://").split(":")
    target = caller.target("events?after=0")
    headers = {"Host": "central", **caller.pc.headers("GET", target, b"", now_ms())}
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    came = b""
    while b"event: hello" not in came:
        more = connection.recv(4096)
        assert more, came
        came += more
    return connection


def vanish(connection: socket.socket) -> None:
    """Reset it, as a PC does that lost its program."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


def half_close(connection: socket.socket) -> None:
    """Say that nothing more will be asked, and keep the other half."""
    connection.shutdown(socket.SHUT_WR)


def leave(connection: socket.socket) -> None:
    """Close it properly."""
    connection.close()


WAYS = (vanish, half_close, leave)


def test_three_hundred_streams_cut_in_every_way_leave_nothing(running: Running) -> None:
    """No stream, no task, no waiter, no connection: exactly as many as before."""
    caller = found(running.client, running.url, running.key)
    callers = [caller, *(joined(caller, pc("city", "cw")) for _ in range(PCS - 1))]
    # Calls of the fixture keep connections; none comes or goes from here on.
    gc.collect()
    files = sockets()
    before = tasks(running)
    held = [raw(callers[n % PCS]) for n in range(COUNT)]
    assert opened(running) == COUNT
    assert tasks(running) >= before + COUNT
    for number, connection in enumerate(held):
        WAYS[number % len(WAYS)](connection)
    until(lambda: opened(running) == 0)
    until(lambda: tasks(running) <= before)
    for connection in held:
        connection.close()
    assert running.service.metrics.registry.get_sample_value("wardcentral_waiting_polls") == 0
    until(lambda: sockets() <= files)


def test_nobody_is_watched_for_whom_nobody_waits(running: Running) -> None:
    """The watch asks the database for the wards that somebody waits for; a ward that all have left is not among them."""
    caller = found(running.client, running.url, running.key)
    with stream(caller) as (_, lines):
        assert event(lines)[0] == "hello"
        until(lambda: len(running.service.waited()) == 1)
    until(lambda: not running.service.waited())


def test_draining_ends_streams_and_says_when_to_come_again(tmp_path: Path) -> None:
    """Each at its next sign of life, so not all at once; a new one would end at once and is refused with a pause."""
    with serving(tmp_path, wake_seconds=0.2) as running:
        caller = found(running.client, running.url, running.key)
        with stream(caller) as (_, lines):
            assert event(lines)[0] == "hello"
            running.service.drain()
            assert event(lines) == ("", 0)
        refused = caller.call("GET", "events?after=0")
        assert problem(refused) == "stopping"
        assert int(refused.headers["retry-after"]) >= 1
        assert caller.wake(0).size == 1, "the poll still tells"


def test_a_stop_lets_many_go(tmp_path: Path) -> None:
    """Every one ends properly, with what HTTP says at the end of an answer."""
    with serving(tmp_path, wake_seconds=20.0) as running:
        caller = found(running.client, running.url, running.key)
        held = [raw(caller) for _ in range(events.PER_DEVICE)]
        running.server.should_exit = True
        for connection in held:
            with closing(connection):
                came = b""
                while more := connection.recv(4096):
                    came += more
                assert came.endswith(b"0\r\n\r\n")


def test_a_stream_has_a_life_that_no_traffic_shortens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many commits do not use it up; silence does not lengthen it."""
    monkeypatch.setattr(events, "LIFE", 8)
    with serving(tmp_path, wake_seconds=0.25) as running:
        caller = found(running.client, running.url, running.key)
        own = caller.stream()
        with stream(caller) as (_, lines):
            begun = time.monotonic()
            assert event(lines) == ("hello", 2)
            for size in range(3, 33):
                caller.blocks(caller.ward.block(caller.pc, own))
                last = event(lines)
                assert last in {("size", size), ("", 0)}
                if last == ("", 0):
                    break
            else:
                assert event(lines) == ("", 0)
            # Only the lower bound is the service's alone: a busy machine makes everything late.
            assert time.monotonic() - begun >= 8 * 0.25 * events.SHORTEST_LIFE - 0.1


def test_many_that_come_at_once_are_counted_before_they_are_let_in(running: Running) -> None:
    """A device cannot get around its limit by being quick."""
    caller = found(running.client, running.url, running.key)

    async def all_at_once() -> list[int]:
        target = caller.target("events?after=0")
        go = asyncio.Event()

        async def one(client: httpx.AsyncClient) -> int:
            headers = caller.pc.headers("GET", target, b"", now_ms())
            async with client.stream("GET", caller.url + target, headers=headers) as answer:
                if answer.status_code == 200:
                    await go.wait()
                return answer.status_code

        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False, timeout=20) as client:
            calls = [asyncio.ensure_future(one(client)) for _ in range(20)]
            while sum(call.done() for call in calls) < 20 - events.PER_DEVICE:
                await asyncio.wait(
                    [call for call in calls if not call.done()], return_when=asyncio.FIRST_COMPLETED
                )
            go.set()
            return await asyncio.gather(*calls)

    codes = asyncio.run(all_at_once())
    assert sorted(codes) == [200] * events.PER_DEVICE + [429] * (20 - events.PER_DEVICE)


def test_whoever_takes_nothing_is_told_once_of_all_that_came_meanwhile(running: Running) -> None:
    """A slow reader makes the service keep nothing for it."""
    caller = found(running.client, running.url, running.key)
    own = caller.stream()
    app = running.server.config.app.__dict__["_app"]
    target = caller.target("events")
    headers = caller.pc.headers("GET", f"{target}?after=0", b"", now_ms())
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": target,
        "raw_path": target.encode(),
        "query_string": b"after=0",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "http_version": "1.1",
    }
    loop = running.service._loop
    assert loop is not None
    sent: list[bytes] = []
    stuck, three = threading.Event(), threading.Event()
    taken, gone = asyncio.Event(), asyncio.Event()
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in asked:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))
        if b"event: size" in sent[-1]:
            stuck.set()
            await taken.wait()
        if sum(b"event: size" in body for body in sent) == 2:
            three.set()

    call = asyncio.run_coroutine_threadsafe(app(scope, receive, send), loop)
    until(lambda: any(b"event: hello" in body for body in sent))
    caller.blocks(caller.ward.block(caller.pc, own))
    assert stuck.wait(20)
    for _ in range(50):
        caller.blocks(caller.ward.block(caller.pc, own))
    loop.call_soon_threadsafe(taken.set)
    assert three.wait(20)
    sizes = [body.split(b"\n")[1] for body in sent if b"event: size" in body]
    assert sizes == [b"id: 3", b"id: 53"]
    loop.call_soon_threadsafe(gone.set)
    call.result(20)
    assert opened(running) == 0


def test_streams_count_as_requests_of_their_device(tmp_path: Path) -> None:
    """The same bucket as every other call."""
    with serving(tmp_path, limits=Limits(device_rate=0.001, device_burst=3)) as running:
        caller = found(running.client, running.url, running.key)
        for _ in range(3):
            with stream(caller) as (_, lines):
                assert event(lines)[0] == "hello"
        assert problem(caller.call("GET", "events?after=0")) == "rate"
