"""Waiting for news: the stream where it works, the poll where something on the way holds it back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import Caller, Running, found, serving
from wardclient.sync import news
from wardclient.sync.news import AGAIN_SECONDS, News, Way
from wardclient.sync.transport import Credentials, Transport, TransportError


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A service."""
    with serving(tmp_path, wake_seconds=0.3) as made:
        yield made


WAYS: list[Transport] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test opened."""
    yield
    while WAYS:
        WAYS.pop().close()


def way(caller: Caller, url: str = "") -> Transport:
    """Return a workstation's way to the ward."""
    credentials = Credentials(caller.ward.id, caller.pc.id, caller.pc.secret)
    WAYS.append(Transport(url or caller.url, SIGNING, credentials))
    return WAYS[-1]


def streams(waiting: News) -> bool:
    """Whether a stream is open now."""
    return waiting.streaming


@contextmanager
def buffering(running: Running) -> Iterator[str]:
    """A proxy that gives an answer on only when it is complete, as some do with whatever comes through them."""
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        ended = threading.Event()
        held: list[threading.Thread] = []

        def carry(client: socket.socket) -> None:
            with client, socket.create_connection((host, int(port))) as server:
                client.settimeout(10)
                server.settimeout(0.1)
                try:
                    asked = client.recv(65_536)
                    server.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                    answer = b""
                    while not ended.is_set():
                        try:
                            more = server.recv(65_536)
                        except TimeoutError:
                            continue
                        if not more:
                            client.sendall(answer)
                            return
                        answer += more
                except OSError:
                    return

        def accept() -> None:
            while not ended.is_set():
                try:
                    client, _ = door.accept()
                except TimeoutError:
                    continue
                thread = threading.Thread(target=carry, args=(client,))
                held.append(thread)
                thread.start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            ended.set()
            accepting.join()
            for thread in held:
                thread.join()


def test_news_come_by_a_stream_that_stays_open(running: Running) -> None:
    """What was there before, what comes, and a quiet end of a wait."""
    caller = found(running.client, running.url, running.key)
    own = caller.stream()
    waiting = News(way(caller))
    assert waiting.wait(0) == 2
    assert waiting.wait(2) == 2
    assert streams(waiting)
    caller.blocks(caller.ward.block(caller.pc, own))
    sizes = [waiting.wait(2) for _ in range(2)]
    assert 3 in sizes
    assert streams(waiting)
    waiting.close()
    assert not streams(waiting)


def test_behind_a_proxy_that_buffers_the_poll_is_used_for_an_hour(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found out by the greeting that does not come; tried again later."""
    monkeypatch.setattr(news, "HELLO_SECONDS", 0.4)
    caller = found(running.client, running.url, running.key)
    own = caller.stream()
    now = [0.0]
    with buffering(running) as url:
        transport = way(caller, url)
        waiting = News(transport, lambda: now[0])
        assert waiting.wait(0) == 2
        assert not streams(waiting)
        caller.blocks(caller.ward.block(caller.pc, own))
        assert waiting.wait(2) == 3
        monkeypatch.setattr(news, "HELLO_SECONDS", -1.0)  # would fail at once if it were tried
        assert waiting.wait(2) == 3
        transport.close()
    direct = way(caller)
    waiting = News(direct, lambda: now[0], Way(poll_until=AGAIN_SECONDS))
    assert waiting.wait(0) == 3
    assert not streams(waiting)
    now[0] = AGAIN_SECONDS + 1
    monkeypatch.setattr(news, "HELLO_SECONDS", 5.0)
    waiting.wait(3)
    assert streams(waiting)
    waiting.close()
    direct.close()


def test_a_service_of_before_there_were_streams_is_polled(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers that it has no such path."""
    caller = found(running.client, running.url, running.key)
    transport = way(caller)

    @contextmanager
    def none(_after: int, _seconds: float) -> Iterator[Iterator[int | None]]:
        if _after >= 0:
            raise TransportError("not_found")
        yield iter(())

    monkeypatch.setattr(transport, "events", none)
    waiting = News(transport)
    assert waiting.wait(0) == 1
    assert not streams(waiting)


def test_a_way_that_is_gone_is_said_and_not_taken_for_a_proxy(running: Running) -> None:
    """Nobody there is no reason to leave streams for an hour."""
    caller = found(running.client, running.url, running.key)
    known = Way()
    with pytest.raises(TransportError, match="away"):
        News(way(caller, "http://127.0.0.1:1"), way=known).wait(0)
    assert known == Way()
