"""Openings held against a person's wishes at a real desk, within what the reader may see."""

from pathlib import Path

import pytest

from tests.desk.test_desk import Exchange, opened, shared
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation
from wardclient.practice.openings import OpeningsSpec, write_openings

WISHES = {
    "jobseeker_no": "14990-12345",
    "accepted_on": "2026-11-01",
    "wish_occupation": ["調理"],
    "wish_employment": "2",
    "wish_pay": 1100,
    "wish_pay_form": "2",
    "wish_hours": "9:00-16:00",
}


def read_in(desk: Workstation, folder: Path, rows: int = 120) -> None:
    """Read a file of today in."""
    path = folder / "openings.csv"
    write_openings(path, OpeningsSpec(rows, desk.place.today()))
    desk.import_openings(path, dry_run=False, progress=lambda _: None, cancelled=lambda: False)


def test_the_best_come_first_and_say_why(hellowork: Workstation, tmp_path: Path) -> None:
    """Every hit is there, ordered by a score whose parts are shown; a part switched off is gone."""
    read_in(hellowork, tmp_path)
    case_id = opened(hellowork)
    hellowork.change(case_id, "registration", WISHES)
    page = hellowork.match_openings(case_id, limit=200)
    assert page.total == hellowork.find_openings("", {}).total == len(page.rows)
    assert [r.score for r in page.rows] == sorted((r.score for r in page.rows), reverse=True)
    assert {p.part for p in page.rows[0].parts} == {"occupation", "employment", "pay", "hours"}
    assert "希望職種" in dict(page.wishes)
    without = hellowork.match_openings(case_id, off=("pay",))
    assert all(part.part != "pay" for row in without.rows for part in row.parts)
    with pytest.raises(RefusedError):
        hellowork.match_openings(case_id, off=("luck",))
    with pytest.raises(RefusedError):
        hellowork.match_openings(case_id, filters={"occupations": ("999",)})


def test_nothing_known_is_said(city: Workstation, tmp_path: Path) -> None:
    """Without wishes there is no score, and all the same every opening."""
    read_in(city, tmp_path, 30)
    page = city.match_openings(opened(city))
    assert page.wishes == ()
    assert page.total > 0
    assert {row.score for row in page.rows} == {0}


def test_wishes_cross_only_with_consent(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """What Hello Work wrote counts on the ward's PC under item H1 and is nothing there without it."""
    read_in(city, tmp_path, 30)
    agreed = shared(city, exchange, scope_to_city=["H1"])
    hellowork.change(agreed, "registration", WISHES)
    exchange()
    assert "希望職種" in dict(city.match_openings(agreed).wishes)


def test_health_counts_only_where_it_may_be_read(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """The ward's health consideration takes no part at Hello Work unless the consent names S5."""
    read_in(city, tmp_path, 30)
    read_in(hellowork, tmp_path, 30)
    case_id = shared(city, exchange, scope_to_hw=["S1", "S2"])
    city.change(case_id, "assessment", {"health_consideration": "腰痛。重い物は不可"})
    exchange()
    here, there = city.match_openings(case_id), hellowork.match_openings(case_id)
    assert {part.part for part in here.rows[0].parts} == {"health"}
    assert there.rows[0].parts == ()
    assert all("腰" not in words for _, words in there.wishes)
