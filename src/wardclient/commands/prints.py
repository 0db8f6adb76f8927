"""Commands that make papers (様式)."""

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.commands.parser import PAPERS
from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem

if TYPE_CHECKING:
    from wardclient.desk.prints import PrintedPaper
    from wardclient.desk.workstation import Workstation


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.papers(arguments.id)
    printer.result(rows, printer.table((row.kind, row.title, row.why_not) for row in rows))


def _make(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    made = desk.make_paper(arguments.id, arguments.act, record=arguments.record, language=arguments.language)
    write_pdf(made, arguments.output, printer)


def write_pdf(made: "PrintedPaper", output: Path, printer: Printer) -> None:
    """Write a paper to a new file and say that it lies open there."""
    try:
        # For this user alone from the first byte on; never through a file that stood there before.
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(target, "wb") as stream:
            stream.write(made.pdf)
    except OSError as error:
        raise RefusedError(
            (
                problem(
                    "output",
                    "PDF を書けません。同じ名前のファイルがないか、フォルダに書けるかを確かめてください。",
                    "The PDF cannot be written: is there a file of that name, may the folder be written to?",
                ),
            )
        ) from error
    printer.say(
        "この PDF は暗号化されていません。使い終わったら消してください。",
        "This PDF is not encrypted. Delete it when it has been used.",
    )
    printer.result({"kind": made.kind, "serial": made.serial, "title": made.title}, made.outline)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("print", "list"): _list,
    **{("print", name): _make for name in PAPERS},
}
