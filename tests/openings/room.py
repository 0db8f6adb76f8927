"""A store in an encrypted file, and files made by the project's own generator."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from wardclient.openings.importer import ImportOptions, ImportReport, import_file
from wardclient.openings.indexer import index_pending
from wardclient.openings.store import Connection, prepare
from wardclient.practice.openings import OpeningsSpec, Written, write_openings
from wardclient.storage.cipher import connect

TODAY = date(2026, 11, 20)
KEY = bytes(range(32))
OPTIONS = ImportOptions(file_date=TODAY, imported_at=datetime(2026, 11, 20, 9, tzinfo=UTC), set_code="M114")


@dataclass
class Room:
    """One openings file on disk with an open connection, and what tests do with it."""

    folder: Path
    connection: Connection

    @property
    def database(self) -> Path:
        """Where the store lies."""
        return self.folder / "openings.db"

    def write(self, name: str = "day1.csv", **spec: object) -> tuple[Path, Written]:
        """Make an openings file."""
        path = self.folder / name
        return path, write_openings(path, replace(OpeningsSpec(rows=100, today=TODAY), **spec))  # type: ignore[arg-type]

    def read(
        self,
        path: Path,
        *,
        on_progress: Callable[[int, int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        **options: object,
    ) -> ImportReport:
        """Read a file in."""
        with path.open("rb") as stream:
            return import_file(
                self.connection,
                stream,
                path.stat().st_size,
                replace(OPTIONS, **options),  # type: ignore[arg-type]
                on_progress=on_progress,
                cancelled=cancelled,
            )

    def index(self) -> None:
        """Bring the search index up to date."""
        while index_pending(self.connection, 300):
            pass

    def reopen(self) -> None:
        """Close without a commit, as a killed program does, and open again."""
        self.connection.close()
        self.connection = connect(self.database, KEY)
        prepare(self.connection)

    def content(self) -> list[object]:
        """Return everything the store holds about openings, for comparing before and after."""
        tables = ("opening", "sheet", "feed", "quarantine", "municipality", "code_name", "progress")
        return [self.connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608

    def one(self, sql: str, *parameters: object) -> object:
        """Return one value."""
        return self.connection.execute(sql, parameters).fetchone()[0]
