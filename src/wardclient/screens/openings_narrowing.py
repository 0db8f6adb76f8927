"""What narrows or widens a search of openings beside its words: the details of the form, and the synonyms."""

from textual.content import Content
from textual.widgets import Static

from wardclient.locale import _
from wardclient.screens.base import WorkScreen
from wardclient.widgets.cells import cut
from wardclient.widgets.ime import ImeInput


class Narrowing(WorkScreen):
    """The part of the search screen that opens the two screens and keeps what was set there."""

    def __init__(self) -> None:
        """Begin with no details, and with synonyms."""
        super().__init__()
        self.details: dict[str, object] = {}
        self.widened = True

    def asked(self) -> tuple[str, dict[str, object]]:
        """Return the words and the filters of the search."""
        raise NotImplementedError  # each screen of this kind says it; none is made of this class itself

    def narrowed(self) -> None:
        """Search anew, from the first page."""
        raise NotImplementedError  # each screen of this kind says it; none is made of this class itself

    def find(self, *, keep: bool = False) -> None:
        """Search."""
        raise NotImplementedError  # each screen of this kind says it; none is made of this class itself

    def action_details(self) -> None:
        """Set the filters of the state's own form."""
        from wardclient.screens.openings_details import OpeningsDetails

        self.app.push_screen(OpeningsDetails(*self.asked(), self._narrow_by))

    def action_synonyms(self) -> None:
        """See and change the synonyms, beginning at the first word; use them for this search or not."""
        from wardclient.screens.synonyms import SynonymsScreen

        def switched(used: bool) -> None:  # noqa: FBT001 - told by the screen
            self.widened = used
            self.find(keep=True)

        words = self.query_one("#search", ImeInput).value.split()
        self.app.push_screen(SynonymsScreen(self.widened, switched, words[0] if words else ""))

    def on_the_line(self, details: dict[str, object]) -> dict[str, object]:
        """Return the details that the line of filters does not say too; what they say otherwise goes off the line."""
        return details

    def _narrow_by(self, details: dict[str, object]) -> None:
        from wardclient.screens.saved_searches import in_words

        details = self.on_the_line(details)
        self.details = details
        words = f"{_('条件')}  {in_words('', details)}" if details else ""
        self.query_one("#details", Static).update(Content(cut(words, max(self.size.width - 2, 1))))
        self.narrowed()
