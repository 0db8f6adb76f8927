"""Which store a data folder has: a SQLite file of its own, or PostgreSQL at an address.

The drivers are loaded only where they are used.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from wardcentral.folder import Folder
from wardcentral.store import DamagedError, Reader, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wardcentral.postgres_line import PostgresLine
    from wardcentral.postgres_reader import PostgresReader
    from wardcentral.postgres_store import PostgresStore
    from wardcentral.sqlite_store import SqliteReader, SqliteStore


class Database(Reader, Protocol):
    """A reader that can say whether its files are whole."""

    def damage(self) -> str:
        """Return what is wrong with the files; empty when nothing."""


def make(folder: Folder, service_role: str = "") -> str:
    """Make an empty database, or bring one that is there to this version; return its version. UnreachableError."""
    if folder.address:
        from wardcentral.postgres_schema import migrate

        with _reached():
            return migrate(folder.address, service_role)
    from wardcentral.sqlite_schema import VERSIONS
    from wardcentral.sqlite_store import SqliteStore

    SqliteStore(folder.database).close()
    return str(len(VERSIONS))


def open_store(folder: Folder) -> "SqliteStore | PostgresStore":
    """Open for writing; DamagedError where there is no database that init has made."""
    if folder.address:
        from wardcentral.postgres_store import PostgresStore

        with _reached():
            return PostgresStore(folder.address)
    from wardcentral.sqlite_store import SqliteStore

    if not folder.database.exists():
        # An empty one in its place would tell every ward that it never was here.
        raise DamagedError
    return SqliteStore(folder.database)


def open_reader(folder: Folder) -> Database:
    """Open for reading."""
    if folder.address:
        return open_shared(folder)
    from wardcentral.sqlite_store import SqliteReader

    return SqliteReader(folder.database)


def open_shared(folder: Folder) -> "PostgresReader":
    """Open for reading what other processes write too."""
    from wardcentral.postgres_reader import PostgresReader

    with _reached():
        return PostgresReader(folder.address)


def open_watched(folder: Folder) -> "PostgresReader | SqliteReader":
    """Open for the watch, which asks how long wards are and whether they are still here."""
    if folder.address:
        return open_shared(folder)
    from wardcentral.sqlite_store import SqliteReader

    return SqliteReader(folder.database)


def open_line(folder: Folder) -> "PostgresLine":
    """Open the line between the processes of one database."""
    from wardcentral.postgres_line import PostgresLine

    with _reached():
        return PostgresLine(folder.address)


def keep_notices(folder: Folder, notices: Sequence[tuple[bytes, bytes]]) -> None:
    """Keep signed notices of restores, (ward, bytes), for all processes that serve a database; UnreachableError."""
    from wardcentral import postgres_notices

    with _reached():
        postgres_notices.keep_notices(folder.address, notices)


def _reached() -> AbstractContextManager[None]:
    """Say UnreachableError, without the address, where the driver fails."""
    import psycopg

    @contextmanager
    def reached() -> "Iterator[None]":
        try:
            yield
        except psycopg.Error:
            raise UnreachableError from None

    return reached()
