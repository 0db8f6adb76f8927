"""項目を直す: the fields of one part of the case; those that the other side sees say so."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.rows import CaseView, Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MORE, MOVE, SAVE, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.widgets.bars import TabLine
from wardclient.widgets.form import FormField

KINDS = (
    ("person", mark("本人")),
    ("case", mark("ケース")),
    ("assessment", mark("見立て")),
    ("registration", mark("求職登録")),
    ("welfare", mark("保護")),
)
NEXT_PART = Key("f2", "part(1)", mark("次の面"), "F2")
PART_BACK = Key("f3", "part(-1)", mark("前の面"), "F3", hidden=True)


class EditScreen(FormScreen):
    """Fields of a case. Only what was changed is written."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, NEXT_PART, MOVE, HELP, CURTAIN, BACK, PART_BACK, DISCARD)
    MORE = MORE
    BINDINGS = bindings(KEYS)
    CSS_PATH = "edit.tcss"
    TITLE_TEXT = mark("項目を直す")
    ABOUT = mark(
        "直した欄だけが保存されます。「HWに見えます」とある欄は、保存すると相手側にも届きます。"
        "入力の途中で戻っても、書きかけは残ります。"
    )

    def __init__(self, case_id: str, kind: str = "person", focus: str = "") -> None:
        """Edit one part of a case, beginning at the field ``focus``."""
        self.case_id = case_id
        self.kind = kind
        self._begin_at = focus
        self._view: CaseView | None = None
        super().__init__(f"edit:{case_id}:{kind}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same part again, with its draft."""
        return partial(EditScreen, self.case_id, self.kind)

    def fields(self) -> list[FormField]:
        """The fields that people fill in."""
        return [FormField(field) for field in FIELDS[self.kind] if not field.auto]

    def body(self) -> Iterable[Widget]:
        """Names of the parts, the form."""
        yield TabLine([_(words) for _kind, words in KINDS])
        yield self.form

    def on_mount(self) -> None:
        """Name the part."""
        self.title_line.show(_("項目を直す"))
        self.query_one(TabLine).show([_(w) for _k, w in KINDS], [k for k, _w in KINDS].index(self.kind))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return the stored values of this part."""
        view = desk.case(self.case_id)
        self._view = view
        return {f.name: f.value for f in view.fields if f.kind == self.kind}

    def filled(self, given: Values) -> None:
        """Name the person, mark what the other side sees, leave out what this person may not see."""
        view = self._view
        if view is None:
            return
        self.title_line.show(f"{_('項目を直す')}  {view.row.name}")
        other = "HW" if self.ward.me.team == "city" else _("区")
        shared = {f.name for f in view.fields if f.kind == self.kind and f.shared}
        conflicts = {f.name for f in view.fields if f.kind == self.kind and f.conflict}
        for field in self.form.query(FormField):
            name = field.field.name
            field.display = name in given
            hint = _("{side}に見えます").format(side=other) if name in shared else ""
            field.set_hint(_("重なり") if name in conflicts else hint)
        if not any(field.display for field in self.form.query(FormField)):
            self.say(_("この面に、ここから直せる欄はありません。"))
        if self._begin_at in given:
            self.call_after_refresh(self.form.field(self._begin_at).editor.focus)

    def to_submit(self) -> dict[str, object]:
        """Return what was changed."""
        return self.form.edited()

    def submit(self, desk: Desk, values: dict[str, object]) -> None:
        """Write what was changed."""
        if values:
            desk.change(self.case_id, self.kind, values)

    def action_part(self, step: int) -> None:
        """Go to another part of the case; the draft of this one stays."""
        kinds = [kind for kind, _words in KINDS]
        self._go(kinds[(kinds.index(self.kind) + step) % len(kinds)])

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self._go(KINDS[event.index][0])

    def _go(self, kind: str) -> None:
        following = EditScreen(self.case_id, kind)
        rest = self.leaving()
        if rest is None:
            self.app.switch_screen(following)
        else:
            self.ask(rest, lambda _r: self.app.switch_screen(following), group="leave")
