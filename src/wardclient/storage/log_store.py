"""`sync.ports.Store` in plain SQL over SQLCipher: the log, the outbox, and what is made of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from wardclient.ledger import reduce
from wardclient.ledger.reduce import Changes
from wardclient.ledger.registers import Members, Register
from wardclient.storage.cipher import Connection
from wardclient.storage.faults import storage_faults
from wardclient.storage.journal import Journal, JournalEntry
from wardclient.storage.projection import Projection
from wardclient.storage.reading import Reading
from wardclient.storage.schema import prepare
from wardclient.storage.state import SqlState
from wardclient.sync.ports import (
    Draft,
    Intent,
    OpenedEvent,
    Quarantined,
    QuarantineReason,
    Sealed,
    StoredControl,
    Verdict,
)
from wardproto.admission import Epoch
from wardproto.records import Entry, Head, Recipient
from wardproto.wire import NO_HASH, decode, encode

DEVICE_KEY = "device"
"""The meta key under which the core keeps this device's id."""


class SqlStore(Reading):
    """One staff member's database. All calls come from one thread at a time (the write lane)."""

    def __init__(self, connection: Connection, journal: Journal | None = None) -> None:
        """Prepare the tables. Without a journal (benches, rescue) drafts are in the database only."""
        with storage_faults():
            prepare(connection)
        self.connection = connection
        self._journal = journal
        self._state = SqlState(connection)
        self._projection = Projection(connection, self._state)
        self._depth = 0
        self._drained = False
        self._shredded = False
        self._spoilt = False

    # --- transactions -------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; inside another it is part of it.

        Once an inner one has failed, the outer one cannot commit any more: it ends in RuntimeError
        when its caller swallows the exception.
        """
        if self._depth:
            self._depth += 1
            try:
                yield
            except BaseException:
                self._spoilt = True
                raise
            finally:
                self._depth -= 1
            return
        with storage_faults():
            self.connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        self._drained = self._shredded = self._spoilt = False
        try:
            with storage_faults():
                yield
                self._refuse_half()
                self._projection.flush()
                if self._journal is not None:
                    self._journal.flush()
                self.connection.execute("COMMIT")
        except BaseException:
            self._undo()
            raise
        finally:
            self._depth = 0
        if self._journal is not None:
            self._journal.committed()
            if self._drained and not self._one("SELECT 1 FROM draft LIMIT 1"):
                self._journal.clear()
            elif self._shredded:
                self.tidy_journal()

    def _refuse_half(self) -> None:
        if self._spoilt:
            raise RuntimeError("a part of this transaction failed")

    def tidy_journal(self) -> None:
        """Let the journal hold the drafts of this database, and what it never heard of, and no more.

        The latter is work of a database that was put back in time, or that a kill came before. A full
        disk leaves the journal as it is, without its torn end.
        """
        if self._journal is None:
            return
        held = self._journal.read()
        wanted = {(e.stream, e.n): e for e in held.entries if e.n >= self.next_n(e.stream)}
        for row in self.connection.execute("SELECT stream, n, event, cas, created_ms FROM draft"):
            entry = JournalEntry(row[0], row[1], row[2], bool(row[3]), row[4])
            wanted[entry.stream, entry.n] = entry
        if held.torn or {(e.stream, e.n): e for e in held.entries} != wanted:
            try:
                self._journal.replace(tuple(wanted.values()))
            except OSError:
                self._journal.cut(held.length)

    def _undo(self) -> None:
        self._state.forget()
        self._projection.forget()
        if self._journal is not None:
            self._journal.forget_pending()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the database and the journal."""
        self.connection.close()
        if self._journal is not None:
            self._journal.close()

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
        self.connection.executemany("UPDATE entry SET verdict = 'ok' WHERE wseq = ?", [(w,) for w in wseqs])

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

    # --- events ------------------------------------------------------------------------

    def apply(self, events: Sequence[OpenedEvent]) -> None:
        """Reduce accepted events, in order, and note what is to be projected."""
        mine = self._own_device()
        changes = Changes()
        self._state.note_empty({event.stream for event in events})
        rows = []
        for each in events:
            known = each.author == mine and self._is_draft(each.stream, each.n)
            step = reduce.received if known else reduce.apply
            decoded = each.decoded or reduce.decode_event(each.event)
            step(self._state, changes, each.stream, each.author, decoded, each.recv_ms)
            rows.append((each.stream, each.author, each.n, each.event, each.recv_ms, each.wseq))
        self.connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)", rows)
        own = [(each.stream, each.n) for each in events if each.author == mine]
        self._number(own)
        # Salvaged work that had arrived after all is no longer in the tray.
        self.connection.executemany(
            "DELETE FROM quarantine WHERE stream = ? AND n = ? AND event = ?",
            [(each.stream, each.n, each.event) for each in events if each.author == mine],
        )
        self._save(changes, {(e.stream, e.author, e.n) for e in events})

    def shred(self, stream: bytes) -> None:
        """Delete keys, bodies, events, read models and index rows of a stream."""
        self._projection.leave(stream)
        for table in ("stream_key", "event", "adopted", "register", "member_set", "fact", "draft", "sealed"):
            self.connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608  # constants
        self.connection.execute("UPDATE entry SET record = x'', body = x'' WHERE stream = ?", (stream,))
        self._state.forget()
        self._drained = self._shredded = True

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

    # --- own work -----------------------------------------------------------------------

    def next_n(self, stream: bytes) -> int:
        """Return the number of the next event; numbers are never used twice."""
        row = self._one("SELECT last_n FROM numbering WHERE stream = ?", stream)
        return 1 if row is None else int(row[0]) + 1

    def add_draft(self, draft: Draft) -> None:
        """Keep a draft, journal it, and apply it to what this PC shows."""
        if self._journal is not None:
            self._journal.add(JournalEntry(draft.stream, draft.n, draft.event, draft.cas, draft.created_ms))
        changes = Changes()
        decoded = reduce.decode_event(draft.event)
        reduce.apply(self._state, changes, draft.stream, self._own_device(), decoded, None)
        self.connection.execute(
            "INSERT INTO draft VALUES (?, ?, ?, ?, ?)",
            (draft.stream, draft.n, draft.event, draft.cas, draft.created_ms),
        )
        self._number([(draft.stream, draft.n)])
        self._save(changes, {(draft.stream, self._own_device(), draft.n)})

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

    def clear_sealed(self, stream: bytes, accepted: bool) -> None:  # noqa: FBT001
        """Forget the sealed block; accepted, its drafts are done."""
        if accepted:
            self.connection.execute(
                "DELETE FROM draft WHERE stream = ? AND n <= (SELECT last_n FROM sealed WHERE stream = ?)",
                (stream, stream),
            )
            self._projection.touch_stream(stream)
            self._drained = True
        self.connection.execute("DELETE FROM sealed WHERE stream = ?", (stream,))

    def quarantine(
        self, stream: bytes, reason: QuarantineReason, at_ms: int, last_n: int | None = None
    ) -> int:
        """Move unsent work to the tray and undo what it did to the state."""
        moved = [d for d in self.drafts(stream) if last_n is None or d.n <= last_n]
        case_id = self.case_of_stream(stream)
        row = self._one("SELECT name FROM case_row WHERE case_id = ?", case_id)
        name = row[0] if row is not None else ""
        self.connection.executemany(
            "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(d.stream, d.n, d.event, reason, at_ms, name, case_id) for d in moved],
        )
        self.connection.executemany(
            "DELETE FROM draft WHERE stream = ? AND n = ?", [(d.stream, d.n) for d in moved]
        )
        self.connection.execute("DELETE FROM sealed WHERE stream = ?", (stream,))
        if moved:
            self._reduce_again(stream)
        self._drained = True
        return len(moved)

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the tray, oldest first."""
        rows = self.connection.execute(
            "SELECT stream, n, event, reason, at_ms FROM quarantine ORDER BY at_ms, stream, n"
        )
        return [Quarantined(*row) for row in rows]

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

    # --- parts ---------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Make registers, read models and index anew from the stored events and drafts."""
        with self.transaction():
            self._projection.drop()
            self._state.forget()
            streams = [
                r[0]
                for r in self.connection.execute("SELECT stream FROM event UNION SELECT stream FROM draft")
            ]
            self.connection.execute("DELETE FROM adopted")
            for stream in streams:
                self._replay(bytes(stream))
            self._projection.flush(index=True)

    def _reduce_again(self, stream: bytes) -> None:
        """Reduce one stream from its accepted events and the drafts that stay."""
        for table in ("register", "member_set", "fact", "adopted"):
            self.connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608  # constants
        self._state.forget()
        self._projection.touch_stream(stream)
        self._replay(stream)

    def _replay(self, stream: bytes) -> None:
        changes = Changes()
        nothing = _Blank()
        mine = self._own_device()
        rows = self.connection.execute(
            "SELECT device, n, event, recv_ms FROM event WHERE stream = ? ORDER BY wseq, device, n", (stream,)
        )
        names = set()
        for device, n, event, recv_ms in rows:
            reduce.apply(nothing, changes, stream, device, reduce.decode_event(event), recv_ms)
            names.add((stream, device, n))
        for draft in self.drafts(stream):
            reduce.apply(nothing, changes, stream, mine, reduce.decode_event(draft.event), None)
            names.add((stream, mine, draft.n))
        self._save(changes, names)

    def _save(self, changes: Changes, named: set[tuple[bytes, bytes, int]]) -> None:
        self._state.save(changes)
        adopted = changes.applied - named
        if adopted:
            self.connection.executemany("INSERT OR IGNORE INTO adopted VALUES (?, ?, ?)", sorted(adopted))
        self._projection.touch(changes.touched())

    def _number(self, used: Sequence[tuple[bytes, int]]) -> None:
        self.connection.executemany(
            "INSERT INTO numbering VALUES (?, ?) ON CONFLICT (stream) DO UPDATE SET last_n = max(last_n, excluded.last_n)",
            used,
        )

    def _is_draft(self, stream: bytes, n: int) -> bool:
        return self._one("SELECT 1 FROM draft WHERE stream = ? AND n = ?", stream, n) is not None

    def _own_device(self) -> bytes:
        if not self._state.own_device:
            self._state.own_device = self.get(DEVICE_KEY) or b""
        return self._state.own_device

    def _one(self, sql: str, *values: object) -> "tuple | None":  # type: ignore[type-arg]
        return self.connection.execute(sql, values).fetchone()  # type: ignore[no-any-return]


class _Blank:
    """Nothing known yet: a replay holds all it needs in its changes."""

    def register(self, _: reduce.Place) -> Register:
        """Return an empty register."""
        return Register()

    def members(self, _: reduce.Place) -> Members:
        """Return an empty set."""
        return Members()

    def applied(self, _: reduce.EventId) -> bool:
        """Return that nothing was applied."""
        return False
