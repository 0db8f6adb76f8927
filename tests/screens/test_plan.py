"""支援プラン on the screen, at a real desk: its database, its keys, a real service."""

from pathlib import Path

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_desk import Exchange, opened, shared
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.trainings import CourseRow
from wardclient.desk.workstation import Workstation
from wardclient.practice.courses import make_courses_csv
from wardclient.screens.case import CaseScreen
from wardclient.screens.plan import PlanScreen, RevisePlanScreen, StepDoneScreen, StepScreen
from wardclient.screens.training import TrainingScreen
from wardclient.settings import Settings
from wardclient.widgets.form import FormBody
from wardclient.widgets.ime import ImeInput


def fill(app: WardApp, **values: str) -> None:
    """Fill fields of the open form as typing does."""
    for name, value in values.items():
        app.screen.query_one(FormBody).field(name).fill(value)


async def test_a_plan_is_made_reviewed_and_worked_through(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    hellowork: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """By keys alone: goal, step, done, review; what Hello Work adds meanwhile appears."""
    case_id = shared(city, exchange)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter")
        the(app, CaseScreen)
        await press(pilot, "g")
        assert "まだプランがありません" in shown(app)
        await press(pilot, "e")
        assert at(app, RevisePlanScreen)
        fill(app, goal="介護の仕事に就く", target_job="訪問介護")
        await press(pilot, "ctrl+s")
        assert at(app, PlanScreen)
        assert "第1版" in shown(app)
        assert "介護の仕事に就く" in shown(app)
        await press(pilot, "a")
        assert at(app, StepScreen)
        await press(pilot, "ctrl+s")
        assert at(app, StepScreen)  # nothing was typed: it says what is missing and stays
        fill(app, what="応募書類を書く", who="client")
        await press(pilot, "ctrl+s")
        assert "応募書類を書く" in shown(app)
        await press(pilot, "d")
        assert at(app, StepDoneScreen)
        fill(app, outcome="三通書いた")
        await press(pilot, "ctrl+s")
        assert "三通書いた" in shown(app)
        app.desk.sync_now()
        hellowork.sync_now()
        hellowork.add_step(case_id, {"what": "求人を三つ選ぶ", "who": "hw"})
        hellowork.sync_now()
        app.desk.sync_now()
        await settled(pilot)
        assert "求人を三つ選ぶ" in shown(app)
        await press(pilot, "e")
        fill(app, goal="訪問介護の仕事に就く")
        await press(pilot, "ctrl+s")
        text = shown(app)
        assert "第2版" in text
        assert "訪問介護の仕事に就く" in text
        assert "第1版" in text  # among the versions before


async def test_a_course_is_chosen_from_the_list(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """From the plan to the list, a word, one key, and the step is filled in with course and deadline."""
    opened(city)
    file = tmp_path / "courses.csv"
    file.write_bytes(make_courses_csv(60, city.place.today()))
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "g", "t")
        assert at(app, TrainingScreen)
        assert "該当する訓練・事業はありません" in shown(app)
        await press(pilot, "ctrl+r")
        app.screen.query_one("#path", ImeInput).value = str(file)
        await press(pilot, "f5")
        assert "取り込みました: 60 件" in shown(app)
        await press(pilot, "escape")
        app.screen.query_one("#search", ImeInput).value = "フォークリフト"
        await settled(pilot)
        row = the(app, TrainingScreen).grid.row
        assert isinstance(row, CourseRow)
        assert "フォークリフト" in row.course.title
        await press(pilot, "f3")
        assert at(app, StepScreen)
        await press(pilot, "ctrl+s")
        assert at(app, PlanScreen)
        assert "フォークリフト" in shown(app)
        (step,) = app.desk.plan(the(app, PlanScreen).case_id).steps
        assert step.by_when == row.course.deadline
        assert step.training.startswith(row.course.title)


async def test_what_was_typed_stays_when_the_form_is_left(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    exchange: Exchange,  # noqa: F811
) -> None:
    """Back, lock, unlock: the draft of the review is there."""
    shared(city, exchange)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "g", "e")
        await pilot.press(*"kakikake", "ctrl+l")
        await unlock(pilot, PASSPHRASE)
        assert the(app, RevisePlanScreen).form.field("goal").value == "kakikake"
