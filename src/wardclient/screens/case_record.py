"""A record of one case on a screen of its own: what it says on top, its lines in a list below (プラン, 支援要請, 紹介の経過)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.desk.api import Desk
from wardclient.locale import _
from wardclient.screens.of_person import PersonScreen
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Part, Prose

R = TypeVar("R")


class CaseRecordScreen(PersonScreen):
    """A text above a list."""

    CSS_PATH = "plan.tcss"
    COLUMNS: ClassVar[tuple[Column[Any], ...]] = ()
    EMPTY: ClassVar[str] = ""
    """What an empty list says, marked for translation."""
    GROUP: ClassVar[str] = "record"

    def __init__(self, case_id: str) -> None:
        """Show a record of a case."""
        super().__init__(case_id)
        self._shown = False

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._shown

    def fetch(self, desk: Desk) -> Any:
        """Return what is shown (in a worker); it goes to `show`."""
        raise NotImplementedError  # each screen of this kind says it; none is made of this class itself

    def show(self, found: Any) -> tuple[Sequence[Part], Sequence[object]]:
        """Keep what was fetched; return the text and the lines of the list."""
        raise NotImplementedError  # each screen of this kind says it; none is made of this class itself

    def body(self) -> Iterable[Widget]:
        """The text, the list."""
        with VerticalScroll(id="plan", classes="pane"):
            yield Prose(id="plan-text")
        yield RowGrid(self.COLUMNS, id="steps")
        yield Prose(id="step-whole")

    def whole(self, row: object) -> str:  # noqa: ARG002  # where every line is whole as it stands
        """Return what of a line the columns may have cut, to stand under the list; empty for nothing."""
        return ""

    @on(RowGrid.Chosen)
    def _line_chosen(self, event: RowGrid.Chosen) -> None:
        self._show_whole(event.row)

    def _show_whole(self, row: object) -> None:
        text = self.whole(row) if row is not None else ""
        under = self.query_one("#step-whole", Prose)
        under.update(text)
        under.display = bool(text)

    def redraw(self) -> None:
        """Ask once more."""
        self.ask(self.fetch, self._show, group=self.GROUP)

    def _show(self, found: Any) -> None:
        text, rows = self.show(found)
        self._shown = True
        self.query_one("#plan-text", Prose).update(*text)
        grid = self.query_one("#steps", RowGrid)
        grid.show(rows, empty=_(self.EMPTY), keep=True)
        self._show_whole(grid.row)
        if self.focused is None:
            self.set_focus(grid)

    def chosen(self, kind: type[R]) -> R | None:
        """Return the chosen line of the list."""
        found = self.query_one("#steps", RowGrid).row
        return found if isinstance(found, kind) else None

    def choose(
        self, title: str, choices: Sequence[tuple[str, str]], then: Callable[[str], object], at: str = ""
    ) -> None:
        """Let one of (code, words) be chosen from a numbered list, beginning ``at`` a code; Esc leaves all as it was."""
        from wardclient.widgets.choices import Choose

        numbered = [(str(number), words) for number, (_code, words) in enumerate(choices, 1)]
        begin = next((str(n) for n, (code, _words) in enumerate(choices, 1) if code == at), "1")

        def chosen(number: str | None) -> None:
            if number is not None:
                then(choices[int(number) - 1][0])

        self.app.push_screen(Choose(title, numbered, begin), chosen)
