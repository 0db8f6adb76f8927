"""新着求人, 保存した検索 and 求人の配信 on the screen, at real desks with a real service."""

from pathlib import Path

from tests.desk.conftest import PASSPHRASE, Offices, city, hellowork, offices  # noqa: F401
from tests.desk.test_desk import opened
from tests.desk.test_feeds import never, read_in
from tests.screens.walking import at, press, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.feeds import FeedScreen
from wardclient.screens.inbox import InboxScreen
from wardclient.screens.openings import OpeningScreen, OpeningsScreen
from wardclient.screens.saved_searches import SavedHitsScreen, SavedSearchesScreen
from wardclient.settings import Settings


async def test_a_search_is_kept_and_its_news_come_from_the_other_office(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Kept for a person by keys; after a fetch the inbox counts, Enter lists, d sinks it; renamed and dropped."""
    read_in(hellowork, tmp_path, 60, 1)
    hellowork.publish_openings(cancelled=never)
    case_id = opened(city)
    name = city.case(case_id).row.name
    city.fetch_openings(cancelled=never)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        app.push_screen(OpeningsScreen(case_id))
        await pilot.pause()
        await press(pilot, "ctrl+s", *"all", "enter")
        assert "検索を保存しました" in shown(app)
        await press(pilot, "ctrl+n")
        assert at(app, SavedSearchesScreen)
        assert name in shown(app)
        assert "新着なし" in shown(app)
        assert "すべての求人" in shown(app)
        await press(pilot, "escape", "escape")
        # The other office reads a newer file in, and it is fetched from the screen of the feed.
        read_in(hellowork, tmp_path, 70, 0)
        hellowork.publish_openings(cancelled=never)
        await press(pilot, "f3", "ctrl+b")
        the(app, FeedScreen)
        assert "1日前" in shown(app)
        await press(pilot, "f5")
        assert "受け取りました" in shown(app)
        assert "今日のもの" in shown(app)
        await press(pilot, "escape", "escape", "f4", "left")
        the(app, InboxScreen)
        desk = app.desk
        assert isinstance(desk, Workstation)
        (row,) = desk.saved_searches()
        assert row.new
        assert f"新着求人 {len(row.new)}" in shown(app)
        assert name in shown(app)
        await press(pilot, "enter")
        listed = the(app, SavedHitsScreen)
        assert [each.opening_no for each in desk.saved_openings(row.search.search_id)] == list(row.new)
        assert listed.grid.row is not None
        assert listed.grid.row.opening_no == row.new[0]
        await press(pilot, "enter")
        assert the(app, OpeningScreen).case_id == case_id
        await press(pilot, "escape", "d")
        assert "新着はありません" in shown(app)
        await press(pilot, "f2")
        assert "新着はありません" not in shown(app)
        await press(pilot, "escape")
        assert "新着求人 0" in shown(app)


async def test_a_search_is_renamed_and_dropped_by_keys(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
) -> None:
    """From the inbox to the list: another name, and gone after a question; the list then says how to keep one."""
    city.save_search("all", "", {})
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f4", "ctrl+n", "e", *"2", "enter")
        assert "名前を直しました" in shown(app)
        desk = app.desk
        assert isinstance(desk, Workstation)
        assert [row.search.name for row in desk.saved_searches()] == ["all2"]
        await press(pilot, "x", "right", "enter")
        assert desk.saved_searches() == ()
        assert "保存した検索はありません" in shown(app)


async def test_the_feed_is_published_by_keys_and_an_old_file_is_told(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Published after a question; a file of eight days says that nobody is referred from it."""
    read_in(hellowork, tmp_path, 40, 8)
    hellowork.lock()
    app = WardApp(HomeDoor(offices.homes / "hellowork", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "ctrl+b")
        assert at(app, FeedScreen)
        assert "紹介できません" in shown(app)
        await press(pilot, "f2", "right", "enter")
        assert "求人を配信しました" in shown(app)
        assert "第1号" in shown(app)
    taken = city.fetch_openings(cancelled=never)
    assert (taken.what, taken.number) == ("taken", 1)
