"""Committed records in PostgreSQL, over a connection that is made anew when it is lost."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from wardcentral.placement import HERE, Placement
from wardcentral.postgres_schema import check
from wardcentral.store import DeviceTip, Stored, StreamTip, UnreachableError, WardHead
from wardproto.admission import Epoch
from wardproto.records import Entry, Head, Recipient
from wardproto.wire import CONTROL_STREAM, HASH_BYTES

STATEMENT_MS = 30_000
PAGE = 500
"""Rows that an iteration fetches at once: what is read is never all in memory."""
_ENTRY = "e.wseq, e.sseq, e.stream, e.hash, e.recv_ms, e.head"
_JOINED = (
    f"SELECT {_ENTRY}, b.record, b.body, b.wrap_hashes "  # noqa: S608
    "FROM entry e JOIN block b ON b.ward = e.ward AND b.wseq = e.wseq"
)
_NOW = "(extract(epoch FROM now()) * 1000)::bigint"
"""One clock for all processes."""
_SPEND = f"INSERT INTO request_nonce VALUES (%s, %s, {_NOW}) ON CONFLICT DO NOTHING RETURNING true"  # noqa: S608
_FORGET = f"WITH gone AS (DELETE FROM request_nonce WHERE at_ms < {_NOW} - %s RETURNING 1) SELECT true FROM gone LIMIT 1"  # noqa: S608
TIP = "sseq, head, epoch, recipients, key_commit"
"""The columns of a stream's end, as `read_tip` takes them."""
_recipients = msgspec.msgpack.Decoder(tuple[Recipient, ...])
Row = tuple[Any, ...]


class PostgresReader:
    """Committed records, over a connection of its own that is made anew when it is lost."""

    def __init__(self, address: str) -> None:
        """Connect to a libpq address; psycopg.Error, or SchemaError where this program cannot serve the tables."""
        self._address = address
        self._db: psycopg.Connection[Row] | None = None
        self._in_transaction = False
        check(address)

    def _connection(self) -> psycopg.Connection[Row]:
        if self._db is None or self._db.closed:
            self._db = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            self._connected(self._db)
        return self._db

    def _connected(self, db: psycopg.Connection[Row]) -> None:
        """Make a new connection ready."""
        db.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(STATEMENT_MS)))
        db.prepare_threshold = 2

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
        """The last wseq of each of these wards that is served here, in one query."""
        statement = (
            "SELECT h.ward, h.wseq FROM ward_head h WHERE h.ward = ANY(%s) "
            "AND NOT EXISTS (SELECT FROM placement p WHERE p.ward = h.ward AND p.state = 'moved')"
        )
        return dict(self._rows(statement, (list(wards),)))

    def notices(self, ward: bytes) -> tuple[bytes, ...]:
        """The signed notices of restores of a ward."""
        return tuple(
            signed for (signed,) in self._rows("SELECT signed FROM restore_notice WHERE ward = %s", (ward,))
        )

    def spend(self, ward: bytes, name: bytes) -> bool:
        """Return whether no process has spent this name of a request before; UnreachableError at a standby."""
        try:
            return bool(self._rows(_SPEND, (ward, name)))
        except psycopg.errors.ReadOnlySqlTransaction:
            # It was the primary when this connection was made.
            self._lost()
            raise UnreachableError from None

    def forget_spent(self, after_ms: int) -> bool:
        """Forget the names that were spent more than ``after_ms`` ago; whether there were any."""
        return bool(self._rows(_FORGET, (after_ms,)))

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log."""
        row = self._row("SELECT wseq, recv_ms, root, heads FROM ward_head WHERE ward = %s", ward)
        return None if row is None else WardHead.read(*row)

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
            f"SELECT {TIP} FROM stream_head WHERE ward = %s AND stream = %s",  # noqa: S608
            ward,
            stream,
        )
        return StreamTip() if row is None else read_tip(*row)

    def stream_tips(self, ward: bytes) -> Iterator[tuple[bytes, StreamTip]]:
        """The ends of all streams that have entries."""
        statement = f"SELECT stream, {TIP} FROM stream_head WHERE ward = %s ORDER BY stream"  # noqa: S608
        for stream, *row in self._rows(statement, (ward,)):
            yield stream, read_tip(*row)

    def stream_order(self, ward: bytes) -> Iterator[tuple[bytes, Head]]:
        """The heads of all streams, in the order of their first entries."""
        statement = (
            "SELECT s.stream, s.sseq, s.head FROM entry e JOIN stream_head s ON s.ward = e.ward "
            "AND s.stream = e.stream WHERE e.ward = %s AND e.sseq = 1 ORDER BY e.wseq"
        )
        for stream, sseq, head in self._rows(statement, (ward,)):
            yield stream, Head(sseq, head)

    def tree_nodes(self, ward: bytes, level: int, first: int, count: int) -> Sequence[bytes]:
        """Kept nodes of the ward's tree."""
        statement = "SELECT hash FROM tree_node WHERE ward = %s AND level = %s AND place >= %s AND place < %s ORDER BY place"
        return [node for (node,) in self._rows(statement, (ward, level, first, first + count))]

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
        yield from self._rows(statement, (ward,))

    def join_request(self, ward: bytes, invite: bytes) -> bytes | None:
        """The request that waits under an invite."""
        row = self._row("SELECT request FROM join_request WHERE ward = %s AND invite = %s", ward, invite)
        return None if row is None else bytes(row[0])

    def join_requests(self, ward: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        """All requests that wait: (invite, request, until_ms)."""
        statement = "SELECT invite, request, until_ms FROM join_request WHERE ward = %s ORDER BY invite"
        yield from self._rows(statement, (ward,))

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward. Whoever holds the ward's row keeps it so."""
        row = self._row("SELECT state, address FROM placement WHERE ward = %s", ward)
        return HERE if row is None else Placement(*row)

    def damage(self) -> str:
        """Return what is wrong with the database's files: PostgreSQL's page checksums look at every read."""
        return ""


def _stored(row: Row) -> Stored:
    *entry, record, body, hashes = row
    split = tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return Stored(Entry(*entry), record, body, split)


def read_tip(sseq: int, head: bytes, epoch: int, recipients: bytes, commit: bytes) -> StreamTip:
    """Return a stream's end from its columns."""
    return StreamTip(Head(sseq, head), Epoch(epoch, _recipients.decode(recipients), commit))
