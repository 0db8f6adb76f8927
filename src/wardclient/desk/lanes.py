"""The write lane: one thread that owns the store and does one thing at a time.

SQLCipher has one writer, and so do we: every act, whether from a screen, a command or the
sync loop, is a callable that runs here, whole, before the next one starts. The screen's
thread only waits when it wants to.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from wardclient.desk.api import LockedError

T = TypeVar("T")

_Job = tuple[Callable[[], object], "Future[object]"]


class Lane:
    """A thread that runs callables in order."""

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Queue ``job``; LockedError once the lane is closed."""
        if self._closed.is_set():
            raise locked()
        future: Future[T] = Future()
        self._jobs.put((job, future))  # type: ignore[arg-type]
        return future

    def run(self, job: Callable[[], T]) -> T:
        """Run ``job`` in the lane and return its result. Inside the lane it runs at once."""
        if threading.current_thread() is self._thread:
            return job()
        return self.submit(job).result()

    def close(self, last: Callable[[], None]) -> None:
        """Run ``last`` after all that is queued, then stop. Later submissions are refused."""
        if self._closed.is_set():
            return
        self._closed.set()
        future: Future[None] = Future()
        self._jobs.put((last, future))  # type: ignore[arg-type]
        self._jobs.put(None)
        if threading.current_thread() is not self._thread:
            future.result()
            self._thread.join()

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, future = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001  # handed to whoever asked
                future.set_exception(error)
            del job, future, item
        self._refuse_rest()

    def _refuse_rest(self) -> None:
        while True:
            try:
                item = self._jobs.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].set_exception(locked())


def locked() -> LockedError:
    """Return the error of an act that came after the lock."""
    return LockedError(
        "ロックされました。入力した内容は暗号化して残してあります。解錠すると続けられます。",
        "The desk is locked. What you typed is kept encrypted; unlock to go on.",
    )
