"""What the first screen says already: how the sync stands, and papers that still lie open. Imports little."""

import datetime as dt
from typing import TYPE_CHECKING

from wardclient.locale import _

if TYPE_CHECKING:
    from wardclient.desk.rows import SyncStatus

JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")


def sync_text(status: "SyncStatus") -> str:
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


def papers_held(count: int) -> str:
    """Return what to say of papers that a viewer holds open, so that they lie readable on this PC; empty for none."""
    if not count:
        return ""
    return _(
        "開いたままの PDF {n}件 を、まだ消せていません。PDF を閉じてください。閉じた後に消えます。"
    ).format(n=count)
