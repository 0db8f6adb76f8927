"""Filters of a list, on one line: each says what it narrows to, in words."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wardclient.locale import _
from wardclient.widgets.choices import Choice, Choose


class Filter(Widget, can_focus=True):
    """One filter; Space or a click opens its choices."""

    BINDINGS = [Binding("space,enter,down", "choose", show=False)]

    class Changed(Message):
        """The filter was set."""

    def __init__(self, name: str, label: str, choices: Sequence[Choice], *, none: str = "") -> None:
        """Offer ``choices`` and, first, everything (called ``none`` where it is not すべて)."""
        super().__init__()
        self.filter_name = name
        self._label = label
        self._choices = (("", none or _("すべて")), *choices)
        self.value = ""

    def render(self) -> RenderResult:
        """Label, and the chosen words in brackets."""
        words = dict(self._choices).get(self.value, self.value)
        style = "bold $ward-accent" if self.value else "$ward-text"
        return Content.assemble((f"{self._label} ", "$ward-quiet"), (f"[{words}]", style))

    def action_choose(self) -> None:
        """Open the choices; with two of them, take the other."""
        self.app.push_screen(Choose(self._label, self._choices, self.value), self._chosen)

    def _chosen(self, value: str | None) -> None:
        if value is not None and value != self.value:
            self.value = value
            self.refresh(layout=True)
            self.post_message(self.Changed())

    def on_click(self) -> None:
        """Open the choices."""
        self.action_choose()


class FilterLine(Horizontal):
    """Several filters."""

    def __init__(self, *filters: Filter) -> None:
        """Hold ``filters``."""
        super().__init__(*filters)
        self._filters = filters

    def set(self, name: str, value: str) -> None:
        """Set a filter without a word: whoever sets it searches anew."""
        for each in self._filters:
            if each.filter_name == name and each.value != value:
                each.value = value
                each.refresh(layout=True)

    def values(self) -> dict[str, str]:
        """Return the filters that narrow."""
        return {f.filter_name: f.value for f in self._filters if f.value}
