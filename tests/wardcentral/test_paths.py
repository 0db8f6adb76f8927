"""What is no door: other paths, other writings of a path, and bytes that are no HTTP."""

import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.wardcentral.described import routes
from tests.wardcentral.running import Running, problem, serving

ELSEWHERE = (
    "/",
    "//health",
    "/HEALTH",
    "/health/x",
    "/docs",
    "/openapi.yaml",
    "/w",
    "/w/",
    "/.well-known/x",
    "/%00",
)
NO_HTTP = {
    "no text": b"\xff\xfe\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32),
    "no version": b"GET /health\r\n\r\n",
    "two lengths": b"POST /server HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a line in a header": b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests here."""
    with serving(tmp_path_factory.mktemp("central")) as made:
        yield made


@pytest.mark.parametrize("path", [*ELSEWHERE, *sorted({path + "/" for _, path in routes()})])
def test_another_path_is_not_found_and_sends_nobody_anywhere(running: Running, path: str) -> None:
    """No redirect, least of all to the host that the caller named."""
    url = running.url + path.format(ward="0" * 64, invite="0" * 32, chunk="0" * 64)
    for method in ("GET", "POST", "PUT"):
        answer = running.client.request(method, url, headers={"host": "elsewhere.example"})
        assert problem(answer) == "not_found"
        assert "location" not in answer.headers


@pytest.mark.parametrize("what", NO_HTTP)
def test_what_is_no_http_is_refused_without_a_trace(
    running: Running, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is answered 400 and closed; the log tells no error of the program, and nothing that was sent."""
    where = urlsplit(running.url)
    with (
        caplog.at_level(logging.ERROR),
        socket.create_connection((where.hostname, where.port or 0), timeout=15) as connection,
    ):
        connection.sendall(NO_HTTP[what])
        received = b""
        while part := connection.recv(4096):
            received += part
    assert received.startswith(b"HTTP/1.1 400 ")
    assert not caplog.records
    assert running.client.get(running.url + "/health").text == "ok\n"
