"""Whose turn it is to write the openings: an import, the feed, or the index. One at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 0.1


class GaveUpError(Exception):
    """Somebody who waited for a turn was cancelled."""


class Turns:
    """A lock whose waiting can be cancelled, and that tells its holder that a person waits."""

    def __init__(self) -> None:
        """Nobody has it."""
        self._lock = threading.Lock()
        self._waiting = 0
        self._count = threading.Lock()

    @property
    def wanted(self) -> bool:
        """Whether a person waits: who works in the background leaves off, and goes on later."""
        return self._waiting > 0

    @contextmanager
    def mine(self, gave_up: Callable[[], bool], *, person: bool = True) -> Iterator[None]:
        """Have the turn while the block runs; GaveUpError when ``gave_up`` says so before it came."""
        self._wait(1 if person else 0)
        try:
            while not self._lock.acquire(timeout=LOOK_SECONDS):
                if gave_up():
                    raise GaveUpError
        finally:
            self._wait(-1 if person else 0)
        try:
            yield
        finally:
            self._lock.release()

    def _wait(self, more: int) -> None:
        with self._count:
            self._waiting += more
