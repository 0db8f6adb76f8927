"""Waiting for news: by a stream of events where nothing on the way holds it back, else by the long poll.

Before the first stream a short one is opened: where its greeting does not come within a few seconds, a proxy buffers
(or the service is of before there were streams). A stream that falls silent later is held back as well, by something
that let the greeting through. Then the long poll is used for an hour, once it has shown that it works: a service
that is away proves nothing about the way. One thread waits at a time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from wardclient.sync.transport import Transport, TransportError

HELLO_SECONDS = 5.0
"""A greeting that takes longer is held back by something."""
SILENT_SECONDS = 45.0
"""A stream says something every 15 s at least (wardcentral.events.QUIET_SECONDS): three signs of life missed."""
SHORT_SECONDS = 5.0
"""A stream that the service ends sooner is not opened again without a pause."""
AGAIN_SECONDS = 3_600.0
_NO_STREAM = frozenset({"slow", "nonsense", "not_found", "method", "server"})
"""What an open stream that does not work looks like; anything else is a fault of another kind."""


@dataclass(slots=True)
class Way:
    """What is known of the way to the service; outlives the streams."""

    proven: bool = False
    """Whether a greeting came through."""
    poll_until: float = float("-inf")
    """Until then streams are not tried."""


class News:
    """The way to be told that the log has grown."""

    def __init__(
        self, transport: Transport, clock: Callable[[], float] = time.monotonic, way: Way | None = None
    ) -> None:
        """``clock``: seconds that never go back. ``way``: what was found out before."""
        self._transport = transport
        self._clock = clock
        self._way = way or Way()
        self._stack = ExitStack()
        self._stream: Iterator[int | None] | None = None
        self._opened = 0.0
        self._size = 0

    @property
    def streaming(self) -> bool:
        """Whether a stream is open."""
        return self._stream is not None

    def wait(self, cursor: int) -> int:
        """Return the log's size once it is more than ``cursor``, or after a while as it is; TransportError."""
        if self._clock() < self._way.poll_until:
            return self._transport.wake(cursor).size
        try:
            return self._told(cursor)
        except TransportError as error:
            self.close()
            if error.code not in _NO_STREAM:
                raise
        self._way.proven = False
        size = self._transport.wake(cursor).size
        self._way.poll_until = self._clock() + AGAIN_SECONDS
        return size

    def close(self) -> None:
        """Leave the stream."""
        self._stream, self._size = None, 0
        with suppress(TransportError):
            self._stack.close()

    def _told(self, cursor: int) -> int:
        if not self._way.proven:
            # A short patience for the greeting alone; a stream that is kept needs a longer one.
            with self._transport.events(cursor, HELLO_SECONDS) as stream:
                size = next(stream, None)
                if size is None:
                    raise TransportError("nonsense")
            self._way.proven = True
            if size > cursor:
                return size
        if self._size > cursor:
            # A stream says it once; who did not fetch it yet is told again, as by the poll.
            return self._size
        if self._stream is None:
            self._stream = self._stack.enter_context(self._transport.events(cursor, SILENT_SECONDS))
            self._opened = self._clock()
        for size in self._stream:
            # A sign of life ends the wait too: whoever waits looks whether it still should.
            self._size = max(self._size, size or 0)
            return cursor if size is None else size
        # The service let go: the next wait opens a new one, signed anew.
        self.close()
        if self._clock() - self._opened < SHORT_SECONDS:
            raise TransportError("cut")
        return cursor
