"""The calls that the core asks for, and when: three lanes that do not wait for each other.

Control acts, blocks and pages each have a lane. At most one call of a lane is under way; a call
that fails is tried again later, after a time that grows and is jittered. New work does not
bring a failed lane's next try forward, and an upload that hangs holds no download back.
"""

from dataclasses import dataclass, field
from typing import Literal

from wardproto.messages import NOT_ASKED, Asked, ControlPush, PushRequest

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 60_000
POLL_MS = 30_000
"""How long after a page the next one is asked for when nothing wakes the client."""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """POST /control. ``name`` is the record's hash."""

    ward: bytes
    push: ControlPush
    name: bytes


@dataclass(frozen=True, slots=True)
class PushCall:
    """POST /blocks. ``blocks`` names each item: (stream, block hash)."""

    ward: bytes
    request: PushRequest
    blocks: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class PullCall:
    """GET /log after a cursor."""

    ward: bytes
    after: int
    limit: int
    asked: Asked = NOT_ASKED
    ahead: bool = False
    """Whether a newcomer looks at the end of the log for its key (early.py): nothing of it is taken over."""


Call = ControlCall | PushCall | PullCall
Direction = Literal["up", "down"]
"""Calls that send (control acts, blocks), and calls that fetch."""


@dataclass(slots=True)
class Lane:
    """When a kind of call is due. Times are milliseconds of a clock that never jumps."""

    due_ms: int = 0
    fails: int = 0
    flying: Call | None = None

    def is_due(self, now_ms: int) -> bool:
        """Whether a call may start."""
        return self.flying is None and self.due_ms <= now_ms

    def answered(self, call: Call) -> None:
        """The server answered: the lane is free, and its way is open."""
        self._land(call)
        self.fails = 0

    def failed(self, call: Call, now_ms: int, jitter: float, least_ms: int = 0) -> None:
        """No answer, or one that says nothing: wait, longer each time. ``jitter`` from 0 to 1.

        ``least_ms``: what the service asked to wait. Who was told the same comes back at different times.
        """
        self._land(call)
        self.put_off(now_ms, jitter, least_ms)

    def put_off(self, now_ms: int, jitter: float, least_ms: int = 0) -> None:
        """Try again after a pause."""
        pause = min(FIRST_RETRY_MS << min(self.fails, 10), LONGEST_RETRY_MS)
        self.fails += 1
        self.due_ms = now_ms + max(int(pause * (0.5 + jitter)), int(least_ms * (1 + jitter / 4)))

    def _land(self, call: Call) -> None:
        if self.flying == call:
            self.flying = None


@dataclass(slots=True)
class Lanes:
    """The three lanes."""

    control: Lane = field(default_factory=Lane)
    push: Lane = field(default_factory=Lane)
    pull: Lane = field(default_factory=Lane)

    def of(self, call: Call) -> Lane:
        """The lane of a call."""
        if isinstance(call, ControlCall):
            return self.control
        return self.push if isinstance(call, PushCall) else self.pull

    def all(self) -> tuple[Lane, Lane, Lane]:
        """All three."""
        return self.control, self.push, self.pull
