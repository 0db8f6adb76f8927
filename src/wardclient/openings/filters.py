"""The filters of a search, checked and turned into SQL conditions.

A wrong code is an error, never zero hits.
"""

import re
from datetime import date, timedelta
from functools import cache

from wardclient.casework.work_codes import EmploymentType
from wardclient.openings import values
from wardclient.openings.conditions import Conditions, Filters, marks, rows_of, unknown
from wardclient.openings.derive import FULL, PART
from wardclient.openings.filter_details import add_details
from wardclient.openings.problems import Problem
from wardclient.openings.store import Connection

_TIME = re.compile(r"^([01]?\d|2[0-9]|3[0-6]):([0-5]\d)$")
_OCCUPATION = re.compile(r"^\d{2}$|^\d{3}$|^\d{3}-\d{2}$")
_FULL_PART = {"full": FULL, "part": PART}
HUNDRED = 100


def conditions(connection: Connection, filters: Filters, today: date) -> Conditions:
    """Return the conditions; look at ``problems`` before using them."""
    result = Conditions([], [], [])
    _municipalities(connection, filters.municipalities, result)
    _occupations(connection, filters.occupations, result)
    _employment(connection, filters.employment_types, result)
    _work(filters, result)
    _times(filters, result)
    _dates(filters, today, result)
    add_details(connection, filters, result)
    return result


@cache
def known_municipalities() -> frozenset[str]:
    """Return the codes every installation knows: the city's wards and the prefectures."""
    return frozenset(row["code"] for name in ("wards", "prefectures") for row in rows_of(name))


@cache
def known_occupations() -> dict[str, tuple[int, int]]:
    """Return 大分類 and 中分類 codes with the span of their 小分類 as integers (NNN*100+NN)."""
    spans: dict[str, tuple[int, int]] = {}
    for row in rows_of("occupations"):
        if row["level"] == "middle":
            low = int(row["code"]) * HUNDRED
            spans[row["code"]] = (low, low + HUNDRED - 1)
            major = spans.get(row["parent_code"], (low, low))
            spans[row["parent_code"]] = (min(major[0], low), max(major[1], low + HUNDRED - 1))
    return spans


def _municipalities(connection: Connection, codes: tuple[str, ...], result: Conditions) -> None:
    places: set[int] = set()
    for code in codes:
        upper = code + "\U0010ffff" if code in known_municipalities() and len(code) < len("00000") else code
        found = [
            row[0]
            for row in connection.execute(
                "SELECT place_id FROM municipality WHERE code >= ? AND code <= ?", (code, upper)
            )
        ]
        if not found and code not in known_municipalities():
            result.problems.append(
                unknown("municipalities", "市区町村コード", "municipality code", code, _places(connection))
            )
        places.update(found)
    if codes:
        result.add(f"o.place_id IN ({marks(places)})", *sorted(places))


def _occupations(connection: Connection, codes: tuple[str, ...], result: Conditions) -> None:
    spans: list[tuple[int, int]] = []
    for code in codes:
        known = known_occupations().get(code[:3] if len(code) > len("00") else code)
        if known is None or not _OCCUPATION.match(code):
            result.problems.append(
                unknown("occupations", "職業分類コード", "occupation code", code, known_occupations())
            )
            continue
        exact = values.occupation(code) if "-" in code else None
        if exact is not None and (near := _unheard_of(connection, exact, known)) is not None:
            # The list of small groups is not public: what no opening ever had is taken for a slip.
            result.problems.append(unknown("occupations", "職業分類コード", "occupation code", code, near))
            continue
        spans.append((exact, exact) if exact is not None else known)
    tests = [f"o.occupation{place} BETWEEN ? AND ?" for _ in spans for place in (1, 2, 3)]
    if spans:
        result.add(f"({' OR '.join(tests)})", *[end for span in spans for end in span * 3])


def _unheard_of(connection: Connection, code: int, group: tuple[int, int]) -> set[str] | None:
    """Return the group's codes that openings have, where none has this one; None where one has."""
    columns = ("occupation1", "occupation2", "occupation3")
    if any(
        connection.execute(f"SELECT 1 FROM opening WHERE {column} = ? LIMIT 1", (code,)).fetchone()  # noqa: S608
        for column in columns
    ):
        return None
    found = {
        row[0]
        for column in columns
        for row in connection.execute(
            f"SELECT DISTINCT {column} FROM opening WHERE {column} BETWEEN ? AND ?",  # noqa: S608
            group,
        )
    }
    return {f"{each // HUNDRED:03}-{each % HUNDRED:02}" for each in found} | {f"{group[0] // HUNDRED:03}"}


def _employment(connection: Connection, codes: tuple[str, ...], result: Conditions) -> None:
    known = {row[0] for row in connection.execute("SELECT code FROM code_name WHERE kind = 'employment'")}
    known |= {code.value for code in EmploymentType}
    result.problems.extend(
        unknown("employment_types", "雇用形態コード", "employment type code", code, known)
        for code in codes
        if code not in known
    )
    if codes:
        result.add(f"o.employment IN ({marks(codes)})", *codes)


def _work(filters: Filters, result: Conditions) -> None:
    if filters.full_part:
        if filters.full_part not in _FULL_PART:
            result.problems.append(
                unknown("full_part", "フルタイム・パートの別", "value", filters.full_part, _FULL_PART)
            )
        else:
            result.add("o.full_part = ?", _FULL_PART[filters.full_part])
    floors = []
    for field, floor, kind in (
        ("pay_floor_month", filters.pay_floor_month, FULL),
        ("pay_floor_hour", filters.pay_floor_hour, PART),
    ):
        if floor is None:
            continue
        if floor < 0:
            result.problems.append(
                Problem(
                    field, "negative", "金額は0円以上で入れてください。", "The amount may not be negative."
                )
            )
        floors.append((kind, floor))
    if floors:
        column = "o.base_pay" if filters.base_pay_only else "o.pay_min"
        tests = " OR ".join(f"(o.full_part = ? AND {column} >= ?)" for _ in floors)
        result.add(f"({tests})", *[value for pair in floors for value in pair])


def _times(filters: Filters, result: Conditions) -> None:
    start = _minutes("starts_from", filters.starts_from, result)
    end = _minutes("ends_by", filters.ends_by, result)
    if start is None and end is None:
        return
    if start is not None and end is not None and end <= start:
        end += 24 * 60  # past midnight, as an opening's own span is kept
    spans, bounds = [], []
    for place in (1, 2, 3):
        tests = [f"o.start{place} >= ?"] * (start is not None) + [f"o.end{place} <= ?"] * (end is not None)
        spans.append(f"({' AND '.join(tests)})")
        bounds += [bound for bound in (start, end) if bound is not None]
    result.add(f"({' OR '.join(spans)})", *bounds)


def _minutes(field: str, text: str, result: Conditions) -> int | None:
    if not text:
        return None
    found = _TIME.match(text)
    if found is None:
        result.problems.append(
            Problem(field, "bad_time", "時刻は 9:00 のように入れてください。", "Enter a time such as 9:00.")
        )
        return None
    return int(found[1]) * 60 + int(found[2])


def _dates(filters: Filters, today: date, result: Conditions) -> None:
    if filters.received_since:
        since = values.day(filters.received_since)
        if since is None:
            result.problems.append(
                Problem("received_since", "bad_date", "日付として読めません。", "This is not a date.")
            )
        else:
            result.add("o.docid >= ? << 32", since)
    if filters.within_days is not None:
        if filters.within_days < 0:
            result.problems.append(
                Problem(
                    "within_days", "negative", "日数は0以上で入れてください。", "Days may not be negative."
                )
            )
        else:
            result.add("o.docid >= ? << 32", (today - timedelta(days=filters.within_days)).toordinal())
    if filters.listed_only:
        result.add(
            "o.listed = 1 AND o.deadline >= ? AND o.valid_until >= ?", today.toordinal(), today.toordinal()
        )


def _places(connection: Connection) -> set[str]:
    """Return the codes that would be right: those of every installation and those the files brought."""
    return {row[0] for row in connection.execute("SELECT code FROM municipality")} | known_municipalities()


__all__ = ["Conditions", "Filters", "conditions"]
