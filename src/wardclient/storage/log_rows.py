"""The tables of the log as they are asked for: one statement a question. No meaning, no reducing."""

from collections.abc import Iterator, Sequence

from wardclient.storage.cipher import Connection
from wardclient.sync.ports import (
    Draft,
    Intent,
    Quarantined,
    Sealed,
    StoredControl,
    Verdict,
)
from wardproto.admission import Epoch
from wardproto.records import Entry, Head, Recipient
from wardproto.wire import NO_HASH, decode, encode


class LogRows:
    """The half of the store that only keeps and finds. Writes are made inside the store's transactions."""

    connection: Connection

    # --- small values ---------------------------------------------------------------

    def get(self, key: str) -> bytes | None:
        """Return a small value."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else bytes(row[0])

    def put(self, key: str, value: bytes) -> None:
        """Keep a small value."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # --- control plane ----------------------------------------------------------------

    def add_control(self, control: StoredControl) -> None:
        """Append a control record."""
        self.connection.execute(
            "INSERT INTO control VALUES (?, ?, ?, ?, ?)",
            (control.sseq, control.wire, encode(control.wrap_hashes), control.recv_ms, control.hash),
        )

    def controls(self) -> Iterator[StoredControl]:
        """Return all control records in order."""
        for sseq, wire, hashes, recv_ms, name in self.connection.execute(
            "SELECT * FROM control ORDER BY sseq"
        ):
            yield StoredControl(sseq, wire, decode(hashes, tuple[bytes, ...]), recv_ms, name)

    def control_hash_at(self, sseq: int) -> bytes | None:
        """Return the hash of a control record."""
        row = self._one("SELECT hash FROM control WHERE sseq = ?", sseq)
        return None if row is None else bytes(row[0])

    # --- streams ------------------------------------------------------------------------

    def stream_head(self, stream: bytes) -> Head:
        """Return the last entry applied here."""
        row = self._one("SELECT sseq, head FROM stream WHERE stream = ?", stream)
        return Head() if row is None else Head(row[0], bytes(row[1]))

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """Return the head at ``sseq``."""
        if sseq == 0:
            return NO_HASH
        row = self._one("SELECT head FROM entry WHERE stream = ? AND sseq = ?", stream, sseq)
        return None if row is None else bytes(row[0])

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """Return the last accepted block of a device in a stream."""
        row = self._one("SELECT bseq, hash FROM device_head WHERE stream = ? AND device = ?", stream, device)
        return (0, NO_HASH) if row is None else (row[0], bytes(row[1]))

    def epoch(self, stream: bytes) -> Epoch:
        """Return the epoch in force."""
        row = self._one("SELECT epoch, recipients, commitment FROM stream WHERE stream = ?", stream)
        if row is None or row[0] == 0:
            return Epoch()
        return Epoch(row[0], decode(row[1], tuple[Recipient, ...]), bytes(row[2]))

    def set_epoch(self, stream: bytes, epoch: Epoch) -> None:
        """Note that an epoch began."""
        self.connection.execute(
            "INSERT INTO stream (stream, epoch, recipients, commitment) VALUES (?, ?, ?, ?) ON CONFLICT (stream)"
            " DO UPDATE SET epoch = excluded.epoch, recipients = excluded.recipients,"
            " commitment = excluded.commitment",
            (stream, epoch.number, encode(epoch.recipients), epoch.commit),
        )

    def append(
        self, entry: Entry, record: bytes, body: bytes, verdict: Verdict, device: bytes, bseq: int
    ) -> None:
        """Store an entry and move the heads."""
        self.connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.wseq,
                entry.stream,
                entry.sseq,
                entry.hash,
                entry.recv_ms,
                entry.head,
                record,
                body,
                verdict,
            ),
        )
        self.connection.execute(
            "INSERT INTO stream (stream, sseq, head) VALUES (?, ?, ?) ON CONFLICT (stream)"
            " DO UPDATE SET sseq = excluded.sseq, head = excluded.head",
            (entry.stream, entry.sseq, entry.head),
        )
        if device:
            self.connection.execute(
                "INSERT INTO device_head VALUES (?, ?, ?, ?) ON CONFLICT (stream, device)"
                " DO UPDATE SET bseq = excluded.bseq, hash = excluded.hash",
                (entry.stream, device, bseq, entry.hash),
            )

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries after a wseq."""
        rows = self.connection.execute(
            "SELECT wseq, sseq, stream, hash, recv_ms, head FROM entry WHERE wseq > ? ORDER BY wseq LIMIT ?",
            (after, limit),
        )
        return [Entry(*row) for row in rows]

    def last_entry(self) -> Entry | None:
        """Return the newest entry."""
        row = self._one(
            "SELECT wseq, sseq, stream, hash, recv_ms, head FROM entry ORDER BY wseq DESC LIMIT 1"
        )
        return None if row is None else Entry(*row)

    def stream_order(self) -> Iterator[tuple[bytes, Head]]:
        """Return the heads of all streams, in the order of their first entries."""
        rows = self.connection.execute(
            "SELECT s.stream, s.sseq, s.head FROM entry e JOIN stream s ON s.stream = e.stream"
            " WHERE e.sseq = 1 ORDER BY e.wseq"
        )
        for stream, sseq, head in rows:
            yield stream, Head(sseq, head)

    def add_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree."""
        if nodes:
            self.connection.executemany("INSERT OR REPLACE INTO tree_node VALUES (?, ?, ?)", nodes)

    def tree_nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Return kept nodes of a level."""
        rows = self.connection.execute(
            "SELECT hash FROM tree_node WHERE level = ? AND place >= ? AND place < ? ORDER BY place",
            (level, first, first + count),
        )
        return [row[0] for row in rows]

    def unopened(self, stream: bytes) -> Sequence[tuple[Entry, bytes, bytes]]:
        """Return entries whose key was missing."""
        rows = self.connection.execute(
            "SELECT wseq, sseq, stream, hash, recv_ms, head, record, body FROM entry"
            " WHERE stream = ? AND verdict = 'unreadable' AND body <> x'' ORDER BY sseq",
            (stream,),
        )
        return [(Entry(*row[:6]), row[6], row[7]) for row in rows]

    def opened(self, wseqs: Sequence[int]) -> None:
        """Note that these entries were opened after all."""
        self.connection.executemany(
            "UPDATE entry SET verdict = 'ok', body = x'' WHERE wseq = ?", [(w,) for w in wseqs]
        )

    # --- keys --------------------------------------------------------------------------

    def team_key(self, team: str, gen: int) -> bytes | None:
        """Return the secret of a team generation."""
        row = self._one("SELECT secret FROM team_key WHERE team = ? AND gen = ?", team, gen)
        return None if row is None else bytes(row[0])

    def put_team_key(self, team: str, gen: int, secret: bytes) -> None:
        """Keep the secret of a team generation."""
        self.connection.execute("INSERT OR REPLACE INTO team_key VALUES (?, ?, ?)", (team, gen, secret))

    def stream_key(self, stream: bytes, epoch: int) -> bytes | None:
        """Return an epoch key."""
        row = self._one("SELECT key FROM stream_key WHERE stream = ? AND epoch = ?", stream, epoch)
        return None if row is None else bytes(row[0])

    def put_stream_key(self, stream: bytes, epoch: int, key: bytes) -> None:
        """Keep an epoch key."""
        self.connection.execute("INSERT OR REPLACE INTO stream_key VALUES (?, ?, ?)", (stream, epoch, key))

    # --- intents and incidents ------------------------------------------------------------

    def add_intent(self, kind: str, payload: bytes, *, urgent: bool, created_ms: int) -> int:
        """Keep a control act to be done."""
        cursor = self.connection.execute(
            "INSERT INTO intent (kind, payload, urgent, created_ms) VALUES (?, ?, ?, ?)",
            (kind, payload, urgent, created_ms),
        )
        return int(cursor.lastrowid)

    def intents(self) -> Sequence[Intent]:
        """Return open intents, urgent first."""
        rows = self.connection.execute(
            "SELECT id, kind, payload, urgent, created_ms FROM intent WHERE refusal = '' ORDER BY urgent DESC, id"
        )
        return [Intent(i, kind, payload, bool(urgent), created) for i, kind, payload, urgent, created in rows]

    def done_intent(self, intent_id: int) -> None:
        """Forget an act that is accepted or pointless."""
        self.connection.execute("DELETE FROM intent WHERE id = ?", (intent_id,))

    def set_refusal(self, intent_id: int, code: str) -> None:
        """Note why an act was not accepted."""
        self.connection.execute("UPDATE intent SET refusal = ? WHERE id = ?", (code, intent_id))

    def incident(self, kind: str, wseq: int, detail: bytes, at_ms: int) -> None:
        """Keep evidence; the same incident at the same place is kept once."""
        if (
            self._one("SELECT 1 FROM incident WHERE kind = ? AND wseq = ? AND detail = ?", kind, wseq, detail)
            is None
        ):
            self.connection.execute(
                "INSERT INTO incident (kind, wseq, detail, at_ms) VALUES (?, ?, ?, ?)",
                (kind, wseq, detail, at_ms),
            )

    # --- unsent work as it stands

    def next_n(self, stream: bytes) -> int:
        """Return the number of the next event; numbers are never used twice."""
        row = self._one("SELECT last_n FROM numbering WHERE stream = ?", stream)
        return 1 if row is None else int(row[0]) + 1

    def last_n(self, stream: bytes, author: bytes) -> int:
        """Return the highest number among a device's accepted or adopted events."""
        place = (stream, author)
        row = self._one(
            "SELECT max(coalesce((SELECT max(n) FROM event WHERE stream = ? AND device = ?), 0),"
            " coalesce((SELECT max(n) FROM adopted WHERE stream = ? AND device = ?), 0))",
            *place,
            *place,
        )
        return 0 if row is None else int(row[0])

    def drafts(self, stream: bytes) -> Sequence[Draft]:
        """Return the drafts of a stream by number."""
        rows = self.connection.execute(
            "SELECT stream, n, event, cas, created_ms FROM draft WHERE stream = ? ORDER BY n", (stream,)
        )
        return [Draft(s, n, event, bool(cas), created) for s, n, event, cas, created in rows]

    def outbox_streams(self) -> Sequence[bytes]:
        """Return streams with unsent work, oldest first."""
        rows = self.connection.execute(
            "SELECT stream FROM draft GROUP BY stream ORDER BY min(created_ms), stream"
        )
        return [bytes(row[0]) for row in rows]

    def unsent(self) -> tuple[int, int | None]:
        """Return how many drafts there are and when the oldest was made."""
        count, oldest = self.connection.execute("SELECT count(*), min(created_ms) FROM draft").fetchone()
        return count, oldest

    def sealed(self, stream: bytes) -> Sealed | None:
        """Return the unanswered block of a stream."""
        row = self._one("SELECT * FROM sealed WHERE stream = ?", stream)
        if row is None:
            return None
        name, block, envelope, body, wraps, first, last, attempt = row
        return Sealed(name, block, envelope, body, decode(wraps, tuple[bytes, ...]), first, last, attempt)

    def put_sealed(self, sealed: Sealed) -> None:
        """Keep the sealed block."""
        self.connection.execute(
            "INSERT OR REPLACE INTO sealed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sealed.stream,
                sealed.hash,
                sealed.envelope,
                sealed.body,
                encode(sealed.wraps),
                sealed.first_n,
                sealed.last_n,
                sealed.attempt,
            ),
        )

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the tray, oldest first."""
        rows = self.connection.execute(
            "SELECT stream, n, event, reason, at_ms FROM quarantine ORDER BY at_ms, stream, n"
        )
        return [Quarantined(*row) for row in rows]

    def _one(self, sql: str, *values: object) -> "tuple | None":  # type: ignore[type-arg]
        return self.connection.execute(sql, values).fetchone()  # type: ignore[no-any-return]
