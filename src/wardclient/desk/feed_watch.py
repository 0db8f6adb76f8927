"""Fetching the openings feed beside everything else: soon after the start, and every half hour."""

import threading
from collections.abc import Callable
from contextlib import suppress

from wardclient.desk.api import AwayError, DeskError, RefusedError
from wardclient.desk.feed_rows import FeedOutcome

FIRST_SECONDS = 20.0
EVERY_SECONDS = 1_800.0
STOP_SECONDS = 5.0


class FeedWatch:
    """A thread that fetches. What goes wrong is kept by the desk (`feed_status`); nobody is interrupted by it."""

    def __init__(
        self, fetch: Callable[[], FeedOutcome], first: float = FIRST_SECONDS, every: float = EVERY_SECONDS
    ) -> None:
        """``fetch`` takes the newest feed over, and gives way to a person who waits."""
        self._fetch = fetch
        self._first = first
        self._every = every
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a second start does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, when what is under way has left off."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            # A call that hangs ends with its connection; the thread is a daemon.
            thread.join(STOP_SECONDS)

    @property
    def stopping(self) -> bool:
        """Whether what is under way is to leave off."""
        return self._stop.is_set()

    def _run(self) -> None:
        wait = self._first
        while not self._stop.wait(wait):
            with suppress(AwayError, RefusedError, DeskError):
                self._fetch()
            wait = self._every
