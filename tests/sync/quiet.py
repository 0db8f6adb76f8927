"""What people do in a quiet ward, and what is seen there."""

from tests.simulation.world import Device, World
from wardclient.ledger.events import Put
from wardclient.ledger.registers import Register
from wardclient.sync.calls import ControlCall, PullCall, PushCall
from wardproto.records import BlockHeader
from wardproto.wire import decode, open_envelope

HOUR_MS = 3_600_000


def case(world: World, device: Device, value: object = "a") -> bytes:
    """Open a case and let everybody hear of it."""
    stream = device.up.new_stream()
    write(device, stream, value)
    world.settle()
    return stream


def write(device: Device, stream: bytes, value: object, *, cas: bool = False) -> int:
    """Write a field, replacing what is seen."""
    seen = field(device, stream).versions
    assert isinstance(value, str | int)
    return device.up.record(stream, "edit", [Put("person", "wish", value, seen)], cas=cas)


def field(device: Device, stream: bytes) -> Register:
    """The field as a PC has it."""
    return device.store.register((stream, "person", "wish"))


def values(device: Device, stream: bytes) -> set[object]:
    """What stands in the field."""
    return {head.value for head in field(device, stream).heads}


def share(world: World, owner: Device, *, begin: int = -1, until: int = HOUR_MS) -> tuple[bytes, bytes]:
    """Record a consent; return its id and its joint stream."""
    consent, stream = world.sealing.random(16), world.sealing.random(16)
    now = owner.up.server_now_ms()
    partner = "hellowork" if owner.team == "city" else "city"
    owner.up.set_consent(
        consent,
        stream,
        partner=partner,
        from_ms=now + begin,
        until_ms=now + until,
        items=("S1", "H2"),
        evidence=b"paper",
    )
    return consent, stream


def next_call(world: World, device: Device, kind: type) -> ControlCall | PushCall | PullCall:
    """The next call of a kind; the others are answered on the way."""
    for _ in range(20):
        call = device.up.next_call(world.now_ms)
        assert call is not None
        if isinstance(call, kind):
            return call
        world.answer(device, call, world.serve(device, call))
    raise AssertionError(kind)


def header(call: object) -> BlockHeader:
    """The header of the first block of a push."""
    assert isinstance(call, PushCall)
    return decode(open_envelope(call.request.items[0].envelope, "block").payload, BlockHeader)


def dirty(world: World) -> set[str]:
    """The teams without a valid key generation."""
    return {name for name, team in world.log.state.teams.items() if team.dirty}


def tray(device: Device) -> set[tuple[str, int]]:
    """What lies in a PC's tray: (reason, number)."""
    return {(each.reason, each.n) for each in device.store.quarantined()}
