"""A PC whose clock is years off, through real processes: it is told, it loses nothing, it harms nobody."""

import json

import pytest

from tests.journeys.offices import Office
from tests.journeys.wards import Ward, phone_of, share
from wardclient.desk.clocks import PRACTICE_DAYS

DAY = 86_400
YEARS = 3_650


def as_practice(office: Office) -> None:
    """Only a practice home has a clock that can be moved: the profile is in clear text."""
    profile = office.home / "profile.json"
    said = json.loads(profile.read_text(encoding="utf-8"))
    profile.write_text(json.dumps({**said, "practice": True}), encoding="utf-8")


@pytest.mark.parametrize("days", [YEARS, -YEARS])
def test_a_clock_ten_years_off_is_told_and_harms_nobody(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """It synchronises, its changes arrive and stand in their order, the other PC's writing goes on and wins later."""
    case_id = share(ward)
    as_practice(ward.hellowork)
    monkeypatch.setenv(PRACTICE_DAYS, str(days))
    state = ward.hellowork.sync()
    assert state["state"] == "synced"
    assert abs(state["clock_offset_seconds"] + days * DAY) < DAY
    ward.hellowork.do("cases", "set", case_id, "person", values={"phone": "0800000501"})
    assert ward.hellowork.sync()["state"] == "synced"
    assert ward.city.sync()["clock_offset_seconds"] < 60
    assert phone_of(ward.city, case_id) == "0800000501"
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000502"})
    ward.everyone_syncs()
    assert phone_of(ward.city, case_id) == "0800000502"
    assert phone_of(ward.hellowork, case_id) == "0800000502"
    assert ward.hellowork.do("inbox", "list")["conflicts"] == []
