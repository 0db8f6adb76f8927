"""The timeline of a case: every act, newest first, in words."""

import datetime as dt
from collections.abc import Iterable

from wardclient.casework.fields import field_of, shown
from wardclient.casework.lifecycle import Event as CaseEvent
from wardclient.desk.place import JAPAN, Place
from wardclient.desk.rows import TimelineRow
from wardclient.ledger.clock import effective, millis
from wardclient.ledger.events import Put, Rec, read_event, read_ops
from wardproto.wire import decode

WORDS = {
    "edit": ("変更", "Changed"),
    "resolve": ("重なった変更を決めた", "Decided a conflict"),
    "disclosed": ("同意の範囲を共有", "Shared what the consent names"),
    "write_session": ("同席面談の記録", "Joint note"),
    "confirm_session": ("同席面談を確認", "Joint note confirmed"),
    "add_step": ("取組を足した", "Step added"),
    "finish_step": ("取組の結果", "Outcome of a step"),
    "request_step": ("支援要請の経過", "Step of a support request"),
    "refer_step": ("紹介の経過", "Step of a referral"),
    "check_retention": ("定着の確認", "Retention checked"),
    "strike_placement": ("就職の取消し", "Placement struck out"),
    "shortlist": ("候補求人に加えた", "Opening shortlisted"),
    "shortlist_word": ("候補求人の本人の意向", "Client's word on an opening"),
    "print": ("印刷", "Printed"),
    "undo_print": ("印刷の取りやめ", "Print undone"),
    "unsure_print": ("印刷の返事なし", "No answer to a print"),
    "confirm_print": ("紙が出たことを確かめた", "Print came out"),
    "shortlist_order": ("候補求人の順", "Shortlist ordered"),
}
SPELLED = (
    *("edit", "resolve", "record_result", "refer_hw", "refer_city", "refer_step"),
    *("strike_placement", "shortlist", "shortlist_word", "print", "undo_print", "unsure_print"),
)
"""Events whose values are named with them."""
SILENT = frozenset({"consent_opened"})
"""Events of the machinery, beside the act that a person made."""
SHOWN_FIELDS = 3
SEARCHED = "searched"
"""The record of the search before a case was opened: how many like this person were looked at."""
APART_MS = 600_000
"""Both times are shown when they differ by more than ten minutes (protocol 4.7)."""


def timeline(place: Place, case_id: str, lang: str = "ja") -> Iterable[TimelineRow]:
    """Return what happened in a case. Its own and shared streams are one history."""
    mine = bytes.fromhex(place.me.device)
    for stream, device, _, data, recv_ms, kind in place.store.events_of_case(case_id):
        if place.ending(stream) and kind == "joint" and not place.owns(stream):
            continue
        author = bytes(device) or mine
        event = read_event(data)
        if event.type in SILENT:
            continue
        at = millis(effective(event.hlc, recv_ms))
        late = recv_ms is not None and abs(recv_ms - at) > APART_MS
        yield TimelineRow(
            at=_iso(at),
            received_at=_iso(recv_ms) if late and recv_ms is not None else "",
            text=_words(event.type, data, lang),
            author=place.labels(author),
            team=place.client.team_of(author),
            shared=kind == "joint",
        )


def _words(kind: str, data: bytes, lang: str) -> str:
    act = CaseEvent.of(kind)
    searched = next(
        (op for op in read_ops(read_event(data)) if isinstance(op, Rec) and op.kind == SEARCHED), None
    )
    if searched is not None:
        count = decode(searched.data, int)
        if lang != "ja":
            return f"Opened  {f'{count} alike looked at' if count else 'searched'}, none matched"
        looked = f"似た{count}人を確かめて" if count else "検索して"
        return f"受付  {looked}該当なし"
    known = WORDS.get(kind)
    words = known[lang != "ja"] if known else (act.label(lang) if act is not None else kind)
    if kind not in SPELLED:
        return words
    parts = []
    for op in read_ops(read_event(data)):
        if not isinstance(op, Put):
            continue
        field = field_of(op.entity, op.field)
        if field is not None and not field.auto:
            parts.append(f"{field.label(lang)} {shown(field, op.value)}")
    more = (" ほか" if lang == "ja" else " and more") if len(parts) > SHOWN_FIELDS else ""
    return f"{words}  {'、'.join(parts[:SHOWN_FIELDS])}{more}"


def _iso(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms // 1000, JAPAN).isoformat()
