"""Requests as they should not be: unsigned, replayed, stale, oversized, slow, cut, malformed."""

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wardcentral.builders import pc
from tests.wardcentral.postgres import owner_of
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, problem, serving
from wardcentral import server
from wardcentral.app import Limits
from wardcentral.cli import DATABASE
from wardcentral.sqlite_store import SqliteStore
from wardproto.messages import REQUEST_WINDOW_MS, PushRequest
from wardproto.records import Receipt
from wardproto.wire import encode

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests here, which lets strangers knock often."""
    limits = Limits(stranger_rate=10_000, stranger_burst=100_000)
    with serving(tmp_path_factory.mktemp("central"), limits=limits) as made:
        yield made


@pytest.fixture
def city(running: Running) -> Caller:
    """The first PC of a new ward."""
    return found(running.client, running.url, running.key)


def send(city: Caller, target: str, headers: dict[str, str], body: bytes = b"") -> httpx.Response:
    """Send a request with these headers."""
    method = "POST" if body else "GET"
    return city.client.request(method, city.url + target, content=body, headers=headers)


@pytest.mark.parametrize("path", ["log?after=0", "wake?after=0", "join/" + "0" * 32])
def test_unsigned_requests_are_refused(city: Caller, path: str) -> None:
    """Nothing of a ward is answered without a device's signature."""
    assert problem(city.client.get(city.url + city.target(path))) == "signature"


def test_unsigned_pushes_are_refused(city: Caller) -> None:
    """Blocks need a signature; a control record without one can only found a ward."""
    stream = city.stream()
    body = encode(PushRequest((city.ward.block(city.pc, stream),)))
    assert problem(city.client.post(city.url + city.target("blocks"), content=body)) == "signature"
    control = encode(city.ward.streams(city.pc)[0])
    assert problem(city.client.post(city.url + city.target("control"), content=control)) == "unknown_ward"


def test_a_request_is_good_once(city: Caller) -> None:
    """The same signed request again is a replay."""
    target = city.target("log?after=0")
    headers = city.pc.headers("GET", target, b"", now_ms())
    assert send(city, target, headers).status_code == 200
    assert problem(send(city, target, headers)) == "replay"


@pytest.mark.parametrize("shift", [-REQUEST_WINDOW_MS - 5000, REQUEST_WINDOW_MS + 5000, -(10**12), 10**12])
def test_a_wrong_clock_is_told_the_time_and_signs_again(city: Caller, shift: int) -> None:
    """A PC whose clock is years off learns the server's time from the refusal and is then served."""
    target = city.target("log?after=0")
    refused = send(city, target, city.pc.headers("GET", target, b"", now_ms() + shift))
    assert problem(refused) == "clock"
    learned = int(refused.headers["wc-time"])
    assert send(city, target, city.pc.headers("GET", target, b"", learned)).status_code == 200


def test_what_was_signed_before_the_start_is_refused(city: Caller) -> None:
    """A request captured before a restart cannot be replayed after it, though it is in the window."""
    target = city.target("log?after=0")
    headers = city.pc.headers("GET", target, b"", now_ms() - REQUEST_WINDOW_MS // 2)
    assert problem(send(city, target, headers)) == "clock"


def test_a_signature_covers_all_of_the_request(city: Caller) -> None:
    """Another target, method, body, time, nonce or device than the signed one is refused."""
    colleague = joined(city, pc("city", "cw"))
    target, body = city.target("blocks"), encode(PushRequest(()))
    good = city.pc.headers("POST", target, body, now_ms())
    changed = (
        {"wc-time": str(int(good["wc-time"]) + 1)},
        {"wc-nonce": os.urandom(16).hex()},
        {"wc-device": colleague.pc.id.hex()},
        {"wc-signature": bytes(64).hex()},
    )
    for change in changed:
        assert problem(send(city, target, {**good, **change}, body)) == "signature"
    assert problem(send(city, target, good, encode(PushRequest(())) + b"x")) == "signature"
    assert problem(send(city, target + "?a=1", good, body)) == "signature"
    assert problem(send(city, city.target("control"), good, body)) == "signature"
    assert send(city, target, good, body).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"wc-device": "zz" * 16},
        {"wc-device": "00"},
        {"wc-device": "0 " * 15 + "00"},
        {"wc-time": "-5"},
        {"wc-time": "9" * 40},
        {"wc-time": "1.5"},
        {"wc-nonce": ""},
        {"wc-signature": "00"},
    ],
)
def test_malformed_signature_headers_are_refused(city: Caller, change: dict[str, str]) -> None:
    """Headers that cannot be read are answered like missing ones."""
    target = city.target("log?after=0")
    headers = {**city.pc.headers("GET", target, b"", now_ms()), **change}
    assert problem(send(city, target, headers)) == "signature"


def test_another_wards_device_is_no_member(running: Running, city: Caller) -> None:
    """A device of one ward asks for another's log in vain."""
    other = found(running.client, running.url, running.key)
    stranger = Caller(city.url, city.ward, other.pc, city.client)
    assert problem(stranger.call("GET", "log?after=0")) == "not_member"


def test_unknown_wards_paths_and_methods_have_their_codes(running: Running, city: Caller) -> None:
    """What is not there is answered as a problem, not as a page."""
    target = f"/w/{os.urandom(32).hex()}/log"
    assert problem(send(city, target, city.pc.headers("GET", target, b"", now_ms()))) == "unknown_ward"
    for path in ("/", "/w/xyz", f"/w/{'A' * 64}/join/{'0' * 32}/x"):
        assert problem(city.client.get(running.url + path)) == "not_found"
    target = "/w/" + "A" * 64 + "/log"
    assert problem(send(city, target, city.pc.headers("GET", target, b"", now_ms()))) == "not_found"
    assert problem(city.client.delete(running.url + "/health")) == "method"
    assert problem(city.call("GET", "log?after=-1")) == "malformed"
    assert problem(city.call("GET", "log?after=x")) == "malformed"
    assert problem(city.call("GET", "join/zz")) == "not_found"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(st.binary(min_size=1, max_size=300), st.binary(max_size=60).map(lambda b: b"\x91" + b)))
@pytest.mark.parametrize("path", ["blocks", "control"])
def test_any_bytes_are_answered(city: Caller, path: str, body: bytes) -> None:
    """A signed body that is no message is malformed, never an error of the server."""
    response = city.call("POST", path, body)
    assert response.status_code == 200 or problem(response) == "malformed"


def test_deep_nesting_is_malformed(city: Caller) -> None:
    """A body nested past any sense is refused without harm."""
    for body in (b"\x91" * 100_000, b"\x91\x91" + b"\x81" * 50_000):
        assert problem(city.call("POST", "blocks", body)) == "malformed"


# --- sizes, times and cuts


def raw(running: Running) -> socket.socket:
    """Return a bare connection."""
    port = int(running.url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def head(city: Caller, target: str, headers: dict[str, str], method: str = "POST") -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: central", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def received(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_a_declared_oversize_is_refused_before_it_comes(running: Running, city: Caller) -> None:
    """A huge content-length is answered at once, and the connection closed."""
    headers = city.pc.headers("POST", city.target("blocks"), b"", now_ms())
    with raw(running) as connection:
        connection.sendall(head(city, city.target("blocks"), {**headers, "Content-Length": str(10**12)}))
        assert b"413" in received(connection).splitlines()[0]


def test_an_undeclared_oversize_is_cut_off(running: Running, city: Caller) -> None:
    """A body in chunks is counted as it comes; the server does not read it to its end."""
    target = city.target("control")
    headers = city.pc.headers("POST", target, b"", now_ms())
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    sent = 0
    with raw(running) as connection:
        connection.sendall(head(city, target, {**headers, "Transfer-Encoding": "chunked"}))
        try:
            for _ in range(4000):
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 4000 * len(chunk)
    assert city.page().size == 1


def test_a_slow_body_times_out(tmp_path: Path) -> None:
    """A client that stops in the middle of its body is answered and dropped."""
    with serving(tmp_path, limits=Limits(body_seconds=0.5)) as running:
        city = found(running.client, running.url, running.key)
        target = city.target("blocks")
        headers = city.pc.headers("POST", target, b"", now_ms())
        with raw(running) as connection:
            connection.sendall(head(city, target, {**headers, "Content-Length": "1000"}) + b"only this")
            assert b"408" in received(connection).splitlines()[0]


def test_a_silent_client_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that never brings a whole head is closed, also after a first good request."""
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    with serving(tmp_path) as running:
        for begun in (b"", b"GET /health HTTP/1.1\r\nHost: ce"):
            with raw(running) as connection:
                connection.sendall(begun)
                assert received(connection) == b""
        with raw(running) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: central\r\n\r\n")
            assert b"200" in connection.recv(65536)
            connection.sendall(b"GET /hea")
            assert b"HTTP" not in received(connection)


def test_a_body_that_nobody_waits_for_holds_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an early refusal the rest of the body may come, but not for ever."""
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    with serving(tmp_path) as running:
        city = found(running.client, running.url, running.key)
        with raw(running) as connection:
            connection.sendall(head(city, city.target("blocks"), {"Content-Length": "1000000"}) + b"part")
            assert b"401" in received(connection).splitlines()[0]


def test_a_cut_connection_leaves_nothing(running: Running, city: Caller) -> None:
    """A push whose connection breaks in the middle is not accepted, and the service goes on."""
    stream = city.stream()
    body = encode(PushRequest((city.ward.block(city.pc, stream),)))
    target = city.target("blocks")
    headers = city.pc.headers("POST", target, body, now_ms())
    with raw(running) as connection:
        connection.sendall(head(city, target, {**headers, "Content-Length": str(len(body))}) + body[:-1])
    assert isinstance(city.blocks(city.ward.block(city.pc, stream))[0], Receipt)
    assert city.page().size == 3


def test_an_oversized_head_is_refused(running: Running) -> None:
    """Headers without end do not fill the memory."""
    with raw(running) as connection:
        try:
            connection.sendall(b"GET /health HTTP/1.1\r\n" + b"X-A: " + b"a" * 500_000)
            answer = received(connection)
        except OSError:
            answer = b""
    assert not answer or b"400" in answer.splitlines()[0]


def test_a_hung_up_long_poll_is_let_go(running: Running, city: Caller) -> None:
    """A client that hangs up while it waits holds nothing in the server."""
    target = city.target("wake?after=1")
    headers = city.pc.headers("GET", target, b"", now_ms())
    with raw(running) as connection:
        connection.sendall(head(city, target, headers, "GET"))
        wait_until(lambda: city.ward.id in running.service.waited())
        assert running.server.server_state.tasks
    wait_until(lambda: not running.server.server_state.tasks)


def wait_until(holds: object) -> None:
    """Wait for something that another thread does; fail after ten seconds."""
    assert callable(holds)
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_too_many_bytes_at_once_are_busy(tmp_path: Path) -> None:
    """When bodies held together pass the limit, a further one is told to come again."""
    with serving(tmp_path, limits=Limits(buffered=1000)) as running:
        city = found(running.client, running.url, running.key)
        assert problem(city.call("POST", "blocks", bytes(2000))) == "busy"
        assert city.page().size == 1


def test_a_device_that_asks_too_often_is_slowed(tmp_path: Path) -> None:
    """A device past its rate gets 429; another device of the ward is served."""
    with serving(tmp_path, limits=Limits(device_rate=0.001, device_burst=6)) as running:
        city = found(running.client, running.url, running.key)
        colleague = joined(city, pc("city", "cw"))
        codes = [city.call("GET", "log?after=0") for _ in range(6)]
        assert problem(codes[-1]) == "rate"
        assert codes[-1].headers["retry-after"] == "300"
        assert colleague.page().size == 3


def test_strangers_are_counted_together(tmp_path: Path) -> None:
    """Requests that no member signed are limited by address, members' are not."""
    with serving(tmp_path, limits=Limits(stranger_rate=0.001, stranger_burst=4)) as running:
        city = found(running.client, running.url, running.key)
        answers = [city.client.get(city.url + city.target("log")) for _ in range(4)]
        assert problem(answers[-1]) == "rate"
        assert city.page().size == 1


# --- a store that fails


class FailingStore(SqliteStore):
    """A store whose disk is full while ``full`` is set."""

    full = False

    def append(self, *arguments: object) -> None:
        """Write part of an entry, then fail."""
        super().append(*arguments)  # type: ignore[arg-type]
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")


def test_a_full_disk_refuses_and_accepts_the_same_bytes_later(tmp_path: Path) -> None:
    """Nothing is half stored, readers go on, and the same push is accepted when there is room."""
    stores: list[FailingStore] = []

    def make(path: Path) -> FailingStore:
        stores.append(FailingStore(path))
        return stores[-1]

    with serving(tmp_path, make_store=make) as running:
        city = found(running.client, running.url, running.key)
        stream = city.stream()
        item = city.ward.block(city.pc, stream)
        body = encode(PushRequest((item,)))
        stores[0].full = True
        assert problem(city.call("POST", "blocks", body)) == "storage"
        assert city.page().size == 2
        stores[0].full = False
        (told,) = city.blocks(item)
        assert isinstance(told, Receipt)
        assert told.wseq == 3


def test_a_ward_whose_records_are_damaged_is_not_served(tmp_path: Path, postgres: str) -> None:
    """Its devices are told so; another ward of the same server is served."""
    secret = os.urandom(32)
    with serving(tmp_path, secret=secret) as running:
        city = found(running.client, running.url, running.key)
        other = found(running.client, running.url, running.key)
        city.stream()
    if address := os.environ.get(DATABASE):
        with psycopg.connect(owner_of(postgres, address)) as owner:
            owner.execute("UPDATE block SET record = '\\x00' WHERE ward = %s AND wseq = 2", (city.ward.id,))
    else:
        connection = sqlite3.connect(tmp_path / "central.db")
        connection.execute(
            "UPDATE block SET record = zeroblob(99) WHERE ward = ? AND wseq = 2", (city.ward.id,)
        )
        connection.commit()
        connection.close()
    with serving(tmp_path, secret=secret) as running:
        again = Caller(running.url, city.ward, city.pc, running.client)
        assert problem(again.call("GET", "log?after=0")) == "damaged"
        assert Caller(running.url, other.ward, other.pc, running.client).page().size == 1


def test_an_unforeseen_error_is_a_problem_without_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets a code, the log the class and the place, neither what was sent."""

    def fail(*_: object) -> None:
        raise ValueError("planted 14990")

    with serving(tmp_path) as running:
        city = found(running.client, running.url, running.key)
        monkeypatch.setattr("wardcentral.service.page", fail)
        response = city.call("GET", "log?after=0")
        assert problem(response) == "failed"
    assert "planted" not in response.text + caplog.text
    assert "ValueError at fail" in caplog.text
