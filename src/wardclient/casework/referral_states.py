"""紹介の経過: a referral as a state machine over a log of steps that nothing rewrites.

Each step says to which state, on which day, and after which steps its author made it. Two offices that
write without contact leave two steps after the same one: both stand, and neither office's word is lost, until a
person makes a further step that names both. A wrong step is struck out by a further one (``corrects``), never
changed. What an employer does not answer stays unanswered: silence is a reminder, not a refusal (feature 43).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter

from wardclient.casework.coding import Code
from wardclient.casework.work_codes import Channel, SelectionResult

CITY, HELLOWORK = "city", "hellowork"
REMINDERS = (7, 14)
"""Days of silence after which a person is reminded."""


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


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``at`` orders the steps of one day (the writer's stamp); ``after`` are the steps its author saw last."""

    step_id: str
    state: ReferralState
    on: date
    at: int
    after: tuple[str, ...] = ()
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a referral stands: one state, or more than one where offices wrote without contact."""

    states: tuple[ReferralState, ...]
    heads: tuple[str, ...]
    """The last steps; a further step names them all."""
    since: date | None
    """The day of the newest of them."""

    @property
    def state(self) -> ReferralState | None:
        """The one state; None while two stand against each other, or where nothing is known."""
        return self.states[0] if len(self.states) == 1 else None

    @property
    def conflict(self) -> bool:
        """Whether a person has to decide."""
        return len(self.states) > 1


def standing(steps: Iterable[Step], struck_too: str = "") -> Standing:
    """Return where a referral stands; the same whatever order the steps came in.

    ``struck_too``: where it would stand if this step were struck out as well.
    """
    known = {step.step_id: step for step in steps}
    struck = {step.corrects for step in known.values() if step.corrects} | {struck_too}
    live = {name: step for name, step in known.items() if name not in struck}
    followed = {before for step in live.values() for before in _before(known, step)}
    heads = sorted((s for n, s in live.items() if n not in followed), key=_order, reverse=True)
    states = tuple(dict.fromkeys(step.state for step in heads))
    return Standing(states, tuple(step.step_id for step in heads), heads[0].on if heads else None)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the log, each step after those it follows, the oldest first; the same on every PC."""
    known = {step.step_id: step for step in steps}
    sorter = TopologicalSorter(
        {n: [b for b in (*s.after, s.corrects) if b in known and b != n] for n, s in known.items()}
    )
    try:
        sorter.prepare()
    except CycleError:
        # No program writes two steps that follow each other; what came all the same is shown by its days.
        return sorted(known.values(), key=_order)
    found, ready = list[Step](), list[Step]()
    while sorter.is_active():
        ready = sorted([*ready, *(known[name] for name in sorter.get_ready())], key=_order)
        found.append(ready.pop(0))
        sorter.done(found[-1].step_id)
    return found


def _before(known: Mapping[str, Step], step: Step) -> Iterable[str]:
    """What a step follows: what it names, and what those follow that were struck out."""
    waiting, seen = list(step.after), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            found = known.get(name)
            waiting += found.after if found is not None else ()


def _order(step: Step) -> tuple[date, int, str]:
    return step.on, step.at, step.step_id


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


def reminder(days: int) -> int:
    """Return the reminder that is due after so many silent days: 0, 7 or 14."""
    return max((mark for mark in REMINDERS if days >= mark), default=0)


def count(standings: Sequence[Standing], state: ReferralState) -> int:
    """Return how many referrals stand in a state; one with a conflict counts where both say so, else nowhere."""
    return sum(here.states == (state,) for here in standings)
