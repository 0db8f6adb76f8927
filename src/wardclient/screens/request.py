"""支援要請: the city asks Hello Work to support a person; both follow what came of it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from wardclient.casework import reference
from wardclient.casework.field import Field
from wardclient.casework.fields import FIELDS
from wardclient.casework.support_request import RequestState
from wardclient.desk.api import Desk
from wardclient.desk.request_rows import RequestRow, RequestStepRow
from wardclient.desk.rows import Values
from wardclient.keys import ASK_SUPPORT, BACK, CURTAIN, DISCARD, HELP, MOVE, MOVE_ON, PAPERS, SAVE, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.case_record import CaseRecordScreen
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import side
from wardclient.widgets.choices import ChoiceField
from wardclient.widgets.form import FormField
from wardclient.widgets.grid import Column
from wardclient.widgets.prose import Part

_ASK = tuple(
    f
    for f in FIELDS["request"]
    if f.name
    in ("requested_on", "to_office", "by", "approved_by", "benefit_since", "expected_form", "request_reason")
)
_STEP = {field.name: field for field in FIELDS["request_step"]}
_OWN = {field.name: field for field in FIELDS["note"]}["body"]


def state_words(code: str) -> str:
    """Return the words of a state."""
    found = RequestState.of(code)
    return found.label(language()) if found is not None else code


def _what(step: RequestStepRow) -> str:
    return f"{step.state_text}  {_('訂正済み')}" if step.struck else step.state_text


def _more(step: RequestStepRow) -> str:
    own = _("自分の側だけ: {text}").format(text=step.own_note) if step.own_note else ""
    return "  ".join(part for part in (step.reason, step.note, own) if part)


STEPS: tuple[Column[RequestStepRow], ...] = (
    Column(mark("日付"), 9, lambda s: short_day(s.on)),
    Column(mark("状態"), 18, _what, style=lambda s: "grid--quiet" if s.struck else ""),
    Column(mark("経緯"), 20, _more, share=2),
    Column(mark("側"), 2, lambda s: side(s.team) if s.team else ""),
    Column(mark("記入"), 12, lambda s: s.author, share=1, style=lambda _s: "grid--quiet"),
)


class RequestScreen(CaseRecordScreen):
    """The newest request of a case and its log."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *(ASK_SUPPORT, MOVE_ON, PAPERS.named(mark("印刷"), hidden=False), BACK),
        *(HELP.aside(), CURTAIN.aside()),
    )
    BINDINGS = bindings(KEYS)
    COLUMNS = STEPS
    EMPTY = mark("まだ経過がありません")
    GROUP = "requests"
    TITLE_TEXT = mark("支援要請")
    ABOUT = mark(
        "市が F2 で要請し、ハローワークが m で答えます (支援開始・保留・不開始)。不開始の理由は市にも見えます。"
        "自分の側だけの経緯は、相手側の端末には届きません。"
    )

    def __init__(self, case_id: str) -> None:
        """Show the requests of a case."""
        super().__init__(case_id)
        self.rows: tuple[RequestRow, ...] | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return partial(RequestScreen, self.case_id)

    def fetch(self, desk: Desk) -> tuple[RequestRow, ...]:
        """Ask for the requests."""
        return desk.support_requests(self.case_id)

    def show(self, found: tuple[RequestRow, ...]) -> tuple[Sequence[Part], Sequence[object]]:
        """What was asked, and its log."""
        self.rows = found
        row = found[0] if found else None
        if row is None:
            mine = self.ward.me.team == "city"
            told = (
                _("支援要請はまだありません。F2 で要請できます。")
                if mine
                else _("支援要請はまだ届いていません。")
            )
            return (told,), ()
        states = "・".join(map(state_words, row.states))
        decide = _("要確認: どちらが正しいか決めて m で進めます") if len(row.states) > 1 else ""
        return (f"{row.request_no}  {states}  {decide}".rstrip() + f"\n{row.reason}",), row.steps

    def whole(self, row: object) -> str:
        """What was said of the step."""
        return _more(row) if isinstance(row, RequestStepRow) else ""

    def action_ask_support(self) -> None:
        """Ask Hello Work for support."""
        if self.ward.me.team == "city":
            self.app.push_screen(AskForm(self.case_id))
        else:
            self.say(_("支援要請は、市の側からだけ出せます。"))

    def action_papers(self) -> None:
        """Open the newest request on paper (支援要請書)."""
        from wardclient.screens.prints import open_papers

        open_papers(self, self.case_id, "request")

    def action_move_on(self) -> None:
        """Choose the next state."""
        row = self.rows[0] if self.rows else None
        if row is None or not row.next:
            self.say(_("いま、こちらの役所から進められる状態はありません。"))
            return
        self.choose(
            _("次の状態"),
            [(code, state_words(code)) for code in row.next],
            lambda code: self.app.push_screen(AnswerForm(self.case_id, row.request_id, code)),
        )


class AskForm(FormScreen):
    """The city's request (個人票A に添える要請)."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("支援要請を出す")
    ABOUT = mark("同意の範囲でハローワークに届きます。要請書は、支援要請の画面で t を押すと印刷できます。")

    def __init__(self, case_id: str) -> None:
        """Ask for a case."""
        self.case_id = case_id
        super().__init__(f"request:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(AskForm, self.case_id)

    def fields(self) -> list[FormField]:
        """The form of a request."""
        return [
            # An office is kept by its code; nobody knows them by it.
            FormField(field, editor=_offices(field) if field.name == "to_office" else None)
            for field in _ASK
        ]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("支援要請を出す"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return what is known."""
        return desk.request_defaults(self.case_id)

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Ask."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        return desk.request_support(self.case_id, given)


def _offices(field: Field) -> ChoiceField:
    offices = tuple((office.code, office.name) for office in reference.offices().values())
    return ChoiceField(offices, title=field.label(language()), required=True)


class AnswerForm(FormScreen):
    """A step of the request: what both see, and what only the own office does."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("支援要請の経過を足す")
    ABOUT = mark("不開始のときは理由を選びます。下の欄は自分の側だけに残り、相手側には届きません。")

    def __init__(self, case_id: str, request_id: str, state: str) -> None:
        """Move a request to a state."""
        self.case_id = case_id
        self.request_id = request_id
        self.state = state
        super().__init__(f"answer:{request_id}:{state}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(AnswerForm, self.case_id, self.request_id, self.state)

    def fields(self) -> list[FormField]:
        """What this state asks for."""
        names = ["on"]
        names += ["decline_reason"] if self.state == RequestState.DECLINED else []
        names += ["meeting_at"] if self.state == RequestState.MEETING else []
        names += ["support_until"] if self.state == RequestState.ACCEPTED else []
        return [
            *(FormField(_STEP[name]) for name in (*names, "note")),
            FormField(_OWN, hint=_("自分の側だけ")),
        ]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(f"{_('支援要請')}  {state_words(self.state)}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: today."""
        return {"on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Add the step."""
        given = {
            name: value for name, value in values.items() if value not in (None, "", []) and name != "body"
        }
        own = str(values.get("body") or "")
        whole = {"state": self.state, **given, **({"own_note": own} if own else {})}
        return desk.move_request(self.case_id, self.request_id, whole)
