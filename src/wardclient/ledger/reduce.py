"""The reducer: from events to registers, sets and records. Pure; the order of arrival is free.

Whoever keeps the state (storage, or the simulation's memory) lends it for reading (`Known`) and
takes back what changed (`Changes`). An event is applied once: the same (stream, device, n) again
is no change, whether it comes as a draft, from the log, or adopted by another device.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec

from wardclient.ledger import registers
from wardclient.ledger.events import Add, Adopt, Del, Event, Op, Put, Rec, Version, read_event, read_ops
from wardclient.ledger.registers import Members, Register, Write
from wardproto.wire import MalformedError, digest, encode

Place = tuple[bytes, str, str]
"""(stream, entity, field or set)."""
EventId = tuple[bytes, bytes, int]
"""(stream, device, n): names an event for ever."""


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """An event with its operations read; None stands for one of a kind not understood here."""

    event: Event
    ops: tuple[Op | None, ...]


class Fact(NamedTuple):
    """An immutable record of an entity. ``recv_ms`` is None until the server has it."""

    stream: bytes
    entity: str
    kind: str
    version: Version
    data: bytes
    hlc: int
    staff: bytes
    recv_ms: int | None


class Known(Protocol):
    """The state before the events that are being applied."""

    def register(self, place: Place) -> Register:
        """The register of a field; an empty one where nothing was ever written."""

    def members(self, place: Place) -> Members:
        """A set; an empty one where there was never an element."""

    def applied(self, event: EventId) -> bool:
        """Whether an event was applied, as a draft, from the log or by adoption."""


@dataclass(slots=True)
class Changes:
    """What some events did. Values are whole: each replaces what was known before."""

    registers: dict[Place, Register] = field(default_factory=dict)
    sets: dict[Place, Members] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    received: dict[EventId, int] = field(default_factory=dict)
    """Drafts that the server now has, and when it received them: their facts get this time, too."""
    applied: set[EventId] = field(default_factory=set)
    """Events applied, the adopted ones included."""
    unknown: int = 0
    """Operations not understood: kept inside their stored event, replayed after an upgrade."""

    def touched(self) -> set[tuple[bytes, str]]:
        """The (stream, entity) pairs whose read models are out of date.

        A draft that was received changes no content; where it held a register, that is listed.
        """
        places = {(stream, entity) for stream, entity, _ in (*self.registers, *self.sets)}
        return places | {(fact.stream, fact.entity) for fact in self.facts}


def decode_event(data: bytes) -> Decoded:
    """Return an event and its operations; MalformedError when the bytes are not an event."""
    event = read_event(data)
    return Decoded(event, read_ops(event))


def apply(
    known: Known, changes: Changes, stream: bytes, author: bytes, decoded: Decoded, recv_ms: int | None
) -> None:
    """Add one event to ``changes``.

    ``recv_ms`` is the server's time of receipt, None for a draft. An event that was applied
    before is left out; for a draft that comes back from the log see `received`.
    """
    _Step(known, changes, stream, author, decoded.event, recv_ms).run(decoded.ops)


def received(
    known: Known, changes: Changes, stream: bytes, author: bytes, decoded: Decoded, recv_ms: int
) -> None:
    """Note that the server has received an event that was applied as a draft.

    Its content stays; its effective time may be clamped, and with it which head is shown.
    """
    event = decoded.event
    changes.received[stream, author, event.n] = recv_ms
    for index, op in enumerate(decoded.ops):
        if isinstance(op, Put):
            place = (stream, op.entity, op.field)
            before = _register(known, changes, place)
            after = registers.accepted(before, (author, event.n, index), recv_ms)
            if after is not before:
                changes.registers[place] = after
        elif isinstance(op, Adopt):
            for inner in _adopted(op, changes):
                received(known, changes, stream, op.author, inner, recv_ms)


def state_hash(
    fields: Iterable[tuple[str, str, Register]],
    sets: Iterable[tuple[str, str, Members]],
    facts: Iterable[Fact],
) -> bytes:
    """Return a hash of a stream's whole state; equal on all PCs that have the same entries.

    Empty registers and sets do not count, so that it does not matter who ever looked at one.
    """
    written = sorted((entity, name, _register_parts(r)) for entity, name, r in fields if r != Register())
    held = sorted(
        (entity, name, (sorted(m.adds), sorted(m.awaited))) for entity, name, m in sets if m != Members()
    )
    said = sorted((f.version, f.entity, f.kind, f.data, f.hlc, f.staff, f.recv_ms or 0) for f in facts)
    return digest("state", encode((written, held, said)))


def _register_parts(register: Register) -> tuple[object, ...]:
    heads = [(h.version, encode(h.value), h.hlc, h.staff, h.recv_ms or 0) for h in register.heads]
    return sorted(heads), sorted(register.awaited)


def _register(known: Known, changes: Changes, place: Place) -> Register:
    found = changes.registers.get(place)
    return known.register(place) if found is None else found


class _Step:
    """One event on its way into the changes."""

    __slots__ = ("_author", "_changes", "_event", "_index", "_known", "_recv_ms", "_stream")

    def __init__(
        self,
        known: Known,
        changes: Changes,
        stream: bytes,
        author: bytes,
        event: Event,
        recv_ms: int | None,
    ) -> None:
        self._known = known
        self._changes = changes
        self._stream = stream
        self._author = author
        self._event = event
        self._recv_ms = recv_ms
        self._index = 0

    def run(self, ops: tuple[Op | None, ...]) -> None:
        """Apply the operations in order, unless the event was applied before."""
        name = (self._stream, self._author, self._event.n)
        if name in self._changes.applied or self._known.applied(name):
            return
        for index, op in enumerate(ops):
            self._index = index
            self._one(op)
        self._changes.applied.add(name)

    def _one(self, op: Op | None) -> None:
        if isinstance(op, Put):
            self._put(op)
        elif isinstance(op, Rec):
            self._changes.facts.append(self._fact(op))
        elif isinstance(op, Add | Del):
            self._set(op)
        elif isinstance(op, Adopt):
            self._adopt(op)
        else:
            self._changes.unknown += 1

    def _version(self) -> Version:
        return self._author, self._event.n, self._index

    def _seen(self, version: Version) -> bool:
        device, n, index = version
        if (device, n) == (self._author, self._event.n):
            return index < self._index
        name = (self._stream, device, n)
        return name in self._changes.applied or self._known.applied(name)

    def _put(self, op: Put) -> None:
        place = (self._stream, op.entity, op.field)
        write = Write(self._version(), op.value, self._event.hlc, self._event.staff, self._recv_ms)
        before = _register(self._known, self._changes, place)
        self._changes.registers[place] = registers.put(before, write, op.over, self._seen)

    def _set(self, op: Add | Del) -> None:
        place = (self._stream, op.entity, op.set)
        before = self._changes.sets.get(place)
        if before is None:
            before = self._known.members(place)
        if isinstance(op, Add):
            after = registers.add(before, self._version(), op.element)
        else:
            after = registers.delete(before, op.adds, self._seen)
        self._changes.sets[place] = after

    def _fact(self, op: Rec) -> Fact:
        event = self._event
        return Fact(
            self._stream,
            op.entity,
            op.kind,
            self._version(),
            op.data,
            event.hlc,
            event.staff,
            self._recv_ms,
        )

    def _adopt(self, op: Adopt) -> None:
        for each in _adopted(op, self._changes):
            step = _Step(self._known, self._changes, self._stream, op.author, each.event, self._recv_ms)
            step.run(each.ops)


def _adopted(op: Adopt, changes: Changes) -> Iterable[Decoded]:
    """The original events, to be applied under their own names; an adoption inside one is not followed."""
    for data in op.events:
        try:
            inner = decode_event(data)
        except MalformedError:
            changes.unknown += 1
            continue
        yield Decoded(inner.event, tuple(None if isinstance(op, Adopt) else op for op in inner.ops))


def with_times(facts: Iterable[Fact], times: dict[EventId, int]) -> list[Fact]:
    """Return facts with the times of receipt that have become known since (`Changes.received`)."""
    return [
        fact
        if fact.recv_ms is not None
        else fact._replace(recv_ms=times.get((fact.stream, fact.version[0], fact.version[1])))
        for fact in facts
    ]


__all__ = [
    "Changes",
    "Decoded",
    "EventId",
    "Fact",
    "Known",
    "Place",
    "apply",
    "decode_event",
    "received",
    "state_hash",
    "with_times",
]
