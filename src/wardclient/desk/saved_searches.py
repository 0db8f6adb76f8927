"""Saved searches (検索の保存): asked again whenever a file was read in, they say what is new, and for whom.

They lie in the encrypted case database of this PC, because a search may name a case. New is every opening
found whose sheet was written after the search was last looked at: openings new in the file, come back, or
with changed conditions.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from wardclient.desk.cases import CaseActs
from wardclient.desk.openings_acts import OpeningsActs, opening_filters, telling_refusals
from wardclient.desk.place import problem, refuse
from wardclient.desk.streams import streams_of
from wardclient.desk.writing import plain
from wardclient.openings import search, values
from wardclient.openings.store import progress

KEY = "saved-searches"
MOST, NAME_MOST = 50, 40


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept under a name; ``case_id`` is empty when it is for nobody in particular."""

    search_id: str
    name: str
    text: str
    filters: Mapping[str, object]
    case_id: str
    seen_sheet: int


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved search with its hits today: ``total`` and the numbers of the ``new`` ones, newest first."""

    search: SavedSearch
    total: int
    new: tuple[str, ...]


class SavedSearchActs(OpeningsActs, CaseActs):
    """Keep, look, mark as seen, drop."""

    def save_search(self, name: str, text: str, filters: Mapping[str, object], case_id: str = "") -> str:
        """Keep a search; all that it finds now counts as seen.

        Raises RefusedError for a bad name, wrong codes, too many, and a case that is not on this PC.
        """
        if not name.strip() or len(name) > NAME_MOST:
            refuse(problem("name", *_BAD_NAME, "name"))
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
        self.place.changed({"openings"})
        return made.search_id

    def saved_searches(self) -> tuple[SavedRow, ...]:
        """Return every saved search asked again, those with something new first."""
        rows = [self._asked_again(kept) for kept in self._do(self._kept)]
        return tuple(sorted(rows, key=lambda row: (not row.new, row.search.name)))

    def mark_seen(self, search_id: str) -> None:
        """Say that what a search finds now was looked at."""
        last = self._last_sheet()
        self._change(search_id, last)

    def drop_search(self, search_id: str) -> None:
        """Forget a saved search."""
        self._change(search_id, None)

    def _change(self, search_id: str, seen: int | None) -> None:
        def work() -> None:
            known = self._kept()
            if all(kept.search_id != search_id for kept in known):
                refuse(problem("no_search", *_NO_SEARCH))
            others = [kept for kept in known if kept.search_id != search_id or seen is not None]
            self._keep(
                [
                    replace(kept, seen_sheet=seen)
                    if seen is not None and kept.search_id == search_id
                    else kept
                    for kept in others
                ]
            )

        self._do(work)
        self.place.changed({"openings"})

    def _asked_again(self, kept: SavedSearch) -> SavedRow:
        lock, connection = self.room.read()
        with lock, telling_refusals():
            source, parameters = search.hits(
                connection, kept.text, opening_filters(kept.filters), self.place.today(), widened=True
            )
            found = connection.execute(f"SELECT o.number, o.sheet_id {source}", parameters).fetchall()
        new = sorted((pair for pair in found if pair[1] > kept.seen_sheet), key=lambda pair: -pair[1])
        return SavedRow(kept, len(found), tuple(values.opening_text(number) for number, _ in new))

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


_BAD_NAME = (
    f"名前を{NAME_MOST}文字までで入れてください。",
    f"Give a name of at most {NAME_MOST} characters.",
)
_TOO_MANY = (f"保存できる検索は{MOST}件までです。", f"At most {MOST} searches can be kept.")
_NO_SEARCH = ("この検索は保存されていません。", "There is no such saved search.")
