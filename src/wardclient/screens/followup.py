"""定着と求職登録: checks of retention that are due, and registrations that lapse; a job written down."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from wardclient.casework.codes import RetentionState
from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.placement_rows import RegistrationDue, RetentionDue
from wardclient.desk.request_rows import RequestDue
from wardclient.desk.rows import Change, Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, LOOKED, MOVE, OPEN, SAVE, TAB_LEFT, TAB_RIGHT, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import long_day
from wardclient.widgets.bars import TabLine
from wardclient.widgets.form import FormField
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.lines import Rule

PARTS = ("retention", "registration", "request")
Due = tuple[tuple[RetentionDue, ...], tuple[RegistrationDue, ...], tuple[RequestDue, ...]]
_CHECK = ("checked_on", "retention", "left_on", "leave_reason", "accompanied_by", "note")
_JOB = (
    "employer_name",
    "channel",
    "started_on",
    "contracted_on",
    "employment_type",
    "contract_term",
    "contract_until",
    "hours_per_week",
    "opening_no",
)
_CHECKS = {field.name: field for field in FIELDS["retention"]}
_JOBS = {field.name: field for field in FIELDS["placement"]}


def _late(row: RetentionDue) -> str:
    if row.state == "differs":
        return _("食い違い")
    if row.late > 0:
        return _("{n}日過ぎ").format(n=row.late)
    return _("今日") if row.late == 0 else _("あと{n}日").format(n=-row.late)


def _left(row: RegistrationDue) -> str:
    if row.days_left < 0:
        return _("切れています")
    return _("今日まで") if row.days_left == 0 else _("あと{n}日").format(n=row.days_left)


RETENTION: tuple[Column[RetentionDue], ...] = (
    Column(mark("確認日"), 16, lambda r: long_day(r.due_on)),
    Column(mark("残り"), 9, _late, style=lambda r: "grid--bad" if r.late > 0 else "grid--warn"),
    Column(mark("時期"), 7, lambda r: _("{n}か月").format(n=r.month)),
    Column(mark("氏名"), 14, lambda r: r.name, share=1),
    Column(mark("就職先"), 16, lambda r: r.employer_name, share=2),
)
REGISTRATION: tuple[Column[RegistrationDue], ...] = (
    Column(mark("期限"), 16, lambda r: long_day(r.ends_on)),
    Column(mark("残り"), 12, _left, style=lambda r: "grid--bad" if r.days_left < 0 else "grid--warn"),
    Column(mark("氏名"), 16, lambda r: r.name, share=1),
    Column(
        mark("根拠"),
        16,
        lambda r: _("受付日から計算") if r.derived else _("有効期限"),
        style=lambda _r: "grid--quiet",
    ),
)


REQUESTS: tuple[Column[RequestDue], ...] = (
    Column(
        mark("状態"), 18, lambda r: r.state_text, style=lambda r: "grid--bad" if r.state == "conflict" else ""
    ),
    Column(
        mark("待ち"),
        9,
        lambda r: _("{n}日").format(n=r.days),
        style=lambda r: "grid--warn" if r.reminder else "",
    ),
    Column(mark("氏名"), 16, lambda r: r.name, share=1),
    Column(mark("いつから"), 16, lambda r: long_day(r.since), style=lambda _r: "grid--quiet"),
)


class FollowUpScreen(WorkScreen):
    """What is to be followed up: 定着 at 1, 3 and 6 months, 求職登録 before it lapses."""

    KEYS: ClassVar[tuple[Key, ...]] = (LOOKED, OPEN, HELP, CURTAIN, BACK, TAB_LEFT, TAB_RIGHT)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("定着と求職登録")
    ABOUT = mark(
        "就職から1・3・6か月の定着確認と、切れる求職登録を、早いものから並べます。左右で面を替えます。"
        "d で確かめた結果を入れます。Enter でケースを開きます。"
    )

    def __init__(self, part: str = PARTS[0]) -> None:
        """Begin with one part."""
        super().__init__()
        self.part = part
        self._due: Due | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same part again."""
        part = self.part
        return lambda: FollowUpScreen(part)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._due is not None

    def body(self) -> Iterable[Widget]:
        """Parts, lists."""
        yield TabLine(())
        yield Rule()
        with ContentSwitcher(initial=self.part):
            yield RowGrid(RETENTION, id="retention")
            yield RowGrid(REGISTRATION, id="registration")
            yield RowGrid(REQUESTS, id="request")

    def on_mount(self) -> None:
        """Ask for what is due."""
        self.title_line.show(_("定着と求職登録"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """Jobs, checks and registrations come with their cases."""
        return bool(change.kinds & {"case", "placement", "consent"})

    def redraw(self) -> None:
        """Ask once more."""
        self.ask(
            lambda desk: (desk.retention_due(), desk.registrations_due(), desk.requests_due()),
            self._show,
            group="due",
        )

    def _show(self, due: Due) -> None:
        self._due = due
        checks, registrations, requests = due
        self.query_one("#retention", RowGrid).show(
            checks, empty=_("確かめる時期の定着はありません"), keep=True
        )
        self.query_one("#registration", RowGrid).show(
            registrations, empty=_("30日以内に切れる求職登録はありません"), keep=True
        )
        self.query_one("#request", RowGrid).show(
            requests, empty=_("動いている支援要請はありません"), keep=True
        )
        self._mark()

    def _mark(self) -> None:
        checks, registrations, requests = self._due or ((), (), ())
        names = [
            _("定着確認 {n}件").format(n=len(checks)),
            _("求職登録 {n}件").format(n=len(registrations)),
            _("支援要請 {n}件").format(n=len(requests)),
        ]
        self.query_one(TabLine).show(names, PARTS.index(self.part))
        self.query_one(ContentSwitcher).current = self.part
        self.set_focus(self.query_one(f"#{self.part}", RowGrid))

    def action_tab(self, step: int) -> None:
        """Show the other part."""
        self.part = PARTS[(PARTS.index(self.part) + step) % len(PARTS)]
        self._mark()

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self.part = PARTS[event.index]
        self._mark()

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the case of the chosen row."""
        from wardclient.screens.case import CaseScreen
        from wardclient.screens.request import RequestScreen

        row = self.query_one(f"#{self.part}", RowGrid).row
        if isinstance(row, RetentionDue | RegistrationDue):
            self.app.push_screen(CaseScreen(row.case_id))
        elif isinstance(row, RequestDue):
            self.app.push_screen(RequestScreen(row.case_id))

    def action_looked(self) -> None:
        """Say what came of a check."""
        row = self.query_one("#retention", RowGrid).row
        if self.part == PARTS[0] and isinstance(row, RetentionDue):
            self.app.push_screen(RetentionForm(row))
        else:
            self.say(_("定着確認の行を選んでから、結果を入れます。"))


class RetentionForm(FormScreen):
    """Says whether the person still works there (定着確認)."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("定着確認")
    ABOUT = mark("転職・離職のときは離職日も入れます。前の確認は書き換えず、別の記録になります。")

    def __init__(self, row: RetentionDue) -> None:
        """Check one job at one of its dates."""
        self.row = row
        super().__init__(f"retention:{row.placement_id}:{row.month}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(RetentionForm, self.row)

    def fields(self) -> list[FormField]:
        """The form of a check."""
        return [FormField(_CHECKS[name]) for name in _CHECK]

    def on_mount(self) -> None:
        """Name the screen."""
        when = _("{n}か月").format(n=self.row.month)
        self.title_line.show(f"{_('定着確認')}  {when}  {self.row.name}  {self.row.employer_name}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: today, still working."""
        return {"checked_on": self.ward.today().isoformat(), "retention": str(RetentionState.CONTINUES)}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Write the check down."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        return desk.check_retention(
            self.row.case_id, self.row.placement_id, {**given, "month": self.row.month}
        )


class PlacementForm(FormScreen):
    """Writes a job down (就職), from the referral that led there."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("就職の登録")
    ABOUT = mark(
        "両方の側が同じ就職を登録しても1件と数えます。「常用」は統計では4か月以上、給付では6か月以上です。"
        "雇用期間から両方を出します。保存すると、ケースの状態は「就職後フォロー」になり、定着確認が予定に入ります。"
    )

    def __init__(self, case_id: str, known: Values) -> None:
        """Write down a job; ``known`` is what the referral says."""
        self.case_id = case_id
        self.known = known
        super().__init__(f"placement:{case_id}:{known.get('referral_id', '')}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(PlacementForm, self.case_id, self.known)

    def fields(self) -> list[FormField]:
        """The form of a job."""
        return [FormField(_JOBS[name]) for name in _JOB]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("就職の登録"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what is known, and today."""
        given = {name: value for name, value in self.known.items() if name in _JOB}
        return {**given, "started_on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Write it down."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        return desk.place_in_job(self.case_id, given)
