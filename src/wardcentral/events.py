"""Server-sent events (protocol.md): one open answer that tells of each growth of a ward's log, where no proxy holds it back.

It says nothing that the long poll does not say: the size of the log. ``hello`` comes at once, so a caller sees that nothing
buffers; ``size`` whenever the log has grown, once for as many commits as came while the caller took the last one; a
comment every QUIET_SECONDS in which it did not. Before each size, and every LOOK_SECONDS, the caller's membership is
looked at again: a removed device is told nothing more. The answer ends after ten minutes at most, and the caller signs anew.
"""

import asyncio
import json
import random
from collections import Counter
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wardcentral.core import Snapshot
from wardcentral.places import number_of
from wardcentral.problems import ProblemError
from wardcentral.service import Service

QUIET_SECONDS = 15.0
"""A sign of life comes at least so often: a caller takes 45 s of silence for a way that holds back (wardclient.sync.news)."""
LOOK_SECONDS = 45.0
"""As often as a poll would: a ward that moved away leaves no new record here."""
LIFE = 40
"""Signs of life that fit into one stream: ten minutes."""
SHORTEST_LIFE = 0.8
"""Of the whole. Those who came together, after a restart, do not come again together."""
PER_DEVICE = 4
"""Open streams of one device: a PC has one, and another while the first is not yet known to be cut."""
MEDIA_TYPE = "text/event-stream"
_ALIVE = b": still here\n\n"


class _Caller(Protocol):
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def device(self) -> bytes: ...


class _Believed(Protocol):
    def __call__(self, request: Request, limit: int, /) -> AbstractAsyncContextManager[_Caller]: ...


class EventDoor:
    """The endpoint ``GET /w/{ward}/events``."""

    def __init__(self, service: Service, believed: _Believed) -> None:
        self._service = service
        self._believed = believed
        self._open: Counter[tuple[bytes, bytes]] = Counter()

    def __len__(self) -> int:
        """How many streams are open."""
        return self._open.total()

    async def events(self, request: Request) -> Response:
        """Open a stream of the sizes of a ward's log."""
        after = number_of(request, "after", 0)
        async with self._believed(request, 0) as caller:
            ward, device = caller.snapshot.ward, caller.device
            size = caller.snapshot.size
        if self._service.draining:
            # It would end at once: whoever came again at once would come in a circle.
            raise ProblemError("stopping")
        # Between here and _Stream.__call__, which counts it, nothing else runs.
        if self._open[ward, device] >= PER_DEVICE:
            raise ProblemError("rate")
        return _Stream(self._service, self._open, (ward, device), after, size)


class _Stream(Response):
    """An open answer. It owns what it started: when it is left, in whatever way, nothing of it runs any more."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        service: Service,
        opened: Counter[tuple[bytes, bytes]],
        who: tuple[bytes, bytes],
        after: int,
        size: int,
    ) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        # Its length is not known.
        del self.headers["content-length"]
        self._service = service
        self._opened = opened
        self._who = who
        self._size = size
        self._told = max(after, size)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until there is an end, or the caller has gone."""
        self._opened[self._who] += 1
        telling = None
        try:
            with self._service.metrics.streaming():
                telling = asyncio.ensure_future(self._tell(send))
                leaving = asyncio.ensure_future(_left(receive))
                try:
                    await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    telling.cancel()
                    leaving.cancel()
                    await asyncio.gather(telling, leaving, return_exceptions=True)
        finally:
            self._opened[self._who] -= 1
            if not self._opened[self._who]:
                del self._opened[self._who]
        if not telling.cancelled() and (error := telling.exception()) is not None:
            raise error

    async def _tell(self, send: Send) -> None:
        head = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(head)
        await _say(send, self._event("hello", self._size))
        loop = asyncio.get_running_loop()
        now = loop.time()
        quiet = min(QUIET_SECONDS, self._service.wake_seconds)
        end = now + LIFE * quiet * random.uniform(SHORTEST_LIFE, 1.0)  # noqa: S311  # no secret
        look = now + LOOK_SECONDS
        while not self._service.draining and (now := loop.time()) < end:
            size = await self._service.wake(self._who[0], self._told, min(quiet, end - now))
            if size > self._told or loop.time() >= look:
                found = await self._looked(size, thorough=loop.time() >= look)
                if found is None:
                    break
                size, look = found, loop.time() + LOOK_SECONDS
            if size > self._told:
                self._told = size
                await _say(send, self._event("size", size))
            else:
                await _say(send, _ALIVE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _looked(self, size: int, *, thorough: bool) -> int | None:
        """The ward's size, None where the caller is to be told nothing more: gone, or the ward is elsewhere.

        The membership is that of the log with ``size`` entries, which is what is about to be told: one read for all
        streams of a ward, not one each. ``thorough``: whatever the watch has seen, ask.
        """
        ward, device = self._who
        try:
            if thorough:
                await self._service.serves(ward)
            snapshot = await self._service.looking.at(ward, size)
        except ProblemError:
            return None
        return None if snapshot.state.member(device) is None else snapshot.size

    def _event(self, name: str, size: int) -> bytes:
        data = json.dumps({"size": size, "server_ms": self._service.clock_ms()})
        return f"event: {name}\nid: {size}\ndata: {data}\n\n".encode()


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the caller has hung up."""
    while (await receive())["type"] != "http.disconnect":
        continue
