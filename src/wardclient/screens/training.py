"""訓練・事業: courses and programmes by words, the nearest deadline first; one key puts one into the plan."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from wardclient.desk.api import Cancelled, Desk, OnProgress
from wardclient.desk.rows import Change, ImportOutcome
from wardclient.desk.trainings import CourseRow
from wardclient.keys import BACK, CURTAIN, EVERYTHING, HELP, IMPORT, TAKE_COURSE, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.imports import ImportScreen
from wardclient.screens.words import long_day
from wardclient.widgets.cells import pad
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Part, Prose

LABEL = 10


def _left(row: CourseRow) -> str:
    if row.state == "gone":
        return _("一覧から消えた")
    if row.state == "over":
        return _("締切")
    return _("今日まで") if row.days_left == 0 else _("あと{n}日").format(n=row.days_left)


_STYLES = {"soon": "grid--warn", "over": "grid--quiet", "gone": "grid--quiet"}
COLUMNS: tuple[Column[CourseRow], ...] = (
    Column(mark("締切"), 9, lambda r: short_day(r.course.deadline)),
    Column(mark("残り"), 9, _left, style=lambda r: _STYLES.get(r.state, "")),
    Column(mark("名称"), 20, lambda r: r.course.title, share=3),
    Column(mark("実施機関"), 12, lambda r: r.course.provider, share=2),
    Column(mark("開始"), 9, lambda r: short_day(r.course.begins)),
    Column(mark("場所"), 10, lambda r: r.course.place, share=1, wide_only=True),
)


class TrainingScreen(WorkScreen):
    """The list of courses; for a case, the chosen one becomes a step of the plan."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        TAKE_COURSE,
        EVERYTHING,
        HELP,
        CURTAIN,
        BACK,
        IMPORT.named(mark("取り込み"), hidden=False),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "training.tcss"
    AUTO_FOCUS = "#search"
    TITLE_TEXT = mark("訓練・事業")
    ABOUT = mark(
        "言葉で探します。募集締切の近いものから並びます。F2 で、締切を過ぎたものも見られます。"
        "ケースから開いたときは、F3 で選んだ訓練をプランの取組に足せます。"
    )

    def __init__(self, case_id: str = "") -> None:
        """List the courses, for a case or not."""
        super().__init__()
        self.case_id = case_id
        self._everything = False
        self.grid: RowGrid[CourseRow] = RowGrid(COLUMNS, id="courses")

    def resume(self) -> Callable[[], WorkScreen]:
        """The list again."""
        return partial(TrainingScreen, self.case_id)

    def body(self) -> Iterable[Widget]:
        """Search row, list, the chosen course below."""
        with Horizontal(classes="search-row"):
            yield Static(_("さがす"), markup=False, classes="search-label")
            yield ImeInput(id="search", placeholder=_("名称・実施機関・場所"))
            yield Static("", markup=False, id="count", classes="search-count")
        yield Static("", classes="gap")
        with Vertical():
            yield self.grid
            with VerticalScroll(classes="below"):
                yield Prose(id="course")

    def on_mount(self) -> None:
        """Ask for the list."""
        self.title_line.show(_("訓練・事業"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """A list that was read in."""
        return "training" in change.kinds

    def redraw(self) -> None:
        """Ask once more."""
        text, everything = self.query_one("#search", ImeInput).value, self._everything
        self.ask(lambda desk: desk.courses(text, everything=everything), self._show, group="courses")

    def _show(self, rows: tuple[CourseRow, ...]) -> None:
        self.query_one("#count", Static).update(Content(_("{n}件").format(n=len(rows))))
        self.grid.show(rows, empty=_("該当する訓練・事業はありません   Ctrl+R で一覧を取り込めます"))

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.redraw()

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        self.query_one("#course", Prose).update(*(_course(row) if isinstance(row, CourseRow) else ()))

    def action_everything(self) -> None:
        """Show those whose deadline is over, too, or no longer."""
        self._everything = not self._everything
        self.redraw()

    def action_add_step(self) -> None:
        """Put the chosen course into the plan."""
        from wardclient.screens.plan import StepScreen

        row = self.grid.row
        if not self.case_id:
            self.say(_("ケースの支援プランから開くと、取組に足せます。"))
        elif not isinstance(row, CourseRow):
            self.say(_("訓練・事業を選んでください。"))
        elif row.state in ("over", "gone"):
            self.say(_("募集が終わっています。"), bad=True)
        else:
            self.app.push_screen(StepScreen(self.case_id, _named(row), row.course.deadline))

    def action_import(self) -> None:
        """Read a list in."""
        self.app.push_screen(TrainingImportScreen())


class TrainingImportScreen(ImportScreen):
    """Reads a list of courses."""

    TITLE_TEXT = mark("訓練・事業の取り込み")

    def hint(self) -> str:
        """Return what kind of file is wanted."""
        return _(
            "訓練・事業の一覧の CSV (UTF-8 か cp932)。名称・実施機関・募集締切の列が要ります。"
            "新しい一覧で置き換え、なくなったものには印を付けます。"
        )

    def read(
        self,
        desk: Desk,
        path: Path,
        *,
        dry_run: bool,
        progress: OnProgress,  # noqa: ARG002  # a list of some hundred rows is read at once
        cancelled: Cancelled,  # noqa: ARG002
    ) -> ImportOutcome:
        """Read the file (in a worker)."""
        return desk.import_courses(path, dry_run=dry_run)


def _named(row: CourseRow) -> str:
    course = row.course
    return f"{course.title}（{course.provider}）"[:80]


def _course(row: CourseRow) -> list[Part]:
    course = row.course
    span = " ～ ".join(long_day(day) for day in (course.begins, course.ends) if day)
    capacity = _("{n}人").format(n=course.capacity) if course.capacity else ""
    lines = (
        (_("名称"), course.title),
        (_("実施機関"), course.provider),
        (_("締切"), f"{long_day(course.deadline)}  {_left(row)}"),
        (_("期間"), span),
        (_("場所"), course.place),
        (_("定員"), capacity),
        (_("番号"), course.course_no),
        ("URL", course.url),
        (_("内容"), course.about),
    )
    parts: list[Part] = []
    for label, value in lines:
        if value:
            parts += [(pad(label, LABEL), "$ward-quiet"), f"{value}\n"]
    return parts
