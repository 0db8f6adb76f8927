"""The store in PostgreSQL 15 or newer, for several processes at once.

A ward's writers take turns at its row of ``ward_head`` (SELECT … FOR UPDATE), so numbers have no gap and no
two processes number the same ward at once; wards do not wait for each other. ``synchronous_commit`` is
the cluster's: with a synchronous standby, a receipt stands for bytes on both disks.

A transaction keeps what it adds in memory and sends it in one go before the commit: a block costs no
round trip of its own to write. Reads within the transaction see these additions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from wardcentral.placement import HERE, Placement
from wardcentral.postgres_reader import TIP, PostgresReader, Row, read_tip
from wardcentral.postgres_rows import (
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
)
from wardcentral.store import DeviceTip, Stored, StreamTip, Wanted, WardHead
from wardproto.records import Entry
from wardproto.wire import encode

WARD_TABLES = (
    "ward_head",
    "entry",
    "block",
    "stream_head",
    "device_head",
    "keybox",
    "refusal",
    "join_request",
    "placement",
    "tree_node",
)


_LOCK = (
    b"SELECT ward, wseq, recv_ms, root, heads FROM ward_head WHERE ward = ANY(%b) ORDER BY ward FOR UPDATE"
)
_PLACEMENTS = b"SELECT ward, state, address FROM placement WHERE ward = ANY(%b)"
_WANTED = (
    "SELECT wseq, sseq, stream, hash, recv_ms, head FROM entry WHERE ward = %b AND hash = ANY(%b)",
    "SELECT hash, answer FROM refusal WHERE ward = %b AND hash = ANY(%b)",
    f"SELECT stream, {TIP} FROM stream_head WHERE ward = %b AND stream = ANY(%b)",  # noqa: S608
    (
        "SELECT stream, device, bseq, hash FROM device_head WHERE ward = %b AND (stream, device) "
        "IN (SELECT * FROM unnest(%b::bytea[], %b::bytea[]))"
    ),
)
"""What a block is asked for before it is admitted, a query for each ward of a group."""


class PostgresStore(PostgresReader):
    """A writing connection. Several processes may each have one."""

    def __init__(self, address: str) -> None:
        """Connect; the tables must have been made by ``wardcentral init``."""
        super().__init__(address)
        self._added: dict[Insert, dict[Row | int, Row]] = {}
        self._peeking = False
        # What this transaction has read or added, so that it is asked for once.
        self._ends: dict[bytes, WardHead | None] = {}
        self._placements: dict[bytes, Placement] = {}
        self._absent: set[tuple[bytes, bytes]] = set()
        self._refusals: dict[tuple[bytes, bytes], bytes] = {}
        self._places: dict[tuple[bytes, bytes, int], Entry] = {}
        self._entries: dict[tuple[bytes, bytes], Entry] = {}
        self._streams: dict[tuple[bytes, bytes], StreamTip] = {}
        self._devices: dict[tuple[bytes, bytes, bytes], tuple[int, bytes]] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; on the disks when the block is left. A lost connection is made anew first."""
        try:
            self._connection().execute("BEGIN")
        except psycopg.OperationalError:
            self._lost()
            self._connection().execute("BEGIN")
        self._in_transaction = True
        try:
            yield
            self._flush()
            self._connection().execute("COMMIT")
        except BaseException as error:
            # Whether a commit whose answer was lost took place is not known: the answer is not given.
            with suppress(psycopg.Error):
                if self._db is not None and not self._db.closed:
                    self._db.execute("ROLLBACK")
            if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
                self._lost()  # it is a standby now
            raise
        finally:
            self._in_transaction = False
            self._added.clear()
            self._forget()

    def _forget(self) -> None:
        known = (self._ends, self._placements, self._absent, self._entries, self._places)
        for held in (*known, self._streams, self._devices, self._refusals):
            held.clear()

    def lock(self, wards: Sequence[bytes], wanted: Sequence[Wanted] = ()) -> None:
        """Be the only writer of these wards until the transaction ends; read what is ``wanted`` in the same round trip.

        Always in the same order, so that no two processes wait for each other. A ward that is being
        founded has no row yet: there the primary key refuses the second.
        """
        if not wards:
            return
        self._flush()
        names = sorted(wards)
        asked = _asked(wanted)
        db = self._connection()
        with db.pipeline():
            # In turn: what follows is read after the rows are locked, so it holds until the transaction ends.
            ends = db.execute(_LOCK, (names,), binary=True)
            placements = db.execute(_PLACEMENTS, (names,), binary=True)
            found = [
                tuple(db.execute(text, (ward, *part), binary=True) for text, part in ask)
                for ward, ask in asked
            ]
        self._ends.update(dict.fromkeys(names))
        self._ends.update((ward, WardHead.read(*row)) for ward, *row in ends)
        self._placements.update(dict.fromkeys(names, HERE))
        self._placements.update((ward, Placement(*row)) for ward, *row in placements)
        for (ward, ask), (entries, refusals, streams, devices) in zip(asked, found, strict=True):
            names_of, streams_of, devices_of = ask[0][1][0], ask[2][1][0], ask[3][1]
            self._absent.update((ward, name) for name in names_of)
            self._entries.update(((ward, row[3]), Entry(*row)) for row in entries)
            self._refusals.update(((ward, name), bytes(answer)) for name, answer in refusals)
            self._streams.update(dict.fromkeys(((ward, stream) for stream in streams_of), StreamTip()))
            self._streams.update(((ward, stream), read_tip(*row)) for stream, *row in streams)
            self._devices.update(
                dict.fromkeys(
                    ((ward, stream, device) for stream, device in zip(*devices_of, strict=True)), (0, b"")
                )
            )
            self._devices.update(
                ((ward, stream, device), (bseq, last)) for stream, device, bseq, last in devices
            )

    def _connection(self) -> psycopg.Connection[Row]:
        if self._in_transaction and (self._db is None or self._db.closed):
            # A new connection would know nothing of this transaction.
            raise psycopg.OperationalError
        return super()._connection()

    def _rows(self, statement: str, values: Sequence[Any]) -> list[Row]:
        if not self._peeking:
            self._flush()
        return super()._rows(statement, values)

    @contextmanager
    def _peek(self) -> Iterator[None]:
        """Ask for rows that this transaction has not added: nothing needs to be sent first."""
        self._peeking = True
        try:
            yield
        finally:
            self._peeking = False

    def _flush(self) -> None:
        """Send what was added; within a pipeline, so it costs one round trip however much it is."""
        if not self._added:
            return
        added, self._added = self._added, {}
        db = self._connection()
        with db.pipeline(), db.cursor() as cursor:
            for insert, rows in added.items():
                for values in insert.messages(tuple(rows.values())):
                    cursor.execute(insert.text.encode(), values, prepare=True)

    def _add(self, insert: Insert, *values: Any) -> None:
        rows = self._added.setdefault(insert, {})
        rows[len(rows)] = values

    def _delete(self, statement: str, *values: Any) -> None:
        """Delete rows, also those that this transaction added."""
        self._flush()
        self._connection().execute(statement.encode(), values)

    def append(
        self,
        ward: bytes,
        stored: Stored,
        wraps: tuple[bytes, ...],
        tip: StreamTip,
        device: DeviceTip | None,
        end: WardHead,
    ) -> None:
        """Add the next entry. A number that is taken is a psycopg.IntegrityError, never an overwrite."""
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

    def _replace(self, insert: Insert, key: int, row: Row) -> None:
        """Add a row instead of the one that was to be written for the same key: only the last counts."""
        self._added.setdefault(insert, {})[row[:key]] = row

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log, as it was when the ward was locked or as this transaction moved it."""
        return self._ends[ward] if ward in self._ends else super().ward_head(ward)

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward; it holds from the lock on."""
        return self._placements[ward] if ward in self._placements else super().placement(ward)

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a record, also one that this transaction added."""
        found = self._entries.get((ward, record_hash))
        if found is not None or (ward, record_hash) in self._absent:
            return found
        with self._peek():
            return super().entry_by_hash(ward, record_hash)

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream, also one that this transaction added."""
        found = self._places.get((ward, stream, sseq))
        if found is None:
            with self._peek():
                found = super().entry_at(ward, stream, sseq)
            if found is not None and self._in_transaction:
                # Every block of a push names the same heads; an entry never changes.
                self._places[ward, stream, sseq] = found
        return found

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The refusal of a record, also one that this transaction added."""
        found = self._refusals.get((ward, record_hash))
        if found is not None or (ward, record_hash) in self._absent:
            return found
        with self._peek():
            return super().refusal(ward, record_hash)

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream, with what this transaction added."""
        found = self._streams.get((ward, stream))
        if found is None:
            with self._peek():
                found = super().stream_tip(ward, stream)
            if self._in_transaction:
                self._streams[ward, stream] = found
        return found

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last block of a device in a stream, with what this transaction added."""
        found = self._devices.get((ward, stream, device))
        if found is None:
            with self._peek():
                found = super().device_tip(ward, stream, device)
            if self._in_transaction:
                self._devices[ward, stream, device] = found
        return found

    def add_refusal(self, ward: bytes, record_hash: bytes, code: str, answer: bytes) -> None:
        """Remember a definite refusal."""
        self._refusals[ward, record_hash] = answer
        self._add(ADD_REFUSAL, ward, record_hash, code, answer)

    def put_join_request(self, ward: bytes, invite: bytes, request: bytes, until_ms: int) -> None:
        """Keep a request to join until the invite ends."""
        self._replace(SET_JOIN, 2, (ward, invite, request, until_ms))

    def place(self, ward: bytes, placement: Placement) -> None:
        """Say what this cell does with a ward; waits for writers that saw it otherwise."""
        self.lock((ward,))
        self._placements[ward] = placement
        self._replace(SET_PLACEMENT, 1, (ward, placement.state, placement.address))

    def drop_ward(self, ward: bytes) -> None:
        """Remove all of a ward."""
        self.lock((ward,))
        for table in WARD_TABLES:
            self._delete(f"DELETE FROM {table} WHERE ward = %s", ward)  # noqa: S608
        self._forget()

    def drop_join_requests(self, ward: bytes, invites: Sequence[bytes], before_ms: int) -> None:
        """Forget requests that are answered or too old."""
        self._delete(
            "DELETE FROM join_request WHERE ward = %s AND (until_ms <= %s OR invite = ANY(%s))",
            ward,
            before_ms,
            list(invites),
        )


Ask = tuple[str, tuple[Any, ...]]


def _asked(wanted: Sequence[Wanted]) -> list[tuple[bytes, tuple[Ask, ...]]]:
    """Return the queries of each ward: entries and refusals by name, ends of streams, ends of devices."""
    by_ward: dict[bytes, tuple[set[bytes], set[tuple[bytes, bytes]]]] = {}
    for want in wanted:
        names, ends = by_ward.setdefault(want.ward, (set(), set()))
        names.update(want.names)
        ends.update(want.ends)
    asked = []
    for ward, (names, ends) in by_ward.items():
        listed, pairs = sorted(names), sorted(ends)
        streams = sorted({stream for stream, _ in pairs})
        devices = [stream for stream, _ in pairs], [device for _, device in pairs]
        parts: tuple[tuple[Any, ...], ...] = ((listed,), (listed,), (streams,), devices)
        asked.append((ward, tuple(zip(_WANTED, parts, strict=True))))
    return asked
