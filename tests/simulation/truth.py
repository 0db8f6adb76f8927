"""What really happened, kept apart from the code under test: from the log's records alone.

It reads the accepted records as plain data and does its own bookkeeping of members, teams and
consents; it never asks the fold, R or the admission rules. Each entry is judged as it is appended.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.simulation.crypto import Recorded
from wardcentral.store import Stored
from wardclient.ledger.events import read_body, read_event
from wardproto import control
from wardproto.records import (
    BlockHeader,
    ConsentEnd,
    ConsentSet,
    ControlHeader,
    DeviceAdd,
    DeviceRemove,
    Genesis,
    NewDevice,
    Role,
    StreamClose,
    StreamCreate,
    TeamGen,
    TeamGeneration,
)
from wardproto.wire import CONTROL_STREAM, MalformedError, decode, open_envelope

WRITERS = {"cw", "sv", "es", "fs", "hw", "hwm"}
EventName = tuple[bytes, bytes, int]


class BrokenError(AssertionError):
    """An invariant does not hold. The message begins with its name."""


def need(condition: bool, name: str, *details: object) -> None:
    """Raise BrokenError unless ``condition``."""
    if not condition:
        raise BrokenError(f"{name}: {' '.join(str(d) for d in details)}")


@dataclass
class Known:
    """A device as the log tells of it."""

    team: str
    roles: set[str]
    added: int
    removed: int | None = None


@dataclass
class Sharing:
    """A consent as the log tells of it, with the wseq of its end."""

    stream: bytes
    from_ms: int
    until_ms: int
    ended: int | None = None


@dataclass(frozen=True)
class Block:
    """An accepted block."""

    wseq: int
    sseq: int
    name: bytes
    header: BlockHeader
    body: bytes
    recv_ms: int
    wraps: tuple[bytes, ...]
    events: tuple[EventName, ...]


@dataclass
class Truth:
    """The log so far."""

    sealing: Recorded
    devices: dict[bytes, Known] = field(default_factory=dict)
    streams: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    """Stream to the teams that may read it while it is open."""
    consents: dict[bytes, Sharing] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    generations: list[Any] = field(default_factory=list)
    """(record, ward it is bound to, granter, wraps) of team keys."""
    admissions: list[Any] = field(default_factory=list)
    commits: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    """Of each epoch, what its block commits to."""
    blocks: dict[int, Block] = field(default_factory=dict)
    chains: dict[tuple[bytes, bytes, int], bytes] = field(default_factory=dict)
    events: dict[EventName, int] = field(default_factory=dict)
    """Event to the wseq of its block, for events of devices that keep to the rules."""
    content: dict[EventName, bytes] = field(default_factory=dict)
    heads: dict[bytes, int] = field(default_factory=dict)
    sseqs: dict[bytes, int] = field(default_factory=dict)
    hostile: set[bytes] = field(default_factory=set)
    kept_keys: set[bytes] = field(default_factory=set)
    """Commitments to keys that a hostile member kept to itself."""
    spoiled: set[tuple[bytes, int]] = field(default_factory=set)
    """Epochs of such keys: nobody else reads what is under them."""
    numbers: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)
    size: int = 0
    recv_ms: int = 0

    def take(self, stored: Stored, wraps: tuple[bytes, ...]) -> None:
        """Judge the next entry of the log and learn from it."""
        entry = stored.entry
        need(entry.wseq == self.size + 1, "I6 gapless", entry.wseq, self.size)
        need(entry.sseq == self.sseqs.get(entry.stream, 0) + 1, "I6 gapless", entry.stream.hex())
        need(entry.recv_ms >= self.recv_ms, "I6 time goes on", entry.recv_ms)
        need(entry.hash not in self.refused, "I19 refusals are definite", entry.wseq)
        self.size, self.recv_ms = entry.wseq, entry.recv_ms
        self.sseqs[entry.stream] = entry.sseq
        if entry.stream == CONTROL_STREAM:
            self._control(stored, wraps)
        else:
            self._block(stored, wraps)

    # --- control records

    def _control(self, stored: Stored, wraps: tuple[bytes, ...]) -> None:
        wseq = stored.entry.wseq
        _, header = control.read(stored.record)
        body = control.body_of(header)
        if not isinstance(body, Genesis):
            author = self.devices.get(header.device)
            need(author is not None and author.removed is None, "I12 authority", "control", wseq)
        for generation in _generations(body):
            ward = b"" if isinstance(body, Genesis) else header.ward
            self.generations.append((generation, ward, header.device, wraps))
        if isinstance(body, Genesis | DeviceAdd | DeviceRemove | Role):
            self._people(body, header, wseq, wraps)
        else:
            self._places(body, wseq)

    def _people(self, body: Any, header: ControlHeader, wseq: int, wraps: tuple[bytes, ...]) -> None:
        if isinstance(body, Genesis):
            for admin in body.admins:
                self._join(admin, wseq)
        elif isinstance(body, DeviceAdd):
            self._join(body.device, wseq)
            self.admissions.append((body, header.device, wraps))
        elif isinstance(body, DeviceRemove):
            self.devices[body.device].removed = wseq
        elif isinstance(body, Role):
            self.devices[body.device].roles = set(body.roles)

    def _places(self, body: Any, wseq: int) -> None:
        if isinstance(body, StreamCreate):
            self.streams |= dict.fromkeys(body.streams, (body.owner,))
        elif isinstance(body, ConsentSet):
            self.streams[body.stream] = (body.owner, body.partner)
            self.consents[body.consent] = Sharing(body.stream, body.from_ms, body.until_ms)
        elif isinstance(body, ConsentEnd):
            self.consents[body.consent].ended = wseq
        elif isinstance(body, StreamClose):
            self.closed.add(body.stream)

    def _join(self, new: NewDevice, wseq: int) -> None:
        need(new.device not in self.devices, "I12 authority", "a device id used twice")
        self.devices[new.device] = Known(new.team, set(new.roles), wseq)

    # --- blocks

    def _block(self, stored: Stored, wraps: tuple[bytes, ...]) -> None:
        entry = stored.entry
        header = decode(open_envelope(stored.record, "block").payload, BlockHeader)
        self._check_authority(header, entry.wseq)
        self._check_consent(header.stream, entry.wseq, entry.recv_ms)
        place = (header.stream, header.device, header.bseq)
        need(place not in self.chains, "I8 no equivocation", entry.wseq)
        self.chains[place] = entry.hash
        if header.cas:
            need(header.head.sseq == entry.sseq - 1, "decision is exclusive", entry.wseq)
        if header.new_epoch is not None and header.new_epoch.commit in self.kept_keys:
            self.spoiled.add((header.stream, header.epoch))
        if header.new_epoch is not None:
            self.commits[header.stream, header.epoch] = header.new_epoch.commit
        names = self._events(header, stored.body, entry.wseq)
        self.blocks[entry.wseq] = Block(
            entry.wseq, entry.sseq, entry.hash, header, stored.body, entry.recv_ms, wraps, names
        )

    def _check_authority(self, header: BlockHeader, wseq: int) -> None:
        author = self.devices.get(header.device)
        teams = self.streams.get(header.stream, ())
        good = (
            author is not None
            and author.removed is None
            and bool(author.roles & WRITERS)
            and author.team in teams
        )
        need(good, "I12 authority", wseq)

    def _check_consent(self, stream: bytes, wseq: int, recv_ms: int) -> None:
        need(stream not in self.closed, "I5 consent", "a closed stream", wseq)
        for consent in self.consents.values():
            if consent.stream == stream:
                in_force = consent.ended is None and consent.from_ms <= recv_ms < consent.until_ms
                need(in_force, "I5 consent", "not in force", wseq)

    def _events(self, header: BlockHeader, body: bytes, wseq: int) -> tuple[EventName, ...]:
        """Note the events in a block; a body that its author did not seal holds none."""
        plain = self.sealing.plain.get(body)
        if plain is None:
            return ()
        try:
            found = [(read_event(data), data) for data in read_body(plain)]
        except MalformedError:
            return ()
        place = (header.stream, header.device)
        used = [self.numbers.get(place, 0), *(event.n for event, _ in found)]
        rising = all(a < b for a, b in pairwise(used))
        need(rising or header.device in self.hostile, "I3 exactly once", wseq)
        if not rising or (header.stream, header.epoch) in self.spoiled:
            return ()
        self.numbers[place] = used[-1]
        names = [(header.stream, header.device, event.n) for event, _ in found]
        for name, (_, data) in zip(names, found, strict=True):
            self.events[name] = wseq
            self.content[name] = data
        return tuple(names)

    # --- who may read

    def may_read(self, device: bytes, block: Block) -> bool:
        """Whether a device may ever be able to open a block: its team reads, and it was not gone before."""
        known = self.devices.get(device)
        if known is None or known.team not in self.streams.get(block.header.stream, ()):
            return False
        return known.removed is None or known.removed > block.wseq


def _generations(body: Any) -> tuple[TeamGeneration, ...]:
    if isinstance(body, Genesis):
        return body.teams
    if isinstance(body, TeamGen | DeviceRemove) and body.generation is not None:
        return (body.generation,)
    return ()
