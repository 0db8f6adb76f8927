"""Acts on openings (求人): search, look, read a file in."""

import datetime as dt
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wardclient.casework.problems import Problem
from wardclient.desk.api import Cancelled, OnProgress, RefusedError
from wardclient.desk.feed_rows import BUSY
from wardclient.desk.place import JAPAN, Acts
from wardclient.desk.rows import (
    ImportOutcome,
    ImportRowProblem,
    OpeningPage,
    OpeningRow,
    OpeningView,
    Progress,
    SynonymRow,
)
from wardclient.desk.turns import GaveUpError, Turns
from wardclient.openings import code_lists, rules, search, sheet, synonyms
from wardclient.openings.age_rule import age_rule
from wardclient.openings.filters import Filters
from wardclient.openings.importer import ImportOptions, ImportReport, import_file
from wardclient.openings.indexer import index_pending
from wardclient.openings.problems import OpeningsError
from wardclient.openings.store import hold_little, index_behind, prepare
from wardclient.storage.cipher import connect

CLOSE_SECONDS = 5.0
"""How long a lock waits for an import or a feed under way to leave off; what is not committed is undone."""
LIST_MOST = 5_000
"""Openings in one answer, whoever asks: the terms of use let nobody take them out in bulk (domain.md 7.6)."""
LIST_FILTERS = (
    *("municipalities", "occupations", "employment_types"),
    *("kinds", "traits", "avoid", "days_off", "industries"),
)


class OpeningsRoom:
    """The openings file of a home: one connection for reading, one for each import.

    The file is apart from the case database: an import of hundreds of thousands of rows
    never holds up a save.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Remember where; nothing is opened until it is needed."""
        self._path = path
        self._key: bytes | None = key
        self._lock = threading.Lock()
        self._reader: Any = None
        self._indexing: threading.Thread | None = None
        self._stop = threading.Event()
        self.turns = Turns()
        """Who writes the openings now: an import, the feed, the index."""

    @property
    def closing(self) -> bool:
        """Whether the desk is being locked: whoever works here leaves off."""
        return self._stop.is_set()

    @contextmanager
    def own(self) -> Iterator[Any]:
        """Give a connection of one's own while the block runs; GaveUpError once the desk is locked."""
        if self._key is None:
            raise GaveUpError
        connection = self.connect()
        hold_little(connection)
        try:
            yield connection
        finally:
            connection.close()

    def connect(self) -> Any:
        """Return a new connection to the prepared file."""
        if self._key is None:
            raise RuntimeError
        connection = connect(self._path, self._key)
        prepare(connection)
        return connection

    def read(self) -> tuple[threading.Lock, Any]:
        """Return the lock of the reading connection and the connection."""
        with self._lock:
            if self._reader is None:
                self._reader = self.connect()
                if index_behind(self._reader):
                    # Cut off before, or stored by an older program: it is gone on with, whoever looks first.
                    self.index_in_background()
        return self._lock, self._reader

    def index_in_background(self) -> None:
        """Bring the search index up to date, batch by batch."""
        if self._indexing is not None and self._indexing.is_alive():
            return
        self._indexing = threading.Thread(target=self._index, name="openings-index", daemon=True)
        self._indexing.start()

    def _index(self) -> None:
        connection = self.connect()
        try:
            pending = 1
            while pending and not self._stop.is_set():
                with self.turns.mine(self._stop.is_set, person=False):
                    pending = index_pending(connection, 500)
        except GaveUpError:
            pass
        finally:
            connection.close()

    def finish_index(self) -> None:
        """Index all that is pending, now (command line)."""
        self.index_in_background()
        if self._indexing is not None:
            self._indexing.join()

    def close(self) -> None:
        """Close the file and forget the key."""
        self._stop.set()
        if self._indexing is not None:
            self._indexing.join()
        until = time.monotonic() + CLOSE_SECONDS
        with suppress(GaveUpError), self.turns.mine(lambda: time.monotonic() > until):
            pass  # who worked here has left off
        with self._lock:
            if self._reader is not None:
                self._reader.close()
            self._reader, self._key = None, None


class OpeningsActs(Acts):
    """The openings on this PC."""

    room: OpeningsRoom
    background: bool

    def find_openings(
        self,
        text: str,
        filters: Mapping[str, object],
        limit: int = 200,
        after: str = "",
        *,
        order: search.Order = "received",
        client_facing: bool = False,
        widened: bool = True,
    ) -> OpeningPage:
        """Search by text and the staff's filters; ``widened`` looks for synonyms, too.

        The newest first, or with ``order`` "deadline" those first whose offer ends soonest.
        """
        wanted = opening_filters(filters)
        lock, connection = self.room.read()
        with lock, telling_refusals():
            page = search.search(
                connection,
                text,
                wanted,
                self.place.today(),
                limit=min(limit, LIST_MOST),
                after=after,
                order=order,
                client_facing=client_facing,
                widened=widened,
            )
        warning = page.age.ja if page.age.level != "fresh" else ""
        rows = tuple(opening_row(row) for row in page.rows)
        return OpeningPage(
            rows, page.total, page.more_than, page.age.days or 0, warning, page.index_behind, page.also
        )

    def opening_codes(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return (code, words) of the codes that a filter takes; empty where it has no list."""
        lock, connection = self.room.read()
        with lock:
            return code_lists.code_list(connection, name)

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Return what is searched with a word."""
        lock, connection = self.room.read()
        with lock:
            return synonyms.also(connection, word)

    def synonym_list(self) -> tuple[SynonymRow, ...]:
        """Return every word that has synonyms, or was told to have none."""
        lock, connection = self.room.read()
        with lock:
            found = synonyms.everything(connection)
        return tuple(SynonymRow(word, others, own) for word, others, own in found)

    def set_synonyms(self, word: str, others: Sequence[str] | None) -> tuple[str, ...]:
        """Let a word find ``others`` too on this PC; None returns it to the product's list."""
        lock, connection = self.room.read()
        with lock, telling_refusals():
            if others is None:
                synonyms.forget(connection, word)
            else:
                synonyms.write(connection, word, tuple(others))
            found = synonyms.also(connection, word)
        self.place.changed({"openings"})
        return found

    def opening(self, opening_no: str, *, client_facing: bool = False) -> OpeningView:
        """Return one opening with all conditions that the law requires to be shown."""
        lock, connection = self.room.read()
        with lock, telling_refusals():
            found = sheet.get(connection, opening_no, self.place.today(), client_facing=client_facing)
            limits = age_rule(connection)
        conditions = tuple((item.label, item.text) for item in found.conditions)
        why = rules.may_refer(found.row, self.place.today(), limits)
        told, code = (why.ja, why.code) if why else ("", "")
        origin = f"{found.source[0]}\n{found.how_to[0]}"
        return OpeningView(
            opening_row(found.row), conditions, rules.SOURCE_JA, why is None, told, code, origin
        )

    def receiving_office(self, opening_no: str) -> str:
        """Return the office that received an opening (受理安定所), as the file names it."""
        lock, connection = self.room.read()
        with lock, telling_refusals():
            found = sheet.get(connection, opening_no, self.place.today())
        return found.text("receiving_office_name")

    def file_age(self) -> rules.FileAge:
        """Return how old the newest file is by the ward's limits."""
        lock, connection = self.room.read()
        with lock:
            return search.newest_age(connection, self.place.today())

    def import_openings(
        self, path: Path, *, dry_run: bool, progress: OnProgress, cancelled: Cancelled
    ) -> ImportOutcome:
        """Read a file in: all of it or nothing; bad rows set aside with their reason."""
        now = dt.datetime.fromtimestamp(self.place.now_ms() // 1000, JAPAN)

        def told(read: int, total: int, rows: int) -> None:
            progress(Progress(read, total, rows))

        def leave_off() -> bool:
            return cancelled() or self.room.closing

        try:
            with (
                telling_refusals(),
                path.open("rb") as stream,
                self.room.turns.mine(leave_off),
                self.room.own() as connection,
            ):
                modified = dt.datetime.fromtimestamp(path.stat().st_mtime, JAPAN).date()
                options = ImportOptions(min(modified, now.date()), now, file_name=path.name, dry_run=dry_run)
                report = import_file(
                    connection, stream, path.stat().st_size, options, on_progress=told, cancelled=leave_off
                )
        except OSError as error:
            raise RefusedError((_UNREADABLE,)) from error
        except GaveUpError as error:
            raise RefusedError((BUSY,)) from error
        if report.outcome == "done":
            (self.room.index_in_background if self.background else self.room.finish_index)()
            self.place.changed({"openings"})
        return _outcome(report)


class telling_refusals:  # noqa: N801  # reads as words where it is used
    """Turn the openings' refusals into the desk's."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise the desk's form."""
        if isinstance(error, OpeningsError):
            problems = tuple(Problem(p.field, p.code, p.ja, p.en) for p in error.problems)
            raise RefusedError(problems) from error


def opening_filters(given: Mapping[str, object]) -> Filters:
    """Return the filters of a mapping; RefusedError for a name that is none."""
    known = {name: value for name, value in given.items() if value not in (None, "", [], ())}
    for name in LIST_FILTERS:
        if name in known:
            value = known[name]
            known[name] = tuple(value) if isinstance(value, list | tuple) else (str(value),)
    if "municipality" in known:
        known["municipalities"] = tuple(known.pop("municipality"))  # type: ignore[arg-type]
    try:
        return Filters(**known)  # type: ignore[arg-type]
    except TypeError as error:
        raise RefusedError(
            (Problem("", "filter", "その絞り込みはありません。", "There is no such filter."),)
        ) from error


def opening_row(row: search.OpeningRow) -> OpeningRow:
    """Return a line of the list as the screens take it."""
    return OpeningRow(
        row.opening_no,
        row.title,
        row.employer,
        row.place,
        row.pay_text,
        row.hours_text,
        row.employment_type,
        row.received_on,
        row.valid_until,
        row.listed,
    )


def _outcome(report: ImportReport) -> ImportOutcome:
    words = {
        "done": "取り込みました",
        "dry_run": "試しに読みました。まだ取り込んでいません",
        "cancelled": "やめました。前の状態のままです",
    }
    text = (
        f"{words[report.outcome]}: {report.rows:,} 行  新しい {report.new:,}  変わった {report.changed:,}  "
        f"同じ {report.unchanged:,}  なくなった {report.vanished:,}  除いた行 {report.quarantined:,}"
    )
    problems = tuple(ImportRowProblem(p.line, p.column, p.ja) for p in report.problems)
    return ImportOutcome(
        report.outcome == "done",
        report.rows,
        report.new,
        report.changed,
        report.unchanged,
        report.vanished,
        problems,
        text=text,
    )


_UNREADABLE = Problem(
    "",
    "unreadable",
    "ファイルを読めませんでした。場所と名前を確かめてください。前の状態のままです。",
    "The file could not be read. Check its place and name. Everything is as before.",
)
