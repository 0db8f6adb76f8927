"""Restore a store from copies, to their end or to an earlier moment, into an empty store only.

Nothing is put back by copying rows: every record goes, at its time of receipt, through the admission rules, and the
entry that comes out must be the one that was kept. Afterwards what stands in the store is verified once more.
Wraps come from the newest copy of the key box, so one that was destroyed since an old copy of the log was
made does not come back with it.

A restored ward takes no writes until the operator opens it: where a tail was lost, the service would otherwise give
numbers away a second time that it has signed receipts for. What happened is kept as a signed notice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from wardcentral.backup import LogArchive, chain
from wardcentral.backup_files import BackupError, WardOf
from wardcentral.core import WardLog
from wardcentral.keybox import Keys, WardKeys
from wardcentral.memory_store import MemoryStore
from wardcentral.placement import Placement
from wardcentral.store import ServerStore, Stored
from wardcentral.verify import verify_ward
from wardproto.messages import PushItem
from wardproto.records import Entry
from wardproto.signing import Signing
from wardproto.wire import CONTROL_STREAM, wrap_hash

BATCH = 500
"""Records of one transaction."""


@dataclass(frozen=True, slots=True)
class Until:
    """Where to stop: at a number of the log, or at a time of receipt (ms), both included; neither: the end."""

    wseq: int | None = None
    time_ms: int | None = None

    def takes(self, entry: Entry) -> bool:
        """Whether this entry is still to be restored."""
        if self.wseq is not None:
            return entry.wseq <= self.wseq
        return self.time_ms is None or entry.recv_ms <= self.time_ms


THE_END = Until()


@dataclass(frozen=True, slots=True)
class Restored:
    """One ward as it came out: so many entries of those that the copies hold, its last time and stream head.

    ``root`` is that of its tree now, as the next checkpoint will say it.
    """

    ward: bytes
    entries: int
    known: int
    recv_ms: int
    head: bytes
    root: bytes
    state: str


Progress = Callable[[int, int], None]


def restore(
    store: ServerStore,
    archive: LogArchive,
    keys: Keys,
    signing: Signing,
    secret: bytes,
    until: Until = THE_END,
    *,
    announce: Callable[[Sequence[Restored]], None],
    progress: Progress = lambda _done, _of: None,
) -> list[Restored]:
    """Restore all wards into an empty store; BackupError leaves it empty.

    ``not_empty``: it serves a ward; ``nothing``: the copies hold nothing up to there; ``no_keys_at``: the copy of
    the key box is older than that of the log; ``differs``: what came out is not what was kept. A run that was
    cut off is begun again by the same call. ``announce`` keeps the notice of it, before any ward is served.
    What a ward was before counts: one that had moved stays given away; all others are ``frozen`` (reads only)
    until they are opened.
    """
    _empty(store)
    archive.check_files()
    ends = archive.ends()
    if until.wseq is not None and len(ends) > 1:
        raise BackupError("which_ward")
    total, before = sum(end.last for end in ends.values()), 0
    done: list[Restored] = []
    try:
        for ward, end in ends.items():
            run = _Ward(store, archive, ward, signing, secret)
            restored = run.replay(keys.wraps(ward), end, until, lambda at, b=before: progress(b + at, total))  # type: ignore[misc]
            before += end.last
            if restored.entries:
                done.append(restored)
        _hold(store, done, signing, secret)
        announce(done)
        with store.transaction():
            for restored in done:
                rest = archive.rest(restored.ward)
                moved = rest.state == "moved"
                store.place(restored.ward, Placement("moved", rest.address) if moved else Placement("frozen"))
    except BaseException:
        with suppress(Exception):
            _drop(store, list(ends))
        raise
    return done


def _hold(store: ServerStore, done: Sequence[Restored], signing: Signing, secret: bytes) -> None:
    """Verify what now stands in the store."""
    if not done:
        raise BackupError("nothing")
    for restored in done:
        report = verify_ward(store, restored.ward, signing, secret)
        if report.findings or report.entries != restored.entries:
            raise BackupError("differs", restored.ward.hex()[:8])


def check(
    archive: LogArchive,
    keys: Keys,
    signing: Signing,
    secret: bytes,
    *,
    progress: Progress = lambda _done, _of: None,
) -> list[Restored]:
    """Find out whether the copies can be restored, by restoring them into memory; BackupError says why not."""
    archive.check_files()
    ends = archive.ends()
    total, before = sum(end.last for end in ends.values()), 0
    done = []
    for ward, end in ends.items():
        run = _Ward(MemoryStore(keep_bodies=False), archive, ward, signing, secret)
        done.append(run.replay(keys.wraps(ward), end, THE_END, lambda at, b=before: progress(b + at, total)))  # type: ignore[misc]
        before += end.last
    return done


def reopen(store: ServerStore, wards: Sequence[bytes]) -> list[bytes]:
    """Let restored wards be written again; return those that were waiting for it."""
    opened = [ward for ward in wards if store.placement(ward).state == "frozen"]
    with store.transaction():
        for ward in opened:
            store.place(ward, Placement())
    return opened


def _empty(store: ServerStore) -> None:
    """Refuse a store that serves anything; clear what a restore that was cut off has left."""
    wards = store.wards()
    if any(store.placement(ward).state != "incoming" for ward in wards):
        raise BackupError("not_empty")
    _drop(store, wards)


def _drop(store: ServerStore, wards: Sequence[bytes]) -> None:
    with store.transaction():
        for ward in wards:
            store.drop_ward(ward)


class _Ward:
    """The replay of one ward."""

    def __init__(
        self, store: ServerStore, archive: LogArchive, ward: bytes, signing: Signing, secret: bytes
    ) -> None:
        self._store = store
        self._archive = archive
        self._ward = ward
        self._signing = signing
        self._secret = secret
        self._chain = ""
        self._upto: Entry | None = None

    def replay(self, keys: WardKeys, end: WardOf, until: Until, progress: Callable[[int], None]) -> Restored:
        """Put the ward's records into the store; BackupError where anything comes out otherwise."""
        with self._store.transaction():
            self._store.place(self._ward, Placement("incoming"))
        log = WardLog(self._store, self._ward, self._signing, self._secret)
        records = self._wanted(end, until)
        while batch := list(islice(records, BATCH)):
            with self._store.transaction():
                for stored in batch:
                    self._admit(log, stored, keys.at(stored.entry.wseq))
            progress(batch[-1].entry.wseq)
        self._add_rest()
        upto = self._upto
        entries = 0 if upto is None else upto.wseq
        now = self._store.ward_head(self._ward)
        root = b"" if now is None else now.root
        if entries == end.last and (self._chain != end.chain or end.root not in {"", root.hex()}):
            raise BackupError("differs", self._ward.hex()[:8])
        recv_ms, head = (0, b"") if upto is None else (upto.recv_ms, upto.head)
        if not entries:
            _drop(self._store, [self._ward])
        return Restored(
            self._ward, entries, end.last, recv_ms, head, root, self._archive.rest(self._ward).state
        )

    def _wanted(self, end: WardOf, until: Until) -> Iterator[Stored]:
        last = 0
        for stored in self._archive.records(self._ward):
            if not until.takes(stored.entry):
                return
            last += 1
            if stored.entry.wseq != last:
                raise BackupError("differs", self._ward.hex()[:8])
            yield stored
        if last != end.last:
            raise BackupError("differs", self._ward.hex()[:8])

    def _admit(self, log: WardLog, stored: Stored, wraps: tuple[bytes, ...]) -> None:
        entry = stored.entry
        where = f"{self._ward.hex()[:8]} {entry.wseq}"
        if stored.wrap_hashes and not wraps:
            raise BackupError("no_keys_at", where)
        if tuple(wrap_hash(wrap) for wrap in wraps) != stored.wrap_hashes:
            raise BackupError("differs", where)
        if entry.stream == CONTROL_STREAM:
            log.push_control(stored.record, wraps, entry.recv_ms)
        else:
            log.push_block(PushItem(stored.record, stored.body, wraps), entry.recv_ms)
        if self._store.entry_by_hash(self._ward, entry.hash) != entry:
            raise BackupError("differs", where)
        self._chain, self._upto = chain(self._chain, entry), entry

    def _add_rest(self) -> None:
        """Keep every refusal that was ever given, also later ones: each is a promise that was signed."""
        with self._store.transaction():
            for name, code, answer in self._archive.refusals(self._ward):
                if self._store.refusal(self._ward, name) is None:
                    self._store.add_refusal(self._ward, name, code, answer)
            for invite, request, until_ms in self._archive.rest(self._ward).waiting:
                self._store.put_join_request(self._ward, invite, request, until_ms)
