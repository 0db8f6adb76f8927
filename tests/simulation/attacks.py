"""A member who does not keep the rules: blocks made by hand, with the keys that its PC holds.

The first table holds what the service must refuse, by the admission rule that stands in the way;
the second what it cannot see, because it is inside the seal: there the readers must cope.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from tests.simulation.world import HOUR_MS, Device, World
from wardclient.ledger.events import Put, make_body, make_event
from wardclient.vault.sealing import block_info, wrap_info
from wardclient.vault.team_keys import new_epoch
from wardproto.admission import Epoch
from wardproto.control import hashes
from wardproto.messages import PushItem
from wardproto.records import BlockHeader, Head, NewEpoch, Recipient, Seen
from wardproto.signing import seal_envelope
from wardproto.wire import NO_HASH, encode, wraps_hash


@dataclass
class Forge:
    """A block in the making, at the place where the service would take it."""

    world: World
    device: Device
    stream: bytes
    header: BlockHeader
    key: bytes
    wraps: tuple[bytes, ...] = ()
    plain: bytes = b""
    ward: bytes = b""
    """The ward that the seal is bound to; empty for this one."""

    def set(self, **fields: object) -> None:
        """Change fields of the header."""
        self.header = msgspec.structs.replace(self.header, **fields)

    def item(self) -> PushItem:
        """Seal and sign."""
        world, header = self.world, self.header
        info = block_info(self.ward or world.ward, header.stream, header.device, header.bseq, header.epoch)
        body = world.sealing.seal(self.key, header.salt, info, self.plain)
        signed = msgspec.structs.replace(header, body_hash=sha256(body).digest(), body_len=len(body))
        envelope = seal_envelope(world.signing, self.device.identity.sign_secret, "block", encode(signed))
        return PushItem(envelope, body, self.wraps)

    def push(self) -> str:
        """Send it; return the answer's context."""
        return self.world.context_of(self.world.push_block(self.item()))


def forge(world: World, device: Device, stream: bytes) -> Forge | None:
    """Return a block that would be right: under the epoch in force, or a new one for exactly R."""
    view = world.view()
    state = view.state
    found = state.streams.get(stream)
    if found is None:
        return None
    bseq, prev = view.device_head(stream, device.id)
    n = 1 + max((e[2] for e in world.truth.events if e[:2] == (stream, device.id)), default=0)
    header = BlockHeader(
        ward=world.ward,
        stream=stream,
        device=device.id,
        bseq=bseq + 1,
        prev=prev,
        attempt=0,
        refusal=NO_HASH,
        ctl=state.head,
        head=view.stream_head(stream),
        cas=False,
        seen=Seen(),
        epoch=0,
        new_epoch=None,
        salt=world.sealing.random(16),
        body_hash=b"",
        body_len=0,
    )
    event = make_event(n, "edit", world.now_ms << 16, device.identity.staff, [Put("person", "wish", n)])
    made = Forge(world, device, stream, header, b"", (), make_body([event]))
    teams = sorted(t for t in (found.owner, found.partner) if t)
    recipients = tuple((team, state.teams[team].gen) for team in teams)
    current = view.epoch(stream)
    key = device.store.stream_key(stream, current.number)
    if current.number and current.recipients == recipients and key is not None:
        made.set(epoch=current.number)
        made.key = key
    else:
        fresh_epoch(made, current, recipients)
    return made


def fresh_epoch(made: Forge, current: Epoch, recipients: tuple[Recipient, ...]) -> None:
    """Begin a new epoch, wrapped to ``recipients``."""
    world = made.world
    publics = {team: world.log.state.teams[team].public for team, _ in recipients}
    number = current.number + 1
    key, new, wraps = new_epoch(
        world.sealing, world.ward, made.stream, number, recipients, publics, made.device.id
    )
    made.set(epoch=number, new_epoch=new)
    made.key, made.wraps = key, wraps


def _own_streams(world: World, device: Device) -> list[bytes]:
    return [
        s for s, v in world.log.state.streams.items() if device.team in (v.owner, v.partner) and not v.closed
    ]


def _some(world: World, device: Device) -> Forge | None:
    streams = _own_streams(world, device)
    return forge(world, device, world.random.choice(streams)) if streams else None


# --- what admission must refuse


def _removed_writes(world: World, device: Device) -> Forge | None:
    gone = [d for d in world.devices if d.id in world.log.state.members and not world.log.state.member(d.id)]
    return _some(world, world.random.choice(gone)) if gone else None


def _foreign_stream(world: World, device: Device) -> Forge | None:
    streams = [s for s, v in world.log.state.streams.items() if v.kind == "own" and v.owner != device.team]
    return forge(world, device, world.random.choice(streams)) if streams else None


def _without_consent(world: World, device: Device) -> Forge | None:
    """Into a joint stream that is closed, under an epoch for nobody: that is what R says there."""
    view = world.view()
    closed = [s for s, v in view.state.streams.items() if v.kind == "joint" and v.closed]
    mine = [s for s in closed if device.team in (view.state.streams[s].owner, view.state.streams[s].partner)]
    made = forge(world, device, world.random.choice(mine)) if mine else None
    if made is not None:
        number = view.epoch(made.stream).number + 1
        made.key, made.wraps = world.sealing.random(32), ()
        made.set(epoch=number, new_epoch=NewEpoch(world.sealing.random(32), (), wraps_hash(())))
    return made


def _equivocate(world: World, device: Device) -> Forge | None:
    """A second block at a place that is taken; where none is, a first one."""
    made = _some(world, device)
    if made is None or made.header.bseq == 1:
        return made
    before = [b for b in world.truth.blocks.values() if b.header.device == device.id]
    last = max((b for b in before if b.header.stream == made.stream), key=lambda b: b.header.bseq)
    made.set(bseq=last.header.bseq, prev=last.header.prev)
    return made


def _old_readers(world: World, device: Device) -> Forge | None:
    """Under the epoch in force although the readers have changed since: one of them was removed."""
    view = world.view()
    for stream in _own_streams(world, device):
        current = view.epoch(stream)
        key = device.store.stream_key(stream, current.number)
        made = forge(world, device, stream)
        if key is not None and made is not None and made.header.new_epoch is not None:
            made.set(epoch=current.number, new_epoch=None)
            made.key, made.wraps = key, ()
            return made
    return None


def _old_epoch(world: World, device: Device) -> Forge | None:
    """Under an epoch that was followed by another one: those removed meanwhile hold its key."""
    view = world.view()
    for stream in _own_streams(world, device):
        number = view.epoch(stream).number
        key = device.store.stream_key(stream, number - 1)
        made = forge(world, device, stream)
        if key is not None and made is not None and made.header.new_epoch is None:
            made.set(epoch=number - 1)
            made.key = key
            return made
    return None


def _late_decision(world: World, device: Device) -> Forge | None:
    """An exclusive decision at a head that has moved."""
    made = _some(world, device)
    if made is None or made.header.head.sseq == 0:
        return None
    sseq = made.header.head.sseq - 1
    made.set(cas=True, head=Head(sseq, world.view().stream_head_at(made.stream, sseq) or b""))
    return made


Attack = Callable[[World, Device], Forge | None]


def _other_log(world: World, device: Device) -> Forge | None:
    """A checkpoint that the service never signed: others would take the service for a liar."""
    made = _some(world, device)
    if made is None:
        return None
    size = world.random.choice((1, world.log.size, world.log.size + 3))
    made.set(seen=Seen(size, world.sealing.random(32)))
    return made


REFUSED: dict[str, Attack] = {
    "member": _removed_writes,
    "readers": _foreign_stream,
    "open": _without_consent,
    "chain": _equivocate,
    "epoch_readers": _old_readers,
    "epoch_number": _old_epoch,
    "cas": _late_decision,
    "seen": _other_log,
}
"""By the rule that refuses it. The others of `RULES` are seen to in test_rules.py."""


# --- what only a reader can see


def _bad_wrap(world: World, device: Device) -> Forge | None:
    """A new epoch whose wrap for a team holds another key than the one committed to."""
    made = _some(world, device)
    if made is None:
        return None
    current = world.view().epoch(made.stream)
    state = world.log.state
    found = state.streams[made.stream]
    recipients = tuple((t, state.teams[t].gen) for t in sorted(x for x in (found.owner, found.partner) if x))
    fresh_epoch(made, current, recipients)
    assert made.header.new_epoch is not None
    spoiled = tuple(_spoiled(made, team, gen) for team, gen in recipients)
    new = msgspec.structs.replace(made.header.new_epoch, wraps_hash=wraps_hash(hashes(spoiled)))
    made.set(new_epoch=new)
    made.wraps = spoiled
    world.truth.kept_keys.add(new.commit)
    return made


def _spoiled(made: Forge, team: str, gen: int) -> bytes:
    """A wrap that opens to another key, or does not open."""
    world, header = made.world, made.header
    if world.random.random() < 0.5 or header.new_epoch is None:
        return world.sealing.random(24)
    info = wrap_info(
        world.ward, made.stream, header.epoch, team.encode(), gen, header.new_epoch.commit, header.device
    )
    return world.sealing.wrap(world.log.state.teams[team].public, world.sealing.random(32), info)


def _over_claim(world: World, device: Device) -> Forge | None:
    """A write that claims to replace what others will write in future."""
    made = _some(world, device)
    if made is None:
        return None
    n = 1 + max((e[2] for e in world.truth.events if e[:2] == (made.stream, device.id)), default=0)
    claims = tuple(
        (other.id, number, index)
        for other in world.devices
        if other is not device
        for number in range(1, 40)
        for index in range(2)
    )
    op = Put("person", world.random.choice(("phone", "wish")), -1, claims)
    event = make_event(n, "edit", world.now_ms << 16, device.identity.staff, [op])
    made.plain = make_body([event])
    return made


def _nonsense(world: World, device: Device) -> Forge | None:
    """A body that is no list of events, or an event that is none."""
    made = _some(world, device)
    if made is not None:
        made.plain = world.random.choice((b"\xff\x00nonsense", make_body([b"\xc1"]), encode((1, 2, 3))))
    return made


def _number_again(world: World, device: Device) -> Forge | None:
    """An event under a number that this device used before."""
    made = _some(world, device)
    if made is None:
        return None
    event = make_event(1, "edit", 1, device.identity.staff, [Put("person", "phone", -2)])
    used = any(e[:2] == (made.stream, device.id) for e in world.truth.events)
    made.plain = make_body([event, event] if not used else [event])
    return made


def _far_future(world: World, device: Device) -> Forge | None:
    """A write that claims to be ten years younger than all others."""
    made = _some(world, device)
    if made is None:
        return None
    n = 1 + max((e[2] for e in world.truth.events if e[:2] == (made.stream, device.id)), default=0)
    stamp = (world.now_ms + 10 * 366 * 24 * HOUR_MS) << 16
    op = Put("person", world.random.choice(("phone", "wish", "address")), -3)
    made.plain = make_body([make_event(n, "edit", stamp, device.identity.staff, [op])])
    return made


HIDDEN: dict[str, Attack] = {
    "bad_wrap": _bad_wrap,
    "over_claim": _over_claim,
    "nonsense": _nonsense,
    "number": _number_again,
    "future": _far_future,
}


def attack(world: World, device: Device, kinds: Sequence[str]) -> str:
    """Try something of ``kinds``."""
    name = world.random.choice(kinds)
    if name != "member" and world.log.state.member(device.id) is None:
        return "removed"
    made = {**REFUSED, **HIDDEN}[name](world, device)
    if made is None:
        return f"{name}: no occasion"
    return f"{name}: {made.push()}"


ALL = (*REFUSED, *HIDDEN)
