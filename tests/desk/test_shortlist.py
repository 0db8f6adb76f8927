"""候補求人 at the real desks of two offices: picked, ordered, spoken of, marked when an opening goes, and shared by its box."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import CASE, PERSON, Offices
from tests.desk.test_matches import read_in
from tests.journeys.wards import consent_form
from wardclient.desk.api import RefusedError
from wardclient.desk.shortlist_rows import ShortlistRow
from wardclient.desk.workstation import Workstation
from wardclient.openings.search import MASKED

Exchange = Callable[[], None]
DAY_MS = 86_400_000


def shared(city: Workstation, exchange: Exchange, to_hw: list[str], to_city: list[str]) -> str:
    """A case with a consent to some items."""
    case_id = city.open_case(PERSON, CASE, none_match=True)
    city.record_consent(case_id, consent_form(scope_to_hw=to_hw, scope_to_city=to_city))
    exchange()
    return case_id


def numbers(desk: Workstation, count: int) -> list[str]:
    """The first openings of this PC that somebody may be referred to."""
    rows = desk.find_openings("", {}, 200).rows
    return [row.opening_no for row in rows if desk.opening(row.opening_no).may_refer][:count]


def by_number(desk: Workstation, case_id: str) -> dict[str, ShortlistRow]:
    """The list by numbers."""
    return {row.opening_no: row for row in desk.shortlist(case_id)}


def known(desk: Workstation, case_id: str, number: str) -> bool:
    """Whether an opening's number stands anywhere in the records of a case's list on this PC."""
    return any(
        number in str(register.shown.value)
        for stream in desk.place.store.streams_of_case(case_id)
        for kind in ("shortlist:", "shortlist_word:", "shortlist_order:")
        for entity in desk.place.store.entities(stream.stream, kind)
        for register in desk.place.registers(stream.stream, entity).values()
        if register.shown is not None
    )


def test_both_offices_pick_and_see_one_list(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """Without contact both pick the same opening and one of their own: three openings, four picks, who and why."""
    read_in(city, tmp_path)
    read_in(hellowork, tmp_path)
    case_id = shared(city, exchange, ["S1", "S2", "S6"], ["H1", "H3"])
    one, two, three = numbers(city, 3)
    assert city.pick_openings(case_id, [one, two], {"reason": "近い"}) == 2
    assert hellowork.pick_openings(case_id, [two, three], {"reason": "朝だけ"}) == 2
    assert city.pick_openings(case_id, [one], {"reason": "もう一度"}) == 0, "what both see is not doubled"
    exchange()
    lists = [desk.shortlist(case_id) for desk in (city, hellowork)]
    assert [r.opening_no for r in lists[0]] == [r.opening_no for r in lists[1]]
    found = by_number(hellowork, case_id)
    assert set(found) == {one, two, three}
    assert {(p.reason, p.team, p.shared) for p in found[two].picks} == {
        ("近い", "city", True),
        ("朝だけ", "hellowork", True),
    }
    sheet = hellowork.opening(one).row
    assert (found[one].job_title, found[one].employer_name, found[one].pay) == (
        sheet.title,
        sheet.employer,
        sheet.pay,
    )
    assert found[one].state == "open"
    assert any("近い" in line.text for line in hellowork.case(case_id).timeline)


def test_the_order_and_the_persons_word(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """First choice first; what the person says is kept word for word; two words apart both stand."""
    read_in(city, tmp_path)
    read_in(hellowork, tmp_path)
    case_id = shared(city, exchange, ["S1", "S2", "S6"], ["H1", "H3"])
    one, two, three = numbers(city, 3)
    city.pick_openings(case_id, [one, two, three], {})
    exchange()
    hellowork.order_shortlist(case_id, three, -2)
    hellowork.order_shortlist(case_id, one, 5)
    exchange()
    assert [r.opening_no for r in city.shortlist(case_id)] == [three, two, one]
    city.say_of_opening(case_id, two, {"state": "wants", "note": "送迎に間に合う"})
    hellowork.say_of_opening(case_id, two, {"state": "declines", "note": "腰が心配"})
    exchange()
    for desk in (city, hellowork):
        row = by_number(desk, case_id)[two]
        assert set(row.words) == {"wants", "declines"}
        assert {"送迎に間に合う", "腰が心配"} == set(row.note.split("  "))
        assert row.printed
    city.say_of_opening(case_id, two, {"state": "declines"})
    exchange()
    row = by_number(hellowork, case_id)[two]
    assert (row.words, row.printed, len(row.log)) == (("declines",), False, 3)
    with pytest.raises(RefusedError):
        hellowork.say_of_opening(case_id, two, {"state": "declines"})
    last = next(each.step_id for each in row.log if each.state == "declines" and not each.note)
    with pytest.raises(RefusedError):
        hellowork.say_of_opening(case_id, two, {"state": "wants"}, corrects=row.log[0].step_id)
    hellowork.say_of_opening(case_id, two, {"state": "unsure", "note": "聞きまちがい"}, corrects=last)
    row = by_number(hellowork, case_id)[two]
    assert row.words == ("unsure",)
    assert [each.step_id for each in row.log if each.struck] == [last]


def test_what_was_taken_off_comes_back_by_a_new_pick(city: Workstation, tmp_path: Path) -> None:
    """Taken off stands last and stays readable; to pick it again brings it back, unsure until it is asked."""
    read_in(city, tmp_path)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    one, two = numbers(city, 2)
    city.pick_openings(case_id, [one, two], {"reason": "最初"})
    city.say_of_opening(case_id, one, {"state": "taken_off", "note": "番号ちがい"})
    assert [(r.opening_no, r.taken_off) for r in city.shortlist(case_id)] == [(two, False), (one, True)]
    assert city.pick_openings(case_id, [one], {"reason": "やはり見たい"}) == 1
    row = by_number(city, case_id)[one]
    assert (row.taken_off, row.words, [p.reason for p in row.picks]) == (
        False,
        ("unsure",),
        ["最初", "やはり見たい"],
    )


def test_an_opening_that_goes_is_marked_and_never_removed(city: Workstation, tmp_path: Path) -> None:
    """Gone from the newest file, lapsed, on a PC without the file: it stands in the list with its reason."""
    read_in(city, tmp_path, 120)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    picked = numbers(city, 60)[-30:]
    city.pick_openings(case_id, picked, {})
    read_in(city, tmp_path, 40)
    rows = by_number(city, case_id)
    assert set(rows) == set(picked)
    gone = [n for n, row in rows.items() if row.state == "unlisted"]
    assert gone
    assert "載っていません" in rows[gone[0]].why_not
    clock, later = city.place.now_ms, 100 * DAY_MS
    city.place.now_ms = lambda: clock() + later
    rows = by_number(city, case_id)
    assert set(rows) == set(picked)
    assert {row.state for row in rows.values()} == {"lapsed"}


def test_a_pc_without_the_file_shows_what_was_copied(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """Hello Work has read no file in: number, job and employer are there; what a client may read of it is not known."""
    read_in(city, tmp_path)
    case_id = shared(city, exchange, ["S1", "S2", "S6"], ["H1", "H3"])
    (one,) = numbers(city, 1)
    city.pick_openings(case_id, [one], {"reason": "近い"})
    exchange()
    (row,) = hellowork.shortlist(case_id)
    assert (row.opening_no, row.state) == (one, "not_here")
    assert row.employer_name == city.opening(one).row.employer
    assert row.employer_for_client == ""
    assert "求人票は、この端末にありません" in row.why_not
    with pytest.raises(RefusedError):
        hellowork.pick_openings(case_id, ["14990-99999999"], {})


def test_the_client_is_shown_no_hidden_employer(city: Workstation, tmp_path: Path) -> None:
    """公開範囲 3: staff read the employer, the person in front does not."""
    read_in(city, tmp_path)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    every = [row.opening_no for row in city.find_openings("", {}, 200).rows]
    hidden = next(n for n in every if city.opening(n, client_facing=True).row.employer == MASKED)
    city.pick_openings(case_id, [hidden], {})
    (row,) = city.shortlist(case_id)
    assert row.employer_for_client == MASKED
    assert row.employer_name == city.opening(hidden).row.employer != MASKED


def test_without_the_box_the_list_stays_in_the_office_until_it_is_ticked(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """No S6, no H3: each office keeps its own list; picked again under a wider consent, it is shared."""
    read_in(city, tmp_path)
    read_in(hellowork, tmp_path)
    case_id = shared(city, exchange, ["S1", "S2"], ["H1"])
    one, two = numbers(city, 2)
    city.pick_openings(case_id, [one], {"reason": "市だけ"})
    hellowork.pick_openings(case_id, [two], {"reason": "HWだけ"})
    exchange()
    assert set(by_number(city, case_id)) == {one}
    assert set(by_number(hellowork, case_id)) == {two}
    city.withdraw_consent(case_id, {})
    exchange()
    city.record_consent(case_id, consent_form(scope_to_hw=["S1", "S2", "S6"], scope_to_city=["H1", "H3"]))
    exchange()
    assert one not in by_number(hellowork, case_id), (
        "what was picked before is not given away by a later paper"
    )
    three = numbers(city, 3)[2]
    city.pick_openings(case_id, [three], {"reason": "共有で選ぶ"})
    city.say_of_opening(case_id, one, {"state": "wants", "note": "これは市だけの話"})
    city.order_shortlist(case_id, three, -1)
    exchange()
    assert [r.opening_no for r in city.shortlist(case_id)] == [three, one]
    assert known(hellowork, case_id, three), "the shared one is there, so the search would find the other"
    assert not known(hellowork, case_id, one), "nor does a word or an order give it away"
    assert city.pick_openings(case_id, [one], {"reason": "共有する"}) == 1
    exchange()
    assert by_number(hellowork, case_id)[one].picks[0].reason == "共有する"


def test_who_only_looks_on_writes_nothing(
    offices: Offices, city: Workstation, exchange: Exchange, hellowork: Workstation, tmp_path: Path
) -> None:
    """Hello Work's manager reads the list and changes nothing of it (the access matrix)."""
    read_in(city, tmp_path)
    case_id = shared(city, exchange, ["S1", "S2", "S6"], ["H1", "H3"])
    (one,) = numbers(city, 1)
    city.pick_openings(case_id, [one], {})
    exchange()
    offices.enrol(hellowork, "manager", "hellowork", ("hwm",))
    manager = offices.unlock("manager")
    manager.sync_now()
    assert [row.opening_no for row in manager.shortlist(case_id)] == [one]
    with pytest.raises(RefusedError) as refused:
        manager.say_of_opening(case_id, one, {"state": "wants"})
    assert "見ることはできます" in refused.value.ja


def test_the_referral_that_came_of_it_is_named(
    city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """From the list to the referral: the row says how it stands."""
    read_in(hellowork, tmp_path)
    case_id = hellowork.open_case(PERSON, CASE, none_match=True)
    (one,) = numbers(hellowork, 1)
    hellowork.pick_openings(case_id, [one], {})
    today = hellowork.place.today()
    form = {
        **hellowork.referral_defaults(case_id, one),
        "letter_no": "R8-1",
        "referred_on": today.isoformat(),
    }
    hellowork.refer(case_id, form)
    (row,) = hellowork.shortlist(case_id)
    assert row.referral_id
    assert row.referral_text == "紹介済み"
    assert today <= dt.date.fromisoformat(row.picks[0].picked_on)
