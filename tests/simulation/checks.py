"""What must hold when the faults have stopped."""

from collections.abc import Iterator

from tests.simulation import secrets
from tests.simulation.population import honest, members, readable
from tests.simulation.truth import EventName, need
from tests.simulation.world import Device, World
from wardclient.ledger.events import Adopt, Op, Put, Version, read_event, read_ops
from wardclient.ledger.registers import Register, Write
from wardclient.sync.closing import ended_key
from wardclient.sync.core import REBUILD, keep_identity
from wardclient.sync.notices import RESTORED
from wardclient.sync.sealing import checked
from wardproto.wire import CONTROL_STREAM

HOSTILE_INCIDENTS = {"bad_wrap", "cannot_open", "malformed_body", "over_claim", "event_number"}
"""What a hostile member can make others note; an honest ward notes nothing."""


def nothing_lost(world: World, *, quiet: bool) -> None:
    """I2: each act that was saved is in the log, in the outbox, or in the tray; when quiet in exactly one."""
    for device in honest(world):
        tables = device.store.tables
        for name, event in device.created.items():
            stream, _, n = name
            in_log = world.truth.content.get(name) == event
            in_outbox = any(d.n == n for d in tables.drafts.get(stream, ()))
            in_tray = (stream, n) in tables.tray
            if _was_removed(device) and name in tables.events:
                # In the log when it was removed; whether that log was lost since, it is not told.
                continue
            if world.notices and device.store.get(ended_key(stream)) and not device.store.drafts(stream):
                partner = world.truth.streams.get(stream, (device.team,))[-1]
                if partner == device.team and not in_log:
                    # Deleted with the consent, its own work included; the owner's PCs have set it aside.
                    continue
            what = f"{device.name} {stream.hex()[:4]} n={n}"
            need(in_log or in_outbox or in_tray, "I2 nothing lost", what)
            # A removed PC is told no more: whether its last block arrived, it cannot know.
            if device.up.core.removed and device.up.core.flag("stopped") == "removed":
                continue
            if device.rolled_back:
                continue
            need(not (in_outbox and in_tray), "I2 one place", what)
            need(not (in_log and in_tray), "I2 one place", "log and tray", what)
            need(not quiet or in_log + in_outbox + in_tray == 1, "I2 one place", what)


def _was_removed(device: Device) -> bool:
    return device.up.core.flag("stopped") == "removed"


def healed(world: World) -> None:
    """All that must hold after the faults have stopped."""
    nothing_lost(world, quiet=True)
    drained(world)
    quiet_log(world)
    converged(world)
    heads_are_maximal(world)
    withdrawals_hold(world)
    ended_rightly(world)
    decisions_exclusive(world)
    verified(world)
    secrets.judge(world)


def verified(world: World) -> None:
    """I9, the honest half: every PC has verified the log up to its end, and it is the log."""
    end = world.log.snapshot().end
    for device in members(world):
        if device.up.core.member is not None and not device.up.core.flag("stopped"):
            known = checked(device.up.core)
            need(known is not None, "I9 verified", device.name)
            assert known is not None
            need((known.size, known.root) == (end.wseq, end.root), "I9 verified", device.name)


def drained(world: World) -> None:
    """I18: outboxes and open acts have come to their end."""
    for device in members(world):
        status = device.up.status()
        waiting = [s for s in device.store.outbox_streams() if _may_end(world, device, s)]
        need(not waiting, "I18 liveness", device.name, "unsent", [s.hex()[:4] for s in waiting])
        need(status.open_acts == 0, "I18 liveness", device.name, device.store.intents())


def _may_end(world: World, device: Device, stream: bytes) -> bool:
    """Whether work in a stream can be delivered or given up now; an early consent waits rightly."""
    client = device.up
    if client.consent_state(stream) == "early":
        return False
    # A PC without the team's key (its wrap was bad) cannot make the next generation alone.
    return not device.store.get(f"frozen:{stream.hex()}")


def quiet_log(world: World) -> None:
    """An honest service and honest members never cause an alarm."""
    allowed = HOSTILE_INCIDENTS if any(d.hostile for d in world.devices) else set()
    if world.notices:
        # That it was told of a restore is noted; it accuses nobody.
        allowed = allowed | {RESTORED}
    for device in honest(world):
        if world.notices and _was_removed(device):
            # It does not go on with a restored log, and cannot judge what it is given of it.
            continue
        kinds = {kind for kind, _, _ in device.store.tables.incidents.values()}
        mine = allowed | ({"rolled_back"} if device.rolled_back else set())
        need(kinds <= mine, "no false alarm", device.name, kinds - mine)
        need(not device.up.core.flag("halted"), "no false alarm", device.name, "halted")


def converged(world: World) -> None:
    """I1: members who may read a stream hold the same state of it."""
    hashes: dict[bytes, tuple[bytes, str]] = {}
    for device in members(world):
        for stream in readable(world, device):
            if device.store.drafts(stream):
                continue
            found = device.store.state_hash(stream)
            first = hashes.setdefault(stream, (found, device.name))
            need(first[0] == found, "I1 convergence", stream.hex()[:4], first[1], device.name)


def heads_are_maximal(world: World) -> None:
    """I10: what stands in a field is what nobody who had seen it replaced, by the log alone."""
    for stream in world.truth.streams:
        expected = _maximal(world, stream)
        for device in members(world):
            if stream not in readable(world, device) or device.store.drafts(stream):
                continue
            for place in device.store.places(stream):
                register = device.store.register(place)
                heads = {h.version for h in register.heads}
                need(heads == expected.get(place[1:], set()), "I10 heads", device.name, place[1:])
                need(register.shown == _latest(register), "I13 clock", device.name, "shown", place[1:])


def _latest(register: Register) -> Write | None:
    """The head to show: the latest, where nobody's clock counts for more than two minutes ahead."""

    def order(head: Write) -> tuple[int, Version]:
        assert head.recv_ms is not None
        claimed = head.hlc >> 16
        ahead = claimed > head.recv_ms + 120_000
        return (head.recv_ms << 16 if ahead else head.hlc), head.version

    return max(register.heads, key=order, default=None)


def _maximal(world: World, stream: bytes) -> dict[tuple[str, str], set[Version]]:
    written: dict[tuple[str, str], set[Version]] = {}
    replaced: dict[tuple[str, str], set[Version]] = {}
    for name, op, index, wseq in _operations(world, stream):
        if isinstance(op, Put):
            version = (name[1], name[2], index)
            place = (op.entity, op.field)
            written.setdefault(place, set()).add(version)
            gone = {v for v in op.over if v != version and _could_see(world, name, wseq, v)}
            replaced.setdefault(place, set()).update(gone)
    return {place: versions - replaced[place] for place, versions in written.items()}


def _could_see(world: World, name: EventName, wseq: int, version: Version) -> bool:
    """Whether the author of an event had seen a version: its own, or in the log before."""
    stream, author, n = name
    if version[0] == author:
        return version[1] <= n
    before = world.truth.events.get((stream, version[0], version[1]))
    return before is not None and before < wseq


def _operations(world: World, stream: bytes) -> Iterator[tuple[EventName, Op | None, int, int]]:
    """Yield what was done in a stream, by whom, and where in the log; what was taken over under its author's name."""
    for name, wseq in world.truth.events.items():
        if name[0] != stream:
            continue
        for index, op in enumerate(read_ops(read_event(world.truth.content[name]))):
            yield name, op, index, wseq
            for data in op.events if isinstance(op, Adopt) else ():
                event = read_event(data)
                inner = (stream, op.author, event.n)  # type: ignore[union-attr]
                if inner not in world.truth.events:
                    for place, each in enumerate(read_ops(event)):
                        yield inner, each, place, wseq


def withdrawals_hold(world: World) -> None:
    """I5: what was not on its way when a person withdrew a consent on this PC never follows."""
    for device in honest(world):
        for stream, size in device.withdrawn.items():
            for block in world.truth.blocks.values():
                if block.header.device == device.id and block.header.stream == stream and block.wseq > size:
                    good = block.name == device.sealed_at_withdrawal[stream]
                    need(good, "I5 consent", "sent after the withdrawal", device.name)


def ended_rightly(world: World) -> None:
    """I5, the other way: a partner deletes what has ended, all of it, and nothing that has not."""
    for device in honest(world):
        for consent in world.truth.consents.values():
            stream = consent.stream
            if not device.store.get(ended_key(stream)):
                continue
            over = consent.ended is not None or world.now_ms >= consent.until_ms
            need(over, "I5 consent", "deleted too early", device.name)
            if world.truth.streams[stream][1] == device.team:
                tables = device.store.tables
                held = any(s == stream for s, _ in tables.stream_keys) or any(device.store.places(stream))
                need(not held, "I5 consent", "not deleted", device.name)


def decisions_exclusive(world: World) -> None:
    """A decision that was to be exclusive stands only where nobody else wrote after its author looked."""
    for device in honest(world):
        for (stream, n), seen in device.decisions.items():
            name = (stream, device.id, n)
            if world.truth.content.get(name) != device.created.get(name, b""):
                continue
            mine = world.truth.events[name]
            between = [
                b
                for b in world.truth.blocks.values()
                if b.header.stream == stream
                and b.sseq > seen
                and b.wseq < mine
                and b.header.device != device.id
            ]
            need(not between, "decision is exclusive", device.name, stream.hex()[:4])


def replayed(world: World, device: Device) -> None:
    """I14: the log taken over again from nothing, in pages of another size, gives the same state."""
    twin = world.new_device(f"{device.name} again", device.team)
    twin.identity = device.identity
    keep_identity(twin.store, device.identity, world.ward, device.team)
    with twin.store.transaction():
        twin.store.put(REBUILD, b"1")
    world.page_limit = world.random.choice((1, 2, 5, 11))
    world.drain(twin)
    need(not twin.up.core.flag("halted"), "I14 replay", "halted")
    for stream in readable(world, device):
        if stream != CONTROL_STREAM and not device.store.drafts(stream):
            same = twin.store.state_hash(stream) == device.store.state_hash(stream)
            need(same, "I14 replay", device.name, stream.hex()[:4])
