"""All openings a search finds, the best fitting first: filtered columns of all of them, sheets of the best.

The filtered columns are scored for every hit; the sheets (licences, overtime, words on health) are read for
the best ``SHEETS`` of these only, so the order among the rest is that of the filtered columns. Nothing is
left out: the page goes on to the last hit.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from heapq import nlargest

from wardclient.openings.columns import Layout
from wardclient.openings.filters import Filters
from wardclient.openings.indexer import Layouts, cells
from wardclient.openings.matching import (
    FROM_SHEET,
    Facts,
    Match,
    Part,
    Scored,
    SheetFacts,
    Wishes,
    commute,
    employment,
    hours,
    narrow_parts,
    occupation,
    pay,
    place,
    score,
    sheet_parts,
)
from wardclient.openings.problems import OpeningsError, Problem
from wardclient.openings.rules import AgeRule, FileAge
from wardclient.openings.search import OpeningRow, hits, newest_age, row_of
from wardclient.openings.store import Connection

SHEETS = 200
"""How many of the best are read in full."""
ASK_EVERY = 4_096
_NEED = ("license1", "license2", "license3")
_WORK = ("job_title", "job_description", "hours_note", "special_note", "experience")
NARROW = (
    "o.docid, o.occupation1, o.occupation2, o.occupation3, o.place_id, o.full_part, o.pay_min, o.pay_max,"
    " o.start1, o.end1, o.start2, o.end2, o.start3, o.end3"
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """An opening with its score and the parts of it."""

    row: OpeningRow
    match: Match


@dataclass(frozen=True, slots=True)
class RankedPage:
    """The best ``limit`` of ``total`` hits; ``read`` of them have been scored by their whole sheet."""

    rows: tuple[Ranked, ...]
    total: int
    read: int
    age: FileAge


class CancelledError(Exception):
    """The person went on typing."""


def rank(
    connection: Connection,
    text: str,
    filters: Filters,
    today: date,
    wishes: Wishes,
    *,
    limit: int = 50,
    off: Collection[str] = (),
    client_facing: bool = False,
    rule: AgeRule | None = None,
    cancelled: Callable[[], bool] | None = None,
    widened: bool = False,
) -> RankedPage:
    """Return the openings that fit best. ``off`` are parts (``matching.Part``) that do not count.

    Raises SearchRefusedError for a wrong code, text or part, CancelledError when ``cancelled`` says so.
    """
    _known(off)
    source, parameters = hits(connection, text, filters, today, client_facing=client_facing, widened=widened)
    points = _Points(
        wishes, off, dict(connection.execute("SELECT place_id, code FROM municipality").fetchall())
    )
    column = "''"
    if points.by_word:  # only then is the wide table touched
        column = "(SELECT title FROM sheet s WHERE s.sheet_id = o.sheet_id)"
    cursor = connection.execute(f"SELECT {NARROW}, {column} {source}", parameters)
    scored: list[tuple[int, int]] = []
    while block := cursor.fetchmany(ASK_EVERY):
        if cancelled is not None and cancelled():
            raise CancelledError
        scored.extend([(points(record), record[0]) for record in block])
    best = [docid for _, docid in nlargest(max(limit, SHEETS), scored)]
    layouts = Layouts(connection)
    found = [(match_of(connection, docid, wishes, off, layouts=layouts), docid) for docid in best]
    found.sort(key=lambda pair: -pair[0].score)
    rows = tuple(
        Ranked(row_of(connection, docid, client_facing=client_facing), match)
        for match, docid in found[:limit]
    )
    age = newest_age(connection, today, rule)
    return RankedPage(rows, len(scored), len(found), age)


def match_of(
    connection: Connection,
    docid: int,
    wishes: Wishes,
    off: Collection[str] = (),
    *,
    layouts: Layouts | None = None,
) -> Match:
    """Return how one opening fits, by its whole sheet."""
    record = connection.execute(
        f"SELECT {NARROW}, s.title, m.code, s.layout_id, s.record FROM opening o"  # noqa: S608 - own names
        " JOIN sheet s ON s.sheet_id = o.sheet_id JOIN municipality m ON m.place_id = o.place_id"
        " WHERE o.docid = ?",
        (docid,),
    ).fetchone()
    title, code, layout_id, packed = record[14:]
    facts = Facts(_codes(record[1:4]), title, code, record[5], record[6], record[7], _spans(record[8:14]))
    parts = narrow_parts(wishes, facts)
    if not set(off) >= FROM_SHEET:
        parts += sheet_parts(wishes, _sheet_facts((layouts or Layouts(connection))[layout_id], cells(packed)))
    return score(parts, off)


class _Points:
    """Score by filtered columns; each part is worked out once for each different value."""

    def __init__(self, wishes: Wishes, off: Collection[str], codes: Mapping[int, str]) -> None:
        self.by_word = Part.OCCUPATION not in off and any(not w[:3].isdigit() for w in wishes.occupations)
        empty = frozenset(off)

        def share(part: Scored | None) -> int:
            return 0 if part is None or part.part in empty else part.points

        @lru_cache(maxsize=65_536)
        def by_occupation(a: int | None, b: int | None, c: int | None, title: str) -> int:
            return share(occupation(wishes, _codes((a, b, c)), title))

        @cache
        def by_place(place_id: int) -> int:
            code = codes.get(place_id, "")
            return share(place(wishes, code)) + share(commute(wishes, code))

        @lru_cache(maxsize=65_536)
        def by_pay(kind: int, low: int | None, high: int | None) -> int:
            return share(employment(wishes, kind)) + share(pay(wishes, kind, low, high))

        @lru_cache(maxsize=65_536)
        def by_hours(*times: int | None) -> int:
            return share(hours(wishes, _spans(times)))

        self._occupation, self._place, self._pay, self._hours = by_occupation, by_place, by_pay, by_hours

    def __call__(self, record: tuple[int, ...]) -> int:
        """Return the points of one narrow row."""
        return (
            self._occupation(record[1], record[2], record[3], str(record[14]))
            + self._place(record[4])
            + self._pay(record[5], record[6], record[7])
            + self._hours(*record[8:14])
        )


def _codes(values: tuple[int | None, ...]) -> tuple[int, ...]:
    return tuple(value for value in values if value is not None)


def _spans(times: tuple[int | None, ...]) -> tuple[tuple[int, int], ...]:
    pairs = zip(times[::2], times[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start is not None and end is not None)


def _sheet_facts(layout: Layout, record: list[str]) -> SheetFacts:
    def text(field: str) -> str:
        index = layout.places.get(field)
        return "" if index is None else record[index]

    needed = tuple(text(field) for field in _NEED if text(field) and text(f"{field}_need").startswith("必須"))
    return SheetFacts(needed, text("overtime"), "\n".join(text(field) for field in _WORK))


def _known(off: Collection[str]) -> None:
    for name in off:
        if name not in list(Part):
            raise OpeningsError(
                Problem(
                    "off", "unknown_part", f"「{name}」という項目はありません。", f"No such part: {name}."
                )
            )
