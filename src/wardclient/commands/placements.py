"""Commands on placements (就職), checks of retention (定着) and registrations (求職登録)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.casework.retention import CheckState
from wardclient.casework.work_codes import Channel, RetentionState
from wardclient.commands.output import Printer
from wardclient.commands.values import read_values
from wardclient.desk.placement_rows import PlacementRow

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _print(rows: tuple[PlacementRow, ...], printer: Printer) -> None:
    lines = []
    for row in rows:
        channels = "・".join(known.ja for claim in row.claims if (known := Channel.of(claim.channel)))
        said = channels or "取消し済み(件数に入りません)"
        lines.append(f"{row.placement_id}  {row.started_on}  {row.employer_name}  {said}")
        lines += [
            f"  取消し  {claim.struck_on}  {claim.struck_by}  {claim.reason}  ({claim.placement_id})"
            for claim in row.struck
        ]
        if not row.claims:
            continue
        meanings = (("職業安定業務統計", row.regular_hellowork), ("困窮者給付", row.regular_benefits))
        lines.append("  常用  " + "  ".join(f"{name} {_yes(value)}" for name, value in meanings))
        if row.term_differs:
            lines.append("  雇用期間の区分と、雇用期間の終わりが合いません。契約書を確かめてください。")
        lines += [
            f"  定着 {check.month}か月  {check.due_on}  {_state(check.state)}"
            + "".join(f"  {found.checked_on} {_found(found.state)} {found.author}" for found in check.found)
            for check in row.retention
        ]
    printer.result(rows, lines or ["就職の登録はありません"])


def _yes(value: bool | None) -> str:  # noqa: FBT001  # a word for it
    return "不明(終わりの日が要ります)" if value is None else "はい" if value else "いいえ"


def _state(state: str) -> str:
    known = CheckState.of(state)
    return known.ja if known is not None else state


def _found(state: str) -> str:
    known = RetentionState.of(state)
    return known.ja if known is not None else state


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _print(desk.placements(arguments.id), printer)


def _add(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = {
        "channel": "1" if desk.place.me.team == "hellowork" else "2",
        **read_values(arguments.set, arguments.values),
    }
    placement_id = desk.place_in_job(arguments.id, values)
    printer.result({"placement_id": placement_id}, (placement_id,))


def _strike(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = read_values(arguments.set, arguments.values)
    strike_id = desk.strike_placement(arguments.id, arguments.placement, values)
    printer.result({"strike_id": strike_id}, (strike_id,))


def _check(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.check_retention(arguments.id, arguments.placement, read_values(arguments.set, arguments.values))
    _print(desk.placements(arguments.id), printer)


def _due(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:  # noqa: ARG001  # as all
    rows = desk.retention_due()
    table = printer.table(
        (r.case_id, r.placement_id, r.name, r.employer_name, f"{r.month}か月", r.due_on, _state(r.state))
        for r in rows
    )
    printer.result(rows, table)


def _lapsing(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.registrations_due(arguments.days)
    table = printer.table(
        (r.case_id, r.name, r.ends_on, f"あと{r.days_left}日" if r.days_left >= 0 else "期限切れ")
        for r in rows
    )
    printer.result(rows, table)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("placement", "list"): _list,
    ("placement", "add"): _add,
    ("placement", "strike"): _strike,
    ("retention", "check"): _check,
    ("retention", "due"): _due,
    ("registration", "due"): _lapsing,
}
