"""The store in one SQLite file (WAL, synchronous=FULL): a receipt stands for bytes on the disk."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wardcentral.gathering import Gathering
from wardcentral.inserts import WARD_TABLES
from wardcentral.placement import HERE, Placement
from wardcentral.sqlite_schema import migrate
from wardcentral.store import DeviceTip, Stored, StreamTip, Wanted, WardHead
from wardproto.admission import Epoch
from wardproto.records import Entry, Head, Recipient
from wardproto.wire import CONTROL_STREAM, HASH_BYTES

BUSY_SECONDS = 10.0
MOST_NAMES = 200
"""Names that one query asks for."""
_ENTRY = "e.wseq, e.sseq, e.stream, e.hash, e.recv_ms, e.head"
_STORED = f"{_ENTRY}, b.record, b.body, b.wrap_hashes"
_JOINED = f"SELECT {_STORED} FROM entry e JOIN block b ON b.ward = e.ward AND b.wseq = e.wseq"  # noqa: S608
_TIP = "sseq, head, epoch, recipients, key_commit"
_recipients = msgspec.msgpack.Decoder(tuple[Recipient, ...])


class SqliteReader:
    """Committed records, over a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open for reading; sqlite3.Error where the file is no database or is not there."""
        # A connection may be closed by another thread than the one that used it, never used by two at once.
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        self._db.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _run(self, sql: str, values: Sequence[bytes | int]) -> sqlite3.Cursor:
        """Run a query."""
        return self._db.execute(sql, values)

    def wards(self) -> Sequence[bytes]:
        """All wards, sorted."""
        return [ward for (ward,) in self._run("SELECT ward FROM ward_head ORDER BY ward", ())]

    def sizes(self, wards: Sequence[bytes]) -> Mapping[bytes, int]:
        """The last wseq of each of these wards that is served here."""
        sql = (
            "SELECT h.wseq FROM ward_head h WHERE h.ward = ? "
            "AND NOT EXISTS (SELECT 1 FROM placement p WHERE p.ward = h.ward AND p.state = 'moved')"
        )
        found = ((ward, self._run(sql, (ward,)).fetchone()) for ward in wards)
        return {ward: row[0] for ward, row in found if row is not None}

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log."""
        sql = "SELECT wseq, recv_ms, root, heads FROM ward_head WHERE ward = ?"
        row = self._run(sql, (ward,)).fetchone()
        return None if row is None else WardHead.read(*row)

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a block or control record."""
        return self._entry("e.hash = ?", ward, record_hash)

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream."""
        return self._entry("e.stream = ? AND e.sseq = ?", ward, stream, sseq)

    def _entry(self, where: str, ward: bytes, *values: bytes | int) -> Entry | None:
        sql = f"SELECT {_ENTRY} FROM entry e WHERE e.ward = ? AND {where}"  # noqa: S608
        row = self._run(sql, (ward, *values)).fetchone()
        return None if row is None else Entry(*row)

    def entries(self, ward: bytes, after: int, limit: int) -> Sequence[Entry]:
        """Up to ``limit`` entries after a wseq."""
        sql = f"SELECT {_ENTRY} FROM entry e WHERE e.ward = ? AND e.wseq > ? ORDER BY e.wseq LIMIT ?"  # noqa: S608
        return [Entry(*row) for row in self._run(sql, (ward, after, limit))]

    def records(self, ward: bytes, after: int) -> Iterator[Stored]:
        """All records after a wseq."""
        sql = f"{_JOINED} WHERE e.ward = ? AND e.wseq > ? ORDER BY e.wseq"
        return self._stored(sql, (ward, after))

    def record(self, ward: bytes, wseq: int) -> Stored | None:
        """One record."""
        return next(self._stored(f"{_JOINED} WHERE e.ward = ? AND e.wseq = ?", (ward, wseq)), None)

    def controls(self, ward: bytes, after: int = 0) -> Iterator[Stored]:
        """The control records after an sseq, in order."""
        sql = f"{_JOINED} WHERE e.ward = ? AND e.stream = ? AND e.sseq > ? ORDER BY e.sseq"
        return self._stored(sql, (ward, CONTROL_STREAM, after))

    def _stored(self, sql: str, values: tuple[bytes | int, ...]) -> Iterator[Stored]:
        cursor = self._run(sql, values)
        try:
            for *entry, record, body, hashes in cursor:
                yield Stored(Entry(*entry), record, body, _split(hashes))
        finally:
            cursor.close()

    def wraps(self, ward: bytes, wseq: int) -> tuple[bytes, ...]:
        """The wraps of one record."""
        sql = "SELECT wrap FROM keybox WHERE ward = ? AND wseq = ? ORDER BY place"
        return tuple(wrap for (wrap,) in self._run(sql, (ward, wseq)))

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream."""
        sql = (
            "SELECT sseq, head, epoch, recipients, key_commit FROM stream_head WHERE ward = ? AND stream = ?"
        )
        row = self._run(sql, (ward, stream)).fetchone()
        return StreamTip() if row is None else _tip(*row)

    def stream_tips(self, ward: bytes) -> Iterator[tuple[bytes, StreamTip]]:
        """The ends of all streams that have entries."""
        sql = f"SELECT stream, {_TIP} FROM stream_head WHERE ward = ? ORDER BY stream"  # noqa: S608
        for stream, *row in self._run(sql, (ward,)):
            yield stream, _tip(*row)

    def stream_order(self, ward: bytes) -> Iterator[tuple[bytes, Head]]:
        """The heads of all streams, in the order of their first entries."""
        sql = (
            "SELECT s.stream, s.sseq, s.head FROM entry e JOIN stream_head s ON s.ward = e.ward "
            "AND s.stream = e.stream WHERE e.ward = ? AND e.sseq = 1 ORDER BY e.wseq"
        )
        for stream, sseq, head in self._run(sql, (ward,)):
            yield stream, Head(sseq, head)

    def tree_nodes(self, ward: bytes, level: int, first: int, count: int) -> Sequence[bytes]:
        """Kept nodes of the ward's tree."""
        sql = "SELECT hash FROM tree_node WHERE ward = ? AND level = ? AND place >= ? AND place < ? ORDER BY place"
        return [node for (node,) in self._run(sql, (ward, level, first, first + count))]

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last (bseq, block hash) of a device in a stream."""
        sql = "SELECT bseq, hash FROM device_head WHERE ward = ? AND stream = ? AND device = ?"
        row = self._run(sql, (ward, stream, device)).fetchone()
        return (0, b"") if row is None else (row[0], row[1])

    def device_tips(self, ward: bytes) -> Iterator[tuple[bytes, DeviceTip]]:
        """All (stream, tip)."""
        sql = "SELECT stream, device, bseq, hash FROM device_head WHERE ward = ? ORDER BY stream, device"
        for stream, *row in self._run(sql, (ward,)):
            yield stream, DeviceTip(*row)

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The signed refusal of a record that was definitely refused."""
        return self._value("SELECT answer FROM refusal WHERE ward = ? AND hash = ?", ward, record_hash)

    def join_request(self, ward: bytes, invite: bytes) -> bytes | None:
        """The request that waits under an invite."""
        return self._value("SELECT request FROM join_request WHERE ward = ? AND invite = ?", ward, invite)

    def refusals(self, ward: bytes) -> Iterator[tuple[bytes, str, bytes]]:
        """All definite refusals."""
        yield from self._run("SELECT hash, code, answer FROM refusal WHERE ward = ? ORDER BY hash", (ward,))

    def join_requests(self, ward: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        """All requests that wait."""
        sql = "SELECT invite, request, until_ms FROM join_request WHERE ward = ? ORDER BY invite"
        yield from self._run(sql, (ward,))

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward. A transaction here is alone in writing, so the answer holds."""
        row = self._run("SELECT state, address FROM placement WHERE ward = ?", (ward,)).fetchone()
        return HERE if row is None else Placement(*row)

    def _value(self, sql: str, ward: bytes, key: bytes) -> bytes | None:
        row = self._run(sql, (ward, key)).fetchone()
        return None if row is None else bytes(row[0])

    def damage(self) -> str:
        """Return what SQLite finds wrong with the file; empty when nothing."""
        row = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        return "" if row[0] == "ok" else "integrity_check"


class SqliteStore(Gathering, SqliteReader):
    """The one writing connection."""

    def __init__(self, path: Path) -> None:
        """Open for writing, make or migrate the tables."""
        Gathering.__init__(self)
        self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            migrate(self._db)
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; on the disk when the block is left."""
        self._db.execute("BEGIN IMMEDIATE")
        self._gathering = True
        try:
            yield
            self._flush()
            self._db.execute("COMMIT")
        except BaseException:
            # After some errors (a full disk) SQLite has rolled back by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        finally:
            self._gathering = False
            self._added.clear()
            self._forget()

    def lock(self, wards: Sequence[bytes], wanted: Sequence[Wanted] = ()) -> None:
        """Read what is ``wanted``; there is nothing to lock, a transaction is alone in writing."""
        self._flush()
        names: dict[bytes, set[bytes]] = {ward: set() for ward in wards}
        for want in wanted:
            names.setdefault(want.ward, set()).update(want.names)
        for ward, asked in names.items():
            several = sorted(asked)
            for at in range(0, len(several), MOST_NAMES):
                self._look_for(ward, several[at : at + MOST_NAMES])

    def _look_for(self, ward: bytes, names: Sequence[bytes]) -> None:
        """Read the entries and refusals of these names; those that have neither are known to be absent."""
        marks = ", ".join("?" * len(names))
        for row in self._db.execute(
            f"SELECT {_ENTRY} FROM entry e WHERE e.ward = ? AND e.hash IN ({marks})",  # noqa: S608
            (ward, *names),
        ):
            entry = Entry(*row)
            self._entries[ward, entry.hash] = entry
        for name, answer in self._db.execute(
            f"SELECT hash, answer FROM refusal WHERE ward = ? AND hash IN ({marks})",  # noqa: S608
            (ward, *names),
        ):
            self._refusals[ward, name] = answer
        self._absent.update((ward, name) for name in names)

    def _run(self, sql: str, values: Sequence[bytes | int]) -> sqlite3.Cursor:
        if not self._peeking:
            self._flush()
        return super()._run(sql, values)

    def _flush(self) -> None:
        """Write what was added, so that a query sees it."""
        added, self._added = self._added, {}
        for insert, rows in added.items():
            marks = ", ".join("?" * len(insert.types))
            self._db.executemany(
                f"INSERT INTO {insert.table} VALUES ({marks}) {insert.conflict}",  # noqa: S608
                rows.values(),
            )

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log, with what this transaction added."""
        return self._ward_head(ward, super().ward_head)

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward. A transaction here is alone in writing, so the answer holds."""
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
        """Say what this cell does with a ward."""
        self._place(ward, placement)

    def drop_ward(self, ward: bytes) -> None:
        """Remove all of a ward."""
        self._flush()
        for table in WARD_TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE ward = ?", (ward,))  # noqa: S608
        self._forget()

    def drop_join_requests(self, ward: bytes, invites: Sequence[bytes], before_ms: int) -> None:
        """Forget requests that are answered or too old."""
        self._flush()
        self._db.execute("DELETE FROM join_request WHERE ward = ? AND until_ms <= ?", (ward, before_ms))
        for invite in invites:
            self._db.execute("DELETE FROM join_request WHERE ward = ? AND invite = ?", (ward, invite))


def _tip(sseq: int, head: bytes, epoch: int, recipients: bytes, commit: bytes) -> StreamTip:
    return StreamTip(Head(sseq, head), Epoch(epoch, _recipients.decode(recipients), commit))


def _split(hashes: bytes) -> tuple[bytes, ...]:
    return tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
