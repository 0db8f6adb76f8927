"""`sync.ports.Store` in memory, with real transactions, kills inside them, and old copies put back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from tests.simulation.truth import need
from wardclient.ledger import reduce
from wardclient.ledger.reduce import Changes, EventId, Fact, Place
from wardclient.ledger.registers import Members, Register
from wardclient.sync.ports import (
    Draft,
    Intent,
    Kept,
    OpenedEvent,
    Quarantined,
    QuarantineReason,
    Sealed,
    SetAside,
    StoredControl,
    Verdict,
)
from wardproto.admission import Epoch
from wardproto.records import Entry, Head
from wardproto.wire import CONTROL_STREAM

K = TypeVar("K")
V = TypeVar("V")
MISSING: Any = object()
NOTHING = Register()
NOBODY = Members()


class KilledError(BaseException):
    """The process ended here. Not an Exception: nobody may catch it by accident."""


class Tables:
    """Everything that survives a kill. Values are immutable, so a copy is one dict a table."""

    def __init__(self) -> None:
        self.small: dict[str, bytes] = {}
        self.control: dict[int, StoredControl] = {}
        self.heads: dict[bytes, Head] = {}
        self.heads_at: dict[tuple[bytes, int], bytes] = {}
        self.devices: dict[tuple[bytes, bytes], tuple[int, bytes]] = {}
        self.epochs: dict[bytes, Epoch] = {}
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.entries: dict[int, tuple[Entry, bytes, bytes, Verdict]] = {}
        self.team_keys: dict[tuple[str, int], bytes] = {}
        self.stream_keys: dict[tuple[bytes, int], bytes] = {}
        self.events: dict[EventId, OpenedEvent] = {}
        self.adopted: dict[EventId, bool] = {}
        self.last: dict[tuple[bytes, bytes], int] = {}
        self.registers: dict[Place, Register] = {}
        self.sets: dict[Place, Members] = {}
        self.facts: dict[bytes, tuple[Fact, ...]] = {}
        self.numbers: dict[bytes, int] = {}
        self.drafts: dict[bytes, tuple[Draft, ...]] = {}
        self.sealed: dict[bytes, Sealed] = {}
        self.tray: dict[tuple[bytes, int], Quarantined] = {}
        self.intents: dict[int, Intent] = {}
        self.refused: dict[int, str] = {}
        self.incidents: dict[int, tuple[str, int, bytes]] = {}
        self.aside: dict[EventId, SetAside] = {}

    def copy(self) -> "Tables":
        """Return a copy, as of a backup of the disk."""
        other = Tables()
        for name, table in vars(self).items():
            setattr(other, name, dict(table))
        return other


class MemoryStore:
    """Keeps the Store contract. ``fuse`` counts down writes; at nought the process is killed."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = Tables() if tables is None else tables
        self.fuse = -1
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._depth = 0

    # --- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; inside another it is part of it."""
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self._burn()
        except BaseException:
            if self._depth == 1:
                for table, key, old in reversed(self._undo):
                    if old is MISSING:
                        table.pop(key, None)
                    else:
                        table[key] = old
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()

    def _burn(self) -> None:
        if self.fuse > 0:
            self.fuse -= 1
            if self.fuse == 0:
                raise KilledError

    def _set(self, table: dict[K, V], key: K, value: V) -> None:
        assert self._depth, "a write outside a transaction"
        self._burn()
        self._undo.append((table, key, table.get(key, MISSING)))
        table[key] = value

    def _drop(self, table: dict[K, V], key: K) -> None:
        if key in table:
            self._burn()
            self._undo.append((table, key, table.pop(key)))

    # --- small values

    def get(self, key: str) -> bytes | None:
        return self.tables.small.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._set(self.tables.small, key, value)

    # --- control plane

    def add_control(self, control: StoredControl) -> None:
        assert control.sseq == len(self.tables.control) + 1
        self._set(self.tables.control, control.sseq, control)

    def controls(self) -> Iterator[StoredControl]:
        yield from list(self.tables.control.values())

    def control_hash_at(self, sseq: int) -> bytes | None:
        found = self.tables.control.get(sseq)
        return None if found is None else found.hash

    # --- streams

    def stream_head(self, stream: bytes) -> Head:
        return self.tables.heads.get(stream, Head())

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        return self.tables.heads_at.get((stream, sseq))

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        return self.tables.devices.get((stream, device), (0, b""))

    def epoch(self, stream: bytes) -> Epoch:
        return self.tables.epochs.get(stream, Epoch())

    def set_epoch(self, stream: bytes, epoch: Epoch) -> None:
        self._set(self.tables.epochs, stream, epoch)

    def append(
        self, entry: Entry, record: bytes, body: bytes, verdict: Verdict, device: bytes, bseq: int
    ) -> None:
        need(entry.wseq not in self.tables.entries, "I7 stored once")
        self._set(self.tables.entries, entry.wseq, (entry, record, body, verdict))
        self._set(self.tables.heads, entry.stream, Head(entry.sseq, entry.head))
        self._set(self.tables.heads_at, (entry.stream, entry.sseq), entry.head)
        if device:
            self._set(self.tables.devices, (entry.stream, device), (bseq, entry.hash))

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        return [e[0] for wseq, e in sorted(self.tables.entries.items()) if wseq > after][:limit]

    def last_entry(self) -> Entry | None:
        return self.tables.entries[max(self.tables.entries)][0] if self.tables.entries else None

    def stream_order(self) -> Iterator[tuple[bytes, Head]]:
        for _, (entry, _, _, _) in sorted(self.tables.entries.items()):
            if entry.sseq == 1:
                yield entry.stream, self.tables.heads[entry.stream]

    def add_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        for level, index, node in nodes:
            self._set(self.tables.nodes, (level, index), node)

    def tree_nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        return [self.tables.nodes[level, index] for index in range(first, first + count)]

    def unopened(self, stream: bytes) -> Sequence[tuple[Entry, bytes, bytes]]:
        return [
            (entry, record, body)
            for _, (entry, record, body, verdict) in sorted(self.tables.entries.items())
            if entry.stream == stream and verdict == "unreadable" and body
        ]

    def opened(self, wseqs: Sequence[int]) -> None:
        for wseq in wseqs:
            entry, record, _, _ = self.tables.entries[wseq]
            self._set(self.tables.entries, wseq, (entry, record, b"", "ok"))

    # --- keys

    def team_key(self, team: str, gen: int) -> bytes | None:
        return self.tables.team_keys.get((team, gen))

    def put_team_key(self, team: str, gen: int, secret: bytes) -> None:
        self._set(self.tables.team_keys, (team, gen), secret)

    def stream_key(self, stream: bytes, epoch: int) -> bytes | None:
        return self.tables.stream_keys.get((stream, epoch))

    def put_stream_key(self, stream: bytes, epoch: int, key: bytes) -> None:
        self._set(self.tables.stream_keys, (stream, epoch), key)

    # --- events

    def register(self, place: Place) -> Register:
        """The state as the reducer reads it."""
        return self.tables.registers.get(place, NOTHING)

    def members(self, place: Place) -> Members:
        return self.tables.sets.get(place, NOBODY)

    def applied(self, event: EventId) -> bool:
        stream, device, n = event
        if event in self.tables.events or event in self.tables.adopted:
            return True
        return device == self._me() and any(d.n == n for d in self.tables.drafts.get(stream, ()))

    def apply(self, events: Sequence[OpenedEvent]) -> None:
        mine = self._me()
        for each in events:
            assert each.decoded is not None
            changes = Changes()
            name = (each.stream, each.author, each.n)
            own = each.author == mine
            draft = own and any(d.n == each.n for d in self.tables.drafts.get(each.stream, ()))
            step = reduce.received if draft else reduce.apply
            step(self, changes, each.stream, each.author, each.decoded, each.recv_ms)
            self._set(self.tables.events, name, each)
            self._bump(self.tables.last, (each.stream, each.author), each.n)
            if own:
                self._bump(self.tables.numbers, each.stream, each.n)
            self._save(changes, {name})

    def _save(self, changes: Changes, named: set[EventId]) -> None:
        for place, register in changes.registers.items():
            self._set(self.tables.registers, place, register)
        for place, members in changes.sets.items():
            self._set(self.tables.sets, place, members)
        for fact in changes.facts:
            facts = self.tables.facts.get(fact.stream, ())
            self._set(self.tables.facts, fact.stream, (*facts, fact))
        for stream in {stream for stream, _, _ in changes.received}:
            facts = tuple(reduce.with_times(self.tables.facts.get(stream, ()), changes.received))
            self._set(self.tables.facts, stream, facts)
        for event in changes.applied - named:
            self._set(self.tables.adopted, event, True)
            self._bump(self.tables.last, event[:2], event[2])

    def _bump(self, table: dict[K, int], key: K, n: int) -> None:
        if n > table.get(key, 0):
            self._set(table, key, n)

    def last_n(self, stream: bytes, author: bytes) -> int:
        return self.tables.last.get((stream, author), 0)

    def shred(self, stream: bytes) -> None:
        tables = self.tables
        for key in [k for k in tables.stream_keys if k[0] == stream]:
            self._drop(tables.stream_keys, key)
        for event in [e for e in tables.events if e[0] == stream]:
            self._drop(tables.events, event)
        for event in [e for e in tables.adopted if e[0] == stream]:
            self._drop(tables.adopted, event)
        for wseq, (entry, _, _, verdict) in list(tables.entries.items()):
            if entry.stream == stream:
                self._set(tables.entries, wseq, (entry, b"", b"", verdict))
        self._drop(tables.drafts, stream)
        self._drop(tables.sealed, stream)
        for name in [name for name in tables.aside if name[0] == stream]:
            self._drop(tables.aside, name)
        self._forget_state(stream)

    def _forget_state(self, stream: bytes) -> None:
        for place in [p for p in self.tables.registers if p[0] == stream]:
            self._drop(self.tables.registers, place)
        for place in [p for p in self.tables.sets if p[0] == stream]:
            self._drop(self.tables.sets, place)
        self._drop(self.tables.facts, stream)

    # --- own work

    def _me(self) -> bytes:
        return self.tables.small.get("device", b"")

    def next_n(self, stream: bytes) -> int:
        return self.tables.numbers.get(stream, 0) + 1

    def add_draft(self, draft: Draft) -> None:
        self._apply_draft(draft)
        self._set(self.tables.drafts, draft.stream, (*self.tables.drafts.get(draft.stream, ()), draft))
        self._bump(self.tables.numbers, draft.stream, draft.n)

    def _apply_draft(self, draft: Draft) -> None:
        changes = Changes()
        decoded = reduce.decode_event(draft.event)
        reduce.apply(self, changes, draft.stream, self._me(), decoded, None)
        self._save(changes, {(draft.stream, self._me(), draft.n)})

    def drafts(self, stream: bytes) -> Sequence[Draft]:
        return self.tables.drafts.get(stream, ())

    def unsent(self) -> tuple[int, int | None]:
        all_drafts = [draft for drafts in self.tables.drafts.values() for draft in drafts]
        return len(all_drafts), min((draft.created_ms for draft in all_drafts), default=None)

    def outbox_streams(self) -> Sequence[bytes]:
        return [stream for stream, drafts in self.tables.drafts.items() if drafts]

    def sealed(self, stream: bytes) -> Sealed | None:
        return self.tables.sealed.get(stream)

    def put_sealed(self, sealed: Sealed) -> None:
        self._set(self.tables.sealed, sealed.stream, sealed)

    def clear_sealed(self, stream: bytes, accepted: bool) -> None:
        sealed = self.tables.sealed[stream]
        self._drop(self.tables.sealed, stream)
        if accepted:
            left = tuple(d for d in self.drafts(stream) if d.n > sealed.last_n)
            self._keep_drafts(stream, left)

    def _keep_drafts(self, stream: bytes, left: tuple[Draft, ...]) -> None:
        if left:
            self._set(self.tables.drafts, stream, left)
        else:
            self._drop(self.tables.drafts, stream)

    def quarantine(
        self, stream: bytes, reason: QuarantineReason, at_ms: int, last_n: int | None = None
    ) -> int:
        drafts = self.drafts(stream)
        moved = [d for d in drafts if last_n is None or d.n <= last_n]
        left = tuple(d for d in drafts if last_n is not None and d.n > last_n)
        for draft in moved:
            kept = Quarantined(stream, draft.n, draft.event, reason, at_ms)
            self._set(self.tables.tray, (stream, draft.n), kept)
        self._drop(self.tables.sealed, stream)
        if moved:
            self._keep_drafts(stream, ())
            self._reduce_again(stream, left)
        return len(moved)

    def _reduce_again(self, stream: bytes, drafts: tuple[Draft, ...]) -> None:
        self._forget_state(stream)
        events = sorted((e for e in self.tables.events.values() if e.stream == stream), key=_in_log_order)
        for event in [e for e in self.tables.events if e[0] == stream]:
            self._drop(self.tables.events, event)
        for event in [e for e in self.tables.adopted if e[0] == stream]:
            self._drop(self.tables.adopted, event)
        self.apply(events)
        for count, draft in enumerate(drafts, 1):
            self._apply_draft(draft)
            self._keep_drafts(stream, drafts[:count])

    def quarantined(self) -> Sequence[Quarantined]:
        return list(self.tables.tray.values())

    # --- intents and incidents

    def add_intent(self, kind: str, payload: bytes, *, urgent: bool, created_ms: int) -> int:
        number = 1 + max((*self.tables.intents, *self.tables.refused), default=0)
        self._set(self.tables.intents, number, Intent(number, kind, payload, urgent, created_ms))
        return number

    def intents(self) -> Sequence[Intent]:
        return sorted(self.tables.intents.values(), key=lambda intent: (not intent.urgent, intent.id))

    def done_intent(self, intent_id: int) -> None:
        self._drop(self.tables.intents, intent_id)

    def set_refusal(self, intent_id: int, code: str) -> None:
        self._drop(self.tables.intents, intent_id)
        self._set(self.tables.refused, intent_id, code)

    def incident(self, kind: str, wseq: int, detail: bytes, at_ms: int) -> None:
        if (kind, wseq, detail) not in self.tables.incidents.values():
            number = 1 + max(self.tables.incidents, default=0)
            self._set(self.tables.incidents, number, (kind, wseq, detail))

    def forget_incidents(self, after: int, kinds: Collection[str]) -> None:
        for number in [i for i, v in self.tables.incidents.items() if v[1] > after and v[0] in kinds]:
            self._drop(self.tables.incidents, number)

    def forget_incident(self, kind: str, wseq: int, detail: bytes) -> None:
        for number in [i for i, v in self.tables.incidents.items() if v == (kind, wseq, detail)]:
            self._drop(self.tables.incidents, number)

    # --- a log that was put back

    def control_at(self, size: int) -> int:
        return sum(
            1 for wseq, e in self.tables.entries.items() if e[0].stream == CONTROL_STREAM and wseq <= size
        )

    def records_back(
        self, after: int = 0, *, stream: bytes | None = None
    ) -> Iterator[tuple[Entry, bytes, Verdict]]:
        for wseq, (entry, record, _, verdict) in sorted(self.tables.entries.items(), reverse=True):
            if wseq > after and stream in (None, entry.stream):
                yield entry, record, verdict

    def cut(
        self,
        size: int,
        kept: Mapping[bytes, Kept],
        gens: Mapping[str, int],
        *,
        unshared: Collection[bytes],
        decisions: Collection[int],
    ) -> Mapping[int, tuple[int, int]]:
        tables = self.tables
        own: dict[int, tuple[int, int]] = {}
        for name, each in list(tables.events.items()):
            if each.wseq <= size:
                continue
            self._drop(tables.events, name)
            if each.author == self._me():
                first, last = own.get(each.wseq, (each.n, each.n))
                own[each.wseq] = min(first, each.n), max(last, each.n)
                draft = Draft(each.stream, each.n, each.event, each.wseq in decisions, each.recv_ms)
                drafts = (*tables.drafts.get(each.stream, ()), draft)
                self._set(tables.drafts, each.stream, tuple(sorted(drafts, key=lambda d: d.n)))
            elif each.stream not in unshared:
                found = SetAside(each.stream, each.author, each.n, each.event, each.recv_ms, each.wseq)
                self._set(tables.aside, name, found)
        for number in [n for n in tables.control if n > self.control_at(size)]:
            self._drop(tables.control, number)
        for wseq, (entry, _, _, _) in list(tables.entries.items()):
            if wseq > size:
                self._drop(tables.entries, wseq)
                self._drop(tables.heads_at, (entry.stream, entry.sseq))
        for level, place in [at for at in tables.nodes if ((at[1] + 1) << at[0]) > size]:
            self._drop(tables.nodes, (level, place))
        for stream, found_kept in kept.items():
            self._cut_stream(stream, found_kept)
        for key in [k for k in tables.stream_keys if k[0] in unshared]:
            self._drop(tables.stream_keys, key)
        for team, gen in [k for k in tables.team_keys if k[1] > gens.get(k[0], 0)]:
            self._drop(tables.team_keys, (team, gen))
        return own

    def _cut_stream(self, stream: bytes, kept: Kept) -> None:
        tables = self.tables
        if kept.head.sseq:
            self._set(tables.heads, stream, kept.head)
        else:
            self._drop(tables.heads, stream)
        self._set(tables.epochs, stream, kept.epoch)
        for key in [k for k in tables.stream_keys if k[0] == stream and k[1] > kept.epoch.number]:
            self._drop(tables.stream_keys, key)
        for device, chain in kept.chains.items():
            if chain[0]:
                self._set(tables.devices, (stream, device), chain)
            else:
                self._drop(tables.devices, (stream, device))

    def rewrite(self, stream: bytes, n: int, event: bytes) -> None:
        changed = tuple(replace(d, event=event) if d.n == n else d for d in self.tables.drafts[stream])
        self._set(self.tables.drafts, stream, changed)

    def reduce_again(self, streams: Collection[bytes]) -> None:
        for stream in streams:
            for place in [p for p in self.tables.last if p[0] == stream]:
                self._drop(self.tables.last, place)
            drafts = self.tables.drafts.get(stream, ())
            self._keep_drafts(stream, ())
            self._reduce_again(stream, drafts)

    def set_aside(self) -> Sequence[SetAside]:
        return sorted(self.tables.aside.values(), key=lambda each: (each.wseq, each.n))

    def came_back(self, stream: bytes, author: bytes, n: int) -> None:
        self._drop(self.tables.aside, (stream, author, n))

    # --- for checks

    def state_hash(self, stream: bytes) -> bytes:
        """The hash of all that events made of a stream."""
        return reduce.state_hash(
            ((p[1], p[2], r) for p, r in self.tables.registers.items() if p[0] == stream),
            ((p[1], p[2], m) for p, m in self.tables.sets.items() if p[0] == stream),
            self.tables.facts.get(stream, ()),
        )

    def places(self, stream: bytes) -> Iterable[Place]:
        """The fields of a stream."""
        return (place for place in self.tables.registers if place[0] == stream)


def _in_log_order(event: OpenedEvent) -> tuple[int, int]:
    return event.wseq, event.n
