"""What may be referred, and how old a file may be."""

from dataclasses import dataclass
from datetime import date

import pytest

from wardclient.openings.rules import AgeRule, file_age, may_refer

TODAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Opening:
    """What the rule looks at; as given it may be referred."""

    listed: bool = True
    valid_until: str = "2027-01-31"
    deadline_on: str = "2026-12-31"
    file_date: str = "2026-11-20"


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        (Opening(), None),
        (Opening(deadline_on="2026-11-20"), None),
        (Opening(deadline_on="2026-11-19"), "expired"),
        (Opening(valid_until="2026-11-19"), "expired"),
        (Opening(deadline_on=""), None),
        (Opening(listed=False), "not_listed"),
        (Opening(listed=False, deadline_on="2026-11-01"), "expired"),
        (Opening(file_date="2026-11-13"), None),
        (Opening(file_date="2026-11-12"), "file_too_old"),
        (Opening(file_date=""), "file_too_old"),
    ],
)
def test_new_referrals(opening: Opening, code: str | None) -> None:
    """Expired, no longer listed, or known only from a file older than seven days: no new referral."""
    problem = may_refer(opening, TODAY)
    assert (problem.code if problem else None) == code
    if problem:
        assert problem.ja.endswith("。")
        assert problem.field == "opening_no"


def test_a_phone_call_lifts_not_listed_only() -> None:
    """Somebody asked by phone: an unlisted opening may be referred, an expired one still not."""
    assert may_refer(Opening(listed=False), TODAY, checked_by_phone=True) is None
    expired = may_refer(Opening(listed=False, deadline_on="2026-11-01"), TODAY, checked_by_phone=True)
    assert expired is not None


@pytest.mark.parametrize(
    ("made", "days", "level"),
    [
        ("2026-11-21", -1, "fresh"),
        ("2026-11-20", 0, "fresh"),
        ("2026-11-18", 2, "fresh"),
        ("2026-11-17", 3, "warn"),
        ("2026-11-13", 7, "warn"),
        ("2026-11-12", 8, "block"),
        ("", None, "none"),
    ],
)
def test_the_age_of_the_file(made: str, days: int | None, level: str) -> None:
    """A warning after two days, no referrals after seven; the sentence is there in every case."""
    age = file_age(made, TODAY)
    assert (age.days, age.level) == (days, level)
    assert age.ja.endswith("。")


def test_the_limits_are_settings() -> None:
    """A city may be stricter."""
    assert file_age("2026-11-18", TODAY, AgeRule(warn_after=0, block_after=1)).level == "block"
