"""Saved searches at a real desk: what is new since they were looked at."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation
from wardclient.practice.openings import OpeningsSpec, write_openings


def read_in(desk: Workstation, folder: Path, **spec: int) -> None:
    """Read a file of today in."""
    path = folder / "openings.csv"
    write_openings(path, OpeningsSpec(200, desk.place.today() - timedelta(days=1), **spec))  # type: ignore[arg-type]
    desk.import_openings(path, dry_run=False, progress=lambda _: None, cancelled=lambda: False)


def test_a_new_file_is_told_until_it_was_seen(city: Workstation, tmp_path: Path) -> None:
    """Nothing is new at first; a second day brings new and changed ones; seen, they are new no more."""
    read_in(city, tmp_path)
    case_id = opened(city)
    search_id = city.save_search("全部", "", {}, case_id)
    city.save_search("鶴見の調理", "調理", {"municipalities": ("14101",)})
    before = {row.search.name: row for row in city.saved_searches()}
    assert before["全部"].new == ()
    assert before["全部"].total == city.find_openings("", {}).total
    read_in(city, tmp_path, new=10, changed=5)
    row = city.saved_searches()[0]
    assert (row.search.name, row.search.case_id) == ("全部", case_id)
    assert len(row.new) == len(set(row.new)) == 30
    city.mark_seen(search_id)
    assert {row.search.name: row.new for row in city.saved_searches()}["全部"] == ()
    city.drop_search(search_id)
    assert [row.search.name for row in city.saved_searches()] == ["鶴見の調理"]


def test_saved_searches_outlive_a_lock(offices: Offices, tmp_path: Path) -> None:
    """They are there after the desk was locked and opened again."""
    desk = offices.unlock("city")
    read_in(desk, tmp_path)
    desk.save_search("清掃", "清掃", {"full_part": "part"})
    desk.lock()
    again = offices.unlock("city")
    assert [(r.search.text, dict(r.search.filters)) for r in again.saved_searches()] == [
        ("清掃", {"full_part": "part"})
    ]
    again.lock()


def test_what_cannot_be_searched_is_not_saved(city: Workstation, tmp_path: Path) -> None:
    """A wrong code, no name or one too long, and an unknown search are refused; nothing is kept."""
    read_in(city, tmp_path)
    for name, filters, case_id in (
        ("職種", {"occupations": ("999",)}, ""),
        ("", {}, ""),
        ("長" * 41, {}, ""),
    ):
        with pytest.raises(RefusedError):
            city.save_search(name, "", filters, case_id)
    with pytest.raises(RefusedError):
        city.mark_seen("nothing")
    assert city.saved_searches() == ()


def test_what_came_after_the_look_stays_new(city: Workstation, tmp_path: Path) -> None:
    """Seen is what was shown: a file that came between the list and the key stays new."""
    read_in(city, tmp_path)
    search_id = city.save_search("全部", "", {})
    read_in(city, tmp_path, new=10)
    (shown,) = city.saved_searches()
    assert shown.newest is not None
    assert shown.newest.opening_no == shown.new[0]
    read_in(city, tmp_path, new=10, changed=4)
    city.mark_seen(search_id, shown.until)
    (after,) = city.saved_searches()
    assert after.new
    assert not set(after.new) >= set(shown.new)
    assert [row.opening_no for row in city.saved_openings(search_id)] == list(after.new)
    everything = city.saved_openings(search_id, everything=True)
    assert len(everything) == min(after.total, 500) > len(after.new)


def test_a_search_is_renamed_and_names_its_person(city: Workstation, tmp_path: Path) -> None:
    """The list says for whom; a bad name is refused and changes nothing."""
    read_in(city, tmp_path)
    case_id = opened(city)
    search_id = city.save_search("調理", "調理", {}, case_id)
    city.rename_search(search_id, " 調理補助 ")
    with pytest.raises(RefusedError):
        city.rename_search(search_id, " ")
    (row,) = city.saved_searches()
    assert (row.search.name, row.case_name) == ("調理補助", city.case(case_id).row.name)
    with pytest.raises(RefusedError):
        city.saved_openings("nothing")
