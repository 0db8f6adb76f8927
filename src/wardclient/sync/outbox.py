"""Sending blocks: what goes out next, and what each signed answer means.

An unknown outcome means that the same bytes are sent again. A receipt is kept until the log
brings the entry. A definite refusal makes drafts of the events again, or puts them in the tray.
"""

from collections.abc import Iterator

from wardclient.sync import closing
from wardclient.sync.answers import read_answer, refusal_hash
from wardclient.sync.calls import PushCall
from wardclient.sync.core import REBUILD, STOPPED, Core
from wardclient.sync.going_on import BACK
from wardclient.sync.ports import QuarantineReason, Sealed
from wardclient.sync.sealing import (
    Refused,
    ending_key,
    frozen_key,
    header_of,
    last_refusal,
    late_cas_key,
    may_seal,
    number,
    receipt_key,
    refusal_key,
    refused_key,
    seal,
)
from wardproto.control import WRITER_ROLES
from wardproto.messages import MAX_PUSH, PushItem, PushReply, PushRequest
from wardproto.records import PASSING, Receipt, Refusal
from wardproto.wire import encode

MAX_PUSH_BYTES = 4 * 1024 * 1024
MAX_ATTEMPTS = 8
"""So often the same events are sealed again; then they go to the tray and a person looks."""
_TRAY: dict[str, QuarantineReason] = {"not_member": "not_member", "closed": "closed"}
_AGAIN = frozenset({"chain", "stale_epoch", "epoch_race"})


def next_push(core: Core) -> PushCall | None:
    """Seal what may be sealed and return up to MAX_PUSH blocks to send."""
    if core.member is None or core.store.get(BACK):
        return None
    chosen: list[Sealed] = []
    size = 0
    for sealed in _ready(core):
        size += len(sealed.body) + len(sealed.envelope) + sum(map(len, sealed.wraps))
        if chosen and size > MAX_PUSH_BYTES:
            break
        chosen.append(sealed)
        if len(chosen) == MAX_PUSH:
            break
    if not chosen:
        return None
    items = tuple(PushItem(sealed.envelope, sealed.body, sealed.wraps) for sealed in chosen)
    return PushCall(core.ward, PushRequest(items), tuple((s.stream, s.hash) for s in chosen))


def _ready(core: Core) -> Iterator[Sealed]:
    writing = not core.store.get(STOPPED) and not core.store.get(REBUILD)
    for stream in core.store.outbox_streams():
        sealed = core.store.sealed(stream)
        if sealed is not None:
            if _may_send(core, stream):
                yield sealed
        elif writing:
            found = _sealed_now(core, stream)
            if found is not None:
                yield found


def _may_send(core: Core, stream: bytes) -> bool:
    """A sealed block is sent until answered, but not into a stream whose consent was withdrawn here."""
    held = (ending_key(stream), frozen_key(stream), receipt_key(stream))
    return not any(core.store.get(key) for key in held)


def _sealed_now(core: Core, stream: bytes) -> Sealed | None:
    member = core.member
    if member is not None and not WRITER_ROLES & set(member.roles):
        closing.tray(core, stream, "not_member")
        return None
    if not may_seal(core, stream):
        return None
    drafts = core.store.drafts(stream)
    late = number(core, late_cas_key(stream))
    while drafts and drafts[0].cas and drafts[0].n <= late:
        # A decision that was to be exclusive, and somebody else wrote meanwhile: a person looks again.
        closing.tray(core, stream, "refused", drafts[0].n)
        drafts = core.store.drafts(stream)
    return seal(core, stream, drafts) if drafts else None


def take_answers(core: Core, call: PushCall, reply: PushReply) -> tuple[bool, bool]:
    """Follow the answers to a push; return (whether to look at the log, whether to try again later)."""
    look = later = len(reply.answers) != len(call.blocks)
    for (stream, name), data in zip(call.blocks, reply.answers, strict=False):
        sealed = core.store.sealed(stream)
        answer = read_answer(core, data, name)
        if answer is None:
            later = True
        elif sealed is None or sealed.hash != name:
            # An answer that came before: this is its echo.
            continue
        elif isinstance(answer, Receipt):
            core.store.put(receipt_key(stream), data)
            look = True
        elif answer.code in PASSING:
            later = True
        else:
            if answer.code == "fork" or answer.device_bseq < header_of(sealed.envelope).bseq - 1:
                # The service holds less than this PC does. It stays sealed: a restore may explain it.
                core.accuse("fork" if answer.code == "fork" else "shrunk", 0, data)
            else:
                _refused(core, sealed, answer, data)
            look = True
    return look, later


def wait_no_longer(core: Core) -> None:
    """The log was read to its end: what a refusal told of beyond it was lost by a restore, and will not come."""
    for stream in core.store.outbox_streams():
        refused = last_refusal(core, stream)
        if refused is None:
            continue
        ctl, head = core.state.head.sseq, core.store.stream_head(stream).sseq
        if refused.ctl > ctl or refused.head > head:
            after = Refused(refused.attempt, refused.refusal, min(refused.ctl, ctl), min(refused.head, head))
            core.store.put(refused_key(stream), encode(after))


def let_go(core: Core) -> None:
    """A person goes on after a block was refused as a fork: nobody explained it, so its work goes to the tray."""
    for kind, _, data in core.accused():
        for stream in core.store.outbox_streams() if kind in {"fork", "shrunk"} else ():
            sealed = core.store.sealed(stream)
            answer = None if sealed is None else read_answer(core, data, sealed.hash)
            if sealed is not None and isinstance(answer, Refusal):
                _refused(core, sealed, answer, data)


def _refused(core: Core, sealed: Sealed, answer: Refusal, data: bytes) -> None:
    stream = sealed.stream
    # A service that puts the block into the log after all has signed the proof against itself.
    core.store.put(refusal_key(sealed.hash), data)
    if core.flag(STOPPED) == closing.ROLLED_BACK:
        closing.tray(core, stream, "rolled_back")
    elif answer.code in _TRAY:
        closing.tray(core, stream, _TRAY[answer.code])
    elif answer.code in _AGAIN and sealed.attempt < MAX_ATTEMPTS:
        core.store.clear_sealed(stream, accepted=False)
        again = Refused(sealed.attempt + 1, refusal_hash(data), answer.ctl.sseq, answer.head.sseq)
        core.store.put(refused_key(stream), encode(again))
    else:
        if answer.code != "cas":
            core.incident(f"refused_{answer.code}", 0, data)
        # A later block of this stream must still name the refusal that freed its place in the chain.
        closing.tray(core, stream, "refused", sealed.last_n)
        again = Refused(sealed.attempt + 1, refusal_hash(data), answer.ctl.sseq, answer.head.sseq)
        core.store.put(refused_key(stream), encode(again))


__all__ = ["let_go", "next_push", "take_answers", "wait_no_longer"]
