"""docs/features.md says of every feature how far it is and what shows it; here it is held to that."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ROOT / "docs" / "features.md"
STATES = frozenset({"done", "part", "planned"})


class Row(NamedTuple):
    """One line of the table."""

    number: int
    feature: str
    state: str
    shown_by: str


def rows(text: str) -> list[Row]:
    """Return the lines of the table, in order."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            assert len(cells) == 4, line
            found.append(Row(int(cells[0]), *cells[1:]))
    return found


def paths(row: Row) -> list[str]:
    """Return the paths that a line names, without the test names after ``::``."""
    return [name.partition("::")[0] for name in re.findall(r"`([^`]+)`", row.shown_by)]


def tests(row: Row) -> list[tuple[str, str]]:
    """Return the (path, test) pairs that a line names."""
    return [
        (p, t) for p, _, t in (name.partition("::") for name in re.findall(r"`([^`]+)`", row.shown_by)) if t
    ]


def test_all_eighty_features_stand_in_order() -> None:
    """None is left out and none is there twice."""
    assert [row.number for row in rows(FEATURES.read_text(encoding="utf-8"))] == list(range(1, 81))


@pytest.mark.parametrize("row", rows(FEATURES.read_text(encoding="utf-8")), ids=lambda row: str(row.number))
def test_what_is_claimed_is_shown(row: Row) -> None:
    """Every path exists, every named test is in its file, and nothing is done that no test shows."""
    assert row.state in STATES
    assert [name for name in paths(row) if not (ROOT / name).exists()] == []
    for path, test in tests(row):
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)
    if row.state == "planned":
        assert paths(row) == []
    if row.state == "done":
        assert any(name.startswith(("tests/", "bench/")) for name in paths(row)), row


def test_a_row_with_a_cell_too_many_is_noticed() -> None:
    """The reading of the table is not so forgiving that a slip would pass."""
    with pytest.raises(AssertionError):
        rows("| 1 | a | done | `x` | y |")
    assert rows("| 1 | a | done | `x`, `y::test_z` |") == [Row(1, "a", "done", "`x`, `y::test_z`")]
    assert paths(rows("| 1 | a | done | `x`, `y::test_z` |")[0]) == ["x", "y"]
