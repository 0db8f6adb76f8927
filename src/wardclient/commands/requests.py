"""Commands on support requests (支援要請)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.casework.support_request import RequestState
from wardclient.commands.output import Printer
from wardclient.commands.values import read_values

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _words(state: str) -> str:
    known = RequestState.of(state)
    return known.ja if known is not None else state


def _ask(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    request_id = desk.request_support(arguments.id, read_values(arguments.set, arguments.values))
    printer.result({"request_id": request_id}, (request_id,))


def _show(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.support_requests(arguments.id)
    lines: list[str] = []
    for row in rows:
        lines.append(
            f"{row.request_no}  {row.requested_on}  {'・'.join(map(_words, row.states))}  {row.request_id}"
        )
        lines += printer.table(
            (step.step_id, step.on, step.state_text, step.reason, step.note, step.own_note, step.author)
            for step in row.steps
        )
        lines.append(f"次に進める状態  {'、'.join(map(_words, row.next)) or 'なし'}")
    printer.result(rows, lines)


def _list(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    rows = desk.requests_due()
    printer.result(
        rows,
        printer.table((r.case_id, r.request_id, r.name, r.state_text, r.since, str(r.days)) for r in rows),
    )


def _move(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = {
        "state": arguments.state,
        "on": desk.place.today().isoformat(),
        **read_values(arguments.set, arguments.values),
    }
    desk.move_request(arguments.id, arguments.request, values, corrects=arguments.corrects)
    _show(desk, arguments, printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("request", "ask"): _ask,
    ("request", "show"): _show,
    ("request", "list"): _list,
    ("request", "move"): _move,
}
