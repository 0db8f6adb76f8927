"""The store in PostgreSQL 15 or newer, for several processes at once.

A ward's writers take turns at its row of ``ward_head`` (SELECT … FOR UPDATE), so numbers have no gap and no
two processes number the same ward at once; wards do not wait for each other. ``synchronous_commit`` is
the cluster's: with a synchronous standby, a receipt stands for bytes on both disks.

A transaction keeps what it adds in memory and sends it in one go before the commit: a block costs no
round trip of its own to write. Reads within the transaction see these additions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from wardcentral.placement import HERE, Placement
from wardcentral.postgres_reader import PostgresReader, Row, read_tip
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
    columns,
    together,
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
_READ = b"""
SELECT 'placed', p.ward, NULL::bytea, NULL::bytea, NULL::bytea, NULL::bytea, 0::int8, 0::int8, 0::int8, p.state, p.address
FROM placement p WHERE p.ward = ANY(%b)
UNION ALL SELECT 'entry', e.ward, e.hash, e.stream, e.head, NULL, e.wseq, e.sseq, e.recv_ms, NULL, NULL
FROM unnest(%b::bytea[], %b::bytea[]) AS w(ward, hash) JOIN entry e ON e.ward = w.ward AND e.hash = w.hash
UNION ALL SELECT 'refused', r.ward, r.hash, r.answer, NULL, NULL, 0, 0, 0, NULL, NULL
FROM unnest(%b::bytea[], %b::bytea[]) AS w(ward, hash) JOIN refusal r ON r.ward = w.ward AND r.hash = w.hash
UNION ALL SELECT 'stream', s.ward, s.stream, s.head, s.recipients, s.key_commit, s.sseq, s.epoch, 0, NULL, NULL
FROM unnest(%b::bytea[], %b::bytea[]) AS w(ward, stream) JOIN stream_head s ON s.ward = w.ward AND s.stream = w.stream
UNION ALL SELECT 'device', d.ward, d.stream, d.device, d.hash, NULL, d.bseq, 0, 0, NULL, NULL
FROM unnest(%b::bytea[], %b::bytea[], %b::bytea[]) AS w(ward, stream, device)
JOIN device_head d ON d.ward = w.ward AND d.stream = w.stream AND d.device = w.device
"""
"""All that a group of pushes is asked for before it is admitted, in one statement: the placement of its wards, records
of its names, and the ends of its streams and of its devices there."""
_BY_KEY = (
    b"SET enable_hashjoin = off",
    b"SET enable_mergejoin = off",
    b"SET plan_cache_mode = force_generic_plan",
)
"""All that the writer asks for is asked for by key: no statistic may talk the server into reading a table instead."""


class PostgresStore(PostgresReader):
    """A writing connection. Several processes may each have one."""

    def __init__(self, address: str) -> None:
        """Connect; the tables must have been made by ``wardcentral init``."""
        super().__init__(address)
        self._added: dict[Insert, dict[Row | int, Row]] = {}
        self._peeking = False
        self._to_begin = False
        """Whether this transaction has sent nothing yet: it begins with the first thing that it sends."""
        # What this transaction has read or added, so that it is asked for once.
        self._ends: dict[bytes, WardHead | None] = {}
        self._placements: dict[bytes, Placement] = {}
        self._absent: set[tuple[bytes, bytes]] = set()
        self._refusals: dict[tuple[bytes, bytes], bytes] = {}
        self._places: dict[tuple[bytes, bytes, int], Entry] = {}
        self._entries: dict[tuple[bytes, bytes], Entry] = {}
        self._streams: dict[tuple[bytes, bytes], StreamTip] = {}
        self._devices: dict[tuple[bytes, bytes, bytes], tuple[int, bytes]] = {}

    def _connected(self, db: psycopg.Connection[Row]) -> None:
        super()._connected(db)
        for statement in _BY_KEY:
            db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; on the disks when the block is left. A lost connection is made anew first."""
        self._in_transaction, self._to_begin = True, True
        try:
            yield
            self._send(commit=True)
        except BaseException as error:
            # Whether a commit whose answer was lost took place is not known: the answer is not given.
            with suppress(psycopg.Error):
                if self._db is not None and not self._db.closed:
                    self._db.execute("ROLLBACK")
            if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
                self._lost()  # it is a standby now
            raise
        finally:
            self._in_transaction = self._to_begin = False
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
        names, asked = sorted(wards), _asked(wanted)
        try:
            read = self._read_together(names, asked)
        except psycopg.OperationalError:
            if self._db is not None and not self._db.broken:
                raise
            # Lost since the last transaction: nothing of this one was sent before.
            self._lost()
            read = self._read_together(names, asked)
        self._ends.update(dict.fromkeys(names))
        self._placements.update(dict.fromkeys(names, HERE))
        self._absent.update(asked.names)
        self._streams.update((stream, StreamTip()) for stream in asked.streams)
        self._devices.update((device, (0, b"")) for device in asked.devices)
        ends, found = read
        self._ends.update((ward, WardHead.read(*row)) for ward, *row in ends)
        for row in found:
            self._take(*row)

    def _take(self, kind: str, ward: bytes, key: bytes, *row: Any) -> None:
        """Keep what a row of `_READ` says for the rest of the transaction."""
        a, b, c, first, second, third, state, address = row
        if kind == "placed":
            self._placements[ward] = Placement(state, address)
        elif kind == "entry":
            self._entries[ward, key] = Entry(first, second, a, key, third, b)
        elif kind == "refused":
            self._refusals[ward, key] = bytes(a)
        elif kind == "stream":
            self._streams[ward, key] = read_tip(first, a, second, b, c)
        else:
            self._devices[ward, key, a] = (first, b)

    def _read_together(self, wards: Sequence[bytes], asked: "_Asked") -> tuple[list[Row], list[Row]]:
        """Lock and read in one round trip; what follows the lock is read after it, so it holds until the end."""
        begin, db = self._to_begin, super()._connection()
        names, streams, devices = (
            columns(asked.names, 2),
            columns(asked.streams, 2),
            columns(asked.devices, 3),
        )
        with db.pipeline():
            if begin:
                db.execute("BEGIN")
            locked = db.execute(_LOCK, (list(wards),), binary=True)
            values = (list(wards), *names, *names, *streams, *devices)
            found = db.execute(_READ, values, binary=True, prepare=True)
        self._to_begin = False
        return locked.fetchall(), found.fetchall()

    def _connection(self) -> psycopg.Connection[Row]:
        if self._in_transaction and not self._to_begin and (self._db is None or self._db.closed):
            # A new connection would know nothing of what this transaction has sent.
            raise psycopg.OperationalError
        db = super()._connection()
        if self._to_begin:
            try:
                db.execute("BEGIN")
            except psycopg.OperationalError:
                self._lost()
                db = super()._connection()
                db.execute("BEGIN")
            self._to_begin = False
        return db

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
        """Send what was added, so that a query sees it."""
        if self._added:
            self._send()

    def _send(self, *, commit: bool = False) -> None:
        """Send what was added, and the commit behind it, in one round trip however much it is."""
        if self._to_begin and not self._added:
            return
        db = self._connection()
        added, self._added = self._added, {}
        ended = db.cursor()
        with db.pipeline(), db.cursor() as cursor:
            for statement, values in together(added):
                cursor.execute(statement, values, prepare=True)
            if commit:
                # After an error in what stands before it the server passes over it.
                ended.execute("COMMIT")
        if commit and ended.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a group wants, each once and in order: (ward, name), (ward, stream), (ward, stream, device)."""

    names: tuple[tuple[bytes, bytes], ...]
    streams: tuple[tuple[bytes, bytes], ...]
    devices: tuple[tuple[bytes, bytes, bytes], ...]


def _asked(wanted: Sequence[Wanted]) -> _Asked:
    names = {(want.ward, name) for want in wanted for name in want.names}
    devices = {(want.ward, *end) for want in wanted for end in want.ends}
    streams = {(ward, stream) for ward, stream, _ in devices}
    return _Asked(tuple(sorted(names)), tuple(sorted(streams)), tuple(sorted(devices)))
