"""Server-sent events (protocol.md): one open answer that tells of each growth of a ward's log, where no proxy holds it back.

It says nothing that the long poll does not say: the size of the log. ``hello`` comes at once, so a caller sees that nothing
buffers; ``size`` whenever the log has grown, once for as many commits as came meanwhile; a comment when nothing
did for as long as a poll may wait. Before each, the caller's membership is looked at again: a removed device is told
nothing more. After LIFE waits the answer ends, and the caller signs a new request.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from wardcentral.core import Snapshot
from wardcentral.places import number_of
from wardcentral.problems import ProblemError
from wardcentral.service import Service

LIFE = 30
"""Waits of one stream: ten minutes at the longest wait."""
PER_DEVICE = 4
"""Open streams of one device: a PC has one, and another while the first is not yet known to be cut."""
MEDIA_TYPE = "text/event-stream"


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
        if self._open[ward, device] >= PER_DEVICE:
            raise ProblemError("rate")
        return StreamingResponse(
            self._stream(ward, device, after, size),
            media_type=MEDIA_TYPE,
            headers={"x-accel-buffering": "no"},
        )

    async def _stream(self, ward: bytes, device: bytes, after: int, size: int) -> AsyncIterator[bytes]:
        with self._counted(ward, device), self._service.metrics.streaming():
            yield self._event("hello", size)
            told = max(after, size)
            for _ in range(LIFE):
                if self._service.draining:
                    return
                size = await self._service.wake(ward, told)
                try:
                    # The log may have moved on, the device may be gone, the ward may live elsewhere.
                    snapshot = await self._service.snapshot(ward)
                except ProblemError:
                    return
                member = snapshot.state.member(device)
                if member is None:
                    return
                size = max(size if size <= snapshot.size else 0, snapshot.size)
                yield self._event("size", size) if size > told else b": still here\n\n"
                told = max(told, size)

    def _event(self, name: str, size: int) -> bytes:
        data = json.dumps({"size": size, "server_ms": self._service.clock_ms()})
        return f"event: {name}\nid: {size}\ndata: {data}\n\n".encode()

    @contextmanager
    def _counted(self, ward: bytes, device: bytes) -> Iterator[None]:
        self._open[ward, device] += 1
        try:
            yield
        finally:
            self._open[ward, device] -= 1
            if not self._open[ward, device]:
                del self._open[ward, device]
