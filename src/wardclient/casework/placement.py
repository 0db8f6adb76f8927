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
class Strike:
    """A claim that was made in error is struck out (取消し); the claim itself stays as it was written.

    ``stands``: the claim that is right in its place, where one job was written down twice; empty where there never was
    such a job.
    """

    strike_id: str
    placement_id: str
    at: int = 0
    stands: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """One job (就職1件) and the claims to it, the oldest first."""

    claims: tuple[Claim, ...]
    """Those that stand; none where every claim to the job was struck out. Then there is no job to count."""

    struck: tuple[Claim, ...] = ()
    """Those that were struck out: they are shown, and checks of retention may name them."""

    @property
    def counts(self) -> bool:
        """Whether it is a job: some claim stands."""
        return bool(self.claims)

    @property
    def all(self) -> tuple[Claim, ...]:
        """Every claim that anybody made, those that stand first."""
        return (*self.claims, *self.struck)

    @property
    def placement_id(self) -> str:
        """The id of the first claim: checks of retention name any of them."""
        return self.all[0].placement_id

    @property
    def started_on(self) -> date:
        """The first day at work: the earliest that a claim names that stands."""
        return min(claim.started_on for claim in self.claims or self.struck)

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


def struck_out(claims: Iterable[Claim], strikes: Iterable[Strike]) -> Mapping[str, str]:
    """Return which claims are struck out, each with the claim that stands in its place ("" where none does).

    A strike that names another claim as the right one holds only while that one stands. Two offices that strike out
    their own claim for the other's, without contact, would else lose the job: then the older claim stands. Where the
    one that should stand was itself struck out as never having been, the two offices differ, and what is left
    stands until a person strikes it out, too.
    """
    known = {claim.placement_id: claim for claim in claims}
    given = sorted((s for s in strikes if s.placement_id in known), key=lambda s: (s.at, s.strike_id))
    never = {s.placement_id for s in given if not s.stands}
    instead = {
        s.placement_id: s.stands
        for s in reversed(given)
        if s.stands in known and s.stands != s.placement_id and s.placement_id not in never
    }
    found = dict.fromkeys(never, "")
    for name in instead:
        path = [name]
        while path[-1] in instead and instead[path[-1]] not in path:
            path.append(instead[path[-1]])
        end = path[-1]
        if end in instead:
            # They name each other in a round.
            end = min(path[path.index(instead[end]) :], key=lambda each: _order(known[each]))
        elif end in never:
            # Nobody's word for it is left but that of the last one who named it.
            end = path[-2]
        if end != name:
            found[name] = end
    return found


def jobs(claims: Iterable[Claim], strikes: Iterable[Strike] = ()) -> tuple[Placement, ...]:
    """Return the jobs of one person, the oldest first: each claim in exactly one, in whatever order they came.

    What was struck out joins nothing together: two jobs that only an erroneous claim made one are two again.
    """
    known = sorted({claim.placement_id: claim for claim in claims}.values(), key=_order)
    gone = struck_out(known, strikes)
    group = {claim.placement_id: claim.placement_id for claim in known}

    def join(one: str, other: str) -> None:
        kept, left = group[one], group[other]
        for name, root in group.items():
            if root == left:
                group[name] = kept

    live = [claim for claim in known if claim.placement_id not in gone]
    for one, other in combinations(live, 2):
        if same_job(one, other):
            join(one.placement_id, other.placement_id)
    for claim in known:
        name = claim.placement_id
        if name in gone:
            like = (each.placement_id for each in live if same_job(each, claim))
            at = gone[name] or next(like, "")
            if at:
                group[name] = group[at]
    roots = dict.fromkeys(group[claim.placement_id] for claim in known)
    found = []
    for root in roots:
        members = [claim for claim in known if group[claim.placement_id] == root]
        found.append(
            Placement(
                tuple(claim for claim in members if claim.placement_id not in gone),
                tuple(claim for claim in members if claim.placement_id in gone),
            )
        )
    return tuple(sorted(found, key=lambda job: _order(job.all[0])))


def job_of(placements: Sequence[Placement], placement_id: str) -> Placement | None:
    """Return the job that a claim belongs to."""
    return next((p for p in placements if any(c.placement_id == placement_id for c in p.all)), None)


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


def strike(strike_id: str, values: Mapping[str, object], at: int = 0) -> Strike | None:
    """Read a strike from a stored record; None where it names no claim."""
    name, stands = values.get("placement_id"), values.get("stands")
    if not isinstance(name, str) or not name:
        return None
    return Strike(strike_id, name, at, stands if isinstance(stands, str) else "")


def _employer_key(name: str) -> str:
    key = search_key(name)
    for firm in _FIRMS:
        key = key.replace(firm, "")
    return key


def _order(each: Claim) -> tuple[int, date, str]:
    return each.at, each.started_on, each.placement_id
