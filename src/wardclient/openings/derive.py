"""From the cells of one record to what is filtered and listed. Texts are taken over unchanged."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from wardclient.openings import values
from wardclient.openings.columns import Layout
from wardclient.openings.grams import letters_of
from wardclient.openings.names import PAIRS, Names
from wardclient.openings.traits import traits_of

FULL, PART = 1, 2
"""フルタイム, パート: judged by hours, as the file says (domain.md 7.5)."""
NO_SCOPE = 0
MORE = (
    *("traits", "overtime", "holidays", "age_min", "age_max", "staff", "retirement", "base_pay", "industry"),
    *("station_id", "employer"),
)
"""Columns of ``opening`` that the filters of the state's own form ask for (since version 3 of the store)."""
_AGE = re.compile(r"(\d{2})\s*歳")
COMPRESSION = 1


class RowRefusedError(Exception):
    """The row has a value that cannot be stored. ``code`` as in problems.REASONS."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Derived:
    """What one record means.

    ``narrow`` follows the columns of ``opening`` from ``valid_until`` on, ``listed`` those of
    ``sheet`` from ``title`` on.
    """

    number: int
    received: int
    narrow: tuple[object, ...]
    listed: tuple[object, ...]


class Deriver:
    """Reads records of one layout. Columns that a file lacks read as empty."""

    def __init__(self, layout: Layout, names: Names) -> None:
        self._at = dict(layout.places)
        self._empty = layout.width
        self._names = names
        self._pairs = [(kind, self._place(code), self._place(name)) for kind, code, name in PAIRS]
        at = self._place
        self._received = at("received_on")
        self._dates = (at("valid_until"), at("referral_deadline"))
        self._pay = (at("pay_min_yen"), at("pay_max_yen"))
        self._hours = (at("hours1"), at("hours2"), at("hours3"))
        self._occupations = (at("occupation_code1"), at("occupation_code2"), at("occupation_code3"))
        self._employer_place = (at("employer_municipality"), at("employer_municipality_name"))
        self._workplace = (at("workplace_municipality_name"), at("workplace_address"))
        self._number = at("opening_no")
        self._full_part = (at("full_part_name"), at("sheet_title"))
        self._employment = (at("employment_type"), at("employment_type_name"))
        self._codes = (at("opening_kind"), at("disclosure_scope"))
        self._texts = (at("job_title"), at("employer_name"), at("base_pay_text"))

    def municipality(self, cells: Sequence[str]) -> tuple[str, str]:
        """Return (code, name) of the place of work, of the firm where the file leaves it empty."""
        code, name = (cells[index] if index < self._empty else "" for index in self._employer_place)
        if code:
            self._names.learn_place(code, name)
        index = self._workplace[0]
        work = cells[index] if index < self._empty else ""
        if work and work != name:
            return self._names.place_code(work), work
        return code, name

    def __call__(self, cells: list[str]) -> Derived:
        """Return what the record means.

        Raises RowRefusedError with the reason and the column.
        """
        cells = [*cells, ""]  # the place of every column this file does not have
        number = values.opening_number(cells[self._number])
        if number is None:
            raise RowRefusedError("bad_key", "opening_no")
        received, valid, deadline = self._days(cells)
        for kind, code_at, name_at in self._pairs:
            self._names.learn(kind, cells[code_at], cells[name_at])
        _, place_name = self.municipality(cells)
        pay_min = self._amount(cells, 0)
        pay_max = self._amount(cells, 1)
        full_part = self._full_or_part(cells)
        scope = cells[self._codes[1]]
        narrow = (
            valid,
            deadline,
            self._names.place(place_name),
            *[values.occupation(cells[index]) for index in self._occupations],
            cells[self._employment[0]],
            full_part,
            pay_min,
            pay_max,
            *self._times(cells),
            cells[self._codes[0]],
            int(scope) if scope in {"1", "2", "3", "4"} else NO_SCOPE,
            *self.more(cells),
        )
        listed = (
            cells[self._texts[0]],
            cells[self._texts[1]],
            cells[self._workplace[1]] or place_name,
            cells[self._texts[2]] or _pay_text(pay_min, pay_max),
            "　".join([cells[index] for index in self._hours if cells[index]]),
            cells[self._employment[1]],
            cells[self._full_part[0]],
        )
        return Derived(number, received, narrow, listed)

    def more(self, cells: Sequence[str]) -> tuple[object, ...]:
        """Return the columns MORE of a record; a number that cannot be read narrows nothing and refuses nothing."""

        def read(field: str) -> str:
            place = self._at.get(field, self._empty)
            return cells[place] if place < len(cells) else ""

        age = _AGE.search(values.narrow(read("retirement_age")))
        industry = f"{read('industry_major').strip()}{read('industry_code').strip()}"
        return (
            traits_of(read),
            values.first_number(read("overtime_hours")),
            values.first_number(read("annual_holidays")),
            values.first_number(read("age_min")),
            values.first_number(read("age_max")),
            values.first_number(read("employees_total")),
            int(age[1]) if age else None,
            values.whole_number(read("base_pay_min_yen")) if read("base_pay_min_yen") else None,
            industry,
            self._names.station(read("nearest_station_text") or read("nearest_station")),
            letters_of(read("employer_name")),
        )

    def _place(self, field: str) -> int:
        return self._at.get(field, self._empty)

    def _days(self, cells: list[str]) -> tuple[int, int, int]:
        text = cells[self._received]
        received = values.day(text)
        if received is None:
            raise RowRefusedError("bad_date" if text else "missing_value", "received_on")
        valid = self._day(cells, 0, "valid_until") or values.end_of_validity(received)
        return received, valid, self._day(cells, 1, "referral_deadline") or valid

    def _day(self, cells: list[str], which: int, field: str) -> int | None:
        text = cells[self._dates[which]]
        if not text:
            return None
        found = values.day(text)
        if found is None:
            raise RowRefusedError("bad_date", field)
        return found

    def _amount(self, cells: list[str], which: int) -> int | None:
        text = cells[self._pay[which]]
        if not text:
            return None
        amount = values.whole_number(text)
        if amount is None:
            raise RowRefusedError("bad_number", ("pay_min_yen", "pay_max_yen")[which])
        return amount

    def _times(self, cells: list[str]) -> list[int | None]:
        times: list[int | None] = []
        for index in self._hours:
            span = values.hours(cells[index]) if cells[index] else None
            times += span or (None, None)
        return times

    def _full_or_part(self, cells: list[str]) -> int:
        words = cells[self._full_part[0]] or cells[self._full_part[1]]
        if "パート" in words:
            return PART
        return FULL if "フルタイム" in words else 0


def pack(raw: bytes) -> bytes:
    """Return the original record compressed; ``unpack`` gives the same bytes back."""
    return zlib.compress(raw, COMPRESSION)


def unpack(packed: bytes) -> bytes:
    """Return the original record."""
    return zlib.decompress(packed)


def _pay_text(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    return f"{_yen(low)}～{_yen(high)}"


def _yen(amount: int | None) -> str:
    return "" if amount is None else f"{amount:,}円"
