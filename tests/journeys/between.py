"""A real HTTP proxy between PCs and the central service: it records, and misbehaves when told.

with Between(central.url, port=8123) as between:
    between.misbehave = lambda call: cut_reply if call.path.endswith("/blocks") else None
    office.run("sync")
    between.misbehave = None

A fault is a function of the call; it runs in the thread that serves the call, so a test can
also kill a process at exactly that moment.
"""

import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

PATIENCE = 70.0
HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"})


@dataclass
class Answer:
    """What the service answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Call:
    """One request on its way. ``forward`` asks the real service; it may be asked twice."""

    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    upstream: str
    handler: "Handler"
    answers: list[Answer] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The last word of the path: control, blocks, log, wake, server and so on."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def forward(self) -> Answer:
        """Pass the request on and return the answer; OSError when the service is away."""
        host = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=PATIENCE)
        try:
            connection.request(self.method, self.path, self.body, {**self.headers, "connection": "close"})
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        except http.client.HTTPException as error:
            raise ConnectionResetError from error
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def give(self, answer: Answer) -> None:
        """Hand an answer to the PC."""
        self.handler.give(answer)

    def hang_up(self) -> None:
        """Close the connection without a word."""
        self.handler.hang_up()


Fault = Callable[[Call], None]


def hang_up(call: Call) -> None:
    """The connection is cut before the service hears of the request."""
    call.hang_up()


def lose_answer(call: Call) -> None:
    """The service does what it was asked; its answer is lost."""
    call.forward()
    call.hang_up()


def half_answer(call: Call) -> None:
    """The connection is cut in the middle of the answer."""
    answer = call.forward()
    call.handler.give(answer, only=len(answer.body) // 2)


def error_500(call: Call) -> None:
    """Something in front of the service answers with its own error page."""
    page = b"<html><body><h1>500 Internal Server Error</h1></body></html>"
    call.give(Answer(500, [("content-type", "text/html")], page))


def nonsense(call: Call) -> None:
    """A captive portal answers everything with 200 and a page."""
    call.give(Answer(200, [("content-type", "text/html")], b"<html>please log in</html>"))


def ask_twice(call: Call) -> None:
    """The network delivers the request twice; the PC is given the second answer."""
    call.forward()
    call.give(call.forward())


class Between:
    """The proxy, serving until the block is left."""

    def __init__(self, upstream: str, port: int = 0) -> None:
        """Listen on ``port`` of loopback (0: any)."""
        self.upstream = upstream
        self.calls: list[Call] = []
        self.misbehave: Callable[[Call], Fault | None] = lambda _: None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), Handler)
        self._server.between = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def taken(self, call: Call) -> Fault | None:
        """Note a call; return what happens to it."""
        with self._lock:
            call.number = len(self.calls)
            self.calls.append(call)
        return self.misbehave(call)

    def bodies(self) -> list[bytes]:
        """Every byte that crossed: paths, headers and bodies, both ways."""
        with self._lock:
            calls = list(self.calls)
        found = []
        for call in calls:
            found.append(f"{call.method} {call.path} {call.headers}".encode())
            found.append(call.body)
            for answer in call.answers:
                found += [f"{answer.status} {answer.headers}".encode(), answer.body]
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    between: Between

    def handle_error(self, request: object, client_address: object) -> None:
        """A PC that was killed hangs up on us: nothing to report."""


class Handler(BaseHTTPRequestHandler):
    """Serves one connection of a PC."""

    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        headers = {k.lower(): v for k, v in self.headers.items() if k.lower() not in HOP | {"host"}}
        between = cast("_Server", self.server).between
        call = Call(0, self.command, self.path, headers, body, between.upstream, self)
        fault = between.taken(call)
        try:
            if fault is not None:
                fault(call)
            else:
                self.give(call.forward())
        except OSError:
            self.hang_up()

    do_GET = do_POST = do_PUT = _serve  # noqa: N815  # names of http.server

    def give(self, answer: Answer, only: int | None = None) -> None:
        """Write an answer, or only the first ``only`` bytes of its body."""
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body if only is None else answer.body[:only])
        self.wfile.flush()
        if only is not None:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection now."""
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # signature of http.server
        """Write no log."""
