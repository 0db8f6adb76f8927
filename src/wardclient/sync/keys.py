"""Keys that reach this device through the control stream: team generations and the ward key.

A wrap is opened only where the folded control state says that it is for this device, and what it
opens must be the secret of the public key that the record names.
"""

from collections.abc import Mapping
from dataclasses import replace

from wardclient.sync.core import WARD_KEY, Core, Generation, generations_in
from wardclient.sync.ports import EarlyKey
from wardclient.vault.sealing import BadWrapError, CannotOpenError
from wardclient.vault.team_keys import (
    new_generation,
    open_generation,
    open_name,
    open_previous,
    open_ward_key,
    team_info,
    ward_key_info,
)
from wardproto.control import body_of, hashes, read, wraps_for
from wardproto.messages import LogItem
from wardproto.records import DeviceAdd, Genesis, NewDevice, TeamGeneration
from wardproto.wire import encode, wrap_hash, wraps_hash

UNKNOWN_NAME = "?"


def learn(core: Core, item: LogItem) -> bool:
    """Open what an accepted control record brings for this device; return whether a team key came.

    The record is folded already. A wrap that does not open is an incident, never an error.
    """
    core.memory = replace(
        core.memory, generations={**core.memory.generations, **generations_in(item.record, core.ward)}
    )
    _, header = read(item.record)
    body = body_of(header)
    mine = wraps_for(body, core.me.device)
    if not mine:
        return False
    offered = {index: wrap for index, wrap in item.wraps if index in mine}
    generations, ward_at = _expected(core, body, mine, len(item.wrap_hashes))
    came = False
    for index, generation in generations.items():
        ward = core.ward if isinstance(body, DeviceAdd) else generation.ward
        came |= _tried(core, item, offered, index, _Team(generation, ward, header.device))
    if ward_at is not None and not core.store.get(WARD_KEY):
        bound = b"" if isinstance(body, Genesis) else core.ward
        _tried(core, item, offered, ward_at, _Ward(bound, header.device))
    return came


def _expected(
    core: Core, body: object, mine: tuple[int, ...], count: int
) -> tuple[dict[int, Generation], int | None]:
    """Return which generation each of my wraps is of, and which one is of the ward key."""
    known = core.memory.generations
    if isinstance(body, DeviceAdd):
        generation = known.get((core.team, core.state.teams[core.team].gen))
        # The first device of a team finds no team key yet: then the ward key is all it is given.
        return ({0: generation}, 1) if generation is not None and count > 1 else ({}, 0)
    if isinstance(body, Genesis):
        teams = [g for g in body.teams if core.me.device in g.recipients]
        return {i: known[g.team, g.gen] for i, g in zip(mine, teams, strict=False)}, mine[-1]
    brought = getattr(body, "generation", None)
    return ({mine[0]: known[brought.team, brought.gen]} if brought is not None else {}), None


class _Team:
    """A wrap of a team generation's secret: its maker's, or that of a newcomer's admin."""

    def __init__(self, generation: Generation, ward: bytes, granter: bytes) -> None:
        self._generation = generation
        self._ward = ward
        self._granter = granter

    def open(self, core: Core, wrap: bytes) -> bool:
        """Keep the generation's secret, and those before it that it opens."""
        record, me = self._generation.record, core.me
        secret = open_generation(
            core.sealing, self._ward, record, me.device, me.wrap_secret, wrap, self._granter
        )
        _keep_history(core, self._generation, secret)
        return True


class _Ward:
    """A wrap of the ward key, under which names of staff are sealed."""

    def __init__(self, ward: bytes, granter: bytes) -> None:
        self._ward = ward
        self._granter = granter

    def open(self, core: Core, wrap: bytes) -> bool:
        """Keep the ward key."""
        me = core.me
        key = open_ward_key(
            core.sealing,
            self._ward,
            me.device,
            me.wrap_secret,
            wrap,
            self._granter,
            core.state.ward_commit,
        )
        core.store.put(WARD_KEY, key)
        return False


def _tried(
    core: Core, item: LogItem, offered: Mapping[int, bytes], index: int, kind: "_Team | _Ward"
) -> bool:
    wrap = offered.get(index)
    if wrap is None:
        # A PC that was removed meanwhile is handed no keys; see `missed`.
        return False
    try:
        return kind.open(core, wrap)
    except BadWrapError:
        core.incident("bad_wrap", item.entry.wseq, wrap_hash(wrap))
        return False


def open_early(core: Core, found: EarlyKey) -> bool:
    """Keep the team's key in force here where an early wrap holds it; what does not open is no incident yet."""
    team = core.state.teams.get(core.team)
    generation = core.memory.generations.get((core.team, team.gen)) if team is not None else None
    if generation is None or core.store.team_key(core.team, generation.record.gen) is not None:
        return False
    try:
        return _Team(generation, core.ward, found.granter).open(core, found.wrap)
    except BadWrapError:
        return False


def missed(core: Core) -> None:
    """With the whole log taken over a member holds its team's key: note it where it was not handed one."""
    gen = core.state.teams[core.team].gen
    if core.member is not None and gen and core.store.team_key(core.team, gen) is None:
        core.incident("no_team_key", 0, encode((core.team, gen)))


def _keep_history(core: Core, generation: Generation, secret: bytes) -> None:
    """Keep a generation's secret and, back to the first that is known or cut off, those before it."""
    record = generation.record
    core.store.put_team_key(record.team, record.gen, secret)
    before = core.memory.generations.get((record.team, record.gen - 1))
    while before is not None and core.store.team_key(record.team, before.record.gen) is None:
        found = open_previous(core.sealing, generation.ward, record, secret, before.record.public)
        if found is None:
            return
        generation, record, secret = before, before.record, found
        core.store.put_team_key(record.team, record.gen, secret)
        before = core.memory.generations.get((record.team, record.gen - 1))


def rotate(core: Core, without: bytes = b"") -> tuple[TeamGeneration, tuple[bytes, ...]]:
    """Return a new generation of this device's team, wrapped to its members but ``without`` one."""
    state = core.state
    gen = state.teams[core.team].gen
    members = {d: state.members[d].new.wrap_key for d in state.team_devices(core.team) if d != without}
    previous = core.store.team_key(core.team, gen) if gen else None
    # Nothing is kept of the secret here: like every member, this device gets it back by its own wrap.
    _, record, wraps = new_generation(
        core.sealing, core.ward, core.team, gen + 1, members, core.me.device, previous
    )
    return record, wraps


def admission(core: Core, new: NewDevice, invite: bytes) -> tuple[DeviceAdd, tuple[bytes, ...]] | None:
    """Return the record that admits a device with the keys it needs; None where they are not here."""
    ward_key = core.store.get(WARD_KEY)
    if not ward_key:
        return None
    wraps: list[bytes] = []
    generation = core.memory.generations.get((new.team, core.state.teams[new.team].gen))
    if new.team == core.team and generation is not None:
        secret = core.store.team_key(new.team, generation.record.gen)
        if secret is None:
            return None
        record = generation.record
        info = team_info(core.ward, new.team, record.gen, new.device, record.public, core.me.device)
        wraps.append(core.sealing.wrap(new.wrap_key, secret, info))
    info = ward_key_info(core.ward, new.device, core.me.device)
    wraps.append(core.sealing.wrap(new.wrap_key, ward_key, info))
    return DeviceAdd(new, invite, wraps_hash(hashes(tuple(wraps)))), tuple(wraps)


def label(core: Core, device: bytes) -> str:
    """Return the name of a device as it was admitted; "?" where it cannot be read here."""
    member, ward_key = core.state.members.get(device), core.store.get(WARD_KEY)
    if member is None or not ward_key:
        return UNKNOWN_NAME
    try:
        return open_name(ward_key, device, member.new.name_sealed)
    except CannotOpenError:
        return UNKNOWN_NAME
