"""What narrows a search, and what it is turned into: the values of the filters, SQL conditions, problems."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files

from wardclient.openings.problems import Problem

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; an empty value does not narrow.

    ``municipalities``: codes of five digits, or a prefecture's two. ``occupations``: 大分類 ``09``,
    中分類 ``055`` or 小分類 ``055-01``, any of an opening's three. ``employment_types``: the file's codes
    (see ``names.choices``). ``full_part``: ``full`` or ``part``. ``pay_floor_month`` (yen) looks at full-time
    openings only and ``pay_floor_hour`` at part-time ones, because the file gives the one by the month and
    the other by the hour. ``starts_from``/``ends_by`` (``HH:MM``, past midnight ``25:00``): one of the
    opening's spans lies inside; openings without stated hours do not match. ``received_since`` is an ISO
    date, ``within_days`` the last n days. ``listed_only`` keeps out what the newest file no longer lists
    and what has expired.

    ``kinds``: 区分, the file's codes. ``age``: of the person; openings whose limits it is outside are left out.
    ``traits`` must all hold and none of ``avoid`` may (codes of ``traits.TRAITS``); ``days_off``: days of
    ``traits.DAYS`` that are stated to be free. ``base_pay_only``: the floors look at the base pay, without fixed
    allowances. ``overtime_most`` hours a month, ``holidays_least`` a year, ``staff_least``/``staff_most`` people of
    the firm, ``retirement_least`` years of age. ``industries``: 大分類 ``P``, or with 中分類 or 小分類 ``P83``, ``P836``.
    ``station``: part of a line's or station's name; ``employer``: of the employer's. A number that an opening does not
    state does not match, save 年齢 (no limit) and 定年 (none).
    """

    municipalities: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    employment_types: tuple[str, ...] = ()
    full_part: str = ""
    pay_floor_month: int | None = None
    pay_floor_hour: int | None = None
    starts_from: str = ""
    ends_by: str = ""
    received_since: str = ""
    within_days: int | None = None
    listed_only: bool = True
    kinds: tuple[str, ...] = ()
    age: int | None = None
    traits: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    days_off: tuple[str, ...] = ()
    base_pay_only: bool = False
    overtime_most: int | None = None
    holidays_least: int | None = None
    staff_least: int | None = None
    staff_most: int | None = None
    retirement_least: int | None = None
    industries: tuple[str, ...] = ()
    station: str = ""
    employer: str = ""


@dataclass(slots=True)
class Conditions:
    """SQL conditions on ``opening o`` with their values, and what was wrong with the filters."""

    sql: list[str]
    parameters: list[object]
    problems: list[Problem]

    def add(self, sql: str, *parameters: object) -> None:
        """Add one condition."""
        self.sql.append(sql)
        self.parameters.extend(parameters)


def unknown(field: str, ja: str, en: str, code: str, right: Iterable[str]) -> Problem:
    """Return the problem, with the codes nearest to what was typed: a slip is one keystroke away."""
    choices = sorted(choice for choice in right if choice)
    near = get_close_matches(code, choices, n=NEAREST, cutoff=0.5) or choices[:NEAREST]
    hint_ja = f"近いもの: {'、'.join(near)}。" if near else ""
    hint_en = f" Nearest: {', '.join(near)}." if near else ""
    return Problem(
        field, "unknown_code", f"{ja}「{code}」はありません。{hint_ja}", f"Unknown {en}: {code}.{hint_en}"
    )


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a list of the reference data."""
    source = files("wardclient.casework").joinpath(f"reference/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in source.splitlines() if not line.startswith("#")))


def marks(items: Collection[object]) -> str:
    """Return the place holders of a list."""
    return ",".join("?" * len(items))
