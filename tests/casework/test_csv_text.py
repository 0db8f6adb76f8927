"""CSV that is text to a spreadsheet."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from wardclient.casework.csv_text import FORMULA, csv_text, guarded


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00\r", codec="utf-8")), min_size=2, max_size=2)
    )
)
@example([["=HYPERLINK(1)", "\t=1"], ["＋８１", " @x"], ["-1", "\r=2"]])
def test_no_cell_begins_a_formula_and_every_cell_comes_back(rows: list[list[str]]) -> None:
    """Guarded cells differ by the apostrophe alone; rows and line breaks within cells stay."""
    text = csv_text(["a", "b"], rows)
    assert text.startswith("\ufeff")
    back = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert back == [["a", "b"], *([guarded(cell) for cell in row] for row in rows)]
    cells = [cell for row in back for cell in row]
    assert not any((cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)) for cell in cells)
    assert all(guarded(cell) in (cell, "'" + cell) for row in rows for cell in row)


def test_ordinary_cells_are_left_as_they_are() -> None:
    """Names, days, telephone numbers."""
    for cell in ("架空 試子", "2026-11-24", "080-0000-0123", "", "a=b"):
        assert guarded(cell) == cell
