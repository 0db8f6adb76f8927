"""Waiting for news: by a stream of events where nothing on the way holds it back, else by the long poll.

Before the first stream a short one is opened: where its greeting does not come within a few seconds, a proxy buffers
(or the service is of before there were streams), and the long poll is used for an hour. One thread waits at a time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

from wardclient.sync.transport import Transport, TransportError

HELLO_SECONDS = 5.0
"""A greeting that takes longer is held back by something."""
SILENT_SECONDS = 45.0
"""A stream says something every 20 s at least."""
AGAIN_SECONDS = 3_600.0
_NO_STREAM = frozenset({"slow", "nonsense", "not_found", "method", "server"})
"""What an open stream that does not work looks like; anything else is a fault of another kind."""


class News:
    """The way to be told that the log has grown."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds that never go back."""
        self._transport = transport
        self._clock = clock
        self._poll_until = float("-inf")
        self._proven = False
        self._stack = ExitStack()
        self._stream: Iterator[int | None] | None = None

    @property
    def streaming(self) -> bool:
        """Whether a stream is open."""
        return self._stream is not None

    def wait(self, cursor: int) -> int:
        """Return the log's size once it is more than ``cursor``, or after a while as it is; TransportError."""
        if self._clock() < self._poll_until:
            return self._transport.wake(cursor).size
        try:
            return self._told(cursor)
        except TransportError as error:
            self.close()
            was_proven, self._proven = self._proven, False
            if was_proven or error.code not in _NO_STREAM:
                raise
            self._poll_until = self._clock() + AGAIN_SECONDS
            return self._transport.wake(cursor).size

    def close(self) -> None:
        """Leave the stream."""
        self._stream = None
        with suppress(TransportError):
            self._stack.close()

    def _told(self, cursor: int) -> int:
        if not self._proven:
            # A short patience for the greeting alone; a stream that is kept needs a longer one.
            with self._transport.events(cursor, HELLO_SECONDS) as stream:
                size = next(stream, None)
                if size is None:
                    raise TransportError("nonsense")
            self._proven = True
            if size > cursor:
                return size
        if self._stream is None:
            self._stream = self._stack.enter_context(self._transport.events(cursor, SILENT_SECONDS))
        for size in self._stream:
            # A sign of life ends the wait too: whoever waits looks whether it still should.
            return cursor if size is None else size
        # The service let go: the next wait opens a new one, signed anew.
        self.close()
        self._proven = False
        return cursor
