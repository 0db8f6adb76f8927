"""Which column of the file is which (求人情報提供サービス, 418 columns, domain.md 7.2).

The header is matched by name after width folding, then by position. Position is trusted
only while every column found by name stands where the specification puts it: in a file
with an inserted column it would pick the neighbour.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wardclient.openings.problems import FileRefusedError, Problem

REFERENCE = "reference/job_openings_columns.csv"
REQUIRED = ("opening_no", "received_on")
SPECIFIED_WIDTH = 418
_SERIES = re.compile(r"^(?P<before>.*?)1(?P<after>\D*?) ?\(1-(?P<last>\d)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose meaning is known. ``index`` is its specified place, None when only the name is known."""

    field: str
    name: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file: the header as it was, and where each known field stands."""

    header: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def width(self) -> int:
        """Number of columns a row must have."""
        return len(self.header)

    def label(self, field: str) -> str:
        """Return the header text of a known field."""
        return self.header[self.places[field]]


def fold(name: str) -> str:
    """Return a header name for comparing: NFKC without any blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split())


@cache
def known_columns() -> tuple[Column, ...]:
    """Return the known columns of the reference table; numbered series are written out."""
    source = files("wardclient.casework").joinpath(REFERENCE).read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if not line.startswith("#")]
    columns: list[Column] = []
    for record in csv.DictReader(lines):
        index = int(record["index0"]) if record["index0"] else None
        field = record["app_field"] or f"column_{index}"
        columns.extend(_written_out(field, record["name_ja"], index))
    return tuple(columns)


def _written_out(field: str, name: str, index: int | None) -> list[Column]:
    """Return 免許・資格1 (1-3) as three columns, 雇用保険 (...) as one without its remark."""
    series = _SERIES.match(name)
    if series:
        stem = field.replace("1", "{}", 1)
        return [
            Column(stem.format(number), f"{series['before']}{number}{series['after']}", None)
            for number in range(1, int(series["last"]) + 1)
        ]
    plain = name.split(" (", 1)[0] if index is None else name
    return [Column(field, plain, index)]


def resolve(header: Sequence[str]) -> Layout:
    """Return where the known fields stand under this header.

    Raises FileRefusedError ``missing_column`` when the opening number or the date of receipt
    cannot be found: without them no row can be stored.
    """
    by_name: dict[str, int] = {}
    for index, name in enumerate(header):
        by_name.setdefault(fold(name), index)
    places: dict[str, int] = {}
    for column in known_columns():
        found = by_name.get(fold(column.name))
        if found is not None:
            places[column.field] = found
    if _unshifted(places):
        _add_by_position(places, len(header))
    missing = [
        column for column in known_columns() if column.field in REQUIRED and column.field not in places
    ]
    if missing:
        raise FileRefusedError(
            *(
                Problem(
                    column.name,
                    "missing_column",
                    f"見出しに「{column.name}」の列がありません。求人情報のファイルか確かめてください。",
                    f"The header has no column {column.name}. Is this the openings file?",
                )
                for column in missing
            )
        )
    return Layout(tuple(header), places)


def _unshifted(places: Mapping[str, int]) -> bool:
    """Say whether something was found by name and all of it stands in its specified place."""
    positioned = [column for column in known_columns() if column.index is not None and column.field in places]
    return bool(positioned) and all(places[column.field] == column.index for column in positioned)


def _add_by_position(places: dict[str, int], width: int) -> None:
    taken = set(places.values())
    for column in known_columns():
        index = column.index
        if column.field not in places and index is not None and index < width and index not in taken:
            places[column.field] = index
