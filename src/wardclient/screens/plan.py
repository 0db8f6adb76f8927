"""支援プラン: the version in force on top, its steps below; a review makes a new version."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on

from wardclient.casework.codes import Actor
from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.plan_rows import PlanRow, PlanView, StepRow
from wardclient.desk.rows import Values
from wardclient.keys import (
    ADD_STEP,
    BACK,
    CHOOSE_COURSE,
    CURTAIN,
    DISCARD,
    FINISH_STEP,
    HELP,
    MOVE,
    PAPERS_BESIDE,
    REVISE_PLAN,
    SAVE,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.case_record import CaseRecordScreen
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import long_day
from wardclient.screens.words_found import words_line
from wardclient.widgets.cells import pad
from wardclient.widgets.form import FormField
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Part

LABEL = 12
_STEP = ("what", "who", "by_when", "training")
_DONE = ("done_on", "outcome")


def _actor(code: str) -> str:
    found = Actor.of(code)
    return found.label(language()) if found else code


def _state(row: StepRow) -> str:
    if row.done_on:
        return _("{day} 済").format(day=short_day(row.done_on))
    return _("期限切れ") if row.overdue else _("まだ")


def _tone(row: StepRow) -> str:
    if row.done_on:
        return "grid--good"
    return "grid--warn" if row.overdue else "grid--quiet"


STEPS: tuple[Column[StepRow], ...] = (
    Column(mark("取組"), 24, lambda r: r.what, share=3),
    Column(mark("だれが"), 8, lambda r: _actor(r.who)),
    Column(mark("いつまで"), 9, lambda r: short_day(r.by_when)),
    Column(mark("状態"), 13, _state, style=_tone),
    Column(mark("結果"), 12, lambda r: r.outcome, share=2, style=lambda _r: "grid--quiet"),
)


class PlanScreen(CaseRecordScreen):
    """The plan of one case."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        ADD_STEP,
        CHOOSE_COURSE,
        FINISH_STEP,
        REVISE_PLAN,
        BACK,
        PAPERS_BESIDE.named(mark("印刷"), hidden=False),
        HELP.aside(),
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    COLUMNS = STEPS
    EMPTY = mark("まだ取組がありません   a で足せます")
    GROUP = "plan"
    TITLE_TEXT = mark("支援プラン")
    ABOUT = mark(
        "上が今の版、下が取組です。見直すと新しい版になり、前の版は残ります。"
        "面談で決めたことも、ここに取組として並びます。"
    )

    def __init__(self, case_id: str) -> None:
        """Show the plan of a case."""
        super().__init__(case_id)
        self.view: PlanView | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return partial(PlanScreen, self.case_id)

    def fetch(self, desk: Desk) -> PlanView:
        """Ask for the plan."""
        return desk.plan(self.case_id)

    def show(self, found: PlanView) -> tuple[Sequence[Part], Sequence[object]]:
        """The version in force, the steps."""
        self.view = found
        return _plan(found), found.steps

    def whole(self, row: object) -> str:
        """The step in full, with its course and what came of it."""
        if not isinstance(row, StepRow):
            return ""
        facts = ((_("取組"), row.what), (_("訓練・事業"), row.training), (_("結果"), row.outcome))
        return "\n".join(f"{label}  {text}" for label, text in facts if text)

    @property
    def step(self) -> StepRow | None:
        """The chosen step."""
        return self.chosen(StepRow)

    def action_add_step(self) -> None:
        """Add a step."""
        self.app.push_screen(StepScreen(self.case_id))

    def action_training(self) -> None:
        """Choose a course or programme as the next step."""
        from wardclient.screens.training import TrainingScreen

        self.app.push_screen(TrainingScreen(self.case_id))

    def action_finish_step(self) -> None:
        """Say what came of the chosen step."""
        if self.step is None:
            self.say(_("取組を選んでから、済んだ日を入れます。"))
        else:
            self.app.push_screen(StepDoneScreen(self.case_id, self.step))

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_finish_step()

    def action_papers(self) -> None:
        """Open the plan on paper (支援プラン)."""
        from wardclient.screens.prints import open_papers

        open_papers(self, self.case_id, "plan")

    def action_revise(self) -> None:
        """Make the next version."""
        self.app.push_screen(RevisePlanScreen(self.case_id))


class RevisePlanScreen(FormScreen):
    """Makes a version of the plan."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("支援プランの見直し")
    ABOUT = mark(
        "前の版の内容から始まります。保存すると新しい版になり、前の版は経過に残ります。"
        "保護費などの金額は書きません。本人の確認が取れた日は、確認のあとで入れます。"
    )

    def __init__(self, case_id: str) -> None:
        """Revise the plan of a case."""
        self.case_id = case_id
        super().__init__(f"plan:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(RevisePlanScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """The form of a plan."""
        return [FormField(field) for field in FIELDS["plan"] if not field.auto]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("支援プランの見直し"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return what the next version begins with."""
        return desk.plan_defaults(self.case_id)

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Begin at the goal."""
        self.call_after_refresh(self.form.field("goal").editor.focus)

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Make the version."""
        return desk.make_plan(self.case_id, values)


class StepScreen(FormScreen):
    """Adds a step: what, who, by when."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("取組を足す")
    ABOUT = mark("何を、だれが、いつまでに。訓練や事業を使うときは、その名前も入れます。")

    def __init__(self, case_id: str, training: str = "", by_when: str = "") -> None:
        """Add to a case; ``training`` is a course that was chosen, ``by_when`` its deadline."""
        self.case_id = case_id
        self.training = training
        self.by_when = by_when
        super().__init__(f"step:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(StepScreen, self.case_id, self.training, self.by_when)

    def fields(self) -> list[FormField]:
        """What, who, by when, which course."""
        return [FormField(field) for field in FIELDS["action"] if field.name in _STEP]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("取組を足す"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002  # nothing is asked
        """Return the course that was chosen."""
        if not self.training:
            return {}
        what = _("{course} に申し込む").format(course=self.training)
        return {"training": self.training, "what": what, "by_when": self.by_when, "who": "client"}

    def edited(self) -> None:
        """Say which words may not be for the other office."""
        self.say(words_line(self.form.values(), "action"))

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Add it."""
        return desk.add_step(self.case_id, {k: v for k, v in values.items() if v not in (None, "", [])})

    def done(self, result: Any) -> None:  # noqa: ARG002  # the plan shows it
        """Back to the plan, past the list of courses."""
        from wardclient.screens.training import TrainingScreen

        self.app.pop_screen()
        if isinstance(self.app.screen, TrainingScreen):
            self.app.pop_screen()


class StepDoneScreen(FormScreen):
    """Says when a step was done and what came of it."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("取組の結果")
    ABOUT = mark("済んだ日を空にして保存すると、取組はまた「これから」に戻ります。")

    def __init__(self, case_id: str, row: StepRow) -> None:
        """Finish a step of a case."""
        self.case_id = case_id
        self.row = row
        super().__init__(f"step-done:{row.step_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The plan again: what the row said may be old after an unlock."""
        return partial(PlanScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """When, and with what outcome."""
        return [FormField(field) for field in FIELDS["action"] if field.name in _DONE]

    def on_mount(self) -> None:
        """Name the step."""
        self.title_line.show(_("取組の結果"), self.row.what)
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002  # the row says it
        """Begin with today."""
        return {"done_on": self.row.done_on or self.ward.today().isoformat(), "outcome": self.row.outcome}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Write it."""
        desk.finish_step(self.case_id, self.row.step_id, values)


def _plan(view: PlanView) -> list[Part]:
    if not view.current:
        return [(_("まだプランがありません   e で作れます") + "\n", "$ward-quiet")]
    parts: list[Part] = []
    if len(view.current) > 1:
        text = _("{n}つの版があります。連絡のない間に両方で見直されました。e で見直すと一つになります。")
        parts.append((text.format(n=len(view.current)) + "\n", "$ward-warn"))
    for row in view.current:
        parts += _version(row)
    if view.earlier:
        before = "、".join(
            _("第{n}版 {day}").format(n=row.version, day=long_day(row.made_on)) for row in view.earlier
        )
        parts += [(pad(_("前の版"), LABEL), "$ward-quiet"), (f"{before}\n", "$ward-quiet")]
    return parts


def _version(row: PlanRow) -> Iterable[Part]:
    values = row.values
    yield (_("第{n}版  {day}作成").format(n=row.version, day=long_day(row.made_on)), "bold $ward-accent")
    yield (
        "   " + (_("共有") if row.shared else _("自分側だけ")) + "\n",
        "$ward-good" if row.shared else "$ward-quiet",
    )
    target = "  ".join(
        part
        for part in (
            _word(values, "target_job"),
            long_day(_word(values, "target_by")),
            _word(values, "target_form"),
        )
        if part
    )
    agreed = long_day(row.signed_on) if row.signed_on else _("まだ")
    period = _("{begin} から {until}").format(
        begin=long_day(_word(values, "period_from")), until=long_day(_word(values, "period_until"))
    )
    lines = (
        (_("目標"), row.goal),
        ("", target),
        (_("強み・配慮"), _word(values, "strengths")),
        (_("支援期間"), period),
        (_("面談"), _word(values, "meeting_every")),
        (_("見直し日"), long_day(row.review_on)),
        (_("本人確認"), agreed),
        (_("チーム"), "、".join(_names(values.get("team")))),
    )
    for label, value in lines:
        if value:
            yield (pad(label, LABEL), "$ward-quiet")
            yield f"{value}\n"


def _word(values: Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []
