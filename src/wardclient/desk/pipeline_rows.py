"""What the desk hands out of referrals on their way (紹介の経過): frozen plain rows, as in `desk.rows`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferralStep:
    """One step of the log. What was struck out stays, marked."""

    step_id: str
    state: str
    on: str
    note: str
    reason: str
    author: str
    team: str
    struck: bool
    derived: bool
    """Read from the referral itself, which an older program or form wrote."""
    unsent: bool


@dataclass(frozen=True, slots=True)
class ReferralLog:
    """A referral's log, the oldest step first, and what may come next."""

    case_id: str
    referral_id: str
    channel: str
    employer_name: str
    job_title: str
    opening_no: str
    states: tuple[str, ...]
    """More than one: two offices wrote without contact, and a person decides."""
    steps: tuple[ReferralStep, ...]
    next: tuple[str, ...]
    subsidy: str
    """What the channel means for hiring subsidies, in the language of this PC."""


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A referral on its way, for the list of all cases."""

    case_id: str
    referral_id: str
    name: str
    channel: str
    employer_name: str
    job_title: str
    state: str
    """A state's code; ``conflict`` where two stand against each other."""
    state_text: str
    since: str
    silent_days: int
    reminder: int
    """0, or the reminder that is due: after 7 or 14 days without an answer."""
    interview_at: str
