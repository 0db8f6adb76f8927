"""支援要請: the city asks Hello Work to support a named person, and Hello Work answers (domain 4.6, 3.2).

A log of steps as that of a referral (steps.py). Hello Work accepts, holds back or declines; a declined request comes
back with a reason from the list and a text for the other office, and what is only for the own office stays there
(features 38 and 39).
"""

from collections.abc import Mapping
from datetime import date

from wardclient.casework import steps
from wardclient.casework.coding import Code
from wardclient.casework.steps import in_order, reminder, standing

CITY, HELLOWORK = "city", "hellowork"


class RequestState(Code):
    """支援要請の状態."""

    REQUESTED = "requested", "要請中", "Requested"
    HELD = "held", "保留", "Held back"
    ACCEPTED = "accepted", "支援開始", "Accepted"
    DECLINED = "declined", "不開始", "Declined"
    MEETING = "meeting", "初回面談の日程決定", "First meeting set"
    DONE = "done", "初回面談済み", "First meeting held"
    CLOSED = "closed", "支援終了", "Closed"
    WITHDRAWN = "withdrawn", "要請取下げ", "Withdrawn"


class DeclineReason(Code):
    """不開始の理由 [P]."""

    NOT_READY = "1", "求職の準備が整っていない", "Not ready to look for work"
    HEALTH = "2", "健康上の理由", "Health"
    NO_FIT = "3", "合う支援がない", "No support that fits"
    UNWILLING = "4", "本人が希望しない", "The person does not wish it"
    ELSEWHERE = "5", "他の事業の対象", "Covered by another programme"
    OTHER = "9", "その他", "Other"


R = RequestState
Step = steps.Step[RequestState]
Standing = steps.Standing[RequestState]
ENDS = frozenset({R.DECLINED, R.CLOSED, R.WITHDRAWN})
NEXT: Mapping[RequestState, tuple[RequestState, ...]] = {
    R.REQUESTED: (R.HELD, R.ACCEPTED, R.DECLINED, R.WITHDRAWN),
    R.HELD: (R.ACCEPTED, R.DECLINED, R.WITHDRAWN),
    R.ACCEPTED: (R.MEETING, R.CLOSED),
    R.MEETING: (R.MEETING, R.DONE, R.CLOSED),
    R.DONE: (R.CLOSED,),
    **dict.fromkeys(ENDS, ()),
}
ANSWERS = frozenset({R.HELD, R.ACCEPTED, R.DECLINED})
"""What only Hello Work may say."""
ASKS = frozenset({R.REQUESTED, R.WITHDRAWN})
"""What only the city may say."""
WAITING = frozenset({R.REQUESTED, R.HELD, R.ACCEPTED, R.MEETING})
"""States in which somebody's next step is waited for."""


def may_follow(here: Standing, corrected: Standing | None = None) -> tuple[RequestState, ...]:
    """Return the states to which it may move from here; where two stand, also either of them."""
    at = here if corrected is None else corrected
    if not at.states:
        return (R.REQUESTED,)
    allowed = {state for before in at.states for state in NEXT[before]}
    if at.conflict or corrected is not None:
        allowed |= set(at.states)
    return tuple(state for state in RequestState if state in allowed)


def may_enter(state: RequestState, team: str) -> bool:
    """Whether a side may make this step (domain 3.2)."""
    if state in ANSWERS:
        return team == HELLOWORK
    return team == CITY if state in ASKS else True


def waiting_days(here: Standing, meeting: date | None, today: date) -> int:
    """Return for how many days the next step is waited for; 0 where none is."""
    if here.state not in WAITING or here.since is None:
        return 0
    since = max(here.since, meeting) if meeting is not None and here.state is R.MEETING else here.since
    return max(0, (today - since).days)


__all__ = [
    "ANSWERS",
    "ASKS",
    "ENDS",
    "NEXT",
    "DeclineReason",
    "RequestState",
    "Standing",
    "Step",
    "in_order",
    "may_enter",
    "may_follow",
    "reminder",
    "standing",
    "waiting_days",
]
