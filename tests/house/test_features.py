"""docs/features.md says of every feature how far it is and what shows it; here it is held to that."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (done|part|planned) \| ([^|]*)\|$")


class Row(NamedTuple):
    """One line of the table."""

    number: int
    feature: str
    state: str
    shown_by: tuple[str, ...]
    """Paths, some with ``::`` and the name of a test."""


def rows(text: str) -> list[Row]:
    """Return the lines of the table, in order; a line that has another form is none."""
    found = [match for line in text.splitlines() if (match := ROW.match(line))]
    return [
        Row(int(m[1]), m[2].strip(), m[3], tuple(name.strip() for name in m[4].split(",") if name.strip()))
        for m in found
    ]


def test_all_eighty_features_stand_in_order() -> None:
    """None is left out, none is there twice, none has a cell too many."""
    assert [row.number for row in rows(TABLE)] == list(range(1, 81))


@pytest.mark.parametrize("row", rows(TABLE), ids=lambda row: str(row.number))
def test_what_is_claimed_is_shown(row: Row) -> None:
    """Every path exists, every named test is in its file, and nothing is done that no test or bench shows."""
    for name in row.shown_by:
        path, _, test = name.partition("::")
        assert (ROOT / path).exists(), name
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), name
    assert bool(row.shown_by) == (row.state != "planned"), row
    if row.state == "done":
        assert any(name.startswith(("tests/", "bench/")) for name in row.shown_by), row


def test_what_is_claimed_beside_the_features_is_shown() -> None:
    """The same for the lines about operating the service: each names a test, and all that is named exists."""
    part = TABLE.split("\n## Beside the 80")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")][2:]
    assert len(lines) >= 4
    for what, shown_by in lines:
        names = [name.strip() for name in shown_by.split(",")]
        assert any(name.startswith("tests/") for name in names), what
        for name in names:
            path, _, test = name.partition("::")
            assert (ROOT / path).exists(), name
            assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_a_malformed_line_is_no_line() -> None:
    """The reading of the table is not so forgiving that a slip would pass."""
    assert rows("| 1 | a | done | x, y::test_z |") == [Row(1, "a", "done", ("x", "y::test_z"))]
    assert rows("| 1 | a | finished | x |") == []
    assert rows("| 1 | a | done | x | y |") == []
