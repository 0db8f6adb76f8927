"""Saved searches (検索の保存): asked again whenever a file was read in, they say what is new, and for whom.

They lie in the encrypted case database of this PC, because a search may name a case; for the same reason
they are not shared with the other side, and go when their case leaves this PC. New is every opening
found whose sheet was written after the search was last looked at: openings new in the file, come back, or
with changed conditions.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from wardclient.desk.cases import CaseActs
from wardclient.desk.openings_acts import OpeningsActs, opening_filters, opening_row, telling_refusals
from wardclient.desk.place import problem, refuse
from wardclient.desk.rows import OpeningRow
from wardclient.desk.saved_rows import NAME_MOST, SavedRow, SavedSearch
from wardclient.desk.streams import streams_of
from wardclient.desk.writing import plain
from wardclient.openings import search, values
from wardclient.openings.store import progress

KEY = "saved-searches"
MOST = 50
"""Searches that can be kept."""
MOST_LISTED = 500
"""Openings that the list of a saved search shows."""


class SavedSearchActs(OpeningsActs, CaseActs):
    """Keep, look, mark as seen, rename, drop."""

    def save_search(self, name: str, text: str, filters: Mapping[str, object], case_id: str = "") -> str:
        """Keep a search; all that it finds now counts as seen.

        Raises RefusedError for a bad name, wrong codes, too many, and a case that is not on this PC.
        """
        _check_name(name)
        self.find_openings(text, filters, 1)  # refuses what could never be searched
        kept = {key: plain(value) for key, value in filters.items()}
        made = SavedSearch(uuid.uuid4().hex, name.strip(), text, kept, case_id, self._last_sheet())

        def work() -> None:
            if case_id:
                streams_of(self.place, case_id)
            known = self._kept()
            if len(known) >= MOST:
                refuse(problem("too_many", *_TOO_MANY))
            self._keep([*known, made])

        self._do(work)
        self.place.changed({"searches"})
        return made.search_id

    def saved_searches(self) -> tuple[SavedRow, ...]:
        """Return every saved search asked again, those with something new first, the fullest before."""
        # First how far the openings reach, then what is found: what comes between stays new.
        until = self._last_sheet()
        rows = [self._asked_again(kept, name, until) for kept, name in self._do(self._named)]
        return tuple(sorted(rows, key=lambda row: (-len(row.new), row.search.name)))

    def saved_openings(self, search_id: str, *, everything: bool = False) -> tuple[OpeningRow, ...]:
        """Return the new openings of a saved search, newest first; with ``everything`` all, up to MOST_LISTED."""
        kept = next((k for k in self._do(self._kept) if k.search_id == search_id), None)
        if kept is None:
            refuse(problem("no_search", *_NO_SEARCH))
            raise AssertionError
        lock, connection = self.room.read()
        with lock, telling_refusals():
            source, parameters = self._hits_of(connection, kept)
            found = connection.execute(
                f"SELECT docid FROM ({source}) WHERE sheet_id > ? ORDER BY sheet_id DESC LIMIT ?",  # noqa: S608
                (*parameters, -1 if everything else kept.seen_sheet, MOST_LISTED),
            ).fetchall()
            return tuple(
                opening_row(search.row_of(connection, docid, client_facing=False)) for (docid,) in found
            )

    def mark_seen(self, search_id: str, until: int | None = None) -> None:
        """Say that what a search found was looked at, as far as ``until`` (SavedRow); None for all of now."""
        last = self._last_sheet()
        seen = last if until is None else min(until, last)
        self._change(search_id, lambda kept: replace(kept, seen_sheet=max(seen, kept.seen_sheet)))

    def rename_search(self, search_id: str, name: str) -> None:
        """Give a saved search another name. Raises RefusedError for a bad one."""
        _check_name(name)
        self._change(search_id, lambda kept: replace(kept, name=name.strip()))

    def drop_search(self, search_id: str) -> None:
        """Forget a saved search."""
        self._change(search_id, lambda _: None)

    def _change(self, search_id: str, change: Callable[[SavedSearch], SavedSearch | None]) -> None:
        def work() -> None:
            known = self._kept()
            if all(kept.search_id != search_id for kept in known):
                refuse(problem("no_search", *_NO_SEARCH))
            changed = (change(kept) if kept.search_id == search_id else kept for kept in known)
            self._keep([kept for kept in changed if kept is not None])

        self._do(work)
        self.place.changed({"searches"})

    def _named(self) -> list[tuple[SavedSearch, str]]:
        """Return the searches with the names of their people; one whose case has left this PC goes, too."""
        known = self._kept()
        named = [(kept, self.place.store.case_hit(kept.case_id) if kept.case_id else None) for kept in known]
        there = [(kept, hit.name if hit else "") for kept, hit in named if hit or not kept.case_id]
        if len(there) < len(known):
            self._keep([kept for kept, _ in there])
        return there

    def _hits_of(self, connection: Any, kept: SavedSearch) -> tuple[str, tuple[object, ...]]:
        source, parameters = search.hits(
            connection, kept.text, opening_filters(kept.filters), self.place.today(), widened=True
        )
        return f"SELECT o.docid, o.number, o.sheet_id {source}", parameters

    def _asked_again(self, kept: SavedSearch, name: str, until: int) -> SavedRow:
        lock, connection = self.room.read()
        with lock, telling_refusals():
            source, parameters = self._hits_of(connection, kept)
            (total,) = connection.execute(f"SELECT count(*) FROM ({source})", parameters).fetchone()  # noqa: S608
            new = connection.execute(
                f"SELECT docid, number FROM ({source}) WHERE sheet_id > ? ORDER BY sheet_id DESC",  # noqa: S608
                (*parameters, kept.seen_sheet),
            ).fetchall()
            newest = search.row_of(connection, new[0][0], client_facing=False) if new else None
        numbers = tuple(values.opening_text(number) for _, number in new)
        return SavedRow(kept, total, numbers, name, opening_row(newest) if newest else None, until)

    def _last_sheet(self) -> int:
        lock, connection = self.room.read()
        with lock:
            return progress(connection, "last_sheet")

    def _kept(self) -> list[SavedSearch]:
        text = self.place.store.get(KEY)
        return [SavedSearch(**item) for item in json.loads(text)] if text else []

    def _keep(self, searches: list[SavedSearch]) -> None:
        with self.place.transaction():
            self.place.store.put(KEY, json.dumps([asdict(s) for s in searches], ensure_ascii=False).encode())


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > NAME_MOST:
        refuse(problem("name", *_BAD_NAME, "name"))


_BAD_NAME = (
    f"名前を{NAME_MOST}文字までで入れてください。",
    f"Give a name of at most {NAME_MOST} characters.",
)
_TOO_MANY = (f"保存できる検索は{MOST}件までです。", f"At most {MOST} searches can be kept.")
_NO_SEARCH = ("この検索は保存されていません。", "There is no such saved search.")
