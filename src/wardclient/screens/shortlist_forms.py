"""The forms of 候補求人: why openings are picked, and what the person says of one."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from wardclient.casework.fields import FIELDS
from wardclient.casework.shortlist import ClientWord
from wardclient.desk.api import Desk
from wardclient.desk.rows import Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MOVE, SAVE, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.widgets.form import FormField

_WORD = {field.name: field for field in FIELDS["shortlist_word"]}
_PICK = {field.name: field for field in FIELDS["shortlist"]}


def word_text(code: str) -> str:
    """Return the words of what a person says."""
    found = ClientWord.of(code)
    return found.label(language()) if found is not None else code


class WordForm(FormScreen):
    """Says when, and in which words, a person said what they think of an opening."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("本人の意向")
    ABOUT = mark("本人の言葉のまま書きます。同意の範囲で、相手側にも見えます。前の意向は消えずに残ります。")

    def __init__(self, case_id: str, opening_no: str, state: str, corrects: str = "") -> None:
        """Note a word on an opening of a case's list."""
        self.case_id = case_id
        self.opening_no = opening_no
        self.state = state
        self.corrects = corrects
        super().__init__(f"word:{case_id}:{opening_no}:{state}:{corrects}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(WordForm, self.case_id, self.opening_no, self.state, self.corrects)

    def fields(self) -> list[FormField]:
        """The words, and the day."""
        return [FormField(_WORD[name]) for name in ("note", "on")]

    def on_mount(self) -> None:
        """Name the word and the opening."""
        self.title_line.show(f"{_('本人の意向')}  {word_text(self.state)}  {self.opening_no}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: today."""
        return {"on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Write it down."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        desk.say_of_opening(
            self.case_id, self.opening_no, {"state": self.state, **given}, corrects=self.corrects
        )


class PickForm(FormScreen):
    """Puts openings on the shortlist, with one line that says why."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("候補求人に加える")
    ABOUT = mark("選んだ理由を一行で書きます。空のままでもかまいません。同意の範囲で、相手側にも見えます。")

    def __init__(self, case_id: str, numbers: tuple[str, ...]) -> None:
        """Pick openings for a case."""
        self.case_id = case_id
        self.numbers = numbers
        super().__init__(f"pick:{case_id}:{'-'.join(numbers)}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(PickForm, self.case_id, self.numbers)

    def fields(self) -> list[FormField]:
        """Why."""
        return [FormField(_PICK["reason"])]

    def on_mount(self) -> None:
        """Say which."""
        which = self.numbers[0] if len(self.numbers) == 1 else _("{n}件").format(n=len(self.numbers))
        self.title_line.show(f"{_('候補求人に加える')}  {which}")
        super().on_mount()

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Pick."""
        return desk.pick_openings(self.case_id, self.numbers, values)

    def done(self, result: Any) -> None:
        """Back, and say what came of it."""
        self.app.pop_screen()
        below = self.app.screen
        if isinstance(below, WorkScreen):
            words = _("候補求人に{n}件加えました。") if result else _("もう候補求人に入っています。")
            below.say(words.format(n=result))


def pick(screen: WorkScreen, case_id: str, numbers: Iterable[str]) -> None:
    """Ask why, and put openings on the shortlist of a case."""
    chosen = tuple(numbers)
    if not case_id:
        screen.say(_("候補求人は、ケースの画面から p で求人を開いて選びます。"))
    elif chosen:
        screen.app.push_screen(PickForm(case_id, chosen))
