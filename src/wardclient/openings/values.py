"""Values of the file's cells: numbers, dates, times, codes. Pure; every reader says what it refuses."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from wardclient.casework.calendar import DateError, end_of_second_month_after, parse_date

_NUMBER = re.compile(r"^(\d{5})-?(\d{1,8})$")
_HOURS = re.compile(r"(\d{1,2})時(\d{1,2})分[～~〜\-](?:翌日?)?(\d{1,2})時(\d{1,2})分")
_FIRST = re.compile(r"[0-9]{1,9}")
_OCCUPATION = re.compile(r"^(\d{3})-?(\d{2})?$")
SERIAL = 10**8


def opening_number(text: str) -> int | None:
    """Return 求人番号 as one integer (office * 10^8 + serial), None when malformed.

    Full-width digits and hyphens are folded; a serial shorter than eight digits is padded
    with zeros on the left (domain.md 7.3).
    """
    found = _NUMBER.match(narrow(text))
    return int(found[1]) * SERIAL + int(found[2]) if found else None


def opening_text(number: int) -> str:
    """Return the opening number as people write it: ``14990-00012345``."""
    digits = f"{number:013d}"
    return f"{digits[:5]}-{digits[5:]}"


@lru_cache(maxsize=4096)
def day(text: str) -> int | None:
    """Return a Gregorian or era date as an ordinal (``date.toordinal``), None when it is no date.

    A day outside its era (平成31年5月1日) is taken for the day it must be: the state's systems write such.
    """
    try:
        return parse_date(text).toordinal()
    except DateError as error:
        return error.suggestion.toordinal() if error.suggestion else None


@lru_cache(maxsize=4096)
def iso(ordinal: int | None) -> str:
    """Return an ordinal as an ISO date, None as the empty string."""
    return date.fromordinal(ordinal).isoformat() if ordinal else ""


@lru_cache(maxsize=4096)
def end_of_validity(received: int) -> int:
    """Return the last day of the second month after the month of receipt (domain.md 7.4)."""
    return end_of_second_month_after(date.fromordinal(received)).toordinal()


@lru_cache(maxsize=8192)
def whole_number(text: str) -> int | None:
    """Return an amount (``250,000円``, full-width allowed) as an integer, None when it is no number."""
    plain = narrow(text).replace(",", "").removesuffix("円")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < len("1000000000000") else None


@lru_cache(maxsize=8192)
def first_number(text: str) -> int | None:
    """Return the first whole number in a text (``月平均 5時間``, ``1,200人``), None where there is none."""
    found = _FIRST.search(narrow(text).replace(",", "")) if text else None
    return int(found[0]) if found else None


@lru_cache(maxsize=8192)
def hours(text: str) -> tuple[int, int] | None:
    """Return working hours as minutes after midnight (start, end), None for shifts without hours.

    An end at or before the start is on the next day and gets 24 hours added, so that a span is
    always start < end (domain.md 7.5).
    """
    found = _HOURS.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4])
    return start, end if end > start else end + 24 * 60


@lru_cache(maxsize=8192)
def occupation(text: str) -> int | None:
    """Return 職業分類 ``NNN-NN`` as an integer NNN*100+NN (``NNN`` alone as NNN*100), None otherwise."""
    found = _OCCUPATION.match(narrow(text))
    return int(found[1]) * 100 + int(found[2] or 0) if found else None


def narrow(text: str) -> str:
    """Return the text folded to half width without blanks at its ends; all dashes become ``-``."""
    if text.isascii():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text).strip()
    return re.sub("[\u2010\u2011\u2012\u2013\u2014\u2015\u2212ー]", "-", folded)
