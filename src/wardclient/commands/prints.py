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
    from wardclient.desk.print_rows import PrintedPaper
    from wardclient.desk.workstation import Workstation


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.papers(arguments.id)
    printer.result(rows, printer.table((row.kind, row.title, row.why_not) for row in rows))


def _printed(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.prints(arguments.id)
    lines = ((row.serial, row.title, row.printed_on, row.author, row.undone or row.unsure) for row in rows)
    printer.result(rows, printer.table(lines))


def _undo(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.undo_print(arguments.id, arguments.serial, arguments.reason)
    printer.say("取りやめを記録しました。", "Recorded as undone.")


def _confirm(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.confirm_print(arguments.id, arguments.serial)
    printer.say("紙が出たことを記録しました。", "Recorded: the paper came out.")


def _make(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    if arguments.output is None:
        made = desk.print_paper(
            *(arguments.id, arguments.act),
            record=arguments.record,
            language=arguments.language,
            printer=arguments.printer,
        )
        if desk.printing.needs_file:
            printer.say(
                "印刷のプログラムが読み終わるのを待っています (20秒まで)。",
                "Waiting for the printing program to read the paper (20 s at most).",
            )
            desk.printing.wait()
        printer.result({"kind": made.kind, "serial": made.serial, "title": made.title}, made.outline)
        return
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
    ("print", "printed"): _printed,
    ("print", "undo"): _undo,
    ("print", "confirm"): _confirm,
    **{("print", name): _make for name in PAPERS},
}
