"""Announced restores (復旧通知): whether a notice explains that the service's log is not what it was.

A PC that saw more than a restored log holds meets the same sight as one whose service hides entries. It stops and
keeps its evidence, as ever. Only then are the service's signed notices looked at: where they explain the sight, the
accusation is withdrawn and the PC waits for an administrator's acknowledgement in the log (`IncidentAck`). A notice
excuses nothing by itself, and one that contradicts what is here is evidence of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wardclient.sync.core import HALTED, OLD_PAGES, Core
from wardclient.sync.sealing import checked, receipt_key
from wardproto import control
from wardproto.control import ControlState, RefusedError
from wardproto.messages import MAX_NOTICES, NOT_ASKED, Asked, LogPage
from wardproto.records import IncidentAck, Receipt, Record, Seen
from wardproto.restored import RestoredLog, notice_hash, read_notice
from wardproto.wire import CONTROL_STREAM, decode, encode, open_envelope

NOTICES = "notices"
"""Every notice of this ward that verified, oldest first."""
AWAITED = "awaited"
PASSED = "passed"
"""Hashes of the notices with which this PC has gone on."""
RESTORED = "restored"
"""What stands under `HALTED` while the acknowledgement is awaited."""
MARGIN_MS = 60_000
"""So much later than a restore a checkpoint must be to belong to the log after it: machines read their own clocks."""
NEVER = frozenset({"forged_checkpoint", "restored_differs", "ward"})
"""Accusations that no restore explains."""


class Awaited(Record, frozen=True):
    """The notice that must be acknowledged, and how much of the log of this PC is still the service's.

    ``place`` is its whole log where nothing but receipts for its own work is broken.
    """

    notice: bytes
    size: int
    place: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that verified: its name, what it says, and the signed bytes."""

    name: bytes
    log: RestoredLog
    signed: bytes


def notices(core: Core) -> list[Notice]:
    """Return the notices that are known here, oldest first."""
    kept = decode(core.store.get(NOTICES) or encode(()), tuple[bytes, ...])
    return list(_read(core, kept))


def awaited(core: Core) -> Awaited | None:
    """Return what this PC waits for, None where it does not."""
    kept = core.store.get(AWAITED)
    return decode(kept, Awaited) if kept else None


def is_acknowledged(core: Core, wanted: Awaited) -> bool:
    """Whether it is acknowledged already: on this PC, or in the log that was taken over where only a receipt was lost."""
    name = notice_hash(wanted.notice)
    if "ack" not in core.audits or name in acknowledged_here(core):
        return True
    return name in core.state.acks and wanted.place == core.memory.cursor


def acknowledged_here(core: Core) -> frozenset[bytes]:
    """Return the notices whose acknowledgement by this PC's administrator is on its way."""
    kept = [intent for intent in core.store.intents() if intent.kind == "incident_ack"]
    return frozenset(decode(intent.payload, IncidentAck).notice for intent in kept)


def unacknowledged(core: Core) -> list[Notice]:
    """Return the notices that no administrator has acknowledged in the log that is known here."""
    return [notice for notice in notices(core) if notice.name not in core.state.acks]


def hear(core: Core, signed: Sequence[bytes]) -> bool:
    """The service told its notices; the log is held against them where the exchange has stopped.

    Returns whether there was a new one among them.
    """
    if not core.state.server_key:
        # Nothing of the log was read yet: whose signature it is to be stands in its first record.
        return False
    for each in signed[-MAX_NOTICES:]:
        if read_notice(each, core.signing, core.state.server_key) is None:
            core.incident("forged_notice", 0, each)
    before = notices(core)
    told = {notice.name: notice for notice in (*before, *_read(core, signed[-MAX_NOTICES:]))}
    known = sorted(told.values(), key=lambda notice: notice.log.restored_ms)[-MAX_NOTICES:]
    if known != before:
        core.store.put(NOTICES, encode(tuple(notice.signed for notice in known)))
    if core.store.get(HALTED) or core.accused():
        _explain(core, known)
    return known != before


def _read(core: Core, signed: Sequence[bytes]) -> Iterator[Notice]:
    for each in signed:
        log = read_notice(each, core.signing, core.state.server_key)
        if log is not None and log.ward == core.ward and log.size > 0:
            yield Notice(notice_hash(each), log, each)


def _explain(core: Core, known: Sequence[Notice]) -> None:
    """Withdraw the accusation where the notices explain it, and wait for the acknowledgement."""
    found = _where(core, known)
    if found is None:
        return
    accused = core.accused()
    if any(kind in NEVER or 0 < wseq < found.size for kind, wseq, _ in accused):
        return
    for kind, wseq, detail in accused:
        core.store.forget_incident(kind, wseq, detail)
    core.forget_accusations()
    core.store.put(AWAITED, encode(found))
    core.store.put(HALTED, RESTORED.encode())
    core.store.put(OLD_PAGES, b"")
    core.incident(RESTORED, found.size, found.notice)


def _where(core: Core, known: Sequence[Notice]) -> Awaited | None:
    """Follow the restores since this PC was last given something; None where they explain nothing.

    Each cuts the log that this PC knows at its number. Where the PC holds the log up to there, the root that the
    service signs must be the one that was made here: whoever signs another has two logs.
    """
    end = core.memory.cursor
    left, chosen = end, None
    for notice in known:
        if _is_passed(core, notice) or notice.log.size > left:
            continue
        if not _same(core, notice.log):
            before = checked(core)
            evidence = encode((notice.signed, b"" if before is None else before.note))
            core.store.put(AWAITED, b"")
            core.accuse("restored_differs", notice.log.size, evidence)
            return None
        if notice.log.size < end:
            left, chosen = notice.log.size, notice
    if chosen is not None:
        return Awaited(chosen.signed, left, left)
    broken = [notice for notice in known if any(lost_receipts(core, [notice]))]
    return Awaited(broken[-1].signed, broken[-1].log.size, end) if broken else None


def lost_receipts(core: Core, known: Sequence[Notice]) -> Iterator[bytes]:
    """Return the streams whose block waits here with a receipt for an entry that a restore has lost."""
    for stream in core.store.outbox_streams():
        kept = core.store.get(receipt_key(stream))
        if kept:
            receipt = decode(open_envelope(kept, "receipt").payload, Receipt)
            if any(
                receipt.wseq > notice.log.size and receipt.recv_ms < notice.log.restored_ms
                for notice in known
            ):
                yield stream


def _is_passed(core: Core, notice: Notice) -> bool:
    """Whether the log that this PC holds is one of after that restore."""
    passed = decode(core.store.get(PASSED) or encode(()), tuple[bytes, ...])
    known = checked(core)
    if notice.name in passed:
        return True
    if known is None:
        return False
    # What was taken over since is not verified yet: it may be of another log than what lies before it.
    later = known.at_ms > notice.log.restored_ms + MARGIN_MS
    return later or (notice.name in core.state.acks and notice.name in core.state_at(known.size).acks)


def _same(core: Core, log: RestoredLog) -> bool:
    """Whether nothing here contradicts that the log had this root at this number.

    A PC that is not given every entry has this proven when it goes on (`going_on`).
    """
    if "notice_root" not in core.audits or core.member is None:
        # A PC that was removed was not given the log to its end, and does not go on.
        return True
    known = checked(core)
    if known is not None and known.size == log.size:
        return known.root == log.root
    root = core.log.root_at(log.size, core.memory.cursor)
    return not root or root == log.root


class Search:
    """The search for the acknowledgement in the log that the service has now; nothing of it is taken over.

    The control records are folded from where the logs part, so that only who is an administrator there counts.
    """

    def __init__(self, core: Core, wanted: Awaited) -> None:
        self.wanted = wanted
        self.upto = min(wanted.size, wanted.place)
        self._name = notice_hash(wanted.notice)
        self._state: ControlState = core.state_at(self.upto)
        last = next(
            (entry.wseq for entry, _, _ in core.store.records_back() if entry.wseq <= wanted.place), 0
        )
        self.asked = NOT_ASKED if core.log.full else Asked((wanted.place,), last)
        """A page that comes late, when this PC has gone back, must prove what any page is to prove."""
        self._was_member = self._state.member(core.me.device) is not None

    def take(self, core: Core, page: LogPage) -> bool:
        """Look through the next page; return whether the acknowledgement is in it. ``upto`` -1: begin anew."""
        if page.upto < self.upto:
            self.upto = -1
            return False
        for item in page.items:
            if item.entry.wseq <= self.upto or item.entry.stream != CONTROL_STREAM:
                continue
            try:
                after = control.apply(
                    self._state, item.record, item.entry.recv_ms, core.signing, item.wrap_hashes
                )
                body = control.body_of(control.read(item.record)[1])
            except RefusedError:
                # Not the log in which the search began (it was restored once more): begin anew.
                self.upto = -1
                return False
            self._state = after
            if self._was_member and after.member(core.me.device) is None:
                # The ward's people have removed this PC since: it goes on to its removal, and is handed no more.
                return True
            if isinstance(body, IncidentAck) and (body.notice, body.size) == (self._name, self._size):
                return True
        self.upto = max(self.upto, page.upto)
        return False

    @property
    def _size(self) -> int:
        return self.wanted.size


def ack_of(core: Core, notice: Notice) -> IncidentAck:
    """Return the record by which this PC's administrator acknowledges a notice."""
    known = checked(core)
    seen = Seen() if known is None else Seen(known.size, known.root)
    return IncidentAck(RESTORED, notice.name, notice.log.size, notice.log.root, seen)


__all__ = [
    "AWAITED",
    "PASSED",
    "RESTORED",
    "Awaited",
    "Notice",
    "Search",
    "ack_of",
    "acknowledged_here",
    "awaited",
    "hear",
    "is_acknowledged",
    "lost_receipts",
    "notices",
    "unacknowledged",
]
