"""概要: one page for both offices, the most urgent first."""

import datetime as dt
from collections.abc import Iterable, Sequence

from wardclient.casework.calendar import format_month_day
from wardclient.casework.codes import Channel
from wardclient.desk.rows import CaseView, FieldView, NoteRow, ReferralRow, TimelineRow
from wardclient.locale import _, language
from wardclient.screens.words import long_day, side, status_word
from wardclient.widgets.bars import moment
from wardclient.widgets.cells import fit, pad
from wardclient.widgets.prose import Part

LABEL = 12
MOST_LINES = 3


def overview(view: CaseView, team: str, today: dt.date) -> list[Part]:
    """Return the page."""
    parts: list[Part] = []
    parts += _facts(view, today)
    parts += _referrals(view.referrals)
    parts += _notes(view.notes, team)
    parts += _sees(view, team)
    return parts


def _facts(view: CaseView, today: dt.date) -> Iterable[Part]:
    shown = {(f.kind, f.name): f for f in view.fields}

    def text(kind: str, name: str) -> str:
        found: FieldView | None = shown.get((kind, name))
        return found.shown if found is not None else ""

    row = view.row
    team = "  /  ".join(
        t for t in (row.caseworker, text("case", "specialist_id"), text("case", "navigator_id")) if t
    )
    address = " ".join(t for t in (text("person", "municipality"), text("person", "address1")) if t)
    lines = (
        (_("状態"), status_word(row.status)),
        (_("担当"), team),
        (_("電話"), text("person", "phone")),
        (_("住所"), address),
        (_("支援期間"), _period(text("case", "support_from"), view, today)),
        (_("希望"), text("assessment", "wishes")),
        (_("制約"), text("assessment", "constraints")),
        (_("次の予定"), long_day(row.next_on)),
        (_("最終連絡"), long_day(row.last_contact)),
        (_("連絡の注意"), text("person", "contact_caution")),
    )
    for label, value in lines:
        if value:
            yield (pad(label, LABEL), "$ward-quiet")
            yield f"{value}\n"
    conflicts = [f.label for f in view.fields if f.conflict]
    if conflicts:
        yield (pad(_("重なり"), LABEL), "$ward-warn")
        yield (
            _("{fields}  F4 の確認箱で決めてください").format(fields="、".join(conflicts)) + "\n",
            "$ward-warn",
        )


def _period(begin: str, view: CaseView, today: dt.date) -> str:
    until = next((str(f.value) for f in view.fields if f.name == "support_until" and f.value), "")
    if not begin and not until:
        return ""
    try:
        left = (dt.date.fromisoformat(until) - today).days
    except ValueError:
        return begin
    return _("{begin} から {until}   あと{days}日").format(begin=begin, until=long_day(until), days=left)


def _sees(view: CaseView, team: str) -> Iterable[Part]:
    other = "HW" if team == "city" else _("区")
    yield ("\n" + _("{side}に見えるもの").format(side=other) + "\n", "bold $ward-accent")
    if not view.other_side_sees:
        yield ("  " + _("なし") + "\n", "$ward-quiet")
    for line in view.other_side_sees:
        yield f"  {line}\n"


def _heading(words: str, count: int) -> Part:
    return ("\n" + words + (f"  {_('{n}件').format(n=count)}" if count else "") + "\n", "bold $ward-accent")


def _referrals(rows: Sequence[ReferralRow]) -> Iterable[Part]:
    yield _heading(_("紹介"), len(rows))
    if not rows:
        yield ("  " + _("まだありません") + "\n", "$ward-quiet")
    for row in rows[:MOST_LINES]:
        yield f"  {fit(short_day(row.referred_on), 8)}  {fit(channel(row.channel), 6)}  {fit(row.job_title, 18)}  "
        yield f"{fit(row.employer_name, 18)}  {row.state_text}\n"


def _notes(rows: Sequence[NoteRow], team: str) -> Iterable[Part]:
    yield _heading(_("面談"), len(rows))
    if not rows:
        yield ("  " + _("まだありません") + "\n", "$ward-quiet")
    for row in rows[:MOST_LINES]:
        yield f"  {fit(short_day(row.held_on), 8)}  "
        yield (fit(who_sees(row, team), 6), "$ward-good" if row.shared else "$ward-quiet")
        yield f"  {row.title}\n"


def who_sees(row: NoteRow, team: str) -> str:
    """Return who sees a note: 共有, or one side alone."""
    if row.shared:
        return _("共有")
    return _("区だけ") if team == "city" else _("HWだけ")


def channel(code: str) -> str:
    """Return a channel in one short word."""
    found = Channel.of(code)
    short = {"1": "HW", "2": _("市"), "3": _("自主"), "4": _("民間")}
    return short.get(code, found.label(language()) if found else code)


def short_day(iso: str) -> str:
    """Return a stored day as 11月24日."""
    try:
        return format_month_day(dt.date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso


def timeline_lines(view: CaseView, most: int = 30) -> list[Part]:
    """Return what happened, newest first, for the second column."""
    parts: list[Part] = [(_("経過") + "\n\n", "bold $ward-accent")]
    for row in view.timeline[:most]:
        parts += [(f"{moment(row.at)}  {_by(row)}\n", "$ward-quiet"), f"  {row.text}\n"]
    return parts


def _by(row: TimelineRow) -> str:
    """Return who did it; the side only where the desk's label does not say it."""
    word = side(row.team)
    return row.author if row.author.startswith(word) else f"{word} {row.author}"
