"""紹介の経過: a referral as a state machine over a log of steps that nothing rewrites.

Each step says to which state, on which day, and after which steps its author made it. Two offices that
write without contact leave two steps after the same one: both stand, and neither office's word is lost, until a
person makes a further step that names both. A wrong step is struck out by a further one (``corrects``), never
changed. What an employer does not answer stays unanswered: silence is a reminder, not a refusal (feature 43).
"""

from collections.abc import Mapping, Sequence
from datetime import date

from wardclient.casework import steps
from wardclient.casework.coding import Code
from wardclient.casework.steps import REMINDERS, in_order, reminder, standing
from wardclient.casework.work_codes import Channel, SelectionResult

CITY, HELLOWORK = "city", "hellowork"


class ReferralState(Code):
    """紹介の状態."""

    REQUESTED = "requested", "紹介を依頼", "Referral asked for"
    OFFERED = "offered", "本人の返事待ち", "Waiting for the client"
    REFERRED = "referred", "紹介済み", "Referred"
    INTERVIEW = "interview", "面接", "Interview"
    HIRED = "hired", "採用", "Hired"
    REJECTED = "rejected", "不採用", "Not hired"
    DECLINED = "declined", "辞退(内定前)", "Declined before an offer"
    OFFER_DECLINED = "offer_declined", "内定辞退", "Offer declined"
    CANCELLED = "cancelled", "求人側取消", "Cancelled by the employer"
    NOT_APPLIED = "not_applied", "未応募", "Did not apply"
    WITHDRAWN = "withdrawn", "依頼取下げ", "Request withdrawn"


S = ReferralState
Step = steps.Step[ReferralState]
Standing = steps.Standing[ReferralState]
ENDS = frozenset({S.REJECTED, S.DECLINED, S.OFFER_DECLINED, S.CANCELLED, S.NOT_APPLIED, S.WITHDRAWN})
"""States after which nothing follows."""
AWAITING = frozenset({S.OFFERED, S.REFERRED, S.INTERVIEW})
"""States in which somebody's answer is waited for."""
NEXT: Mapping[ReferralState, tuple[ReferralState, ...]] = {
    S.REQUESTED: (S.OFFERED, S.REFERRED, S.WITHDRAWN, S.CANCELLED),
    S.OFFERED: (S.REFERRED, S.DECLINED, S.NOT_APPLIED, S.CANCELLED),
    S.REFERRED: (S.INTERVIEW, S.HIRED, S.REJECTED, S.DECLINED, S.NOT_APPLIED, S.CANCELLED),
    S.INTERVIEW: (S.INTERVIEW, S.HIRED, S.REJECTED, S.DECLINED, S.CANCELLED),
    S.HIRED: (S.OFFER_DECLINED, S.CANCELLED),
    **dict.fromkeys(ENDS, ()),
}
RESULTS: Mapping[str, ReferralState] = {
    SelectionResult.HIRED: S.HIRED,
    SelectionResult.REJECTED: S.REJECTED,
    SelectionResult.DECLINED: S.DECLINED,
    SelectionResult.OFFER_DECLINED: S.OFFER_DECLINED,
    SelectionResult.CANCELLED: S.CANCELLED,
    SelectionResult.NOT_APPLIED: S.NOT_APPLIED,
}
"""採否 as the state's form has it, and the state it means."""
RESULT_OF: Mapping[ReferralState, str] = {state: str(code) for code, state in RESULTS.items()}
SUBSIDY: Mapping[Channel, tuple[str, str]] = {
    Channel.HELLOWORK: (
        (
            "ハローワークの紹介です。特定求職者雇用開発助成金など、紹介を要件とする助成金の対象になり得ます。"
            "雇入れより前の紹介であることが要ります。"
        ),
        "A referral by Hello Work: hiring subsidies that require one may apply, if it comes before the hiring.",
    ),
    Channel.CITY: (
        (
            "市の無料職業紹介です。助成金は、市が取扱いの同意書を労働局に出している場合だけ対象になり得ます。"
            "事業主が労働局に確かめます。"
        ),
        (
            "A referral by the city's free placement office: subsidies may apply only where the city has filed its "
            "consent with the labour bureau; the employer asks there."
        ),
    ),
    Channel.SELF: (
        "本人の自主応募です。紹介を要件とする助成金の対象にはなりません。",
        "The person's own application: subsidies that require a referral do not apply.",
    ),
    Channel.PRIVATE: (
        "民間や知人の紹介です。有料・無料の職業紹介事業者が同意書を出している場合のほかは、助成金の対象になりません。",
        "Through a private agency or acquaintance: no subsidy, unless the agency has filed its consent.",
    ),
}
"""What each channel means for hiring subsidies (feature 41), Japanese and English."""


def may_follow(here: Standing, corrected: Standing | None = None) -> tuple[ReferralState, ...]:
    """Return the states to which a person may move from here; to any where two stand against each other.

    ``corrected``: where it would stand without the step that is struck out.
    """
    at = here if corrected is None else corrected
    if not at.states:
        return (S.REQUESTED, S.OFFERED, S.REFERRED)
    allowed = {state for before in at.states for state in NEXT[before]}
    if at.conflict or corrected is not None:
        # To decide for one of the two is a step, too; and so is only to strike out.
        allowed |= set(at.states)
    return tuple(state for state in ReferralState if state in allowed)


def may_enter(state: ReferralState, channel: str, team: str) -> bool:
    """Whether a side may make this step in this channel (domain 6): each refers in its own channel alone."""
    if state is S.REFERRED and channel in (Channel.HELLOWORK, Channel.CITY):
        return team == (HELLOWORK if channel == Channel.HELLOWORK else CITY)
    if state is S.REQUESTED:
        return team == CITY
    return True


def first(
    channel: str, result: object, referred: date | None, result_on: date | None, name: str
) -> list[Step]:
    """Return the steps of a referral that an older program wrote: referred, and its result if there was one."""
    if referred is None and not channel:
        return []
    begin = Step(f"{name}.0", S.REFERRED, referred or date.min, 0)
    end = RESULTS.get(str(result or ""))
    if end is None:
        return [begin]
    return [begin, Step(f"{name}.1", end, max(result_on or begin.on, begin.on), 1, (begin.step_id,))]


def silent_days(here: Standing, interview: date | None, today: date) -> int:
    """Return for how many days an answer is waited for; 0 where none is."""
    state = here.state
    if state not in AWAITING or here.since is None:
        return 0
    since = max(here.since, interview) if interview is not None else here.since
    return max(0, (today - since).days)


def count(standings: Sequence[Standing], state: ReferralState) -> int:
    """Return how many referrals stand in a state; one with a conflict counts where both say so, else nowhere."""
    return sum(here.states == (state,) for here in standings)


__all__ = [
    "ENDS",
    "NEXT",
    "REMINDERS",
    "RESULTS",
    "RESULT_OF",
    "SUBSIDY",
    "ReferralState",
    "Standing",
    "Step",
    "count",
    "first",
    "in_order",
    "may_enter",
    "may_follow",
    "reminder",
    "silent_days",
    "standing",
]
