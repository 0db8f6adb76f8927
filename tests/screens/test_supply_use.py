"""What the terms of use of supplied openings ask for, by keys at a real desk: limits, yearly count, memo."""

import datetime as dt
from pathlib import Path

from tests.desk.conftest import PASSPHRASE, Offices, city, offices  # noqa: F401
from tests.desk.test_feeds import read_in
from tests.printers import Cups, cups  # noqa: F401
from tests.screens.walking import at, press, shown, the, unlock
from wardclient.app import WardApp
from wardclient.casework.calendar import fiscal_year, format_fiscal_year
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.feeds import FeedScreen
from wardclient.screens.openings import OpeningScreen
from wardclient.screens.supply_use import LimitsForm, MemoForm, MemoScreen, SupplyUseScreen
from wardclient.settings import Settings


async def test_the_limits_are_made_stricter_by_an_administrator_alone(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """From the feed's screen: looser is refused under nothing lost, stricter counts at once."""
    read_in(city, tmp_path, 20, 3)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "ctrl+b", "l")
        form = the(app, LimitsForm)
        assert form.form.values() == {"warn_after": 2, "block_after": 7}
        form.form.field("block_after").fill("9")
        await press(pilot, "ctrl+s")
        assert at(app, LimitsForm)
        assert form.form.values()["block_after"] == 9
        form.form.field("warn_after").fill("1")
        form.form.field("block_after").fill("3")
        await press(pilot, "ctrl+s")
        assert at(app, FeedScreen)
        assert "1日を過ぎると知らせ、3日を過ぎると紹介を止めます" in shown(app)


async def test_the_yearly_count_is_shown_with_how_it_is_counted(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
) -> None:
    """Year by year, never a year to come; the definition stands under the figures."""
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "ctrl+b", "u")
        screen = the(app, SupplyUseScreen)
        year = fiscal_year(screen.ward.today() - dt.timedelta(days=31))
        assert f"求人の利用報告  {format_fiscal_year(year)}" in shown(app)
        assert "就職件数" in shown(app)
        assert "4月1日から翌年3月31日まで" in shown(app).replace(" ", "").replace("\n", "")
        await press(pilot, "left")
        assert format_fiscal_year(year - 1) in shown(app)
        await press(pilot, "right", "right", "right")
        assert format_fiscal_year(fiscal_year(screen.ward.today())) in shown(app)


async def test_a_memo_is_written_looked_at_and_printed(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
    cups: Cups,  # noqa: F811
) -> None:
    """What is missing stands under its field; the paper is seen first; a printer that fails loses nothing typed."""
    read_in(city, tmp_path, 20, 0)
    row = city.find_openings("", {}, 1).rows[0]
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "enter", "m")
        form = the(app, MemoForm)
        assert row.opening_no in shown(app)
        await press(pilot, "ctrl+s")
        assert form.form.field("text").problem
        form.form.fill({"change": "withdrawn", "heard_from": "事業所", "text": "取消と聞いた"})
        await press(pilot, "ctrl+s")
        assert at(app, MemoScreen)
        assert "求人の変更・取消の連絡メモ" in shown(app)
        assert "取消と聞いた" in shown(app)
        cups.refuse()
        await press(pilot, "p")
        assert at(app, MemoScreen)
        assert "紙は出ていません" in shown(app)
        cups.mend()
        await press(pilot, "escape")
        assert form.form.values()["text"] == "取消と聞いた"
        await press(pilot, "ctrl+s", "p")
        assert at(app, OpeningScreen)
        assert "を印刷しました。印刷番号" in shown(app)
        assert len(cups.jobs) == 1
        await press(pilot, "m")
        assert not the(app, MemoForm).form.values()["text"]
