"""Placements: both meanings of 常用, and one job that two channels claim."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.placement import (
    Claim,
    Regular,
    Strike,
    job_of,
    jobs,
    regular,
    same_job,
    struck_out,
    term_differs,
)
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
    name: str, channel: str, employer: str = "株式会社試験食品", day: date = APRIL, **more: str | int
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


def test_a_claim_made_in_error_leaves_the_other_alone() -> None:
    """City and Hello Work both wrote it; the city's own was wrong: one job, one channel, nothing lost from view."""
    ours, theirs = made("a", "2", at=1), made("b", "1", "㈱試験食品", at=2)
    (job,) = jobs([ours, theirs], [Strike("s", "a")])
    assert (job.claims, job.struck) == ((theirs,), (ours,))
    assert not job.contested
    assert job_of([job], "a") is job, "a check that names the struck claim is still of this job"
    (alone,) = jobs([ours], [Strike("s", "a")])
    assert not alone.counts
    assert alone.struck == (ours,)


def test_one_job_written_under_two_names_is_made_one() -> None:
    """The names are too far apart for the rule: the office says which claim stands."""
    ours, theirs = made("a", "2", "試験食品 鶴見店"), made("b", "1", "株式会社試験フーズ")
    assert len(jobs([ours, theirs])) == 2
    (job,) = jobs([ours, theirs], [Strike("s", "a", stands="b")])
    assert (job.claims, job.struck) == ((theirs,), (ours,))


def test_two_offices_that_yield_to_each_other_lose_no_job() -> None:
    """Without contact each strikes out its own for the other's: the older one stands, on every PC."""
    ours, theirs = made("a", "2", "試験食品 鶴見店", at=1), made("b", "1", "株式会社試験フーズ", at=2)
    (job,) = jobs([ours, theirs], [Strike("s", "a", 5, "b"), Strike("t", "b", 5, "a")])
    assert (job.claims, job.struck) == ((ours,), (theirs,))


def test_a_claim_is_not_given_up_for_one_that_never_was() -> None:
    """The city said that Hello Work's is right, Hello Work that there was no such job: the city's is left."""
    ours, theirs = made("a", "2", "試験食品 鶴見店"), made("b", "1", "株式会社試験フーズ")
    found = jobs([ours, theirs], [Strike("s", "a", 5, "b"), Strike("t", "b", 6)])
    assert [job.claims for job in found if job.counts] == [(ours,)]
    assert [job.struck for job in found if not job.counts] == [(theirs,)]


def test_an_error_joins_no_two_jobs() -> None:
    """A wrong claim between two starts made one job of two; without it they are two again."""
    first, wrong = made("a", "1"), made("b", "2", day=APRIL + timedelta(days=25))
    second = made("c", "1", day=APRIL + timedelta(days=50))
    assert len(jobs([first, wrong, second])) == 1
    found = jobs([first, wrong, second], [Strike("s", "b")])
    assert [job.claims for job in found] == [(first,), (second,)]
    assert found[0].struck == (wrong,)


strikes = st.lists(
    st.builds(
        Strike,
        st.sampled_from([f"s{n}" for n in range(12)]),
        st.sampled_from([f"p{n}" for n in range(9)]),
        st.integers(0, 5),
        st.sampled_from(["", "", *(f"p{n}" for n in range(9))]),
    ),
    unique_by=lambda strike: strike.strike_id,
    max_size=10,
)


@given(claims, strikes, st.randoms())
def test_no_path_loses_a_job_or_counts_one_twice(
    made_claims: list[Claim], made_strikes: list[Strike], order: object
) -> None:
    """Whatever is struck out, wherever it arrives: each claim is in one job, and a job is lost only by "never"."""
    mixed, torn = list(made_claims), list(made_strikes)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    order.shuffle(torn)  # type: ignore[attr-defined]
    found = jobs(made_claims, made_strikes)
    assert jobs([*mixed, *made_claims], [*torn, *made_strikes]) == found
    names = sorted(claim.placement_id for claim in made_claims)
    assert sorted(claim.placement_id for job in found for claim in job.all) == names
    gone = struck_out(made_claims, made_strikes)
    never = {strike.placement_id for strike in made_strikes if not strike.stands}
    for job in found:
        assert {claim.placement_id for claim in job.struck} == gone.keys() & {
            claim.placement_id for claim in job.all
        }
        # Who never struck it out as an error has not lost it: it stands, or the one that was named in its place does.
        assert job.counts or all(claim.placement_id in never for claim in job.struck)
    # What counts is what the claims that stand would make by themselves: a struck one adds and joins nothing.
    live = [claim for claim in made_claims if claim.placement_id not in gone]
    assert [job.claims for job in found if job.counts] == [job.claims for job in jobs(live)]
    # What is named in the place of a struck claim stands itself.
    for stands in gone.values():
        assert not stands or (stands in names and stands not in gone)


@given(claims, strikes, strikes)
def test_a_further_error_takes_away_one_claim_alone(
    made_claims: list[Claim], made_strikes: list[Strike], more: list[Strike]
) -> None:
    """To strike one claim out as an error changes nothing about claims that did not yield to it."""
    if not more or not more[0].placement_id:
        return
    wrong = Strike("further", more[0].placement_id, 9)
    before, after = struck_out(made_claims, made_strikes), struck_out(made_claims, [*made_strikes, wrong])
    yielding = {name for name, stands in before.items() if stands}
    assert set(after) - set(before) <= {wrong.placement_id} | yielding
    assert {name for name, stands in before.items() if not stands} <= set(after)


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
