"""Rules across the fields of one record (domain 4.2, 4.4, 4.8 to 4.10), one function per kind.

Each takes values that are right in themselves: normalised, of the right form, known codes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from wardclient.casework.codes import (
    Channel,
    NoteKind,
    SelectionResult,
    SignerKind,
    Status,
    TargetGroup,
    Team,
    Visibility,
)
from wardclient.casework.fields import field_of
from wardclient.casework.messages import problem
from wardclient.casework.problems import Problem
from wardclient.casework.referral_states import ReferralState
from wardclient.casework.support_request import RequestState
from wardclient.casework.work_codes import RetentionState

Values = Mapping[str, object]
CONSENT_DAYS = 365
"""One year, both days counted: what the central service takes at most (366 days)."""
HW_ROLES = frozenset({"hw", "hwm"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule looks at beyond the record itself; unknown (None, empty) rules nothing out."""

    today: date
    team: str = ""
    """Side of the writer."""
    roles: frozenset[str] = frozenset()
    deadline: date | None = None
    """紹介期限日 of the opening."""
    free_placement: bool | None = None
    """Whether this ward has notified 無料職業紹介."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """Side of each account or desk label that may appear among attendees."""


Rule = Callable[[Values, Setting], Iterable[Problem]]


def _person(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("person", values, setting.today, "birth_date")


def _case(values: Values, setting: Setting) -> Iterable[Problem]:
    status = values.get("status")
    yield from _not_future("case", values, setting.today, "opened_on", "closed_on")
    if status == Status.ACTIVE:
        yield from _needed("case", values, "support_from", "support_until")
    if status == Status.SUSPENDED:
        yield from _needed("case", values, "suspend_reason", "review_on")
    if status == Status.CLOSED:
        yield from _needed("case", values, "closed_on", "closure_reason")
    yield from _after("case", values, "support_from", "support_until")
    yield from _after("case", values, "opened_on", "closed_on", same_day=True)
    group = values.get("target_group")
    if values.get("household_type") and group and group != TargetGroup.A1:
        yield problem("group_household", "household_type")


def _consent(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("consent", values, setting.today, "signed_on", "withdrawn_on")
    # The person's own name is known; anybody else who signs is named.
    if values.get("signer_kind") not in (None, SignerKind.SELF):
        yield from _needed("consent", values, "signer")
    begin, until = _day(values, "valid_from"), _day(values, "valid_until")
    if begin and until:
        if until <= begin:
            yield _order("not_before", "consent", "valid_until", "valid_from")
        elif (until - begin).days > CONSENT_DAYS:
            yield problem("year", "valid_until")
        elif until < setting.today and not values.get("withdrawn_on"):
            yield problem("ended", "valid_until")
    if begin and (signed := _day(values, "signed_on")) and begin < signed:
        yield _order("not_earlier", "consent", "valid_from", "signed_on")
    to_hw, to_city = values.get("scope_to_hw"), values.get("scope_to_city")
    if not to_hw and not to_city:
        yield problem("nobody", "scope_to_hw")
    elif isinstance(to_hw, list | tuple) and to_hw and "S1" not in to_hw:
        yield problem("s1_always", "scope_to_hw")
    if not values.get("recipients"):
        yield problem("no_recipient", "recipients")
    explainer = setting.teams.get(str(values.get("explained_by")))
    if explainer not in (None, Team.CITY):
        yield problem("explainer", "explained_by")
    if values.get("withdrawn_on"):
        yield from _needed("consent", values, "withdrawn_how", "withdrawn_heard_by")


def _note(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _held("note", values, setting.today)
    kind, visibility = values.get("kind"), values.get("visibility")
    if kind == NoteKind.JOINT:
        yield from _both_sides(values, setting)
    if setting.team == Team.CITY:
        other_kind, other_visibility = NoteKind.HELLOWORK, Visibility.HELLOWORK
    else:
        other_kind, other_visibility = NoteKind.CITY, Visibility.CITY
    if setting.team and kind == other_kind:
        yield problem("own_kind", "kind")
    if setting.team and visibility == other_visibility:
        yield problem("other_visibility", "visibility")


def _session(values: Values, setting: Setting) -> Iterable[Problem]:
    # A session lives in the joint stream, so both sides are there by nature; named attendees must agree.
    yield from _held("session", values, setting.today)
    if values.get("attendees"):
        yield from _both_sides(values, setting)


def _held(kind: str, values: Values, today: date) -> Iterable[Problem]:
    yield from _not_future(kind, values, today, "held_on")
    begin, end = values.get("from"), values.get("to")
    if end and not begin:
        yield from _needed(kind, values, "from")
    if isinstance(begin, str) and isinstance(end, str) and begin and end and end <= begin:
        yield _order("not_before", kind, "to", "from")


def _both_sides(values: Values, setting: Setting) -> Iterable[Problem]:
    attendees = values.get("attendees")
    if not isinstance(attendees, list | tuple) or not attendees:
        yield problem("both_sides", "attendees")
        return
    sides = {side for name in attendees if (side := side_of(str(name), setting))}
    if not {Team.CITY, Team.HELLOWORK} <= sides:
        yield problem("both_sides", "attendees")


def side_of(attendee: str, setting: Setting) -> str:
    """Return the side of an attendee: as the ward's list says, or by a ``city:``/``hellowork:`` mark."""
    mark = attendee.partition(":")[0]
    known = setting.teams.get(attendee, mark if mark in (Team.CITY, Team.HELLOWORK) else "")
    return str(known)


def _referral(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("referral", values, setting.today, "referred_on", "result_on")
    channel = values.get("channel")
    if channel == Channel.HELLOWORK:
        yield from _needed("referral", values, "letter_no", "opening_no", "office_code")
        if setting.roles and not setting.roles & HW_ROLES:
            yield problem("channel_hw", "channel")
    if channel == Channel.CITY:
        yield from _needed("referral", values, "opening_no")
        if setting.roles and "es" not in setting.roles:
            yield problem("channel_city", "channel")
        if setting.free_placement is False:
            yield problem("no_free_placement", "channel")
    referred = _day(values, "referred_on")
    if referred and setting.deadline and referred > setting.deadline:
        yield problem("past_deadline", "referred_on")
    yield from _result(values)


def _referral_step(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("referral_step", values, setting.today, "on")
    if values.get("state") == ReferralState.REJECTED:
        yield from _needed("referral_step", values, "reject_reason")
    elif values.get("reject_reason"):
        yield problem("reject_only", "reject_reason")


def _request(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("request", values, setting.today, "requested_on", "benefit_since")


def _request_step(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("request_step", values, setting.today, "on")
    if values.get("state") == RequestState.DECLINED:
        yield from _needed("request_step", values, "decline_reason")
    if values.get("state") == RequestState.MEETING:
        yield from _needed("request_step", values, "meeting_at")
    yield from _after("request_step", values, "on", "support_until")


def _result(values: Values) -> Iterable[Problem]:
    result = values.get("result")
    if result:
        if result != SelectionResult.WAITING:
            yield from _needed("referral", values, "result_on", "result_source")
        yield from _after("referral", values, "referred_on", "result_on", same_day=True)
    elif values.get("result_on") or values.get("result_source") or values.get("reject_reason"):
        yield problem("result_first", "result")
    if result == SelectionResult.REJECTED:
        yield from _needed("referral", values, "reject_reason")
    elif result and values.get("reject_reason"):
        yield problem("reject_only", "reject_reason")
    if result == SelectionResult.HIRED and values.get("condition_diff"):
        yield from _needed("referral", values, "condition_note")


def _plan(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("plan", values, setting.today, "made_on", "signed_by_client_on")
    yield from _after("plan", values, "period_from", "period_until")
    yield from _after("plan", values, "made_on", "review_on")


def _action(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("action", values, setting.today, "done_on")


def _registration(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("registration", values, setting.today, "accepted_on")
    yield from _after("registration", values, "accepted_on", "valid_until")


def _placement(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("placement", values, setting.today, "contracted_on", "checked_on", "left_on")
    yield from _after("placement", values, "contracted_on", "started_on", same_day=True)
    yield from _after("placement", values, "started_on", "left_on", same_day=True)
    yield from _after("placement", values, "started_on", "contract_until", same_day=True)


def _retention(values: Values, setting: Setting) -> Iterable[Problem]:
    yield from _not_future("retention", values, setting.today, "checked_on", "left_on")
    if values.get("retention") in (RetentionState.CHANGED, RetentionState.LEFT):
        yield from _needed("retention", values, "left_on")


def _dated(kind: str, name: str) -> Rule:
    def rule(values: Values, setting: Setting) -> Iterable[Problem]:
        yield from _not_future(kind, values, setting.today, name)

    return rule


RULES: Mapping[str, Rule] = {
    "person": _person,
    "case": _case,
    "consent": _consent,
    "note": _note,
    "session": _session,
    "referral": _referral,
    "referral_step": _referral_step,
    "request": _request,
    "request_step": _request_step,
    "plan": _plan,
    "action": _action,
    "registration": _registration,
    "placement": _placement,
    "retention": _retention,
    "placement_strike": _dated("placement_strike", "struck_on"),
    "shortlist": _dated("shortlist", "picked_on"),
    "shortlist_word": _dated("shortlist_word", "on"),
}


# --- pieces -----------------------------------------------------------------------


def _label(kind: str, name: str) -> tuple[str, str]:
    found = field_of(kind, name)
    return (found.ja, found.en) if found is not None else (name, name)


def _day(values: Values, name: str) -> date | None:
    value = values.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        # What is no day is told of by the field itself.
        return None


def _not_future(kind: str, values: Values, today: date, *names: str) -> Iterable[Problem]:
    for name in names:
        day = _day(values, name)
        if day is not None and day > today:
            yield problem("future", name, _label(kind, name))


def _needed(kind: str, values: Values, *names: str) -> Iterable[Problem]:
    for name in names:
        if values.get(name) in (None, "", []):
            yield problem("required", name, _label(kind, name))


def _after(
    kind: str, values: Values, first: str, second: str, *, same_day: bool = False
) -> Iterable[Problem]:
    one, two = _day(values, first), _day(values, second)
    if one and two and (two < one or (two == one and not same_day)):
        yield _order("not_earlier" if same_day else "not_before", kind, second, first)


def _order(code: str, kind: str, later: str, earlier: str) -> Problem:
    return problem(code, later, _label(kind, later), other=_label(kind, earlier))
