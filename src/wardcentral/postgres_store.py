"""The store in PostgreSQL 15 or newer, for several processes at once.

A ward's writers take turns at its row of ``ward_head`` (SELECT … FOR UPDATE), so numbers have no gap and no
two processes number the same ward at once; wards do not wait for each other. ``synchronous_commit`` is
the cluster's: with a synchronous standby, a receipt stands for bytes on both disks.

A transaction keeps what it adds in memory and sends it in one go before the commit: a block costs no
round trip of its own to write. Reads within the transaction see these additions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from wardcentral.placement import HERE, Placement
from wardcentral.postgres_schema import NEWEST, version
from wardcentral.store import DamagedError, DeviceTip, Stored, StreamTip, UnreachableError, WardHead
from wardproto.admission import Epoch
from wardproto.records import Entry, Head, Recipient
from wardproto.wire import CONTROL_STREAM, HASH_BYTES, encode

STATEMENT_MS = 30_000
PAGE = 500
"""Rows that an iteration fetches at once: what is read is never all in memory."""
_ENTRY = "e.wseq, e.sseq, e.stream, e.hash, e.recv_ms, e.head"
_JOINED = (
    f"SELECT {_ENTRY}, b.record, b.body, b.wrap_hashes "  # noqa: S608
    "FROM entry e JOIN block b ON b.ward = e.ward AND b.wseq = e.wseq"
)
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
)
_ADD_ENTRY = "INSERT INTO entry VALUES (%s, %s, %s, %s, %s, %s, %s)"
_ADD_BLOCK = "INSERT INTO block VALUES (%s, %s, %s, %s, %s)"
_ADD_WRAP = "INSERT INTO keybox VALUES (%s, %s, %s, %s)"
_ADD_REFUSAL = "INSERT INTO refusal VALUES (%s, %s, %s, %s)"
_SET_HEAD = (
    "INSERT INTO ward_head VALUES (%s, %s, %s) "
    "ON CONFLICT (ward) DO UPDATE SET wseq = excluded.wseq, recv_ms = excluded.recv_ms"
)
_SET_STREAM = (
    "INSERT INTO stream_head VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (ward, stream) DO UPDATE SET "
    "sseq = excluded.sseq, head = excluded.head, epoch = excluded.epoch, "
    "recipients = excluded.recipients, key_commit = excluded.key_commit"
)
_SET_DEVICE = (
    "INSERT INTO device_head VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (ward, stream, device) DO UPDATE SET bseq = excluded.bseq, hash = excluded.hash"
)
_recipients = msgspec.msgpack.Decoder(tuple[Recipient, ...])
Row = tuple[Any, ...]


class PostgresReader:
    """Committed records, over a connection of its own that is made anew when it is lost."""

    def __init__(self, address: str) -> None:
        """Connect to a libpq address; psycopg.Error, or DamagedError where the tables are not this version's."""
        self._address = address
        self._db: psycopg.Connection[Row] | None = None
        self._in_transaction = False
        found = version(address)
        if found != NEWEST:
            raise DamagedError("made by another version")

    def _connection(self) -> psycopg.Connection[Row]:
        if self._db is None or self._db.closed:
            self._db = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            self._db.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(STATEMENT_MS)))
            self._db.prepare_threshold = 2
        return self._db

    def _lost(self) -> None:
        if self._db is not None:
            with suppress(psycopg.Error):
                self._db.close()
            self._db = None

    def _rows(self, statement: str, values: Sequence[Any]) -> list[Row]:
        """Run a query; once more over a new connection where the first was lost (never within a transaction)."""
        try:
            return self._connection().execute(statement.encode(), values, binary=True).fetchall()
        except psycopg.OperationalError:
            if self._in_transaction or (self._db is not None and not self._db.broken):
                raise
            self._lost()
        try:
            return self._connection().execute(statement.encode(), values, binary=True).fetchall()
        except psycopg.OperationalError:
            # Not the driver's text: it may show the address.
            raise UnreachableError from None

    def _row(self, statement: str, *values: Any) -> Row | None:
        rows = self._rows(statement, values)
        return rows[0] if rows else None

    def close(self) -> None:
        """Close the connection."""
        self._lost()

    def wards(self) -> Sequence[bytes]:
        """All wards, sorted."""
        return [ward for (ward,) in self._rows("SELECT ward FROM ward_head ORDER BY ward", ())]

    def sizes(self, wards: Sequence[bytes]) -> Mapping[bytes, int]:
        """The last wseq of each of these wards, in one query."""
        return dict(self._rows("SELECT ward, wseq FROM ward_head WHERE ward = ANY(%s)", (list(wards),)))

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log."""
        row = self._row("SELECT wseq, recv_ms FROM ward_head WHERE ward = %s", ward)
        return None if row is None else WardHead(*row)

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a block or control record."""
        return self._entry("e.hash = %s", ward, record_hash)

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream."""
        return self._entry("e.stream = %s AND e.sseq = %s", ward, stream, sseq)

    def _entry(self, where: str, ward: bytes, *values: bytes | int) -> Entry | None:
        row = self._row(f"SELECT {_ENTRY} FROM entry e WHERE e.ward = %s AND {where}", ward, *values)  # noqa: S608
        return None if row is None else Entry(*row)

    def entries(self, ward: bytes, after: int, limit: int) -> Sequence[Entry]:
        """Up to ``limit`` entries after a wseq."""
        statement = f"SELECT {_ENTRY} FROM entry e WHERE e.ward = %s AND e.wseq > %s ORDER BY e.wseq LIMIT %s"  # noqa: S608
        return [Entry(*row) for row in self._rows(statement, (ward, after, limit))]

    def records(self, ward: bytes, after: int) -> Iterator[Stored]:
        """All records after a wseq."""
        statement = f"{_JOINED} WHERE e.ward = %s AND e.wseq > %s ORDER BY e.wseq LIMIT {PAGE}"
        while rows := self._rows(statement, (ward, after)):
            yield from map(_stored, rows)
            after = rows[-1][0]

    def record(self, ward: bytes, wseq: int) -> Stored | None:
        """One record."""
        row = self._row(f"{_JOINED} WHERE e.ward = %s AND e.wseq = %s", ward, wseq)
        return None if row is None else _stored(row)

    def controls(self, ward: bytes, after: int = 0) -> Iterator[Stored]:
        """The control records after an sseq, in order."""
        statement = (
            f"{_JOINED} WHERE e.ward = %s AND e.stream = %s AND e.sseq > %s ORDER BY e.sseq LIMIT {PAGE}"
        )
        while rows := self._rows(statement, (ward, CONTROL_STREAM, after)):
            yield from map(_stored, rows)
            after = rows[-1][1]

    def wraps(self, ward: bytes, wseq: int) -> tuple[bytes, ...]:
        """The wraps of one record."""
        statement = "SELECT wrap FROM keybox WHERE ward = %s AND wseq = %s ORDER BY place"
        return tuple(wrap for (wrap,) in self._rows(statement, (ward, wseq)))

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream."""
        row = self._row(
            "SELECT sseq, head, epoch, recipients, key_commit FROM stream_head WHERE ward = %s AND stream = %s",
            ward,
            stream,
        )
        return StreamTip() if row is None else _tip(*row)

    def stream_tips(self, ward: bytes) -> Iterator[tuple[bytes, StreamTip]]:
        """The ends of all streams that have entries."""
        statement = (
            "SELECT stream, sseq, head, epoch, recipients, key_commit FROM stream_head "
            "WHERE ward = %s ORDER BY stream"
        )
        for stream, *row in self._rows(statement, (ward,)):
            yield stream, _tip(*row)

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last (bseq, block hash) of a device in a stream."""
        row = self._row(
            "SELECT bseq, hash FROM device_head WHERE ward = %s AND stream = %s AND device = %s",
            ward,
            stream,
            device,
        )
        return (0, b"") if row is None else (row[0], row[1])

    def device_tips(self, ward: bytes) -> Iterator[tuple[bytes, DeviceTip]]:
        """All (stream, tip)."""
        statement = (
            "SELECT stream, device, bseq, hash FROM device_head WHERE ward = %s ORDER BY stream, device"
        )
        for stream, *row in self._rows(statement, (ward,)):
            yield stream, DeviceTip(*row)

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The signed refusal of a record that was definitely refused."""
        row = self._row("SELECT answer FROM refusal WHERE ward = %s AND hash = %s", ward, record_hash)
        return None if row is None else bytes(row[0])

    def refusals(self, ward: bytes) -> Iterator[tuple[bytes, str, bytes]]:
        """All definite refusals: (record hash, code, answer)."""
        statement = "SELECT hash, code, answer FROM refusal WHERE ward = %s ORDER BY hash"
        return iter(self._rows(statement, (ward,)))  # type: ignore[arg-type]

    def join_request(self, ward: bytes, invite: bytes) -> bytes | None:
        """The request that waits under an invite."""
        row = self._row("SELECT request FROM join_request WHERE ward = %s AND invite = %s", ward, invite)
        return None if row is None else bytes(row[0])

    def join_requests(self, ward: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        """All requests that wait: (invite, request, until_ms)."""
        statement = "SELECT invite, request, until_ms FROM join_request WHERE ward = %s ORDER BY invite"
        return iter(self._rows(statement, (ward,)))  # type: ignore[arg-type]

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward. Whoever holds the ward's row keeps it so."""
        row = self._row("SELECT state, address FROM placement WHERE ward = %s", ward)
        return HERE if row is None else Placement(*row)

    def damage(self) -> str:
        """Return what is wrong with the database's files: PostgreSQL's page checksums look at every read."""
        return ""


class PostgresStore(PostgresReader):
    """A writing connection. Several processes may each have one."""

    def __init__(self, address: str) -> None:
        """Connect; the tables must have been made by ``wardcentral init``."""
        super().__init__(address)
        self._added: dict[str, dict[Row | int, Row]] = {}
        self._peeking = False
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
            self._entries.clear()
            self._places.clear()
            self._streams.clear()
            self._devices.clear()
            self._refusals.clear()

    def lock(self, wards: Sequence[bytes]) -> None:
        """Be the only writer of these wards until the transaction ends.

        Always in the same order, so that no two processes wait for each other. A ward that is being
        founded has no row yet: there the primary key refuses the second.
        """
        self._rows("SELECT 1 FROM ward_head WHERE ward = ANY(%s) ORDER BY ward FOR UPDATE", (sorted(wards),))

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
            for statement, rows in added.items():
                for row in rows.values():
                    cursor.execute(statement.encode(), row, prepare=True)

    def _add(self, statement: str, *values: Any) -> None:
        rows = self._added.setdefault(statement, {})
        rows[len(rows)] = values

    def append(
        self, ward: bytes, stored: Stored, wraps: tuple[bytes, ...], tip: StreamTip, device: DeviceTip | None
    ) -> None:
        """Add the next entry. A number that is taken is a psycopg.IntegrityError, never an overwrite."""
        entry = stored.entry
        self._add(
            _ADD_ENTRY, ward, entry.wseq, entry.sseq, entry.stream, entry.hash, entry.recv_ms, entry.head
        )
        self._add(_ADD_BLOCK, ward, entry.wseq, stored.record, stored.body, b"".join(stored.wrap_hashes))
        for place, wrap in enumerate(wraps):
            self._add(_ADD_WRAP, ward, entry.wseq, place, wrap)
        self._entries[ward, entry.hash] = entry
        self._places[ward, entry.stream, entry.sseq] = entry
        self._replace(_SET_HEAD, 1, (ward, entry.wseq, entry.recv_ms))
        head, epoch = tip.head, tip.epoch
        self._streams[ward, entry.stream] = tip
        self._replace(
            _SET_STREAM,
            2,
            (ward, entry.stream, head.sseq, head.hash, epoch.number, encode(epoch.recipients), epoch.commit),
        )
        if device is not None:
            self._devices[ward, entry.stream, device.device] = (device.bseq, device.hash)
            self._replace(_SET_DEVICE, 3, (ward, entry.stream, device.device, device.bseq, device.hash))

    def _replace(self, statement: str, key: int, row: Row) -> None:
        """Add a row instead of the one that was to be written for the same key: only the last counts."""
        self._added.setdefault(statement, {})[row[:key]] = row

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a record, also one that this transaction added."""
        found = self._entries.get((ward, record_hash))
        with self._peek():
            return super().entry_by_hash(ward, record_hash) if found is None else found

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream, also one that this transaction added."""
        found = self._places.get((ward, stream, sseq))
        with self._peek():
            return super().entry_at(ward, stream, sseq) if found is None else found

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The refusal of a record, also one that this transaction added."""
        found = self._refusals.get((ward, record_hash))
        with self._peek():
            return super().refusal(ward, record_hash) if found is None else found

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
        self._add(_ADD_REFUSAL, ward, record_hash, code, answer)

    def put_join_request(self, ward: bytes, invite: bytes, request: bytes, until_ms: int) -> None:
        """Keep a request to join."""
        statement = (
            "INSERT INTO join_request VALUES (%s, %s, %s, %s) ON CONFLICT (ward, invite) "
            "DO UPDATE SET request = excluded.request, until_ms = excluded.until_ms"
        )
        self._add(statement, ward, invite, request, until_ms)

    def place(self, ward: bytes, placement: Placement) -> None:
        """Say what this cell does with a ward; waits for writers that saw it otherwise."""
        self.lock((ward,))
        statement = (
            "INSERT INTO placement VALUES (%s, %s, %s) ON CONFLICT (ward) "
            "DO UPDATE SET state = excluded.state, address = excluded.address"
        )
        self._add(statement, ward, placement.state, placement.address)

    def drop_ward(self, ward: bytes) -> None:
        """Remove all of a ward."""
        self.lock((ward,))
        for table in WARD_TABLES:
            self._add(f"DELETE FROM {table} WHERE ward = %s", ward)  # noqa: S608
        self._flush()

    def drop_join_requests(self, ward: bytes, invites: Sequence[bytes], before_ms: int) -> None:
        """Forget requests that are answered or too old."""
        self._flush()
        self._add(
            "DELETE FROM join_request WHERE ward = %s AND (until_ms <= %s OR invite = ANY(%s))",
            ward,
            before_ms,
            list(invites),
        )
        self._flush()


def _stored(row: Row) -> Stored:
    *entry, record, body, hashes = row
    split = tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return Stored(Entry(*entry), record, body, split)


def _tip(sseq: int, head: bytes, epoch: int, recipients: bytes, commit: bytes) -> StreamTip:
    return StreamTip(Head(sseq, head), Epoch(epoch, _recipients.decode(recipients), commit))
