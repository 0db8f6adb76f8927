"""The service is put back from a copy, with a signed notice of it: what came after the copy is lost to it."""

from copy import deepcopy
from dataclasses import dataclass

from tests.simulation import faults
from tests.simulation.truth import Truth
from tests.simulation.world import Device, World
from wardclient.sync import notices
from wardclient.sync.aside import same
from wardproto.restored import CONTEXT, RestoredLog
from wardproto.signing import seal_envelope
from wardproto.wire import encode


@dataclass(frozen=True)
class Copy:
    """A copy of the log: the store of that moment, and which refusals were in it."""

    store: object
    refused: frozenset[bytes]
    size: int


def copy(world: World) -> Copy:
    """Copy the service's store."""
    return Copy(deepcopy(world._server_store), frozenset(world.truth.refused), world.log.size)


def restore(world: World, kept: Copy, *, announce: bool = True) -> str:
    """The machine is lost; another serves what the copy holds. Connections end with the machine."""
    for message in world.wire:
        faults.give_up(world, message)
    world.wire.clear()
    before = world.log.size
    world.now_ms += 1
    world.lost_hashes |= set(world.control_hashes.values())
    world.control_hashes = {}
    world._server_store = deepcopy(kept.store)  # type: ignore[assignment]
    world.log = world._open_log()
    if announce:
        world.notices = (*world.notices, notice(world))
    _begin_truth(world, kept)
    for device in world.devices:
        _begin_again(world, device)
    world.now_ms += 1
    return f"{before} -> {world.log.size}"


def notice(world: World, **changed: object) -> bytes:
    """Sign what a restore to the present state says."""
    end = world.log.snapshot().end
    said = {"ward": world.ward, "size": end.wseq, "root": end.root, **changed}
    told = RestoredLog(**said, recv_ms=0, known=end.wseq, copied_ms=0, restored_ms=world.now_ms)  # type: ignore[arg-type]
    return seal_envelope(world.signing, world._server_secret, CONTEXT, encode(told))


def _begin_truth(world: World, kept: Copy) -> None:
    """The truth is the log that there is now; what is known of hostile members stays."""
    old, world.truth = world.truth, Truth(world.truth.sealing)
    world.truth.hostile |= old.hostile
    world.truth.kept_keys |= old.kept_keys
    world.truth.refused |= kept.refused
    state = world.log.state
    for wseq in range(1, world.log.size + 1):
        stored = world._server_store.record(world.ward, wseq)
        assert stored is not None
        world.truth.take(stored, world._server_store.wraps(world.ward, wseq))
    world.control_hashes[state.head.sseq] = state.state_hash()


def _begin_again(world: World, device: Device) -> None:
    """What was noted of a PC by places in the log counts from where the logs part."""
    device.cursor = device.checked_head = 0
    if device.served_removed and world.log.state.member(device.id) is not None:
        device.holed = True
    size = world.log.size
    device.withdrawn = {stream: min(at, size) for stream, at in device.withdrawn.items()}
    for (stream, n), seen in device.decisions.items():
        device.decisions[stream, n] = min(seen, world.truth.sseqs.get(stream, 0))


def acknowledge(world: World, device: Device) -> str:
    """An administrator reads what the inbox shows of restores, and acknowledges it."""
    client = device.up
    if client.core.member is None or "adm" not in client.core.member.roles or client.core.flag("stopped"):
        return "no admin"
    client.on_restored(world.notices)
    return f"{device.name} {client.acknowledge()}"


def follow(world: World) -> None:
    """An act whose claims were cut back to what is in the log is the same act."""
    for device in world.devices:
        for name, event in list(device.created.items()):
            stream, _, n = name
            found = [d.event for d in device.store.drafts(stream) if d.n == n]
            found += [
                each.event for each in device.store.quarantined() if (each.stream, each.n) == (stream, n)
            ]
            in_log = world.truth.content.get(name)
            for other in (*found, *(() if in_log is None else (in_log,))):
                if same(event, other):
                    device.created[name] = other


def waiting(world: World) -> list[Device]:
    """PCs that wait for an acknowledgement."""
    return [device for device in world.devices if notices.awaited(device.up.core) is not None]
