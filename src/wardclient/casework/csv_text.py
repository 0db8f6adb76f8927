"""Lists as CSV that a spreadsheet opens as text: no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable

FORMULA = tuple("=+-@\t\r＝＋－＠")  # a Japanese spreadsheet folds these
"""A cell that begins with one of these is a formula to a spreadsheet, wherever the text came from."""
GUARD = "'"


def guarded(text: str) -> str:
    """Return a cell that shows as text: an apostrophe in front where it would be a formula."""
    return GUARD + text if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a list as CSV: guarded, every cell quoted, CRLF, with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([guarded(cell) for cell in row])
    return "\ufeff" + out.getvalue()
