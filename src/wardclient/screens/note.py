"""面談の記録: an own-office note by default; shared only where the person says so."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.rows import Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MORE, MOVE, OWN_NOTE, SAVE, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.screens.words_found import words_line
from wardclient.widgets.choices import ChoiceField
from wardclient.widgets.form import FormField

_FORM = ("visibility", "held_on", "place", "attended_by_client", "body", "topics", "next_on")


class NoteScreen(FormScreen):
    """Writes a note."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *(SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD),
        OWN_NOTE.named(mark("自分の側だけにする"), hidden=True),
    )
    MORE = MORE
    BINDINGS = bindings(KEYS)
    CSS_PATH = "note.tcss"
    TITLE_TEXT = mark("面談の記録")
    ABOUT = mark(
        "はじめは自分の側だけの記録です。「共有」を選んで保存したときだけ、相手側にも届きます。"
        "書いている間も、内容はこの端末に暗号化して残ります。"
    )

    def __init__(self, case_id: str) -> None:
        """Write a note for a case."""
        self.case_id = case_id
        self._who = ""
        self._team = "city"
        self._may_share = False
        self._warned = False
        super().__init__(f"note:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(NoteScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """Who sees it, first of all; then the note."""
        kinds = {field.name: field for field in FIELDS["note"]}
        own = ChoiceField((("own", _("自分の側だけ")), ("1", _("共有"))), required=True)
        return [FormField(kinds[name], editor=own if name == "visibility" else None) for name in _FORM]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("面談の記録"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return an own-office note of today."""
        view = desk.case(self.case_id)
        self._who = view.row.name
        self._team = desk.me().team
        self._may_share = "start_session" in view.may
        today = self.ward.today().isoformat()
        return {"visibility": "own", "held_on": today, "place": "2", "attended_by_client": True}

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Name the person, begin at the text."""
        self.title_line.show(f"{_('面談の記録')}  {self._who}")
        self.edited()
        self.call_after_refresh(self.form.field("body").editor.focus)

    def edited(self) -> None:
        """Say who will see it."""
        field = self.form.field("visibility")
        other = "HW" if self._team == "city" else _("区")
        if field.value == "1":
            field.set_hint(_("{side}にも見えます").format(side=other))
        else:
            field.set_hint(_("{side}には見えません").format(side=other))
        line = words_line(self.form.values(), "note")
        if line:
            self.say(f"{line}  {_('F5 で自分の側だけにする')}")
        elif self._warned:
            self.say("")
        self._warned = bool(line)

    def action_own_note(self) -> None:
        """Keep what is written for one's own side."""
        self.form.field("visibility").fill("own")
        self.edited()
        self.keeper.changed()

    def submit(self, desk: Desk, values: dict[str, object]) -> str:
        """Save the note."""
        own = "2" if self._team == "city" else "3"
        return desk.add_note(
            self.case_id, {**values, "visibility": "1" if values["visibility"] == "1" else own}
        )
