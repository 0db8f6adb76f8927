"""What the keys of each PC can open: confidentiality judged by knowledge, not by trust."""

from collections.abc import Iterable

from tests.simulation.population import members, readable
from tests.simulation.truth import Block, need
from tests.simulation.world import Device, World
from wardclient.vault.sealing import BadWrapError, CannotOpenError, block_info, commit, wrap_info
from wardclient.vault.team_keys import open_generation, open_previous
from wardproto.records import TeamGeneration
from wardproto.wire import decode_any


def judge(world: World) -> None:
    """I4, I5 and I11 over the whole log."""
    secrets_kept(world)
    keys_agree(world)
    unwrapped_by_readers(world)
    keys_are_committed(world)


def keys_are_committed(world: World) -> None:
    """I11: a key that a PC keeps is the one that the epoch commits to, whoever began the epoch."""
    for device in world.devices:
        gone = device.up.core.flag("stopped") == "removed" or world.log.state.member(device.id) is None
        if world.notices and gone:
            # It keeps the keys of the log in which it was admitted or removed.
            continue
        for (stream, epoch), key in device.store.tables.stream_keys.items():
            good = commit(world.ward, stream, epoch, key) == world.truth.commits[stream, epoch]
            need(good, "I11 commitment", device.name, stream.hex()[:4], epoch)


def unwrapped_by_readers(world: World) -> None:
    """I5: no wrap of a stream was ever opened with the key of a team that does not read it."""
    for info in world.sealing.unwrapped:
        place, team = decode_any(info)[3], decode_any(info)[5]
        teams = world.truth.streams.get(place)
        need(teams is None or team.decode() in teams, "I5 consent", "a wrap opened outside R")


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
