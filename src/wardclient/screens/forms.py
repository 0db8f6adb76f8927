"""Screens with a form: what is typed is kept in the database as it is typed, and put back later."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.timer import Timer
from textual.widget import Widget

from wardclient.casework.problems import Problem
from wardclient.desk.api import Desk, DeskError, RefusedError
from wardclient.desk.rows import Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MOVE, SAVE, Key
from wardclient.locale import _, language
from wardclient.screens.base import Flush, WorkScreen, bindings
from wardclient.widgets.form import FormBody, FormField

KEEP_AFTER = 0.2
"""Seconds from a keystroke to its draft in the database."""
Work = Callable[[Desk], None]


class Keeper:
    """Saves the newest of what is typed, one save at a time, a moment after the last key."""

    def __init__(self, screen: WorkScreen, save: Callable[[], Work], kept: Callable[[], None]) -> None:
        """``save`` returns the work for what is typed now; ``kept`` is called when nothing waits."""
        self._screen = screen
        self._save = save
        self._kept = kept
        self._timer: Timer | None = None
        self._busy = False
        self._again = False
        self._round = 0
        self.turn = threading.Lock()
        """Held while a draft is written, so that forgetting it cannot come in between."""
        self.waiting = False
        """Whether something typed is not yet saved."""

    @property
    def busy(self) -> bool:
        """Whether something typed is still on its way to the database."""
        return self._timer is not None or self._busy

    def changed(self) -> None:
        """Something was typed."""
        self.waiting = True
        if self._timer is None:
            self._timer = self._screen.set_timer(KEEP_AFTER, self._due)

    def forget(self) -> None:
        """What was typed is saved for good, or given up."""
        self.waiting = False
        self._again = False
        self._round += 1
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def rest(self) -> Work | None:
        """Return the work for what is not saved yet, None when all is."""
        return self._guarded(self._save()) if self.waiting or self._busy else None

    def _guarded(self, work: Work) -> Work:
        """Return ``work`` that does nothing once the draft is forgotten."""
        begun = self._round

        def save(desk: Desk) -> None:
            with self.turn:
                if self._round == begun:
                    work(desk)

        return save

    def _due(self) -> None:
        self._timer = None
        if self._busy:
            self._again = True
            return
        self._busy, self.waiting = True, False
        self._screen.ask(
            self._guarded(self._save()), lambda _: self._done(), group="keep", failed=self._failed
        )

    def _done(self) -> None:
        self._busy = False
        if self._again:
            self._again = False
            self._due()
        elif not self.waiting:
            self._kept()

    def _failed(self, error: DeskError) -> None:
        self._busy, self.waiting = False, True
        self._screen.tell(error)


class FormScreen(WorkScreen):
    """A form with a draft. Leaving it loses nothing; saving it forgets the draft."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)

    def __init__(self, form_id: str) -> None:
        """Make the form; ``form_id`` names its draft and is made of ids only."""
        super().__init__()
        self.form_id = form_id
        self.form = FormBody(self.fields(), id="form")
        self.keeper = Keeper(self, self._keep, self._kept)
        self._ready = False
        self._saving = False

    @property
    def filled_in(self) -> bool:
        """Whether the form shows what it begins with: typing before would be overwritten."""
        return self._ready

    def fields(self) -> list[FormField]:
        """Return the fields of the form."""
        return []

    def load(self, desk: Desk) -> Values:  # noqa: ARG002  # some forms begin empty
        """Return what the form begins with (in a worker)."""
        return {}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Do what the form is for (in a worker); what it returns goes to `done`. Here: keep it as a draft."""
        desk.save_form(self.form_id, values)

    def to_submit(self) -> dict[str, object]:
        """Return what goes to `submit`: every field, or, in some forms, those that were changed."""
        return self.form.values()

    def finished(self, result: Any) -> bool:  # noqa: ARG002  # most are, once the desk took them
        """Return whether what `submit` did ends the form, so that its draft may go."""
        return True

    def done(self, result: Any) -> None:  # noqa: ARG002  # most only close
        """The form is saved: go back."""
        self.app.pop_screen()

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """Ask for what the form begins with, and for a draft."""
        self.show_sync()
        self.redraw_form()

    def redraw_form(self) -> None:
        """Fill the form anew, with the draft over it."""
        form_id = self.form_id
        self.ask(lambda desk: (self.load(desk), desk.load_form(form_id)), self._filled, group="load")

    def _filled(self, found: tuple[Values, Values]) -> None:
        given, draft = found
        self.form.fill(given)
        if draft:
            self.form.restore(draft)
            self.say(_("前に書きかけた内容を戻しました。Ctrl+G で捨てられます。"))
        self._ready = True
        self.filled(given)
        self.form.focus_first()

    def filled(self, given: Values) -> None:
        """The form shows ``given`` (and a draft over it)."""

    @on(FormBody.Changed)
    def _edited(self, event: FormBody.Changed) -> None:
        event.stop()
        if self._ready:
            self.keeper.changed()
            self.edited()

    def edited(self) -> None:
        """Somebody typed."""

    def _keep(self) -> Work:
        form_id, values = self.form_id, self.form.edited()
        return lambda desk: desk.save_form(form_id, values)

    def _kept(self) -> None:
        self.title_line.show_state(f"{_('控え済')}  {self._sync_words()}", practice=self.ward.me.practice)

    def _sync_words(self) -> str:
        from wardclient.screens.sync_words import sync_text

        sync = self.ward.sync
        return sync_text(sync) if sync is not None else ""

    def leaving(self) -> Flush | None:
        """Return the draft that is not kept yet."""
        return self.keeper.rest() if self._ready else None

    def action_back(self) -> None:
        """Go back; the draft stays."""
        rest = self.leaving()
        if rest is None:
            self.app.pop_screen()
        else:
            self.ask(rest, lambda _: self.app.pop_screen(), group="leave")

    def action_discard(self) -> None:
        """Give the draft up and show what is stored."""
        self.keeper.forget()
        self.ask(self.drop_draft, lambda _: self._discarded(), group="drop")

    def drop_draft(self, desk: Desk) -> None:
        """Forget the stored draft (in a worker)."""
        with self.keeper.turn:
            desk.drop_form(self.form_id)

    def _discarded(self) -> None:
        self.say(_("書きかけを捨てました。"))
        self._ready = False
        self.form.show_problems(())
        self.redraw_form()

    def action_save(self) -> None:
        """Save; what is wrong is said under its field."""
        if self._saving or not self._ready:
            return
        self._saving = True
        self.keeper.forget()
        values = self.to_submit()
        self.say("")

        def work(desk: Desk) -> object:
            result = self.submit(desk, values)
            if self.finished(result):
                self.drop_draft(desk)
            return result

        self.ask(work, self._saved, group="save", failed=self._refused)

    def _saved(self, result: Any) -> None:
        self._saving = False
        self.done(result)

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        self.keeper.changed()
        if isinstance(error, RefusedError):
            self.refuse(error.problems)
        else:
            self.tell(error)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show what a rule says: under its field, or above the keys."""
        given = tuple(problems)
        rest = self.form.show_problems(given)
        if rest:
            self.say("\n".join(problem.text(language()) for problem in rest), bad=True)
        elif given:
            self.say(_("保存していません。欄の下の説明を見て直してください。"), bad=True)
