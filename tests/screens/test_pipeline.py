"""紹介の経過 on the screen, at a real desk: the list, the log, moving on, striking out, offering, subsidies."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_pipeline import JOB, LETTER, referred, shared
from tests.screens.walking import at, press, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.case import CaseScreen
from wardclient.screens.pipeline import LogScreen, PipelineScreen, StepForm
from wardclient.screens.referral import ReferralScreen
from wardclient.settings import Settings
from wardclient.widgets.form import FormBody

Exchange = Callable[[], None]


def fill(app: WardApp, **values: object) -> None:
    """Fill fields of the open form as typing does."""
    for name, value in values.items():
        app.screen.query_one(FormBody).field(name).fill(value)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_referral_is_moved_on_and_struck_out_by_keys(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
    size: tuple[int, int],
) -> None:
    """From the first screen to the log; interview, refused by mistake, struck out: all of it stands there."""
    case_id = shared(city, exchange)
    made = referred(hellowork, case_id, 16)
    exchange()
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=size) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "ctrl+b")
        the(app, PipelineScreen)
        assert "返事待ち7日以上 1件" in shown(app)
        assert "返事なし 16日" in shown(app)
        await press(pilot, "enter")
        log = the(app, LogScreen)
        assert log.referral_id == made
        assert "特定求職者雇用開発助成金" in shown(app)
        await press(pilot, "m", "enter")
        assert at(app, StepForm)
        fill(app, interview_at="R8.11.27 14:00", note="電話で決まった")
        await press(pilot, "ctrl+s")
        assert at(app, LogScreen)
        assert "電話で決まった" in shown(app)
        await press(pilot, "m", "down", "down", "enter")
        form = the(app, StepForm)
        assert form.state == "rejected"
        await press(pilot, "ctrl+s")
        assert at(app, StepForm), "a refusal needs its reason"
        fill(app, reject_reason="2")
        await press(pilot, "ctrl+s")
        assert at(app, LogScreen)
        assert "不採用" in shown(app)
        await press(pilot, "m")
        assert "この紹介は終わっています" in shown(app)
        await press(pilot, "end", "e")
        await press(pilot, "enter")
        form = the(app, StepForm)
        assert form.corrects
        await press(pilot, "escape", "escape")
        the(app, PipelineScreen)
        assert "動いている紹介はありません" in shown(app)
        await press(pilot, "f2")
        assert "不採用" in shown(app)


async def test_the_city_asks_and_hello_work_makes_the_referral(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """What the city asked for is opened from the case, shows what the channel means, and is made with the whole form."""
    case_id = shared(city, exchange)
    city.offer(case_id, {**JOB, "channel": "1", "state": "requested"})
    exchange()
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter")
        the(app, CaseScreen).open_tab("referrals")
        await pilot.pause()
        assert "紹介を依頼" in shown(app)
        await press(pilot, "enter")
        the(app, LogScreen)
        await press(pilot, "p")
        the(app, ReferralScreen)
        assert "助成金" in shown(app)
        assert "株式会社試験食品" in shown(app)
        fill(app, **LETTER)
        await press(pilot, "ctrl+s")
        assert at(app, LogScreen)
        assert "紹介済み" in shown(app)
        await press(pilot, "p")
        assert "もう登録されているか" in shown(app)


async def test_an_opening_is_only_offered_from_the_form(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """F2 keeps that it was offered; nothing is referred."""
    case_id = shared(city, exchange)
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter")
        the(app, CaseScreen)
        app.push_screen(ReferralScreen(case_id))
        await pilot.pause()
        await press(pilot, "tab")
        fill(app, job_title="調理補助", employer_name="株式会社試験食品")
        await press(pilot, "f2")
        the(app, CaseScreen).open_tab("referrals")
        await pilot.pause()
        assert "本人の返事待ち" in shown(app)
