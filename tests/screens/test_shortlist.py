"""候補求人, 就職 and 操作の一覧 on the screen, at a real desk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_matches import read_in
from tests.desk.test_pipeline import shared
from tests.desk.test_placements import job
from tests.desk.test_shortlist import numbers
from tests.screens.conftest import Make
from tests.screens.test_pipeline import fill
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.case import CaseScreen
from wardclient.screens.cases import CasesScreen
from wardclient.screens.matching import CompareScreen, MatchScreen
from wardclient.screens.openings import OpeningScreen, OpeningsScreen
from wardclient.screens.palette import Palette, acts_of, matching
from wardclient.screens.pipeline import PipelineScreen
from wardclient.screens.placements import PlacementsScreen, StrikeForm
from wardclient.screens.plan import PlanScreen
from wardclient.screens.referral import ReferralScreen
from wardclient.screens.request import RequestScreen
from wardclient.screens.shortlist import ShortlistScreen
from wardclient.screens.shortlist_forms import PickForm, WordForm
from wardclient.settings import Settings
from wardclient.widgets.prose import Prose

Exchange = Callable[[], None]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_from_the_search_to_the_list_to_the_referral_by_keys(  # noqa: PLR0915  # one walk
    offices: Offices,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    city: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    """F3 in the search and in the comparison; order, word, struck word, and the referral from the list."""
    read_in(hellowork, tmp_path)
    shared(city, exchange)
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=size) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "k")
        the(app, ShortlistScreen)
        assert "まだ候補がありません" in shown(app)
        await press(pilot, "escape", "p", "f3")
        assert at(app, PickForm)
        fill(app, reason="家から近い")
        await press(pilot, "ctrl+s")
        assert at(app, OpeningsScreen)
        assert "候補求人に1件加えました" in shown(app)
        await press(pilot, "f3", "ctrl+s")
        assert "もう候補求人に入っています" in shown(app)
        await press(pilot, "f5", "down", "space", "down", "space", "f5")
        assert at(app, CompareScreen)
        await press(pilot, "f3", "end", "enter", "ctrl+s")
        assert at(app, CompareScreen)
        assert "加えました" in shown(app)
        await press(pilot, "escape", "escape", "escape", "k")
        screen = the(app, ShortlistScreen)
        assert "架空　試子" in shown(app)
        assert "家から近い" in shown(app)
        rows = list(screen.grid.rows)
        first = rows[0].opening_no
        await press(pilot, "d")
        assert [r.opening_no for r in screen.grid.rows][1] == first
        assert screen.grid.row is not None
        assert screen.grid.row.opening_no == first, "the cursor goes with the opening"
        await press(pilot, "u", "m", "enter")
        assert at(app, WordForm)
        fill(app, note="朝だけなら")
        await press(pilot, "ctrl+s")
        assert "希望する" in shown(app)
        assert "朝だけなら" in shown(app)
        await press(pilot, "e", "down", "enter", "ctrl+s")
        assert "迷っている" in shown(app)
        assert "訂正済み" in shown(app)
        marked, other = (row.job_title for row in list(screen.grid.rows)[:2])
        await press(pilot, "space", "t")
        paper = app.screen.query_one("#paper", Prose).plain
        assert marked in paper
        assert other not in paper, "what is marked goes on the paper, and nothing else"
        await press(pilot, "escape", "space")
        await press(pilot, "v")
        assert "来所者表示" in shown(app)
        assert "家から近い" not in shown(app)
        await press(pilot, "v", "f5")
        assert at(app, CompareScreen)
        await press(pilot, "escape", "enter")
        assert at(app, OpeningScreen)
        await press(pilot, "escape", "p")
        assert at(app, ReferralScreen)
        fill(app, letter_no="R8-1")
        await press(pilot, "ctrl+s")
        the(app, ShortlistScreen)
        assert "紹介済み" in shown(app)
        await press(pilot, "escape")
        the(app, CaseScreen).open_tab("shortlist")
        await settled(pilot)
        assert "紹介済み" in shown(app)
        assert "迷っている" in shown(app)
        await press(pilot, "enter")
        assert at(app, ShortlistScreen)


async def test_marked_openings_are_picked_from_the_order_of_wishes(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Space marks, F3 picks all that are marked; one that goes from the file stays, with its reason."""
    read_in(city, tmp_path)
    case_id = city.open_case({**_PERSON}, {"target_group": "C1", "wishes_support": True}, none_match=True)
    gone = numbers(city, 60)[-1]
    city.pick_openings(case_id, [gone], {})
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        app.push_screen(MatchScreen(case_id))
        await settled(pilot)
        await press(pilot, "space", "down", "space", "f3", "ctrl+s")
        assert at(app, MatchScreen)
        assert "候補求人に2件加えました" in shown(app)
        desk = app.desk
        assert isinstance(desk, Workstation)
        read_in(desk, tmp_path, 20)
        app.push_screen(ShortlistScreen(case_id, gone))
        await settled(pilot)
        assert "掲載終了" in shown(app)
        assert "新しいファイルに載っていません" in shown(app)
        await press(pilot, "p")
        assert at(app, ShortlistScreen), "nobody is referred to it"


async def test_a_job_written_in_error_is_struck_out_by_keys(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """From the case: the other office's claim is not ours to strike; ours goes with its reason, the state with it."""
    case_id = shared(city, exchange)
    city.place_in_job(case_id, job(city))
    exchange()
    hellowork.place_in_job(case_id, job(hellowork, employer_name="試験フーズ"))
    exchange()
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter")
        assert "就職後フォロー" in shown(app)
        await press(pilot, "j")
        screen = the(app, PlacementsScreen)
        assert "就職 2件" in shown(app)
        assert "架空　試子" in shown(app)
        theirs = next(n for n, each in enumerate(screen.jobs) if each.claims[0].team == "hellowork")
        await press(pilot, "home", *["down"] * theirs, "e")
        assert "相手側が取り消します" in shown(app)
        await press(pilot, "home", *["down"] * (1 - theirs), "e")
        await press(pilot, "down", "enter")
        assert at(app, StrikeForm)
        await press(pilot, "ctrl+s")
        assert at(app, StrikeForm), "a strike needs its reason"
        fill(app, reason="同じ就職を二度書いた")
        await press(pilot, "ctrl+s")
        assert at(app, PlacementsScreen)
        assert "就職 1件" in shown(app)
        assert "取消し" in shown(app)
        await press(pilot, "end", "e")
        assert "取り消す登録を選んでください" in shown(app)


async def test_every_act_is_found_by_ctrl_p(make: Make) -> None:
    """The line of keys leads there; typing narrows, Enter does it on the screen below, a click too."""
    app = make("city")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "Ctrl+P ほか" in shown(app)
        await press(pilot, "ctrl+p")
        assert at(app, Palette)
        assert "操作の一覧" in shown(app)
        assert "Enter する   Esc やめる" in shown(app), "the whole box fits"
        await pilot.press(*"ctrl+b")
        await settled(pilot)
        assert "紹介の経過" in shown(app)
        assert "定着と求職登録" not in shown(app).partition("操作の一覧")[2]
        await press(pilot, "enter")
        assert at(app, PipelineScreen)
        await press(pilot, "escape")
        screen = the(app, CasesScreen)
        start, _end, _key = screen.key_line.places()[-1]
        await pilot.click(screen.key_line, offset=(start + 1, 0))
        await settled(pilot)
        assert at(app, Palette)
        await press(pilot, "escape")
        assert at(app, CasesScreen)
        await press(pilot, "enter", "ctrl+p", "down", "down")
        await pilot.click(OptionList, offset=(3, 7))
        await settled(pilot)
        assert not at(app, Palette)
        assert not at(app, CasesScreen)


@pytest.mark.parametrize("screen", [CasesScreen, CaseScreen, ShortlistScreen])
def test_the_list_of_acts_is_whole(screen: type[CasesScreen | CaseScreen | ShortlistScreen]) -> None:
    """Every act of the screen that does something, and those that work everywhere; found in either language."""
    made = screen() if screen is CasesScreen else screen("0" * 32)  # type: ignore[call-arg]
    acts = acts_of(made)
    assert {key.key for key in screen.KEYS if key.action != "none"} <= {key.key for key in acts}
    assert {"ctrl+l", "ctrl+q", "f1"} <= {key.key for key in acts}
    assert [key.key for key in matching(acts, "ctrl+l")] == ["ctrl+l"]
    assert matching(acts, "まったくない操作") == ()


async def test_records_of_a_case_name_the_person(make: Make) -> None:
    """プラン, 支援要請 and 候補 say in their title whose they are."""
    app = make("city")
    case_id = "a" * 32
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        name = app.desk.case_name(case_id)
        assert name
        for made in (
            PlanScreen(case_id),
            RequestScreen(case_id),
            ShortlistScreen(case_id),
            PlacementsScreen(case_id),
        ):
            app.push_screen(made)
            await settled(pilot)
            assert name in shown(app).splitlines()[0]


_PERSON = {
    "family_name": "架空",
    "given_name": "試子",
    "name_kana": "カクウ タメシコ",
    "birth_date": "S61.4.2",
    "municipality": "14101",
    "address1": "鶴見中央９－９９－９",
}
