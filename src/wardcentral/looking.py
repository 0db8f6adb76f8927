"""One read for all who ask for the same ward at once: the streams of a ward are all woken by one commit."""

import asyncio
from collections.abc import Awaitable, Callable

from wardcentral.core import Snapshot


class Looking:
    """The reads of wards that are under way. Belongs to the event loop's thread."""

    def __init__(
        self, read: Callable[[bytes], Awaitable[Snapshot]], held: Callable[[bytes], Snapshot | None]
    ) -> None:
        """``read`` gives a ward as of now, ``held`` as it was last read or written here."""
        self._read = read
        self._held = held
        self._under_way: dict[bytes, tuple[int, asyncio.Future[Snapshot]]] = {}

    async def at(self, ward: bytes, size: int) -> Snapshot:
        """Return the ward with ``size`` entries at least, as far as there are so many; ProblemError as ``read``."""
        held = self._held(ward)
        if held is not None and held.size >= size:
            return held
        known, reading = self._under_way.get(ward, (-1, None))
        if reading is None or known < size:
            # One that began before this size was known may end without it.
            reading = asyncio.ensure_future(self._read(ward))
            self._under_way[ward] = size, reading
            reading.add_done_callback(lambda done: self._end(ward, done))
        # Who leaves does not end it for the others.
        return await asyncio.shield(reading)

    def _end(self, ward: bytes, done: asyncio.Future[Snapshot]) -> None:
        if not done.cancelled():
            done.exception()  # noted, also where all who asked have left
        if self._under_way.get(ward, (0, None))[1] is done:
            del self._under_way[ward]
