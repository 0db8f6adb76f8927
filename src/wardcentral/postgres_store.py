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

from wardcentral.placement import Placement
from wardcentral.postgres_reader import PostgresReader, Row
from wardcentral.store import DeviceTip, Stored, StreamTip, WardHead
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
_ADD_ENTRY = "INSERT INTO entry VALUES (%s, %s, %s, %s, %s, %s, %s)"
_ADD_BLOCK = "INSERT INTO block VALUES (%s, %s, %s, %s, %s)"
_ADD_WRAP = "INSERT INTO keybox VALUES (%s, %s, %s, %s)"
_ADD_NODE = "INSERT INTO tree_node VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_ADD_REFUSAL = "INSERT INTO refusal VALUES (%s, %s, %s, %s)"
_SET_HEAD = (
    "INSERT INTO ward_head VALUES (%s, %s, %s, %s, %s) ON CONFLICT (ward) DO UPDATE SET "
    "wseq = excluded.wseq, recv_ms = excluded.recv_ms, root = excluded.root, heads = excluded.heads"
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
            _ADD_ENTRY, ward, entry.wseq, entry.sseq, entry.stream, entry.hash, entry.recv_ms, entry.head
        )
        self._add(_ADD_BLOCK, ward, entry.wseq, stored.record, stored.body, b"".join(stored.wrap_hashes))
        for place, wrap in enumerate(wraps):
            self._add(_ADD_WRAP, ward, entry.wseq, place, wrap)
        self._entries[ward, entry.hash] = entry
        self._places[ward, entry.stream, entry.sseq] = entry
        self.set_end(ward, end)
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

    def add_nodes(self, ward: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree."""
        for node in nodes:
            self._add(_ADD_NODE, ward, *node)

    def set_end(self, ward: bytes, end: WardHead) -> None:
        """Move the end of the ward's log."""
        self._replace(_SET_HEAD, 1, (ward, *end.row()))

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
