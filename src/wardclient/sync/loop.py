"""The loop between the client core and the network. It owns the waiting; the core owns the truth.

Every call of the core runs through ``in_lane`` (the desk's write lane), every request outside it,
so a slow network never holds up a save. One thread exchanges, another waits for news.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from wardclient.sync.calls import Call, ControlCall, PushCall
from wardclient.sync.client import Client
from wardclient.sync.transport import Transport, TransportError

T = TypeVar("T")
InLane = Callable[[Callable[[], object]], object]
MOST_CALLS = 10_000
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
IDLE_SECONDS = 30.0


class SyncLoop:
    """Exchanges in the background, or once on demand."""

    def __init__(
        self,
        client: Client,
        transport: Transport,
        in_lane: Callable[[Callable[[], T]], T],
        on_change: Callable[[bool], None],
    ) -> None:
        """``on_change(True)`` after something was taken over; ``(False)`` when contact came or went."""
        self._client = client
        self._transport = transport
        self._in_lane: Callable[..., T] = in_lane
        self._on_change = on_change
        self._awake = threading.Event()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.trouble = ""
        """Code of the last transport problem; empty while there is contact."""

    # --- in the background -----------------------------------------------------------

    def start(self) -> None:
        """Begin to exchange and to wait for news."""
        if self._threads:
            return
        self._stop.clear()
        self._in_lane(self._client.retry)
        for work, name in ((self._exchange, "sync"), (self._listen, "sync-wake")):
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop; a request under way is left to its end, its answer is asked for again later."""
        self._stop.set()
        self._awake.set()
        exchanging = [t for t in self._threads if t.name == "sync" and t is not threading.current_thread()]
        self._threads.clear()
        for thread in exchanging:
            thread.join(timeout=10.0)

    def urge(self) -> None:
        """There is something to send."""
        self._awake.set()

    def _exchange(self) -> None:
        while not self._stop.is_set():
            self._awake.clear()
            try:
                self._run_due()
            except Exception:  # noqa: BLE001  # the desk was locked meanwhile: the loop ends with it
                if self._stop.is_set():
                    return
                self._told("local")
            due = self._client.next_due_ms() - _now_ms()
            self._awake.wait(min(IDLE_SECONDS, max(0.05, due / 1000)))

    def _run_due(self) -> None:
        while not self._stop.is_set():
            call = self._in_lane(lambda: self._client.next_call(_now_ms()))
            if call is None:
                return
            self._make(call)  # type: ignore[arg-type]

    def _listen(self) -> None:
        pause = FIRST_PAUSE
        stop = self._stop
        while not stop.is_set():
            try:
                self.wait_for_news()
            except TransportError:
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            except Exception:  # noqa: BLE001  # locked
                return
            pause = FIRST_PAUSE

    def wait_for_news(self) -> None:
        """Wait until the log is longer than what was taken over, or the server ends the wait."""
        cursor = self._client.core.memory.cursor
        wake = self._transport.wake(cursor)
        if wake.size > cursor and not self._stop.is_set():
            self._in_lane(self._client.look)
            self._awake.set()

    # --- on demand ----------------------------------------------------------------------

    def sync_once(self) -> None:
        """Exchange until nothing is left to do; TransportError at the first call without an answer."""
        self._in_lane(self._client.retry)
        for _ in range(MOST_CALLS):
            call = self._in_lane(lambda: self._client.next_call(_now_ms()))
            if call is None:
                return
            error = self._make(call)  # type: ignore[arg-type]
            if error is not None:
                raise error

    # --- one call --------------------------------------------------------------------------

    def _make(self, call: Call) -> TransportError | None:
        """Make a call and hand its outcome to the core; return what went wrong with the way."""
        client, transport = self._client, self._transport
        outcome: Callable[[], object]
        problem: TransportError | None = None
        try:
            if isinstance(call, ControlCall):
                reply = transport.control(call.push)
                outcome = lambda: client.on_control_reply(call, reply, _now_ms())  # noqa: E731
            elif isinstance(call, PushCall):
                answers = transport.blocks(call.request)
                outcome = lambda: client.on_push_reply(call, answers, _now_ms())  # noqa: E731
            else:
                page = transport.log(call.after, call.limit)
                outcome = lambda: client.on_page(call, page, _now_ms())  # noqa: E731
        except TransportError as error:
            problem = error
            outcome = lambda: client.on_failure(call, _now_ms())  # noqa: E731
        touched = self._in_lane(outcome)
        self._told(problem.code if problem is not None else "")
        if problem is None and (touched or not isinstance(call, PushCall | ControlCall)):
            self._on_change(bool(touched))
        elif problem is None:
            self._on_change(False)
        return problem

    def _told(self, trouble: str) -> None:
        changed = self.trouble != trouble
        self.trouble = trouble
        if changed:
            self._on_change(False)


def _now_ms() -> int:
    """Return a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000
