"""The way to the service: every failure has a name, and none of them is a surprise."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.http import SIGNING, found, misbehaving, open_pc, response
from tests.wardcentral.running import serving
from wardclient.sync.transport import MAX_ANSWER, Credentials, Transport, TransportError
from wardproto.wire import encode

WHO = Credentials(b"w" * 32, b"d" * 16, b"s" * 32)


def refused(server: str, seconds: float = 5.0) -> str:
    """The code with which a call fails."""
    transport = Transport(server, SIGNING, WHO, read_seconds=seconds)
    try:
        with pytest.raises(TransportError) as failed:
            transport.log(0, 10)
    finally:
        transport.close()
    return failed.value.code


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


def test_a_server_that_is_away_is_away() -> None:
    """Nobody listens there: told apart from a call that was cut."""
    assert refused(closed_port()) == "away"


def test_a_server_that_says_nothing_is_given_up() -> None:
    """It takes the connection and never answers."""
    with misbehaving(lambda connection: connection.recv(1)) as server:
        assert refused(server, seconds=0.2) == "slow"


def cut_in_the_middle(connection: socket.socket) -> None:
    """Half an answer, then nothing."""
    connection.sendall(response("200 OK", b"x" * 1000)[:200])
    connection.close()


def another_protocol(connection: socket.socket) -> None:
    """Somebody else's port."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
    connection.shutdown(socket.SHUT_RDWR)


def says(status: str, body: bytes = b"", headers: str = "") -> Callable[[socket.socket], None]:
    """Answer always the same."""
    return lambda connection: connection.sendall(response(status, body, headers))


def far_too_much(connection: socket.socket) -> None:
    """An answer without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
    for _ in range(MAX_ANSWER // 65536 + 200):
        connection.sendall(bytes(65536))


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (cut_in_the_middle, "cut"),
        (lambda connection: connection.close(), "cut"),
        (says("500 Internal Server Error", b"<html>"), "server"),
        (says("503 Service Unavailable", b'{"code": "busy"}'), "busy"),
        (says("403 Forbidden", b'{"code": "not_member"}'), "not_member"),
        (says("403 Forbidden", b'{"code": 5}'), "nonsense"),
        (says("403 Forbidden", b"[]"), "nonsense"),
        (says("404 Not Found", b"a portal page"), "nonsense"),
        (says("302 Found", b"", "location: http://127.0.0.1:1/\r\n"), "nonsense"),
        (says("200 OK", b"a portal page"), "nonsense"),
        (says("200 OK", encode(("not", "a", "page"))), "nonsense"),
        (says("200 OK", b"\x1f\x8b", "content-encoding: gzip\r\n"), "nonsense"),
        (far_too_much, "nonsense"),
        (another_protocol, "cut"),
    ],
)
def test_each_bad_answer_has_a_name(behaviour: Callable[[socket.socket], None], code: str) -> None:
    """Whatever comes back, the caller gets one error with a code, and never the content."""
    with misbehaving(behaviour) as server:
        assert refused(server) == code


def test_an_address_that_is_none_is_a_failure_like_others() -> None:
    """A mistyped address is told like a service that cannot be reached."""
    assert refused("http://") in {"cut", "away"}
    assert refused("gopher://127.0.0.1") in {"cut", "away"}


def test_a_clock_that_is_years_off_is_set_right_from_the_answer(tmp_path: Path) -> None:
    """The first request is refused for its time, the second is signed with the service's."""
    with serving(tmp_path) as central:
        pc = found(central.url)
        me = pc.client.core.me
        late = Transport(
            central.url,
            SIGNING,
            Credentials(pc.client.core.ward, me.device, me.sign_secret),
            clock_ms=lambda: 5,
        )
        assert late.log(0, 10).size >= 1
        late.close()
        pc.close()


def test_a_stranger_is_told_so(tmp_path: Path) -> None:
    """A device that nobody admitted reads nothing."""
    with serving(tmp_path) as central:
        pc = found(central.url)
        stranger = Transport(central.url, SIGNING, Credentials(pc.client.core.ward, b"x" * 16, b"y" * 32))
        with pytest.raises(TransportError, match="not_member"):
            stranger.log(0, 10)
        stranger.close()
        pc.close()


def test_a_transport_that_was_closed_sends_nothing_more() -> None:
    """After the desk was locked a call fails like one without a network."""
    asked = threading.Event()
    with misbehaving(lambda _: asked.set()) as server:
        transport = Transport(server, SIGNING, WHO)
        transport.close()
        with pytest.raises(TransportError, match="cut"):
            transport.log(0, 1)
        assert not asked.is_set()


def test_what_was_sent_twice_is_there_once(tmp_path: Path) -> None:
    """The same push over the wire again gives the same receipt: no second entry."""
    with serving(tmp_path) as central:
        pc = found(central.url)
        stream = pc.client.new_stream()
        pc.write(stream, "a")
        pc.loop.sync_once()
        size = pc.client.core.memory.cursor
        again = open_pc(pc.store, central.url)
        again.write(stream, "b")
        call = None
        while not hasattr(call, "request"):
            call = again.client.next_call(0)
            assert call is not None
            if not hasattr(call, "request"):
                again.client.on_failure(call, 0)
        first = again.transport.blocks(call.request)  # type: ignore[union-attr]
        assert again.transport.blocks(call.request) == first  # type: ignore[union-attr]
        assert again.transport.log(0, 100).size == size + 1
        pc.close()
        again.close()
