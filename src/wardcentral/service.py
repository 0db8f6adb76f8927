"""The wards of one process: who writes, who reads, who waits.

Writing goes through the committer's thread, which alone touches the WardLogs. Readers work on
snapshots: immutable, published after each commit. Waiting clients are woken in the event loop.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, cast

from wardcentral.committer import Committer, FullError
from wardcentral.core import Snapshot, WardLog, load_state
from wardcentral.founding import Founding, check_genesis
from wardcentral.incoming import author_of, is_relayed, wanted_by
from wardcentral.joining import check_request
from wardcentral.looking import Looking
from wardcentral.metrics import Metrics
from wardcentral.notes import Notes
from wardcentral.pages import page
from wardcentral.placement import WardMap
from wardcentral.problems import ProblemError
from wardcentral.signatures import check_blocks, seal_answers
from wardcentral.store import (
    DamagedError,
    Reader,
    ServerStore,
    SharedReader,
    UnreachableError,
    Wanted,
    WatchedReader,
)
from wardcentral.waiting import Bells
from wardcentral.watch import Watch
from wardproto.control import RefusedError
from wardproto.messages import Asked, ControlPush, LogPage, PushItem
from wardproto.records import Receipt
from wardproto.signing import Signing
from wardproto.wire import MalformedError

READERS = 4
"""Threads that read, each over a connection of its own."""
WAKE_SECONDS = 50.0

T = TypeVar("T")
log = logging.getLogger("wardcentral")


class Service:
    """The central service without its HTTP face."""

    def __init__(
        self,
        store: ServerStore,
        open_reader: Callable[[], Reader],
        signing: Signing,
        secret: bytes,
        clock_ms: Callable[[], int],
        founding: Founding,
        *,
        wake_seconds: float = WAKE_SECONDS,
        ward_map: WardMap | None = None,
        shared: Callable[[], SharedReader] | None = None,
        watched: Callable[[], WatchedReader] | None = None,
        metrics: Metrics | None = None,
        notices: Callable[[bytes], tuple[bytes, ...]] = lambda _: (),
    ) -> None:
        """``shared`` opens a reader of a store that other processes write too; None: this one is alone.

        ``watched`` opens one where others only move wards away: whoever waits for one learns of it.

        ``notices`` gives the signed restore notices of a ward.
        """
        self.notices = notices
        self.signing = signing
        self.key = signing.public(secret)
        self.clock_ms = clock_ms
        self.founding = founding
        self._store = store
        self._secret = secret
        self._notes = Notes(signing, secret)
        self._open_reader = open_reader
        self.wake_seconds = wake_seconds
        self._map = ward_map
        self._logs: dict[bytes, WardLog] = {}
        self._touched: set[bytes] = set()
        self._snapshots: dict[bytes, Snapshot] = {}
        self.looking = Looking(self.snapshot, self._snapshots.get)
        self._shared = shared
        self.alone = shared is None
        self._bells = Bells()
        self.waited = self._bells.wards
        """The wards that somebody waits for."""
        self._sizes: dict[bytes, int] = {}
        """What the watch has seen of wards that other processes write."""
        watched = watched or shared
        self._watch = None if watched is None else Watch(watched, self.waited, self._seen)
        self._stopping = False
        self.draining = False
        """Whether the process is about to stop and no new work should be sent here."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._readers = threading.local()
        self._opened: list[Reader] = []
        self._pool = ThreadPoolExecutor(READERS, "reader")
        self.metrics = metrics or Metrics()
        self.committer = Committer(
            store, committed=self._published, undone=self._forgotten, measured=self.metrics.committed
        )

    # --- life

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to write; waiting clients are woken in ``loop``."""
        self._loop = loop
        self.committer.start()
        if self._watch is not None:
            self._watch.start()

    def drain(self) -> None:
        """Say from now on that no new work should be sent here; all that comes is still done."""
        self.draining = True

    def stop_waiting(self) -> None:
        """Answer all who wait; from now on nobody is kept waiting."""
        self.drain()
        self._stopping = True
        self._bells.ring(self.waited())

    def stop(self) -> None:
        """Finish what was submitted and end the threads."""
        if self._watch is not None:
            self._watch.stop()
        self.committer.stop()
        self._pool.shutdown()
        for reader in self._opened:
            reader.close()

    # --- the writing thread

    def _log(self, ward: bytes) -> WardLog:
        if ward not in self._logs:
            self._logs[ward] = WardLog(self._store, ward, self.signing, self._secret)
        elif self._shared is not None and ward not in self._touched:
            self._logs[ward].catch_up()
        self._touched.add(ward)
        return self._logs[ward]

    def _published(self) -> None:
        for ward in self._touched:
            if self._logs[ward].size:
                self._snapshots[ward] = self._logs[ward].snapshot()
            else:
                # Nothing came of a founding: keep nothing for a name that a stranger made up.
                del self._logs[ward]
        if self._loop is not None and self._touched:
            # A loop that has ended has nobody waiting in it.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._bells.ring, tuple(self._touched))
        self._touched.clear()

    def _forgotten(self) -> None:
        # What the logs believe is not what is stored: they are read again when next needed.
        self._logs.clear()
        self._touched.clear()
        self.metrics.undone()

    async def _write(self, act: Callable[[], T], ward: bytes, wanted: Wanted | None = None) -> T:
        try:
            future: Future[T] = self.committer.submit(act, ward, wanted)
            return await asyncio.wrap_future(future)
        except FullError:
            raise ProblemError("busy") from None
        except DamagedError:
            log.critical("a ward's control stream does not fold")
            raise ProblemError("damaged") from None
        except (MalformedError, RefusedError, ProblemError):
            raise
        except Exception as error:
            log.error("not stored: %s", type(error).__name__)  # noqa: TRY400
            raise ProblemError("storage") from error

    async def _write_ward(self, ward: bytes, act: Callable[[], T], wanted: Wanted | None = None) -> T:
        """Write in a ward that this cell serves; a ward that is frozen or gone is answered with where it is."""

        def where_it_is() -> T | ProblemError:
            elsewhere = self._elsewhere(self._store, ward, writing=True)
            if elsewhere is not None:
                # What the log believes may be old when the ward comes back.
                self._logs.pop(ward, None)
                self._touched.discard(ward)
                return elsewhere
            return act()

        # Given back, not raised: it must not undo the others of its group.
        result = await self._write(where_it_is, ward, wanted)
        if isinstance(result, ProblemError):
            self._snapshots.pop(ward, None)
            raise result
        return result

    def _elsewhere(self, reader: Reader, ward: bytes, *, writing: bool = False) -> ProblemError | None:
        """Why this cell does not serve a ward now; None where it does."""
        placement = reader.placement(ward)
        if placement.state == "moved":
            return ProblemError("moved", placement.address)
        if placement.state == "incoming" or (writing and placement.state == "frozen"):
            return ProblemError("moving")
        if self._map is not None and reader.ward_head(ward) is None and (address := self._map.address(ward)):
            return ProblemError("moved", address)
        return None

    def _here(self, reader: Reader, ward: bytes, *, writing: bool = False) -> None:
        elsewhere = self._elsewhere(reader, ward, writing=writing)
        if elsewhere is not None:
            raise elsewhere

    # --- reading

    async def serves(self, ward: bytes, *, writing: bool = False) -> None:
        """Return where this cell serves (or lets write) a ward; ProblemError("moved") or ("moving")."""
        await self._read(lambda reader: self._here(reader, ward, writing=writing))

    async def _read(self, act: Callable[[Reader], T]) -> T:
        def run() -> T:
            if not hasattr(self._readers, "own"):
                self._readers.own = self._open_reader()
                self._opened.append(self._readers.own)
            return act(self._readers.own)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, run)
        except UnreachableError as error:
            log.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400
            raise ProblemError("storage") from None
        except DamagedError:
            log.critical("a ward's control stream does not fold")
            raise ProblemError("damaged") from None

    async def look(self) -> None:
        """Return when the store has answered one small read; ProblemError or the driver's error."""
        await self._read(lambda reader: reader.ward_head(b""))

    async def ask(self, act: Callable[[SharedReader], T]) -> T:
        """Ask the store that the processes of this service share; ProblemError("storage")."""
        return await self._read(lambda reader: act(cast("SharedReader", reader)))

    async def snapshot(self, ward: bytes, *, pushing: bool = False) -> Snapshot:
        """The ward as of the last commit; ProblemError("unknown_ward").

        ``pushing``: as this process knows it will do, because what is pushed is looked at again under the ward's lock.
        """
        found = self._snapshots.get(ward)
        if found is not None and pushing:
            return found
        if self._shared is not None:
            return await self._shared_snapshot(ward, found)
        if found is None:
            await self.serves(ward)
            if await self._read(lambda reader: reader.ward_head(ward)) is None:
                raise ProblemError("unknown_ward")
            found = await self._write(lambda: self._log(ward).snapshot(), ward)
        return found

    async def _shared_snapshot(self, ward: bytes, found: Snapshot | None) -> Snapshot:
        """The ward as of now: what a receipt of another process stands for must not be missing here."""

        def look(reader: Reader) -> Snapshot:
            self._here(reader, ward)
            head = reader.ward_head(ward)
            if head is None:
                raise ProblemError("unknown_ward")
            if found is not None and found.size >= head.wseq:
                return found
            known = None if found is None else found.state
            return Snapshot(ward, load_state(reader, ward, self.signing, known, head.wseq), head)

        fresh = await self._read(look)
        if not fresh.end.root:
            # An older program wrote last: the writer completes the tree once.
            fresh = await self._write(lambda: self._log(ward).snapshot(), ward)
        held = self._snapshots.get(ward)
        if held is None or held.size < fresh.size:
            self._snapshots[ward] = fresh
        return fresh

    async def page(self, snapshot: Snapshot, device: bytes, after: int, limit: int, asked: Asked) -> LogPage:
        """What ``device`` is given of the log."""
        now_ms = self.clock_ms()

        def act(reader: Reader) -> LogPage:
            self._here(reader, snapshot.ward)
            return page(reader, snapshot, device, after, limit, now_ms, asked, self._notes)

        return await self._read(act)

    # --- writing

    async def found(self, ward: bytes, push: ControlPush, token: str) -> bytes:
        """Admit a genesis record; ProblemError where it is none or founding is not allowed."""
        check_genesis(ward, push)
        if not self.founding.allows(token):
            raise ProblemError("forbidden")
        answer = await self._write_ward(
            ward, lambda: self._log(ward).push_control(push.wire, push.wraps, self.clock_ms())
        )
        log.info("founding of ward %s answered", ward.hex()[:8])
        return answer

    async def push_control(self, ward: bytes, push: ControlPush, by: bytes) -> bytes:
        """Admit a control record that the device ``by`` brought."""

        def act() -> bytes:
            return self._log(ward).push_control(
                push.wire, push.wraps, self.clock_ms(), relayed=author_of(push.wire) != by
            )

        return await self._write_ward(ward, act)

    async def push_blocks(
        self, snapshot: Snapshot, items: Sequence[PushItem], by: bytes
    ) -> tuple[bytes, ...]:
        """Admit blocks in order, each on its own; return an answer for each."""
        blocks = await check_blocks(self._pool, READERS, self.signing, snapshot.state, items)

        def act() -> tuple[bytes | Receipt, ...]:
            ward = self._log(snapshot.ward)
            now_ms = self.clock_ms()
            return tuple(ward.decide(block, now_ms, relayed=is_relayed(block, by)) for block in blocks)

        answers = await self._write_ward(snapshot.ward, act, wanted_by(snapshot.ward, blocks))
        # Only now: a receipt stands for a commit, and the writing thread has better things to do.
        return tuple(await seal_answers(self._pool, READERS, self.signing, self._secret, answers))

    # --- waiting

    async def wake(self, ward: bytes, after: int, longest: float = WAKE_SECONDS) -> int:
        """Return the ward's size as soon as it is more than ``after``, else after ``longest`` seconds or sooner."""
        loop = asyncio.get_running_loop()
        until = loop.time() + min(self.wake_seconds, longest)
        while True:
            size = self._size(ward, after)
            left = until - loop.time()
            if size > after or self._stopping or left <= 0:
                return size
            with self.metrics.waiting():
                await self._bells.wait(ward, left)

    def _size(self, ward: bytes, after: int) -> int:
        """The ward's size; more than ``after`` where it is not served here any more, so that the caller looks."""
        snapshot = self._snapshots.get(ward)
        return after + 1 if snapshot is None else max(snapshot.size, self._sizes.get(ward, 0))

    def _seen(self, wards: Sequence[bytes], sizes: Mapping[bytes, int]) -> None:
        """Take what the watch has seen; wake those whose ward has grown, or is served elsewhere now."""
        gone = tuple(ward for ward in wards if ward not in sizes)
        for ward in gone:
            self._snapshots.pop(ward, None)
            self._sizes.pop(ward, None)
        grown = gone + tuple(ward for ward, size in sizes.items() if size > self._size(ward, 0))
        self._sizes.update(sizes)
        if grown and self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._bells.ring, grown)

    # --- the join box

    async def put_join(self, snapshot: Snapshot, invite: bytes, request: bytes) -> None:
        """Keep a request under its invite, once; the same bytes again are welcome."""
        until_ms = check_request(self.signing, snapshot.state, invite, request, self.clock_ms())

        def act() -> str:
            held = self._store.join_request(snapshot.ward, invite)
            if held is not None:
                return "" if held == request else "conflict"
            if invite in self._log(snapshot.ward).state.spent:
                return "invite_over"
            self._store.drop_join_requests(snapshot.ward, (), self.clock_ms())
            self._store.put_join_request(snapshot.ward, invite, request, until_ms)
            return ""

        problem = await self._write_ward(snapshot.ward, act)
        if problem:
            raise ProblemError(problem)

    async def get_join(self, snapshot: Snapshot, invite: bytes) -> bytes:
        """The request that waits under an invite; ProblemError("not_found")."""
        known = snapshot.state.invites.get(invite)
        held = await self._read(lambda reader: reader.join_request(snapshot.ward, invite))
        if (
            known is None
            or held is None
            or invite in snapshot.state.spent
            or self.clock_ms() >= known.until_ms
        ):
            raise ProblemError("not_found")
        return held
