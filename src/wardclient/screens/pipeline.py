"""紹介の経過: all referrals on their way, and the log of one that both offices write."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from wardclient.casework.fields import FIELDS
from wardclient.casework.referral_states import ENDS, ReferralState
from wardclient.casework.work_codes import Channel, RejectReason
from wardclient.desk.api import Desk
from wardclient.desk.pipeline_rows import PipelineRow, ReferralLog, ReferralStep
from wardclient.desk.rows import Change, Values
from wardclient.keys import (
    BACK,
    CURTAIN,
    DISCARD,
    ENDED_TOO,
    HELP,
    MAKE_REFERRAL,
    MOVE,
    MOVE_ON,
    OPEN,
    PLACE,
    SAVE,
    STRIKE,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.case_record import CaseRecordScreen
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import side
from wardclient.widgets.form import FormField
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Part

_FIELDS = {field.name: field for field in FIELDS["referral_step"]}
_FORM = ("on", "source", "reject_reason", "interview_at", "note")


def state_words(code: str) -> str:
    """Return the words of a state."""
    found = ReferralState.of(code)
    return found.label(language()) if found is not None else _("要確認")


def channel_words(code: str) -> str:
    """Return whose referral it is, in short."""
    short = {
        Channel.HELLOWORK: _("HW"),
        Channel.CITY: _("市"),
        Channel.SELF: _("自主"),
        Channel.PRIVATE: _("民間"),
    }
    found = Channel.of(code)
    return short[found] if found is not None else code


def _style(row: PipelineRow) -> str:
    if row.state == "conflict" or row.reminder:
        return "grid--bad" if row.state == "conflict" or row.reminder > min(_MARKS) else "grid--warn"
    return "grid--quiet" if ReferralState.of(row.state) in ENDS else ""


_MARKS = (7, 14)

ROWS: tuple[Column[PipelineRow], ...] = (
    Column(mark("今の状態"), 16, lambda r: r.state_text, style=_style),
    Column(mark("氏名"), 14, lambda r: r.name, share=1),
    Column(mark("職種"), 12, lambda r: r.job_title, share=1),
    Column(mark("事業所"), 12, lambda r: r.employer_name, share=2),
    Column(mark("主体"), 4, lambda r: channel_words(r.channel)),
    Column(mark("いつから"), 8, lambda r: short_day(r.since), style=lambda _r: "grid--quiet"),
)


class PipelineScreen(WorkScreen):
    """All referrals on their way: who waits longest for an answer stands first."""

    KEYS: ClassVar[tuple[Key, ...]] = (OPEN, ENDED_TOO, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("紹介の経過")
    ABOUT = mark(
        "返事を長く待っている紹介から並べます。7日で黄、14日で赤になります。返事がないことは不採用ではありません。"
        "Enter で経過を開き、次の状態に進めます。"
    )

    def __init__(self, *, ended: bool = False) -> None:
        """Show what is open, or what ended as well."""
        super().__init__()
        self.ended = ended
        self._rows: tuple[PipelineRow, ...] | None = None
        self.grid: RowGrid[PipelineRow] = RowGrid(ROWS, id="pipeline")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        ended = self.ended
        return lambda: PipelineScreen(ended=ended)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._rows is not None

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.grid

    def on_mount(self) -> None:
        """Ask for the list."""
        self.title_line.show(_("紹介の経過"))
        self.show_sync()
        self.redraw()
        self.set_focus(self.grid)

    def concerns(self, change: Change) -> bool:
        """Referrals come with their cases."""
        return bool(change.kinds & {"referral", "case", "consent"})

    def redraw(self) -> None:
        """Ask once more."""
        ended = self.ended
        self.ask(lambda desk: desk.pipeline(ended=ended), self._show, group="pipeline")

    def _show(self, rows: tuple[PipelineRow, ...]) -> None:
        self._rows = rows
        late = sum(bool(row.reminder) for row in rows)
        count = _("{n}件").format(n=len(rows))
        waiting = _("返事待ち7日以上 {n}件").format(n=late) if late else ""
        self.title_line.show(f"{_('紹介の経過')}  {count}  {waiting}".rstrip())
        self.grid.show(rows, empty=_("動いている紹介はありません"), keep=True)

    def action_ended(self) -> None:
        """Show, or leave out, what came to its end."""
        self.ended = not self.ended
        self.redraw()

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Show the log of the chosen one."""
        row = self.grid.row
        if isinstance(row, PipelineRow):
            self.app.push_screen(LogScreen(row.case_id, row.referral_id))


def _what(step: ReferralStep) -> str:
    words = state_words(step.state)
    return f"{words}  {_('訂正済み')}" if step.struck else words


def _more(step: ReferralStep) -> str:
    reason = RejectReason.of(step.reason)
    return "  ".join(part for part in (reason.label(language()) if reason else "", step.note) if part)


STEPS: tuple[Column[ReferralStep], ...] = (
    Column(mark("日付"), 9, lambda s: short_day(s.on)),
    Column(mark("状態"), 18, _what, style=lambda s: "grid--quiet" if s.struck else ""),
    Column(mark("経緯"), 20, _more, share=2),
    Column(mark("側"), 2, lambda s: side(s.team) if s.team else ""),
    Column(mark("記入"), 12, lambda s: s.author, share=1, style=lambda _s: "grid--quiet"),
)


class LogScreen(CaseRecordScreen):
    """The log of one referral."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        MOVE_ON,
        MAKE_REFERRAL,
        PLACE,
        STRIKE,
        BACK,
        HELP.aside(),
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    COLUMNS = STEPS
    EMPTY = mark("まだ経過がありません")
    GROUP = "log"
    TITLE_TEXT = mark("紹介の経過")
    ABOUT = mark(
        "上から古い順です。m で次の状態に進めます。まちがいは e で訂正します。消えずに「訂正済み」と残ります。"
        "両方の役所が別々に進めたときは、どちらも残り、m で決めるまで「要確認」になります。"
    )

    def __init__(self, case_id: str, referral_id: str) -> None:
        """Show the log of a referral."""
        super().__init__(case_id)
        self.referral_id = referral_id
        self.log_view: ReferralLog | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return partial(LogScreen, self.case_id, self.referral_id)

    def fetch(self, desk: Desk) -> ReferralLog:
        """Ask for the log."""
        return desk.referral_log(self.case_id, self.referral_id)

    def show(self, found: ReferralLog) -> tuple[Sequence[Part], Sequence[object]]:
        """What it is and where it stands, the log."""
        self.log_view = found
        states = "・".join(map(state_words, found.states))
        if len(found.states) > 1:
            states = f"{states}  {_('要確認: どちらが正しいか決めて m で進めます')}"
        text = (
            f"{found.job_title}  {found.employer_name}  {found.opening_no}".rstrip(),
            f"{_('今の状態')}  {states}",
            found.subsidy,
        )
        return ("\n".join(part for part in text if part),), found.steps

    def action_move_on(self) -> None:
        """Choose the next state, then say when and how."""
        if self.log_view is None:
            return
        choices = [(code, state_words(code)) for code in self.log_view.next if code != ReferralState.REFERRED]
        if not choices and ReferralState.REFERRED in self.log_view.next:
            self.action_make()
        elif not choices:
            self.say(_("この紹介は終わっています。まちがいなら e で訂正します。"))
        else:
            self._choose(_("次の状態"), choices, choices[0][0], "")

    def _choose(self, title: str, states: list[tuple[str, str]], at: str, corrects: str) -> None:
        self.choose(
            title,
            states,
            lambda state: self.app.push_screen(StepForm(self.case_id, self.referral_id, state, corrects)),
            at,
        )

    def action_make(self) -> None:
        """Refer now: the whole form of the referral."""
        from wardclient.screens.referral import ReferralScreen

        if self.log_view is None:
            return
        if ReferralState.REFERRED not in self.log_view.next:
            self.say(_("この紹介は、もう登録されているか、こちらの役所からは登録できません。"))
        else:
            self.app.push_screen(ReferralScreen(self.case_id, "", self.referral_id))

    def action_place(self) -> None:
        """Write down the job that came of it."""
        from wardclient.screens.followup import PlacementForm

        log = self.log_view
        if log is None:
            return
        if ReferralState.HIRED not in log.states:
            self.say(_("採用になった紹介から、就職を登録します。"))
            return
        known = {
            "referral_id": log.referral_id,
            "employer_name": log.employer_name,
            "opening_no": log.opening_no,
            "channel": log.channel,
        }
        self.app.push_screen(PlacementForm(self.case_id, known))

    def action_strike(self) -> None:
        """Strike out the chosen step, which must be the last, and say what is right."""
        row = self.chosen(ReferralStep)
        if row is None or row.struck:
            self.say(_("訂正する経過を選んでください。"))
            return
        choices = [(str(state), state_words(state)) for state in ReferralState]
        self._choose(_("正しい状態"), choices, row.state, row.step_id)


class StepForm(FormScreen):
    """Says when a referral came to a state, and how that is known."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("紹介の経過を足す")
    ABOUT = mark("不採用のときは理由を選びます。面接のときは面接日時を入れます。経緯は相手側にも見えます。")

    def __init__(self, case_id: str, referral_id: str, state: str, corrects: str = "") -> None:
        """Add a step to a referral's log."""
        self.case_id = case_id
        self.referral_id = referral_id
        self.state = state
        self.corrects = corrects
        super().__init__(f"step:{referral_id}:{state}:{corrects}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(StepForm, self.case_id, self.referral_id, self.state, self.corrects)

    def fields(self) -> list[FormField]:
        """The form of a step."""
        left_out = {
            "reject_reason": self.state != ReferralState.REJECTED,
            "interview_at": self.state != ReferralState.INTERVIEW,
        }
        return [FormField(_FIELDS[name]) for name in _FORM if not left_out.get(name)]

    def on_mount(self) -> None:
        """Name the screen."""
        words = state_words(self.state)
        self.title_line.show(f"{_('訂正') if self.corrects else _('紹介の経過')}  {words}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: today."""
        return {"on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Add the step."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        return desk.move_referral(
            self.case_id, self.referral_id, {"state": self.state, **given}, corrects=self.corrects
        )
