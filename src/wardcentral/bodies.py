"""Reading request bodies: bounded in size, in time and in what all of them hold together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from wardcentral.problems import ProblemError


class Bodies:
    """All bodies that are held at this moment.

    A body has ``seconds`` to arrive and one second more for each ``rate`` bytes received.
    """

    def __init__(self, seconds: float, rate: float, most: int) -> None:
        self._seconds = seconds
        self._rate = rate
        self._most = most
        self._held = 0

    def held(self) -> int:
        """Return how many bytes are held now."""
        return self._held

    @asynccontextmanager
    async def read(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """Give the body, held until the block is left; ProblemError too_big, timeout, cut or busy."""
        declared = request.headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            raise ProblemError("too_big")
        parts: list[bytes] = []
        taken = 0
        try:
            async for part in self._parts(request):
                taken += len(part)
                self._held += len(part)
                if taken > limit:
                    raise ProblemError("too_big")
                if self._held > self._most:
                    raise ProblemError("busy")
                parts.append(part)
            yield b"".join(parts)
        finally:
            self._held -= taken

    async def _parts(self, request: Request) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        stream = request.stream()
        while True:
            try:
                async with asyncio.timeout_at(until):
                    part = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise ProblemError("timeout") from None
            except ClientDisconnect:
                raise ProblemError("cut") from None
            until += len(part) / self._rate
            yield part
