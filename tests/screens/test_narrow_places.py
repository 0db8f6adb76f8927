"""What a harsh user ran into on a real terminal, one test for each."""

from pathlib import Path

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_desk import Exchange, shared
from tests.desk.test_feeds import read_in
from tests.screens.conftest import Make
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.casework import reference
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.keys import MATCHES, PICK, REFER
from wardclient.screens.openings import BY_HAND, OpeningScreen, OpeningsScreen
from wardclient.screens.openings_details import NUMBERS, OpeningsDetails, codes_of
from wardclient.screens.palette import acts_of
from wardclient.screens.plan import PlanScreen
from wardclient.screens.request import AskForm
from wardclient.screens.supply_use import MemoForm
from wardclient.settings import Settings
from wardclient.widgets.choices import listed
from wardclient.widgets.form import FormBody
from wardclient.widgets.pick import Pick


async def test_a_search_for_nobody_names_no_act_that_needs_a_person(make: Make) -> None:
    """Help, palette and line offer a shortlist, the order by wishes and a referral only where there is a case."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f3")
        acts = acts_of(the(app, OpeningsScreen))
        assert not {MATCHES, PICK, BY_HAND} & set(acts)
        assert "Ctrl+P ほか" in shown(app)
        await press(pilot, "f1")
        assert "求人票なし" not in shown(app)
        await press(pilot, "escape", "down", "enter")
        assert not {PICK, REFER} & set(acts_of(the(app, OpeningScreen)))
        await press(pilot, "escape", "escape", "down", "enter", "p")
        assert {MATCHES, PICK, BY_HAND} <= set(acts_of(the(app, OpeningsScreen)))
        await press(pilot, "enter")
        assert {PICK, REFER} <= set(acts_of(the(app, OpeningScreen)))


async def test_the_count_takes_nobody_from_the_field_where_they_type(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A wrong time is told of once it is left; the next field keeps the focus and all that is typed."""
    read_in(city, tmp_path, 60, 1)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "f2")
        screen = the(app, OpeningsDetails)
        form = screen.query_one(FormBody)
        form.field("starts_from").editor.focus()
        await press(pilot, "2", "5")
        screen.count()
        await settled(pilot)
        assert form.field("starts_from").problem == ""
        assert "入力の途中です" in shown(app)
        await press(pilot, "tab", "1")
        screen.count()
        await settled(pilot)
        await press(pilot, "8", ":", "0", "0")
        assert "時刻は" in form.field("starts_from").problem
        assert form.field("ends_by").value == "18:00"
        await press(pilot, "ctrl+s")
        assert at(app, OpeningsDetails)
        assert form.field("starts_from").has_focus_within, "asked for, the first mistake is gone to"
        form.field("starts_from").fill("")
        for name in NUMBERS:
            form.field(name).fill("２０万")
            await press(pilot, "ctrl+s")
            assert "数字で入力してください" in form.field(name).problem
            assert "思わぬ不具合" not in shown(app)
            form.field(name).fill("")
        await pilot.pause()
        screen.action_search_so()
        screen.count()
        await settled(pilot)
        assert at(app, OpeningsScreen), "a count that was due does not overtake the search"


async def test_codes_may_be_typed_with_the_input_method_on(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Full-width codes and marks are the codes; the list to pick from stands whole, and says when nothing fits."""
    assert codes_of("Ｐ８５，083；055－01　１４１０１、") == ["P85", "083", "055-01", "14101"]
    read_in(city, tmp_path, 60, 1)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "f2")
        screen = the(app, OpeningsDetails)
        form = screen.query_one(FormBody)
        form.field("municipalities").editor.focus()
        await press(pilot, *"１４１０１", "f4")
        assert "Enter 選ぶ   Esc やめる" in shown(app), "the whole box fits"
        assert screen.query_one(FormBody).region.x < the(app, Pick).query_one(".box").region.x, (
            "in the middle"
        )
        await press(pilot, *"zzz")
        assert "当てはまるものはありません" in shown(app)
        await press(pilot, "ctrl+u", *"14102", "enter")
        assert form.field("municipalities").value == "14101、14102"


async def test_a_form_says_what_is_wrong_and_no_longer_what_was(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A choice made is no longer missing; an impossible day is called so; a list shows words, not the program's."""
    read_in(city, tmp_path, 20, 0)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "f3", "enter", "m", "ctrl+s")
        form = the(app, MemoForm).form
        assert form.field("change").problem
        await press(pilot, "space")
        assert "求人の取消" in shown(app)
        assert "withdrawn" not in shown(app)
        await press(pilot, "down", "enter")
        assert form.field("change").value == "withdrawn"
        assert form.field("change").problem == ""
        form.field("heard_on").fill("令和8年13月2日")
        await press(pilot, "ctrl+s")
        assert "暦にありません" in form.field("heard_on").problem
        assert not [line for line in shown(app).splitlines() if line.strip().startswith("。")]
        form.field("heard_on").fill("2031-01-01")
        await press(pilot, "ctrl+s")
        assert "今日までの日" in form.field("heard_on").problem


def test_a_list_shows_a_code_only_where_people_know_it() -> None:
    """Numbers and letters of the forms stand in a column; words of the program, and what is said twice, do not."""
    assert listed((("A1", "児童扶養手当"), ("B", "生活保護"))) == ["A1  児童扶養手当", "B   生活保護"]
    assert listed((("changed", "求人条件の変更"), ("filled", "充足"))) == ["求人条件の変更", "充足"]
    assert listed((("3", "3日以内"), ("30", "30日以内"))) == ["3日以内", "30日以内"]


async def test_a_step_is_read_whole_and_a_request_goes_to_an_office_by_name(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811  # the other side of the exchange
    exchange: Exchange,  # noqa: F811
) -> None:
    """What the columns cut stands under the list; a step that is not done says so; no office is a bare code."""
    case_id = shared(city, exchange)
    course = "フォークリフト・物流科（架空区就労準備センター）"
    what = f"{course} に申し込む"
    city.add_step(case_id, {"what": what, "who": "client", "training": course})
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "g")
        the(app, PlanScreen)
        line = next(each for each in shown(app).splitlines() if "フォークリフト" in each)
        assert what not in line
        assert "まだ" in line
        assert f"取組  {what}" in shown(app)
        assert f"訓練・事業  {course}" in shown(app)
        await press(pilot, "escape", "y")
        assert "F2 で要請できます" in shown(app)
        await press(pilot, "f2")
        field = the(app, AskForm).form.field("to_office")
        assert reference.office(field.value) is not None
        assert reference.office_name(field.value) in shown(app)
