"""A long list that draws only the lines on the screen: cases, openings, anything with many rows.

Rows come in pages from outside; when the cursor nears the end of what is there, the grid asks
for more. A line is drawn once and kept until rows, width or theme change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.cache import LRUCache
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wardclient.locale import _
from wardclient.widgets.cells import cut, fit, pad, pad_left

R = TypeVar("R")
NEAR_END = 40
KEPT_LINES = 500
WIDE = 100
"""Cells from which columns that are `wide_only` are drawn."""
EMPTY_AT = 2
"""Line on which an empty list says so."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: heading, least width in cells, share of what is left over, and a row's text.

    ``style`` names a component class for the cell (``grid--quiet``, ``grid--warn`` …), or none.
    """

    heading: str
    cells: int
    text: Callable[[R], str]
    share: int = 0
    style: Callable[[R], str] | None = None
    right: bool = False
    wide_only: bool = False


class RowGrid(ScrollView, Generic[R], can_focus=True):
    """Rows under headings, one chosen."""

    COMPONENT_CLASSES = {
        "grid--heading",
        "grid--row",
        "grid--chosen",
        "grid--quiet",
        "grid--warn",
        "grid--good",
        "grid--bad",
    }
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("enter", "open", show=False),
    ]
    chosen: reactive[int] = reactive(0, repaint=False)

    class Opened(Message):
        """A row was opened, by Enter or a second click."""

        def __init__(self, row: object) -> None:
            """Keep the row."""
            super().__init__()
            self.row = row

    class Chosen(Message):
        """The cursor is on another row; None when there is none."""

        def __init__(self, row: object | None) -> None:
            """Keep the row."""
            super().__init__()
            self.row = row

    class NearEnd(Message):
        """The cursor nears the last row that is here, and there are more."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        """Draw ``columns``; without rows until `show`."""
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows: Sequence[R] = ()
        self._more = False
        self._empty = ""
        self._lines: LRUCache[tuple[int, int, bool], Strip] = LRUCache(KEPT_LINES)
        self._fitted: tuple[int, list[tuple[Column[R], int]]] = (-1, [])
        """The columns for a width."""
        self._styles: dict[str, Style] = {}
        self._asked = False

    @property
    def rows(self) -> Sequence[R]:
        """The rows that are here."""
        return self._rows

    @property
    def row(self) -> R | None:
        """The chosen row."""
        return self._rows[self.chosen] if 0 <= self.chosen < len(self._rows) else None

    def show(self, rows: Sequence[R], *, more: bool = False, empty: str = "", keep: bool = False) -> None:
        """Show ``rows``; ``keep`` leaves the cursor where it is, ``empty`` stands when there are none."""
        self._rows, self._more, self._empty, self._asked = rows, more, empty, False
        self._lines.clear()
        self._tall(len(rows) + 1)
        at = min(self.chosen, max(len(rows) - 1, 0)) if keep else 0
        if not keep:
            self.scroll_to(0, 0, animate=False, force=True)
        self.chosen = at
        self.refresh()
        self.post_message(self.Chosen(self.row))

    def _tall(self, lines: int) -> None:
        """Be ``lines`` high, without laying the whole screen out again: the scrollbar is always there."""
        size = Size(self.scrollable_content_region.width, lines)
        self.set_reactive(RowGrid.virtual_size, size)
        self._scroll_update(size)

    def on_resize(self) -> None:
        """Draw anew at another width."""
        self._lines.clear()
        self._tall(len(self._rows) + 1)

    def notify_style_update(self) -> None:
        """Draw anew in another theme."""
        self._lines.clear()
        self._styles.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        """Show the cursor clearly."""
        self._lines.clear()
        self._styles.clear()
        self.refresh()

    def _widths(self) -> list[tuple[Column[R], int]]:
        """Return the columns that fit, each with its cells."""
        width = self.scrollable_content_region.width
        if self._fitted[0] != width:
            shown = [c for c in self._columns if width >= WIDE or not c.wide_only]
            room = width - 2 - sum(c.cells for c in shown) - 2 * (len(shown) - 1)
            shares = sum(c.share for c in shown) or 1
            self._fitted = (width, [(c, c.cells + max(0, room) * c.share // shares) for c in shown])
        return self._fitted[1]

    def _style(self, name: str) -> Style:
        """Return the style of a component class, kept until the theme changes: Textual forgets it at each repaint."""
        found = self._styles.get(name)
        if found is None:
            found = self._styles[name] = self.get_component_rich_style(name)
        return found

    def _cell_style(self, name: str) -> Style:
        """Return the style of a cell of a row: the row's, in the colour of a component class."""
        key = f"cell {name}"
        if key not in self._styles:
            self._styles[key] = self._style("grid--row") + Style(color=self._style(name).color)
        return self._styles[key]

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen: the heading stays on top."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._heading(width)
        index = y - 1 + self.scroll_offset.y
        if index >= len(self._rows):
            text = f" {self._empty}" if not self._rows and y == EMPTY_AT else ""
            return Strip([Segment(fit(text, width), self._style("grid--quiet"))], width)
        chosen = index == self.chosen
        key = (index, width, chosen)
        found = self._lines.get(key)
        if found is None:
            found = self._draw(self._rows[index], width, chosen=chosen)
            self._lines[key] = found
        return found

    def _heading(self, width: int) -> Strip:
        text = "  ".join(
            (pad_left if c.right else pad)(cut(_(c.heading), cells), cells) for c, cells in self._widths()
        )
        return Strip([Segment(fit(f" {text}", width), self._style("grid--heading"))], width)

    def _draw(self, row: R, width: int, *, chosen: bool) -> Strip:
        base = self._style("grid--chosen" if chosen else "grid--row")
        segments = [Segment(" ", base)]
        for number, (column, cells) in enumerate(self._widths()):
            style = base
            if column.style is not None and not chosen and (name := column.style(row)):
                style = self._cell_style(name)
            text = cut(column.text(row), cells)
            if number:
                segments.append(Segment("  ", base))
            segments.append(Segment((pad_left if column.right else pad)(text, cells), style))
        return Strip(segments).adjust_cell_length(width, base)

    def validate_chosen(self, value: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(value, len(self._rows) - 1))

    def watch_chosen(self, before: int, now: int) -> None:
        """Scroll to the cursor, tell who listens, ask for more rows in time."""
        if not self._rows:
            return
        top, height = self.scroll_offset.y, max(self.size.height - 1, 1)
        if now < top or now >= top + height:
            self.scroll_to(0, now if now < top else now - height + 1, animate=False, force=True)
        else:
            for line in (before, now):
                self.refresh_line_of(line)
        self.post_message(self.Chosen(self.row))
        if self._more and not self._asked and now >= len(self._rows) - NEAR_END:
            self._asked = True
            self.post_message(self.NearEnd())

    def refresh_line_of(self, index: int) -> None:
        """Draw one row again."""
        self.refresh(Region(0, index - self.scroll_offset.y + 1, self.scrollable_content_region.width, 1))

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.chosen += step

    def action_page(self, step: int) -> None:
        """Move the cursor by a screenful."""
        self.chosen += step * max(self.size.height - 2, 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.chosen = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.chosen = len(self._rows) - 1

    def action_open(self) -> None:
        """Open the chosen row."""
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def on_click(self, event: Click) -> None:
        """Choose a row; open it with the second click."""
        index = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or index >= len(self._rows):
            return
        again = index == self.chosen and event.chain > 1
        self.chosen = index
        if again:
            self.action_open()
