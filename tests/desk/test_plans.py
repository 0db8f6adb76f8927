"""The support plan at real desks: shared by consent, never overwritten, kept by each side without it."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened, shared
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]


def made(desk: Workstation, case_id: str, goal: str) -> str:
    """Make a version with this goal."""
    return desk.make_plan(case_id, {**desk.plan_defaults(case_id), "goal": goal})


def test_a_plan_and_its_steps_are_the_work_of_both(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The ward makes it, Hello Work reviews it and finishes a step; the session's agreement is a step, too."""
    case_id = shared(city, exchange)
    made(city, case_id, "介護の仕事に就く")
    city.add_step(case_id, {"what": "応募書類を書く", "who": "client", "by_when": "2026-12-01"})
    session = city.start_session(case_id, {})
    city.add_action(session, {"what": "求人を三つ選ぶ", "who": "hw"})
    exchange()
    view = hellowork.plan(case_id)
    assert [(row.version, row.goal, row.shared) for row in view.current] == [(1, "介護の仕事に就く", True)]
    assert {(step.what, step.from_session) for step in view.steps} == {
        ("応募書類を書く", False),
        ("求人を三つ選ぶ", True),
    }
    step = next(step for step in view.steps if not step.from_session)
    hellowork.finish_step(
        case_id, step.step_id, {"done_on": hellowork.place.today().isoformat(), "outcome": "三通"}
    )
    made(hellowork, case_id, "訪問介護の仕事に就く")
    exchange()
    view = city.plan(case_id)
    assert [(row.version, row.goal) for row in (*view.current, *view.earlier)] == [
        (2, "訪問介護の仕事に就く"),
        (1, "介護の仕事に就く"),
    ]
    assert next(s.outcome for s in view.steps if s.step_id == step.step_id) == "三通"


def test_reviews_without_contact_both_stand_until_a_person_decides(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Neither side's version is lost; the next review replaces both."""
    case_id = shared(city, exchange)
    made(city, case_id, "一版")
    exchange()
    made(city, case_id, "区の見直し")
    made(hellowork, case_id, "HWの見直し")
    exchange()
    for desk in (city, hellowork):
        assert {row.goal for row in desk.plan(case_id).current} == {"区の見直し", "HWの見直し"}
    made(hellowork, case_id, "二人で決めた")
    exchange()
    view = city.plan(case_id)
    assert [row.goal for row in view.current] == ["二人で決めた"]
    assert {row.goal for row in view.earlier} == {"一版", "区の見直し", "HWの見直し"}


def test_without_the_box_each_side_keeps_its_own(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """No S6 or no H2 in the consent: a plan stays in the office that made it."""
    case_id = shared(city, exchange, scope_to_hw=["S1", "S2"])
    made(city, case_id, "区だけの目標")
    city.add_step(case_id, {"what": "区だけの取組", "who": "cw"})
    exchange()
    assert hellowork.plan(case_id).current == ()
    assert hellowork.plan(case_id).steps == ()
    assert [row.shared for row in city.plan(case_id).current] == [False]


def test_after_the_withdrawal_a_shared_step_is_closed(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """The ward still reads it and cannot write it; Hello Work has it no more; a new plan is the ward's own."""
    case_id = shared(city, exchange)
    made(city, case_id, "共有の目標")
    step = city.add_step(case_id, {"what": "共有の取組", "who": "cw"})
    exchange()
    city.withdraw_consent(case_id, {})
    exchange()
    with pytest.raises(RefusedError):
        hellowork.plan(case_id)
    with pytest.raises(RefusedError):
        city.finish_step(case_id, step, {"done_on": city.place.today().isoformat()})
    made(city, case_id, "区の目標")
    assert [(row.goal, row.version, row.shared) for row in city.plan(case_id).current] == [
        ("区の目標", 2, False)
    ]


def test_what_is_missing_is_told_by_field_and_nothing_is_written(city: Workstation) -> None:
    """A plan without a goal, a step without a word, a day that has not come."""
    case_id = opened(city)
    with pytest.raises(RefusedError) as refused:
        city.make_plan(case_id, {**city.plan_defaults(case_id), "goal": " "})
    assert {p.field for p in refused.value.problems} == {"goal"}
    with pytest.raises(RefusedError):
        city.add_step(case_id, {"what": "", "who": "cw"})
    step = city.add_step(case_id, {"what": "面接練習", "who": "es"})
    with pytest.raises(RefusedError):
        city.finish_step(case_id, step, {"done_on": "2999-01-01"})
    assert [s.done_on for s in city.plan(case_id).steps] == [""]
    assert city.plan(case_id).current == ()


def test_a_rebuilt_database_shows_the_same_plan(offices: Offices, city: Workstation) -> None:
    """Plans are made of events like everything else."""
    case_id = opened(city)
    made(city, case_id, "一版")
    made(city, case_id, "二版")
    city.add_step(case_id, {"what": "応募", "who": "client"})
    before = city.plan(case_id)
    city.verify(rebuild=True)
    assert city.plan(case_id) == before
    city.lock()
    assert offices.unlock("city", offline=True).plan(case_id) == before
