"""Commands on training courses and programmes (訓練情報)."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.commands.values import UsageError

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _import(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    outcome = desk.import_courses(Path(arguments.file), dry_run=arguments.dry_run)
    printer.result(outcome, [outcome.text, *(f"{p.line}行 {p.column}: {p.text}" for p in outcome.problems)])
    if outcome.problems:
        raise NotTakenError


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.courses(arguments.query, everything=arguments.all)
    shown = [(r.course.deadline, r.state, r.course.title, r.course.provider, r.course.begins) for r in rows]
    printer.result(rows, printer.table(shown))


class NotTakenError(UsageError):
    """A list was not taken in; its problems are printed already."""

    exit_code = 1

    def __init__(self) -> None:
        """Say that nothing was half done."""
        super().__init__(
            "取り込みませんでした。前の状態のままです。", "Nothing was imported; everything is as before."
        )


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("training", "import"): _import,
    ("training", "list"): _list,
}
