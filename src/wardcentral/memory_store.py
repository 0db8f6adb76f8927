"""A store in memory: for the simulation, for tests and for replaying a log when it is verified."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from wardcentral.placement import HERE, Placement
from wardcentral.store import DeviceTip, Stored, StreamTip, Wanted, WardHead
from wardproto.records import Entry, Head
from wardproto.wire import CONTROL_STREAM

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class _Ward:
    log: list[Stored] = field(default_factory=list)
    wraps: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    by_hash: dict[bytes, Entry] = field(default_factory=dict)
    streams: dict[bytes, list[int]] = field(default_factory=dict)
    end: WardHead | None = None
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    tips: dict[bytes, StreamTip] = field(default_factory=dict)
    devices: dict[tuple[bytes, bytes], DeviceTip] = field(default_factory=dict)
    refusals: dict[bytes, tuple[str, bytes]] = field(default_factory=dict)
    joins: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)


class MemoryStore:
    """Keeps the ServerStore contract. ``keep_bodies=False`` holds only what is needed to check."""

    def __init__(self, *, keep_bodies: bool = True) -> None:
        self._keep_bodies = keep_bodies
        self._wards: dict[bytes, _Ward] = {}
        self._placements: dict[bytes, Placement] = {}
        self._undo: list[Callable[[], object]] | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo every write, last first, when the block is left by an exception."""
        self._undo = []
        try:
            yield
        except BaseException:
            for step in reversed(self._undo):
                step()
            raise
        finally:
            self._undo = None

    def lock(self, wards: Sequence[bytes], wanted: Sequence[Wanted] = ()) -> None:
        """Nothing to do: there is one writer."""

    def _on_failure(self, step: Callable[[], object]) -> None:
        if self._undo is not None:
            self._undo.append(step)

    def _ward(self, ward: bytes) -> _Ward:
        if ward not in self._wards:
            self._wards[ward] = _Ward()
            self._on_failure(lambda: self._wards.pop(ward))
        return self._wards[ward]

    def _put(self, table: dict[K, V], key: K, value: V) -> None:
        if key in table:
            old = table[key]
            self._on_failure(lambda: table.__setitem__(key, old))
        else:
            self._on_failure(lambda: table.pop(key))
        table[key] = value

    def close(self) -> None:
        """Nothing is held outside."""

    # --- reading

    def wards(self) -> Sequence[bytes]:
        """All wards, sorted."""
        return sorted(ward for ward, held in self._wards.items() if held.log)

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log."""
        held = self._wards.get(ward)
        if held is None or not held.log:
            return None
        return held.end

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a block or control record."""
        held = self._wards.get(ward)
        return None if held is None else held.by_hash.get(record_hash)

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream."""
        held = self._wards.get(ward)
        places = [] if held is None else held.streams.get(stream, [])
        if held is None or not 0 < sseq <= len(places):
            return None
        return held.log[places[sseq - 1] - 1].entry

    def entries(self, ward: bytes, after: int, limit: int) -> Sequence[Entry]:
        """Up to ``limit`` entries after a wseq."""
        held = self._wards.get(ward)
        return [] if held is None else [stored.entry for stored in held.log[after : after + limit]]

    def records(self, ward: bytes, after: int) -> Iterator[Stored]:
        """All records after a wseq."""
        held = self._wards.get(ward)
        if held is not None:
            for at in range(after, len(held.log)):
                yield held.log[at]

    def record(self, ward: bytes, wseq: int) -> Stored | None:
        """One record."""
        held = self._wards.get(ward)
        return held.log[wseq - 1] if held is not None and 0 < wseq <= len(held.log) else None

    def controls(self, ward: bytes, after: int = 0) -> Iterator[Stored]:
        """The control records after an sseq, in order."""
        held = self._wards.get(ward)
        if held is not None:
            for wseq in held.streams.get(CONTROL_STREAM, ())[after:]:
                yield held.log[wseq - 1]

    def wraps(self, ward: bytes, wseq: int) -> tuple[bytes, ...]:
        """The wraps of one record."""
        held = self._wards.get(ward)
        return () if held is None else held.wraps.get(wseq, ())

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream."""
        held = self._wards.get(ward)
        return StreamTip() if held is None else held.tips.get(stream, StreamTip())

    def stream_tips(self, ward: bytes) -> Iterator[tuple[bytes, StreamTip]]:
        """The ends of all streams that have entries."""
        held = self._wards.get(ward)
        return iter(()) if held is None else iter(sorted(held.tips.items(), key=lambda item: item[0]))

    def stream_order(self, ward: bytes) -> Iterator[tuple[bytes, Head]]:
        """The heads of all streams, in the order of their first entries."""
        held = self._wards.get(ward)
        for stream, places in sorted(held.streams.items() if held else (), key=lambda item: item[1][:1]):
            if held is not None and places:
                yield stream, held.tips[stream].head

    def tree_nodes(self, ward: bytes, level: int, first: int, count: int) -> Sequence[bytes]:
        """Kept nodes of the ward's tree."""
        held = self._wards.get(ward)
        found = (held.nodes.get((level, index)) for index in range(first, first + count)) if held else ()
        return [node for node in found if node is not None]

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last (bseq, block hash) of a device in a stream."""
        held = self._wards.get(ward)
        tip = None if held is None else held.devices.get((stream, device))
        return (0, b"") if tip is None else (tip.bseq, tip.hash)

    def device_tips(self, ward: bytes) -> Iterator[tuple[bytes, DeviceTip]]:
        """All (stream, tip)."""
        held = self._wards.get(ward)
        if held is not None:
            for (stream, _), tip in sorted(held.devices.items(), key=lambda item: item[0]):
                yield stream, tip

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The signed refusal of a record that was definitely refused."""
        held = self._wards.get(ward)
        found = None if held is None else held.refusals.get(record_hash)
        return None if found is None else found[1]

    def refusals(self, ward: bytes) -> Iterator[tuple[bytes, str, bytes]]:
        """All definite refusals."""
        held = self._wards.get(ward)
        for name, (code, answer) in sorted(held.refusals.items() if held else ()):
            yield name, code, answer

    def join_request(self, ward: bytes, invite: bytes) -> bytes | None:
        """The request that waits under an invite."""
        held = self._wards.get(ward)
        found = None if held is None else held.joins.get(invite)
        return None if found is None else found[0]

    def join_requests(self, ward: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        """All requests that wait."""
        held = self._wards.get(ward)
        for invite, (request, until_ms) in sorted(held.joins.items() if held else ()):
            yield invite, request, until_ms

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward."""
        return self._placements.get(ward, HERE)

    # --- writing

    def append(
        self,
        ward: bytes,
        stored: Stored,
        wraps: tuple[bytes, ...],
        tip: StreamTip,
        device: DeviceTip | None,
        end: WardHead,
    ) -> None:
        """Add the next entry."""
        held = self._ward(ward)
        self.set_end(ward, end)
        entry = stored.entry
        kept = stored if self._keep_bodies else Stored(entry, b"", b"", stored.wrap_hashes)
        held.log.append(kept)
        self._on_failure(held.log.pop)
        if wraps and self._keep_bodies:
            self._put(held.wraps, entry.wseq, wraps)
        self._put(held.by_hash, entry.hash, entry)
        places = held.streams.setdefault(entry.stream, [])
        places.append(entry.wseq)
        self._on_failure(places.pop)
        self._put(held.tips, entry.stream, tip)
        if device is not None:
            self._put(held.devices, (entry.stream, device.device), device)

    def add_nodes(self, ward: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree."""
        for level, index, node in nodes:
            self._put(self._ward(ward).nodes, (level, index), node)

    def set_end(self, ward: bytes, end: WardHead) -> None:
        """Move the end of the ward's log."""
        held = self._ward(ward)
        before = held.end
        self._on_failure(lambda: setattr(held, "end", before))
        held.end = end

    def add_refusal(self, ward: bytes, record_hash: bytes, code: str, answer: bytes) -> None:
        """Remember a definite refusal."""
        self._put(self._ward(ward).refusals, record_hash, (code, answer))

    def put_join_request(self, ward: bytes, invite: bytes, request: bytes, until_ms: int) -> None:
        """Keep a request to join."""
        self._put(self._ward(ward).joins, invite, (request, until_ms))

    def place(self, ward: bytes, placement: Placement) -> None:
        """Say what this cell does with a ward."""
        self._put(self._placements, ward, placement)

    def drop_ward(self, ward: bytes) -> None:
        """Remove all of a ward."""
        gone = self._wards.pop(ward, None)
        if gone is not None:
            self._on_failure(lambda: self._wards.__setitem__(ward, gone))
        self._put(self._placements, ward, HERE)

    def drop_join_requests(self, ward: bytes, invites: Sequence[bytes], before_ms: int) -> None:
        """Forget requests that are answered or too old."""
        joins = self._ward(ward).joins
        gone = {i: kept for i, kept in joins.items() if i in invites or kept[1] <= before_ms}
        self._on_failure(lambda: joins.update(gone))
        for invite in gone:
            del joins[invite]
