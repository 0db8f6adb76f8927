"""Open a home's database: checks first, and a way back when it is damaged."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from wardclient.storage.cipher import Connection, DamagedError, WrongKeyError, connect
from wardclient.storage.home import Home
from wardclient.storage.journal import Journal, JournalEntry, salvage
from wardclient.storage.log_store import SqlStore
from wardclient.storage.schema import READ_MODELS

READ_MODELS_KEY = "read_models"
REBUILD_KEY = "rebuild"
SALVAGED_KEY = "salvaged"
CARRIED = ("identity", "device", "ward", "team", "ward_key", "clock", "hlc")
"""Small values that a rescue takes over from a database that still opens."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What a rescue brought back."""

    set_aside: Path
    drafts: Sequence[JournalEntry]
    torn: bool


def open_store(home: Home, key: bytes) -> SqlStore:
    """Return the store of a home; WrongKeyError, DamagedError.

    A database that exists and does not open under the right key is damaged: the slot file has
    already shown that the key is right.
    """
    fresh = not home.database.exists()
    try:
        connection = connect(home.database, key)
    except WrongKeyError as error:
        if fresh:
            raise
        raise DamagedError from error
    try:
        if not fresh:
            _check(connection)
        store = SqlStore(connection, Journal(home.journal, key))
    except sqlcipher.DatabaseError as error:
        connection.close()
        raise DamagedError from error
    except BaseException:
        connection.close()
        raise
    if store.get(READ_MODELS_KEY) != str(READ_MODELS).encode():
        store.rebuild()
        with store.transaction():
            store.put(READ_MODELS_KEY, str(READ_MODELS).encode())
    return store


def _check(connection: Connection) -> None:
    """Look at the pages that every start needs: the schema and the state of this device."""
    for statement in (
        "SELECT count(*) FROM meta",
        "SELECT max(sseq) FROM control",
        "SELECT count(*) FROM draft",
    ):
        try:
            connection.execute(statement).fetchone()
        except sqlcipher.OperationalError as error:
            if "no such table" not in str(error):
                raise


def integrity(connection: Connection) -> list[str]:
    """Return what a full check of the database finds wrong: nothing, when it is well."""
    found: list[str] = []
    for pragma in ("cipher_integrity_check", "integrity_check"):
        with suppress(sqlcipher.DatabaseError):
            found += [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}") if row[0] != "ok"]
            continue
        found.append(pragma)
    return found


def rescue(home: Home, key: bytes) -> Rescue:
    """Set a damaged database aside, begin a new one, and keep what the journal still holds.

    The new database carries over this device's identity where the damaged one still gives it, and
    is marked for a rebuild from the central service. Without an identity the PC must be enrolled
    again; what was salvaged stays in its tray. Nothing is deleted.
    """
    carried = _carried(home, key)
    aside = home.set_aside()
    found = salvage(home.journal, key)
    store = SqlStore(connect(home.database, key), Journal(home.journal, key))
    try:
        with store.transaction():
            for name, value in carried.items():
                store.put(name, value)
            store.put(REBUILD_KEY, b"1")
            store.connection.executemany(
                "INSERT OR REPLACE INTO quarantine (stream, n, event, reason, at_ms) VALUES (?, ?, ?, 'rolled_back', ?)",
                [(entry.stream, entry.n, entry.event, entry.created_ms) for entry in found.entries],
            )
            # A number is never used twice, not even after a rescue.
            store.connection.executemany(
                "INSERT INTO numbering VALUES (?, ?)"
                " ON CONFLICT (stream) DO UPDATE SET last_n = max(last_n, excluded.last_n)",
                [(entry.stream, entry.n) for entry in found.entries],
            )
    finally:
        store.close()
    return Rescue(aside, found.entries, found.torn)


def _carried(home: Home, key: bytes) -> dict[str, bytes]:
    kept: dict[str, bytes] = {}
    try:
        connection = connect(home.database, key, read_only=True)
    except (WrongKeyError, OSError):
        return kept
    try:
        for name in CARRIED:
            with suppress(sqlcipher.DatabaseError):
                row = connection.execute("SELECT value FROM meta WHERE key = ?", (name,)).fetchone()
                if row is not None:
                    kept[name] = bytes(row[0])
    finally:
        connection.close()
    return kept


def backup(store: SqlStore, path: Path, key: bytes) -> None:
    """Write an encrypted copy of the database under the same key, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    target = connect(new, key)
    try:
        store.connection.backup(target)
    finally:
        target.close()
    new.replace(path)
