"""What one transaction reads and adds, kept in memory: asked for once, and sent together before the commit.

A block that is admitted asks for the ends of its stream and its device and adds a dozen values; the next block of the
same push asks for what the first has left. Both stores answer that from here, so that a block costs no word with the
database of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from wardcentral.inserts import (
    ADD_BLOCK,
    ADD_ENTRY,
    ADD_NODE,
    ADD_REFUSAL,
    ADD_WRAP,
    SET_DEVICE,
    SET_HEAD,
    SET_JOIN,
    SET_PLACEMENT,
    SET_STREAM,
    Insert,
    Row,
)
from wardcentral.placement import Placement
from wardcentral.store import DeviceTip, Stored, StreamTip, WardHead
from wardproto.records import Entry
from wardproto.wire import encode


class Gathering:
    """The writing side of a store, up to the messages to its database."""

    def __init__(self) -> None:
        """Nothing gathered yet."""
        self._added: dict[Insert, dict[Row | int, Row]] = {}
        self._gathering = False
        """Whether a transaction is open: only then does what was read hold."""
        self._peeking = False
        self._ends: dict[bytes, WardHead | None] = {}
        self._placements: dict[bytes, Placement] = {}
        self._absent: set[tuple[bytes, bytes]] = set()
        """Names that were looked for and have neither an entry nor a refusal, but for those that were added."""
        self._refusals: dict[tuple[bytes, bytes], bytes] = {}
        self._places: dict[tuple[bytes, bytes, int], Entry] = {}
        self._entries: dict[tuple[bytes, bytes], Entry] = {}
        self._streams: dict[tuple[bytes, bytes], StreamTip] = {}
        self._devices: dict[tuple[bytes, bytes, bytes], tuple[int, bytes]] = {}

    def _forget(self) -> None:
        """Forget what was read; what was added and not sent is kept."""
        known = (self._ends, self._placements, self._absent, self._entries, self._places)
        for held in (*known, self._streams, self._devices, self._refusals):
            held.clear()

    @contextmanager
    def _peek(self) -> Iterator[None]:
        """Ask for rows that this transaction has not added: nothing needs to be sent first."""
        self._peeking = True
        try:
            yield
        finally:
            self._peeking = False

    # --- adding

    def _add(self, insert: Insert, *values: object) -> None:
        rows = self._added.setdefault(insert, {})
        rows[len(rows)] = values

    def _replace(self, insert: Insert, key: int, row: Row) -> None:
        """Add a row instead of the one that was to be written for the same key: only the last counts."""
        self._added.setdefault(insert, {})[row[:key]] = row

    def append(
        self,
        ward: bytes,
        stored: Stored,
        wraps: tuple[bytes, ...],
        tip: StreamTip,
        device: DeviceTip | None,
        end: WardHead,
    ) -> None:
        """Add the next entry. A number that is taken is the driver's IntegrityError, never an overwrite."""
        entry = stored.entry
        self._add(
            ADD_ENTRY, ward, entry.wseq, entry.sseq, entry.stream, entry.hash, entry.recv_ms, entry.head
        )
        self._add(ADD_BLOCK, ward, entry.wseq, stored.record, stored.body, b"".join(stored.wrap_hashes))
        for place, wrap in enumerate(wraps):
            self._add(ADD_WRAP, ward, entry.wseq, place, wrap)
        self._entries[ward, entry.hash] = entry
        self._places[ward, entry.stream, entry.sseq] = entry
        self.set_end(ward, end)
        head, epoch = tip.head, tip.epoch
        self._streams[ward, entry.stream] = tip
        self._replace(
            SET_STREAM,
            2,
            (ward, entry.stream, head.sseq, head.hash, epoch.number, encode(epoch.recipients), epoch.commit),
        )
        if device is not None:
            self._devices[ward, entry.stream, device.device] = (device.bseq, device.hash)
            self._replace(SET_DEVICE, 3, (ward, entry.stream, device.device, device.bseq, device.hash))

    def add_nodes(self, ward: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree."""
        for node in nodes:
            self._add(ADD_NODE, ward, *node)

    def set_end(self, ward: bytes, end: WardHead) -> None:
        """Move the end of the ward's log."""
        self._ends[ward] = end
        self._replace(SET_HEAD, 1, (ward, *end.row()))

    def add_refusal(self, ward: bytes, record_hash: bytes, code: str, answer: bytes) -> None:
        """Remember a definite refusal."""
        self._refusals[ward, record_hash] = answer
        self._add(ADD_REFUSAL, ward, record_hash, code, answer)

    def put_join_request(self, ward: bytes, invite: bytes, request: bytes, until_ms: int) -> None:
        """Keep a request to join until the invite ends."""
        self._replace(SET_JOIN, 2, (ward, invite, request, until_ms))

    def _place(self, ward: bytes, placement: Placement) -> None:
        self._placements[ward] = placement
        self._replace(SET_PLACEMENT, 1, (ward, placement.state, placement.address))

    # --- reading; ``read`` asks the database

    def _ward_head(self, ward: bytes, read: Callable[[bytes], WardHead | None]) -> WardHead | None:
        """The end of a ward's log, as it was when the ward was locked or as this transaction moved it."""
        if ward in self._ends:
            return self._ends[ward]
        with self._peek():
            found = read(ward)
        if self._gathering:
            self._ends[ward] = found
        return found

    def _placement(self, ward: bytes, read: Callable[[bytes], Placement]) -> Placement:
        """What this cell does with a ward."""
        if ward in self._placements:
            return self._placements[ward]
        with self._peek():
            return read(ward)

    def _entry_named(
        self, ward: bytes, name: bytes, read: Callable[[bytes, bytes], Entry | None]
    ) -> Entry | None:
        """The entry of a record, also one that this transaction added."""
        found = self._entries.get((ward, name))
        if found is not None or (ward, name) in self._absent:
            return found
        with self._peek():
            return read(ward, name)

    def _entry_placed(
        self, ward: bytes, stream: bytes, sseq: int, read: Callable[[bytes, bytes, int], Entry | None]
    ) -> Entry | None:
        """The entry at a position of a stream, also one that this transaction added."""
        found = self._places.get((ward, stream, sseq))
        if found is None:
            with self._peek():
                found = read(ward, stream, sseq)
            if found is not None and self._gathering:
                # Every block of a push names the same heads; an entry never changes.
                self._places[ward, stream, sseq] = found
        return found

    def _refused(
        self, ward: bytes, name: bytes, read: Callable[[bytes, bytes], bytes | None]
    ) -> bytes | None:
        """The refusal of a record, also one that this transaction added."""
        found = self._refusals.get((ward, name))
        if found is not None or (ward, name) in self._absent:
            return found
        with self._peek():
            return read(ward, name)

    def _stream(self, ward: bytes, stream: bytes, read: Callable[[bytes, bytes], StreamTip]) -> StreamTip:
        """The end of a stream, with what this transaction added."""
        found = self._streams.get((ward, stream))
        if found is None:
            with self._peek():
                found = read(ward, stream)
            if self._gathering:
                self._streams[ward, stream] = found
        return found

    def _device(
        self,
        ward: bytes,
        stream: bytes,
        device: bytes,
        read: Callable[[bytes, bytes, bytes], tuple[int, bytes]],
    ) -> tuple[int, bytes]:
        """The last block of a device in a stream, with what this transaction added."""
        found = self._devices.get((ward, stream, device))
        if found is None:
            with self._peek():
                found = read(ward, stream, device)
            if self._gathering:
                self._devices[ward, stream, device] = found
        return found
