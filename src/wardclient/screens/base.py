"""What every screen of the workstation does alike: lines at top and bottom, asking the desk, faults.

`ask` runs a call of the desk in a thread and hands the answer back on the screen's own side, as a
message; an answer that a newer question of the same group has overtaken is dropped.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key as KeyEvent
from textual.events import ScreenResume
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from wardclient.desk.api import Desk, DeskError, LockedError
from wardclient.keys import BACK, EVERYWHERE_KEYS, HELP, Key
from wardclient.locale import language
from wardclient.screens.sync_words import sync_text
from wardclient.widgets.lines import KeyLine, MessageLine, Rule, TitleLine

if TYPE_CHECKING:
    from wardclient.desk.rows import Change, Me, SyncStatus

T = TypeVar("T")
Flush = Callable[[Desk], None]
"""What must still be saved before the desk is locked; holds plain values alone."""
WIDE = 110
"""Columns from which a screen has a second one."""


class Ward(Protocol):
    """What screens know of the application."""

    @property
    def desk(self) -> Desk:
        """The unlocked desk; LockedError when there is none."""

    @property
    def me(self) -> "Me":
        """Who works here."""

    @property
    def sync(self) -> "SyncStatus | None":
        """How the sync stands, None before anybody asked."""

    def today(self) -> dt.date:
        """Return the date at the office."""

    def fault(self, error: BaseException) -> DeskError:
        """Record an unexpected error; return what to tell the person, with its number."""


def bindings(keys: Sequence[Key]) -> list[Any]:
    """Return Textual's bindings of a screen's keys."""
    return [
        Binding(key.key, key.action, key.label, show=False, id=f"{key.action}.{key.key}")
        for key in keys
        if key.action != "none"
    ]


@dataclass
class Answer(Message):
    """What the desk answered to a question."""

    group: str
    ticket: int
    result: Any
    error: BaseException | None
    then: Callable[[Any], object]
    failed: Callable[[DeskError], None] | None


class WorkScreen(Screen[None]):
    """A screen with title, body, message and keys."""

    KEYS: ClassVar[tuple[Key, ...]] = (HELP, BACK)
    BINDINGS = bindings(KEYS)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    AUTO_FOCUS = ""
    TITLE_TEXT: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    """Two sentences for the help, marked for translation."""
    MORE: ClassVar[Key | None] = None
    """At the end of the line of keys, where a screen has acts that the line does not show."""

    def __init__(self) -> None:
        """Begin with no question asked."""
        super().__init__()
        self._tickets: dict[str, int] = {}
        self._stale = False
        self.title_line = TitleLine()
        self.message_line = MessageLine()
        self.key_line = KeyLine(self.KEYS, self.MORE)

    def compose(self) -> ComposeResult:
        """Title, rule, body, message, rule, keys."""
        yield self.title_line
        yield Rule()
        with Vertical(id="body"):
            yield from self.body()
        yield self.message_line
        yield Rule(classes="low")
        yield self.key_line

    def body(self) -> Iterable[Widget]:
        """Yield what stands between title and keys."""
        return ()

    @property
    def filled_in(self) -> bool:
        """Whether keys have something to act on: what this screen is about has been fetched."""
        return True

    @property
    def can_be_seen(self) -> bool:
        """Whether any of it can be seen: it is on top, or only boxes that leave some of it free lie above.

        Textual's ``is_current`` counts the screen below the top one too, whatever covers it: that one would ask its
        lists anew, and paint the top one again, with each change of anything.
        """
        for screen in reversed(self.app.screen_stack):
            if screen is self:
                return True
            if not isinstance(screen, ModalScreen):
                return False
        return False

    @property
    def acts(self) -> tuple[Key, ...]:
        """The keys that have something to do here and now; help and palette name no others."""
        return self.KEYS

    @property
    def ward(self) -> Ward:
        """The application."""
        return cast("Ward", self.app)

    def resume(self) -> Callable[[], "WorkScreen"] | None:
        """Return what makes this screen anew after an unlock, from ids alone; None to leave it out."""
        return None

    def leaving(self) -> Flush | None:
        """Return what is typed and not yet saved, as a call for the desk; None when all is saved."""
        return None

    # --- asking -----------------------------------------------------------------

    def ask(
        self,
        call: Callable[[Desk], T],
        then: Callable[[T], object],
        *,
        group: str = "main",
        failed: Callable[[DeskError], None] | None = None,
    ) -> None:
        """Ask the desk in a thread; ``then`` gets the answer unless a newer question came."""
        ticket = self._tickets[group] = self._tickets.get(group, 0) + 1
        try:
            desk = self.ward.desk
        except LockedError:
            return

        def work() -> None:
            if self._tickets[group] != ticket:
                return
            try:
                answer = Answer(group, ticket, call(desk), None, then, failed)
            except Exception as error:  # noqa: BLE001  # told to the person, by number if unknown
                answer = Answer(group, ticket, None, error, then, failed)
            self.post_message(answer)

        self.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)

    @on(Answer)
    def _answered(self, event: Answer) -> None:
        event.stop()
        if self._tickets.get(event.group) != event.ticket:
            return
        error = event.error
        if error is None:
            event.then(event.result)
        elif not isinstance(error, LockedError):
            known = error if isinstance(error, DeskError) else self.ward.fault(error)
            (event.failed or self.tell)(known)

    def tell(self, error: DeskError) -> None:
        """Show a refusal's sentence."""
        self.say(error.ja if language() == "ja" else error.en, bad=True)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show a sentence above the keys."""
        self.message_line.say(text, bad=bad)

    # --- hearing ----------------------------------------------------------------

    def hear(self, change: "Change") -> None:
        """Something changed: redraw now if this screen can be seen, else when it is seen again.

        Where a consent changed also a covered one: what may not be seen any more must be gone before it comes back.
        """
        if not self.concerns(change):
            return
        if self.can_be_seen or "consent" in change.kinds:
            self.redraw()
        else:
            self._stale = True

    def concerns(self, change: "Change") -> bool:  # noqa: ARG002
        """Return whether a change touches what this screen shows."""
        return False

    def redraw(self) -> None:
        """Ask for what is shown once more."""

    @on(ScreenResume)
    def _seen_again(self) -> None:
        self.show_sync()
        if self._stale:
            self._stale = False
            self.redraw()

    def show_sync(self) -> None:
        """Show how the sync stands, top right."""
        sync = self.ward.sync
        if sync is not None and self.title_line.is_attached:
            self.title_line.show_state(sync_text(sync), practice=self.ward.me.practice)

    # --- keys -------------------------------------------------------------------

    def action_back(self) -> None:
        """Go back; nothing is lost."""
        self.app.pop_screen()

    def action_none(self) -> None:
        """A key that the focused field handles itself."""

    @on(KeyLine.Pressed)
    async def _key_clicked(self, event: KeyLine.Pressed) -> None:
        event.stop()
        namespace = self.app if event.key.key in EVERYWHERE_KEYS else self
        await self.app.run_action(event.key.action, default_namespace=namespace)

    async def on_key(self, event: KeyEvent) -> None:
        """Take a full-width letter for the key it stands for: the input method was left on."""
        if event.character is None or len(event.character) != 1:
            return
        plain = unicodedata.normalize("NFKC", event.character).lower()
        if plain == event.character or len(plain) != 1 or not plain.isascii():
            return
        for key in self.KEYS:
            if key.key == plain:
                event.stop()
                await self.app.run_action(key.action, default_namespace=self)
                return
