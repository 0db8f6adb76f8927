"""The loop between the client core and the network. It owns the waiting; the core owns the truth.

Every call of the core runs through ``in_lane`` (the desk's write lane), every request outside it,
so a slow network never holds up a save. One thread sends, one fetches, one waits for news: an
upload that hangs holds no download back.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from wardclient.sync.calls import Call, ControlCall, Direction, PullCall, PushCall
from wardclient.sync.client import Client
from wardclient.sync.news import News, Way
from wardclient.sync.transport import Transport, TransportError

MOST_CALLS = 10_000
MOST_BROKEN = 2
"""Connections that may break while a person waits for an exchange."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
IDLE_SECONDS = 30.0
LEAST_WAIT = 0.05
JOIN_SECONDS = 0.5
"""How long a stop waits for the threads: locking a desk must not wait for a network that hangs."""


class InLane(Protocol):
    """Runs a callable where the core lives, and returns its result."""

    def __call__(self, job: Callable[[], Any], /) -> Any:
        """Run ``job`` and return what it returned."""


class _Run:
    """One stretch of background work. A new one has events of its own, so an old thread ends for good."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.awake = {"up": threading.Event(), "down": threading.Event()}
        self.contact = threading.Event()
        """Set when a call was answered: there is a way to the service."""
        self.threads: list[threading.Thread] = []

    def wake(self) -> None:
        """Let both directions look for what is due."""
        for event in self.awake.values():
            event.set()


NO_CONTACT = frozenset({"away", "slow", "cut"})
_AGAIN = frozenset({"cut", "old_page"})
"""What is asked once more at once: a broken connection, an answer to another question."""


class SyncLoop:
    """Exchanges in the background, or once on demand."""

    def __init__(
        self, client: Client, transport: Transport, in_lane: InLane, on_change: Callable[[bool], None]
    ) -> None:
        """``on_change(True)`` after something was taken over; ``(False)`` when contact came or went."""
        self._client = client
        self._transport = transport
        self._way = Way()
        self._news = News(transport, way=self._way)
        self._in_lane = in_lane
        self._on_change = on_change
        self._run: _Run | None = None
        self._landed = threading.Event()
        self._troubles: dict[str, str] = {}
        self._to_hear = True
        """Whether the service is to be asked for its notices of restores: at first, and whenever contact was lost."""

    @property
    def trouble(self) -> str:
        """Code of the last transport problem; empty while there is contact."""
        return next((code for code in list(self._troubles.values()) if code), "")

    # --- in the background -----------------------------------------------------------

    def start(self) -> None:
        """Begin to exchange and to wait for news."""
        if self._run is not None:
            return
        run = self._run = _Run()
        self._in_lane(self._client.retry)
        for name, work in (
            ("sync-up", lambda: self._exchange(run, "up")),
            ("sync-down", lambda: self._exchange(run, "down")),
            ("sync-wake", lambda: self._listen(run)),
        ):
            thread = threading.Thread(target=work, name=name, daemon=True)
            run.threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop. A request under way is left to its end; its outcome is asked for again later."""
        run, self._run = self._run, None
        if run is None:
            return
        run.stop.set()
        run.wake()
        run.contact.set()
        until = time.monotonic() + JOIN_SECONDS
        for thread in run.threads[:2]:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))

    def urge(self) -> None:
        """There is something to send."""
        if self._run is not None:
            self._run.wake()

    def _exchange(self, run: _Run, direction: Direction) -> None:
        awake = run.awake[direction]
        while not run.stop.is_set():
            awake.clear()
            try:
                self._make_due(run, direction)
            except Exception:  # noqa: BLE001  # the desk was locked, or its disk is full
                if run.stop.is_set():
                    return
                self._told(direction, "local")
                run.stop.wait(FIRST_PAUSE)
            now = _now_ms()
            wait = (self._client.next_due_ms(now, direction) - now) / 1000
            awake.wait(min(IDLE_SECONDS, max(LEAST_WAIT, wait)))

    def _make_due(self, run: _Run, direction: Direction) -> None:
        while not run.stop.is_set():
            call = self._in_lane(lambda: self._client.next_call(_now_ms(), direction))
            if call is None:
                return
            self._make(call)

    def _listen(self, run: _Run) -> None:
        # Of this stretch alone: the thread of the one before may still wait on a stream of its own.
        news = News(self._transport, way=self._way)
        try:
            self._hear_news(run, news)
        finally:
            news.close()

    def _hear_news(self, run: _Run, news: News) -> None:
        pause = FIRST_PAUSE
        while not run.stop.is_set():
            before = self._client.core.memory.cursor
            run.contact.clear()
            try:
                quiet = not self.wait_for_news(news)
            except TransportError as error:
                quiet = False
                # The service asked for this pause: contact of another direction does not shorten it.
                run.stop.wait(error.wait_seconds)
            except Exception:  # noqa: BLE001  # locked
                return
            if quiet:
                pause = FIRST_PAUSE
                continue
            # There is news to be fetched, or no way at all: do not ask in a circle.
            run.contact.wait(pause)
            moved = self._client.core.memory.cursor > before
            pause = FIRST_PAUSE if moved else min(pause * 2, LONGEST_PAUSE)

    def wait_for_news(self, news: News | None = None) -> bool:
        """Wait until the log is longer than what was taken over, or the server ends the wait."""
        cursor = self._client.core.memory.cursor
        if (news or self._news).wait(cursor) <= cursor:
            return False
        self._in_lane(self._client.look)
        if self._run is not None:
            self._run.wake()
        return True

    # --- on demand ----------------------------------------------------------------------

    def sync_once(self) -> None:
        """Exchange until nothing is left to do; TransportError at a call without an answer.

        A connection that broke is tried again a few times: to send the same once more is always
        safe. What the background has under way is waited for, too.
        """
        broken = 0
        self._in_lane(self._client.retry)
        for _ in range(MOST_CALLS):
            self._landed.clear()
            call = self._in_lane(lambda: self._client.next_call(_now_ms()))
            if call is not None:
                error = self._make(call)
                if error is not None and (error.code not in _AGAIN or broken == MOST_BROKEN):
                    raise error
                if error is not None:
                    broken += 1
                    self._in_lane(self._client.retry)
            elif self._in_lane(self._client.busy):
                self._landed.wait(FIRST_PAUSE)
            else:
                break
        if self._run is not None and self.trouble:
            raise TransportError(self.trouble)

    # --- one call --------------------------------------------------------------------------

    def _make(self, call: Call) -> TransportError | None:
        """Make a call and hand its outcome to the core; return what went wrong with the way."""
        client = self._client
        direction: Direction = "up" if isinstance(call, ControlCall | PushCall) else "down"
        problem: TransportError | None = None
        try:
            outcome = self._asked(call)
        except TransportError as error:
            least_ms = int(error.wait_seconds * 1000)
            problem, outcome = error, partial(client.on_failure, call, _now_ms(), least_ms)
        try:
            touched = self._in_lane(outcome)
            if problem is None and touched is None and isinstance(call, PullCall):
                problem = TransportError("old_page")
        finally:
            self._landed.set()
            if self._run is not None:
                # What came of it may let the other direction go on: an accepted case, an entry to fetch.
                self._run.wake()
                if problem is None:
                    self._run.contact.set()
        if isinstance(call, PullCall) and client.doubts():
            # A service that was restored from copies says so itself; one that does not say it hides something.
            with suppress(TransportError):
                self._hear()
        if problem is not None:
            self._to_hear = True
        self._told(direction, problem.code if problem is not None else "")
        if problem is None:
            self._on_change(bool(touched))
        return problem

    def _asked(self, call: Call) -> Callable[[], object]:
        """Make the request; return what hands the reply to the core."""
        client, transport = self._client, self._transport
        if isinstance(call, ControlCall):
            reply = transport.control(call.push)
            return lambda: client.on_control_reply(call, reply, _now_ms())
        if isinstance(call, PushCall):
            answers = transport.blocks(call.request)
            return lambda: client.on_push_reply(call, answers, _now_ms())
        if self._to_hear:
            self._to_hear = False
            try:
                self._hear()
            except TransportError as error:
                if error.code in NO_CONTACT:
                    raise
        page = transport.log(call.after, call.limit, call.asked)
        return lambda: client.on_page(call, page, _now_ms())

    def _hear(self) -> None:
        notices = self._transport.restored()
        self._in_lane(lambda: self._client.on_restored(notices))

    def _told(self, way: str, trouble: str) -> None:
        before = self.trouble
        self._troubles[way] = trouble
        if self.trouble != before:
            self._on_change(False)


def _now_ms() -> int:
    """Return a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000
