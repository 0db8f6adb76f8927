"""Commands on taking lists out (書き出し): cases, referrals, steps, searches; the log; opening such a file."""

import argparse
import getpass
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.commands.values import UsageError
from wardclient.desk.export_rows import KINDS, ExportOrder, ExportRow
from wardclient.desk.rows import CaseFilter

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _words(arguments: argparse.Namespace, *, new: bool) -> str:
    """Return the passphrase of the file, never that of the home: from its file, or asked (twice when new)."""
    from wardclient.commands.run import read_passphrase

    if arguments.file_passphrase_file is not None:
        return read_passphrase(arguments.file_passphrase_file)
    if not sys.stdin.isatty():
        raise UsageError(
            "ファイルの合言葉がありません。--file-passphrase-file を指定してください。",
            "There is no passphrase for the file: give --file-passphrase-file.",
        )
    first = getpass.getpass("ファイルの合言葉: ")
    if new and getpass.getpass("もう一度: ") != first:
        raise UsageError(
            "二つの合言葉がちがいます。何も書き出していません。",
            "The two passphrases differ. Nothing was taken out.",
        )
    return first


def _export(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    order = ExportOrder(
        arguments.act,
        arguments.reason,
        arguments.plain,
        arguments.query,
        CaseFilter(arguments.mine, arguments.status, arguments.target_group, arguments.consent),
    )
    wanted = arguments.act in KINDS and not arguments.plain
    words = _words(arguments, new=True) if wanted else ""
    made = desk.export_list(order, arguments.output, words, cancelled=threading.Event().is_set)
    printer.result(made, _lines((made,) if made is not None else (), printer))


def _open(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    text = desk.open_export(arguments.file, _words(arguments, new=False))
    if arguments.output is None:
        printer.result({"csv": text}, text.removeprefix("\ufeff").splitlines())
        return
    try:
        with arguments.output.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            "そこには書けませんでした。同じ名前のファイルがないか確かめてください。",
            "That place cannot be written, or there is a file of that name.",
        ) from error
    ja = "暗号化していないファイルです。使い終わったら消してください。"
    printer.say(ja, "This file is not encrypted: delete it after use.")
    printer.result({"file": arguments.output.name}, (arguments.output.name,))


def _log(desk: "Workstation", _arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.exports()
    printer.result(rows, _lines(rows, printer))


def _lines(rows: tuple[ExportRow, ...], printer: Printer) -> list[str]:
    return printer.table(
        (
            *(row.at, row.who, row.kind, f"{row.rows:,}", "平文" if row.plain else "暗号化"),
            *(row.file, row.reason, row.outcome),
        )
        for row in rows
    )


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    **{("export", kind): _export for kind in (*KINDS, "openings")},
    ("export", "open"): _open,
    ("export", "log"): _log,
}
