"""The way back from a damaged database: set it aside, begin a new one, keep all that still reads."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from wardclient.storage.cipher import Connection, WrongKeyError, connect
from wardclient.storage.home import Home
from wardclient.storage.journal import JournalEntry, salvage
from wardclient.storage.log_store import SqlStore

REBUILD_KEY = "rebuild"
CARRIED_KEYS = ("identity", "device", "ward", "team", "ward_key", "clock", "hlc")
"""Small values that are taken over from a database that still gives them."""
CARRIED_TABLES = ("quarantine", "intent", "form_draft", "audit", "numbering")
"""What the central service cannot give back and the journal does not hold."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What a rescue brought back. ``torn`` says that the journal could not be read whole."""

    set_aside: Path
    drafts: Sequence[JournalEntry]
    torn: bool


def rescue(home: Home, key: bytes) -> Rescue:
    """Set a damaged database aside, begin a new one, and keep what can still be read.

    Unsent work comes from the journal and from the damaged database, and stands in the tray,
    readable and never sent by itself; waiting control acts, forms being typed and the log of access
    are taken over as far as they read. The new database is marked for a rebuild from the central
    service. Without an identity the PC must be enrolled again. Nothing is deleted, and a kill at
    any moment leaves either the damaged database or the finished new one.
    """
    for name in (
        home.coming,
        *(home.coming.with_name(f"{home.coming.name}-{end}") for end in ("wal", "shm")),
    ):
        name.unlink(missing_ok=True)
    found = salvage(home.journal, key)
    store = SqlStore(connect(home.coming, key))
    try:
        drafts = _fill(store, _opened(home, key), {(e.stream, e.n): e for e in found.entries})
    finally:
        store.close()
    aside = home.set_aside()
    home.coming.replace(home.database)
    return Rescue(aside, drafts, found.torn)


def _opened(home: Home, key: bytes) -> Connection | None:
    with suppress(WrongKeyError, OSError):
        return connect(home.database, key, read_only=True)
    return None


def _fill(
    store: SqlStore, damaged: Connection | None, salvaged: dict[tuple[bytes, int], JournalEntry]
) -> tuple[JournalEntry, ...]:
    """Write what was salvaged into the new database; return the unsent work."""
    with store.transaction():
        if damaged is not None:
            try:
                _carry(store, damaged, salvaged)
            finally:
                damaged.close()
        store.put(REBUILD_KEY, b"1")
        entries = tuple(salvaged.values())
        store.connection.executemany(
            "INSERT OR IGNORE INTO quarantine (stream, n, event, reason, at_ms) VALUES (?, ?, ?, 'rolled_back', ?)",
            [(entry.stream, entry.n, entry.event, entry.created_ms) for entry in entries],
        )
        # A number names an event for ever: new work goes on after all that was salvaged.
        store.connection.executemany(
            "INSERT INTO numbering VALUES (?, ?) ON CONFLICT (stream) DO UPDATE"
            " SET last_n = max(last_n, excluded.last_n)",
            [(entry.stream, entry.n) for entry in entries],
        )
    return entries


def _carry(store: SqlStore, damaged: Connection, salvaged: dict[tuple[bytes, int], JournalEntry]) -> None:
    for key, value in _rows(damaged, "SELECT key, value FROM meta"):
        if key in CARRIED_KEYS:
            store.put(key, value)
    for row in _rows(damaged, "SELECT stream, n, event, cas, created_ms FROM draft"):
        entry = JournalEntry(row[0], row[1], row[2], bool(row[3]), row[4])
        salvaged.setdefault((entry.stream, entry.n), entry)
    for table in CARRIED_TABLES:
        for row in _rows(damaged, f"SELECT * FROM {table}"):  # noqa: S608  # constants
            marks = ", ".join("?" * len(row))
            store.connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608


def _rows(damaged: Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows until the damage."""
    with suppress(sqlcipher.DatabaseError):
        yield from damaged.execute(sql)
