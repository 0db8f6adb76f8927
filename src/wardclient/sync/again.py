"""Control acts that a restored log has lost: which are done again, by whom, and which a person must decide anew.

To stop sharing is always safe, so every PC that saw a withdrawal or a removal asks for it again. What opens
something (a stream, a consent, a device) only the PC asks for that had asked before. Roles are not given again by
themselves: somebody may have decided otherwise since; they stand in the tray.
"""

from collections.abc import Iterator, Sequence

from wardclient.sync import closing, intents
from wardclient.sync.core import STOPPED, Core
from wardclient.sync.sealing import ending_key
from wardproto import control
from wardproto.control import ADMIN_ROLE, CONSENT_ROLES
from wardproto.records import (
    ConsentEnd,
    ConsentSet,
    ControlBody,
    DeviceAdd,
    DeviceRemove,
    IncidentAck,
    Invite,
    Role,
    ShredAck,
    StreamCreate,
)
from wardproto.wire import decode, encode

Acts = Sequence[tuple[bytes, ControlBody]]
"""(device that signed it, what it said), in the order of the log that was lost."""


REOPENS = "reopens"
"""Streams with work of this PC whose consent is lost, and until when it would have lasted."""


LOST = "lost_acts"
"""Control records that were cut off, until the log was read to its end and it is known which are missing."""


def remember(core: Core, size: int) -> None:
    """Keep the control records beyond ``size`` entries; before they are cut off."""
    last = core.store.control_at(size)
    found = tuple(stored.wire for stored in core.store.controls() if stored.sseq > last)
    if found:
        core.store.put(LOST, encode((*decode(core.store.get(LOST) or encode(()), tuple[bytes, ...]), *found)))


def _lost(core: Core) -> Iterator[tuple[bytes, ControlBody]]:
    for wire in decode(core.store.get(LOST) or encode(()), tuple[bytes, ...]):
        _, header = control.read(wire)
        body = control.body_of(header)
        if body is not None:
            yield header.device, body


def renew(core: Core) -> None:
    """Ask again for what this PC may and must ask for, and what the log does not say already."""
    lost: Acts = list(_lost(core))
    if not lost:
        return
    core.store.put(LOST, b"")
    if core.flag(STOPPED) == closing.REMOVED:
        return
    _wait_for_consents(core, lost)
    ended = {body.consent for _, body in lost if isinstance(body, ConsentEnd)}
    gone = {body.device for _, body in lost if isinstance(body, DeviceRemove)}
    invites = {body.invite: body for _, body in lost if isinstance(body, Invite)}
    for device, body in lost:
        mine = device == core.me.device
        if isinstance(body, ConsentEnd):
            _stop_sharing(core, body)
        elif isinstance(body, DeviceRemove):
            _remove(core, body)
        elif isinstance(body, StreamCreate):
            _create(core, body, mine=mine)
        elif mine and isinstance(body, ConsentSet):
            if body.consent not in ended:
                intents.add(core, "consent_set", body)
        elif mine and isinstance(body, DeviceAdd):
            if body.device.device not in gone:
                _admit(core, body, invites)
        elif mine:
            _say_again(core, body)


def _say_again(core: Core, body: ControlBody) -> None:
    """What this PC had said and nobody else can say for it."""
    if isinstance(body, Invite) and body.until_ms > core.now_ms():
        intents.add(core, "invite", body)
    elif isinstance(body, Role):
        member = core.state.member(body.device)
        if member is not None and member.roles != body.roles:
            number = intents.add(core, "role", (body.device, body.roles))
            core.store.set_refusal(number, "restored")
    elif isinstance(body, ShredAck):
        intents.add(core, "shred_ack", body.stream)
    elif isinstance(body, IncidentAck):
        intents.add(core, "incident_ack", body, urgent=True)


def _wait_for_consents(core: Core, lost: Acts) -> None:
    """Work for a stream that another's PC must open again waits for it: until the consent would have ended."""
    working = set(core.store.outbox_streams())
    found = tuple(
        (body.stream, body.until_ms)
        for _, body in lost
        if isinstance(body, ConsentSet) and body.stream in working
    )
    if found:
        kept = decode(core.store.get(REOPENS) or encode(()), tuple[tuple[bytes, int], ...])
        core.store.put(REOPENS, encode((*kept, *found)))


def give_up(core: Core, told_ms: int) -> None:
    """Move to the tray what waited for a consent that nobody has set again, once its time is over."""
    kept = decode(core.store.get(REOPENS) or encode(()), tuple[tuple[bytes, int], ...])
    over = [stream for stream, until in kept if told_ms >= until or stream in core.state.streams]
    for stream in over:
        if stream not in core.state.streams:
            closing.tray(core, stream, "closed")
    if over:
        core.store.put(REOPENS, encode(tuple(each for each in kept if each[0] not in over)))


def _stop_sharing(core: Core, body: ConsentEnd) -> None:
    """Either side may; whoever had heard of the withdrawal writes nothing more there."""
    consent, member = core.state.consents.get(body.consent), core.member
    if consent is None or core.team not in (consent.owner, consent.partner):
        return
    core.store.put(ending_key(consent.stream), b"1")
    if member is not None and CONSENT_ROLES & set(member.roles):
        intents.add(core, "consent_end", body.consent, urgent=True)


def _remove(core: Core, body: DeviceRemove) -> None:
    member = core.member
    if member is not None and ADMIN_ROLE in member.roles and body.device != core.me.device:
        intents.add(core, "device_remove", body.device, urgent=True)


def _create(core: Core, body: StreamCreate, *, mine: bool) -> None:
    """Who had opened it; or who has work for it and is of its team: it must not wait for another's PC."""
    if body.owner != core.team:
        return
    working = set(core.store.outbox_streams())
    for stream in body.streams:
        if mine or stream in working:
            intents.add(core, "stream_create", (body.kind, stream))


def _admit(core: Core, body: DeviceAdd, invites: dict[bytes, Invite]) -> None:
    """The newcomer is admitted anew, with new wraps, while its invitation lasts; then it is enrolled anew."""
    invite = invites.get(body.invite)
    if invite is not None:
        intents.add(core, "invite", invite)
    intents.add(core, "device_add", (body.device, body.invite))


__all__ = ["give_up", "remember", "renew"]
