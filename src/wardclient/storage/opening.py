"""Open a home's database, with checks first; look it through; copy it."""

from contextlib import suppress
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from wardclient.storage.cipher import Connection, DamagedError, WrongKeyError, connect
from wardclient.storage.home import Home
from wardclient.storage.journal import Journal
from wardclient.storage.log_store import SqlStore
from wardclient.storage.rescue import Rescue, rescue
from wardclient.storage.schema import READ_MODELS

READ_MODELS_KEY = "read_models"
__all__ = ["Rescue", "backup", "integrity", "open_store", "rescue"]


def open_store(home: Home, key: bytes) -> SqlStore:
    """Return the store of a home; WrongKeyError, DamagedError.

    A database that exists and does not open under the right key is damaged: the slot file has
    already shown that the key is right.
    """
    if home.coming.exists() and not home.database.exists():
        # A rescue was cut off between its two renames.
        home.coming.replace(home.database)
    fresh = not home.database.exists()
    try:
        connection = connect(home.database, key)
    except WrongKeyError as error:
        if fresh:
            raise
        raise DamagedError from error
    try:
        if not fresh:
            _check(connection, enrolled=home.exists())
        store = SqlStore(connection, Journal(home.journal, key))
    except sqlcipher.DatabaseError as error:
        connection.close()
        raise DamagedError from error
    except BaseException:
        connection.close()
        raise
    store.tidy_journal()
    if store.get(READ_MODELS_KEY) != str(READ_MODELS).encode():
        store.rebuild()
        with store.transaction():
            store.put(READ_MODELS_KEY, str(READ_MODELS).encode())
    return store


def _check(connection: Connection, *, enrolled: bool) -> None:
    """Look at the pages that every start needs: the schema and the state of this device."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        # An empty file is what a PC leaves that was cut off while it was set up, and never later.
        if enrolled:
            raise DamagedError
        return
    for statement in (
        "SELECT count(*) FROM meta",
        "SELECT max(sseq) FROM control",
        "SELECT count(*) FROM draft",
    ):
        connection.execute(statement).fetchone()


def integrity(connection: Connection) -> list[str]:
    """Return what a full check of the database finds wrong: nothing, when it is well."""
    found: list[str] = []
    for pragma in ("cipher_integrity_check", "integrity_check"):
        with suppress(sqlcipher.DatabaseError):
            found += [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}") if row[0] != "ok"]
            continue
        found.append(pragma)
    return found


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
