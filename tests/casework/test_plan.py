"""Versions of a support plan: the same answer on every PC, whatever arrives in which order."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework import plan
from wardclient.casework.validation import validate

TODAY = dt.date(2026, 11, 24)


def version(number: int, *replaces: str, made_on: str = "2026-11-01") -> dict[str, object]:
    """Return a version."""
    return {"version": number, "supersedes": list(replaces), "made_on": made_on, "goal": f"目標{number}"}


def test_a_review_replaces_what_was_in_force() -> None:
    """One line of versions: the last is in force."""
    versions = {"a": version(1), "b": version(2, "a"), "c": version(3, "b")}
    assert plan.in_force(versions) == ("c",)
    assert plan.newest_first(versions) == ["c", "b", "a"]
    assert plan.next_version(versions) == 4


def test_two_reviews_without_contact_both_stand_until_somebody_decides() -> None:
    """Neither replaces the other; a third that names both ends it."""
    versions = {"a": version(1), "b": version(2, "a"), "c": version(2, "a")}
    assert plan.in_force(versions) == ("c", "b")
    versions["d"] = version(3, "b", "c")
    assert plan.in_force(versions) == ("d",)


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10), st.integers())
def test_order_of_arrival_changes_nothing(replaced: list[list[int]], seed: int) -> None:
    """Any history: the answer depends on the set of versions, and at least one is in force."""
    versions = {
        str(n): version(n + 1, *(str(old) for old in olds if old < n)) for n, olds in enumerate(replaced)
    }
    mixed = list(versions.items())
    random.Random(seed).shuffle(mixed)  # noqa: S311
    assert plan.in_force(dict(mixed)) == plan.in_force(versions)
    assert str(len(replaced) - 1) in plan.in_force(versions)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 24), 6, dt.date(2027, 5, 24)),
        (dt.date(2026, 12, 1), 1, dt.date(2027, 1, 1)),
    ],
)
def test_some_months_on(day: dt.date, months: int, then: dt.date) -> None:
    """The last day of a month has no twin in a shorter one."""
    assert plan.months_on(day, months) == then


def test_the_next_version_begins_with_the_one_before_and_asks_agreement_anew() -> None:
    """The goal stays, today is the day it is made, the person has not agreed yet."""
    before = {**version(1), "period_until": "2027-03-31", "signed_by_client_on": "2026-11-02"}
    form = plan.beginning(before, TODAY)
    assert form["goal"] == "目標1"
    assert form["period_until"] == "2027-03-31"
    assert form["made_on"] == "2026-11-24"
    assert form["review_on"] == "2026-12-24"
    assert "signed_by_client_on" not in form


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"goal": ""}, "goal"),
        ({"review_on": ""}, "review_on"),
        ({"period_until": "2026-11-01"}, "period_until"),
        ({"review_on": "2026-11-24"}, "review_on"),
        ({"signed_by_client_on": "2026-11-25"}, "signed_by_client_on"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, object], field: str) -> None:
    """By field, before anything is written."""
    whole = {**plan.beginning({"goal": "介護の仕事に就く"}, TODAY), **changes}
    found = validate("plan", whole, today=TODAY, team="city", roles=("cw",))
    assert field in {problem.field for problem in found}
