"""Registers, sets and records in SQL: the state that the reducer reads and changes."""

from collections.abc import Iterable, Sequence

import msgspec

from wardclient.ledger.events import Value, Version
from wardclient.ledger.reduce import Changes, EventId, Fact, Place
from wardclient.ledger.registers import Members, Register, Write
from wardclient.storage.cipher import Connection

_encode = msgspec.msgpack.Encoder().encode
_heads = msgspec.msgpack.Decoder(
    tuple[tuple[tuple[Version, Value, int, bytes, int | None], ...], tuple[Version, ...]]
).decode
_members = msgspec.msgpack.Decoder(tuple[tuple[tuple[Version, str], ...], tuple[Version, ...]]).decode
CACHE = 50_000


class SqlState:
    """`reduce.Known` over the tables, with what was read or changed last in memory."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection
        self._registers: dict[Place, Register] = {}
        self._new: set[bytes] = set()
        """Streams in which nothing was applied before: nothing need be looked for."""

    def forget(self) -> None:
        """Drop what is in memory: a transaction was undone."""
        self._registers.clear()
        self._new.clear()

    def register(self, place: Place) -> Register:
        """Return a field's register."""
        found = self._registers.get(place)
        if found is not None:
            return found
        if place[0] in self._new:
            return Register()
        row = self._connection.execute(
            "SELECT state FROM register WHERE stream = ? AND entity = ? AND field = ?", place
        ).fetchone()
        found = Register() if row is None else read_register(row[0])
        self._keep(place, found)
        return found

    def members(self, place: Place) -> Members:
        """Return a set."""
        if place[0] in self._new:
            return Members()
        row = self._connection.execute(
            "SELECT state FROM member_set WHERE stream = ? AND entity = ? AND field = ?", place
        ).fetchone()
        if row is None:
            return Members()
        adds, awaited = _members(row[0])
        return Members(frozenset(adds), frozenset(awaited))

    def applied(self, event: EventId) -> bool:
        """Whether an event is in the log here, a draft of ours, or adopted."""
        stream, device, n = event
        if stream in self._new:
            return False
        for table in ("event", "adopted"):
            found = self._connection.execute(
                f"SELECT 1 FROM {table} WHERE stream = ? AND device = ? AND n = ?",  # noqa: S608  # two constants
                event,
            ).fetchone()
            if found is not None:
                return True
        return device == self.own_device and bool(
            self._connection.execute("SELECT 1 FROM draft WHERE stream = ? AND n = ?", (stream, n)).fetchone()
        )

    own_device: bytes = b""

    def note_new(self, streams: Iterable[bytes]) -> None:
        """Look once, for each stream, whether anything was ever applied in it."""
        for stream in streams:
            row = self._connection.execute(
                "SELECT EXISTS (SELECT 1 FROM event WHERE stream = ?1) OR EXISTS (SELECT 1 FROM draft"
                " WHERE stream = ?1) OR EXISTS (SELECT 1 FROM adopted WHERE stream = ?1)",
                (stream,),
            ).fetchone()
            if not row[0]:
                self._new.add(stream)

    def save(self, changes: Changes) -> None:
        """Write what the reducer changed."""
        execute_many = self._connection.executemany
        self._new.difference_update({stream for stream, _, _ in changes.applied})
        execute_many(
            "INSERT INTO register VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (stream, entity, field) DO UPDATE SET state = excluded.state, heads = excluded.heads",
            [(*place, write_register(r), len(r.heads)) for place, r in changes.registers.items()],
        )
        for place, register in changes.registers.items():
            self._keep(place, register)
        if changes.sets:
            execute_many(
                "INSERT OR REPLACE INTO member_set VALUES (?, ?, ?, ?)",
                [(*place, _encode((sorted(m.adds), sorted(m.awaited)))) for place, m in changes.sets.items()],
            )
        if changes.facts:
            execute_many(
                "INSERT OR REPLACE INTO fact VALUES (?,?,?,?,?,?,?,?,?,?)", [_fact(f) for f in changes.facts]
            )
        if changes.received:
            execute_many(
                "UPDATE fact SET recv_ms = ? WHERE stream = ? AND device = ? AND n = ?",
                [(recv, *event) for event, recv in changes.received.items()],
            )

    def registers_of(self, stream: bytes, entity: str) -> dict[str, Register]:
        """Return all fields of an entity in one stream."""
        rows = self._connection.execute(
            "SELECT field, state FROM register WHERE stream = ? AND entity = ?", (stream, entity)
        )
        return {name: read_register(state) for name, state in rows}

    def _keep(self, place: Place, register: Register) -> None:
        if len(self._registers) >= CACHE:
            self._registers.clear()
        self._registers[place] = register


class Blank:
    """Nothing known yet: a replay holds all it needs in its changes."""

    def register(self, _: Place) -> Register:
        """Return an empty register."""
        return Register()

    def members(self, _: Place) -> Members:
        """Return an empty set."""
        return Members()

    def applied(self, _: EventId) -> bool:
        """Return that nothing was applied."""
        return False


def read_register(state: bytes) -> Register:
    """Return a register as `write_register` kept it."""
    heads, awaited = _heads(state)
    return Register(tuple(Write(*head) for head in heads), frozenset(awaited))


def write_register(register: Register) -> bytes:
    """Return the bytes of a register; equal registers give equal bytes."""
    heads = tuple((h.version, h.value, h.hlc, h.staff, h.recv_ms) for h in register.heads)
    return _encode((heads, tuple(sorted(register.awaited))))


def _fact(fact: Fact) -> Sequence[object]:
    return (fact.stream, fact.entity, fact.kind, *fact.version, fact.data, fact.hlc, fact.staff, fact.recv_ms)
