"""What people do: open cases, write, consent, withdraw, remove a colleague's PC."""

from tests.simulation.truth import need
from tests.simulation.world import Device, World
from wardclient.ledger.events import Add, Del, Op, Put, Rec, read_event
from wardclient.ledger.registers import Members, Register
from wardclient.sync.client import ClosedStreamError, TooLargeError
from wardclient.sync.core import StoppedError
from wardproto.control import WRITER_ROLES

FIELDS = ("phone", "address", "wish")
OTHER = {"city": "hellowork", "hellowork": "city"}


def streams_of(device: Device) -> list[bytes]:
    """The streams in which this device's person may write, as the PC shows them; own first."""
    client = device.up
    known = client.state.streams
    found = [s for s, v in known.items() if device.team in (v.owner, v.partner) and not v.closed]
    return found + [s for s in device.store.outbox_streams() if s not in known]


def write(world: World, device: Device) -> str:
    """Save an act in some stream."""
    streams = streams_of(device)
    if not streams:
        return open_case(world, device)
    stream = world.random.choice(streams)
    ops = _ops(world, device, stream)
    cas = world.random.random() < 0.06
    return _record(device, stream, ops, cas=cas)


def _record(device: Device, stream: bytes, ops: list[Op], *, cas: bool = False) -> str:
    client = device.up
    member = client.core.member
    if member is None or not WRITER_ROLES & set(member.roles):
        return "may not write"
    try:
        n = client.record(stream, "edit", ops, cas=cas)
    except (ClosedStreamError, StoppedError, TooLargeError) as error:
        return type(error).__name__
    note(device, stream, n)
    if cas:
        device.decisions[stream, n] = device.store.stream_head(stream).sseq
    for op in ops:
        if isinstance(op, Put):
            heads = device.store.register((stream, op.entity, op.field)).heads
            need(any(h.version[:2] == (device.id, n) for h in heads), "I7 own writes", device.name)
    return f"{stream.hex()[:4]} n={n}{' cas' if cas else ''}"


def note(device: Device, stream: bytes, n: int) -> None:
    """Follow an act that was saved from now on."""
    draft = next(d for d in device.store.drafts(stream) if d.n == n)
    device.created[stream, device.id, n] = draft.event
    if device.knows_time:
        stamp = read_event(draft.event).hlc >> 16
        need(stamp <= device.world.now_ms + 120_000, "I13 clock", device.name, "a stamp from the future")


def _ops(world: World, device: Device, stream: bytes) -> list[Op]:
    dice = world.random
    ops: list[Op] = []
    for _ in range(dice.choice((1, 1, 2, 3))):
        kind = dice.random()
        name = dice.choice(FIELDS)
        if kind < 0.7:
            seen: Register = device.store.register((stream, "person", name))
            over = seen.versions if dice.random() < 0.85 else ()
            if not any(isinstance(op, Put) and op.field == name for op in ops):
                ops.append(Put("person", name, dice.randrange(1000), over))
        elif kind < 0.8:
            ops.append(Add("case", "tags", dice.choice("abc")))
        elif kind < 0.9:
            tags: Members = device.store.members((stream, "case", "tags"))
            versions = tags.versions_of(dice.choice("abc"))
            if versions:
                ops.append(Del("case", "tags", versions))
        else:
            ops.append(Rec("case", "note", dice.randbytes(4)))
    return ops or [Rec("case", "note", b"x")]


def open_case(world: World, device: Device) -> str:
    """Open a case in a new stream of this team."""
    member = device.up.core.member
    if member is None or not WRITER_ROLES & set(member.roles):
        return "may not write"
    try:
        stream = device.up.new_stream()
    except StoppedError:
        return "stopped"
    return _record(device, stream, [Put("person", "name", world.random.randrange(99))])


def consent(world: World, device: Device) -> str:
    """Record a consent: a joint stream, from now or soon, for a while."""
    member = device.up.core.member
    if member is None or not WRITER_ROLES & set(member.roles):
        return "may not"
    dice = world.random
    name, stream = world.sealing.random(16), world.sealing.random(16)
    begin = device.up.server_now_ms() + dice.choice((-1000, -1000, 5_000, 60_000))
    until = begin + dice.choice((60_000, 240_000, 10_000_000, 10_000_000))
    try:
        with device.store.transaction():
            device.up.set_consent(
                name,
                stream,
                partner=OTHER[device.team],
                from_ms=begin,
                until_ms=until,
                items=("S1", "H2"),
                evidence=b"paper 12",
            )
    except StoppedError:
        return "stopped"
    note(device, stream, 1)
    return _record(device, stream, [Put("person", "phone", 1), Put("disclosure", "case_id", "c")])


def withdraw(world: World, device: Device) -> str:
    """Withdraw a consent that this PC knows, or one that it has just recorded."""
    client = device.up
    member = client.core.member
    if member is None or not WRITER_ROLES & set(member.roles):
        return "may not"
    known = [
        (name, c.stream)
        for name, c in client.state.consents.items()
        if c.ended_ms is None and device.team in (c.owner, c.partner)
    ]
    if not known:
        return "none"
    name, stream = world.random.choice(known)
    try:
        client.end_consent(name)
    except StoppedError:
        return "stopped"
    sealed = device.store.sealed(stream)
    if stream not in device.withdrawn:
        device.withdrawn[stream] = world.truth.size
        device.sealed_at_withdrawal[stream] = b"" if sealed is None else sealed.hash
    return stream.hex()[:4]


def remove(world: World, device: Device) -> str:
    """An admin removes a colleague's PC (or its own)."""
    client = device.up
    member = client.core.member
    if member is None or "adm" not in member.roles:
        return "no admin"
    others = [d for d in world.devices if client.state.member(d.id) is not None and d.team == device.team]
    if len(others) < 2:
        return "too few"
    gone = world.random.choice(others)
    if gone.name == device.name and world.random.random() < 0.7:
        return "thought better of it"
    try:
        client.remove_device(gone.id)
    except StoppedError:
        return "stopped"
    return gone.name


def newcomer(world: World, device: Device) -> str:
    """An admin admits a new PC of its own team."""
    client = device.up
    member = client.core.member
    if (
        member is None
        or "adm" not in member.roles
        or len(world.devices) > 6
        or not device.store.get("ward_key")
    ):
        return "no admin"
    fresh = world.new_device(f"{device.team}-{len(world.devices) + 1}", device.team)
    role = ("hw",) if device.team == "hellowork" else ("cw",)
    try:
        world.invite(fresh, device.team, role, device)
    except StoppedError:
        return "stopped"
    world.devices.append(fresh)
    return fresh.name


def roles(world: World, device: Device) -> str:
    """An admin changes a colleague's roles: writing or only looking on."""
    client = device.up
    member = client.core.member
    if member is None or "adm" not in member.roles:
        return "no admin"
    others = [d for d in world.devices if client.state.member(d.id) is not None and d.team == device.team]
    other = world.random.choice(others)
    if other.name == device.name:
        return "not its own"
    writer = "hw" if device.team == "hellowork" else "cw"
    chosen = world.random.choice(((writer,), (writer, "adm"), ("aud",)))
    try:
        client.set_roles(other.id, chosen)
    except StoppedError:
        return "stopped"
    return f"{other.name} {chosen}"
