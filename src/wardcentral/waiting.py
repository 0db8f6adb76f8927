"""Who waits in the event loop for a ward to grow."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bell:
    event: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0


class Bells:
    """One bell a ward that somebody waits for; none for any other. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._bells: dict[bytes, _Bell] = {}

    def wards(self) -> tuple[bytes, ...]:
        """The wards that somebody waits for now; may be asked from any thread."""
        return tuple(self._bells)

    async def wait(self, ward: bytes, seconds: float) -> bool:
        """Return whether the ward's bell rang within so many seconds."""
        bell = self._bells.setdefault(ward, _Bell())
        bell.waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await bell.event.wait()
        except TimeoutError:
            return False
        finally:
            bell.waiting -= 1
            # Else the watch would ask for a ward that all have left.
            if not bell.waiting and self._bells.get(ward) is bell:
                del self._bells[ward]
        return True

    def ring(self, wards: Iterable[bytes]) -> None:
        """Wake all who wait for these wards; whoever comes later waits for the next time."""
        for ward in wards:
            bell = self._bells.pop(ward, None)
            if bell is not None:
                bell.event.set()
