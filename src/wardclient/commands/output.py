"""Print results: one JSON document, or lines for a person."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping

from rich.cells import cell_len

from wardclient.desk.api import DeskError, RefusedError


def plain(value: object) -> object:
    """Return ``value`` as JSON knows it: rows become objects, sets sorted lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(v) for v in value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def plain_row(row: object) -> dict[str, object]:
    """Return a row as a JSON object, to add something to it."""
    found = plain(row)
    return dict(found) if isinstance(found, Mapping) else {}


class Printer:
    """Where a command's result goes."""

    def __init__(self, *, as_json: bool, english: bool) -> None:
        """Choose the form and the language."""
        self.as_json = as_json
        self.english = english

    def result(self, value: object, lines: Iterable[str] = ()) -> None:
        """Print a result: the document with ``--json``, else the lines."""
        if self.as_json:
            sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")
        else:
            for line in lines:
                sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def say(self, ja: str, en: str) -> None:
        """Tell the person something beside the result, on standard error."""
        sys.stderr.write((en if self.english else ja) + "\n")
        sys.stderr.flush()

    def error(self, error: DeskError) -> None:
        """Tell what went wrong; a refused form by field."""
        if isinstance(error, RefusedError):
            for problem in error.problems:
                text = problem.en if self.english else problem.ja
                self.say(f"{problem.field}: {text}" if problem.field else text, text)
            return
        self.say(error.ja, error.en)

    def table(self, rows: Iterable[tuple[str, ...]]) -> list[str]:
        """Return rows as lines with columns that line up in terminal cells."""
        kept = [tuple(row) for row in rows]
        if not kept:
            return []
        widths = [max(cell_len(row[i]) for row in kept) for i in range(len(kept[0]))]
        return [
            "  ".join(
                text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)
            ).rstrip()
            for row in kept
        ]
