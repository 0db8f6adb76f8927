"""Referrals on their way, at real desks: what each office writes, sees, corrects and is reminded of."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.desk.conftest import CASE, PERSON
from tests.journeys.wards import consent_form
from wardclient.casework.referral_states import ReferralState
from wardclient.desk.api import RefusedError
from wardclient.desk.pipeline_rows import ReferralLog
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]
JOB: dict[str, object] = {
    "employer_name": "株式会社試験食品",
    "job_title": "調理補助",
    "opening_no": "14990-00000101",
}
LETTER: dict[str, object] = {
    "letter_no": "R8-0001",
    "office_code": "14040",
    "selection_kind": ["2"],
}


def shared(city: Workstation, exchange: Exchange) -> str:
    """A case with a consent to everything that referrals need."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    form = consent_form(scope_to_hw=["S1", "S2", "S6"], scope_to_city=["H1", "H2", "H3", "H4", "H5"])
    city.record_consent(case_id, form)
    exchange()
    return case_id


def referred(hellowork: Workstation, case_id: str, days_ago: int = 0) -> str:
    """A referral by Hello Work."""
    on = hellowork.place.today() - dt.timedelta(days=days_ago)
    return hellowork.refer(
        case_id, {**hellowork.referral_defaults(case_id), **JOB, **LETTER, "referred_on": on.isoformat()}
    )


def states(log: ReferralLog) -> list[str]:
    """The log's states, struck ones in brackets."""
    return [f"({step.state})" if step.struck else step.state for step in log.steps]


def test_from_the_citys_request_to_hired_in_one_log(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The city asks, Hello Work offers and refers, the city hears of the interview, Hello Work of the hiring."""
    case_id = shared(city, exchange)
    today = city.place.today().isoformat()
    asked = city.offer(case_id, {**JOB, "channel": "1", "state": "requested"})
    exchange()
    assert [row.state for row in hellowork.pipeline()] == ["requested"]
    assert set(hellowork.referral_log(case_id, asked).next) == {
        "offered",
        "referred",
        "withdrawn",
        "cancelled",
    }
    hellowork.move_referral(case_id, asked, {"state": "offered", "on": today, "note": "電話で案内"})
    with pytest.raises(RefusedError):
        hellowork.move_referral(case_id, asked, {"state": "referred", "on": today})
    hellowork.refer(case_id, {**hellowork.referral_defaults(case_id), **JOB, **LETTER}, asked)
    with pytest.raises(RefusedError):
        hellowork.refer(case_id, {**hellowork.referral_defaults(case_id), **JOB, **LETTER}, asked)
    exchange()
    city.move_referral(case_id, asked, {"state": "interview", "on": today})
    exchange()
    hellowork.record_result(case_id, asked, {"result": "1", "result_on": today, "result_source": "2"})
    exchange()
    for desk in (city, hellowork):
        log = desk.referral_log(case_id, asked)
        assert states(log) == ["requested", "offered", "referred", "interview", "hired"]
        assert log.states == ("hired",)
        assert [step.team for step in log.steps] == ["city", "hellowork", "hellowork", "city", "hellowork"]
        (row,) = desk.case(case_id).referrals
        assert (row.state_text, row.result) == ("採用", "1")
        assert len(desk.pipeline()) == 1
    assert "特定求職者雇用開発助成金" in city.referral_log(case_id, asked).subsidy
    assert "市の無料職業紹介" in city.subsidy("2")


def test_each_office_keeps_to_its_channel_and_to_the_order(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The city cannot refer for Hello Work, nobody is hired from a request, an end is an end, a reason goes with a refusal."""
    case_id = shared(city, exchange)
    today = city.place.today().isoformat()
    asked = city.offer(case_id, {**JOB, "channel": "1", "state": "requested"})
    assert "referred" not in city.referral_log(case_id, asked).next
    for wrong in ("referred", "hired", "interview", "nonsense"):
        with pytest.raises(RefusedError):
            city.move_referral(case_id, asked, {"state": wrong, "on": today})
    with pytest.raises(RefusedError):
        city.move_referral(case_id, asked, {"state": "withdrawn", "on": "2099-01-01"})
    with pytest.raises(RefusedError):
        hellowork.offer(case_id, {**JOB, "channel": "1", "state": "requested"})
    city.move_referral(case_id, asked, {"state": "withdrawn", "on": today})
    assert city.referral_log(case_id, asked).next == ()
    assert city.pipeline() == ()
    assert [row.state for row in city.pipeline(ended=True)] == ["withdrawn"]
    made = referred(hellowork, case_id)
    with pytest.raises(RefusedError):
        hellowork.move_referral(case_id, made, {"state": "rejected", "on": today})
    hellowork.move_referral(
        case_id, made, {"state": "rejected", "on": today, "reject_reason": "2", "source": "2"}
    )
    (row,) = [r for r in hellowork.case(case_id).referrals if r.referral_id == made]
    assert (row.result, row.state_text) == ("2", "不採用")


def test_two_offices_without_contact_leave_both_words_until_a_person_decides(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Hired, says the person to the city; refused, says the employer to Hello Work: shown, decided, kept."""
    case_id = shared(city, exchange)
    today = city.place.today().isoformat()
    made = referred(hellowork, case_id)
    exchange()
    city.move_referral(case_id, made, {"state": "hired", "on": today, "source": "3"})
    hellowork.move_referral(
        case_id, made, {"state": "rejected", "on": today, "reject_reason": "9", "source": "2"}
    )
    exchange()
    for desk in (city, hellowork):
        assert set(desk.referral_log(case_id, made).states) == {"hired", "rejected"}
        (row,) = desk.pipeline()
        assert row.state == "conflict"
        assert "要確認" in row.state_text
    city.move_referral(
        case_id, made, {"state": "hired", "on": today, "source": "2", "note": "事業所に電話で確認"}
    )
    exchange()
    log = hellowork.referral_log(case_id, made)
    assert log.states == ("hired",)
    assert len(log.steps) == 4
    for desk in (city, hellowork):
        assert desk.inbox().conflicts == ()
    assert hellowork.case(case_id).referrals[0].state_text == "採用"


def test_a_correction_strikes_out_and_keeps_what_was_written(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """A result entered by mistake, in the form or as a step, is struck out; the case says what is right."""
    case_id = shared(city, exchange)
    today = city.place.today().isoformat()
    made = referred(hellowork, case_id)
    hellowork.record_result(case_id, made, {"result": "1", "result_on": today, "result_source": "2"})
    wrong = hellowork.referral_log(case_id, made).steps[-1]
    assert (wrong.state, wrong.derived) == ("hired", True)
    hellowork.move_referral(
        case_id,
        made,
        {"state": "rejected", "on": today, "reject_reason": "2", "source": "2"},
        corrects=wrong.step_id,
    )
    exchange()
    for desk in (city, hellowork):
        log = desk.referral_log(case_id, made)
        assert states(log) == ["referred", "(hired)", "rejected"]
        assert log.states == ("rejected",)
        assert desk.case(case_id).referrals[0].result == "2"
    first = city.referral_log(case_id, made).steps[0].step_id
    with pytest.raises(RefusedError):
        city.move_referral(case_id, made, {"state": "hired", "on": today}, corrects=first)
    again = hellowork.referral_log(case_id, made).steps[-1]
    hellowork.move_referral(case_id, made, {"state": "interview", "on": today}, corrects=again.step_id)
    assert hellowork.case(case_id).referrals[0].result == ""
    assert states(hellowork.referral_log(case_id, made)) == ["referred", "(hired)", "(rejected)", "interview"]


@pytest.mark.parametrize(("days", "due"), [(3, 0), (7, 7), (13, 7), (20, 14)])
def test_an_employers_silence_is_a_reminder(
    city: Workstation, hellowork: Workstation, exchange: Exchange, days: int, due: int
) -> None:
    """At 7 and 14 days; the state stays what it was, and who waits longest stands first."""
    case_id = shared(city, exchange)
    referred(hellowork, case_id)
    made = referred(hellowork, case_id, days)
    exchange()
    row = city.pipeline()[0]
    assert row.referral_id == made
    assert (row.silent_days, row.reminder, row.state) == (days, due, ReferralState.REFERRED)


def test_without_the_box_the_log_stays_in_the_office(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """H3 shares that there was a referral; without H4 what came of it stays with Hello Work."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    city.record_consent(case_id, consent_form(scope_to_hw=["S1", "S2"], scope_to_city=["H3"]))
    exchange()
    made = referred(hellowork, case_id)
    hellowork.move_referral(case_id, made, {"state": "interview", "on": city.place.today().isoformat()})
    exchange()
    assert states(hellowork.referral_log(case_id, made)) == ["referred", "interview"]
    assert states(city.referral_log(case_id, made)) == ["referred"]
