"""定着と求職登録 on the screen, at a real desk: a job written down from its referral, checked when it is due."""

import datetime as dt
from collections.abc import Callable

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_pipeline import referred, shared
from tests.desk.test_placements import job
from tests.screens.test_pipeline import fill
from tests.screens.walking import at, press, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.case import CaseScreen
from wardclient.screens.followup import FollowUpScreen, PlacementForm, RetentionForm
from wardclient.screens.pipeline import LogScreen
from wardclient.screens.request import AnswerForm, AskForm, RequestScreen
from wardclient.settings import Settings

Exchange = Callable[[], None]


async def test_a_job_is_written_down_from_the_referral_that_led_there(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """Not before it is hired; then with what the referral knows."""
    case_id = shared(city, exchange)
    made = referred(hellowork, case_id)
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        app.push_screen(LogScreen(case_id, made))
        await pilot.pause()
        await press(pilot, "j")
        assert "採用になった紹介から" in shown(app)
        await press(pilot, "m", "down", "enter")
        await press(pilot, "ctrl+s")
        assert at(app, LogScreen)
        await press(pilot, "j")
        assert at(app, PlacementForm)
        assert "株式会社試験食品" in shown(app)
        fill(app, employment_type="5", contract_term="2")
        await press(pilot, "ctrl+s")
        assert at(app, LogScreen)
        desk = app.desk
        assert isinstance(desk, Workstation)
        (row,) = desk.placements(case_id)
        assert (row.employer_name, row.regular_hellowork) == ("株式会社試験食品", True)


async def test_what_is_due_is_listed_checked_and_gone(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """From the first screen: a check after a month, and a registration that has lapsed."""
    case_id = shared(city, exchange)
    hellowork.place_in_job(case_id, job(hellowork, months_ago=1))
    long_ago = hellowork.place.today() - dt.timedelta(days=120)
    hellowork.change(case_id, "registration", {"accepted_on": long_ago.isoformat()})
    exchange()
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "ctrl+f")
        the(app, FollowUpScreen)
        assert "定着確認 1件" in shown(app)
        assert "1か月" in shown(app)
        await press(pilot, "right")
        assert "切れています" in shown(app)
        await press(pilot, "d")
        assert "定着確認の行を選んでから" in shown(app)
        await press(pilot, "left", "d")
        assert at(app, RetentionForm)
        await press(pilot, "ctrl+s")
        the(app, FollowUpScreen)
        assert "定着確認 0件" in shown(app)
        await press(pilot, "right", "enter")
        assert at(app, CaseScreen)


async def test_support_is_asked_for_and_answered_by_keys(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """The city asks from the case; Hello Work finds it among what is due, declines with its reason, and keeps a word."""
    case_id = shared(city, exchange)
    city.lock()
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter")
        the(app, CaseScreen)
        await press(pilot, "y")
        assert "支援要請はまだありません" in shown(app)
        await press(pilot, "f2")
        assert at(app, AskForm)
        fill(app, approved_by="SV 係長", request_reason="短時間から始めたい")
        await press(pilot, "ctrl+s")
        assert at(app, RequestScreen)
        assert "要請中" in shown(app)
        desk = app.desk
        assert isinstance(desk, Workstation)
        desk.sync_now()
    other = offices.unlock("hellowork")
    other.sync_now()
    other.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "ctrl+f", "right", "right")
        assert "支援要請 1件" in shown(app)
        await press(pilot, "enter")
        screen = the(app, RequestScreen)
        assert screen.case_id == case_id
        await press(pilot, "m", "down", "down", "enter")
        assert at(app, AnswerForm)
        fill(app, decline_reason="1", note="準備講座の後に", body="前回の経緯")
        await press(pilot, "ctrl+s")
        text = shown(app)
        assert "求職の準備" in text
        assert "不開始" in text
        await press(pilot, "m")
        assert "進められる状態はありません" in shown(app)
