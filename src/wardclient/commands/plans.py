"""Commands on the support plan (支援プラン)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.commands.values import read_values
from wardclient.commands.warned import warned
from wardclient.desk.plan_rows import PlanView

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _print(view: PlanView, printer: Printer) -> None:
    lines = [f"第{row.version}版  {row.made_on}  {row.goal}  見直し {row.review_on}" for row in view.current]
    lines += printer.table(
        (row.step_id, row.what, row.who, row.by_when, row.done_on, row.outcome) for row in view.steps
    )
    printer.result(view, lines)


def _show(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _print(desk.plan(arguments.id), printer)


def _make(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = {**desk.plan_defaults(arguments.id), **read_values(arguments.set, arguments.values)}
    plan_id = desk.make_plan(arguments.id, values)
    printer.result({"plan_id": plan_id, "warnings": warned(printer, "plan", values)}, (plan_id,))


def _step(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = read_values(arguments.set, arguments.values)
    step_id = desk.add_step(arguments.id, values)
    printer.result({"step_id": step_id, "warnings": warned(printer, "action", values)}, (step_id,))


def _done(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = read_values(arguments.set, arguments.values)
    desk.finish_step(arguments.id, arguments.step, values)
    _print(desk.plan(arguments.id), printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("plan", "show"): _show,
    ("plan", "make"): _make,
    ("plan", "step"): _step,
    ("plan", "done"): _done,
}
