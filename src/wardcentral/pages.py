"""What of a ward's log one device is handed.

Devices of the founding team are given every entry, so that they can audit the numbering; the
others the control stream and the streams that their team owns or shares. A body and the wrap
for it go only to a team that may fetch the stream now (readers.may_fetch).

A removed device is given the control stream up to its own removal and nothing else, so that
it learns why it is no longer served and can put its unsent work in the tray.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import structs

from wardcentral.notes import Notes
from wardcentral.store import Reader, Stored, WardHead
from wardcentral.tree import prove
from wardproto.control import ControlState, Member, RefusedError, body_of, wraps_for
from wardproto.heads import given
from wardproto.messages import MAX_PAGE, MAX_PAGE_BYTES, NOT_ASKED, Asked, LogItem, LogPage, LogProof
from wardproto.readers import may_fetch
from wardproto.records import BlockHeader, ControlHeader, ControlWire, Entry
from wardproto.wire import CONTROL_STREAM, Envelope, decode

SCAN = 1_000
"""Entries that are looked through at a time for a reader who is not given all."""
MAX_SCAN = 20_000
"""Entries that one page may pass over: an answer comes soon even where nothing is for this reader."""
_ITEM_BYTES = 192
"""What the frame and the entry of an item take beside its contents."""
_HASH_BYTES = 34


class Where(Protocol):
    """A ward as of one commit."""

    @property
    def ward(self) -> bytes:
        """Its id."""

    @property
    def state(self) -> ControlState:
        """Its control state."""

    @property
    def size(self) -> int:
        """Its last wseq."""

    @property
    def end(self) -> WardHead:
        """Where its log ends."""


class _Eyes:
    """One device's view: which streams it is given and which it may open now."""

    def __init__(self, state: ControlState, member: Member, now_ms: int) -> None:
        self.state = state
        self.device = member.new.device
        self.team = member.team
        self.active = member.active
        self.full = member.active and member.team == state.home
        self._now_ms = now_ms
        self._opens: dict[bytes, bool] = {}

    def given(self, stream: bytes) -> bool:
        """Whether entries of the stream are handed out."""
        if not self.active:
            return stream == CONTROL_STREAM
        return given(self.state, self.team, stream)

    def opens(self, stream: bytes) -> bool:
        """Whether bodies and wraps of the stream are handed out now."""
        if stream not in self._opens:
            self._opens[stream] = self.active and may_fetch(self.state, stream, self.team, self._now_ms)
        return self._opens[stream]


def page(
    reader: Reader,
    where: Where,
    device: bytes,
    after: int,
    limit: int,
    now_ms: int,
    asked: Asked = NOT_ASKED,
    notes: Notes | None = None,
) -> LogPage:
    """Return the entries after ``after`` for ``device``, at most ``limit``; RefusedError for a stranger.

    A page that reaches the end carries the checkpoint of ``notes``, and the proofs ``asked`` for.
    """
    member = where.state.members.get(device)
    if member is None:
        raise RefusedError("not_member")
    eyes = _Eyes(where.state, member, now_ms)
    size = where.size if member.removed is None else _removal(reader, where, member.removed)
    limit = max(1, min(limit, MAX_PAGE))
    items: list[LogItem] = []
    room = MAX_PAGE_BYTES
    upto = min(after, size)
    for wseq, stored in _walk(reader, where.ward, eyes, after, size):
        if stored is not None:
            item = _item(reader, where.ward, eyes, stored)
            room -= _bytes(item)
            if items and (room < 0 or len(items) >= limit):
                break
            items.append(item)
        upto = wseq
    found = LogPage(tuple(items), upto, size, eyes.full, upto < size, now_ms)
    if notes is None or not eyes.active or found.more:
        return found
    proof = None if eyes.full else _proof(reader, where, asked, items)
    return structs.replace(found, checkpoint=notes.note(where.ward, where.end, now_ms), proof=proof)


def _proof(reader: Reader, where: Where, asked: Asked, items: Sequence[LogItem]) -> LogProof:
    last = items[-1].entry.wseq if items else asked.last
    entries = reader.entries(where.ward, last - 1, 1) if 0 < last <= where.size else ()
    return prove(reader, where.ward, where.end, asked, entries[0] if entries else None)


def _removal(reader: Reader, where: Where, sseq: int) -> int:
    entry = reader.entry_at(where.ward, CONTROL_STREAM, sseq)
    return 0 if entry is None else entry.wseq


def _walk(
    reader: Reader, ward: bytes, eyes: _Eyes, after: int, size: int
) -> Iterator[tuple[int, Stored | None]]:
    """Each wseq up to ``size`` with its record, or None where it is not for this reader."""
    if eyes.full:
        for stored in reader.records(ward, after):
            if stored.entry.wseq > size:
                return
            yield stored.entry.wseq, stored
        return
    end = min(size, after + MAX_SCAN)
    while after < end:
        entries = reader.entries(ward, after, min(SCAN, end - after))
        if not entries:
            return
        for entry in entries:
            yield entry.wseq, _record(reader, ward, eyes, entry)
        after = entries[-1].wseq


def _record(reader: Reader, ward: bytes, eyes: _Eyes, entry: Entry) -> Stored | None:
    return reader.record(ward, entry.wseq) if eyes.given(entry.stream) else None


def _item(reader: Reader, ward: bytes, eyes: _Eyes, stored: Stored) -> LogItem:
    control = stored.entry.stream == CONTROL_STREAM
    opens = not control and eyes.opens(stored.entry.stream)
    mine: tuple[int, ...] = ()
    if stored.wrap_hashes and eyes.active:
        mine = _wraps_of_control(stored, eyes) if control else _wraps_of_block(stored, eyes) if opens else ()
    wraps = reader.wraps(ward, stored.entry.wseq) if mine else ()
    return LogItem(
        stored.entry,
        stored.record,
        stored.body if opens else b"",
        opens,
        stored.wrap_hashes,
        tuple((index, wraps[index]) for index in mine if index < len(wraps)),
    )


def _wraps_of_control(stored: Stored, eyes: _Eyes) -> tuple[int, ...]:
    header = decode(decode(stored.record, ControlWire).payload, ControlHeader)
    return wraps_for(body_of(header), eyes.device)


def _wraps_of_block(stored: Stored, eyes: _Eyes) -> tuple[int, ...]:
    new = decode(decode(stored.record, Envelope).payload, BlockHeader).new_epoch
    recipients = () if new is None else new.recipients
    return tuple(index for index, (team, _) in enumerate(recipients) if team == eyes.team)


def _bytes(item: LogItem) -> int:
    held = len(item.record) + len(item.body) + sum(len(wrap) for _, wrap in item.wraps)
    return held + _HASH_BYTES * len(item.wrap_hashes) + _ITEM_BYTES
