"""Commands on notes (面談記録) and joint sessions (同席面談)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer, plain_row
from wardclient.commands.values import UsageError, read_values
from wardclient.commands.warned import warned
from wardclient.desk.rows import SessionView

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _notes_add(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = read_values(arguments.set, arguments.values)
    note_id = desk.add_note(arguments.id, values)
    own = {"visibility": "own", **values}
    printer.result({"note_id": note_id, "warnings": warned(printer, "note", own)}, (note_id,))


def _notes_list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    notes = desk.case(arguments.id).notes
    printer.result(notes, printer.table((n.note_id, n.held_on, n.kind, n.author, n.title) for n in notes))


def _session_start(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    session_id = desk.start_session(arguments.id, read_values(arguments.set, arguments.values))
    printer.result({"session_id": session_id}, (session_id,))


def _session_print(
    view: SessionView, printer: Printer, warnings: list[dict[str, object]] | None = None
) -> None:
    lines = [f"{view.name}  {view.held_on}  {view.state}"]
    for _, author, text in view.texts:
        lines += [f"[{author}]", text]
    lines += printer.table((a.what, a.who, a.by_when) for a in view.actions)
    printer.result(view if warnings is None else {**plain_row(view), "warnings": warnings}, lines)


def _session_show(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _session_print(desk.session(arguments.session), printer)


def _session_write(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    text = read_values(arguments.set, arguments.values).get("body")
    if not isinstance(text, str):
        raise UsageError("body=本文 を指定してください。", "Give body=TEXT.")
    desk.write_session(arguments.session, text)
    view = desk.session(arguments.session)
    _session_print(view, printer, warned(printer, "session", {"body": text}))


def _session_part(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    stays, note_id = desk.part_session(arguments.session, desk.session(arguments.session).mine)
    lines = (note_id,) if note_id else ("移すものはありませんでした。",)
    printer.result({"note_id": note_id, "mine": stays}, lines)


def _session_action(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = read_values(arguments.set, arguments.values)
    action_id = desk.add_action(arguments.session, values)
    printer.result({"action_id": action_id, "warnings": warned(printer, "action", values)}, (action_id,))


def _session_confirm(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _session_print(desk.confirm_session(arguments.session), printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("notes", "add"): _notes_add,
    ("notes", "list"): _notes_list,
    ("session", "start"): _session_start,
    ("session", "show"): _session_show,
    ("session", "write"): _session_write,
    ("session", "part"): _session_part,
    ("session", "action"): _session_action,
    ("session", "confirm"): _session_confirm,
}
