"""`sync.ports.Store` in plain SQL over SQLCipher: the log, the outbox, and what is made of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from wardclient.ledger import reduce
from wardclient.ledger.events import Adopt
from wardclient.ledger.reduce import Changes, Decoded
from wardclient.storage.cipher import Connection
from wardclient.storage.cutting import Cutting
from wardclient.storage.faults import storage_faults
from wardclient.storage.journal import Journal, JournalEntry
from wardclient.storage.log_rows import LogRows
from wardclient.storage.projection import Projection
from wardclient.storage.reading import Reading
from wardclient.storage.schema import prepare
from wardclient.storage.state import Blank, SqlState
from wardclient.storage.unreduced import BULK, Unreduced
from wardclient.sync.ports import (
    Draft,
    OpenedEvent,
    QuarantineReason,
)

DEVICE_KEY = "device"
"""The meta key under which the core keeps this device's id."""


class SqlStore(LogRows, Reading, Cutting):
    """One staff member's database. All calls come from one thread at a time (the write lane)."""

    def __init__(self, connection: Connection, journal: Journal | None = None) -> None:
        """Prepare the tables. Without a journal (benches, rescue) drafts are in the database only."""
        with storage_faults():
            prepare(connection)
        self.connection = connection
        self._journal = journal
        self._state = SqlState(connection)
        self._projection = Projection(connection, self._state)
        self._later = Unreduced(connection)
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
                # What cannot be emptied now is tidied at the next start.
                with suppress(OSError):
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
        self._later.forget()
        if self._journal is not None:
            self._journal.forget_pending()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the database and the journal."""
        self.connection.close()
        if self._journal is not None:
            self._journal.close()

    # --- events ------------------------------------------------------------------------

    def apply(self, events: Sequence[OpenedEvent]) -> None:
        """Keep accepted events. They are reduced in order, or, in a bulk, when somebody looks.

        What waits is reduced in steps by `index_pending`.
        """
        decoded = [each.decoded or reduce.decode_event(each.event) for each in events]
        self._put_off(events, decoded)
        waiting = self._later.streams
        soon = [pair for pair in zip(events, decoded, strict=True) if pair[0].stream not in waiting]
        if soon:
            self._reduce(soon)
        # In the order of the key, so that the pages of a bulk are filled one after the other.
        self.connection.executemany(
            "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)",
            ((e.stream, e.author, e.n, e.event, e.recv_ms, e.wseq) for e in sorted(events, key=_place)),
        )
        mine = self._own_device()
        own = [each for each in events if each.author == mine]
        self._number([(each.stream, each.n) for each in own])
        # Salvaged work that had arrived after all is no longer in the tray.
        self.connection.executemany(
            "DELETE FROM quarantine WHERE stream = ? AND n = ? AND event = ?",
            [(each.stream, each.n, each.event) for each in own],
        )

    def _put_off(self, events: Sequence[OpenedEvent], decoded: Sequence[Decoded]) -> None:
        """Note which streams are to be reduced later; never one with an adoption, which `last_n` must know of."""
        if len(events) < BULK and not self._later.streams:
            return
        adopting = {
            each.stream
            for each, read in zip(events, decoded, strict=True)
            for op in read.ops
            if isinstance(op, Adopt)
        }
        for stream in adopting:
            self.settle(stream)
        if len(events) >= BULK:
            self._later.add({each.stream for each in events} - adopting)

    def _reduce(self, events: Sequence[tuple[OpenedEvent, Decoded]]) -> None:
        mine = self._own_device()
        changes = Changes()
        self._state.note_new({each.stream for each, _ in events})
        for each, decoded in events:
            known = each.author == mine and self._is_draft(each.stream, each.n)
            step = reduce.received if known else reduce.apply
            step(self._state, changes, each.stream, each.author, decoded, each.recv_ms)
        self._save(changes, {(e.stream, e.author, e.n) for e, _ in events})

    def shred(self, stream: bytes) -> None:
        """Delete keys, bodies, events, read models and index rows of a stream."""
        self._projection.leave(stream)
        self._later.remove(stream)
        for table in (
            "stream_key",
            "event",
            "adopted",
            "register",
            "member_set",
            "fact",
            "draft",
            "sealed",
            "aside",
        ):
            self.connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608  # constants
        self.connection.execute("UPDATE entry SET record = x'', body = x'' WHERE stream = ?", (stream,))
        self._state.forget()
        self._drained = self._shredded = True

    # --- own work -----------------------------------------------------------------------

    def add_draft(self, draft: Draft) -> None:
        """Keep a draft, journal it, and apply it to what this PC shows."""
        self.settle(draft.stream)
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

    def _keep_draft(self, stream: bytes, n: int, event: bytes, created_ms: int, *, cas: bool = False) -> None:
        """Keep a draft as it stands now; what it makes of the state follows by `reduce_again`."""
        if self._journal is not None:
            self._journal.add(JournalEntry(stream, n, event, cas, created_ms))
        self.connection.execute(
            "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)", (stream, n, event, cas, created_ms)
        )

    def clear_sealed(self, stream: bytes, accepted: bool) -> None:  # noqa: FBT001
        """Forget the sealed block; accepted, its drafts are done."""
        if accepted:
            self.connection.execute(
                "DELETE FROM draft WHERE stream = ? AND n <= (SELECT last_n FROM sealed WHERE stream = ?)",
                (stream, stream),
            )
            self._drained = True
        self.connection.execute("DELETE FROM sealed WHERE stream = ?", (stream,))

    def quarantine(
        self, stream: bytes, reason: QuarantineReason, at_ms: int, last_n: int | None = None
    ) -> int:
        """Move unsent work to the tray and undo what it did to the state."""
        self.settle(stream)
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

    # --- parts ---------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Make registers, read models and index anew from the stored events and drafts."""
        with self.transaction():
            self._projection.drop()
            self._state.forget()
            self._later.forget()
            streams = [
                r[0]
                for r in self.connection.execute("SELECT stream FROM event UNION SELECT stream FROM draft")
            ]
            self.connection.execute("DELETE FROM adopted")
            for stream in streams:
                self._replay(bytes(stream))
            self._projection.flush(index=True)

    def settle(self, stream: bytes | None = None) -> None:
        """Reduce what a bulk left: one stream, or all."""
        waiting = self._later.streams
        due = sorted(waiting) if stream is None else [stream] if stream in waiting else []
        if due:
            self._settle(due)

    def index_pending(self, limit: int = 500) -> int:
        """Reduce and index what a bulk left, in one step of bounded length; return how much is left."""
        with self.transaction():
            due = sorted(self._later.streams)[: max(1, limit // 10)]
            if due:
                self._settle(due)
            return len(self._later.streams) + self._projection.index_pending(limit)

    def _settle(self, streams: Sequence[bytes]) -> None:
        with self.transaction():
            for stream in streams:
                self._reduce_again(stream)
            self._projection.flush()

    def _reduce_again(self, stream: bytes) -> None:
        """Reduce one stream from its accepted events and the drafts that stay."""
        self._later.remove(stream)
        for table in ("register", "member_set", "fact", "adopted"):
            self.connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608  # constants
        self._state.forget()
        self._projection.touch_stream(stream)
        self._replay(stream)

    def _replay(self, stream: bytes) -> None:
        changes = Changes()
        nothing = Blank()
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


def _place(event: OpenedEvent) -> bytes:
    """Return what sorts as the key of the event table does (no tuple: the garbage collector would follow it)."""
    return event.stream + event.author + event.n.to_bytes(8, "big")
