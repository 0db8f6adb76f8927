"""How an opening fits a person's wishes (希望条件との照合): parts with points, each shown, each switchable.

Pure. A score orders a list and hides nothing. What neither the person nor the file says is never
guessed: a wish not stated is no part at all, a fact not stated gets half the points and says so.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from wardclient.casework import reference
from wardclient.openings.grams import fold

HALF_HOUR = 30
HUNDRED = 100
WALK_AND_WAIT, MINUTES_PER_KM = 15, 2.5
"""[P] Rough door-to-door minutes by train in and around the city: a fixed part and a part by distance."""
NEAR_KM = 6.0
"""[P] The next ward or town."""


class Part(StrEnum):
    """One part of a score."""

    OCCUPATION = "occupation"
    PLACE = "place"
    COMMUTE = "commute"
    EMPLOYMENT = "employment"
    PAY = "pay"
    HOURS = "hours"
    LICENCE = "licence"
    OVERTIME = "overtime"
    HEALTH = "health"


LABELS: Mapping[Part, tuple[str, str, int]] = {
    Part.OCCUPATION: ("職種", "Occupation", 30),
    Part.PLACE: ("希望勤務地", "Wished place", 15),
    Part.COMMUTE: ("通勤の目安", "Estimated way", 15),
    Part.EMPLOYMENT: ("働き方", "Full or part time", 10),
    Part.PAY: ("賃金", "Pay", 15),
    Part.HOURS: ("時間", "Hours", 20),
    Part.LICENCE: ("免許・資格", "Licences", 15),
    Part.OVERTIME: ("時間外", "Overtime", 5),
    Part.HEALTH: ("健康面の配慮", "Health", 15),
}
"""Japanese, English, most points [P]."""
FROM_SHEET = frozenset({Part.LICENCE, Part.OVERTIME, Part.HEALTH})
"""Parts that need the whole sheet; the others need the filtered columns only."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wishes and can do, as far as the reader may see it; empty means not stated.

    ``occupations`` are words or codes NNN-NN/NNN. ``earliest``/``latest`` are minutes after midnight and
    hold the wished hours and the hours of child care together. ``considerations`` are the words of the health
    consideration that can be looked for in a sheet (see ``CAUTIONS``).
    """

    occupations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    home: str = ""
    commute_minutes: int | None = None
    full_part: int = 0
    pay: int | None = None
    pay_by: int = 0
    """FULL: by the month; PART: by the hour; 0: not comparable."""
    earliest: int | None = None
    latest: int | None = None
    licences: tuple[str, ...] = ()
    licences_stated: bool = False
    overtime_ok: bool | None = None
    considerations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the filtered columns of an opening say. ``occupations`` NNN*100+NN; hours in minutes."""

    occupations: tuple[int, ...]
    title: str
    place: str
    full_part: int
    pay_min: int | None
    pay_max: int | None
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What only the sheet says. ``needed`` are licences with 必須; ``text`` is what describes the work."""

    needed: tuple[str, ...]
    overtime: str
    text: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One part: ``points`` of ``most``, and why in both languages."""

    part: Part
    points: int
    most: int
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Match:
    """A score from 0 to 100 and all its parts."""

    score: int
    parts: tuple[Scored, ...]


CAUTIONS: Mapping[str, tuple[str, ...]] = {
    "重い物": ("重量物", "重い物", "重い荷物", "力仕事", "体力"),
    "腰": ("重量物", "重い物", "重い荷物", "中腰", "力仕事"),
    "立ち仕事": ("立ち仕事", "立ち作業"),
    "夜勤": ("夜勤", "深夜", "宿直"),
    "高所": ("高所",),
    "運転": ("運転", "ドライバー", "配送"),
    "屋外": ("屋外", "外作業", "炎天下"),
    "電話": ("電話応対", "コールセンター", "テレアポ"),
}
"""Words of a consideration and the words of a sheet that call for a talk about it [P]."""
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分?|(半))?)")
_SPAN = re.compile(r"(?P<from>[^~\-]+?)(?:~|-|から)(?P<to>.+)")
_CODE = re.compile(r"^(\d{3})(?:-(\d{2}))?")
_BEFORE = ("まで", "迎え", "までに", "終業")
_AFTER = ("以降", "から", "送り", "始業")


def score(scored: Collection[Scored], off: Collection[str] = ()) -> Match:
    """Return the score of the parts that are not switched off; 0 when no part is left."""
    parts = tuple(part for part in scored if part.part not in off)
    most = sum(part.most for part in parts)
    return Match(round(HUNDRED * sum(part.points for part in parts) / most) if most else 0, parts)


def narrow_parts(wishes: Wishes, facts: Facts) -> list[Scored]:
    """Return the parts that the filtered columns answer."""
    found = [
        occupation(wishes, facts.occupations, facts.title),
        place(wishes, facts.place),
        commute(wishes, facts.place),
        employment(wishes, facts.full_part),
        pay(wishes, facts.full_part, facts.pay_min, facts.pay_max),
        hours(wishes, facts.spans),
    ]
    return [part for part in found if part is not None]


def sheet_parts(wishes: Wishes, sheet: SheetFacts) -> list[Scored]:
    """Return the parts that need the whole sheet."""
    found = [licence(wishes, sheet), overtime(wishes, sheet), health(wishes, sheet)]
    return [part for part in found if part is not None]


def occupation(wishes: Wishes, codes: tuple[int, ...], title: str) -> Scored | None:
    """Same 小分類 or the word in the title: all; same 中分類: two thirds; same 大分類: a quarter."""
    if not wishes.occupations:
        return None
    best, ja, en = 0.0, "希望とちがう", "another occupation"
    for wish in wishes.occupations:
        code = _CODE.match(unicodedata.normalize("NFKC", wish))
        if code is None:
            if fold(wish) in fold(title):
                best, ja, en = 1.0, f"職種名に「{wish}」", f"title has {wish}"
            continue
        for has in codes:
            share = _same(int(code[1]), int(code[2]) if code[2] else None, has)
            if share > best:
                best = share
                ja, en = {
                    1.0: ("同じ職業分類", "same occupation"),
                    2 / 3: ("同じ中分類", "same middle group"),
                    1 / 4: ("同じ大分類", "same major group"),
                }[share]
    return _part(Part.OCCUPATION, best, ja, en)


def place(wishes: Wishes, code: str) -> Scored | None:
    """A wished municipality: all; one nearby: half."""
    if not wishes.areas:
        return None
    if not code:
        return _unknown(Part.PLACE)
    if code in wishes.areas:
        return _part(Part.PLACE, 1, "希望の市区町村", "a wished municipality")
    if any((away := kilometres(area, code)) is not None and away <= NEAR_KM for area in wishes.areas):
        return _part(Part.PLACE, 1 / 2, "希望地の近く", "near a wished one")
    return _part(Part.PLACE, 0, "希望地の外", "elsewhere")


def commute(wishes: Wishes, code: str) -> Scored | None:
    """Within the minutes the person can travel: all; up to a quarter more: half."""
    if wishes.commute_minutes is None or not wishes.home:
        return None
    away = kilometres(wishes.home, code)
    if away is None:
        return _unknown(Part.COMMUTE)
    minutes = round(WALK_AND_WAIT + away * MINUTES_PER_KM)
    limit = wishes.commute_minutes
    share = 1.0 if minutes <= limit else 1 / 2 if minutes <= limit * 1.25 else 0.0
    return _part(
        Part.COMMUTE, share, f"約{minutes}分(希望{limit}分)", f"about {minutes} min (wished {limit})"
    )


def employment(wishes: Wishes, full_part: int) -> Scored | None:
    """フルタイム or パート as wished."""
    if not wishes.full_part:
        return None
    if not full_part:
        return _unknown(Part.EMPLOYMENT)
    same = full_part == wishes.full_part
    return _part(
        Part.EMPLOYMENT, same, "希望どおり" if same else "希望とちがう", "as wished" if same else "other"
    )


def pay(wishes: Wishes, full_part: int, low: int | None, high: int | None) -> Scored | None:
    """The lower end reaches the wish: all; only the upper end: half. Month is never held against hour."""
    if wishes.pay is None or not wishes.pay_by:
        return None
    if full_part != wishes.pay_by or (low is None and high is None):
        return _unknown(Part.PAY)
    if low is not None and low >= wishes.pay:
        return _part(Part.PAY, 1, "下限から希望以上", "lower end reaches the wish")
    if high is not None and high >= wishes.pay:
        return _part(Part.PAY, 1 / 2, "上限なら希望以上", "only the upper end does")
    lack = wishes.pay - (high if high is not None else low or 0)
    return _part(Part.PAY, 0, f"希望に{lack:,}円足りない", f"{lack:,} yen short")


def hours(wishes: Wishes, spans: tuple[tuple[int, int], ...]) -> Scored | None:
    """One span inside the possible hours: all; at most half an hour outside: half."""
    if wishes.earliest is None and wishes.latest is None:
        return None
    if not spans:
        return _unknown(Part.HOURS)
    outside = min(
        max((wishes.earliest or 0) - start, 0)
        + max(end - (wishes.latest if wishes.latest is not None else end), 0)
        for start, end in spans
    )
    if not outside:
        return _part(Part.HOURS, 1, "働ける時間の中", "within possible hours")
    share = 1 / 2 if outside <= HALF_HOUR else 0
    return _part(Part.HOURS, share, f"{outside}分はみ出す", f"{outside} min outside")


def licence(wishes: Wishes, sheet: SheetFacts) -> Scored | None:
    """Every required licence is held: all; otherwise none, and which is missing."""
    if not wishes.licences_stated:
        return None
    held = [fold(text) for text in wishes.licences]
    missing = [need for need in sheet.needed if not any(_holds(have, fold(need)) for have in held)]
    if missing:
        words = "、".join(missing)
        return _part(Part.LICENCE, 0, f"必須で持っていない: {words}", f"required, not held: {words}")
    if sheet.needed:
        return _part(Part.LICENCE, 1, "必須の資格あり", "holds what is required")
    return _part(Part.LICENCE, 1, "必須の資格なし", "nothing required")


def overtime(wishes: Wishes, sheet: SheetFacts) -> Scored | None:
    """Asked only of those who cannot work overtime."""
    if wishes.overtime_ok is not False:
        return None
    if not sheet.overtime:
        return _unknown(Part.OVERTIME)
    none = sheet.overtime.strip() in {"なし", "無", "無し"}
    return _part(
        Part.OVERTIME, none, "時間外なし" if none else "時間外あり", "no overtime" if none else "overtime"
    )


def health(wishes: Wishes, sheet: SheetFacts) -> Scored | None:
    """Words in the sheet that call for a talk; their absence promises nothing and says so."""
    if not wishes.considerations:
        return None
    text = fold(sheet.text)
    found = sorted({word for wish in wishes.considerations for word in CAUTIONS[wish] if fold(word) in text})
    if found:
        words = "、".join(found)
        return _part(Part.HEALTH, 0, f"相談が必要: {words}", f"talk first: {words}")
    return _part(Part.HEALTH, 1, "気になる言葉なし(要確認)", "no word of concern (ask)")


def considerations_in(text: str) -> tuple[str, ...]:
    """Return the keys of ``CAUTIONS`` that a consideration names."""
    folded = fold(text)
    return tuple(word for word in CAUTIONS if fold(word) in folded)


def possible_hours(wished: str, constraints: Collection[str]) -> tuple[int | None, int | None]:
    """Return (earliest, latest) in minutes from wished hours and from sentences on child care.

    ``9:00-15:00``; ``保育園のお迎え17時まで``; ``8時半以降``. The narrower bound wins; what holds no time is left.
    """
    earliest: list[int] = []
    latest: list[int] = []
    plain = unicodedata.normalize("NFKC", wished).replace("〜", "~")
    span = _SPAN.match(plain)
    if span and (start := _TIME.search(span["from"])) and (end := _TIME.search(span["to"])):
        first, last = _minutes(start), _minutes(end)
        earliest.append(first)
        latest.append(last if last > first else last + 24 * 60)
    for sentence in constraints if span else (*constraints, wished):
        text = unicodedata.normalize("NFKC", sentence)
        found = _TIME.search(text)
        if found and any(word in text for word in _BEFORE):
            latest.append(_minutes(found))
        elif found and any(word in text for word in _AFTER):
            earliest.append(_minutes(found))
    return max(earliest, default=None), min(latest, default=None)


@cache
def positions() -> Mapping[str, tuple[float, float]]:
    """Return latitude and longitude of the municipalities around the city."""
    return {row["code"]: (float(row["lat"]), float(row["lon"])) for row in reference.rows("places")}


@cache
def kilometres(one: str, other: str) -> float | None:
    """Return the distance of two municipalities as the crow flies, None when one is not in the table."""
    here, there = positions().get(one), positions().get(other)
    if here is None or there is None:
        return None
    middle = math.radians((here[0] + there[0]) / 2)
    return math.hypot((here[0] - there[0]) * 111.2, (here[1] - there[1]) * 111.2 * math.cos(middle))


def _same(middle: int, small: int | None, code: int) -> float:
    if code // HUNDRED == middle:
        return 1.0 if small is None or small == code % HUNDRED else 2 / 3
    return 1 / 4 if _major(middle) and _major(middle) == _major(code // HUNDRED) else 0.0


@cache
def _major(middle: int) -> str:
    return next((o.parent for o in reference.occupations().values() if o.code == f"{middle:03d}"), "")


def _holds(have: str, need: str) -> bool:
    return have in need or need in have


def _minutes(found: re.Match[str]) -> int:
    return int(found[1]) * 60 + (30 if found[4] else int(found[2] or found[3] or 0))


def _part(part: Part, share: float, ja: str, en: str) -> Scored:
    most = LABELS[part][2]
    return Scored(part, round(most * share), most, ja, en)


def _unknown(part: Part) -> Scored:
    return _part(part, 1 / 2, "求人票に記載なし(半分の点)", "not stated (half the points)")
