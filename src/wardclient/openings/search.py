"""Search the openings: free text and filters, newest first or by deadline, page by page.

The narrow table and the index answer; only the rows of the page are read from the wide table.
Counting stops at COUNT_CAP + 1 hits. Paging goes on from the last row
shown, never by offset, so a page is as fast at the end as at the beginning.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from wardclient.openings import values
from wardclient.openings.age_rule import age_rule
from wardclient.openings.conditions import marks
from wardclient.openings.filters import Conditions, Filters, conditions
from wardclient.openings.grams import letters_of
from wardclient.openings.indexer import EMPLOYER_PUBLIC
from wardclient.openings.problems import Problem, SearchRefusedError
from wardclient.openings.query import NO_LETTERS, Words, understand
from wardclient.openings.rules import AgeRule, FileAge, file_age
from wardclient.openings.store import Connection, index_behind
from wardclient.openings.synonyms import widen

COUNT_CAP = 1000
MASKED = "（事業所名は非公開）"
Order = Literal["received", "deadline"]
_NUMBER_TYPED = re.compile(r"^(\d{5})-(\d{0,8})$")
_PUBLIC_SCOPES = frozenset(int(scope) for scope in EMPLOYER_PUBLIC)
_NOT_PUBLISHED = 4


class OpeningRow(NamedTuple):
    """A line of the list. Texts as in the file; dates ISO; ``kind`` is 求人区分 1-5, ``scope`` 公開範囲 1-4.

    ``file_date`` is the date of the newest file of its set; ``masked`` says that the employer is
    withheld because the client can see the screen.
    """

    opening_no: str
    title: str
    employer: str
    municipality: str
    place: str
    pay_text: str
    hours_text: str
    employment_type: str
    full_part: str
    received_on: str
    valid_until: str
    deadline_on: str
    listed: bool
    kind: str
    scope: int
    masked: bool
    file_date: str
    sheet_id: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page. ``total`` is exact up to COUNT_CAP; ``more_than`` says that there are more than that.

    ``after`` asks for the next page, empty at the end. ``index_behind`` is how many openings free
    text cannot find yet, at most; filters find them all.
    """

    rows: tuple[OpeningRow, ...]
    total: int
    more_than: bool
    after: str
    index_behind: int
    age: FileAge
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words that were typed, each with the synonyms that were searched too."""

    @property
    def total_text(self) -> str:
        """The count for the screen: ``37`` or ``1000以上``."""
        return f"{COUNT_CAP}以上" if self.more_than else str(self.total)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the page before ended: (sort key, docid), and the count found then."""

    key: int
    docid: int
    total: int

    def text(self) -> str:
        return f"{self.key}.{self.docid}.{self.total}"


def search(
    connection: Connection,
    text: str,
    filters: Filters,
    today: date,
    *,
    order: Order = "received",
    limit: int = 50,
    after: str = "",
    client_facing: bool = False,
    rule: AgeRule | None = None,
    widened: bool = False,
) -> SearchPage:
    """Return one page of openings; ``widened`` looks for synonyms of the words, too.

    An opening number (also its beginning, ``14990-0001``) finds that opening. With
    ``client_facing`` an employer who is not public is neither shown nor found by name, and openings
    that are not to be published do not appear.
    Raises SearchRefusedError when a code or the text is wrong.
    """
    where = conditions(connection, filters, today)
    cursor = _cursor(after)
    words, also = _text_conditions(connection, text, where, client_facing=client_facing, widened=widened)
    _employer(filters.employer, where, client_facing=client_facing)
    if where.problems:
        raise SearchRefusedError(*where.problems)
    found = _walk(connection, words, where, order, limit + 1, cursor)
    shown = found[:limit]
    rest = len(found) > limit
    total = len(found)
    if cursor or rest:
        total = cursor.total if cursor else _count(connection, words, where)
    dates = _file_dates(connection)
    return SearchPage(
        rows=tuple([_row(row, dates, client_facing=client_facing) for row in shown]),
        total=min(total, COUNT_CAP),
        more_than=total > COUNT_CAP,
        after=_Cursor(shown[-1][_DEADLINE], shown[-1][_DOCID], total).text() if rest and shown else "",
        index_behind=index_behind(connection),
        age=file_age(max(dates.values(), default=""), today, rule or age_rule(connection)),
        also=also,
    )


def hits(
    connection: Connection,
    text: str,
    filters: Filters,
    today: date,
    *,
    client_facing: bool = False,
    widened: bool = False,
) -> tuple[str, tuple[object, ...]]:
    """Return ``FROM ... WHERE ...`` over all that a search finds (``opening`` as ``o``), with its values.

    Raises SearchRefusedError as ``search`` does.
    """
    where = conditions(connection, filters, today)
    words, _ = _text_conditions(connection, text, where, client_facing=client_facing, widened=widened)
    _employer(filters.employer, where, client_facing=client_facing)
    if where.problems:
        raise SearchRefusedError(*where.problems)
    return _hits(words, where.sql), tuple(where.parameters)


def newest_age(connection: Connection, today: date, rule: AgeRule | None = None) -> FileAge:
    """Return the age of the newest file read in."""
    newest = max(_file_dates(connection).values(), default="")
    return file_age(newest, today, rule or age_rule(connection))


def row_of(connection: Connection, docid: int, *, client_facing: bool) -> OpeningRow:
    """Return the list line of one opening."""
    statement = f"SELECT {_LINE} FROM opening o {_WIDE} WHERE o.docid = ?"  # noqa: S608 - this module's names
    row = connection.execute(statement, (docid,)).fetchone()
    return _row(row, _file_dates(connection), client_facing=client_facing)


def _file_dates(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT set_code, max(file_date) FROM feed GROUP BY set_code").fetchall())


def _row(row: tuple[Any, ...], dates: dict[str, str], *, client_facing: bool) -> OpeningRow:
    (docid, number, listed, valid, deadline, kind, scope, set_code, place_name, sheet_id, title) = row[:11]
    employer, place, pay, hours, employment, full_part = row[11:]
    masked = client_facing and scope not in _PUBLIC_SCOPES
    return OpeningRow(
        values.opening_text(number),
        title.replace(employer, MASKED) if masked and employer else title,
        MASKED if masked else employer,
        place_name,
        place_name if masked else place,
        pay,
        hours,
        employment,
        full_part,
        values.iso(docid >> 32),
        values.iso(valid),
        values.iso(deadline),
        bool(listed),
        kind,
        scope,
        masked,
        dates.get(set_code, ""),
        sheet_id,
    )


def _text_conditions(
    connection: Connection, text: str, where: Conditions, *, client_facing: bool, widened: bool
) -> tuple[Words | None, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Add what the text asks for; return the words when the index has to answer."""
    if client_facing:
        where.add("o.scope <> ?", _NOT_PUBLISHED)
    typed = _NUMBER_TYPED.match(_narrow(text))
    if typed:
        low, high = _number_range(typed[1], typed[2])
        exact = values.opening_number(_narrow(text)) or low
        where.add("(o.number BETWEEN ? AND ? OR o.number = ?)", low, high, exact)
        return None, ()
    try:
        words = understand(text)
    except SearchRefusedError as refused:
        where.problems.extend(refused.problems)
        return None, ()
    words, also = widen(connection, words) if widened else (words, ())
    if not words.match and not words.exclude:
        return None, ()
    if client_facing:
        # A sheet that the index has not seen may have become hidden since.
        indexed = connection.execute("SELECT value FROM progress WHERE name = 'indexed_sheet'").fetchone()[0]
        where.add("o.sheet_id <= ?", indexed)
    if words.exclude:
        where.add(
            "o.docid NOT IN (SELECT rowid FROM opening_text WHERE opening_text MATCH ?)",
            _in_columns(words.exclude, client_facing=client_facing),
        )
        return None, ()
    where.sql.insert(0, "opening_text MATCH ?")
    where.parameters.insert(0, _in_columns(words.match, client_facing=client_facing))
    return words, also


def _employer(name: str, where: Conditions, *, client_facing: bool) -> None:
    """Add that the employer's name holds ``name``."""
    wanted = letters_of(name)
    if not wanted:
        if name.strip():
            where.problems.append(replace(NO_LETTERS, field="employer"))
        return
    where.add("instr(o.employer, ?) > 0", wanted)
    if client_facing:
        where.add(f"o.scope IN ({marks(_PUBLIC_SCOPES)})", *sorted(_PUBLIC_SCOPES))


def _walk(
    connection: Connection,
    words: Words | None,
    where: Conditions,
    order: Order,
    limit: int,
    cursor: _Cursor | None,
) -> list[tuple[Any, ...]]:
    """Return the rows of _LINE from the cursor on; only they are read from the wide table."""
    docid = "t.rowid" if words else "o.docid"
    further: list[str] = []
    parameters = list(where.parameters)
    if cursor and order == "received":
        further.append(f"{docid} < ?")
        parameters.append(cursor.docid)
    elif cursor:
        further.append("(o.deadline, o.docid) > (?, ?)")
        parameters += [cursor.key, cursor.docid]
    sequence = f"{docid} DESC" if order == "received" else "o.deadline, o.docid"
    # Only names and question marks of this package are put together here.
    page = f"SELECT o.docid {_hits(words, where.sql + further)} ORDER BY {sequence} LIMIT ?"
    statement = f"SELECT {_LINE} FROM ({page}) page CROSS JOIN opening o ON o.docid = page.docid {_WIDE}"  # noqa: S608
    rows = connection.execute(statement, (*parameters, limit)).fetchall()
    # SQL promises no order for a join; the rows come sorted in practice, so this costs nothing.
    rows.sort(key=_BY_DEADLINE if order == "deadline" else _BY_DOCID, reverse=order == "received")
    return list(rows)


def _count(connection: Connection, words: Words | None, where: Conditions) -> int:
    """Return the number of hits, COUNT_CAP + 1 when there are more than COUNT_CAP."""
    statement = f"SELECT count(*) FROM (SELECT 1 {_hits(words, where.sql)} LIMIT ?)"  # noqa: S608 - see _walk
    return int(connection.execute(statement, (*where.parameters, COUNT_CAP + 1)).fetchone()[0])


def _hits(words: Words | None, tests: list[str]) -> str:
    source = "opening_text t CROSS JOIN opening o ON o.docid = t.rowid" if words else "opening o"
    return f"FROM {source} WHERE {' AND '.join(tests)}" if tests else f"FROM {source}"


def _in_columns(expression: str, *, client_facing: bool) -> str:
    return f"{{body}} : ({expression})" if client_facing else expression


def _number_range(office: str, serial: str) -> tuple[int, int]:
    missing = 10 ** (8 - len(serial))
    low = int(office) * values.SERIAL + int(serial or 0) * missing
    return low, low + missing - 1


def _narrow(text: str) -> str:
    return re.sub("[\u2010\u2011\u2012\u2013\u2014\u2015\u2212－ー]", "-", text.strip()).translate(_DIGITS)


_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}


def _cursor(after: str) -> _Cursor | None:
    if not after:
        return None
    parts = after.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):  # noqa: PLR2004 - key, docid, total
        raise SearchRefusedError(_BAD_CURSOR)
    return _Cursor(int(parts[0]), int(parts[1]), int(parts[2]))


_LINE = (
    "o.docid, o.number, o.listed, o.valid_until, o.deadline, o.kind, o.scope, o.set_code, m.name,"
    " s.sheet_id, s.title, s.employer, s.place, s.pay, s.hours, s.employment, s.full_part"
)
_DOCID, _DEADLINE = 0, 4
_BY_DOCID, _BY_DEADLINE = itemgetter(_DOCID), itemgetter(_DEADLINE, _DOCID)
_WIDE = "JOIN sheet s ON s.sheet_id = o.sheet_id JOIN municipality m ON m.place_id = o.place_id"
_BAD_CURSOR = Problem(
    "after",
    "bad_cursor",
    "続きの位置が正しくありません。もう一度検索してください。",
    "Bad page mark. Search again.",
)
