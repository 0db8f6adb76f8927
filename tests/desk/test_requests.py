"""支援要請 at real desks: asked, held back, accepted, met, closed; declined with a reason for each audience."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.desk.conftest import CASE, PERSON
from tests.desk.test_pipeline import shared
from wardclient.desk.api import RefusedError
from wardclient.desk.rows import CaseFilter
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]
ASK = {"approved_by": "SV 係長", "request_reason": "就労に意欲があり、短時間から始めたい"}


def test_from_the_request_to_the_end_of_support(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Each side does what is its to do; both see one log, and what waits longest stands first."""
    case_id = shared(city, exchange)
    today = city.place.today()
    long_ago = (today - dt.timedelta(days=8)).isoformat()
    asked = city.request_support(case_id, {**ASK, "requested_on": long_ago})
    exchange()
    (due,) = hellowork.requests_due()
    assert (due.state, due.days, due.reminder) == ("requested", 8, 7)
    (row,) = hellowork.support_requests(case_id)
    assert set(row.next) == {"held", "accepted", "declined"}
    assert row.request_no.startswith("14101-")
    assert set(city.support_requests(case_id)[0].next) == {"withdrawn"}
    on = today.isoformat()
    hellowork.move_request(case_id, asked, {"state": "held", "on": on, "note": "担当を調整中"})
    hellowork.move_request(case_id, asked, {"state": "accepted", "on": on, "support_until": "2099-03-31"})
    with pytest.raises(RefusedError):
        hellowork.move_request(case_id, asked, {"state": "meeting", "on": on})
    hellowork.move_request(case_id, asked, {"state": "meeting", "on": on, "meeting_at": f"{on} 14:00"})
    exchange()
    city.move_request(case_id, asked, {"state": "done", "on": on})
    city.move_request(case_id, asked, {"state": "closed", "on": on, "note": "就職のため"})
    exchange()
    for desk in (city, hellowork):
        (row,) = desk.support_requests(case_id)
        assert [s.state for s in row.steps] == ["requested", "held", "accepted", "meeting", "done", "closed"]
        assert row.next == ()
        assert desk.requests_due() == ()
    assert any("支援要請の経過" in line.text for line in city.case(case_id).timeline)


def test_a_decline_comes_back_with_its_reason_and_keeps_what_is_only_ours(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The city reads the reason and the text for it; the word for the own office is nowhere on its PC."""
    case_id = shared(city, exchange)
    asked = city.request_support(case_id, ASK)
    exchange()
    on = city.place.today().isoformat()
    with pytest.raises(RefusedError):
        hellowork.move_request(case_id, asked, {"state": "declined", "on": on})
    hellowork.move_request(
        case_id,
        asked,
        {
            "state": "declined",
            "on": on,
            "decline_reason": "1",
            "note": "準備講座の後に再度",
            "own_note": "前回の経緯あり",
        },
    )
    exchange()
    step = city.support_requests(case_id)[0].steps[-1]
    assert (step.state, step.reason, step.note, step.own_note) == (
        "declined",
        "求職の準備が整っていない",
        "準備講座の後に再度",
        "",
    )
    assert hellowork.support_requests(case_id)[0].steps[-1].own_note == "前回の経緯あり"
    held = city.place.store.connection.execute(
        "SELECT entity FROM register WHERE entity LIKE 'request_own:%'"
    )
    assert held.fetchall() == []
    again = city.request_support(case_id, ASK)
    assert len(city.support_requests(case_id)) == 2
    city.move_request(case_id, again, {"state": "withdrawn", "on": on})


def test_a_request_moves_the_case_in_both_offices(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """支援要請中, 支援中, 不参加・要請取下げ are read from the log, and found by the list; what a person writes later stands."""
    case_id = shared(city, exchange)
    before = city.case(case_id).row.status
    asked = city.request_support(case_id, ASK)
    exchange()
    on = city.place.today().isoformat()

    def states() -> set[str]:
        exchange()
        found = {desk.case(case_id).row.status for desk in (city, hellowork)}
        for desk in (city, hellowork):
            for state in ("requested", "active", "not_supported"):
                rows = desk.find_cases("", CaseFilter(status=state)).rows
                assert [row.case_id for row in rows] == [case_id] * (state in found)
        return found

    assert before == "consented"
    assert states() == {"requested"}
    hellowork.move_request(case_id, asked, {"state": "held", "on": on})
    assert states() == {"requested"}
    hellowork.move_request(
        case_id, asked, {"state": "declined", "on": on, "decline_reason": "1", "note": "まだ早い"}
    )
    assert states() == {"not_supported"}
    again = city.request_support(case_id, ASK)
    assert states() == {"requested"}
    hellowork.move_request(case_id, again, {"state": "accepted", "on": on})
    assert states() == {"active"}
    # Somebody writes another state after all this was known.
    city.change(case_id, "case", {"status": "suspended"})
    assert city.case(case_id).row.status == "suspended"


def test_who_may_ask_and_when(city: Workstation, hellowork: Workstation, exchange: Exchange) -> None:
    """No consent, no request; Hello Work does not ask; not twice; the city does not answer itself."""
    alone = city.open_case(
        {**PERSON, "given_name": "単独", "name_kana": "カクウ タンドク"}, CASE, none_match=True
    )
    with pytest.raises(RefusedError):
        city.request_support(alone, ASK)
    case_id = shared(city, exchange)
    with pytest.raises(RefusedError):
        hellowork.request_support(case_id, ASK)
    with pytest.raises(RefusedError):
        city.request_support(case_id, {"approved_by": "SV 係長"})
    asked = city.request_support(case_id, ASK)
    with pytest.raises(RefusedError):
        city.request_support(case_id, ASK)
    on = city.place.today().isoformat()
    for wrong in ("accepted", "declined", "done", "nonsense"):
        with pytest.raises(RefusedError):
            city.move_request(case_id, asked, {"state": wrong, "on": on, "decline_reason": "1"})


def test_both_words_stand_when_they_were_written_apart(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Withdrawn here and accepted there: both show until a person decides; a mistake is struck out, not erased."""
    case_id = shared(city, exchange)
    asked = city.request_support(case_id, ASK)
    exchange()
    on = city.place.today().isoformat()
    city.move_request(case_id, asked, {"state": "withdrawn", "on": on})
    hellowork.move_request(case_id, asked, {"state": "accepted", "on": on})
    exchange()
    for desk in (city, hellowork):
        assert set(desk.support_requests(case_id)[0].states) == {"withdrawn", "accepted"}
    hellowork.move_request(case_id, asked, {"state": "accepted", "on": on, "note": "本人に確認"})
    exchange()
    (row,) = city.support_requests(case_id)
    assert row.states == ("accepted",)
    last = row.steps[-1].step_id
    city.move_request(case_id, asked, {"state": "closed", "on": on}, corrects=last)
    (row,) = city.support_requests(case_id)
    assert [step.struck for step in row.steps].count(True) == 1
