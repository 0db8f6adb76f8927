"""What the operator's monitoring may see of the service (decision 0017).

Counts and times of the process as a whole. No label holds a ward, a device, a team, an address or a
stream: what grows with one ward's work must not be readable from a graph.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOBS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_METHODS = frozenset({"GET", "POST", "PUT"})


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # What the process uses of memory, processor and files; nothing of what it serves.
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        into: dict[str, Any] = {"namespace": "wardcentral", "registry": self.registry}
        self._requests = Counter(
            "requests", "Answered requests by route and status.", ("route", "method", "status"), **into
        )
        self._request_seconds = Histogram(
            "request_seconds",
            "From the head of a request to the end of its answer; waiting polls are not in it.",
            ("route",),
            buckets=SECONDS,
            **into,
        )
        self._refused = Counter(
            "refused", "Requests answered with a problem, by its code.", ("reason",), **into
        )
        self._limited = Counter(
            "rate_limited", "Requests over a limit of their device or address.", ("bucket",), **into
        )
        self._commit_jobs = Histogram(
            "commit_jobs", "Writing requests stored by one commit.", buckets=JOBS, **into
        )
        self._commit_seconds = Histogram(
            "commit_seconds", "Time of one transaction up to its commit.", buckets=SECONDS, **into
        )
        self._undone = Counter("commits_undone", "Transactions that were rolled back.", **into)
        self._waiting = Gauge("waiting_polls", "Calls that wait for a log to grow.", **into)
        self._streams = Gauge("event_streams", "Streams of events that are open.", **into)
        self._queued = Gauge("queued_jobs", "Writing requests that wait for the next commit.", **into)
        self._held = Gauge("held_body_bytes", "Bytes of request bodies in memory.", **into)
        self._draining = Gauge("draining", "1 while the process is about to stop.", **into)
        for bucket in ("device", "address"):
            self._limited.labels(bucket)

    def answered(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """Count an answer; ``route`` is a template, ``seconds`` None where the wait was asked for."""
        self._requests.labels(route, known_method(method), str(status)).inc()
        if seconds is not None:
            self._request_seconds.labels(route).observe(seconds)

    def refused(self, code: str) -> None:
        """Count a problem."""
        self._refused.labels(code).inc()

    def limited(self, bucket: str) -> None:
        """Count a request over a limit; ``bucket`` is ``device`` or ``address``."""
        self._limited.labels(bucket).inc()

    def committed(self, jobs: int, seconds: float) -> None:
        """Count a commit."""
        self._commit_jobs.observe(jobs)
        self._commit_seconds.observe(seconds)

    def undone(self) -> None:
        """Count a transaction that was rolled back."""
        self._undone.inc()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count a poll while it waits."""
        with self._waiting.track_inprogress():
            yield

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count a stream of events while it is open."""
        with self._streams.track_inprogress():
            yield

    def look_at(
        self, *, queued: Callable[[], int], held: Callable[[], int], draining: Callable[[], bool]
    ) -> None:
        """Ask these whenever somebody reads the metrics."""
        self._queued.set_function(queued)
        self._held.set_function(held)
        self._draining.set_function(draining)


def known_method(method: str) -> str:
    """Return the method, or ``other``: a caller may send any word."""
    return method if method in _METHODS else "other"


def listening(metrics: Metrics, host: str, port: int) -> AbstractContextManager[int]:
    """Give the metrics to whoever asks at an address of this machine; the port, OSError where it is taken."""

    @contextmanager
    def open_listener() -> Iterator[int]:
        server, thread = start_http_server(port, host, metrics.registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    return open_listener()
