"""就職: what a contract term means, and when two records are one job.

常用 means no fixed term or four months or more in Hello Work's statistics, but six months or more in the hardship
benefits (domain 4.10, trap). The term is stored; both are derived. An office that hears of a job writes it down by
itself; where both did, there are two claims (紹介主体の申告) and one placement, whoever wrote first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from wardclient.casework.calendar import add_months
from wardclient.casework.names import search_key
from wardclient.casework.work_codes import Channel, ContractTerm

REGULAR_MONTHS = 4
"""Hello Work's 常用 [L41]."""
LASTING_MONTHS = 6
"""The hardship benefits' 常用 [L9b]."""
SAME_JOB_DAYS = 31
"""How far apart two offices may put the start of one job [P]: the contract's day and the first day at work differ."""
_FIRMS = ("株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "(株)", "(有)", "(同)")
_SPANS: Mapping[str, tuple[int, int | None]] = {
    ContractTerm.FOUR_MONTHS: (REGULAR_MONTHS, None),
    ContractTerm.ONE_MONTH: (1, REGULAR_MONTHS),
    ContractTerm.SHORT: (0, 1),
}
"""From how many months, and under how many, a term runs."""


@dataclass(frozen=True, slots=True)
class Regular:
    """Both meanings of 常用; None where the term alone does not say."""

    hellowork: bool | None
    """常用 of 職業安定業務統計: no fixed term, or four months or more."""
    benefits: bool | None
    """常用 of the hardship benefits (住居確保給付金): no fixed term, or six months or more."""


def regular(term: str, started_on: date | None = None, contract_until: date | None = None) -> Regular:
    """Derive both meanings of 常用 from the term (雇用期間) and, where it is needed, the contract's last day."""
    if term == ContractTerm.OPEN_ENDED:
        return Regular(hellowork=True, benefits=True)
    if term in (ContractTerm.ONE_MONTH, ContractTerm.SHORT):
        return Regular(hellowork=False, benefits=False)
    if term != ContractTerm.FOUR_MONTHS:
        return Regular(hellowork=None, benefits=None)
    if started_on is None or contract_until is None:
        # Four months or more may be five or twelve: the benefits' meaning is asked for, not guessed.
        return Regular(hellowork=True, benefits=None)
    return Regular(hellowork=True, benefits=_lasts(started_on, contract_until, LASTING_MONTHS))


def term_differs(term: str, started_on: date, contract_until: date) -> bool:
    """Return whether the contract's days speak against the term that was ticked; then a person looks again."""
    if term == ContractTerm.OPEN_ENDED:
        return True
    least, under = _SPANS.get(term, (0, None))
    return not _lasts(started_on, contract_until, least) or (
        under is not None and _lasts(started_on, contract_until, under)
    )


def _lasts(started_on: date, until: date, months: int) -> bool:
    """Whether a contract that runs through ``until`` is ``months`` long: 1 April to 30 September are six."""
    return (until - add_months(started_on, months)).days >= -1


@dataclass(frozen=True, slots=True)
class Claim:
    """One office's record of a job: through which channel it says that it came about."""

    placement_id: str
    channel: str
    employer: str
    started_on: date
    at: int = 0
    """The writer's stamp; orders claims of one day."""
    opening_no: str = ""
    establishment_no: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """One job (就職1件) and the claims to it, the oldest first."""

    claims: tuple[Claim, ...]

    @property
    def placement_id(self) -> str:
        """The id of the first claim: checks of retention name any of them."""
        return self.claims[0].placement_id

    @property
    def started_on(self) -> date:
        """The first day at work: the earliest that a claim names."""
        return min(claim.started_on for claim in self.claims)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every channel that is claimed, in the order of the code list."""
        claimed = {claim.channel for claim in self.claims}
        return tuple(channel for channel in Channel if channel in claimed)

    @property
    def contested(self) -> bool:
        """Whether two channels are claimed for the one job: it counts once, and the figures name both."""
        return len(self.channels) > 1


def same_job(one: Claim, other: Claim) -> bool:
    """Return whether two claims of one person are about one job.

    A number that both know decides; else the employer's name, however its firm form is written. The days must be near:
    who comes back to an employer a season later has a new job.
    """
    if abs((one.started_on - other.started_on).days) > SAME_JOB_DAYS:
        return False
    if one.opening_no and other.opening_no:
        return one.opening_no == other.opening_no
    if one.establishment_no and other.establishment_no:
        return one.establishment_no == other.establishment_no
    return _employer_key(one.employer) == _employer_key(other.employer) != ""


def jobs(claims: Iterable[Claim]) -> tuple[Placement, ...]:
    """Return the jobs of one person, the oldest first: each claim in exactly one, in whatever order they came."""
    known = sorted({claim.placement_id: claim for claim in claims}.values(), key=_order)
    group = {claim.placement_id: claim.placement_id for claim in known}
    for one, other in combinations(known, 2):
        if same_job(one, other):
            kept, gone = group[one.placement_id], group[other.placement_id]
            group = {name: kept if root == gone else root for name, root in group.items()}
    roots = dict.fromkeys(group[claim.placement_id] for claim in known)
    return tuple(Placement(tuple(c for c in known if group[c.placement_id] == root)) for root in roots)


def job_of(placements: Sequence[Placement], placement_id: str) -> Placement | None:
    """Return the job that a claim belongs to."""
    return next((p for p in placements if any(c.placement_id == placement_id for c in p.claims)), None)


def claim(placement_id: str, values: Mapping[str, object], at: int = 0) -> Claim | None:
    """Read a claim from a stored record; None where it does not say when work began."""
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    try:
        started_on = date.fromisoformat(texts.get("started_on", ""))
    except ValueError:
        return None
    return Claim(
        placement_id,
        texts.get("channel", ""),
        texts.get("employer_name", ""),
        started_on,
        at,
        texts.get("opening_no", ""),
        texts.get("establishment_no", ""),
    )


def _employer_key(name: str) -> str:
    key = search_key(name)
    for firm in _FIRMS:
        key = key.replace(firm, "")
    return key


def _order(each: Claim) -> tuple[int, date, str]:
    return each.at, each.started_on, each.placement_id
