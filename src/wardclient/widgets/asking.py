"""One line asked for in a box: a value to write anew, a place for a file."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from wardclient.locale import _
from wardclient.widgets.ime import ImeInput


class AskLine(ModalScreen[str | None]):
    """Answers with the line, or with None when the person leaves it."""

    BINDINGS = [Binding("escape", "dismiss(None)", show=False)]
    AUTO_FOCUS = "ImeInput"

    def __init__(self, title: str, value: str = "", check: Callable[[str], str] = lambda _text: "") -> None:
        """Ask under ``title``; ``check`` returns what is wrong with a line, empty for nothing."""
        super().__init__()
        self._title = title
        self._value = value
        self._check = check

    def compose(self) -> ComposeResult:
        """Title, field, what is wrong."""
        with Vertical(classes="box"):
            yield Label(self._title, markup=False, classes="box-title")
            yield ImeInput(self._value)
            yield Label("", markup=False, classes="box-problem")
            yield Label(_("Enter 決める   Esc やめる"), markup=False, classes="box-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless something is wrong."""
        event.stop()
        wrong = self._check(event.value)
        if wrong:
            self.query_one(".box-problem", Label).update(wrong)
        else:
            self.dismiss(event.value)
