"""The life of a case (domain 3.1, 3.2) as data: which act leads from where to where, and whose it is.

Consent is an object of its own with its own state (`consent`); it moves the case, but is not
derived from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wardclient.casework.codes import Role, Status
from wardclient.casework.coding import Code
from wardclient.casework.problems import CaseworkError, Problem


class Event(Code):
    """What happens to a case. The code is also the type of the event in the record."""

    OPEN_CASE = "open_case", "受付", "Opened"
    SELECT = "select", "候補者選定", "Selected as a candidate"
    RECORD_CONSENT = "record_consent", "同意書徴取", "Consent recorded"
    REFUSE_CONSENT = "refuse_consent", "同意しない", "Consent refused"
    REQUEST_SUPPORT = "request_support", "支援要請", "Support requested"
    ACCEPT = "accept", "支援開始決定", "Support begins"
    DECLINE = "decline", "要請不受理・取下げ", "Request declined"
    MAKE_PLAN = "make_plan", "プラン作成", "Plan made"
    REVISE_PLAN = "revise_plan", "プラン見直し", "Plan revised"
    HOLD_SESSION = "hold_session", "面談", "Session held"
    REFER_HW = "refer_hw", "職業紹介(ハローワーク)", "Hello Work referral"
    REFER_CITY = "refer_city", "職業紹介(市の無料職業紹介)", "City referral"
    RECORD_SELF_APPLICATION = "record_self_application", "自主応募", "Own application"
    RECORD_RESULT = "record_result", "採否記録", "Result recorded"
    PLACE = "place", "就職", "Started work"
    SUSPEND = "suspend", "中断", "Suspended"
    RESUME = "resume", "再開", "Resumed"
    EXTEND = "extend", "支援期間延長", "Period extended"
    WITHDRAW_CONSENT = "withdraw_consent", "同意撤回", "Consent withdrawn"
    EXPIRE_CONSENT = "expire_consent", "同意期間満了", "Consent expired"
    TRANSFER = "transfer", "転居・移管", "Transferred"
    CLOSE = "close", "支援終了", "Closed"
    RETURN = "return", "離職・再支援", "Left work, supported again"
    REOPEN = "reopen", "再開始", "Opened again"


SYSTEM = "system"
"""Who makes a consent expire."""
OPEN = frozenset(Status) - {Status.CLOSED, Status.NOT_SUPPORTED}
"""States in which a case lives."""
WITH_CONSENT = frozenset(
    {Status.CONSENTED, Status.REQUESTED, Status.ACTIVE, Status.SUSPENDED, Status.FOLLOWUP}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of 3.2. ``to`` None keeps the state; ``approved_by`` must agree besides ``by``."""

    by: frozenset[str]
    start: frozenset[Status | None]
    to: Status | None = None
    approved_by: str = ""


def _rule(by: str, start: Iterable[Status | None], to: Status | None = None, approved_by: str = "") -> Rule:
    return Rule(frozenset(by.split()), frozenset(start), to, approved_by)


RULES: Mapping[Event, Rule] = {
    Event.OPEN_CASE: _rule("cw sv es fs", [None], Status.INTAKE),
    Event.SELECT: _rule("cw sv fs", [Status.INTAKE], Status.CANDIDATE),
    # A renewal keeps the state it finds; `step` moves only a candidate.
    Event.RECORD_CONSENT: _rule("cw sv fs es", {Status.CANDIDATE} | WITH_CONSENT, Status.CONSENTED),
    Event.REFUSE_CONSENT: _rule("cw sv fs es", OPEN),
    Event.REQUEST_SUPPORT: _rule("cw sv fs", [Status.CONSENTED], Status.REQUESTED, "sv"),
    Event.ACCEPT: _rule("hw hwm", [Status.REQUESTED], Status.ACTIVE),
    Event.DECLINE: _rule("hw hwm cw sv", [Status.REQUESTED], Status.NOT_SUPPORTED),
    Event.MAKE_PLAN: _rule("cw sv es hw hwm", [Status.ACTIVE]),
    Event.REVISE_PLAN: _rule("cw sv es hw hwm", [Status.ACTIVE]),
    Event.HOLD_SESSION: _rule("cw sv es fs hw hwm", WITH_CONSENT),
    Event.REFER_HW: _rule("hw hwm", [Status.ACTIVE, Status.FOLLOWUP]),
    Event.REFER_CITY: _rule("es", [Status.ACTIVE, Status.FOLLOWUP]),
    Event.RECORD_SELF_APPLICATION: _rule("cw sv es hw hwm", [Status.ACTIVE]),
    Event.RECORD_RESULT: _rule("cw sv es hw hwm", [Status.ACTIVE, Status.SUSPENDED, Status.FOLLOWUP]),
    Event.PLACE: _rule("hw hwm es cw sv", [Status.ACTIVE], Status.FOLLOWUP),
    Event.SUSPEND: _rule("cw sv es hw hwm", [Status.ACTIVE], Status.SUSPENDED),
    Event.RESUME: _rule("cw sv es hw hwm", [Status.SUSPENDED], Status.ACTIVE),
    Event.EXTEND: _rule("cw sv hw hwm", [Status.ACTIVE], None, "sv"),
    Event.WITHDRAW_CONSENT: _rule("cw sv fs es hw hwm", OPEN, Status.CANDIDATE),
    Event.EXPIRE_CONSENT: _rule(SYSTEM, OPEN, Status.CANDIDATE),
    Event.TRANSFER: _rule("cw sv", OPEN),
    Event.CLOSE: _rule("cw sv es", OPEN, Status.CLOSED, "sv"),
    Event.RETURN: _rule("hw hwm es cw sv", [Status.FOLLOWUP], Status.ACTIVE),
    Event.REOPEN: _rule("sv", [Status.CLOSED, Status.NOT_SUPPORTED], Status.CANDIDATE),
}


class RefusedStepError(CaseworkError):
    """An act that the life cycle does not allow here; ``problem`` says why."""


def may(event: Event, role: str) -> bool:
    """Return whether people in this role do this; `adm`, `aud` and counting roles do nothing to cases."""
    return role in RULES[event].by


def who_may(event: Event) -> tuple[Role, ...]:
    """Return the roles that do this, in the order of section 2.3; empty when only time does it."""
    return tuple(role for role in Role if role.value in RULES[event].by)


def needs_approval(event: Event, roles: Iterable[str]) -> bool:
    """Return whether somebody else must still agree; who holds the approving role agrees by acting."""
    approver = RULES[event].approved_by
    return bool(approver) and approver not in set(roles)


def step(status: str | None, event: Event, roles: Iterable[str] | None = None) -> Status | None:
    """Return the state after an event (None before a case is opened).

    ``roles`` are those of the person, None when it is not a person's act to be checked. Raises
    RefusedStepError (``role``, ``status``); nothing is changed then.
    """
    rule = RULES[event]
    if roles is not None and not rule.by & set(roles):
        raise RefusedStepError(_not_yours(event))
    before = Status.known(status) if status is not None else None
    if before not in rule.start:
        raise RefusedStepError(_not_here(event, before))
    if event is Event.RECORD_CONSENT and before in WITH_CONSENT:
        return before
    return before if rule.to is None else rule.to


def events_from(status: str | None, roles: Iterable[str]) -> tuple[Event, ...]:
    """Return what people in these roles may do to a case in this state, in the order of 3.2."""
    held = set(roles)
    before = Status.known(status) if status is not None else None
    return tuple(event for event, rule in RULES.items() if before in rule.start and rule.by & held)


def _not_yours(event: Event) -> Problem:
    who = who_may(event)
    names = "、".join(role.ja for role in who) or "システム"
    english = ", ".join(role.en for role in who) or "the system"
    return Problem("", "role", f"「{event.ja}」は{names}が行います。", f"This is done by: {english}.")


def _not_here(event: Event, before: Status | None) -> Problem:
    if before is None:
        return Problem("status", "status", "先にケースを受け付けてください。", "Open the case first.")
    wanted = [status for status in Status if status in RULES[event].start]
    names = "、".join(status.ja for status in wanted)
    ja = f"「{event.ja}」は、状態が{names}のときに行えます。今は{before.ja}です。"
    english = ", ".join(status.en for status in wanted)
    return Problem("status", "status", ja, f"Possible when the state is: {english}. It is now: {before.en}.")
