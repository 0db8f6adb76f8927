"""One key after the other, however fast they come.

Textual hands a key to the widget that has the focus and takes the next one at once, while the
first may still be on its way up to a binding. On a busy PC the words after a Tab then land in
the field that is being left, and an arrow before it chooses in the wrong one. Here a key waits
until the one before it has come to rest, and until the screen that it is meant for has been
filled: what is typed while a form is still being fetched would be overwritten by it.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.events import Key
from textual.message_pump import MessagePump

PATIENCE = 0.5
"""Seconds after which a key is no longer waited for: its widget is gone, or asks a person something."""
LOOK = 0.02
MOST_LOOKS = 100
"""Seconds between looks at a screen that is not filled yet, and how often: then keys go on all the same."""
AT_ONCE = frozenset({"f12", "ctrl+l"})
"""Curtain and lock wait for nothing."""
NEEDS_NOTHING = frozenset({"escape", "f1", "ctrl+q"})
"""Keys that have something to act on however little a screen shows."""


def always() -> bool:
    """Every screen is ready."""
    return True


class KeyOrder:
    """Keeps the keys of an application in order."""

    def __init__(
        self, app: App[Any], take: Callable[[Key], Awaitable[None]], ready: Callable[[], bool] = always
    ) -> None:
        """``take`` starts the handling of one key; ``ready`` says whether the screen has been filled."""
        self._app = app
        self._take = take
        self._ready = ready
        self._looks = 0
        self._waiting: deque[Key] = deque()
        self._flying = 0
        self._tickets = 0
        self._at: MessagePump | None = None
        """Where the note of the key under way lies now."""

    async def add(self, event: Key) -> None:
        """Handle a key, now or when its turn comes."""
        if event.key in AT_ONCE:
            await self._take(event)
            return
        self._waiting.append(event)
        if not self._flying or (self._at is not None and not self._at.is_running):
            await self._next()
        elif len(self._waiting) == 1:
            self._app.set_timer(PATIENCE, self._going_on(self._flying))

    async def _next(self) -> None:
        if not self._waiting:
            self._flying = 0
            return
        self._tickets += 1
        self._flying = ticket = self._tickets
        if self._too_early():
            self._at = None
            self._app.set_timer(LOOK, self._going_on(ticket))
            return
        event = self._waiting.popleft()
        # A key bubbles from the focused widget to the application; each has its own queue, so a note
        # sent along the same way arrives after the key was dealt with.
        way: list[MessagePump] = list((self._app.focused or self._app.screen).ancestors_with_self)
        await self._take(event)
        if self._waiting:
            self._app.set_timer(PATIENCE, self._going_on(ticket))
        await self._follow(ticket, way)

    def _too_early(self) -> bool:
        """Whether the next key must wait for its screen, as long as there is any hope."""
        if self._waiting[0].key in NEEDS_NOTHING or self._ready():
            self._looks = 0
            return False
        self._looks += 1
        return self._looks <= MOST_LOOKS

    async def _follow(self, ticket: int, way: list[MessagePump]) -> None:
        if ticket != self._flying:
            return
        for at, pump in enumerate(way):
            if pump.call_later(self._follow, ticket, way[at + 1 :]):
                self._at = pump
                return
        await self._next()

    def _going_on(self, ticket: int) -> Callable[[], Awaitable[None]]:
        async def go_on() -> None:
            if ticket == self._flying:
                await self._next()

        return go_on
