"""Going on after an announced restore (復旧後の続行): this PC goes back to where the logs part, and nothing is lost.

The place comes from a notice that verified, the leave from an administrator (`notices`). What lies beyond it leaves
the log of this PC: own work becomes drafts again and is sealed anew, naming the notice as what freed its place in
the chain; what others wrote is set aside, readable, until their PCs have sent it again. Everything beyond the
place is then taken over from the service as if it were read for the first time, by the same rules.
"""

from collections.abc import Iterator, Mapping

from wardclient.ledger.reduce import decode_event
from wardclient.sync import again, closing
from wardclient.sync.aside import ASIDE
from wardclient.sync.audit import HEARD, Heard
from wardclient.sync.claims import Claims, Numbers, adopts_of_member
from wardclient.sync.core import HALTED, OLD_PAGES, Core
from wardclient.sync.grants import keep_only
from wardclient.sync.notices import AWAITED, PASSED, Awaited, lost_receipts, notices
from wardclient.sync.ports import Kept, Sealed, Verdict
from wardclient.sync.sealing import (
    CHECKED,
    Checked,
    Refused,
    checked,
    frozen_key,
    header_of,
    receipt_key,
    refused_key,
)
from wardproto.admission import Epoch
from wardproto.control import ControlState
from wardproto.heads import Heads
from wardproto.records import REFUSALS, BlockHeader, Entry, Head
from wardproto.restored import notice_hash, read_notice
from wardproto.wire import CONTROL_STREAM, NO_HASH, MalformedError, decode, encode

BACK = "back"
"""Set from going back until the log was verified again up to its end: nothing is sent before."""
REJUDGED = REFUSALS | {
    *("bad_wrap", "cannot_open", "malformed_body", "over_claim", "event_number"),
    *("withheld_body", "grant_without_consent"),
}
"""What is noted of single entries: those that are cut off are read anew, by the same rules."""
Tail = list[tuple[Entry, bytes, Verdict]]


def go_back(core: Core, wanted: Awaited) -> None:
    """Go back to where the logs part; inside a change of the core. The caller has seen the acknowledgement."""
    size, store = wanted.place, core.store
    name = notice_hash(wanted.notice)
    told = read_notice(wanted.notice, core.signing, core.state.server_key)
    assert told is not None  # noqa: S101  # it verified when it was heard
    before = core.state
    tail: Tail = list(store.records_back(size))[::-1]
    again.remember(core, size)
    kept = {stream: _kept(core, stream, size, tail) for stream in _streams(tail)}
    state = core.state_at(size)
    _drop_sealed(core, size, kept, state)
    mine = _own_lost(core, tail)
    decisions = {entry.wseq for entry, header in mine if header.cas}
    unshared = {s for s, v in before.streams.items() if v.partner == core.team and s not in state.streams}
    gens = {team: found.gen for team, found in state.teams.items()}
    numbers = store.cut(size, kept, gens, unshared=unshared, decisions=decisions)
    for entry, _ in mine:
        store.put(lost_key(entry.hash), encode(numbers.get(entry.wseq, (0, 0))))
    last = store.last_entry()
    core.go_back(size, 0 if last is None else last.recv_ms)
    keep_only(core)
    store.forget_incidents(size, REJUDGED)
    written = {header.stream for _, header in mine}
    for stream in set(before.streams) | set(store.outbox_streams()):
        if stream in written or store.get(refused_key(stream)):
            store.put(refused_key(stream), encode(Refused(1, name, 0, 0)))
    _lay_aside_adoptions(core)
    store.reduce_again([stream for stream in kept if stream != CONTROL_STREAM])
    if size == told.size:
        _note_place(core, size, told.root, told.restored_ms, wanted.notice)
    core.memory = closing.with_live(core)
    passed = decode(store.get(PASSED) or encode(()), tuple[bytes, ...])
    store.put(PASSED, encode((*passed, name)))
    for key in (HALTED, AWAITED, OLD_PAGES):
        store.put(key, b"")
    core.forget_accusations()
    store.put(BACK, b"1")
    store.put(ASIDE, b"1" if store.set_aside() else b"")


def arrive(core: Core) -> None:
    """The log was verified up to its end again: decide what is still missing in it, and let work go out."""
    if not core.store.get(BACK):
        return
    core.store.put(BACK, b"")
    for stream in core.store.outbox_streams():
        if core.store.get(closing.ended_key(stream)):
            # What ended here stays ended, although its end is to be said again.
            closing.tray(core, stream, "closed")
    _clean_drafts(core)
    again.renew(core)


def _streams(tail: Tail) -> list[bytes]:
    return list(dict.fromkeys(entry.stream for entry, _, _ in tail))


def _header(record: bytes) -> BlockHeader | None:
    """The header of a stored block; None of a control record, and where the content was deleted here."""
    try:
        return header_of(record) if record else None
    except MalformedError:
        return None


def _kept(core: Core, stream: bytes, size: int, tail: Tail) -> Kept:
    """Return how a stream stood after ``size`` entries."""
    first = min(entry.sseq for entry, _, _ in tail if entry.stream == stream)
    head = Head(
        first - 1, (core.store.stream_head_at(stream, first - 1) or NO_HASH) if first > 1 else NO_HASH
    )
    if stream == CONTROL_STREAM:
        return Kept(head, Epoch(), {})
    headers = [_header(record) for entry, record, _ in tail if entry.stream == stream]
    wanted = {header.device for header in headers if header is not None}
    new_epoch = any(header is not None and header.new_epoch is not None for header in headers)
    chains: dict[bytes, tuple[int, bytes]] = {}
    epoch = None if new_epoch else core.store.epoch(stream)
    for entry, record, verdict in core.store.records_back(stream=stream):
        if entry.wseq > size:
            continue
        if epoch is not None and len(chains) == len(wanted):
            break
        header = _header(record)
        if header is None:
            continue
        if header.device in wanted and header.device not in chains:
            chains[header.device] = (header.bseq, entry.hash)
        if epoch is None and header.new_epoch is not None:
            shown = verdict != "excluded" and not core.store.get(frozen_key(stream))
            epoch = Epoch(header.epoch, header.new_epoch.recipients if shown else (), header.new_epoch.commit)
    return Kept(head, epoch or Epoch(), {device: chains.get(device, (0, NO_HASH)) for device in wanted})


def _own_lost(core: Core, tail: Tail) -> list[tuple[Entry, BlockHeader]]:
    """The blocks of this device that are lost."""
    found = []
    for entry, record, _ in tail:
        header = _header(record) if entry.stream != CONTROL_STREAM else None
        if header is not None and header.device == core.me.device:
            found.append((entry, header))
    return found


def lost_key(name: bytes) -> str:
    """The store's mark of a block of this device that may come back: the first and last number of its events."""
    return f"lost:{name.hex()}"


def _drop_sealed(core: Core, size: int, kept: Mapping[bytes, Kept], state: ControlState) -> None:
    """A sealed block whose bytes still fit is sent as it is; any other can never be admitted again."""
    broken = set(lost_receipts(core, notices(core)))
    for stream in core.store.outbox_streams():
        if stream in broken:
            core.store.put(receipt_key(stream), b"")
        sealed = core.store.sealed(stream)
        if core.store.get(receipt_key(stream)):
            continue
        if sealed is not None and not _fits(core, sealed, size, kept.get(stream), state):
            core.store.clear_sealed(stream, accepted=False)
            core.store.put(lost_key(sealed.hash), encode((sealed.first_n, sealed.last_n)))
            if not core.store.get(refused_key(stream)):
                core.store.put(refused_key(stream), encode(Refused(1, NO_HASH, 0, 0)))


def _fits(core: Core, sealed: Sealed, size: int, kept: Kept | None, state: ControlState) -> bool:
    header = header_of(sealed.envelope)
    if header.seen.size > size or header.ctl.sseq > state.head.sseq:
        return False
    head = core.store.stream_head(sealed.stream) if kept is None else kept.head
    if header.head.sseq > head.sseq:
        return False
    if kept is None or header.device not in kept.chains:
        chain = core.store.device_head(sealed.stream, header.device)
    else:
        chain = kept.chains[header.device]
    if (header.bseq - 1, header.prev) != chain:
        return False
    epoch = core.store.epoch(sealed.stream) if kept is None else kept.epoch
    return header.epoch == epoch.number + (header.new_epoch is not None)


def _lay_aside_adoptions(core: Core) -> None:
    """Work of a device whose removal was lost too goes to the tray, with what stands before it in that stream.

    Its author is a member again and may bring it itself, under the same names; taken over before it is removed
    again, every reader would drop it. Afterwards a person takes it over anew.
    """
    for stream in core.store.outbox_streams():
        found = [draft.n for draft in core.store.drafts(stream) if adopts_of_member(core, draft.event)]
        if found:
            closing.tray(core, stream, "refused", max(found))


def _clean_drafts(core: Core) -> None:
    """Let drafts replace only what is in the log now: what is lost comes back beside them, and a person decides."""
    numbers = Numbers(core)
    for stream in core.store.outbox_streams():
        claims, changed = Claims(core, stream, core.me.device, numbers), False
        sealed = core.store.sealed(stream)
        for draft in core.store.drafts(stream):
            if sealed is not None and draft.n <= sealed.last_n:
                continue
            cleaned = claims.clean(decode_event(draft.event), adopting=False)
            if cleaned is not None:
                core.store.rewrite(stream, draft.n, encode(cleaned.event))
                changed = True
        if changed:
            core.store.reduce_again([stream])


def _note_place(core: Core, size: int, root: bytes, at_ms: int, note: bytes) -> None:
    """The notice is the last word of the service that was verified; what was verified before it is proven anew."""
    before = checked(core)
    heads = core.log.heads()
    known: Heard = tuple(each for each in _heard(core) if each[3] <= size and each[1] <= size)
    if before is not None and before.size < size:
        known = (*known, (core.me.device, before.size, before.root, size))
    core.store.put(HEARD, encode(known))
    signed = heads.root() if isinstance(heads, Heads) else b""
    core.store.put(CHECKED, encode(Checked(size, root, signed, at_ms, note)))


def _heard(core: Core) -> Iterator[tuple[bytes, int, bytes, int]]:
    yield from decode(core.store.get(HEARD) or encode(()), Heard)


__all__ = ["BACK", "arrive", "go_back", "lost_key"]
