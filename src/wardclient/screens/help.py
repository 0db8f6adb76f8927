"""説明 (F1): two sentences about the screen, and all its keys, each clickable."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from wardclient.keys import BACK, CURTAIN, EVERYWHERE, EVERYWHERE_KEYS, Key
from wardclient.locale import _
from wardclient.screens.base import WorkScreen, bindings
from wardclient.widgets.cells import pad
from wardclient.widgets.prose import Prose


class KeyRow(Static):
    """A key with its verb; a click does it."""

    class Picked(Message):
        """The key was clicked."""

        def __init__(self, key: Key) -> None:
            """Keep which."""
            super().__init__()
            self.key = key

    def __init__(self, key: Key) -> None:
        """Show ``key``."""
        super().__init__(
            Content.assemble(("  " + pad(key.face, 10), "bold $ward-key"), _(key.label)), markup=False
        )
        self._key = key

    def on_click(self) -> None:
        """Do it."""
        self.post_message(self.Picked(self._key))


class HelpScreen(WorkScreen):
    """What the screen beneath is for, and its keys."""

    KEYS: ClassVar[tuple[Key, ...]] = (BACK, CURTAIN)
    BINDINGS = bindings((BACK,))
    AUTO_FOCUS = "#about"

    def __init__(self, about: WorkScreen) -> None:
        """Explain ``about``."""
        super().__init__()
        self._about = about

    def body(self) -> Iterable[Widget]:
        """Sentences, then keys."""
        own = [key for key in self._about.acts if key.key not in EVERYWHERE_KEYS]
        with VerticalScroll(id="about", classes="pane"):
            yield Prose(_(self._about.ABOUT) if self._about.ABOUT else "")
            yield Static(Content("\n" + _("この画面のキー")), markup=False, classes="head")
            yield from (KeyRow(key) for key in own)
            yield Static(Content("\n" + _("どの画面でも")), markup=False, classes="head")
            yield from (KeyRow(key) for key in EVERYWHERE if key.action != "help")

    def on_mount(self) -> None:
        """Name the screen that is explained."""
        title = self._about.TITLE_TEXT
        self.title_line.show(f"{_('説明')}  {_(title)}" if title else _("説明"))
        self.show_sync()

    def show_sync(self) -> None:
        """Show the sync state once there is a desk."""
        if self.ward.sync is not None:
            super().show_sync()

    @on(KeyRow.Picked)
    async def _picked(self, event: KeyRow.Picked) -> None:
        event.stop()
        await self.app.pop_screen()
        namespace = self.app if event.key.key in EVERYWHERE_KEYS else self._about
        await self.app.run_action(event.key.action, default_namespace=namespace)
