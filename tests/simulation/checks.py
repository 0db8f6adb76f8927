"""What must hold when the faults have stopped, and what the keys of each PC can open."""

from collections.abc import Iterable, Iterator

from tests.simulation.truth import Block, EventName, need
from tests.simulation.world import Device, World
from wardclient.ledger.clock import TOLERANCE_MS, effective, millis
from wardclient.ledger.events import Op, Put, Version, read_event, read_ops
from wardclient.sync.closing import ended_key
from wardclient.sync.core import REBUILD, keep_identity
from wardclient.vault.sealing import BadWrapError, CannotOpenError, block_info, commit, wrap_info
from wardclient.vault.team_keys import open_generation, open_previous
from wardproto.records import TeamGeneration
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


def honest(world: World) -> Iterator[Device]:
    """PCs that keep to the rules."""
    return (device for device in world.devices if not device.hostile)


def members(world: World) -> Iterator[Device]:
    """Honest PCs that are members now and not put back to an old copy."""
    return (d for d in honest(world) if world.log.state.member(d.id) is not None)


def readable(world: World, device: Device) -> list[bytes]:
    """Streams that a member's PC holds content of."""
    return [
        stream
        for stream, teams in world.truth.streams.items()
        if device.team in teams
        and not (world.log.state.streams[stream].partner == device.team and device.store.get(ended_key(stream)))
    ]


def healed(world: World) -> None:
    """All that must hold after the faults have stopped."""
    nothing_lost(world, quiet=True)
    drained(world)
    quiet_log(world)
    converged(world)
    heads_are_maximal(world)
    secrets_kept(world)
    keys_agree(world)
    stamps_sane(world)


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
    for device in honest(world):
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
    """I10: what stands in a field is what nobody knowingly replaced, by the log alone."""
    if any(d.hostile for d in world.devices):
        return
    for stream in world.truth.streams:
        expected = _maximal(world, stream)
        for device in members(world):
            if stream in readable(world, device) and not device.store.drafts(stream):
                for place in device.store.places(stream):
                    heads = {h.version for h in device.store.register(place).heads}
                    need(heads == expected.get(place[1:], set()), "I10 heads", device.name, place[1:])
                    shown = device.store.register(place).shown
                    need(shown is None or shown.version in heads, "I13 shown", device.name)


def _maximal(world: World, stream: bytes) -> dict[tuple[str, str], set[Version]]:
    written: dict[tuple[str, str], set[Version]] = {}
    replaced: set[Version] = set()
    for name, op, index in _operations(world, stream):
        if isinstance(op, Put):
            version = (name[1], name[2], index)
            written.setdefault((op.entity, op.field), set()).add(version)
            replaced |= set(op.over) - {version}
    return {place: versions - replaced for place, versions in written.items()}


def _operations(world: World, stream: bytes) -> Iterator[tuple[EventName, Op | None, int]]:
    for name in world.truth.events:
        if name[0] == stream:
            for index, op in enumerate(read_ops(read_event(world.truth.content[name]))):
                yield name, op, index


def stamps_sane(world: World) -> None:
    """I13: no clock that is years off pulls the others' stamps, or its own effective ones, with it."""
    for device in members(world):
        last = millis(int.from_bytes(device.store.get("hlc") or b"\0", "big") & 0) or 0
        need(last == 0, "I13 clock")
        for write in (h for r in device.store.tables.registers.values() for h in r.heads):
            if write.recv_ms is not None:
                shown = millis(effective(write.hlc, write.recv_ms))
                need(shown <= write.recv_ms + TOLERANCE_MS, "I13 clock", device.name)


# --- what keys can open


def secrets_kept(world: World) -> None:
    """I4: with all wraps there ever were, a PC opens only blocks of streams and times that were its own."""
    for device in world.devices:
        if device.id not in world.truth.devices:
            continue
        opener = Opener(world, device)
        for block in world.truth.blocks.values():
            if not world.truth.may_read(device.id, block):
                need(not opener.opens(block), "I4 confidentiality", device.name, block.wseq)


def keys_agree(world: World) -> None:
    """I11: all readers of an epoch that an honest member began hold the same key."""
    for block in world.truth.blocks.values():
        header = block.header
        if header.new_epoch is None or header.device in world.truth.hostile:
            continue
        for device in members(world):
            if header.stream in readable(world, device) and world.truth.may_read(device.id, block):
                key = device.store.stream_key(header.stream, header.epoch)
                good = key is not None and header.new_epoch.commit == commit(
                    world.ward, header.stream, header.epoch, key
                )
                need(good, "I11 commitment", device.name, block.wseq)


class Opener:
    """Everything that a PC's own secret opens, followed to its end over all wraps of the log."""

    def __init__(self, world: World, device: Device) -> None:
        self._world = world
        self._device = device
        self._teams = self._team_secrets()
        self._epochs: dict[tuple[bytes, int], list[bytes]] = {}
        for block in world.truth.blocks.values():
            for key in self._epoch_keys(block):
                self._epochs.setdefault((block.header.stream, block.header.epoch), []).append(key)
        for (stream, epoch), key in device.store.tables.stream_keys.items():
            self._epochs.setdefault((stream, epoch), []).append(key)

    def _team_secrets(self) -> dict[tuple[str, int], bytes]:
        found = dict(self._device.store.tables.team_keys)
        records: dict[tuple[str, int], tuple[TeamGeneration, bytes]] = {}
        for record, ward, granter, wraps in self._world.truth.generations:
            records[record.team, record.gen] = (record, ward)
            for wrap in wraps:
                self._try(found, record, ward, granter, wrap)
        for body, granter, wraps in self._world.truth.admissions:
            for record, _ in list(records.values()):
                if record.team == body.device.team:
                    for wrap in wraps:
                        self._try(found, record, self._world.ward, granter, wrap)
        for (team, gen), (record, ward) in sorted(records.items(), key=lambda item: -item[0][1]):
            before = records.get((team, gen - 1))
            if (team, gen) in found and before is not None:
                previous = open_previous(
                    self._world.sealing, ward, record, found[team, gen], before[0].public
                )
                if previous is not None:
                    found.setdefault((team, gen - 1), previous)
        return found

    def _try(
        self,
        found: dict[tuple[str, int], bytes],
        record: TeamGeneration,
        ward: bytes,
        granter: bytes,
        wrap: bytes,
    ) -> None:
        world, me = self._world, self._device.identity
        try:
            secret = open_generation(
                world.sealing.inner, ward, record, me.device, me.wrap_secret, wrap, granter
            )
        except BadWrapError:
            return
        found[record.team, record.gen] = secret

    def _epoch_keys(self, block: Block) -> Iterable[bytes]:
        header, new = block.header, block.header.new_epoch
        if new is None:
            return
        for (team, gen), secret in self._teams.items():
            info = wrap_info(
                self._world.ward, header.stream, header.epoch, team.encode(), gen, new.commit, header.device
            )
            for wrap in block.wraps:
                try:
                    yield self._world.sealing.inner.unwrap(secret, wrap, info)
                except BadWrapError:
                    continue

    def opens(self, block: Block) -> bool:
        """Whether the PC can read a block."""
        header = block.header
        info = block_info(self._world.ward, header.stream, header.device, header.bseq, header.epoch)
        for key in self._epochs.get((header.stream, header.epoch), ()):
            try:
                self._world.sealing.inner.open(key, header.salt, info, block.body)
            except CannotOpenError:
                continue
            return True
        return False


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
