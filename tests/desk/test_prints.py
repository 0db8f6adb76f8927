"""Papers at real desks: what is possible, what is on them, the serial, the log, and what is refused."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened, shared
from tests.documents.pages import text
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]
REFERRAL = {
    "opening_no": "14990-00000161",
    "employer_name": "株式会社仮想介護",
    "job_title": "介護職員",
    "bring": "履歴書",
}


@pytest.fixture
def specialist(offices: Offices, city: Workstation) -> Workstation:
    """The employment specialist's desk: only this role enters the city's referrals."""
    offices.enrol(city, "specialist", "city", ("es",))
    return offices.unlock("specialist")


def test_papers_without_their_source_are_listed_with_the_reason(city: Workstation) -> None:
    """A new case can print the consent; the rest says what is missing, and is refused."""
    case_id = opened(city)
    why = {row.kind: row.why_not for row in city.papers(case_id)}
    assert why["consent"] == why["disclosure"] == why["handover"] == ""
    for kind in ("withdrawal", "plan", "letter", "receipt", "session", "request"):
        assert why[kind]
        with pytest.raises(RefusedError):
            city.make_paper(case_id, kind)


def test_every_possible_paper_is_made_with_the_next_serial_and_a_line_of_the_log(
    city: Workstation, specialist: Workstation, exchange: Exchange
) -> None:
    """Whatever the list says is possible can be made; the sheet of who saw names each print."""
    case_id = shared(city, exchange)
    city.make_plan(case_id, {**city.plan_defaults(case_id), "goal": "介護の仕事に就く"})
    city.start_session(case_id, {})
    city.request_support(case_id, {"approved_by": "SV 係長", "request_reason": "短時間から始めたい"})
    exchange()
    specialist.sync_now()
    specialist.refer(case_id, {**specialist.referral_defaults(case_id), **REFERRAL})
    specialist.sync_now()
    exchange()
    kinds = [row.kind for row in city.papers(case_id) if not row.why_not and row.kind != "opening"]
    assert {"consent", "withdrawal", "plan", "session", "letter", "history", "who-can-see", "request"} <= set(
        kinds
    )
    made = [city.make_paper(case_id, kind) for kind in kinds]
    assert [int(paper.serial.rpartition("-")[2]) for paper in made] == list(range(1, len(made) + 1))
    for paper in made:
        assert paper.serial in text(paper.pdf)
    seen = "\n".join(city.make_paper(case_id, "who-can-see").outline)
    assert all(paper.serial in seen for paper in made)
    assert "介護の仕事に就く" in "\n".join(made[kinds.index("plan")].outline)
    assert "短時間から始めたい" in "\n".join(made[kinds.index("request")].outline)


def test_a_letter_that_tells_of_the_benefit_is_refused_and_uses_no_serial(specialist: Workstation) -> None:
    """What a person typed into a free field does not reach the employer."""
    case_id = opened(specialist)
    specialist.refer(
        case_id, {**specialist.referral_defaults(case_id), **REFERRAL, "bring": "生 活 保 護 の証明"}
    )
    with pytest.raises(RefusedError) as error:
        specialist.make_paper(case_id, "letter")
    assert "持参物" in error.value.ja
    assert specialist.make_paper(case_id, "consent").serial.endswith("-00001")


def test_a_disclosure_leaves_out_what_a_third_party_told(city: Workstation) -> None:
    """The note is counted, not shown, until it has been decided."""
    case_id = opened(city)
    day = city.place.today().isoformat()
    common = {"held_on": day}
    city.add_note(case_id, {**common, "body": "本人が話したこと"})
    city.add_note(case_id, {**common, "body": "近所の人が話したこと", "third_party": True})
    shown = "\n".join(city.make_paper(case_id, "disclosure").outline)
    assert "本人が話したこと" in shown
    assert "近所の人" not in shown
    assert "1 件" in shown


def test_a_request_carries_what_the_consent_lets_go_and_no_more(
    city: Workstation, exchange: Exchange
) -> None:
    """Wishes (S4) are ticked, health (S5) is not: the paper has the one and a blank for the other."""
    case_id = shared(city, exchange, scope_to_hw=["S1", "S4"])
    written = {
        "wishes": ["短時間の調理"],
        "health_consideration": "立ち仕事は2時間まで",
        "licences": ["調理師"],
    }
    city.change(case_id, "assessment", written)
    city.request_support(case_id, {"approved_by": "SV 係長", "request_reason": "本人の希望"})
    shown = "\n".join(city.make_paper(case_id, "request").outline)
    assert "短時間の調理" in shown
    assert "範囲 S1 S4" in shown
    assert "立ち仕事" not in shown
    assert "調理師" not in shown
