"""The days after which a file is old, as a setting of the ward: on every path that refers or counts on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened
from tests.desk.test_feeds import never, read_in
from tests.desk.test_prints import REFERRAL
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation
from wardclient.openings.age_rule import STANDARD, bounded
from wardclient.openings.rules import AgeRule


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_no_rule_is_looser_than_the_standard(warn: int, block: int) -> None:
    """Whatever a feed or a file says: never later than the standard, and a warning not after the stop."""
    rule = bounded(AgeRule(warn, block))
    assert 0 <= rule.warn_after <= min(rule.block_after, STANDARD.warn_after)
    assert 1 <= rule.block_after <= STANDARD.block_after
    assert bounded(rule) == rule


def refused(desk: Workstation, case_id: str, number: str) -> None:
    """No path refers to this opening: the sheet, a referral, one made of an offer, and the list says why."""
    view = desk.opening(number)
    assert not view.may_refer
    assert "紹介できません" in view.why_not
    values = {**desk.referral_defaults(case_id, number), "letter_no": "14010-1"}
    offered = {
        k: v for k, v in values.items() if k in ("channel", "opening_no", "employer_name", "job_title")
    }
    attempts: tuple[Callable[[], str], ...] = (
        lambda: desk.refer(case_id, values),
        lambda: desk.refer(case_id, {k: v for k, v in values.items() if k != "channel"}),
        lambda: desk.offer(case_id, offered),
    )
    for attempt in attempts:
        with pytest.raises(RefusedError) as told:
            attempt()
        assert "紹介できません" in "".join(problem.ja for problem in told.value.problems)
    assert desk.case(case_id).referrals == ()
    assert "紹介できません" in desk.find_openings("", {}).warning
    assert "紹介できません" in desk.match_openings(case_id).warning
    assert desk.feed_status().level == "block"
    for kind in ("letter", "receipt"):
        with pytest.raises(RefusedError):
            desk.make_paper(case_id, kind)


def test_a_file_older_than_the_standard_refers_nobody(hellowork: Workstation, tmp_path: Path) -> None:
    """Eight days: nowhere a new referral, and no letter; all is still found and read."""
    read_in(hellowork, tmp_path, 30, STANDARD.block_after + 1)
    case_id = opened(hellowork)
    number = hellowork.find_openings("", {}).rows[0].opening_no
    refused(hellowork, case_id, number)
    assert hellowork.saved_searches() == ()


def test_the_ward_makes_it_stricter_and_every_path_follows(hellowork: Workstation, tmp_path: Path) -> None:
    """A file of four days may be referred from until the administrator sets three."""
    read_in(hellowork, tmp_path, 30, 4)
    case_id = opened(hellowork)
    number = hellowork.find_openings("", {}).rows[0].opening_no
    assert hellowork.opening(number).may_refer
    assert (hellowork.feed_status().level, hellowork.feed_status().block_after) == ("warn", 7)
    for warn, block in ((3, 7), (2, 8), (-1, 5), (2, 1), (0, 0)):
        with pytest.raises(RefusedError):
            hellowork.set_age_rule(warn, block)
    assert hellowork.set_age_rule(1, 3).block_after == 3
    refused(hellowork, case_id, number)
    hellowork.set_age_rule(2, 4)
    assert hellowork.opening(number).may_refer


def test_the_limits_reach_the_ward_with_the_feed_and_only_an_administrator_loosens(
    offices: Offices, city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """Set at the administrator's, published without a new file, in force at the other side."""
    offices.enrol(hellowork, "second", "hellowork", ("hw",))
    second = offices.unlock("second")
    city.sync_now()
    with pytest.raises(RefusedError):
        second.set_age_rule(1, 3)
    read_in(city, tmp_path, 30, 4)
    city.publish_openings(cancelled=never)
    second.fetch_openings(cancelled=never)
    city.set_age_rule(1, 3)
    assert city.fetch_openings(cancelled=never).what == "same"
    assert city.feed_status().block_after == 3
    assert city.publish_openings(cancelled=never).what == "published"
    assert city.publish_openings(cancelled=never).what == "same"
    second.fetch_openings(cancelled=never)
    assert second.feed_status().level == "block"
    # The other side's publication carries them on.
    read_in(second, tmp_path, 40, 0)
    second.publish_openings(cancelled=never)
    city.fetch_openings(cancelled=never)
    assert {desk.feed_status().block_after for desk in (city, second)} == {3}
    city.set_age_rule(2, 7)
    city.publish_openings(cancelled=never)
    second.fetch_openings(cancelled=never)
    assert second.feed_status().block_after == 7


def test_a_letter_waits_for_a_newer_file(offices: Offices, city: Workstation, tmp_path: Path) -> None:
    """A referral made in time gets no letter once the file is too old, unless it has its result."""
    offices.enrol(city, "specialist", "city", ("es", "adm"))
    desk = offices.unlock("specialist")
    read_in(desk, tmp_path, 30, 4)
    case_id = opened(desk)
    number = desk.find_openings("", {}).rows[0].opening_no
    made = desk.refer(case_id, {**desk.referral_defaults(case_id, number), **REFERRAL, "opening_no": number})
    assert desk.make_paper(case_id, "letter").serial
    desk.set_age_rule(1, 3)
    with pytest.raises(RefusedError) as told:
        desk.make_paper(case_id, "letter")
    assert [problem.code for problem in told.value.problems] == ["file_too_old"]
    read_in(desk, tmp_path, 31, 0)
    assert desk.make_paper(case_id, "letter", record=made).serial
