"""The one writing thread. Jobs that wait at the same time are committed together.

A job's result is given out only after the commit that holds it. When a group fails, each of
its jobs is tried alone, so that one bad job cannot take others down with it.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from wardcentral.store import ServerStore, Wanted

LINGER_SECONDS = 0.005
"""How long a group stays open for more, once work has begun to come in numbers."""
MOST_IN_GROUP = 256
MOST_WAITING = 4_096

T = TypeVar("T")


class FullError(Exception):
    """Too many jobs wait, or the committer has stopped: nothing was done."""


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    act: Callable[[], T]
    future: "Future[T]"
    ward: bytes | None = None
    wanted: Wanted | None = None


class Committer:
    """Runs jobs in order, in grouped transactions of ``store``.

    ``committed`` is called in the writing thread after each commit and before the results are
    given out; ``undone`` after each transaction that was rolled back.
    """

    def __init__(
        self,
        store: ServerStore,
        *,
        committed: Callable[[], None],
        undone: Callable[[], None],
        measured: Callable[[int, float], None] = lambda _jobs, _seconds: None,
    ) -> None:
        """``measured`` is told of each commit how many jobs it held and how many seconds it took."""
        self._store = store
        self._measured = measured
        self._committed = committed
        self._undone = undone
        self._waiting: queue.Queue[_Job[Any] | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._closed = False
        self._expected = 1
        """How many jobs the last group had."""
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self.commits = 0
        """Transactions committed so far."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def submit(
        self, act: Callable[[], T], ward: bytes | None = None, wanted: Wanted | None = None
    ) -> "Future[T]":
        """Run ``act``, which touches no other ward, in a transaction; FullError when it cannot be taken on.

        ``wanted``: what it will ask the store for, so that a group's reads are made together.
        """
        job = _Job(act, Future[T](), ward, wanted)
        with self._lock:
            if self._closed or self._waiting.qsize() >= MOST_WAITING - 1:
                raise FullError
            self._waiting.put_nowait(job)
        return job.future

    def waiting(self) -> int:
        """Return how many jobs wait for the next group."""
        return self._waiting.qsize()

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                self._commit(group)
            if last:
                return

    def _gather(self) -> tuple[list[_Job[Any]], bool]:
        """Return the next group, and whether it is the last."""
        group: list[_Job[Any]] = []
        deadline = 0.0
        while len(group) < MOST_IN_GROUP:
            # A single person's save is not made to wait. Under load 5 ms buy far fewer commits; as many as came
            # the last time are probably all that there are: each of them waits for its answer before it asks again.
            left = max(0.0, deadline - time.monotonic()) if len(group) < self._expected else 0.0
            try:
                job = self._waiting.get(timeout=left if group else None)
            except queue.Empty:
                break
            if job is None:
                return group, True
            if not group:
                deadline = time.monotonic() + LINGER_SECONDS
            group.append(job)
        self._expected = len(group)
        return group, False

    def _commit(self, group: list[_Job[Any]]) -> None:
        begun = time.monotonic()
        try:
            with self._store.transaction():
                wards = {job.ward for job in group if job.ward is not None}
                self._store.lock(sorted(wards), [job.wanted for job in group if job.wanted is not None])
                results = [job.act() for job in group]
            self.commits += 1
        except BaseException as error:  # noqa: BLE001
            self._undone()
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            for job in group:
                self._commit([job])
            return
        self._measured(len(group), time.monotonic() - begun)
        self._committed()
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)
