"""Commands on the shortlist of a case (候補求人)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.casework.shortlist import ClientWord, OpeningState
from wardclient.commands.output import Printer
from wardclient.desk.shortlist_rows import ShortlistRow

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _said(row: ShortlistRow) -> str:
    words = [found.ja for word in row.words if (found := ClientWord.of(word))]
    return ("要確認 " if len(words) > 1 else "") + "・".join(words) or "まだ"


def _now(row: ShortlistRow) -> str:
    state = OpeningState.of(row.state)
    return row.referral_text or (state.ja if state is not None else row.state)


def _print(desk: "Workstation", case_id: str, printer: Printer) -> None:
    rows = desk.shortlist(case_id)
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.opening_no}  {_said(row)}  {row.job_title}  {row.employer_name}  {_now(row)}")
        lines += [f"  {pick.picked_on}  {pick.author}  {pick.reason}".rstrip() for pick in row.picks]
        lines += [f"  {row.note}"] if row.note else []
        lines += [f"  {row.why_not}"] if row.why_not else []
    printer.result(rows, lines or ["候補求人はありません"])


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _print(desk, arguments.id, printer)


def _pick(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.pick_openings(arguments.id, arguments.opening_no, {"reason": arguments.reason})
    _print(desk, arguments.id, printer)


def _say(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    told = {"state": arguments.state, **({"note": arguments.note} if arguments.note else {})}
    desk.say_of_opening(arguments.id, arguments.opening_no, told, corrects=arguments.corrects)
    _print(desk, arguments.id, printer)


def _move(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.order_shortlist(arguments.id, arguments.opening_no, arguments.by)
    _print(desk, arguments.id, printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("shortlist", "list"): _list,
    ("shortlist", "pick"): _pick,
    ("shortlist", "say"): _say,
    ("shortlist", "move"): _move,
}
