"""Control acts that wait to be accepted: looked at anew, and signed anew, at every try.

The control plane is a single line: a record names the one before it. An act is therefore kept
as what is wanted, not as bytes; when somebody else's record came first, what is wanted may have
happened already, may have become pointless, or is signed again after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wardclient.sync import closing, keys
from wardclient.sync.core import STOPPED, Core
from wardclient.sync.ports import Intent
from wardproto.records import (
    ConsentEnd,
    ConsentSet,
    ControlBody,
    DeviceRemove,
    IncidentAck,
    Invite,
    NewDevice,
    Role,
    ShredAck,
    StreamCreate,
    StreamKind,
    TeamGen,
)
from wardproto.wire import decode, encode

MAX_STREAMS = 3_500
"""Streams in one record: their ids stay within the size of a control record."""

Kind = Literal[
    "stream_create",
    "consent_set",
    "consent_end",
    "shred_ack",
    "device_remove",
    "role",
    "invite",
    "device_add",
    "incident_ack",
]


@dataclass(frozen=True, slots=True)
class Act:
    """A control record to be made now, and the intents that it fulfils."""

    body: ControlBody
    wraps: tuple[bytes, ...] = ()
    intents: tuple[int, ...] = ()


Outcome = Act | Literal["done", "wait"]


def tried_key(consent: bytes) -> str:
    """The store's mark of a consent whose record may be on its way to the server."""
    return f"tried:{consent.hex()}"


def next_act(core: Core) -> Act | None:
    """Return the next act to send; acts that have happened or become pointless are dropped.

    A withdrawal goes before everything; then a team without a valid key is given one, because
    nobody can write to its streams before.
    """
    stopped = core.flag(STOPPED)
    if core.member is None or stopped == closing.REMOVED:
        return None
    intents = [i for i in core.store.intents() if not stopped or i.kind in closing.STILL_SAID]
    urgent = [intent for intent in intents if intent.urgent]
    found = _first(core, urgent)
    if found is None and core.state.teams[core.team].dirty:
        generation, wraps = keys.rotate(core)
        return Act(TeamGen(generation), wraps)
    return found or _first(core, [intent for intent in intents if not intent.urgent])


def _first(core: Core, intents: Sequence[Intent]) -> Act | None:
    for intent in intents:
        step = _STEPS.get(intent.kind)
        if step is None:
            continue
        outcome = step(core, intent, intents)
        if outcome == "done":
            core.store.done_intent(intent.id)
        elif isinstance(outcome, Act):
            return outcome
    return None


def refuse(core: Core, act: Act, code: str) -> None:
    """The server will not have these acts: they stay visible, and what rested on them goes to the tray."""
    named = {intent.id: intent for intent in core.store.intents()}
    for number in act.intents:
        intent = named.get(number)
        if intent is None:
            continue
        core.store.set_refusal(number, code)
        if intent.kind == "stream_create":
            closing.tray(core, decode(intent.payload, tuple[StreamKind, bytes])[1], "refused")
        elif intent.kind == "consent_set":
            closing.tray(core, decode(intent.payload, ConsentSet).stream, "refused")


# --- one function a kind


def _stream_create(core: Core, intent: Intent, intents: Sequence[Intent]) -> Outcome:
    """All streams of one kind that wait are made in one record."""
    kind, first = decode(intent.payload, tuple[StreamKind, bytes])
    if first in core.state.streams:
        return "done"
    streams, numbers = [first], [intent.id]
    for other in intents:
        if len(streams) == MAX_STREAMS:
            break
        if other.kind == "stream_create" and other.id != intent.id:
            its_kind, stream = decode(other.payload, tuple[StreamKind, bytes])
            if its_kind == kind and stream not in core.state.streams:
                streams.append(stream)
                numbers.append(other.id)
    return Act(StreamCreate(kind, core.team, tuple(streams)), (), tuple(numbers))


def _consent_set(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    body = decode(intent.payload, ConsentSet)
    if body.consent in core.state.consents:
        return "done"
    # From here on it may be in the log, whatever becomes of the answer.
    core.store.put(tried_key(body.consent), b"1")
    return Act(body, (), (intent.id,))


def _consent_end(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    consent = core.state.consents.get(intent.payload)
    if consent is None:
        return "wait" if open_consent_set(core, intent.payload) is not None else "done"
    if consent.ended_ms is not None:
        return "done"
    return Act(ConsentEnd(intent.payload), (), (intent.id,))


def open_consent_set(core: Core, consent: bytes) -> Intent | None:
    """Return the intent that waits to open a consent."""
    for intent in core.store.intents():
        if intent.kind == "consent_set" and decode(intent.payload, ConsentSet).consent == consent:
            return intent
    return None


def stream_of(intent: Intent) -> bytes:
    """Return the joint stream that a consent_set intent opens."""
    return decode(intent.payload, ConsentSet).stream


def _shred_ack(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    if (intent.payload, core.me.device) in core.state.shreds:
        return "done"
    stream = core.state.streams.get(intent.payload)
    if stream is None:
        return "done"
    if not stream.closed and core.state.consents[stream.consent].in_force(core.now_ms()):
        # After a restore: the end that it follows is not in the log again yet.
        return "wait"
    return Act(ShredAck(intent.payload), (), (intent.id,))


def _device_remove(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    gone = core.state.member(intent.payload)
    if gone is None:
        return "done"
    others = [d for d in core.state.team_devices(gone.team) if d != intent.payload]
    if gone.team != core.team or intent.payload == core.me.device or not others:
        return Act(DeviceRemove(intent.payload, None), (), (intent.id,))
    generation, wraps = keys.rotate(core, without=intent.payload)
    return Act(DeviceRemove(intent.payload, generation), wraps, (intent.id,))


def _role(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    device, roles = decode(intent.payload, tuple[bytes, tuple[str, ...]])
    member = core.state.member(device)
    if member is None or member.roles == roles:
        return "done"
    return Act(Role(device, roles), (), (intent.id,))


def _invite(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    body = decode(intent.payload, Invite)
    return "done" if body.invite in core.state.invites else Act(body, (), (intent.id,))


def _device_add(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    new, invite = decode(intent.payload, tuple[NewDevice, bytes])
    if new.device in core.state.members:
        return "done"
    admission = keys.admission(core, new, invite)
    return "wait" if admission is None else Act(*admission, (intent.id,))


def _incident_ack(core: Core, intent: Intent, _: Sequence[Intent]) -> Outcome:
    body = decode(intent.payload, IncidentAck)
    return "done" if body.notice in core.state.acks else Act(body, (), (intent.id,))


_STEPS: Mapping[str, Callable[[Core, Intent, Sequence[Intent]], Outcome]] = {
    "stream_create": _stream_create,
    "consent_set": _consent_set,
    "consent_end": _consent_end,
    "shred_ack": _shred_ack,
    "device_remove": _device_remove,
    "role": _role,
    "invite": _invite,
    "device_add": _device_add,
    "incident_ack": _incident_ack,
}


def add(core: Core, kind: Kind, payload: object, *, urgent: bool = False) -> int:
    """Keep an act to be done; ``payload`` is an id or what `decode` of its kind reads."""
    data = payload if isinstance(payload, bytes) else encode(payload)
    return core.store.add_intent(kind, data, urgent=urgent, created_ms=core.now_ms())
