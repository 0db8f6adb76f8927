"""Picking one of many codes: type part of the code or of its words, Enter takes the chosen one."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from wardclient.casework.names import search_key
from wardclient.locale import _
from wardclient.widgets.cells import pad, width
from wardclient.widgets.choices import Choice
from wardclient.widgets.ime import ImeInput


class Pick(ModalScreen[str | None]):
    """A list that narrows as one types; answers with the code, None for none."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "やめる", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "#pick-search"

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        """Offer ``choices``."""
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        # Once: the list of municipalities is long.
        self._keys = tuple(search_key(f"{code} {words}") for code, words in self._choices)
        self._found = self._choices
        self._cells = max((width(code) for code, _words in self._choices), default=0) + 2

    def compose(self) -> ComposeResult:
        """A field to type in, the codes."""
        with Vertical(classes="box"):
            yield Label(self._title, markup=False, classes="box-title")
            yield ImeInput(id="pick-search", placeholder=_("言葉か番号で絞り込み"))
            yield OptionList(*self._options(), markup=False)
            yield Label(
                _("当てはまるものはありません。言葉を短くしてください。"), markup=False, id="pick-none"
            )
            yield Label(_("Enter 選ぶ   Esc やめる"), markup=False, classes="box-keys")

    def on_mount(self) -> None:
        """Begin at the first."""
        self._listed()

    def _options(self) -> list[Option]:
        # The words come from code lists; brackets in them are no markup.
        return [Option(Content(f"{pad(code, self._cells)}{words}")) for code, words in self._found]

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        wanted = search_key(event.value)
        pairs = zip(self._choices, self._keys, strict=True)
        self._found = tuple(choice for choice, key in pairs if wanted in key)
        listed = self.query_one(OptionList)
        listed.clear_options().add_options(self._options())
        self._listed()

    def _listed(self) -> None:
        self.query_one(OptionList).highlighted = 0 if self._found else None
        self.query_one("#pick-none").display = not self._found

    def action_move(self, step: int) -> None:
        """Choose the next, or the one before, while typing."""
        listed = self.query_one(OptionList)
        if self._found:
            listed.highlighted = ((listed.highlighted or 0) + step) % len(self._found)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found):
            self.dismiss(self._found[at][0])

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index][0])
