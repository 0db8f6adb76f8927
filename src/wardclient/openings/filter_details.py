"""The details of the state's own form (domain.md 7.7): age, traits, days off, hours of overtime, size, industry, station."""

import json
import re
from collections.abc import Mapping
from functools import cache

from wardclient.openings import traits
from wardclient.openings.conditions import Conditions, Filters, marks, rows_of, unknown
from wardclient.openings.grams import fold
from wardclient.openings.problems import Problem
from wardclient.openings.stations import END, stations_of
from wardclient.openings.store import Connection

_INDUSTRY = re.compile(r"^([A-T])(?:(\d{2})(\d?))?$")
AGES = range(15, 100)


def add_details(connection: Connection, filters: Filters, result: Conditions) -> None:
    """Add the conditions; wrong codes and amounts are problems."""
    _kinds(connection, filters.kinds, result)
    _age(filters.age, result)
    _traits(filters, result)
    _amounts(filters, result)
    _industries(connection, filters.industries, result)
    _station(connection, filters.station, result)


def _kinds(connection: Connection, codes: tuple[str, ...], result: Conditions) -> None:
    if not codes:
        return
    known = {row[0] for row in connection.execute("SELECT code FROM code_name WHERE kind = 'opening_kind'")}
    result.problems.extend(
        unknown("kinds", "求人区分コード", "code of the kind", code, known)
        for code in codes
        if code not in known
    )
    result.add(f"o.kind IN ({marks(codes)})", *codes)


def _age(age: int | None, result: Conditions) -> None:
    if age is None:
        return
    if not _is_number(age) or age not in AGES:
        result.problems.append(
            Problem(
                "age",
                "bad_age",
                "年齢は15から99までの数で入れてください。",
                "The age is a number from 15 to 99.",
            )
        )
        return
    result.add("(o.age_min IS NULL OR o.age_min <= ?) AND (o.age_max IS NULL OR o.age_max >= ?)", age, age)


def _traits(filters: Filters, result: Conditions) -> None:
    for field, codes, known in (
        ("traits", filters.traits, tuple(traits.CODES)),
        ("avoid", filters.avoid, traits.AVOIDABLE),
    ):
        wrong = [code for code in codes if code not in known]
        result.problems.extend(unknown(field, "条件", "condition", code, known) for code in wrong)
    both = sorted(set(filters.traits) & set(filters.avoid))
    if both:
        names = "、".join(trait.ja for trait in traits.TRAITS if trait.code in both)
        english = ", ".join(trait.en for trait in traits.TRAITS if trait.code in both)
        result.problems.append(
            Problem(
                "avoid",
                "both_ways",
                f"「{names}」が「ほしい条件」と「除く」の両方に入っています。",
                f"Both wanted and left out: {english}.",
            )
        )
    wanted = traits.mask(tuple(code for code in filters.traits if code in traits.CODES))
    for day in filters.days_off:
        if day in traits.DAYS and len(day) == 1:
            wanted |= 1 << (traits.FIRST_DAY_BIT + traits.DAYS.index(day))
        else:
            result.problems.append(unknown("days_off", "休日の曜日", "day off", day, traits.DAYS))
    if wanted:
        result.add("o.traits & ? = ?", wanted, wanted)
    avoided = traits.mask(tuple(code for code in filters.avoid if code in traits.CODES))
    if avoided:
        result.add("o.traits & ? = 0", avoided)


def _amounts(filters: Filters, result: Conditions) -> None:
    for field, amount, test in (
        (
            "overtime_most",
            filters.overtime_most,
            f"(o.overtime <= ? OR o.traits & {traits.mask(('no_overtime',))})",
        ),
        ("holidays_least", filters.holidays_least, "o.holidays >= ?"),
        ("staff_least", filters.staff_least, "o.staff >= ?"),
        ("staff_most", filters.staff_most, "o.staff <= ?"),
        ("retirement_least", filters.retirement_least, "(o.retirement IS NULL OR o.retirement >= ?)"),
    ):
        if amount is None:
            continue
        if not _is_number(amount):
            result.problems.append(Problem(field, "not_number", "数で入れてください。", "Enter a number."))
        elif amount < 0:
            result.problems.append(
                Problem(field, "negative", "数は0以上で入れてください。", "The number may not be negative.")
            )
        else:
            result.add(test, amount)

    least, most = filters.staff_least, filters.staff_most
    if _is_number(least) and _is_number(most) and least > most:  # type: ignore[operator]
        result.problems.append(
            Problem(
                "staff_most",
                "below_least",
                f"従業員数の上限({most}人)が下限({least}人)より小さくなっています。",
                f"The most staff ({most}) is less than the least ({least}).",
            )
        )


def _is_number(value: object) -> bool:
    """Whether a filter holds a whole number: screens and commands hand on what was typed."""
    return isinstance(value, int) and not isinstance(value, bool)


def _industries(connection: Connection, codes: tuple[str, ...], result: Conditions) -> None:
    tests: list[str] = []
    ends: list[str] = []
    for code in codes:
        if not _is_industry(connection, code):
            result.problems.append(
                unknown("industries", "産業分類コード", "industry code", code, _industry_codes(connection))
            )
            continue
        tests.append("o.industry BETWEEN ? AND ?")
        ends += [code, code + "\U0010ffff"]
    if tests:
        result.add(f"({' OR '.join(tests)})", *ends)


@cache
def known_industries() -> Mapping[str, tuple[str, range]]:
    """Return the 大分類 with their names and the numbers of their 中分類."""
    return {
        row["code"]: (row["name_ja"], range(int(row["middle_from"]), int(row["middle_to"]) + 1))
        for row in rows_of("industries")
    }


def _is_industry(connection: Connection, code: str) -> bool:
    """Whether there is such a 大分類 or 中分類; a 小分類, whose list we have not, must be in some opening."""
    parts = _INDUSTRY.match(code)
    if parts is None or (parts[2] and int(parts[2]) not in known_industries()[parts[1]][1]):
        return False
    if not parts[3]:
        return True
    return bool(connection.execute("SELECT 1 FROM opening WHERE industry = ? LIMIT 1", (code,)).fetchone())


def _industry_codes(connection: Connection) -> set[str]:
    found = {row[0] for row in connection.execute("SELECT DISTINCT industry FROM opening") if row[0]}
    for letter, (_name, middle) in known_industries().items():
        found |= {letter, *(f"{letter}{number:02}" for number in middle)}
    return found


def _station(connection: Connection, text: str, result: Conditions) -> None:
    """Part of what is said of the nearest station; a whole name (横浜駅) is that station and not 新横浜駅."""
    wanted = fold(text)
    if not wanted:
        return
    rows = connection.execute("SELECT station_id, name FROM station")
    found = {station_id: name for station_id, name in rows if wanted in fold(name)}
    if wanted.endswith(END):
        # With its line before it (京急本線 鶴見駅) it is none of the names, and found as a part.
        found = {number: name for number, name in found.items() if _is_named(wanted, name)} or found
    # As one value: a line of a large city is in more texts than a statement may have variables.
    result.add("o.station_id IN (SELECT value FROM json_each(?))", json.dumps(list(found)))


def _is_named(wanted: str, text: str) -> bool:
    return any(fold(station.name) == wanted for station in stations_of(text))
