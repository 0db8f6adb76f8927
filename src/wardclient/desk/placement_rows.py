"""What the desk hands out of placements (就職) and registrations: frozen plain rows, as in `desk.rows`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One office's record of a job."""

    placement_id: str
    channel: str
    author: str
    team: str
    shared: bool
    reason: str = ""
    """Why it was struck out (取消し)."""
    struck_on: str = ""
    struck_by: str = ""
    stands: str = ""
    """The claim that stands in its place, where one job was written down twice."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One look at whether the person still works there (定着確認)."""

    check_id: str
    checked_on: str
    state: str
    left_on: str
    accompanied_by: str
    note: str
    author: str
    team: str


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One of the checks at 1, 3 and 6 months; ``late`` in days."""

    month: int
    due_on: str
    state: str
    late: int
    found: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """One job (就職1件), whoever wrote it down."""

    case_id: str
    placement_id: str
    employer_name: str
    started_on: str
    contract_term: str
    contract_until: str
    regular_hellowork: bool | None
    """常用 of Hello Work's statistics: four months or more."""
    regular_benefits: bool | None
    """常用 of the hardship benefits: six months or more; None where the contract's end is not known."""
    term_differs: bool
    contested: bool
    """Whether two channels are claimed; the job counts once."""
    claims: tuple[ClaimRow, ...]
    """Those that stand; none where every one was struck out: then nothing is counted."""
    struck: tuple[ClaimRow, ...]
    retention: tuple[RetentionRow, ...]


@dataclass(frozen=True, slots=True)
class RetentionDue:
    """A check that is due or soon, for the list over all cases."""

    case_id: str
    placement_id: str
    name: str
    employer_name: str
    month: int
    due_on: str
    state: str
    late: int


@dataclass(frozen=True, slots=True)
class RegistrationDue:
    """A registration that lapses soon or has lapsed (求職登録の期限)."""

    case_id: str
    name: str
    ends_on: str
    days_left: int
    derived: bool
