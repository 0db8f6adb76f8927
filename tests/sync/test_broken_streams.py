"""Streams of events that break, fall silent or are no streams: every failure has a name, and no listener dies of one."""

import itertools
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.http import found, join, misbehaving, response, share
from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import serving
from wardclient.sync import news
from wardclient.sync.event_lines import MAX_LINE, sizes
from wardclient.sync.news import News, Way
from wardclient.sync.transport import Credentials, Transport, TransportError
from wardproto.messages import Wake
from wardproto.wire import MalformedError, encode

HELLO = b'event: hello\nid: 2\ndata: {"size": 2}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """A part of an open answer."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Server:
    """A service whose first stream only proves the way; ``then`` happens to those after it."""

    def __init__(self, then: bytes, *, close: bool) -> None:
        self._then = then
        self._close = close
        self._number = itertools.count()
        self.gone = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        """Greet; then do what the test is about."""
        connection.sendall(HEAD + chunk(HELLO))
        if next(self._number):
            connection.sendall(self._then)
        if not self._close or not self._then:
            self.gone.wait(20)
        connection.shutdown(socket.SHUT_RDWR)


def way(url: str) -> Transport:
    """A way to a service that looks at no signature."""
    return Transport(url, SIGNING, Credentials(bytes(32), bytes(16), bytes(32)))


@pytest.mark.parametrize(
    ("then", "code"),
    [
        (chunk(b": still here\n\n")[:-4], "cut"),
        (b"no chunk at all\r\n", "cut"),
        (chunk(b"x" * (MAX_LINE + 1)), "nonsense"),
        (chunk(b'event: size\ndata: {"size": -1}\n\n'), "nonsense"),
        (chunk(b"event: size\ndata: [2]\n\n"), "nonsense"),
    ],
)
def test_what_breaks_an_open_stream_has_a_name(then: bytes, code: str) -> None:
    """Whoever reads the stream never sees an error of the library below."""
    server = Server(then, close=True)
    with misbehaving(server) as url:
        transport = way(url)
        with transport.events(0, 5) as first:
            assert next(first) == 2
        with transport.events(0, 5) as stream:
            assert next(stream) == 2
            # Caught inside the block of the request, where News reads it.
            with pytest.raises(TransportError, match=code):
                list(stream)
        transport.close()
        server.gone.set()


def test_a_stream_that_the_service_ends_at_once_is_a_broken_way_not_a_quiet_one() -> None:
    """Taken for quiet, it would be opened again in a circle; after a good while it is opened again at once."""
    now = iter([0.0, 0.0, 1.0, 2.0, 100.0, 101.0, 200.0, 201.0, 300.0])
    with misbehaving(Server(b"0\r\n\r\n", close=True)) as url:
        transport, known = way(url), Way(proven=True)
        # Its very first connection is only for the proof, which this way does not need.
        with transport.events(0, 5) as proof:
            assert next(proof) == 2
        waiting = News(transport, lambda: next(now), known)
        assert waiting.wait(2) == 2
        with pytest.raises(TransportError, match="cut"):
            waiting.wait(2)
        assert waiting.wait(2) == 2
        assert waiting.wait(2) == 2, "it stood for a hundred seconds"
        assert known.proven
        transport.close()


def test_a_stream_that_falls_silent_leaves_to_the_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something let the greeting through and holds back the rest: as good as no stream."""
    monkeypatch.setattr(news, "SILENT_SECONDS", 0.2)
    server, known = Server(b"", close=False), Way()
    with misbehaving(server) as url:
        transport = way(url)
        monkeypatch.setattr(transport, "wake", lambda _after: Wake(3, 0))
        waiting = News(transport, lambda: 1.0, known)
        assert waiting.wait(2) == 2, "the greeting of the stream that is kept"
        assert waiting.wait(2) == 3
        assert known == Way(proven=False, poll_until=1.0 + news.AGAIN_SECONDS)
        server.gone.set()
        transport.close()


def test_where_the_poll_does_not_work_either_nothing_is_concluded() -> None:
    """A proxy before a service that is away answers 502 to everything: that is no reason to poll for an hour."""
    with misbehaving(lambda connection: connection.sendall(response("502 Bad Gateway", b"<html>"))) as url:
        transport, known = way(url), Way()
        with pytest.raises(TransportError, match="server"):
            News(transport, way=known).wait(0)
        assert known == Way()
        transport.close()


def test_a_problem_that_does_not_end_is_not_read() -> None:
    """Nothing that a service sends fills the memory."""
    head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n\r\n"

    def endless(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x" * 65_536)

    with misbehaving(endless) as url:
        transport = way(url)
        with pytest.raises(TransportError, match="nonsense"), transport.events(0, 5):
            pass
        transport.close()


def test_news_that_were_not_fetched_are_told_again() -> None:
    """A stream says a size once; the poll would answer at once until it was fetched, and so does this."""
    server = Server(chunk(b'event: size\ndata: {"size": 9}\n\n'), close=False)
    with misbehaving(server) as url:
        transport = way(url)
        waiting = News(transport)
        assert waiting.wait(2) == 2
        assert [waiting.wait(2) for _ in range(3)] == [9, 9, 9]
        server.gone.set()
        waiting.close()
        transport.close()


def test_a_loop_hears_of_news_after_its_stream_broke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, then a fallback: the thread that listens lives on, and the news come."""
    monkeypatch.setattr(news, "SILENT_SECONDS", 0.3)
    with serving(tmp_path, wake_seconds=1.0) as central:
        # As a service that gives a sign of life less often than the client waits for one.
        monkeypatch.setattr("wardcentral.events.QUIET_SECONDS", 60.0)
        city = found(central.url)
        partner = join(city, central.url, "hellowork", ("hw", "adm"))
        polled = threading.Event()
        poll = partner.transport.wake

        def wake(after: int) -> Wake:
            polled.set()
            return poll(after)

        monkeypatch.setattr(partner.transport, "wake", wake)
        partner.loop.start()
        try:
            assert polled.wait(20), "the silent stream was left for the poll"
            joint = share(city)
            city.write(joint, "news")
            city.loop.sync_once()
            assert partner.wait_until(lambda: "news" in partner.values(joint))
        finally:
            city.close()
            partner.close()


@given(st.lists(st.one_of(st.none(), st.integers(0, 2**40))), st.data())
def test_events_are_read_however_they_are_cut(told: list[int | None], data: st.DataObject) -> None:
    """Chunks end anywhere; lines end in one way or the other; unknown events say nothing."""
    end = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    whole = b""
    for size in told:
        if size is None:
            whole += b": still here" + end + end
        else:
            whole += b"event: size" + end + f'data: {{"size": {size}}}'.encode() + end + end
        whole += b"event: newer" + end + b"data: anything" + end + end
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    chunks = [whole[begin:stop] for begin, stop in itertools.pairwise([0, *cuts, len(whole)])]
    assert list(sizes(chunks)) == told


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_anything_else_is_malformed_or_says_nothing(chunks: list[bytes]) -> None:
    """No other error comes out, and no size that is none."""
    try:
        assert all(size is None or size >= 0 for size in sizes(chunks))
    except MalformedError:
        return


def test_a_wake_is_still_what_the_poll_reads() -> None:
    """The record that the two ways have in common."""
    with misbehaving(lambda connection: connection.sendall(response("200 OK", encode(Wake(5, 1))))) as url:
        transport = way(url)
        assert News(transport, lambda: 0.0, Way(poll_until=1.0)).wait(4) == 5
        transport.close()
