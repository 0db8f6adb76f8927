"""Placements: both meanings of 常用, and one job that two channels claim."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.placement import Claim, Regular, job_of, jobs, regular, same_job, term_differs
from wardclient.casework.validation import validate
from wardclient.casework.work_codes import Channel, ContractTerm

APRIL = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("term", "until", "meanings"),
    [
        ("1", None, Regular(hellowork=True, benefits=True)),
        ("2", None, Regular(hellowork=True, benefits=None)),
        ("2", date(2026, 7, 31), Regular(hellowork=True, benefits=False)),
        ("2", date(2026, 9, 29), Regular(hellowork=True, benefits=False)),
        ("2", date(2026, 9, 30), Regular(hellowork=True, benefits=True)),
        ("3", date(2026, 6, 30), Regular(hellowork=False, benefits=False)),
        ("4", None, Regular(hellowork=False, benefits=False)),
        ("", None, Regular(hellowork=None, benefits=None)),
    ],
)
def test_both_meanings_of_regular(term: str, until: date | None, meanings: Regular) -> None:
    """Four months for the statistics, six for the benefits; what the term does not say is not guessed."""
    assert regular(term, APRIL, until) == meanings


@pytest.mark.parametrize(
    ("term", "until", "differs"),
    [
        ("1", date(2026, 9, 30), True),
        ("2", date(2026, 7, 30), True),
        ("2", date(2026, 7, 31), False),
        ("3", date(2026, 7, 31), True),
        ("3", date(2026, 4, 30), False),
        ("3", date(2026, 4, 29), True),
        ("4", date(2026, 4, 29), False),
        ("4", date(2026, 5, 31), True),
    ],
)
def test_a_term_against_the_contracts_days(term: str, until: date, *, differs: bool) -> None:
    """A tick that the contract's days speak against is seen."""
    assert term_differs(term, APRIL, until) is differs


@given(st.sampled_from(list(ContractTerm)), st.integers(0, 900))
def test_the_benefits_meaning_is_never_wider(term: ContractTerm, days: int) -> None:
    """Whatever lasts for the benefits is 常用 in the statistics, too."""
    both = regular(term, APRIL, APRIL + timedelta(days=days))
    assert both.hellowork or not both.benefits


def made(
    name: str, channel: str, employer: str = "株式会社試験食品", day: date = APRIL, **more: str
) -> Claim:
    """A claim."""
    return Claim(name, channel, employer, day, **more)  # type: ignore[arg-type]


def test_one_job_claimed_by_two_channels_is_one_placement() -> None:
    """Both claims stay, the job counts once."""
    ours, theirs = made("a", "2"), made("b", "1", "㈱試験食品", APRIL + timedelta(days=5))
    (job,) = jobs([ours, theirs])
    assert {claim.placement_id for claim in job.claims} == {"a", "b"}
    assert job.channels == (Channel.HELLOWORK, Channel.CITY)
    assert job.contested
    assert job.started_on == APRIL
    assert job_of([job], "b") is job
    assert job_of([job], "c") is None


@pytest.mark.parametrize(
    "other",
    [
        made("b", "1", "試験運輸有限会社"),
        made("b", "1", day=APRIL + timedelta(days=40)),
        made("b", "1", opening_no="14990-00000202"),
        made("b", "1", ""),
    ],
)
def test_another_job_is_another_placement(other: Claim) -> None:
    """Another employer, another season or another opening is no second claim."""
    first = made("a", "2", opening_no="14990-00000101")
    assert not same_job(first, other)
    assert len(jobs([first, other])) == 2


claims = st.lists(
    st.builds(
        Claim,
        st.sampled_from([f"p{n}" for n in range(9)]),
        st.sampled_from([str(c) for c in Channel]),
        st.sampled_from(["株式会社試験食品", "(株)試験食品", "試験運輸", ""]),
        st.integers(0, 120).map(lambda n: APRIL + timedelta(days=n)),
        st.integers(0, 5),
        st.sampled_from(["", "14990-00000101", "14990-00000202"]),
    ),
    unique_by=lambda claim: claim.placement_id,
    max_size=8,
)


@given(claims, st.randoms())
def test_every_claim_is_in_one_job_whatever_the_order(made_claims: list[Claim], order: object) -> None:
    """No claim is lost or counted twice, and both offices see the same jobs."""
    shuffled = list(made_claims)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    found = jobs(made_claims)
    assert jobs(shuffled) == found
    assert jobs([*made_claims, *shuffled]) == found
    assert sorted(c.placement_id for job in found for c in job.claims) == sorted(
        c.placement_id for c in made_claims
    )
    for job in found:
        assert all(not same_job(c, d) for c in job.claims for e in found if e is not job for d in e.claims)


def test_a_contract_does_not_end_before_it_begins() -> None:
    """The form says so."""
    values = {
        "employer_name": "試験食品",
        "channel": "1",
        "started_on": "2026-04-01",
        "employment_type": "5",
        "contract_term": "2",
        "contract_until": "2026-03-31",
    }
    found = validate("placement", values, today=APRIL)
    assert [p.field for p in found] == ["contract_until"]
    assert not validate("placement", {**values, "contract_until": "2026-09-30"}, today=APRIL)
