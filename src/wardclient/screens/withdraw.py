"""同意の撤回: what stops, what nobody can call back, and the question."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.rows import Values, WithdrawPreview
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MOVE, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.form import FormField
from wardclient.widgets.prose import Part, Prose

_FORM = ("withdrawn_on", "withdrawn_how", "withdrawn_heard_by")


class WithdrawScreen(FormScreen):
    """Ends a consent."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("ctrl+s", "save", mark("撤回を記録"), "Ctrl+S"),
        MOVE,
        HELP,
        CURTAIN,
        BACK.named(mark("やめる")),
        DISCARD,
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "withdraw.tcss"
    TITLE_TEXT = mark("同意の撤回")
    ABOUT = mark(
        "記録すると、この端末ではすぐに止まり、相手の端末では次につながったときに消えます。"
        "送っていない共有の仕事は、確認箱に残ります。"
    )

    def __init__(self, case_id: str) -> None:
        """Withdraw the consent of a case."""
        self.case_id = case_id
        self._preview: WithdrawPreview | None = None
        self._who = ""
        self._sure = False
        super().__init__(f"withdraw:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(WithdrawScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """When, how, heard by whom."""
        kinds = {field.name: field for field in FIELDS["consent"]}
        return [FormField(kinds[name]) for name in _FORM]

    def body(self) -> Iterable[Widget]:
        """The form, and what it means."""
        yield self.form
        with VerticalScroll(classes="pane", id="meaning"):
            yield Prose(id="stops")

    def load(self, desk: Desk) -> Values:
        """Return today and who sits here; ask what stops."""
        self._preview = desk.preview_withdrawal(self.case_id)
        self._who = desk.case(self.case_id).row.name
        me = desk.me()
        today = self.ward.today().isoformat()
        return {"withdrawn_on": today, "withdrawn_how": "1", "withdrawn_heard_by": me.label}

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("同意の撤回"))
        super().on_mount()

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Show what stops."""
        self.title_line.show(f"{_('同意の撤回')}  {self._who}")
        if self._preview is not None:
            self.query_one("#stops", Prose).update(*_meaning(self._preview))

    def action_save(self) -> None:
        """Ask before anything stops."""
        text = _(
            "撤回を記録します。この端末では、すぐに共有が止まります。\n"
            "相手側で、すでに読まれたものや印刷された紙は戻せません。"
        )
        self.app.push_screen(Confirm(Question(text, _("撤回する"), serious=True)), self._answered_sure)

    def _answered_sure(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if sure:
            super().action_save()

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Withdraw."""
        desk.withdraw_consent(self.case_id, values)


def _meaning(preview: WithdrawPreview) -> list[Part]:
    parts: list[Part] = [(_("止まるもの") + "\n", "bold $ward-accent")]
    parts += [f"  {line}\n" for line in preview.stops]
    parts.append(("\n" + _("戻せないもの") + "\n", "bold $ward-warn"))
    parts += [f"  {line}\n" for line in preview.cannot_recall]
    if preview.unsent:
        parts.append(
            "\n"
            + _("まだ送っていない共有の仕事 {n}件 は、送らずに確認箱へ移します。").format(n=preview.unsent)
        )
    return parts
