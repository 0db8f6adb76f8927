"""States in words, for lists and lines: sync, consent, days."""

import datetime as dt

from wardclient.casework.calendar import JAPAN, format_letters, format_wareki
from wardclient.casework.codes import ConsentState, Status, TargetGroup
from wardclient.desk.rows import SyncStatus
from wardclient.locale import _, language


def sync_text(status: SyncStatus) -> str:
    """Return how the sync stands, in words."""
    unsent = _("未送信 {n}件").format(n=f"{status.unsent:,}") if status.unsent else ""
    match status.state:
        case "synced":
            text = _("同期済 {at}").format(at=clock(status.last_contact)).rstrip()
        case "sending":
            text = _("送信中 {n}件").format(n=f"{status.unsent:,}") if status.unsent else _("送信中")
        case "waiting":
            text = unsent or _("送信待ち")
        case "away":
            text = f"{_('接続なし')} {unsent}".rstrip()
        case "stale":
            text = _("証明が古い {at}").format(at=clock(status.verified_at)).rstrip()
        case "restored":
            text = f"{_('復旧の確認待ち')} {unsent}".rstrip()
        case "offline":
            text = f"{_('切断中')} {unsent}".rstrip()
        case _:
            text = _("書き込み停止")
    if status.inbox or status.incidents:
        text = f"{_('確認箱 {n}').format(n=status.inbox + status.incidents)}  {text}"
    return text


def clock(iso: str) -> str:
    """Return the time of day of an ISO time, empty for none."""
    try:
        moment = dt.datetime.fromisoformat(iso)
    except ValueError:
        return ""
    return f"{moment.astimezone(JAPAN) if moment.tzinfo else moment:%H:%M}"


def day(iso: str) -> str:
    """Return a stored day as R8.11.24, as it is when it is none."""
    try:
        return format_letters(dt.date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso


def long_day(iso: str) -> str:
    """Return a stored day as 令和8年11月24日."""
    try:
        return format_wareki(dt.date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso


def consent_word(state: str) -> str:
    """Return the words of a consent's state."""
    found = ConsentState.of(state)
    return found.label(language()) if found else state


def status_word(status: str) -> str:
    """Return the words of a case's state."""
    found = Status.of(status)
    return found.label(language()) if found else status


def group_word(group: str) -> str:
    """Return a target group as code and words."""
    found = TargetGroup.of(group)
    return f"{group} {found.label(language())}" if found else group


def side(team: str) -> str:
    """Return the short word for a side."""
    return {"city": _("区"), "hellowork": "HW"}.get(team, team)


def papers_held(count: int) -> str:
    """Return what to say of papers that a viewer holds open, so that they lie readable on this PC; empty for none."""
    if not count:
        return ""
    return _(
        "開いたままの PDF {n}件 を、まだ消せていません。PDF を閉じてください。閉じた後に消えます。"
    ).format(n=count)
