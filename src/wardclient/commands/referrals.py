"""Commands on referrals on their way (紹介の経過)."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.casework.referral_states import ReferralState
from wardclient.commands.output import Printer
from wardclient.commands.values import read_values
from wardclient.desk.pipeline_rows import ReferralLog

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _words(state: str) -> str:
    known = ReferralState.of(state)
    return known.ja if known is not None else state


def _print(log: ReferralLog, printer: Printer) -> None:
    lines = [f"{log.job_title}  {log.employer_name}  {'・'.join(map(_words, log.states))}", log.subsidy]
    lines += printer.table(
        (step.step_id, step.on, _words(step.state), step.note, step.author, "訂正済み" if step.struck else "")
        for step in log.steps
    )
    lines.append(f"次に進める状態  {'、'.join(map(_words, log.next)) or 'なし'}")
    printer.result(log, lines)


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    rows = desk.pipeline(ended=arguments.ended)
    printer.result(
        rows,
        printer.table(
            (row.case_id, row.referral_id, row.name, row.employer_name, row.state_text, row.since)
            for row in rows
        ),
    )


def _log(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    _print(desk.referral_log(arguments.id, arguments.referral), printer)


def _offer(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    number = "" if arguments.opening_no == "-" else arguments.opening_no
    known = desk.referral_defaults(arguments.id, number)
    kept = {
        name: known[name] for name in ("channel", "opening_no", "employer_name", "job_title") if name in known
    }
    referral_id = desk.offer(arguments.id, {**kept, **read_values(arguments.set, arguments.values)})
    printer.result({"referral_id": referral_id}, (referral_id,))


def _move(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = {
        "state": arguments.state,
        "on": desk.place.today().isoformat(),
        **read_values(arguments.set, arguments.values),
    }
    desk.move_referral(arguments.id, arguments.referral, values, corrects=arguments.corrects)
    _print(desk.referral_log(arguments.id, arguments.referral), printer)


def _make(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    log = desk.referral_log(arguments.id, arguments.referral)
    values = {
        **desk.referral_defaults(arguments.id),
        "channel": log.channel,
        "opening_no": log.opening_no,
        "employer_name": log.employer_name,
        "job_title": log.job_title,
        **read_values(arguments.set, arguments.values),
    }
    desk.refer(arguments.id, values, arguments.referral)
    _print(desk.referral_log(arguments.id, arguments.referral), printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("referral", "list"): _list,
    ("referral", "log"): _log,
    ("referral", "offer"): _offer,
    ("referral", "move"): _move,
    ("referral", "make"): _make,
}
