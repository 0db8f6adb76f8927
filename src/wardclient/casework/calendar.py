"""和暦: dates as offices write them, read in every usual form and shown era first (domain 11.1).

Stored dates are ISO text; everything here works on `datetime.date`.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from wardclient.casework.problems import CaseworkError, Problem
from wardclient.casework.width import fold_kanji_numbers

JAPAN = timezone(timedelta(hours=9), "JST")
APRIL = 4
MONTHS = 12
LAST_YEAR = 2199
"""Later years are taken for slips of the finger."""


@dataclass(frozen=True, slots=True)
class Era:
    """元号: its sign letter, its first day (section 8)."""

    name: str
    letter: str
    first: date


ERAS = (
    Era("明治", "M", date(1868, 1, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("令和", "R", date(2019, 5, 1)),
)
_ERA_OF = {key: era for era in ERAS for key in (era.name, era.name[0], era.letter)}
_NEXT_ERA = dict(pairwise(ERAS))

_BETWEEN = "[./年-]"
_WESTERN = re.compile(rf"(?:西暦)?(\d{{4}}){_BETWEEN}(\d{{1,2}})[./月-](\d{{1,2}})日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ERA = re.compile(
    rf"(明治|大正|昭和|平成|令和|[明大昭平令MTSHR])\.?(元|\d{{1,3}}){_BETWEEN}(\d{{1,2}})[./月-](\d{{1,2}})日?"
)
_ERA_COMPACT = re.compile(r"([MTSHR])(\d{2})(\d{2})(\d{2})")
_WEEKDAY = re.compile(r"\([月火水木金土日]\)$")
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc]")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?|時(?:(\d{1,2})分|(半))?)")
_FISCAL = re.compile(r"(?:FY)?(\d{4})(?:年度?)?|(明治|大正|昭和|平成|令和|[MTSHR])(元|\d{1,2})(?:年度?)?")


class DateError(CaseworkError):
    """A text that is no date. ``suggestion``: the day that an out-of-era date would be (H31.5.1)."""

    def __init__(self, problem: Problem, suggestion: date | None = None) -> None:
        """Keep the problem and the day it may have meant."""
        super().__init__(problem)
        self.suggestion = suggestion


def parse_date(text: str, field: str = "") -> date:
    """Return the day that ``text`` names; DateError (``date_form``, ``date_missing_day``, ``date_era``).

    Accepts R8.3.31, 令和8年3月31日, 令8.3.31, 2026/3/31, 20260331, full-width forms, 元年, kanji
    numbers, and a weekday in brackets at the end. A day outside its era is refused with the day
    it must be as ``suggestion``, for the person to take or leave.
    """
    plain = _plain(text)
    western = _WESTERN.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if western:
        return _day(int(western[1]), int(western[2]), int(western[3]), field)
    found = _ERA.fullmatch(plain) or _ERA_COMPACT.fullmatch(plain)
    if found is None:
        raise _no_date(field)
    era = _ERA_OF[found[1]]
    year = 1 if found[2] == "元" else int(found[2])
    if year == 0:
        raise _no_date(field)
    day = _day(era.first.year + year - 1, int(found[3]), int(found[4]), field)
    if not _within(era, day):
        raise _outside_era(era, day, field)
    return day


def parse_moment(text: str, field: str = "") -> datetime:
    """Return a day with a time of day (``R8.11.27 14:00``, ISO); without an offset it is Japan's time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is not None and ("T" in text or ":" in text):
        return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)
    words = unicodedata.normalize("NFKC", text).strip().rsplit(maxsplit=1)
    if len(words) < len(("day", "time")):
        found = re.fullmatch(r"(.*日)(.+)", "".join(words))
        if found is None:
            raise _no_moment(field)
        words = [found[1], found[2]]
    return datetime.combine(parse_date(words[0], field), parse_time(words[1], field), JAPAN)


def parse_time(text: str, field: str = "") -> time:
    """Return a time of day (14:00, 14時, 14時半, 14時30分, full-width); DateError ``time_form``."""
    found = _TIME.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        raise _no_time(field)
    minute = 30 if found[5] else int(found[2] or found[4] or 0)
    try:
        return time(int(found[1]), minute, int(found[3] or 0))
    except ValueError as error:
        raise _no_time(field) from error


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    folded = "".join(_DASHES.sub("-", folded).split())
    return _WEEKDAY.sub("", fold_kanji_numbers(folded))


def _day(year: int, month: int, day: int, field: str) -> date:
    if not ERAS[0].first.year <= year <= LAST_YEAR:
        raise _no_such_day(field)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _no_such_day(field) from error


def _within(era: Era, day: date) -> bool:
    after = _NEXT_ERA.get(era)
    return era.first <= day and (after is None or day < after.first)


def era_of(day: date) -> Era | None:
    """Return the era of a day, None before Meiji."""
    return next((era for era in reversed(ERAS) if era.first <= day), None)


# --- showing --------------------------------------------------------------------


def format_wareki(day: date) -> str:
    """Return 令和8年11月24日; a first year is 元年. Days before Meiji are Gregorian."""
    return f"{_year_text(day)}年{day.month}月{day.day}日"


def format_weekday(day: date) -> str:
    """Return 令和8年11月24日(火)."""
    return f"{format_wareki(day)}({'月火水木金土日'[day.weekday()]})"


def format_both(day: date) -> str:
    """Return 令和8年11月24日 (2026/11/24): era first, Gregorian in brackets."""
    return f"{format_wareki(day)} ({day.year}/{day.month}/{day.day})"


def format_month_day(day: date) -> str:
    """Return 11月24日, for lists where the year is plain."""
    return f"{day.month}月{day.day}日"


def format_letters(day: date) -> str:
    """Return R8.11.24, for narrow lists."""
    era = era_of(day)
    if era is None:
        return f"{day.year}.{day.month}.{day.day}"
    return f"{era.letter}{day.year - era.first.year + 1}.{day.month}.{day.day}"


def format_moment(moment: datetime) -> str:
    """Return 令和8年11月27日 14:00, in Japan's time."""
    here = moment.astimezone(JAPAN)
    return f"{format_wareki(here.date())} {here.hour}:{here.minute:02d}"


def _year_text(day: date) -> str:
    era = era_of(day)
    if era is None:
        return str(day.year)
    year = day.year - era.first.year + 1
    return era.name + ("元" if year == 1 else str(year))


# --- reckoning ------------------------------------------------------------------


def age_on(birth: date, day: date) -> int:
    """Return the age in years on ``day``: a year is full at the end of the day before the birthday.

    Offices count the person as older on that whole day (年齢計算ニ関スル法律, 前日満了), so someone
    born on 1 April is of the school year before. Below zero for a birth still to come.
    """
    tomorrow = day + timedelta(days=1) if day < date.max else day
    return tomorrow.year - birth.year - ((tomorrow.month, tomorrow.day) < (birth.month, birth.day))


def fiscal_year(day: date) -> int:
    """Return the 年度 (April to March) by its Gregorian first year."""
    return day.year - (day.month < APRIL)


def format_fiscal_year(year: int) -> str:
    """Return 令和8年度. FY2019 is 令和元年度, as the state writes it."""
    return f"{_year_text(date(year, MONTHS, 31))}年度"


def parse_fiscal_year(text: str, field: str = "") -> int:
    """Return FY2019 for 2019, 令和元年度, 平成31年度 and R1 alike; DateError ``fiscal_year``."""
    found = _FISCAL.fullmatch("".join(unicodedata.normalize("NFKC", text).upper().split()))
    if found is None:
        ja, en = (
            "年度は「令和8年度」か「2026」の形で入力してください。",
            "Give the fiscal year as 2026 or R8.",
        )
        raise DateError(Problem(field, "fiscal_year", ja, en))
    if found[1]:
        return int(found[1])
    return _ERA_OF[found[2]].first.year + (1 if found[3] == "元" else int(found[3])) - 1


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later (earlier if negative), or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def end_of_second_month_after(day: date) -> date:
    """Return when a registration or an opening received on ``day`` lapses (domain 4.7, 7.4)."""
    return month_end(add_months(month_start(day), 2))


# --- refusals -------------------------------------------------------------------


def _no_date(field: str) -> DateError:
    ja = "日付は R8.3.31、令和8年3月31日、2026/3/31 のような形で入力してください。"
    return DateError(Problem(field, "date_form", ja, "Give a date such as R8.3.31 or 2026/3/31."))


def _no_such_day(field: str) -> DateError:
    ja = "この日付は暦にありません。年・月・日を確かめてください。"
    return DateError(
        Problem(field, "date_missing_day", ja, "There is no such day. Check year, month and day.")
    )


def _outside_era(era: Era, day: date, field: str) -> DateError:
    meant = format_wareki(day)
    ja = f"この日は{era.name}ではありません。{meant}ですか。"
    en = f"This day is outside its era. Is it {day.isoformat()}?"
    return DateError(Problem(field, "date_era", ja, en), day)


def _no_time(field: str) -> DateError:
    ja = "時刻は 14:00 か 14時30分 の形で入力してください。"
    return DateError(Problem(field, "time_form", ja, "Give a time such as 14:00."))


def _no_moment(field: str) -> DateError:
    ja = "日付と時刻を、間を空けて入力してください (例 R8.11.27 14:00)。"
    return DateError(Problem(field, "moment_form", ja, "Give a date and a time, with a blank between."))
