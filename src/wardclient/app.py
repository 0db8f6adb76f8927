"""The workstation's application: the door, the open desk, the stack of screens, locking, faults.

Importing this module loads Textual and nothing heavier: the desk and all below it are imported
in a thread while the passphrase is typed.
"""

import datetime as dt
import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

# Some terminals' enhanced keyboard mode swallows what an input method commits.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from rich.segment import Segment, Segments
from textual import events, on
from textual._context import active_message_pump
from textual.app import App
from textual.message import Message

from wardclient.desk.api import Desk, DeskError, Door, LockedError, Unsubscribe
from wardclient.keys import EVERYWHERE
from wardclient.locale import _, set_language
from wardclient.screens.base import Flush, WorkScreen, bindings
from wardclient.screens.changes import Changes
from wardclient.screens.curtain import CurtainScreen
from wardclient.screens.unlock import UnlockScreen
from wardclient.settings import THEMES, Settings, load_settings, save_settings, settings_path
from wardclient.widgets import themes
from wardclient.widgets.keystrokes import KeyOrder

if TYPE_CHECKING:
    from wardclient.desk.rows import Change, Me, SyncStatus

JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")
IDLE_LOOK = 5.0
"""Seconds between looks at how long nobody has typed."""
MOST_RECOVERIES = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the application sees it: the day's, and one that only runs on (seconds)."""

    now: Callable[[], dt.datetime] = lambda: dt.datetime.now().astimezone()
    running: Callable[[], float] = time.monotonic


class Told(Message):
    """The desk told of changes; they are collected until the application looks."""


class Status(Message):
    """How the sync stands."""

    def __init__(self, status: "SyncStatus", me: "Me") -> None:
        """Keep it."""
        super().__init__()
        self.status = status
        self.me = me


class WardApp(App[int]):
    """One staff member's workstation."""

    CSS_PATH = "screens/house.tcss"
    TITLE = "wardclient"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [replace(binding, priority=True) for binding in bindings(EVERYWHERE)]
    MODES = {"main": "door"}
    DEFAULT_MODE = "main"

    def __init__(
        self,
        door: Door,
        settings: Settings | None = None,
        clock: Clock | None = None,
        *,
        practice_passphrase: str = "",
        keep_settings: Callable[[Settings], object] = lambda _: None,
    ) -> None:
        """Stand before ``door``. ``keep_settings`` is told what the person sets."""
        self.settings = (settings or Settings()).checked()
        set_language(self.settings.language)
        super().__init__()
        self.door = door
        self.clock = clock or Clock()
        self._practice_passphrase = practice_passphrase
        self._keep_settings = keep_settings
        self._desk: Desk | None = None
        self._me: Me | None = None
        self._sync: SyncStatus | None = None
        self._unsubscribe: Unsubscribe = lambda: None
        self._resume: list[Callable[[], WorkScreen]] = []
        self._changes = Changes()
        self._shut = threading.Event()
        self._shut.set()
        self._touched = self.clock.running()
        self._keys = KeyOrder(self, super().on_event, self._screen_filled)
        self._faults = 0
        self._recoveries = 0
        for theme in themes.ALL:
            self.register_theme(theme)
        self.theme = themes.NAMES[self.settings.theme]
        self.install_screen(UnlockScreen(door, practice_passphrase), "door")

    # --- what screens see ---------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """The unlocked desk."""
        if self._desk is None:
            raise LockedError("ロックされています。", "The desk is locked.")
        return self._desk

    @property
    def me(self) -> "Me":
        """Who works here."""
        if self._me is None:
            raise LockedError("ロックされています。", "The desk is locked.")
        return self._me

    @property
    def sync(self) -> "SyncStatus | None":
        """How the sync stands."""
        return self._sync

    def today(self) -> dt.date:
        """Return the date at the office."""
        return self.clock.now().astimezone(JAPAN).date()

    @property
    def locked(self) -> bool:
        """Whether the desk is locked."""
        return self._desk is None

    # --- opening and locking --------------------------------------------------------

    def on_mount(self) -> None:
        """Watch how long nobody types."""
        self.set_interval(IDLE_LOOK, self.look_idle)

    @on(UnlockScreen.Opened)
    def _unlocked(self, event: UnlockScreen.Opened) -> None:
        desk = event.desk
        self._desk = desk
        self._touched = self.clock.running()
        self._unsubscribe = desk.subscribe(self._hear)
        self.run_worker(lambda: self._first_look(desk), thread=True, exit_on_error=False)

    def _first_look(self, desk: Desk) -> None:
        try:
            self.post_message(Status(desk.status(), desk.me()))
        except DeskError:
            return

    def _enter(self) -> None:
        """Show the first screen of work, and those that stood on it before the lock."""
        from wardclient.screens.cases import CasesScreen

        self.push_screen(CasesScreen())
        resume, self._resume = self._resume, []
        for make in resume:
            self.push_screen(make())

    def action_lock(self) -> None:
        """Lock now."""
        self.lock()

    def lock(self) -> None:
        """Take everything off the screen, save what was typed, close the database and wipe the keys."""
        desk, self._desk = self._desk, None
        if desk is None:
            return
        self._unsubscribe()
        flushes: list[Flush] = []
        self._resume = []
        for screen in self.screen_stack[1:]:
            if isinstance(screen, WorkScreen):
                flushes += [work for work in (screen.leaving(),) if work is not None]
                again = screen.resume()
                if again is not None:
                    self._resume.append(again)
        self._me = self._sync = None
        self._shut.clear()
        self.run_worker(lambda: self._close(desk, flushes), thread=True, exit_on_error=False)
        self._to_door()

    def _close(self, desk: Desk, flushes: list[Flush]) -> None:
        try:
            for work in flushes:
                try:
                    work(desk)
                except DeskError:
                    continue
            desk.lock()
        finally:
            self._shut.set()
            self.call_from_thread(self._door_screen().look)

    def _door_screen(self) -> UnlockScreen:
        door = self.get_screen("door")
        assert isinstance(door, UnlockScreen)  # noqa: S101  # installed above
        return door

    def _to_door(self) -> None:
        """Take every screen of work away; the door stands beneath them."""
        for screen in list(self.screen_stack[1:]):
            screen.display = False
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def look_idle(self) -> None:
        """Lock when nobody has typed for as long as the settings say."""
        if self._desk is not None and self.clock.running() - self._touched >= self.settings.idle_minutes * 60:
            self.lock()

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is here."""
        if isinstance(event, events.InputEvent):
            self._touched = self.clock.running()
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._keys.add(event)
        else:
            await super().on_event(event)

    def _screen_filled(self) -> bool:
        screen = self.screen
        return screen.filled_in if isinstance(screen, WorkScreen) else True

    # --- hearing of changes -----------------------------------------------------------

    def _hear(self, change: "Change") -> None:
        if self._changes.add(change):
            self.post_message(Told())

    @on(Told)
    def _told(self) -> None:
        change = self._changes.take()
        desk = self._desk
        if desk is None:
            return
        for screen in self.screen_stack:
            if isinstance(screen, WorkScreen):
                screen.hear(change)
        self.run_worker(
            lambda: self._first_look(desk), thread=True, exclusive=True, group="status", exit_on_error=False
        )

    @on(Status)
    def _status(self, event: Status) -> None:
        if self._desk is None or not self.screen_stack:
            # Locked meanwhile, or ending.
            return
        first = self._me is None
        self._me, self._sync = event.me, event.status
        if first:
            self._enter()
        screen = self.screen
        if isinstance(screen, WorkScreen):
            screen.show_sync()

    # --- keys that work everywhere ------------------------------------------------------

    def action_help(self) -> None:
        """Explain the screen that is open."""
        from wardclient.screens.help import HelpScreen

        if isinstance(self.screen, WorkScreen) and not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        """Show every act of the screen that is open."""
        from wardclient.screens.palette import open_palette

        open_palette(self)

    def action_curtain(self) -> None:
        """Blank the screen at once."""
        if self._desk is not None and not isinstance(self.screen, CurtainScreen):
            self.push_screen(CurtainScreen(self.settings.curtain_seconds, self.lock))

    def action_theme(self) -> None:
        """Go to the next of the three themes and keep it."""
        following = THEMES[(THEMES.index(self.settings.theme) + 1) % len(THEMES)]
        self.settings = replace(self.settings, theme=following)
        self.theme = themes.NAMES[following]
        self._keep_settings(self.settings)

    def action_leave(self) -> None:
        """Lock and end the program; asks first when a desk is open."""
        from wardclient.widgets.bars import Confirm, Question

        if self._desk is None:
            self.exit(0)
            return
        if isinstance(self.screen, Confirm):
            return
        question = Question(
            _("ロックして終わります。書きかけと未送信の仕事は、暗号化してこの端末に残ります。"), _("終わる")
        )
        self.push_screen(Confirm(question), self._leave)

    def _leave(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if sure:
            self.lock()
            self.run_worker(self._end, thread=True, exit_on_error=False)

    def wait_closed(self) -> None:
        """Wait, off the screen's thread, until a lock has closed the database."""
        self._shut.wait()

    def _end(self) -> None:
        self.wait_closed()
        self.call_from_thread(self.exit, 0)

    # --- faults -------------------------------------------------------------------------

    def fault(self, error: BaseException) -> DeskError:
        """Record where an unexpected error came from, without a value; return what to tell the person."""
        self._faults += 1
        number = f"{self.clock.now():%m%d%H%M}-{self._faults}"
        frames = [
            f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)
        ]
        desk = self._desk
        if desk is not None:
            record = {"kind": type(error).__name__, "where": frames}
            self.run_worker(
                lambda: desk.save_form(f"fault:{number}", record), thread=True, exit_on_error=False
            )
        return DeskError(
            "思わぬ不具合がありました。入力した内容は残っています。"
            f"同じことが続くときは、この番号を管理者に知らせてください: {number}",
            "Something unexpected happened. What you typed is kept. "
            f"If it happens again, tell the admin this number: {number}",
        )

    def _handle_exception(self, error: Exception) -> None:
        # A widget's own loop has ended with the error. If a desk is open the screens are made anew.
        told = self.fault(error)
        if self._desk is None or self._recoveries >= MOST_RECOVERIES or active_message_pump.get() is self:
            self._return_code = 1
            if self._exception is None:
                self._exception = error
                self._exception_event.set()
            self._say_last(told)
            self._fatal_error()
            return
        self._recoveries += 1
        self.call_later(self._recover, told)

    def _recover(self, told: DeskError) -> None:
        # The key that brought the fault about never came to rest.
        self._keys = KeyOrder(self, super().on_event, self._screen_filled)
        self._to_door()
        self._enter()
        screen = self.screen
        if isinstance(screen, WorkScreen):
            screen.call_after_refresh(screen.tell, told)

    def _say_last(self, told: DeskError) -> None:
        self._exit_renderables[:] = [
            Segments([Segment(told.ja if self.settings.language == "ja" else told.en)])
        ]

    def _fatal_error(self) -> None:
        # Textual's own prints the local variables, which hold names and numbers of people.
        self._close_messages_no_wait()


def open_workstation(home: Path, *, offline: bool = False, practice_passphrase: str = "") -> int:
    """Run the workstation on a home folder until the person leaves; return the exit code."""
    from wardclient.desk.door import HomeDoor

    path = settings_path()
    settings = load_settings(path)
    asked = os.environ.get("WARDCLIENT_LANG")
    if asked:
        settings = replace(settings, language=asked).checked()
    app = WardApp(
        HomeDoor(home, offline=offline),
        settings,
        practice_passphrase=practice_passphrase,
        keep_settings=lambda chosen: save_settings(path, chosen),
    )
    code = app.run()
    return code if code is not None else app.return_code or 0
