"""How much one caller gets, and that the others go on."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.wardcentral import running as at
from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import Process, calling, found, problem, serving
from tests.wardcentral.test_hostile import wait_until
from wardcentral import guard, server
from wardcentral.app import Limits
from wardcentral.folder import Folder
from wardcentral.guard import LONGEST_WAIT, Buckets
from wardcentral.places import address_of
from wardcentral.problems import ProblemError
from wardproto.records import Receipt
from wardproto.wire import MAX_BLOCK


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


# --- buckets


def told(buckets: Buckets, key: bytes, now_ms: int) -> int:
    """Take a token; return the seconds to wait where there is none."""
    try:
        buckets.take(key, now_ms)
    except ProblemError as refused:
        return refused.wait_seconds
    return 0


@given(
    st.floats(0.01, 1000),
    st.integers(1, 50),
    st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.integers(0, 5_000)), max_size=120),
)
def test_a_bucket_gives_its_burst_and_its_rate_and_no_more(
    rate: float, burst: int, calls: list[tuple[bytes, int]]
) -> None:
    """Over any stretch of time: at most burst + rate * time; who waits as told is served."""
    buckets = Buckets(rate, burst)
    now_ms, begun_ms = 1_000_000, 1_000_000
    taken = {b"a": 0, b"b": 0}
    for key, later_ms in calls:
        now_ms += later_ms
        wait_seconds = told(buckets, key, now_ms)
        assert 0 <= wait_seconds <= LONGEST_WAIT
        if wait_seconds == LONGEST_WAIT:
            continue
        if wait_seconds:
            now_ms += wait_seconds * 1000 + 1
            assert told(buckets, key, now_ms) == 0
        taken[key] += 1
        assert taken[key] <= burst + rate * (now_ms - begun_ms) / 1000 + 0.01


def test_a_flood_of_names_frees_nobody_who_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded, and what is forgotten is whoever was silent for longest."""
    monkeypatch.setattr(guard, "_MOST_BUCKETS", 100)
    buckets = Buckets(0.001, 3)
    for _ in range(3):
        buckets.take(b"greedy", 0)
    for number in range(1_000):
        buckets.take(b"%d" % number, 0)
        with pytest.raises(ProblemError, match="rate"):
            buckets.take(b"greedy", 0)
        assert len(buckets) <= 100


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("pipe", "pipe"),
    ],
)
def test_a_network_of_ipv6_is_one_caller(address: str, counted: str) -> None:
    """Whoever has one address of a /64 has all of them."""
    assert address_of(Request({"type": "http", "client": (address, 1), "headers": []})) == counted


def test_who_is_refused_is_told_how_long_to_wait(tmp_path: Path) -> None:
    """The time until the next token: here one in four seconds."""
    with serving(tmp_path, limits=Limits(device_rate=0.25, device_burst=1)) as running:
        city = found(running.client, running.url, running.key)
        assert city.call("GET", "log").status_code == 200
        refused = city.call("GET", "log")
        assert (refused.status_code, problem(refused)) == (429, "rate")
        assert 1 <= int(refused.headers["retry-after"]) <= 4


# --- connections


def test_connections_over_the_limit_are_told_to_come_again(central: Process) -> None:
    """Three silent ones hold all there is; a fourth is answered 503; when one goes there is room again."""
    with calling() as client:
        url = central.start("--listen", "127.0.0.1:0", "--connections", "3")
        port = int(url.rpartition(":")[2])
        head = b"GET /health HTTP/1.1\r\nHost: central\r\n\r\n"
        with ExitStack() as stack:
            held = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(3)]
            for each in held:
                # Answered: the service has taken the connection on.
                each.sendall(head)
                assert each.recv(65536).startswith(b"HTTP/1.1 200")
            assert client.get(f"{url}/health").status_code == 503
        at_last = found(client, url, SIGNING.public(Folder(central.folder).secret()))
        assert at_last.page().size == 1


def test_there_is_room_for_as_many_connections_as_are_said(central: Process) -> None:
    """300 calls wait at the same time, over a limit of open files that began lower."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1_000:
        pytest.skip("the system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        url = central.start("--listen", "127.0.0.1:0", "--connections", "320")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1_000) if soft >= 0 else soft, hard))
    port = int(url.rpartition(":")[2])
    with ExitStack() as stack:
        for _ in range(300):
            each = stack.enter_context(socket.create_connection(("127.0.0.1", port), at.START_SECONDS))
            each.sendall(b"GET /health HTTP/1.1\r\nHost: central\r\n\r\n")
            assert each.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("count", ["0", "-1", "x", "100001"])
def test_a_wrong_number_of_connections_is_a_usage_error(central: Process, count: str) -> None:
    """It is said at once."""
    assert central.run("serve", "--connections", count).returncode == 2


def a_page_on_a_slow_line(running: at.Running, pause_seconds: float) -> int:
    """Ask for a page of some megabytes and take it in small pieces; return the bytes that came."""
    city = found(running.client, running.url, running.key)
    stream = city.stream()
    for _ in range(32):
        (told,) = city.blocks(city.ward.block(city.pc, stream, os.urandom(MAX_BLOCK)))
        assert isinstance(told, Receipt)
    target = city.target("log?after=0")
    headers = {"Host": "central", "Connection": "close", **city.pc.headers("GET", target, b"", at.now_ms())}
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        connection.connect(("127.0.0.1", int(running.url.rpartition(":")[2])))
        connection.settimeout(20)
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        came = len(connection.recv(1_000))
        threading.Event().wait(pause_seconds)
        try:
            while part := connection.recv(262_144):
                came += len(part)
        except OSError:
            pass
    return came


def test_who_takes_nothing_of_an_answer_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of seven megabytes is not kept for a client that does not take it; the service goes on."""
    monkeypatch.setattr(server, "STALL_SECONDS", 0.2)
    with serving(tmp_path) as running:
        assert a_page_on_a_slow_line(running, pause_seconds=2.0) < 7_000_000
        wait_until(lambda: not running.server.server_state.tasks)
        assert running.client.get(f"{running.url}/health").status_code == 200


def test_who_takes_an_answer_slowly_gets_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow line is no attack: what counts is that something is taken."""
    monkeypatch.setattr(server, "STALL_SECONDS", 5.0)
    with serving(tmp_path) as running:
        assert a_page_on_a_slow_line(running, pause_seconds=0.5) > 7_000_000


# --- headers


def test_every_answer_says_that_a_browser_may_do_nothing_with_it(tmp_path: Path) -> None:
    """Good answers, problems and wrong paths alike."""
    with serving(tmp_path) as running:
        city = found(running.client, running.url, running.key)
        answers = [
            running.client.get(f"{running.url}/server"),
            running.client.get(f"{running.url}/nothing"),
            running.client.delete(f"{running.url}/server"),
            running.client.get(running.url + city.target("log")),
            city.call("GET", "log"),
        ]
        assert [answer.status_code for answer in answers] == [200, 404, 405, 401, 200]
        for answer in answers:
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "server" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers
            assert "strict-transport-security" not in answer.headers
