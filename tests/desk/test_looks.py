"""Who looked, at real desks: what reaches the own office's PCs, how often, and what never leaves."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import CASE, PERSON, Offices
from tests.desk.test_desk import opened, shared
from wardclient.desk.looks import CARRY_AFTER_MS, ENTITY, KIND, LOOKED, Day
from wardclient.desk.words_of_events import what
from wardclient.desk.workstation import Workstation
from wardclient.ledger.events import Op, Put, Rec, make_event
from wardproto.wire import encode

Exchange = Callable[[], None]


@pytest.fixture
def specialist(offices: Offices, city: Workstation) -> Workstation:
    """A second PC of the city."""
    offices.enrol(city, "specialist", "city", ("es",))
    return offices.unlock("specialist")


def another(desk: Workstation) -> str:
    """Open one more invented person's case."""
    return desk.open_case(PERSON, CASE, none_match=True)


def later(desk: Workstation, *, hours: float = 1) -> None:
    """Let time pass at a desk, within the same day or not."""
    clock = desk.place.now_ms
    desk.place.now_ms = lambda: clock() + int(hours * CARRY_AFTER_MS) + 1_000


def midday(desk: Workstation) -> None:
    """Let it be ten in the morning at a desk, tomorrow: hours that pass then stay within one day."""
    now = desk.place.moment()
    at = now.replace(hour=10, minute=0, second=0)
    clock, ahead = desk.place.now_ms, int((at - now).total_seconds() * 1000) + 24 * CARRY_AFTER_MS
    desk.place.now_ms = lambda: clock() + ahead


def sheet(desk: Workstation, case_id: str) -> list[str]:
    """Return the lines of だれが見られるか・だれが見たか."""
    return list(desk.preview_paper(case_id, "who-can-see"))


def line_with(lines: list[str], *words: str) -> str:
    """Return the one line that has all the words."""
    (found,) = [line for line in lines if all(word in line for word in words)]
    return found


def test_looks_reach_the_own_offices_pcs_by_day_and_nobody_else(
    city: Workstation, hellowork: Workstation, specialist: Workstation, exchange: Exchange
) -> None:
    """How often and from when to when; the other office's PC never gets the stream, and the paper says where to ask."""
    case_id = shared(city, exchange)
    midday(city)
    for _ in range(3):
        city.case(case_id)
    later(city)
    exchange()
    specialist.sync_now()
    lines = sheet(specialist, case_id)
    assert "CW 3係" in line_with(lines, "(3回")
    assert "まで" in line_with(lines, "CW 3係", "から")
    line_with(lines, "ハローワークの端末で見た記録は、ここにはありません")
    there = sheet(hellowork, case_id)
    assert not [line for line in there if "3回" in line]
    line_with(there, "区役所の端末で見た記録は、ここにはありません")
    assert hellowork.place.lane.run(lambda: hellowork.place.store.streams_of_entity(ENTITY)) == []


def test_many_looks_are_one_event_an_hour(city: Workstation) -> None:
    """So the central service sees that a PC worked, and neither which case nor how often it was looked at."""
    cases = [another(city) for _ in range(3)]
    city.sync_now()
    midday(city)
    for _ in range(5):
        for case_id in cases:
            city.case(case_id)
    assert city.status().unsent == 0
    later(city)
    for case_id in cases:
        city.case(case_id)
    # The event, and once for ever the stream that it stands in.
    assert city.status().unsent == 2
    city.sync_now()
    assert city.status().unsent == 0
    for case_id in cases * 5:
        city.case(case_id)
    assert city.status().unsent == 0
    later(city)
    for case_id in cases * 5:
        city.case(case_id)
    assert city.status().unsent == 1


def test_a_day_that_is_told_again_is_counted_once(city: Workstation, specialist: Workstation) -> None:
    """Each hour tells the day as it stands; a PC whose database was rescued tells all from the beginning."""
    case_id = opened(city)
    midday(city)
    city.case(case_id)
    later(city)
    city.sync_now()
    city.case(case_id)
    later(city)
    city.sync_now()
    specialist.sync_now()
    assert "(2回" in line_with(sheet(specialist, case_id), "CW 3係", "ケースを開いた")

    def forget() -> None:
        city.place.store.connection.execute("DELETE FROM meta WHERE key IN ('looks_stream', 'looks_carried')")

    city.place.lane.run(forget)
    later(city)
    city.sync_now()
    specialist.sync_now()
    lines = sheet(specialist, case_id)
    assert "(2回" in line_with(lines, "CW 3係", "ケースを開いた")
    line_with(lines, "CW 3係", "から")


def test_a_pc_that_told_nothing_yet_is_named(
    offices: Offices, city: Workstation, specialist: Workstation
) -> None:
    """Also one whose role writes nothing, and which therefore never tells: nobody takes the sheet for whole."""
    offices.enrol(city, "manager", "city", ("wm",))
    manager = offices.unlock("manager")
    case_id = opened(city)
    for desk in (city, manager, specialist, city):
        desk.sync_now()
    lines = sheet(city, case_id)
    assert "まだ届いていません" in line_with(lines, "city specialist")
    assert "まだ届いていません" in line_with(lines, "city manager")
    line_with(lines, "CW 3係 (この端末)", "いままで")
    for desk in (manager, specialist):
        midday(desk)
        desk.case(case_id)
        later(desk)
        desk.case(case_id)
        desk.sync_now()
        assert desk.status().unsent == 0
    city.sync_now()
    lines = sheet(city, case_id)
    assert "まで" in line_with(lines, "city specialist", "から")
    assert "まだ届いていません" in line_with(lines, "city manager")


def test_the_prints_of_both_offices_are_on_the_sheet(
    city: Workstation, hellowork: Workstation, specialist: Workstation, exchange: Exchange
) -> None:
    """Each once, with what became of it; those of other PCs from the record in the case."""
    case_id = shared(city, exchange)
    mine = city.make_paper(case_id, "consent").serial
    theirs = hellowork.make_paper(case_id, "handover").serial
    specialist.sync_now()
    third = specialist.make_paper(case_id, "history").serial
    specialist.undo_print(case_id, third, "紙づまり")
    specialist.sync_now()
    exchange()
    lines = sheet(city, case_id)
    assert "CW 3係" in line_with(lines, mine)
    assert "hellowork" in line_with(lines, theirs, "引継書")
    assert "取りやめ" in line_with(lines, third, "city specialist")
    unshared = another(city)
    assert not [line for line in sheet(city, unshared) if "端末で見た記録は、ここにはありません" in line]


def test_the_other_office_cannot_put_looks_into_the_sheet(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """What it writes into the shared stream under the same name is not read."""
    case_id = shared(city, exchange)
    (joint,) = [
        stream.stream
        for stream in hellowork.place.lane.run(lambda: hellowork.place.store.streams_of_case(case_id))
        if stream.kind == "joint"
    ]
    day = Day("2026-01-05", "view", 77, 1_767_571_200_000, 1_767_571_200_000)
    told: list[Op] = [
        Put(ENTITY, "since", "2026-01-05T09:00:00+09:00"),
        Put(ENTITY, "until", "2026-01-05T10:00:00+09:00"),
        Rec(f"{ENTITY}:{case_id}", KIND, encode(day)),
    ]
    hellowork.place.lane.run(lambda: hellowork.place.record(joint, "looked", told))
    exchange()
    lines = sheet(city, case_id)
    assert not [line for line in lines if "77回" in line]
    assert not [line for line in lines if "令和8年1月5日" in line]


def test_looks_that_could_not_be_sent_are_named_in_words() -> None:
    """In the tray, as all unsent work is; nothing of a case is in the words."""
    told: list[Op] = [
        Put(ENTITY, "until", "2026-01-05T10:00:00+09:00"),
        Rec(f"{ENTITY}:{'ab' * 16}", KIND, encode(Day("2026-01-05", "view", 1, 0, 0))),
    ]
    said = what(make_event(1, LOOKED, 0, bytes(16), told))
    assert "ケースを開いた記録" in said
    assert "abab" not in said
    assert "2026" not in said
