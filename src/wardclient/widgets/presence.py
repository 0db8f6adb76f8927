"""One line under the consent bar: on which other PCs the same case is open. Absent while nobody is there."""

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from wardclient.widgets.cells import cut


class PresenceLine(Widget):
    """The line; takes no room while it has nothing to say."""

    DEFAULT_CSS = "PresenceLine { height: 1; display: none; color: $text-warning; }"

    def __init__(self) -> None:
        """Begin with nobody."""
        super().__init__()
        self.text = ""

    def show(self, text: str) -> None:
        """Say something; an empty text takes the line away."""
        if text != self.text:
            self.text = text
            self.display = bool(text)
            self.refresh()

    def render(self) -> RenderResult:
        """The text, cut to the screen."""
        return Content(f" {cut(self.text, self.size.width - 2)} ")
