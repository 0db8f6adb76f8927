"""From the rooms of a case to the paper that belongs to each: plan, request, session, referral, shortlist."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_desk import opened, shared
from tests.documents.pages import text
from tests.printers import Cups
from tests.screens.conftest import Make
from tests.screens.desk_model import Ward
from tests.screens.test_prints import room
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.api import RefusedError
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.plan import PlanScreen
from wardclient.screens.prints import PrintScreen
from wardclient.screens.referral import ReferralScreen
from wardclient.screens.request import RequestScreen
from wardclient.screens.session import SessionScreen
from wardclient.screens.shortlist import ShortlistScreen
from wardclient.settings import Settings

Exchange = Callable[[], None]
ROOMS = (
    ("g", PlanScreen, "ctrl+r", "plan"),
    ("y", RequestScreen, "t", "request"),
    ("k", ShortlistScreen, "t", "shortlist"),
)


@pytest.mark.parametrize(("door", "screen", "key", "kind"), ROOMS, ids=[each[3] for each in ROOMS])
async def test_a_room_opens_its_own_paper(
    make: Make, door: str, screen: type[PlanScreen], key: str, kind: str
) -> None:
    """One key, and p prints that one; Esc leads back to the room."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", door)
        assert at(app, screen)
        await press(pilot, key)
        await settled(pilot)
        row = the(app, PrintScreen).grid.row
        assert row is not None
        assert row.kind == kind
        await press(pilot, "p")
        assert room(app).jobs == [(kind, "", "")]
        await press(pilot, "escape")
        assert at(app, screen)


@pytest.mark.parametrize(("team", "kind"), [("city", "letter"), ("hellowork", "receipt")])
async def test_a_referral_opens_the_paper_of_its_office_and_keeps_what_was_typed(
    make: Make, team: str, kind: str
) -> None:
    """紹介状 of the city, 紹介控え of Hello Work; the half-filled form stands as it was."""
    app = make(team)
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter")
        case_id = app.screen.case_id  # type: ignore[attr-defined]
        app.push_screen(ReferralScreen(case_id))
        await settled(pilot)
        await press(pilot, *"ab", "ctrl+r")
        row = the(app, PrintScreen).grid.row
        assert row is not None
        assert row.kind == kind
        await press(pilot, "escape")
        values = the(app, ReferralScreen).form.values()
        assert "ab" in [str(value) for value in values.values()]


async def test_the_session_that_is_open_is_the_one_on_paper(make: Make, ward: Ward) -> None:
    """Also after a lock: the same screen stands with the same session."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s", *"kyou", "ctrl+r")
        (session_id,) = ward.sessions
        assert ward.sessions[session_id].texts["city"] == "kyou"
        screen = the(app, PrintScreen)
        assert screen.grid.row is not None
        assert screen.grid.row.kind == "session"
        await press(pilot, "p")
        assert room(app).jobs == [("session", session_id, "")]
        await press(pilot, "ctrl+l")
        await unlock(pilot)
        await settled(pilot)
        await press(pilot, "p")
        assert room(app).jobs == [("session", session_id, "")]
        await press(pilot, "escape")
        assert at(app, SessionScreen)


async def test_what_was_typed_in_a_session_stands_on_its_paper_at_a_real_desk(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
    cups: Cups,
) -> None:
    """To the last letter, though it was typed the moment before."""
    shared(city, exchange)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "s")
        assert at(app, SessionScreen)
        await pilot.press(*"soudan", "ctrl+r")
        await settled(pilot)
        assert "soudan" in shown(app)
        await press(pilot, "p")
        ((_arguments, pdf),) = cups.jobs
        assert "soudan" in text(pdf)


def test_an_opening_that_was_only_offered_is_on_no_letter(city: Workstation) -> None:  # noqa: F811
    """There was no referral: the list says so, and so does whoever asks for the letter all the same."""
    case_id = opened(city)
    facts = {
        "channel": "2",
        "opening_no": "",
        "job_title": "清掃",
        "employer_name": "架空商店",
        "state": "offered",
    }
    offered = city.offer(case_id, facts)
    assert {row.kind: row.why_not for row in city.papers(case_id)}["letter"] == "区の紹介がありません。"
    assert city.paper_records(case_id, "letter") == ()
    with pytest.raises(RefusedError):
        city.make_paper(case_id, "letter", record=offered)
    assert city.prints(case_id) == ()
