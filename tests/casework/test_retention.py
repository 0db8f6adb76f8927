"""定着 at one, three and six months, and registrations that lapse."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.registration import SOON, expiry
from wardclient.casework.retention import MONTHS, Check, CheckState, Due, month_of, retained, schedule
from wardclient.casework.validation import validate
from wardclient.casework.work_codes import RetentionState

BEGAN = date(2026, 1, 31)
STAYS, LEFT, CHANGED = RetentionState.CONTINUES, RetentionState.LEFT, RetentionState.CHANGED


def states(rows: tuple[Due, ...]) -> list[str]:
    """How the three checks stand."""
    return [str(row.state) for row in rows]


def test_the_days_of_the_checks() -> None:
    """A month after 31 January is 28 February; a check is soon for a week, then due until somebody looks."""
    rows = schedule(BEGAN, [], date(2026, 2, 21))
    assert [row.due_on for row in rows] == [date(2026, 2, 28), date(2026, 4, 30), date(2026, 7, 31)]
    assert states(rows) == ["soon", "coming", "coming"]
    late = schedule(BEGAN, [], date(2026, 5, 2))
    assert states(late) == ["due", "due", "coming"]
    assert [row.late(date(2026, 5, 2)) for row in late] == [63, 2, 0]
    assert [retained(late, month) for month in MONTHS] == [None, None, None]


def test_a_leaving_ends_the_checks_and_counts_where_it_fell() -> None:
    """Found at three months to have left in the second: at work after one month, not after three or six."""
    gone = Check("c", 3, date(2026, 5, 1), LEFT, date(2026, 3, 15))
    rows = schedule(BEGAN, [gone], date(2026, 9, 1))
    assert states(rows) == ["done", "done", "over"]
    assert [retained(rows, month) for month in MONTHS] == [True, False, False]


def test_a_leaving_after_the_day_of_the_check_is_no_failure_of_it() -> None:
    """Looked at late: the person was still there on the day."""
    late = Check("c", 3, date(2026, 6, 1), CHANGED, date(2026, 5, 20))
    rows = schedule(BEGAN, [late], date(2026, 9, 1))
    assert [retained(rows, month) for month in MONTHS] == [True, True, False]


def test_two_offices_that_differ_decide_nothing() -> None:
    """One found the person at work, the other gone: both stand, and the next check stays open."""
    ours = Check("a", 3, date(2026, 5, 1), STAYS)
    theirs = Check("b", 3, date(2026, 5, 1), LEFT, date(2026, 4, 1))
    rows = schedule(BEGAN, [ours, theirs], date(2026, 9, 1))
    assert states(rows) == ["due", "conflict", "due"]
    assert rows[1].found == (ours, theirs)
    assert retained(rows, 3) is None
    assert retained(rows, 6) is None


def test_to_which_check_a_look_belongs() -> None:
    """To the newest whose day has come; a week early is early enough."""
    rows = schedule(BEGAN, [], date(2026, 9, 1))
    assert month_of(rows, date(2026, 2, 10)) == 1
    assert month_of(rows, date(2026, 4, 20)) == 1
    assert month_of(rows, date(2026, 4, 23)) == 3
    assert month_of(rows, date(2026, 12, 1)) == 6


checks = st.lists(
    st.builds(
        Check,
        st.uuids().map(str),
        st.sampled_from(MONTHS),
        st.integers(0, 300).map(lambda n: BEGAN + timedelta(days=n)),
        st.sampled_from(list(RetentionState)),
        st.one_of(st.none(), st.integers(0, 300).map(lambda n: BEGAN + timedelta(days=n))),
    ),
    max_size=6,
)


@given(checks, st.randoms(), st.integers(0, 400))
def test_no_check_is_lost_whatever_the_order(found: list[Check], order: object, days: int) -> None:
    """Every record is shown at its month, both offices see the same, and nobody returns to a job that was left."""
    today = BEGAN + timedelta(days=days)
    shuffled = [*found, *found]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    rows = schedule(BEGAN, found, today)
    assert schedule(BEGAN, shuffled, today) == rows
    assert sorted(c.check_id for row in rows for c in row.found) == sorted(c.check_id for c in found)
    open_ones = [row for row in rows if row.state in (CheckState.DUE, CheckState.SOON, CheckState.COMING)]
    assert all(retained(rows, row.month) is None for row in open_ones)


def test_who_left_has_a_day_of_leaving() -> None:
    """The form asks for it."""
    values = {"checked_on": "2026-05-01", "retention": "3"}
    assert [p.field for p in validate("retention", values, today=date(2026, 5, 2))] == ["left_on"]
    assert not validate("retention", {**values, "left_on": "2026-04-01"}, today=date(2026, 5, 2))
    assert not validate("retention", {**values, "retention": "1"}, today=date(2026, 5, 2))


@pytest.mark.parametrize(
    ("values", "ends", "derived"),
    [
        ({"accepted_on": "2026-11-02"}, date(2027, 1, 31), True),
        ({"accepted_on": "2026-12-31"}, date(2027, 2, 28), True),
        ({"accepted_on": "2026-11-02", "valid_until": "2027-04-30"}, date(2027, 4, 30), False),
    ],
)
def test_a_registration_ends_with_the_second_month_after(
    values: dict[str, object], ends: date, *, derived: bool
) -> None:
    """Unless somebody wrote down a longer term; on its last day it still stands."""
    last = expiry(values, ends)
    assert last is not None
    assert (last.ends_on, last.derived, last.lapsed, last.soon) == (ends, derived, False, True)
    after = expiry(values, ends + timedelta(days=1))
    assert after is not None
    assert (after.lapsed, after.soon, after.days_left) == (True, False, -1)
    before = expiry(values, ends - timedelta(days=SOON + 1))
    assert before is not None
    assert not before.soon


def test_no_registration_no_end() -> None:
    """Nothing is made up."""
    assert expiry({}, BEGAN) is None
    assert expiry({"accepted_on": "not a day"}, BEGAN) is None
