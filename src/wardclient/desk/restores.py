"""Announced restores (復旧): what a person reads of them, and the administrator's acknowledgement."""

from wardclient.desk.place import Acts, Place, problem, refuse
from wardclient.desk.restore_rows import RestoreRow
from wardclient.desk.times import iso
from wardclient.desk.words_of_events import what
from wardclient.locale import language
from wardclient.sync import notices
from wardclient.sync.notices import Notice
from wardclient.sync.ports import SetAside
from wardproto.control import ADMIN_ROLE

_TEXTS = {
    "waiting": (
        (
            "中央サービスの記録が {entries:,} 件目まで控えから復旧されました。不正ではありません: サービスの署名があり、"
            "そこまでの記録はこの端末のものと食い違いません。それより後の記録は、中央サービスに残っていません。\n"
            "この端末で見たもの、書いたものは消えていません。書き続けられます。送るのは止めています。\n"
            "管理者が「復旧を確認」すると、この端末の分を自動で送り直します。"
        ),
        (
            "The service's log was put back from copies, to entry {entries:,}. This is not fraud: the service has signed "
            "it, and up to there nothing differs from this PC's records. What came later is gone from the service.\n"
            "Nothing that was seen or written on this PC is lost; work goes on. Sending has stopped.\n"
            "Once an administrator has acknowledged the restore, this PC sends its part again by itself."
        ),
    ),
    "open": (
        (
            "中央サービスの記録が {entries:,} 件目まで控えから復旧されました。この端末に欠けたものはありません。"
            "もっと後の記録を持つ端末は、管理者の確認を待っています。\n"
            "管理者は、運用の担当に復旧を確かめてから「復旧を確認」してください。"
        ),
        (
            "The service's log was put back from copies, to entry {entries:,}. Nothing is missing here. PCs that had seen "
            "more wait for an administrator.\nAdministrators: ask the operator about it, then acknowledge the restore."
        ),
    ),
    "acknowledged": (
        "中央サービスの記録が {entries:,} 件目まで控えから復旧され、管理者が確認しました。",
        "The service's log was put back from copies, to entry {entries:,}; an administrator has acknowledged it.",
    ),
}
_ASIDE = (
    "復旧で中央サービスから失われ、まだ送り直されていません。書いた人の端末がつながると戻ります。",
    "Lost by the service in a restore and not sent again yet. It comes back when its author's PC is in contact.",
)


class RestoreActs(Acts):
    """Acts on announced restores."""

    def acknowledge_restore(self) -> None:
        """An administrator has asked the operator about the restore: say so to the ward, and go on."""
        if ADMIN_ROLE not in self.place.me.roles:
            refuse(
                problem(
                    "forbidden",
                    "復旧の確認は、管理者だけができます。管理者に知らせてください。",
                    "Only an administrator may acknowledge a restore. Tell the administrator.",
                )
            )
        if not self._do(self.place.client.acknowledge):
            refuse(
                problem(
                    "no_restore", "確認を待つ復旧はありません。", "No restore waits for an acknowledgement."
                )
            )
        self.place.changed({"inbox", "case"})


def restore_rows(place: Place) -> list[RestoreRow]:
    """Return the notices of restores, newest first, and what is set aside."""
    core = place.client.core
    waiting = notices.awaited(core)
    found = [
        _row(each, _kind(each, place, b"" if waiting is None else waiting.notice))
        for each in reversed(notices.notices(core))
    ]
    return found + [_aside(place, each) for each in place.store.set_aside()]


def _kind(notice: Notice, place: Place, waiting: bytes) -> str:
    core = place.client.core
    if notice.signed == waiting:
        return "waiting"
    done = notice.name in core.state.acks or notice.name in notices.acknowledged_here(core)
    return "acknowledged" if done else "open"


def _row(notice: Notice, kind: str) -> RestoreRow:
    text = _TEXTS[kind][language() == "en"].format(entries=notice.log.size)
    return RestoreRow(kind, iso(notice.log.restored_ms), text, notice.log.size)  # type: ignore[arg-type]


def _aside(place: Place, each: SetAside) -> RestoreRow:
    case_id = place.store.case_of_stream(each.stream)
    hit = place.store.case_hit(case_id) if case_id else None
    text = f"{what(each.event)}\n{_ASIDE[language() == 'en']}"
    author, name = place.labels(each.author), hit.name if hit else ""
    return RestoreRow("aside", iso(each.recv_ms), text, 0, author, name, case_id)


__all__ = ["RestoreActs", "restore_rows"]
