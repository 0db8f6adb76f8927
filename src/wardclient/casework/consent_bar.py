"""The sentence on top of every case: what the other side sees, in both languages."""

from collections.abc import Mapping
from datetime import date

from wardclient.casework.calendar import format_month_day, format_wareki
from wardclient.casework.codes import SCOPE_SHORT, ConsentState
from wardclient.casework.consent import Values, day_of, scope_from

SHORT_EN: Mapping[str, str] = {
    "S1": "name",
    "S2": "group",
    "S3": "history",
    "S4": "wishes",
    "S5": "health",
    "S6": "plan",
    "S7": "follow-up",
    "H1": "registration",
    "H2": "notes",
    "H3": "referrals",
    "H4": "results",
    "H5": "job",
}
"""What `SCOPE_SHORT` says, for the bar in English."""


def bar(values: Values | None, shown_state: str, team: str = "city", language: str = "ja") -> str:
    """Return the sentence of a state for the side that reads it."""
    given = values or {}
    until = day_of(given, "valid_until")
    scope = scope_from(given, team)
    state = ConsentState.known(shown_state)
    if language.startswith("ja"):
        return _japanese(state, until, " ".join(SCOPE_SHORT.get(item, item) for item in scope), team)
    return _english(state, until, ", ".join(SHORT_EN.get(item, item) for item in scope), team)


def _japanese(state: ConsentState, until: date | None, items: str, team: str) -> str:
    other = "HW" if team == "city" else "区"
    nothing = f"{other}には何も見えません"
    last = f"{format_wareki(until)}まで" if until else ""
    sentences = {
        ConsentState.NONE: f"同意なし  {nothing}",
        ConsentState.REFUSED: f"同意しない (記録済み)  {nothing}",
        ConsentState.GIVEN: f"同意あり  {last}  {other}に見えるもの: {items or 'なし'}",
        ConsentState.PENDING: f"同意あり  {last}  {other}にはまだ見えません",
        ConsentState.ENDING: "同意撤回  この端末では止めました。相手側へはまだ届いていません",
        ConsentState.WITHDRAWN: f"同意撤回  {nothing}",
        ConsentState.EXPIRED: f"同意期間満了 ({format_month_day(until) if until else '期限なし'})  {nothing}",
        ConsentState.OTHER_BASIS: f"同意以外の根拠による  {last}  {other}に見えるもの: {items or 'なし'}",
    }
    return sentences[state]


def _english(state: ConsentState, until: date | None, items: str, team: str) -> str:
    other = "HW" if team == "city" else "The ward"
    nothing = f"{other} sees nothing"
    last = f"until {until.isoformat()}" if until else ""
    sentences = {
        ConsentState.NONE: f"No consent  {nothing}",
        ConsentState.REFUSED: f"Refused (recorded)  {nothing}",
        ConsentState.GIVEN: f"Consent {last}  {other} sees: {items or 'nothing'}",
        ConsentState.PENDING: f"Consent {last}  {other} does not see it yet",
        ConsentState.ENDING: "Withdrawn  Stopped on this PC; it has not reached the other side yet",
        ConsentState.WITHDRAWN: f"Withdrawn  {nothing}",
        ConsentState.EXPIRED: f"Consent ended ({until.isoformat() if until else 'no end'})  {nothing}",
        ConsentState.OTHER_BASIS: f"Basis other than consent  {last}  {other} sees: {items or 'nothing'}",
    }
    return sentences[state]
