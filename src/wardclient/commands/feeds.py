"""Commands on the openings feed (求人の配信)."""

import argparse
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from wardclient.casework.calendar import fiscal_year, format_fiscal_year, parse_fiscal_year
from wardclient.casework.supply_use import FORMULA_EN, FORMULA_JA
from wardclient.commands.output import Printer
from wardclient.commands.prints import write_pdf
from wardclient.desk.feed_rows import FeedOutcome
from wardclient.desk.rows import Progress
from wardclient.openings.rules import SOURCE_JA

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation


def _told(outcome: FeedOutcome, printer: Printer) -> None:
    printer.result(outcome, (outcome.text,))


def _progress(printer: Printer) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if not printer.as_json:
            printer.say(f"{progress.rows:,} 件", f"{progress.rows:,} openings")

    return tell


def _publish(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    _told(desk.publish_openings(progress=_progress(printer), cancelled=threading.Event().is_set), printer)


def _fetch(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    _told(desk.fetch_openings(progress=_progress(printer), cancelled=threading.Event().is_set), printer)


def _state(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    status = desk.feed_status()
    lines = [status.age_ja, f"配信 {status.number}  {status.publisher}  {status.taken_at}".rstrip()]
    if status.trouble:
        lines.append(status.trouble_ja)
    printer.result(status, lines)


def _limits(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    status = desk.feed_status()
    if arguments.warn is not None or arguments.block is not None:
        warn = status.warn_after if arguments.warn is None else arguments.warn
        status = desk.set_age_rule(warn, status.block_after if arguments.block is None else arguments.block)
    line = f"{status.warn_after}日を過ぎると知らせ、{status.block_after}日を過ぎると紹介を止めます。"
    printer.result({"warn_after": status.warn_after, "block_after": status.block_after}, (line,))


def _use(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    today = desk.place.today()
    # In April the year that has just ended is the one to be reported.
    year = parse_fiscal_year(arguments.year) if arguments.year else fiscal_year(today - timedelta(days=31))
    use = desk.supply_use(year)
    lines = (
        f"{format_fiscal_year(use.year)}  求人の利用報告({use.report_by}まで)",
        f"就職件数 {use.hires}件  紹介件数 {use.referrals}件",
        f"別: ハローワークの紹介による就職 {use.hellowork_hires}件  この端末にない求人番号 {use.not_here}件",
        FORMULA_JA,
        SOURCE_JA,
    )
    printer.result({**asdict(use), "formula": FORMULA_EN}, lines)


def _memo(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    made = desk.office_memo(
        arguments.no,
        {
            "change": arguments.change,
            "text": arguments.text,
            "heard_from": arguments.heard_from,
            "heard_on": arguments.on,
        },
    )
    write_pdf(made, arguments.output, printer)


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("openings", "publish"): _publish,
    ("openings", "fetch"): _fetch,
    ("openings", "feed"): _state,
    ("openings", "limits"): _limits,
    ("openings", "use"): _use,
    ("openings", "memo"): _memo,
}
