"""解錠: the first screen. It needs Textual alone; all else is imported while the passphrase is typed."""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from wardclient.desk.api import Desk, DeskError, Door
from wardclient.keys import HELP, QUIT, THEME, UNLOCK, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.sync_words import papers_held
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Prose

if TYPE_CHECKING:
    from wardclient.desk.rows import Profile

LOOK_AGAIN = 10.0
"""Seconds until a paper that a viewer holds open is tried again."""


class UnlockScreen(WorkScreen):
    """Who this PC belongs to, what is not sent yet, and the passphrase."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        UNLOCK,
        HELP,
        THEME.named(THEME.label, hidden=False),
        QUIT.named(QUIT.label, hidden=False),
    )
    BINDINGS = bindings((UNLOCK,))
    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "#passphrase"
    TITLE_TEXT = mark("解錠")
    ABOUT = mark(
        "合言葉を入れて Enter を押すと、この端末の暗号化されたデータベースが開きます。"
        "間違えてもデータは変わりません。続けて間違えると、次に試せるまで少し待ちます。"
    )

    class Opened(Message):
        """The home is open."""

        def __init__(self, desk: Desk) -> None:
            """Keep the desk."""
            super().__init__()
            self.desk = desk

    class Refused(Message):
        """The home did not open."""

        def __init__(self, error: BaseException) -> None:
            """Keep why."""
            super().__init__()
            self.error = error

    class Known(Message):
        """What may be shown before unlocking."""

        def __init__(self, profile: "Profile", held: int) -> None:
            """Keep it, and how many papers a viewer holds open."""
            super().__init__()
            self.profile = profile
            self.held = held

    def __init__(self, door: Door, practice_passphrase: str = "") -> None:
        """Stand before ``door``; a practice ward's passphrase is printed on the screen."""
        super().__init__()
        self._door = door
        self._practice_passphrase = practice_passphrase
        self._busy = False

    def body(self) -> Iterable[Widget]:
        """The card in the middle."""
        with Vertical(id="card"):
            yield Static(_("一体的実施コーナー 業務端末"), markup=False, classes="head")
            yield Static("", markup=False, id="who")
            yield Static(_("合言葉"), markup=False, classes="quiet", id="ask")
            yield ImeInput(password=True, id="passphrase")
            yield Prose(id="practice")
            yield Static("", markup=False, id="unsent", classes="quiet")
            yield Prose(id="held")

    def on_mount(self) -> None:
        """Paint first; then look at the home and import the rest, in threads."""
        self.title_line.show(_("解錠"))
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Read the profile anew."""
        self.run_worker(self._look, thread=True, exclusive=True, group="profile", exit_on_error=False)

    def _look(self) -> None:
        warm_up = getattr(self._door, "warm_up", None)
        try:
            self.post_message(self.Known(self._door.profile(), self._door.clear_papers()))
            if warm_up is not None:
                warm_up()
            # The screens of work are imported here, too, so that the first one is there at once.
            for name in ("cases", "case", "help"):
                import_module(f"wardclient.screens.{name}")
        except Exception as error:  # noqa: BLE001  # told to the person
            self.post_message(self.Refused(error))

    @on(Known)
    def _known(self, event: Known) -> None:
        event.stop()
        profile = event.profile
        self.title_line.show_state("", practice=profile.practice)
        office = _("区役所") if profile.team == "city" else _("ハローワーク")
        self.query_one("#who", Static).update(Content(f"{profile.ward_name}  {office}  {profile.label}"))
        unsent = (
            _("未送信の仕事 {n}件 (暗号化して保管中)").format(n=f"{profile.unsent:,}")
            if profile.unsent
            else ""
        )
        self.query_one("#unsent", Static).update(Content(unsent))
        if profile.practice and self._practice_passphrase:
            self.query_one("#practice", Prose).update(
                (_("練習区です。人も求人もすべて架空です。") + "\n", "$ward-warn"),
                f"{_('合言葉は')} {self._practice_passphrase}",
            )
        held = self.query_one("#held", Prose)
        held.update((papers_held(event.held), "$ward-bad"))
        held.display = bool(event.held)
        if event.held:
            # As soon as the viewer lets go of it, it goes.
            self.set_timer(LOOK_AGAIN, self.look)
        if profile.wait_seconds:
            self.say(_("あと{n}秒待つと試せます。データはそのままです。").format(n=profile.wait_seconds))

    @on(Input.Submitted, "#passphrase")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_unlock()

    def action_unlock(self) -> None:
        """Try the passphrase."""
        field = self.query_one("#passphrase", ImeInput)
        if self._busy:
            return
        if not field.value and self._practice_passphrase:
            # Nobody should be kept out of a rehearsal by its printed passphrase.
            field.value = self._practice_passphrase
        if not field.value:
            self.say(_("合言葉を入れてください。"))
            return
        self._busy = True
        self.say(_("開いています"))
        words = field.value
        field.value = ""
        self.run_worker(
            lambda: self._unlock(words), thread=True, exclusive=True, group="unlock", exit_on_error=False
        )

    def _unlock(self, words: str) -> None:
        try:
            desk = self._door.unlock(words)
        except Exception as error:  # noqa: BLE001  # told to the person
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Opened(desk))

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self._busy = False
        error = event.error
        known = error if isinstance(error, DeskError) else self.ward.fault(error)
        self.say(known.ja if language() == "ja" else known.en, bad=True)

    @on(Opened)
    def _opened(self) -> None:
        # Goes on to the application, which owns the desk.
        self._busy = False
        self.say("")

    def action_back(self) -> None:
        """There is nothing to go back to."""
