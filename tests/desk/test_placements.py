"""Placements, checks of retention and lapsing registrations, at the real desks of two offices."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.desk.conftest import CASE, PERSON
from tests.journeys.wards import consent_form
from wardclient.casework.calendar import add_months
from wardclient.desk.api import RefusedError
from wardclient.desk.rows import CaseFilter
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]


def shared(city: Workstation, exchange: Exchange, to_hw: list[str], to_city: list[str]) -> str:
    """A case with a consent to some items."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    city.record_consent(case_id, consent_form(scope_to_hw=to_hw, scope_to_city=to_city))
    exchange()
    return case_id


def job(desk: Workstation, months_ago: int = 0, **more: object) -> dict[str, object]:
    """A job that began so many months ago, fixed for a year."""
    begin = add_months(desk.place.today(), -months_ago)
    return {
        "employer_name": "株式会社試験食品",
        "channel": "1" if desk.place.me.team == "hellowork" else "2",
        "started_on": begin.isoformat(),
        "employment_type": "5",
        "contract_term": "2",
        **more,
    }


def test_two_offices_without_contact_make_two_claims_of_one_job(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Each writes the job down; once they exchange it is one placement for both, with both channels."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    ours = city.place_in_job(case_id, job(city, contract_until="2099-03-31"))
    theirs = hellowork.place_in_job(case_id, job(hellowork, employer_name="㈱試験食品"))
    exchange()
    rows = [desk.placements(case_id) for desk in (city, hellowork)]
    assert rows[0] == rows[1]
    (row,) = rows[0]
    assert row.contested
    assert {claim.placement_id for claim in row.claims} == {ours, theirs}
    assert {(claim.channel, claim.team) for claim in row.claims} == {("2", "city"), ("1", "hellowork")}
    assert (row.regular_hellowork, row.regular_benefits, row.term_differs) == (True, True, False)


def test_what_only_the_city_may_know_stays_there(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """増収 is a fact of welfare: Hello Work gets the job without it; without item S7 it gets nothing."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    city.place_in_job(case_id, job(city, is_increase=True))
    exchange()
    assert len(hellowork.placements(case_id)) == 1

    def known(desk: Workstation) -> set[str]:
        streams = desk.place.store.streams_of_case(case_id)
        return {
            name
            for stream in streams
            for entity in desk.place.store.entities(stream.stream, "placement:")
            for name in desk.place.registers(stream.stream, entity)
        }

    assert "is_increase" in known(city)
    assert "employer_name" in known(hellowork)
    assert "is_increase" not in known(hellowork)


def test_without_the_item_a_job_is_not_shared(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The consent does not tick 就職後の状況."""
    case_id = shared(city, exchange, ["S1", "S2"], ["H1"])
    city.place_in_job(case_id, job(city))
    exchange()
    (row,) = city.placements(case_id)
    assert not row.claims[0].shared
    assert hellowork.placements(case_id) == ()


def test_checks_of_retention_come_due_and_are_done_once(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Four months at work: two checks wait; what one office finds the other need not ask again."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    today = city.place.today()
    placement_id = hellowork.place_in_job(case_id, job(hellowork, 4))
    exchange()
    assert [(due.month, due.state) for due in city.retention_due()] == [(1, "due"), (3, "due")]
    first = add_months(add_months(today, -4), 1)
    city.check_retention(
        case_id, placement_id, {"checked_on": first.isoformat(), "retention": "1", "accompanied_by": "専門員"}
    )
    exchange()
    assert [due.month for due in hellowork.retention_due()] == [3]
    hellowork.check_retention(case_id, placement_id, {"retention": "3", "left_on": today.isoformat()})
    exchange()
    assert city.retention_due() == hellowork.retention_due() == ()
    (row,) = city.placements(case_id)
    assert [each.state for each in row.retention] == ["done", "done", "over"]
    assert [(c.state, c.team) for each in row.retention for c in each.found] == [
        ("1", "city"),
        ("3", "hellowork"),
    ]
    assert row.retention[0].found[0].accompanied_by == "専門員"


def test_two_findings_that_differ_wait_for_a_person(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """One office heard that the person works there, the other that she left: both are kept and listed."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    placement_id = hellowork.place_in_job(case_id, job(hellowork, 1))
    exchange()
    city.check_retention(case_id, placement_id, {"retention": "1"})
    left = {"retention": "3", "left_on": hellowork.place.today().isoformat()}
    hellowork.check_retention(case_id, placement_id, left)
    exchange()
    for desk in (city, hellowork):
        assert [(due.month, due.state) for due in desk.retention_due()] == [(1, "conflict")]


def test_what_cannot_be_is_refused(city: Workstation) -> None:
    """A check before the first day, of no job, at no such month; a leaving without its day."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    placement_id = city.place_in_job(case_id, job(city, 1))
    before = (city.place.today() - dt.timedelta(days=90)).isoformat()
    for wrong in (
        {"retention": "1", "checked_on": before},
        {"retention": "1", "month": 2},
        {"retention": "3"},
        {},
    ):
        with pytest.raises(RefusedError):
            city.check_retention(case_id, placement_id, wrong)
    with pytest.raises(RefusedError):
        city.check_retention(case_id, "nothing", {"retention": "1"})
    assert all(not row.found for row in city.placements(case_id)[0].retention)


def test_registrations_that_lapse(city: Workstation, hellowork: Workstation, exchange: Exchange) -> None:
    """Hello Work's registration from three months ago has lapsed; a new one is not on the list."""
    case_id = shared(city, exchange, ["S1", "S2"], ["H1"])
    today = hellowork.place.today()
    old = add_months(today, -3)
    hellowork.change(
        case_id, "registration", {"jobseeker_no": "14040-12345678", "accepted_on": old.isoformat()}
    )
    (row,) = hellowork.registrations_due()
    assert (row.case_id, row.derived) == (case_id, True)
    assert row.days_left < 0
    exchange()
    assert [each.case_id for each in city.registrations_due()] == [case_id]
    hellowork.change(case_id, "registration", {"accepted_on": today.isoformat()})
    exchange()
    assert hellowork.registrations_due() == ()
    assert city.registrations_due() == ()


def test_a_claim_in_error_is_struck_out_and_the_other_stands_alone(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The city wrote down the wrong channel: one claim is left, the struck one stays to be read at both."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    ours = city.place_in_job(case_id, job(city, 1))
    exchange()
    hellowork.place_in_job(case_id, job(hellowork, 1))
    hellowork.check_retention(case_id, ours, {"retention": "1"})
    exchange()
    with pytest.raises(RefusedError) as refused:
        hellowork.strike_placement(case_id, ours, {"reason": "こちらの紹介"})
    assert "相手側が取り消します" in refused.value.ja
    with pytest.raises(RefusedError):
        city.strike_placement(case_id, ours, {})
    city.strike_placement(case_id, ours, {"reason": "紹介主体のまちがい"})
    exchange()
    rows = [desk.placements(case_id) for desk in (city, hellowork)]
    assert rows[0] == rows[1]
    (row,) = rows[0]
    assert [claim.team for claim in row.claims] == ["hellowork"]
    assert [(claim.placement_id, claim.reason) for claim in row.struck] == [(ours, "紹介主体のまちがい")]
    assert not row.contested
    assert row.retention[0].state == "done", "a check that named the struck claim is of this job all the same"
    with pytest.raises(RefusedError):
        city.strike_placement(case_id, ours, {"reason": "もう一度"})
    assert any("紹介主体のまちがい" in line.text for line in hellowork.case(case_id).timeline)


def test_a_job_that_never_was_waits_for_no_check(city: Workstation) -> None:
    """Struck out whole: it is listed, not counted, not asked after, and can be written down anew."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    made = city.place_in_job(case_id, job(city, 2))
    assert city.retention_due()
    city.strike_placement(case_id, made, {"reason": "別の人の就職だった"})
    assert city.retention_due() == ()
    (row,) = city.placements(case_id)
    assert (row.claims, len(row.struck), row.retention) == ((), 1, ())
    with pytest.raises(RefusedError):
        city.check_retention(case_id, made, {"retention": "1"})
    again = city.place_in_job(case_id, job(city, 2))
    (row,) = city.placements(case_id)
    assert [claim.placement_id for claim in row.claims] == [again]
    assert [claim.placement_id for claim in row.struck] == [made]


def test_offices_that_yield_to_each_other_without_contact_keep_the_job(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """One job under two names; each strikes out its own for the other's: exactly one claim stands at both."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    ours = city.place_in_job(case_id, job(city, employer_name="試験食品 鶴見店"))
    theirs = hellowork.place_in_job(case_id, job(hellowork, employer_name="株式会社試験フーズ"))
    exchange()
    assert len(city.placements(case_id)) == 2
    with pytest.raises(RefusedError):
        city.strike_placement(case_id, ours, {"reason": "同じ就職", "stands": "nothing"})
    city.strike_placement(case_id, ours, {"reason": "同じ就職", "stands": theirs})
    hellowork.strike_placement(case_id, theirs, {"reason": "同じ就職", "stands": ours})
    exchange()
    for desk in (city, hellowork):
        (row,) = desk.placements(case_id)
        assert len(row.claims) == len(row.struck) == 1


def test_work_moves_the_case_at_both_offices_and_a_strike_moves_it_back(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """One act of either office: the state, the list by state and the reminders follow; nobody writes it twice."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    assert city.case(case_id).row.status == "consented"
    made = hellowork.place_in_job(case_id, job(hellowork, 1))
    exchange()
    view = city.case(case_id)
    assert view.row.status == hellowork.case(case_id).row.status == "followup"
    assert next(f.shown for f in view.fields if (f.kind, f.name) == ("case", "status")) == "就職後フォロー"
    assert [row.case_id for row in city.find_cases("", CaseFilter(status="followup")).rows] == [case_id]
    assert [due.month for due in city.retention_due()] == [1]
    hellowork.strike_placement(case_id, made, {"reason": "別の人の就職だった"})
    exchange()
    assert city.case(case_id).row.status == "consented"
    assert city.find_cases("", CaseFilter(status="followup")).rows == ()
    assert city.retention_due() == ()


def test_who_left_the_job_is_supported_again(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """離職 within the period brings the case back; the state says so at both offices."""
    case_id = shared(city, exchange, ["S1", "S2", "S7"], ["H1", "H5"])
    made = city.place_in_job(case_id, job(city, 1))
    today = city.place.today().isoformat()
    city.check_retention(case_id, made, {"retention": "3", "left_on": today})
    exchange()
    assert city.case(case_id).row.status == "consented"
    assert hellowork.case(case_id).row.status == ""
