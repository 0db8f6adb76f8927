"""The exchange with the server, one call at a time in each lane; no I/O here.

`next_call` says what to do next; whoever does it hands back the reply or the failure. A reply
may come twice, late, or never: none of that changes what is true afterwards.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from wardclient.sync import audit, closing, early, going_on, intents, notices, outbox, pages
from wardclient.sync.answers import read_answer
from wardclient.sync.calls import POLL_MS, Call, ControlCall, Direction, Lanes, PullCall, PushCall
from wardclient.sync.core import HALTED, OLD_PAGES, STOPPED, Core
from wardproto import control
from wardproto.messages import ControlPush, LogPage, PushReply
from wardproto.records import ControlWire, Refusal
from wardproto.wire import CONTROL_STREAM, control_hash, encode, signed_bytes

RESCAN_MS = 5_000
"""How long an outbox in which nothing could be sent is left alone when nothing happens: a consent
may begin meanwhile."""


class Exchange:
    """What is to be sent and fetched, and what the outcomes mean."""

    def __init__(self, core: Core, page_limit: int) -> None:
        self.core = core
        self._page_limit = page_limit
        self._lanes = Lanes()
        self._act: intents.Act | None = None
        self._control_after = 0
        """The control record that must be taken over before the next act is looked at."""
        self._rescan_ms = 0
        self._wanted = False
        """Whether news were heard of since the page under way was asked for: it may not hold them."""
        self._search: notices.Search | None = None
        """The search for an acknowledgement, while one is awaited."""
        self._end: int | None = 0
        """How long the log is, as the page before said; None once a newcomer has looked at its end."""

    # --- what to do

    def next_call(self, now_ms: int, direction: Direction | None = None) -> Call | None:
        """Return the next call to make, or None when none is due.

        ``now_ms`` is a clock that never jumps: the PC's own clock may, by years. With a
        ``direction`` only calls that send, or only those that fetch, are returned.
        """
        if self.core.store.get(HALTED):
            return None if direction == "up" else self._look_on(now_ms)
        call: Call | None = None
        if direction != "down":
            call = self._control(now_ms) or self._push(now_ms)
        if call is None and direction != "up":
            call = self._pull(now_ms)
        if call is not None:
            self._lanes.of(call).flying = call
        return call

    def busy(self) -> bool:
        """Whether the outcome of a call is still awaited."""
        return any(lane.flying is not None for lane in self._lanes.all())

    def next_due_ms(self, now_ms: int, direction: Direction | None = None) -> int:
        """Return when `next_call` may have something, as far as time alone decides."""
        lanes = self._lanes
        due = [now_ms + POLL_MS]
        if direction != "up" and lanes.pull.flying is None:
            due.append(lanes.pull.due_ms)
        if direction != "down":
            due += [lane.due_ms for lane in (lanes.control, lanes.push) if lane.fails and lane.flying is None]
        return min(due)

    def hurry(self) -> None:
        """There is new work. It does not bring a failed lane's next try forward."""
        self._rescan_ms = 0

    def look(self) -> None:
        """There may be news in the log: ask for it as soon as the lane is free."""
        self._wanted = True
        if not self._lanes.pull.fails:
            self._lanes.pull.due_ms = 0

    def retry(self) -> None:
        """A person asks to try now, or the network is back: all lanes may start."""
        for lane in self._lanes.all():
            lane.due_ms = 0
        self.hurry()

    def doubts(self) -> bool:
        """Whether the log is not what it was: the exchange has stopped, or an older page came."""
        core = self.core
        return bool(core.store.get(HALTED) or core.store.get(OLD_PAGES) or core.accused())

    def on_restored(self, signed: Sequence[bytes]) -> None:
        """Hear what the service has signed about restores: it may explain a shorter log, and excuses nothing.

        What this PC saw beyond it stays here, and the exchange stays stopped until an administrator has
        acknowledged the notice: here (`acknowledge`), or in the log, where this PC goes on looking for it.
        """
        core = self.core
        with core.change():
            if notices.hear(core, signed):
                self._search = None
            waiting = notices.awaited(core)
            if waiting is not None and notices.is_acknowledged(core, waiting):
                self._go_back(waiting)

    def acknowledge(self) -> bool:
        """An administrator has read the notices of restores: say so to the ward, and go on; False where there are none."""
        core = self.core
        waiting, open_ones = notices.awaited(core), notices.unacknowledged(core)
        if waiting is None and (not open_ones or core.store.get(HALTED)):
            return False
        with core.change():
            asked = notices.acknowledged_here(core)
            for notice in (each for each in open_ones if each.name not in asked):
                intents.add(core, "incident_ack", notices.ack_of(core, notice), urgent=True)
            if waiting is not None:
                self._go_back(waiting)
        self.retry()
        return True

    def _go_back(self, wanted: notices.Awaited) -> None:
        going_on.go_back(self.core, wanted)
        self._control_after, self._act, self._search = 0, None, None

    def _look_on(self, now_ms: int) -> PullCall | None:
        """While the exchange is stopped, look for news of a restore, or for the acknowledgement that is awaited."""
        core = self.core
        if not self._lanes.pull.is_due(now_ms):
            return None
        wanted = notices.awaited(core)
        if wanted is None:
            return PullCall(core.ward, core.memory.cursor, 1)
        if self._search is None or self._search.wanted != wanted:
            self._search = notices.Search(core, wanted)
        return PullCall(core.ward, self._search.upto, self._page_limit, self._search.asked)

    def _looked(self, call: PullCall, page: LogPage, now_ms: int) -> None:
        """A page came while the exchange is stopped."""
        core, search, lane = self.core, self._search, self._lanes.pull
        lane.answered(call)
        lane.due_ms = now_ms + POLL_MS
        if search is None or search.wanted != notices.awaited(core) or call.after != search.upto:
            return
        found = search.take(core, page)
        if search.upto < 0:
            self._search = None
        if found and core.flag(STOPPED) != closing.REMOVED:
            with core.change():
                self._go_back(search.wanted)
            self.retry()
        elif page.more and search.upto > call.after:
            lane.due_ms = now_ms

    def resume(self) -> bool:
        """A person has looked at the incident and goes on; return whether anything had been stopped.

        The evidence stays. What stopped the exchange stops it again if the service says it again.
        """
        core = self.core
        if not core.store.get(HALTED) or notices.awaited(core) is not None:
            return False
        with core.change():
            outbox.let_go(core)
            core.forget_accusations()
            core.store.put(HALTED, b"")
            core.store.put(OLD_PAGES, b"")
            core.incident("resumed", core.memory.cursor)
        self.retry()
        return True

    def _control(self, now_ms: int) -> ControlCall | None:
        core = self.core
        if not self._lanes.control.is_due(now_ms) or core.state.head.sseq < self._control_after:
            return None
        with core.change():
            act = intents.next_act(core)
        if act is None:
            return None
        self._act = act
        payload = control.make_payload(core.state, core.me.device, core.now_ms(), act.body)
        signature = core.signing.sign(core.me.sign_secret, signed_bytes("ctl", payload))
        push = ControlPush(encode(ControlWire(payload, signature)), act.wraps)
        return ControlCall(core.ward, push, control_hash(payload))

    def _push(self, now_ms: int) -> PushCall | None:
        if not self._lanes.push.is_due(now_ms) or now_ms < self._rescan_ms:
            return None
        with self.core.change():
            call = outbox.next_push(self.core)
        if call is None:
            self._rescan_ms = now_ms + RESCAN_MS
        return call

    def _pull(self, now_ms: int) -> PullCall | None:
        if not self._lanes.pull.is_due(now_ms):
            return None
        core, end = self.core, self._end
        cursor = core.memory.cursor
        if end is not None and early.wanted(core, end):
            self._end = None
            return PullCall(core.ward, end - early.LAST, early.LAST, ahead=True)
        self._wanted = False
        # The first entry says which ward this is, and its page how long the log is.
        return PullCall(core.ward, cursor, self._page_limit if cursor else 1, audit.asked(core))

    # --- what came of it

    def on_failure(self, call: Call, now_ms: int, least_ms: int = 0) -> None:
        """No reply, or one that says nothing: the outcome is unknown. ``least_ms``: how long to wait."""
        self._lanes.of(call).failed(call, now_ms, self._jitter(), least_ms)

    def on_control_reply(self, call: ControlCall, reply: PushReply, now_ms: int) -> None:
        """The server answered about a control record."""
        core, lane = self.core, self._lanes.control
        if core.store.get(HALTED):
            # What an answer means is judged when the exchange goes on: the same is sent again.
            lane.answered(call)
            return
        data = reply.answers[0] if len(reply.answers) == 1 else b""
        answer = read_answer(core, data, call.name)
        if answer is None:
            lane.failed(call, now_ms, self._jitter())
            return
        current, act = lane.flying == call, self._act
        lane.answered(call)
        if not isinstance(answer, Refusal):
            self._control_after = max(self._control_after, answer.sseq)
        elif (doubt := _doubt(core, call, answer)) is not None:
            with core.change():
                core.accuse(doubt, 0, data)
        elif answer.ctl.sseq > core.state.head.sseq:
            # Somebody else's record came first; with it known the act is looked at again.
            self._control_after = max(self._control_after, answer.ctl.sseq)
        elif current and act is not None and answer.code != "cas":
            with core.change():
                intents.refuse(core, act, answer.code)
                if not act.intents:
                    # Nobody asked for it: the next try is not brought forward by anything.
                    lane.put_off(now_ms, self._jitter())
        self.look()

    def on_push_reply(self, call: PushCall, reply: PushReply, now_ms: int) -> None:
        """The server answered about blocks."""
        lane = self._lanes.push
        if self.core.store.get(HALTED):
            lane.answered(call)
            return
        with self._landing(call, now_ms), self.core.change():
            look, later = outbox.take_answers(self.core, call, reply)
        lane.answered(call)
        if later:
            lane.put_off(now_ms, self._jitter())
        if look:
            self.look()
        self.hurry()

    def on_page(self, call: PullCall, page: LogPage, now_ms: int) -> frozenset[bytes] | None:
        """The server sent a page of the log; return the streams that it touched.

        None when it answers another question: the call counts as failed and is made again.
        """
        lane = self._lanes.pull
        before = self.core.memory
        if self.core.store.get(HALTED):
            self._looked(call, page, now_ms)
            return frozenset({CONTROL_STREAM}) if self.core.memory is not before else frozenset()
        if call.ahead:
            lane.answered(call)
            lane.due_ms = now_ms
            early.look(self.core, page)
            return frozenset()
        with self._landing(call, now_ms):
            touched = pages.take(self.core, call.after, page)
        if touched is None:
            lane.failed(call, now_ms, self._jitter())
            return None
        lane.answered(call)
        if self._end is not None:
            self._end = page.size
        if not page.more and not self._wanted:
            # Asked for after the last answer and read to its end: a record that is not in it never will be.
            self._control_after = 0
            with self.core.change():
                outbox.wait_no_longer(self.core)
        again = page.more or self._wanted or call.after != before.cursor
        lane.due_ms = now_ms if again else now_ms + POLL_MS
        if self.core.memory is not before:
            self.hurry()
        return touched

    @contextmanager
    def _landing(self, call: Call, now_ms: int) -> Iterator[None]:
        """Where the outcome cannot be kept here (a full disk, say), the call counts as unanswered."""
        try:
            yield
        except Exception:
            self._lanes.of(call).failed(call, now_ms, self._jitter())
            raise

    def _jitter(self) -> float:
        return self.core.sealing.random(1)[0] / 255


def _doubt(core: Core, call: ControlCall, answer: Refusal) -> str | None:
    """What a refusal says against the service: it must hold the record that this one was built on."""
    header = control.read(call.push.wire)[1]
    if core.store.control_hash_at(header.sseq - 1) != header.prev:
        # Made before this PC went on after a restore: it was built on what was lost.
        return None
    if answer.ctl.sseq < header.sseq - 1:
        return "shrunk"
    return "forked" if answer.ctl.sseq == header.sseq - 1 and answer.ctl.hash != header.prev else None
