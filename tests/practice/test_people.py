"""Invented people are right by every rule, show everything there is, and are the same every time."""

from collections import Counter
from datetime import date

import pytest

from wardclient.casework.caseload import read_caseload
from wardclient.casework.codes import Status
from wardclient.casework.names import VARIANTS
from wardclient.casework.normalise import normalise
from wardclient.casework.validation import validate, warnings
from wardclient.practice.people import GROUPS, make_caseload_csv, people

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2027, 4, 1)])
def test_everybody_is_right_by_the_rules(today: date) -> None:
    """Each record is as normalising leaves it, with nothing wrong, on any day."""
    for one in people(300, 7, today=today):
        records = {
            "person": one.person,
            "case": one.case,
            "assessment": one.assessment,
            "welfare": one.welfare,
        }
        for kind, values in records.items():
            if values:
                assert validate(kind, values, today=today) == ()
                assert normalise(kind, values) == values
        assert warnings("person", one.person, today=today) == ()


def test_a_small_ward_shows_every_group_and_state() -> None:
    """300 people hold each group in each state; welfare detail is for recipients alone."""
    ward = list(people(300, 1, today=TODAY))
    pairs = Counter((one.case["target_group"], one.case["status"]) for one in ward)
    assert len(pairs) == len(GROUPS) * len(Status)
    assert all(bool(one.welfare) == (one.case["target_group"] == "A1") for one in ward)
    names = "".join(f"{one.person['family_name']}{one.person.get('given_name', '')}" for one in ward)
    assert set("髙﨑邊\U00020bb7") <= set(names)
    assert set(names) & set(VARIANTS)
    assert any(str(one.person["family_name"]).isascii() for one in ward)
    assert any("11" in str(one.assessment.get("obstacles")) for one in ward)


def test_a_person_depends_on_seed_and_number_alone() -> None:
    """A longer ward begins with the same people; another seed has others."""
    few, many = list(people(20, 4, today=TODAY)), list(people(60, 4, today=TODAY))
    assert many[:20] == few
    assert few != list(people(20, 5, today=TODAY))
    assert len({str(one.person) for one in many}) == 60


def test_states_can_be_limited() -> None:
    """A file of a caseload holds people before any consent only."""
    limited = people(30, 1, today=TODAY, statuses=("active",))
    assert {one.case["status"] for one in limited} == {"active"}


def test_numbers_are_of_nobody() -> None:
    """Phones begin with blocks that are not given out."""
    phones = [str(one.person["phone"]) for one in people(200, 2, today=TODAY)]
    assert all(phone.startswith(("0800000", "045000")) for phone in phones)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_caseload_file_of_any_size_is_read_by_the_real_reader(encoding: str) -> None:
    """No fault in it; what cp932 lacks is listed."""
    written = make_caseload_csv(200, 3, encoding, today=TODAY)
    loaded = read_caseload(written.data, TODAY)
    assert loaded.problems == ()
    assert len(loaded.rows) == 200
    assert bool(written.losses) == (encoding == "cp932")
    assert {row.case["status"] for row in loaded.rows} == {"intake", "candidate"}
