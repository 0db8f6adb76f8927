"""Commands on the openings feed (求人の配信)."""

import argparse
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.desk.feed_rows import FeedOutcome
from wardclient.desk.rows import Progress

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


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("openings", "publish"): _publish,
    ("openings", "fetch"): _fetch,
    ("openings", "feed"): _state,
    ("openings", "limits"): _limits,
}
