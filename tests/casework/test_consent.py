"""The state of a consent by its record and the clock, what falls due, and what the bar says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.calendar import JAPAN
from wardclient.casework.codes import ConsentState
from wardclient.casework.consent import (
    check_narrower,
    default_period,
    due,
    due_step,
    in_force,
    interval_ms,
    narrower,
    sharing_lines,
    state,
)
from wardclient.casework.consent_bar import bar

GIVEN: dict[str, object] = {
    "state": "given",
    "recipients": ["14040"],
    "scope_to_hw": ["S1", "S4", "S2"],
    "scope_to_city": ["H1"],
    "valid_from": "2026-11-24",
    "valid_until": "2027-05-31",
}
NOON = datetime(2026, 11, 24, 12, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({}, NOON, "given"),
        ({}, datetime(2026, 11, 23, 23, 59, 59, tzinfo=JAPAN), "pending"),
        ({}, datetime(2026, 11, 24, tzinfo=JAPAN), "given"),
        ({}, datetime(2027, 5, 31, 23, 59, 59, tzinfo=JAPAN), "given"),
        ({}, datetime(2027, 6, 1, tzinfo=JAPAN), "expired"),
        ({}, datetime(2027, 5, 31, 15, 0, tzinfo=UTC), "expired"),
        ({"state": "refused", "valid_until": ""}, NOON, "refused"),
        ({"state": "withdrawn"}, NOON, "withdrawn"),
        ({"withdrawn_on": "2026-11-24"}, NOON, "withdrawn"),
        ({"withdrawn_on": "2026-11-24"}, datetime(2028, 1, 1, tzinfo=JAPAN), "withdrawn"),
        ({"state": "expired"}, NOON, "expired"),
        ({"state": "other_basis"}, NOON, "other_basis"),
        ({"valid_until": "こわれた"}, NOON, "none"),
    ],
)
def test_the_state_follows_the_record_and_the_clock(
    changes: dict[str, object], now: datetime, expected: str
) -> None:
    """The last day counts whole, in Japan's time; an end outweighs the period."""
    assert state({**GIVEN, **changes}, now) == expected


def test_nobody_asked_is_a_state_of_its_own() -> None:
    """No record is not a refusal."""
    assert state(None, NOON) is ConsentState.NONE
    assert state({}, NOON) is ConsentState.NONE


def test_facts_flow_only_while_in_force_with_items_and_an_office() -> None:
    """An empty scope and an empty list of offices share with nobody."""
    assert in_force(GIVEN, NOON)
    assert not in_force({**GIVEN, "recipients": []}, NOON)
    assert not in_force({**GIVEN, "scope_to_hw": [], "scope_to_city": []}, NOON)
    assert not in_force({**GIVEN, "withdrawn_on": "2026-11-24"}, NOON)
    assert not in_force({**GIVEN, "state": "other_basis"}, NOON)
    assert not in_force(None, NOON)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.none() | st.integers(-30, 800))
def test_the_period_offered_is_valid_and_within_a_year(today: date, days: int | None) -> None:
    """From today, never longer than the central service takes (366 days)."""
    begin, until = default_period(today, today + timedelta(days=days) if days is not None else None)
    assert begin == today
    assert until > begin
    first, end = interval_ms({"valid_from": begin.isoformat(), "valid_until": until.isoformat()})
    assert 0 < end - first <= 366 * 24 * 3600 * 1000


def test_the_period_offered_covers_support_and_follow_up() -> None:
    """Six months after the end of support, at most a year."""
    assert default_period(date(2026, 9, 1), date(2026, 11, 30)) == (date(2026, 9, 1), date(2027, 5, 29))
    assert default_period(date(2026, 9, 1), date(2027, 2, 28)) == (date(2026, 9, 1), date(2027, 8, 27))
    assert default_period(date(2026, 9, 1)) == (date(2026, 9, 1), date(2027, 8, 31))


def test_what_ends_soon_is_listed_soonest_first() -> None:
    """60, 30 and 7 days; ended, withdrawn and later ones are not on the list."""
    day = NOON.date()

    def ending(days: int, **changes: object) -> dict[str, object]:
        return {**GIVEN, "valid_until": (day + timedelta(days=days)).isoformat(), **changes}

    listed = [
        ("c60", ending(60)),
        ("c61", ending(61)),
        ("c7", ending(7)),
        ("c0", ending(0)),
        ("c30", ending(30)),
        ("gone", ending(-1)),
        ("withdrawn", ending(5, withdrawn_on="2026-11-20")),
    ]
    found = due(listed, NOON)
    assert [(d.key, d.days, d.step) for d in found] == [
        ("c0", 0, 7),
        ("c7", 7, 7),
        ("c30", 30, 30),
        ("c60", 60, 60),
    ]
    assert [d.key for d in due(listed, NOON, 7)] == ["c0", "c7"]
    assert [due_step(n) for n in (8, 31, 61)] == [30, 60, 0]


def test_a_scope_may_only_be_narrowed() -> None:
    """Wider in either direction, or for another office, needs a new paper."""
    assert narrower(GIVEN, {**GIVEN, "scope_to_hw": ["S1"]})
    assert check_narrower(GIVEN, {**GIVEN, "scope_to_city": []}) is None
    for change in (
        {"scope_to_hw": ["S1", "S5"]},
        {"scope_to_city": ["H1", "H2"]},
        {"recipients": ["14040", "14010"]},
    ):
        problem = check_narrower(GIVEN, {**GIVEN, **change})
        assert problem is not None
        assert problem.code == "wider"


def test_the_bar_says_what_the_other_side_sees() -> None:
    """In force it lists the boxes in the order of the paper, otherwise that nothing is seen."""
    assert bar(GIVEN, "given") == "同意あり  令和9年5月31日まで  HWに見えるもの: 氏名等 区分 希望"
    assert bar(GIVEN, "given", "hellowork") == "同意あり  令和9年5月31日まで  区に見えるもの: 求職登録"
    for none in ("none", "refused", "withdrawn", "expired"):
        assert bar(GIVEN, none).endswith("HWには何も見えません")
    assert len({bar(GIVEN, member) for member in ConsentState}) == len(ConsentState)


def test_each_box_of_the_paper_has_its_line() -> None:
    """Unticked boxes are said, too."""
    lines = sharing_lines(GIVEN)
    assert len(lines) == 12
    assert lines[0] == "はい  S1 氏名・生年月日・住所・連絡先"
    assert lines[4] == "いいえ  S5 就労上の健康・障害の配慮"
