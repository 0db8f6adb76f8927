"""What ends: a consent, a stream, this device's membership, writing under a rolled-back key.

Work that can no longer be delivered goes to the tray, where it stays readable. A partner deletes
what a consent had let it read, and states so; the owner keeps its history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from wardclient.ledger.reduce import decode_event
from wardclient.sync.core import STOPPED, Core, Memory
from wardclient.sync.notices import lost_receipts, notices
from wardclient.sync.ports import OpenedEvent, QuarantineReason
from wardclient.sync.sealing import receipt_key, refused_key
from wardproto.records import Receipt
from wardproto.wire import decode, open_envelope

REMOVED = "removed"
ROLLED_BACK = "rolled_back"
STILL_SAID = frozenset({"consent_end", "device_remove", "shred_ack"})
"""Acts of a PC whose database was put back that still go out: to stop sharing is always safe."""


def ended_key(stream: bytes) -> str:
    """The store's mark of a stream whose end was dealt with here."""
    return f"ended:{stream.hex()}"


def live_streams(core: Core) -> Mapping[bytes, int]:
    """Return the streams whose end is not dealt with yet, with the server time until which they last."""
    found = {}
    for name, stream in core.state.streams.items():
        if not core.store.get(ended_key(name)):
            if stream.kind == "joint":
                found[name] = core.state.consents[stream.consent].until_ms
            elif stream.closed:
                found[name] = 0
    return found


def with_live(core: Core) -> Memory:
    """Return what is known, with the streams whose end is still to be dealt with as the store has them now."""
    return replace(core.memory, live=live_streams(core))


def end_streams(core: Core, told: int) -> Sequence[bytes]:
    """Deal with the streams that the control plane, or the server's time ``told``, has ended; return them.

    All that the log says up to then has been taken over, so what is in flight still was not
    accepted. A clock of this PC that runs ahead ends nothing: only what the server says.
    """
    over = [s for s, until in core.memory.live.items() if core.state.streams[s].closed or told >= until]
    for stream in over:
        _end(core, stream)
    if over:
        left = {s: until for s, until in core.memory.live.items() if s not in over}
        core.memory = replace(core.memory, live=left)
    return over


def _end(core: Core, stream: bytes) -> None:
    found = core.state.streams[stream]
    tray(core, stream, "closed")
    core.store.put(ended_key(stream), b"1")
    if found.kind != "joint" or found.partner != core.team:
        return
    core.store.shred(stream)
    consent = core.state.consents[found.consent]
    member = core.member
    if member is None or (stream, core.me.device) in core.state.shreds:
        return
    # A device that joined after the withdrawal was never given anything.
    if consent.ended_at is None or member.added < consent.ended_at:
        core.store.add_intent("shred_ack", stream, urgent=False, created_ms=core.now_ms())


def ended_again(core: Core, stream: bytes) -> None:
    """The end of a stream is in the log once more, after a restore had lost it: the statement of deletion is due."""
    found = core.state.streams[stream]
    if not core.store.get(ended_key(stream)) or found.partner != core.team:
        return
    waiting = any(intent.kind == "shred_ack" and intent.payload == stream for intent in core.store.intents())
    if core.member is not None and not waiting and (stream, core.me.device) not in core.state.shreds:
        core.store.add_intent("shred_ack", stream, urgent=False, created_ms=core.now_ms())


def tray(core: Core, stream: bytes, reason: QuarantineReason, last_n: int | None = None) -> int:
    """Move unsent work of a stream to the tray and forget the state of its delivery."""
    core.store.put(receipt_key(stream), b"")
    if last_n is None:
        core.store.put(refused_key(stream), b"")
    return core.store.quarantine(stream, reason, core.now_ms(), last_n)


def leave(core: Core) -> None:
    """This device was removed: what it had not delivered goes to the tray, its open acts are off."""
    core.store.put(STOPPED, REMOVED.encode())
    broken = frozenset(lost_receipts(core, notices(core)))
    for stream in core.store.outbox_streams():
        _accept_by_receipt(core, stream, broken)
        tray(core, stream, "not_member")
    _drop_acts(core, "not_member", frozenset())


def _drop_acts(core: Core, code: str, kept: frozenset[str]) -> None:
    """Let the open control acts stand as not accepted, where a person sees them."""
    for intent in core.store.intents():
        if intent.kind not in kept:
            core.store.set_refusal(intent.id, code)


def _accept_by_receipt(core: Core, stream: bytes, broken: Collection[bytes]) -> None:
    """A removed device is handed no more entries, but a signed receipt says what is in the log."""
    sealed, kept = core.store.sealed(stream), core.store.get(receipt_key(stream))
    if sealed is None or not kept or stream in broken:
        return
    receipt = decode(open_envelope(kept, "receipt").payload, Receipt)
    accept_drafts(core, stream, sealed.first_n, sealed.last_n, receipt.recv_ms, receipt.wseq)
    core.store.clear_sealed(stream, accepted=True)


def accept_drafts(core: Core, stream: bytes, first_n: int, last_n: int, recv_ms: int, wseq: int) -> None:
    """Let own drafts count as accepted where their block cannot be read back."""
    core.store.apply(
        [
            OpenedEvent(stream, core.me.device, d.n, d.event, recv_ms, wseq, decode_event(d.event))
            for d in core.store.drafts(stream)
            if first_n <= d.n <= last_n
        ]
    )


def roll_back(core: Core, wseq: int, evidence: bytes) -> None:
    """The log holds work of this device that its database does not know: an old copy was put back.

    Nothing more is sealed under this key. A block that was sealed before is still sent until it
    is answered, because only the answer says whether its work is in the log.
    """
    if not core.store.get(STOPPED):
        core.store.put(STOPPED, ROLLED_BACK.encode())
        core.incident(ROLLED_BACK, wseq, evidence)
        _drop_acts(core, ROLLED_BACK, STILL_SAID)
    sweep(core)


def sweep(core: Core) -> None:
    """Move to the tray what a stopped device can no longer deliver."""
    if core.flag(STOPPED) != ROLLED_BACK:
        return
    for stream in core.store.outbox_streams():
        if core.store.sealed(stream) is None:
            tray(core, stream, "rolled_back")


__all__ = [
    "REMOVED",
    "ROLLED_BACK",
    "STILL_SAID",
    "accept_drafts",
    "end_streams",
    "ended_again",
    "ended_key",
    "leave",
    "live_streams",
    "roll_back",
    "sweep",
    "tray",
    "with_live",
]
