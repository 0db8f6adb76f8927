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

from wardcentral.gathering import Gathering
from wardcentral.inserts import WARD_TABLES
from wardcentral.placement import HERE, Placement
from wardcentral.postgres_reader import PostgresReader, Row, read_tip
from wardcentral.postgres_rows import columns, together
from wardcentral.store import StreamTip, Wanted, WardHead
from wardproto.records import Entry

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
_LOCK_ONE = b"SELECT ward, wseq, recv_ms, root, heads FROM ward_head WHERE ward = %b FOR UPDATE"
_READ_ONE = b"""
SELECT 'placed', ward, NULL::bytea, NULL::bytea, NULL::bytea, NULL::bytea, 0::int8, 0::int8, 0::int8, state, address
FROM placement WHERE ward = %(ward)b
UNION ALL SELECT 'entry', ward, hash, stream, head, NULL, wseq, sseq, recv_ms, NULL, NULL
FROM entry WHERE ward = %(ward)b AND hash = ANY(%(names)b)
UNION ALL SELECT 'refused', ward, hash, answer, NULL, NULL, 0, 0, 0, NULL, NULL
FROM refusal WHERE ward = %(ward)b AND hash = ANY(%(names)b)
UNION ALL SELECT 'stream', ward, stream, head, recipients, key_commit, sseq, epoch, 0, NULL, NULL
FROM stream_head WHERE ward = %(ward)b AND stream = ANY(%(streams)b)
UNION ALL SELECT 'device', ward, stream, device, hash, NULL, bseq, 0, 0, NULL, NULL
FROM device_head WHERE ward = %(ward)b AND stream = ANY(%(streams)b) AND device = ANY(%(devices)b)
"""
"""The same for a group of one ward, who saves alone: the server opens one partition of each table, not all of them."""
_BY_KEY = (
    b"SET enable_hashjoin = off",
    b"SET enable_mergejoin = off",
    b"SET plan_cache_mode = force_generic_plan",
)
"""All that the writer asks for is asked for by key: no statistic may talk the server into reading a table instead."""


_Db = psycopg.Connection[Row]
_Answer = psycopg.Cursor[Row]


class PostgresStore(Gathering, PostgresReader):
    """A writing connection. Several processes may each have one."""

    def __init__(self, address: str) -> None:
        """Connect; the tables must have been made by ``wardcentral init``."""
        Gathering.__init__(self)
        PostgresReader.__init__(self, address)
        self._to_begin = False
        """Whether this transaction has sent nothing yet: it begins with the first thing that it sends."""

    def _connected(self, db: psycopg.Connection[Row]) -> None:
        super()._connected(db)
        for statement in _BY_KEY:
            db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; on the disks when the block is left. A lost connection is made anew first."""
        self._in_transaction = self._gathering = self._to_begin = True
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
            self._in_transaction = self._gathering = self._to_begin = False
            self._added.clear()
            self._forget()

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
        with db.pipeline():
            if begin:
                db.execute("BEGIN")
            if len(wards) == 1:
                locked, found = _ask_one(db, wards[0], asked)
            else:
                locked, found = _ask_all(db, wards, asked)
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

    def _delete(self, statement: str, *values: Any) -> None:
        """Delete rows, also those that this transaction added."""
        self._flush()
        self._connection().execute(statement.encode(), values)

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log, with what this transaction added."""
        return self._ward_head(ward, super().ward_head)

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward; it holds from the lock on."""
        return self._placement(ward, super().placement)

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a record."""
        return self._entry_named(ward, record_hash, super().entry_by_hash)

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream."""
        return self._entry_placed(ward, stream, sseq, super().entry_at)

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The refusal of a record."""
        return self._refused(ward, record_hash, super().refusal)

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream."""
        return self._stream(ward, stream, super().stream_tip)

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last block of a device in a stream."""
        return self._device(ward, stream, device, super().device_tip)

    def place(self, ward: bytes, placement: Placement) -> None:
        """Say what this cell does with a ward; waits for writers that saw it otherwise."""
        self.lock((ward,))
        self._place(ward, placement)

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


def _ask_one(db: _Db, ward: bytes, asked: _Asked) -> tuple[_Answer, _Answer]:
    locked = db.execute(_LOCK_ONE, (ward,), binary=True, prepare=True)
    values = {
        "ward": ward,
        "names": [name for _, name in asked.names],
        "streams": [stream for _, stream in asked.streams],
        "devices": [device for *_, device in asked.devices],
    }
    return locked, db.execute(_READ_ONE, values, binary=True, prepare=True)


def _ask_all(db: _Db, wards: Sequence[bytes], asked: _Asked) -> tuple[_Answer, _Answer]:
    locked = db.execute(_LOCK, (list(wards),), binary=True, prepare=True)
    names, streams, devices = columns(asked.names, 2), columns(asked.streams, 2), columns(asked.devices, 3)
    values = (list(wards), *names, *names, *streams, *devices)
    return locked, db.execute(_READ, values, binary=True, prepare=True)
