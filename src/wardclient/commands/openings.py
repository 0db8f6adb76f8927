"""Commands that look for openings (求人): by words, and for a person."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wardclient.commands.output import Printer
from wardclient.commands.values import UsageError

if TYPE_CHECKING:
    from wardclient.desk.matches import MatchRow
    from wardclient.desk.workstation import Workstation


LISTS = (
    *("municipalities", "occupations", "employment_types"),
    *("kinds", "traits", "avoid", "days_off", "industries"),
)
MOST = 200
"""Lines of one search: what a person reads. A file of openings leaves by no command (terms of use)."""


def _capped(limit: int, printer: Printer) -> int:
    if limit > MOST:
        printer.say(
            f"一度に出せるのは{MOST}件までです。言葉や条件で絞ってください。",
            f"At most {MOST} at a time; narrow by words or conditions.",
        )
    return min(limit, MOST)


def _filters(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the filters of a command: ``--filter NAME=VALUE``, lists parted by commas."""
    filters: dict[str, object] = {"municipality": arguments.municipality} if arguments.municipality else {}
    for given in arguments.filter:
        name, is_, text = given.partition("=")
        if not is_ or not text:
            raise UsageError(f"「{given}」は 名前=値 の形で書いてください。", f"Write {given} as NAME=VALUE.")
        if name in LISTS:
            filters[name] = text.split(",")
        else:
            filters[name] = int(text) if text.isdecimal() else text in {"yes", "はい"} or text
    return filters


def _search(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    filters = _filters(arguments)
    if arguments.case_id:
        _search_for(desk, arguments, filters, printer)
        return
    if arguments.without:
        raise UsageError("--without は --for と使います。", "--without goes with --for.")
    page = desk.find_openings(
        arguments.query,
        filters,
        _capped(arguments.limit, printer),
        order=arguments.sort,
        client_facing=arguments.client_facing,
    )
    if page.warning:
        printer.say(page.warning, page.warning)
    for word, others in page.also:
        words = "、".join(others)
        printer.say(f"「{word}」は {words} も検索", f"{word}: also {words}")
    rows = [(r.opening_no, r.title, r.employer, r.place, r.pay) for r in page.rows]
    printer.result(page, printer.table(rows))


def _search_for(
    desk: "Workstation", arguments: argparse.Namespace, filters: dict[str, object], printer: Printer
) -> None:
    page = desk.match_openings(
        arguments.case_id,
        arguments.query,
        filters,
        _capped(arguments.limit, printer),
        off=arguments.without,
        client_facing=arguments.client_facing,
    )
    if page.warning:
        printer.say(page.warning, page.warning)
    if not page.wishes:
        printer.say("希望条件がまだありません。新しい順です。", "No wishes are known yet; newest first.")
    rows = [
        (str(m.score), m.row.opening_no, m.row.title, m.row.employer, m.row.place, m.row.pay, _why(m))
        for m in page.rows
    ]
    printer.result(page, printer.table(rows))


def _why(match: "MatchRow") -> str:
    return " / ".join(f"{part.label}{part.points}/{part.most} {part.why}" for part in match.parts)


def _show(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    view = desk.opening(arguments.no, client_facing=arguments.client_facing)
    printer.result(view, [*printer.table(view.conditions), view.source_line])


def _synonyms(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    if arguments.also or arguments.none or arguments.reset:
        found = desk.set_synonyms(arguments.word, None if arguments.reset else arguments.also)
    else:
        found = desk.synonyms(arguments.word)
    printer.result({"word": arguments.word, "also": found}, found)


def _save(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    filters = _filters(arguments)
    search_id = desk.save_search(arguments.name, arguments.query, filters, arguments.case_id or "")
    printer.result({"search_id": search_id}, (search_id,))


def _saved(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    if arguments.seen:
        desk.mark_seen(arguments.seen)
    if arguments.rename:
        desk.rename_search(*arguments.rename)
    if arguments.drop:
        desk.drop_search(arguments.drop)
    rows, status = desk.saved_searches(), desk.feed_status()
    if status.level != "fresh":
        printer.say(status.age_ja, status.age_en)
    shown = [
        (r.search.search_id, r.search.name, f"新着 {len(r.new)}", f"{r.total}件", r.case_name) for r in rows
    ]
    printer.result(rows, printer.table(shown))


HANDLERS: Mapping[tuple[str, str | None], Callable[["Workstation", argparse.Namespace, Printer], None]] = {
    ("openings", "search"): _search,
    ("openings", "save"): _save,
    ("openings", "saved"): _saved,
    ("openings", "show"): _show,
    ("openings", "synonyms"): _synonyms,
}
