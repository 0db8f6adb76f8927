"""Reference data of section 8, from the tables beside this module: wards, offices, occupations."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wardclient.casework.names import search_key
from wardclient.casework.width import fold_address

CITY_NAME = "横浜市"
OCCUPATION_EDITION = "2022"
"""厚生労働省編職業分類 fifth edition; store it beside every code."""
PRACTICE_OFFICE = "14990"
"""An office number that does not exist, for invented openings (domain 7.3)."""


@dataclass(frozen=True, slots=True)
class Ward:
    """区."""

    code: str
    name: str
    kana: str
    name_en: str
    office: str
    pilot: bool
    corner_opened_fy: int


@dataclass(frozen=True, slots=True)
class Office:
    """公共職業安定所; ``wards`` are the codes it serves in the city."""

    code: str
    name: str
    name_en: str
    wards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefecture:
    """都道府県."""

    code: str
    name: str
    kana: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Occupation:
    """職業分類: a major (2 digits) or middle group (3 digits)."""

    level: str
    code: str
    parent: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Industry:
    """産業分類: a major letter and the middle codes it spans."""

    code: str
    name: str
    first: str
    last: str


def rows(table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of ``reference/`` by column name; lines starting with # are remarks."""
    text = files("wardclient.casework").joinpath(f"reference/{table}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


@cache
def wards() -> Mapping[str, Ward]:
    """Return the 18 wards by code, in official order."""
    return {
        row["code"]: Ward(
            row["code"],
            row["name_ja"],
            row["name_kana"],
            row["name_en"],
            row["hellowork_office"],
            row["pilot_2013"] == "y",
            int(row["corner_opened_fy"]),
        )
        for row in rows("wards")
    }


@cache
def offices() -> Mapping[str, Office]:
    """Return the known offices of the prefecture by code."""
    return {
        row["office_code"]: Office(
            row["office_code"], row["name_ja"], row["name_en"], tuple(filter(None, row["wards"].split(";")))
        )
        for row in rows("hellowork_offices")
    }


@cache
def prefectures() -> Mapping[str, Prefecture]:
    """Return the 47 prefectures, and the code for places overseas (59), by code."""
    return {
        row["code"]: Prefecture(row["code"], row["name_ja"], row["name_kana"], row["name_en"])
        for row in rows("prefectures")
    }


@cache
def occupations() -> Mapping[str, Occupation]:
    """Return 15 major and 99 middle groups by code."""
    return {
        row["code"]: Occupation(row["level"], row["code"], row["parent_code"], row["name_ja"], row["name_en"])
        for row in rows("occupations")
    }


@cache
def industries() -> Mapping[str, Industry]:
    """Return the 20 majors by letter."""
    return {
        row["code"]: Industry(row["code"], row["name_ja"], row["middle_from"], row["middle_to"])
        for row in rows("industries")
    }


@cache
def _wards_by_name() -> dict[str, Ward]:
    """Return wards by every name they go by, folded (鶴見区, 鶴見, Tsurumi-ku, ツルミク, 141011)."""
    known: dict[str, Ward] = {}
    for row, ward in zip(rows("wards"), wards().values(), strict=True):
        names = (ward.name, ward.name.removesuffix("区"), ward.kana, ward.name_en, ward.code, row["code6"])
        known |= {search_key(fold_address(name)): ward for name in names}
    return known


def ward(code: object) -> Ward | None:
    """Return a ward by its 5-digit code."""
    return wards().get(str(code))


def ward_name(code: object) -> str:
    """Return the name of a ward; an unknown code is shown as it is."""
    found = ward(code)
    return found.name if found else str(code)


def find_ward(text: str) -> Ward | None:
    """Return the ward that a text names by name or code (保土ヶ谷区 and 保土ケ谷区 alike)."""
    return _wards_by_name().get(search_key(fold_address(text)))


def ward_of_address(address: str) -> Ward | None:
    """Return the ward at the front of an address, prefecture and city being optional."""
    folded = fold_address(address)
    return next((ward for ward in wards().values() if folded.startswith(fold_address(ward.name))), None)


def office(code: object) -> Office | None:
    """Return a Hello Work office by its 5-digit code."""
    return offices().get(str(code))


def office_name(code: object) -> str:
    """Return the name of an office; an unknown code is shown as it is."""
    found = office(code)
    return found.name if found else str(code)


def office_of_ward(code: object) -> str:
    """Return the office code that serves a ward: the default recipient. Empty for an unknown ward."""
    found = ward(code)
    return found.office if found else ""


def occupation(code: str) -> Occupation | None:
    """Return the group of a code: major (01), middle (034) or the middle group of a small one (034-01)."""
    return occupations().get(code.partition("-")[0])


def industry(code: str) -> Industry | None:
    """Return the major of an industry: by its letter, or by a middle (09) or small code (091)."""
    for found in industries().values():
        if code == found.code or (code[:2].isdigit() and found.first <= code[:2] <= found.last):
            return found
    return None
