"""Taking over a page of the log: verify, open, apply, move the cursor; one transaction.

What no honest server hands out (a gap, a broken chain, a control record against the rules, a
forged signature) ends synchronising: nothing of such a page is applied, the evidence is kept.
Signatures are checked at the tip of each device's chain; a tip vouches for all before it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from wardclient.sync import again, aside, audit, closing, early, going_on, keys
from wardclient.sync.claims import Numbers
from wardclient.sync.core import CURSOR, HALTED, OLD_PAGES, REBUILD, Cheated, Core
from wardclient.sync.opening import Opened, open_block, open_waiting
from wardclient.sync.ports import OpenedEvent, Sealed, StoredControl
from wardclient.sync.sealing import last_cas_key, late_cas_key, number, receipt_key, refusal_key, refused_key
from wardproto import control
from wardproto.control import RefusedError
from wardproto.messages import LogItem, LogPage
from wardproto.readers import audience
from wardproto.records import BlockHeader, ConsentEnd, ConsentSet, Entry, Head, Receipt, StreamClose
from wardproto.signing import check_envelope
from wardproto.wire import (
    CONTROL_STREAM,
    Envelope,
    MalformedError,
    block_hash,
    decode,
    encode,
    open_envelope,
    stream_head,
    wrap_hash,
)


@dataclass(frozen=True, slots=True)
class _Tip:
    """The last block of a device's chain in a page."""

    entry: Entry
    envelope: Envelope


@dataclass(slots=True)
class _Page:
    """What is gathered while a page is taken over."""

    numbers: Numbers
    full: bool
    upto: int
    cursor: int
    recv_ms: int
    waiting_cas: frozenset[bytes]
    tips: dict[tuple[bytes, bytes], _Tip] = field(default_factory=dict)
    opened: list[OpenedEvent] = field(default_factory=list)
    streams: set[bytes] = field(default_factory=set)


MANY = 50
"""Signatures from which on it is worth while to check half of them on a thread of their own."""
MOST_OLD_PAGES = 5
"""So many answers in a row that are older than what is here: the log itself has become shorter."""


def take(core: Core, after: int, page: LogPage) -> frozenset[bytes] | None:
    """Take over a page that was asked for after a cursor; return the streams it touched.

    A page for another cursor came late and is left. Raises nothing for what a server may do
    wrong: see the incident and the `halted` flag. None: what came answers another question than
    this one (an answer of yesterday, played again by whoever sits in between). That is noted, and the call
    is made again: one old page must not end the exchange of a PC for good.
    """
    if after != core.memory.cursor or core.store.get(HALTED):
        return frozenset()
    if page.upto <= page.size and _is_old(page, after):
        with core.change():
            _note_old(core, page)
        return None
    try:
        with core.change():
            if core.store.get(OLD_PAGES):
                core.store.put(OLD_PAGES, b"")
            return _take(core, page)
    except Cheated as cheated:
        with core.change():
            core.accuse(cheated.kind, cheated.wseq, cheated.detail or audit.evidence(core, page))
        return frozenset()


def _is_old(page: LogPage, after: int) -> bool:
    return page.upto < after or any(item.entry.wseq <= after for item in page.items[:1])


def _note_old(core: Core, page: LogPage) -> None:
    """Count it; the first of a row is an incident, too many of them are a log that has become shorter."""
    count = number(core, OLD_PAGES) + 1
    core.store.put(OLD_PAGES, encode(count))
    if count == 1:
        core.accuse("old_page", page.upto, halt=False)
    elif count == MOST_OLD_PAGES:
        core.accuse("shrunk", page.size)


def _take(core: Core, page: LogPage) -> frozenset[bytes]:
    cursor = core.memory.cursor
    if page.upto < cursor or page.size < page.upto:
        # The log is shorter than it was: the server was put back to an older state.
        raise Cheated("shrunk", page.size)
    waiting = frozenset(s for s in core.store.outbox_streams() if core.store.get(last_cas_key(s)))
    taken = _Page(Numbers(core), page.full, page.upto, cursor, core.memory.recv_ms, waiting)
    for item in page.items:
        _check_place(core, taken, item.entry)
        if item.entry.stream == CONTROL_STREAM:
            _take_control(core, taken, item)
        else:
            _take_block(core, taken, item)
        core.log.take(item.entry)
        taken.cursor, taken.recv_ms = item.entry.wseq, item.entry.recv_ms
    _flush(core, taken)
    core.see_stamp(taken.numbers.stamp)
    _check_tips(core, taken)
    if page.full and taken.cursor != page.upto:
        raise Cheated("gap", page.upto)
    if (page.upto, taken.recv_ms) != (cursor, core.memory.recv_ms):
        core.memory = replace(core.memory, cursor=page.upto, recv_ms=taken.recv_ms)
        core.store.put(CURSOR, encode((page.upto, taken.recv_ms)))
    core.log.keep()
    core.note_time(page.server_ms)
    if not page.more:
        taken.streams.update(_caught_up(core, page))
    return frozenset(taken.streams)


def _check_place(core: Core, taken: _Page, entry: Entry) -> None:
    """Numbers without gaps, heads that chain, a time of receipt that never goes back."""
    expected = taken.cursor + 1
    if entry.wseq < expected or entry.wseq > taken.upto or (taken.full and entry.wseq != expected):
        raise Cheated("gap", entry.wseq)
    if entry.recv_ms < taken.recv_ms:
        raise Cheated("time_went_back", entry.wseq)
    head: Head = core.store.stream_head(entry.stream)
    if entry.sseq != head.sseq + 1:
        raise Cheated("gap", entry.wseq)
    if entry.head != stream_head(head.hash, entry.hash, entry.sseq, entry.wseq, entry.recv_ms):
        raise Cheated("head", entry.wseq, entry.head)


# --- control records


def _take_control(core: Core, taken: _Page, item: LogItem) -> None:
    entry = item.entry
    try:
        after = control.apply(
            core.state, item.record, entry.recv_ms, core.signing, item.wrap_hashes, allow_unknown=True
        )
    except RefusedError as refused:
        raise Cheated("control", entry.wseq, refused.code.encode()) from None
    if after.head != Head(entry.sseq, entry.hash):
        raise Cheated("control", entry.wseq, entry.hash)
    if after.ward != core.ward:
        raise Cheated("ward", entry.wseq, after.ward)
    _check_wraps(item)
    _flush(core, taken)
    core.store.add_control(
        StoredControl(entry.sseq, item.record, item.wrap_hashes, entry.recv_ms, entry.hash)
    )
    core.store.append(entry, b"", b"", "ok", b"", 0)
    # What may be seen changes with these, too: a consent that ends takes a case off the screen.
    taken.streams.add(CONTROL_STREAM)
    was_removed = core.removed
    core.memory = replace(core.memory, state=after)
    came = keys.learn(core, item)
    if early.learn(core) or came:
        open_waiting(core)
    _follow(core, item)
    if core.removed and not was_removed:
        closing.leave(core)


def _follow(core: Core, item: LogItem) -> None:
    """Keep the list of live streams in step, and end those that this record ends."""
    body = control.body_of(control.read(item.record)[1])
    if isinstance(body, ConsentSet):
        core.memory = replace(core.memory, live={**core.memory.live, body.stream: body.until_ms})
    elif isinstance(body, StreamClose):
        core.memory = replace(core.memory, live={**core.memory.live, body.stream: 0})
    if isinstance(body, ConsentEnd):
        closing.ended_again(core, core.state.consents[body.consent].stream)
    if isinstance(body, ConsentEnd | StreamClose):
        closing.end_streams(core, item.entry.recv_ms)


def _check_wraps(item: LogItem) -> None:
    for index, wrap in item.wraps:
        if index >= len(item.wrap_hashes) or wrap_hash(wrap) != item.wrap_hashes[index]:
            raise Cheated("wrap", item.entry.wseq)


# --- blocks


def _take_block(core: Core, taken: _Page, item: LogItem) -> None:
    entry = item.entry
    try:
        envelope = open_envelope(item.record, "block")
        header = decode(envelope.payload, BlockHeader)
    except MalformedError:
        raise Cheated("block", entry.wseq) from None
    if block_hash(envelope.payload) != entry.hash or header.stream != entry.stream:
        raise Cheated("block", entry.wseq, entry.hash)
    _check_wraps(item)
    audit.hear(core, entry, header)
    _note_tip(core, taken, entry, header, envelope)
    if core.store.get(closing.ended_key(header.stream)) and _is_deleted(core, entry):
        core.store.append(entry, b"", b"", "no_body", b"", 0)
        return
    own = header.device == core.me.device
    sealed = core.store.sealed(header.stream) if own else None
    if own and (sealed is None or sealed.hash != entry.hash):
        sealed = _own_unknown(core, entry)
    opened = open_block(core, item, header, taken.numbers)
    # What was opened stands in its events; only a body that may be opened later is kept sealed.
    body = item.body if opened.verdict == "unreadable" else b""
    core.store.append(entry, item.record, body, opened.verdict, opened.device, header.bseq)
    taken.opened.extend(opened.events)
    taken.streams.add(header.stream)
    if sealed is not None:
        _flush(core, taken)
        _own_accepted(core, entry, sealed, opened)
    elif not own and header.stream in taken.waiting_cas:
        # Somebody else's entry came between a decision made here and its sending.
        core.store.put(late_cas_key(header.stream), core.store.get(last_cas_key(header.stream)) or b"")


def _is_deleted(core: Core, entry: Entry) -> bool:
    """Whether this PC, a partner's, has deleted a stream whose end is not in the log again yet after a restore."""
    stream = core.state.streams.get(entry.stream)
    if stream is None or stream.partner != core.team:
        return False
    return audience(core.state, entry.stream, entry.recv_ms).state in ("open", "dirty")


def _own_unknown(core: Core, entry: Entry) -> Sealed | None:
    """Judge a block of this device that it does not wait for; return it where a restored log had lost it."""
    refusal = core.store.get(refusal_key(entry.hash))
    if refusal:
        raise Cheated("refused_included", entry.wseq, refusal)
    lost = core.store.get(going_on.lost_key(entry.hash))
    if lost:
        return _came_back(core, entry, *decode(lost, tuple[int, int]))
    if not core.store.get(REBUILD):
        closing.roll_back(core, entry.wseq, entry.hash)
        closing.tray(core, entry.stream, "rolled_back")
    return None


def _came_back(core: Core, entry: Entry, first: int, last: int) -> Sealed:
    """The very block that was lost is in the log again: what was sealed in its stead can never be admitted."""
    waiting = core.store.sealed(entry.stream)
    if waiting is not None:
        core.store.put(going_on.lost_key(waiting.hash), encode((waiting.first_n, waiting.last_n)))
        core.store.clear_sealed(entry.stream, accepted=False)
    core.store.put(receipt_key(entry.stream), b"")
    sealed = Sealed(entry.stream, entry.hash, b"", b"", (), first, last, 0)
    core.store.put_sealed(sealed)
    return sealed


def _own_accepted(core: Core, entry: Entry, sealed: Sealed, opened: Opened) -> None:
    """The sealed block is in the log: its drafts are done."""
    stream = sealed.stream
    kept = core.store.get(receipt_key(stream))
    if kept and not _same(decode(open_envelope(kept, "receipt").payload, Receipt), entry):
        core.incident("receipt", entry.wseq, kept)
    core.store.put(receipt_key(stream), b"")
    core.store.put(refused_key(stream), b"")
    if not opened.events:
        # A body that is not handed back (the consent has ended since), or not readable: ours is here.
        closing.accept_drafts(core, stream, sealed.first_n, sealed.last_n, entry.recv_ms, entry.wseq)
    core.store.clear_sealed(stream, accepted=True)


def _same(receipt: Receipt, entry: Entry) -> bool:
    return (receipt.hash, receipt.wseq, receipt.sseq, receipt.recv_ms, receipt.head) == (
        entry.hash,
        entry.wseq,
        entry.sseq,
        entry.recv_ms,
        entry.head,
    )


def _note_tip(core: Core, taken: _Page, entry: Entry, header: BlockHeader, envelope: Envelope) -> None:
    """Keep the chain's last block; one that its successor does not name is checked by itself."""
    place = (header.stream, header.device)
    before = taken.tips.get(place)
    if before is not None and header.prev != before.entry.hash:
        _check_signature(core, place[1], before)
    taken.tips[place] = _Tip(entry, envelope)


def _check_tips(core: Core, taken: _Page) -> None:
    tips = [(device, tip) for (_, device), tip in taken.tips.items()]
    if len(tips) < MANY:
        _check_signatures(core, tips)
        return
    # Ed25519 works without the interpreter's lock. Beside the database it would be in its way: that takes the lock
    # again for each row.
    with ThreadPoolExecutor(1) as helper:
        others = helper.submit(_check_signatures, core, tips[1::2])
        _check_signatures(core, tips[::2])
        others.result()


def _check_signatures(core: Core, tips: Sequence[tuple[bytes, _Tip]]) -> None:
    for device, tip in tips:
        _check_signature(core, device, tip)


def _check_signature(core: Core, device: bytes, tip: _Tip) -> None:
    author = core.state.members.get(device)
    if author is None or not check_envelope(core.signing, author.new.sign_key, tip.envelope):
        raise Cheated("forged", tip.entry.wseq, tip.entry.hash)


# --- the end of a page


def _flush(core: Core, taken: _Page) -> None:
    """Apply what was opened so far: before anything that depends on it."""
    if taken.opened:
        core.store.apply(taken.opened)
        aside.recognise(core, taken.opened)
        taken.opened.clear()


def _caught_up(core: Core, page: LogPage) -> Sequence[bytes]:
    """The whole log was taken over, as of the moment of this page; return the streams that time has ended."""
    home = core.state.home
    if core.state.ward and not page.full and core.team == home and not core.removed:
        # A device of the founding team is given every entry, so that nothing can be left out.
        raise Cheated("not_full", page.upto)
    # The receipt convicts by itself, so it is looked at first.
    _check_receipts(core, page)
    audit.verify(core, page)
    told_ms = max(core.memory.told_ms, core.memory.recv_ms)
    over = closing.end_streams(core, told_ms)
    again.give_up(core, told_ms)
    keys.missed(core)
    going_on.arrive(core)
    closing.sweep(core)
    if core.store.get(REBUILD):
        core.store.put(REBUILD, b"")
    return over


def _check_receipts(core: Core, page: LogPage) -> None:
    """What the server gave a receipt for is in the log; where it is not, the receipt convicts the server."""
    for stream in core.store.outbox_streams():
        kept = core.store.get(receipt_key(stream))
        if kept and decode(open_envelope(kept, "receipt").payload, Receipt).wseq <= page.upto:
            raise Cheated("receipt_broken", page.upto, kept)


__all__ = ["take"]
