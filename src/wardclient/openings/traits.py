"""Yes-or-no conditions of an opening (特徴): what the staff's own filters ask for (domain.md 7.7), as one number.

Each is read from the words of a column whose meaning is known. Where a file leaves the column empty the opening has
not the trait: a filter promises nothing that the sheet does not say
(save 免許・資格不問, which is that none is asked). Columns whose place or words are not known yet
(住宅, 託児, 請負) are no filters; they are found by free words.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Read = Callable[[str], str]
"""Gives the text of a field; empty where the file lacks it."""
_WALK = re.compile(r"徒歩\s*(\d+)\s*分")
_TIMES_A_MONTH = re.compile(r"月\s*\d+\s*[回日][^、。 ]*")
"""月2回土曜 is no Monday, and no Saturday of every week."""
_TAKES_BACK = (
    *(
        "ではない",
        "でない",
        "ではありません",
        "ではなく",
        "じゃない",
        "はない",
        "はありません",
        "なし",
        "無し",
    ),
    *(
        "不可",
        "不要",
        "未加入",
        "加入なし",
        "しない",
        "せず",
        "しません",
        "されない",
        "対象外",
        "を除く",
        "除く",
    ),
)
_OTHER_MATTERS = ("雇用", "労災", "健康", "厚生", "財形", "喫煙", "分煙", "駐車場")
"""A no behind one of these is about it, and not about the word before (健康厚生財形なし)."""
_NOT_TAKEN_BACK = (
    rf"(?!(?:(?!{'|'.join(_OTHER_MATTERS)})[^、。,;/・ 　(（]){{0,4}}?(?:{'|'.join(_TAKES_BACK)}))"
)
"""What may not follow a word, up to the next stop or matter: the sheet's own words are short."""
NEAR_MINUTES = 10
DAYS = "月火水木金土日祝"
"""The days of the state's form, 1 to 8 (domain.md 7.5)."""
FIRST_DAY_BIT = 40


@dataclass(frozen=True, slots=True)
class Trait:
    """One condition: its code, what it is called, and how it is read."""

    code: str
    ja: str
    en: str
    holds: Callable[[Read], bool]


def _says(field: str, *words: str) -> Callable[[Read], bool]:
    """Whether a text states one of the words and does not take it back (禁煙ではない, 厚生年金なし)."""
    stated = [re.compile(f"{re.escape(word)}{_NOT_TAKEN_BACK}") for word in words]
    return lambda read: any(pattern.search(read(field)) for pattern in stated)


def _yes(field: str) -> Callable[[Read], bool]:
    """Whether a text begins with あり or 可, or says so after its label; なし and 不可 are no."""

    def holds(read: Read) -> bool:
        text = read(field)
        return ("あり" in text or "可" in text) and not text.startswith("なし") and "不可" not in text

    return holds


def _licences(read: Read) -> list[tuple[str, str]]:
    return [(read(f"license{n}"), read(f"license{n}_need")) for n in (1, 2, 3)]


def _no_licence(read: Read) -> bool:
    asked = [name for name, need in _licences(read) if name and "不問" not in name and need != "あれば尚可"]
    other = read("license_other")
    return not asked and (not other or "不問" in other or "不要" in other)


def _drives(read: Read) -> bool:
    return any("普通自動車" in name for name, _need in _licences(read))


def _at_only(read: Read) -> bool:
    return any("普通自動車" in name and "AT" in name for name, _need in _licences(read))


def _near_station(read: Read) -> bool:
    text = read("nearest_station_text") or read("nearest_station")
    found = None if "バス停" in text else _WALK.search(text)
    return found is not None and int(found[1]) <= NEAR_MINUTES


def _no_papers(read: Read) -> bool:
    """Only where the way of selection is stated at all."""
    stated = read("selection_text") or read("selection_interview")
    return (
        bool(stated)
        and "書類" not in read("selection_text")
        and read("selection_documents") in ("", "0", "なし")
    )


def _dispatch(read: Read) -> bool:
    return "派遣" in read("employment_type_name")


TRAITS: tuple[Trait, ...] = (
    Trait("bonus", "賞与あり", "bonus", _yes("bonus")),
    Trait("raise", "昇給あり", "pay rise", _yes("raise")),
    Trait("regular_track", "正社員登用あり", "may become regular", _yes("regular_track")),
    Trait("car", "マイカー通勤可", "own car", _yes("car_commute")),
    Trait("no_transfer", "転勤なし", "no transfer", lambda read: read("transfer").startswith("なし")),
    Trait("telework", "在宅勤務あり", "work from home", _yes("telework")),
    Trait("smoke_free", "屋内禁煙", "smoke-free", _says("smoking", "禁煙")),
    Trait("trial", "トライアル雇用併用", "trial employment", _says("trial_name", "希望する", "併用")),
    Trait(
        "uij",
        "UIJターン歓迎",
        "UIJ turn welcome",
        lambda read: bool(read("uij")) and "なし" not in read("uij"),
    ),
    Trait("no_overtime", "時間外なし", "no overtime", lambda read: read("overtime").startswith("なし")),
    Trait("two_days_off", "週休二日 毎週", "two days off a week", _says("two_day_weekend_name", "毎週")),
    Trait("employment_insurance", "雇用保険", "employment insurance", _says("insurance_text", "雇用")),
    Trait("accident_insurance", "労災保険", "accident insurance", _says("insurance_text", "労災")),
    Trait("health_insurance", "健康保険", "health insurance", _says("insurance_text", "健康")),
    Trait("pension", "厚生年金", "pension", _says("insurance_text", "厚生")),
    Trait("any_schooling", "学歴不問", "any schooling", _says("education", "不問")),
    Trait("no_experience", "経験不問", "no experience asked", _says("experience", "不問", "不要")),
    Trait("no_licence", "免許・資格不問", "no licence asked", _no_licence),
    Trait("driving", "普通自動車免許を使う", "driving licence", _drives),
    Trait("driving_at", "普通自動車免許 AT限定可", "automatic-only licence", _at_only),
    Trait("no_papers", "書類選考なし", "no screening by papers", _no_papers),
    Trait("near_station", "駅から徒歩10分以内", "ten minutes from a station", _near_station),
    Trait(
        "renewable",
        "契約更新あり",
        "contract may be renewed",
        _says("contract_term_text", "更新の可能性あり", "更新あり"),
    ),
    Trait("shift", "シフト・交替制", "shifts", _says("hours_kind", "シフト", "交替", "交代")),
    Trait("discretion", "裁量労働制", "discretionary hours", _says("hours_kind", "裁量")),
    Trait("variable", "変形労働時間制", "variable hours", _says("hours_kind", "変形")),
    Trait("dispatch", "派遣", "dispatched work", _dispatch),
)
"""In the order of their bits: a new one goes to the end, and the store's version goes up."""
CODES: Mapping[str, int] = {trait.code: bit for bit, trait in enumerate(TRAITS)}
AVOIDABLE = ("shift", "discretion", "variable", "dispatch")
"""What the form lets a person leave out (…を除く)."""


def traits_of(read: Read) -> int:
    """Return the traits of an opening as bits, with its stated days off from FIRST_DAY_BIT on."""

    def folded(field: str) -> str:
        return (
            unicodedata.normalize("NFKC", read(field))
            if (text := read(field)) and not text.isascii()
            else read(field)
        )

    bits = 0
    for bit, trait in enumerate(TRAITS):
        if trait.holds(folded):
            bits |= 1 << bit
    return bits | days_off(folded("holidays"))


def days_off(text: str) -> int:
    """Return the days off that a text such as 土日祝日その他 names, as bits."""
    left = _TIMES_A_MONTH.sub("", text.replace("祝日", "祝"))
    return sum(1 << (FIRST_DAY_BIT + place) for place, day in enumerate(DAYS) if day in left)


def mask(codes: tuple[str, ...]) -> int:
    """Return the bits of codes that are known."""
    return sum(1 << CODES[code] for code in set(codes))
