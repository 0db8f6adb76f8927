"""操作の一覧 (Ctrl+P): every act of the screen with its key, found by typing; Enter or a click does it."""

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from wardclient.casework.names import search_key
from wardclient.keys import EVERYWHERE, EVERYWHERE_KEYS, Key
from wardclient.locale import _
from wardclient.screens.base import WorkScreen
from wardclient.widgets.cells import pad
from wardclient.widgets.ime import ImeInput

FACE = 10


class Palette(ModalScreen[Key | None]):
    """The acts of a screen; answers with the chosen one, None for none."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "やめる", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "#palette-search"

    def __init__(self, keys: Sequence[Key]) -> None:
        """Offer ``keys``."""
        super().__init__()
        self._keys = tuple(keys)
        self._found = self._keys

    def compose(self) -> ComposeResult:
        """A field to type in, the acts."""
        with Vertical(classes="box"):
            yield Label(_("操作の一覧"), markup=False, classes="box-title")
            yield ImeInput(id="palette-search", placeholder=_("言葉やキーで絞り込み"))
            yield OptionList(*self._options(), markup=False)
            yield Label(_("Enter する   Esc やめる"), markup=False, classes="box-keys")

    def on_mount(self) -> None:
        """Begin at the first."""
        self.query_one(OptionList).highlighted = 0

    def _options(self) -> list[Option]:
        # The words come from the table of keys; brackets in them are no markup.
        return [Option(Content(f"{pad(key.face, FACE)}{_(key.label)}")) for key in self._found]

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._found = matching(self._keys, event.value)
        acts = self.query_one(OptionList)
        acts.clear_options().add_options(self._options())
        acts.highlighted = 0 if self._found else None

    def action_move(self, step: int) -> None:
        """Choose the next, or the one before, while typing."""
        acts = self.query_one(OptionList)
        if self._found:
            acts.highlighted = ((acts.highlighted or 0) + step) % len(self._found)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found):
            self.dismiss(self._found[at])

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index])


def matching(keys: Sequence[Key], text: str) -> tuple[Key, ...]:
    """Return the acts whose verb, in Japanese or as it is shown, or whose key holds what was typed."""
    wanted = search_key(text)
    return tuple(
        key for key in keys if any(wanted in search_key(each) for each in (key.label, _(key.label), key.face))
    )


def acts_of(screen: WorkScreen) -> tuple[Key, ...]:
    """Return what can be done on a screen, its own acts first."""
    own = (key for key in screen.acts if key.action != "none" and key.key not in EVERYWHERE_KEYS)
    return (*own, *(key for key in EVERYWHERE if key.action != "palette"))


def open_palette(app: App[Any]) -> None:
    """Show the acts of the open screen, and do the chosen one there."""
    screen = app.screen
    if not isinstance(screen, WorkScreen):
        return

    async def do(key: Key | None) -> None:
        if key is not None:
            namespace = app if key.key in EVERYWHERE_KEYS else screen
            await app.run_action(key.action, default_namespace=namespace)

    app.push_screen(Palette(acts_of(screen)), do)
