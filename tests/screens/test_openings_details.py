"""くわしい条件 by keys at a real desk: the count follows, what is wrong stands under its field, the search is narrowed."""

from pathlib import Path

import pytest

from tests.desk.conftest import PASSPHRASE, Offices, city, offices  # noqa: F401
from tests.desk.test_feeds import read_in
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.openings import OpeningsScreen
from wardclient.screens.openings_details import OpeningsDetails
from wardclient.screens.synonyms import SynonymsScreen
from wardclient.settings import Settings
from wardclient.widgets.filters import Filter, FilterLine
from wardclient.widgets.form import FormBody
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.pick import Pick


def found(desk: Workstation, **filters: object) -> int:
    """Return how many openings the desk finds."""
    return desk.find_openings("", filters, 1).total


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_details_narrow_the_search_and_say_how_many(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    """Typed, ticked, counted; a wrong code is told under its field and nothing is lost; Ctrl+S searches, Ctrl+G clears."""
    read_in(city, tmp_path, 120, 1)
    all_of_them, part = found(city), found(city, traits=["bonus"])
    assert 0 < part < all_of_them
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=size) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "f2")
        screen = the(app, OpeningsDetails)
        assert f"この条件に合う求人 {all_of_them}件" in shown(app)
        form = screen.query_one(FormBody)
        form.field("traits").fill(["bonus"])
        screen.count()
        await settled(pilot)
        assert f"この条件に合う求人 {part}件" in shown(app)
        form.field("industries").fill("Z9")
        await press(pilot, "ctrl+s")
        assert at(app, OpeningsDetails)
        assert "産業分類コード「Z9」はありません" in form.field("industries").problem
        form.field("industries").fill("")
        await press(pilot, "ctrl+s")
        assert at(app, OpeningsScreen)
        assert "賞与あり" in shown(app)
        assert f"{part}件" in shown(app)
        await press(pilot, "f2")
        assert the(app, OpeningsDetails).details() == {"traits": ["bonus"]}
        await press(pilot, "ctrl+g")
        assert f"この条件に合う求人 {all_of_them}件" in shown(app)
        await press(pilot, "ctrl+s")
        assert f"{all_of_them}件" in shown(app)


async def test_what_is_typed_is_counted_without_a_key(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The count follows a moment after the last key; Esc leaves the search as it was."""
    read_in(city, tmp_path, 60, 1)
    older = found(city, age=99)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "f2", "9", "9")
        screen = the(app, OpeningsDetails)
        screen.count()
        await settled(pilot)
        assert f"この条件に合う求人 {older}件" in shown(app)
        await press(pilot, "escape")
        assert at(app, OpeningsScreen)
        await press(pilot, "f2")
        assert the(app, OpeningsDetails).details() == {}


async def test_synonyms_are_seen_changed_and_switched_off(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Begins at the word of the search; a new list finds more, the product's comes back, one search can do without."""
    read_in(city, tmp_path, 120, 1)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3")
        app.screen.query_one("#search", ImeInput).value = "調理"
        await settled(pilot)
        assert "「調理」は 厨房、給食、キッチン も検索" in shown(app)
        await press(pilot, "ctrl+y")
        screen = the(app, SynonymsScreen)
        assert screen.grid.row is not None
        assert screen.grid.row.word == "調理"
        await press(pilot, "e")
        app.screen.query_one(ImeInput).value = "製パン、惣菜"
        await press(pilot, "enter")
        assert any(
            row.word == "調理" and row.also == ("製パン", "惣菜") and row.own for row in screen.grid.rows
        )
        await press(pilot, "s")
        assert "この検索では使いません" in shown(app)
        await press(pilot, "escape")
        assert "も検索" not in shown(app)
        await press(pilot, "ctrl+y", "s", "x", "escape")
        assert "「調理」は 厨房、給食、キッチン も検索" in shown(app)
        await press(pilot, "ctrl+y", "a", *"ab", "enter")
        app.screen.query_one(ImeInput).value = "cd"
        await press(pilot, "enter")
        desk = app.desk
        assert isinstance(desk, Workstation)
        assert desk.synonyms("ab") == ("cd",)


async def test_the_order_and_the_employer_are_chosen(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """期限順 puts the first to end on top and narrows nothing; a name in F2 finds that employer alone."""
    read_in(city, tmp_path, 60, 1)
    newest = city.find_openings("", {}, 200).rows
    ending = city.find_openings("", {}, 200, order="deadline").rows
    assert newest[0].opening_no != ending[0].opening_no
    name = newest[3].employer
    theirs = city.find_openings("", {"employer": name}, 200).rows
    assert 0 < len(theirs) < len(newest)
    assert {row.employer for row in theirs} == {name}
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3")
        screen = the(app, OpeningsScreen)
        assert "順 [受付]" in shown(app)
        assert screen.grid.row is not None
        assert screen.grid.row.opening_no == newest[0].opening_no
        order = next(one for one in screen.query(Filter) if one.filter_name == "order")
        order.focus()
        await press(pilot, "space", "down", "enter")
        assert "順 [期限]" in shown(app)
        assert screen.grid.row.opening_no == ending[0].opening_no
        assert screen.asked() == ("", {})
        await press(pilot, "f2")
        the(app, OpeningsDetails).query_one(FormBody).field("employer").fill(name)
        await press(pilot, "ctrl+s")
        assert f"{len(theirs)}件" in shown(app)


async def test_codes_are_picked_by_their_words(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """F4 in a field of codes lists them, typing narrows, Enter adds the code; elsewhere it says where it works."""
    read_in(city, tmp_path, 60, 1)
    for name in ("municipalities", "occupations", "industries", "kinds"):
        for code, words in city.opening_codes(name):
            assert words, code
            city.find_openings("", {name: [code]}, 1)  # none of them is refused
    assert city.opening_codes("employer") == ()
    station, _line = city.opening_codes("station")[0]
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "f2", "f4")
        assert "沿線・駅の欄で押すと" in shown(app)
        screen = the(app, OpeningsDetails)
        field = screen.query_one(FormBody).field("industries")
        field.editor.focus()
        await press(pilot, "f4")
        assert isinstance(app.screen, Pick)
        app.screen.query_one(ImeInput).value = "医療"
        await settled(pilot)
        await press(pilot, "enter")
        assert field.value == "P"
        await press(pilot, "f4", *"P85", "down", "up", "enter")
        assert str(field.value).startswith("P、P85")
        await press(pilot, "f4", "escape")
        assert str(field.value).startswith("P、P85")
        field = screen.query_one(FormBody).field("station")
        field.editor.focus()
        await press(pilot, *"abc", "f4", "enter")
        assert field.value == station  # one name, which takes the place of what stood there


async def test_the_line_and_the_details_never_differ_in_secret(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A ward chosen on the line stands in F2; another chosen there takes it off the line; the line's next choice counts."""
    read_in(city, tmp_path, 60, 1)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3")
        screen = the(app, OpeningsScreen)
        line = screen.query_one(FilterLine)
        line.set("municipalities", "14101")
        await press(pilot, "f2")
        details = the(app, OpeningsDetails)
        field = details.query_one(FormBody).field("municipalities")
        assert field.value == "14101"
        details.query_one(FormBody).field("traits").fill(["bonus"])
        await press(pilot, "ctrl+s")
        assert line.values() == {"municipalities": "14101"}
        assert screen.details == {"traits": ["bonus"]}
        await press(pilot, "f2")
        the(app, OpeningsDetails).query_one(FormBody).field("municipalities").fill("14104、14")
        await press(pilot, "ctrl+s")
        assert line.values() == {}
        assert screen.asked()[1] == {"traits": ["bonus"], "municipalities": ["14104", "14"]}
        line.set("municipalities", "14114")
        assert screen.asked()[1]["municipalities"] == "14114"
