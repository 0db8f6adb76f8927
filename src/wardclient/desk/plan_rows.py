"""What the desk hands out of a support plan (支援プラン): frozen plain rows, as in `desk.rows`."""

from dataclasses import dataclass

from wardclient.desk.rows import Values


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One version of a support plan (支援プラン)."""

    plan_id: str
    version: int
    made_on: str
    goal: str
    review_on: str
    signed_on: str
    """When the person agreed; empty while that is open."""
    shared: bool
    values: Values


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the plan (取組). What a joint session agreed on is one, too."""

    step_id: str
    what: str
    who: str
    by_when: str
    training: str
    done_on: str
    outcome: str
    shared: bool
    from_session: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan of a case. Two versions in ``current``: two offices reviewed it without contact."""

    case_id: str
    current: tuple[PlanRow, ...]
    earlier: tuple[PlanRow, ...]
    steps: tuple[StepRow, ...]
