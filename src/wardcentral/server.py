"""The process around the application: listening, stopping, and clients that say nothing."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from wardcentral.folder import write_atomically
from wardcentral.tls import Certificate

HEADER_SECONDS = 15.0
"""How long a connection may take to bring a head, or the rest of a body that nobody waits for."""
STALL_SECONDS = 20.0
LEAST_TAKEN = 4 * 1024
"""Bytes a second that a caller must take of an answer over each ``STALL_SECONDS``: a page is up to 8 MiB."""
KEEP_ALIVE_SECONDS = 75
MAX_HEAD = 16 * 1024
GRACE_SECONDS = 10
"""How long running requests may go on after the service was asked to stop."""
BACKLOG = 512
CONNECTIONS = 4_096
"""Open connections by default; a PC has two or three, one of which waits for news."""
SPARE_FILES = 64
"""File descriptors that are no connections."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that gives a client a limited time that says nothing, or takes nothing of its answer."""

    _silent: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _asked = False
    """Whether a first request has come: before that there is no cycle."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Wait on while a head is not complete, or a body that was answered early is still coming."""
        super().data_received(data)
        # What is no HTTP makes no cycle either.
        self._asked = self._asked or self.conn.their_state not in {h11.IDLE, h11.ERROR}
        self._mind(answered=not self._asked or self.cycle.response_complete)

    def on_response_complete(self) -> None:
        """Wait for what is still coming of a request that was answered early."""
        super().on_response_complete()
        self._mind(answered=self.cycle.response_complete)

    def _mind(self, *, answered: bool) -> None:
        if answered and (self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]):
            self._expect()
        else:
            self._heard()

    def pause_writing(self) -> None:
        """Begin to watch whether the caller takes what it asked for."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """It has taken nearly all."""
        self._taken()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._heard()
        self._taken()
        super().connection_lost(exc)

    def _expect(self) -> None:
        if self._silent is None:
            self._silent = self.loop.call_later(HEADER_SECONDS, self._drop)

    def _heard(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None

    def _watch_reading(self) -> None:
        self._taken()
        left = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(STALL_SECONDS, self._look_whether_taken, left)

    def _look_whether_taken(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < STALL_SECONDS * LEAST_TAKEN:
            # Not close(): that would wait for the caller to take the rest.
            self.transport.abort()
        else:
            self._watch_reading()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _drop(self) -> None:
        self._silent = None
        if not self.transport.is_closing():
            self.transport.close()


class Activity:
    """Counts requests, so that a practice service can end when nobody calls any more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running = 0
        self._last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            self._last = time.monotonic()

    def idle_seconds(self) -> float:
        """How long nobody has asked anything (0 while a request runs; the lifespan is one of them)."""
        return time.monotonic() - self._last if self._running <= 1 else 0.0


class CentralServer(uvicorn.Server):
    """uvicorn that says when it really accepts, and lets waiting clients go when it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        ready: Callable[[], None],
        stopping: Callable[[], None],
        draining: Callable[[], None],
        drain_seconds: float,
        finished: Callable[[], bool] | None = None,
        renew: Callable[[], None] | None = None,
        alive: Callable[[float], None] = lambda _now: None,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._draining = draining
        self._drain_seconds = drain_seconds
        self._leave_at: float | None = None
        self._stopping = stopping
        self._finished = finished
        self._renew = renew
        self._renewing = False
        self._alive = alive

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain at the first signal; stop at once at a second, or where nothing is to be drained."""
        if self._leave_at is None and self._drain_seconds > 0:
            self._leave_at = time.monotonic() + self._drain_seconds
            self._draining()
        else:
            super().handle_exit(sig, frame)

    def _ask_to_renew(self, _sig: int, _frame: FrameType | None) -> None:
        """Note it only: files are not read in a signal handler."""
        self._renewing = True

    async def on_tick(self, counter: int) -> bool:
        """Also stop when it is drained or there is nothing left to do."""
        self._alive(time.monotonic())
        if self._renewing and self._renew is not None:
            self._renewing = False
            self._renew()
        drained = self._leave_at is not None and time.monotonic() >= self._leave_at
        if drained or (self._finished is not None and self._finished()):
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer the waiting clients first: they would hold the process for a minute."""
        self._stopping()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End cleanly on the usual signals; the process then ends with its own exit code."""
        wanted = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            wanted.append(signal.SIGBREAK)
        before: dict[int, Any] = {}
        with contextlib.suppress(ValueError):
            # Only the main thread may set them; elsewhere (in tests) the caller sets should_exit.
            before = {number: signal.signal(number, self.handle_exit) for number in wanted}
            if sys.platform != "win32" and self._renew is not None:
                before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._ask_to_renew)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; OSError where the address is taken or is not ours."""
    family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, proto)
    try:
        if os.name == "posix":
            # After a kill the same port can be taken at once. On Windows the option means stealing it.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except BaseException:
        sock.close()
        raise
    return sock


def room_for(connections: int) -> int:
    """Ask the system for as many open files as that needs; return how many connections there is room for."""
    try:
        import resource
    except ImportError:
        return connections  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(connections, wanted - SPARE_FILES)


def _nothing() -> None:
    """What a reload does where no file can be renewed."""


def make_server(
    app: ASGIApp,
    *,
    ready: Callable[[], None],
    stopping: Callable[[], None],
    draining: Callable[[], None] = lambda: None,
    drain_seconds: float = 0.0,
    idle_seconds: float | None = None,
    connections: int = CONNECTIONS,
    certificate: Certificate | None = None,
    proxies: Sequence[str] = (),
    alive: Callable[[float], None] = lambda _now: None,
    supervised: bool = False,
) -> CentralServer:
    """Return a server for the application; run it with ``serve(sockets=[...])``.

    ``proxies``: addresses whose word about a caller's address is believed. ``supervised``: SIGHUP is a supervisor's
    wish to reload, also where there is nothing to; else it is the end of the terminal.
    """
    activity = Activity(app)
    config = uvicorn.Config(
        activity,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        backlog=BACKLOG,
        # One more than may be served: it is answered 503 and closed.
        limit_concurrency=connections + 1,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
    config.load()
    if certificate is not None:
        config.ssl = certificate.context
    finished = None if idle_seconds is None else lambda: activity.idle_seconds() > idle_seconds
    return CentralServer(
        config,
        ready=ready,
        stopping=stopping,
        draining=draining,
        drain_seconds=drain_seconds,
        finished=finished,
        alive=alive,
        renew=certificate.renew if certificate is not None else (_nothing if supervised else None),
    )


@contextlib.contextmanager
def written(path: Path | None, text: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """Give what writes ``path`` when called; the file goes when the block is left."""

    def write() -> None:
        if path is not None:
            write_atomically(path, text())

    try:
        yield write
    finally:
        if path is not None:
            path.unlink(missing_ok=True)
