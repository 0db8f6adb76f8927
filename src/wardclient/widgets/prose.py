"""Text that wraps as Japanese does: anywhere but before 。 and 」, a continued line under its beginning."""

from collections.abc import Iterable, Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from wardclient.widgets.cells import graphemes, width, wrap

Part = tuple[str, str] | str
"""A text, alone or with its style."""


class Prose(Widget):
    """Styled text, wrapped at the widget's own width. Nothing in it is markup."""

    def __init__(
        self,
        *parts: Part,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        """Begin with ``parts``."""
        super().__init__(id=id, classes=classes)
        self._parts: tuple[Part, ...] = parts
        self._lines: list[list[Part]] = []
        self._lines_for: tuple[int, tuple[Part, ...]] = (-1, ())

    def update(self, *parts: Part) -> None:
        """Show other text."""
        if parts == self._parts:
            return
        before = len(self._lines)
        self._parts = parts
        # Laying the whole screen out again is dear; it is needed when the height changes, and comes by itself
        # to what is not on the screen yet.
        hidden = not self.size.width
        same = self._lines_for[0] > 0 and len(self._laid_out(self._lines_for[0])) == before
        self.refresh(layout=not (hidden or same))

    def _laid_out(self, room: int) -> list[list[Part]]:
        if self._lines_for != (room, self._parts):
            self._lines = lay_out(self._parts, room)
            self._lines_for = (room, self._parts)
        return self._lines

    @property
    def plain(self) -> str:
        """The text without styles, unwrapped."""
        return "".join(part if isinstance(part, str) else part[0] for part in self._parts)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """As wide as the longest line, when nothing else says how wide."""
        return max((width(line) for line in self.plain.split("\n")), default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the text takes in ``width`` cells."""
        return len(self._laid_out(width))

    def render(self) -> RenderResult:
        """Draw the wrapped lines."""
        lines = self._laid_out(self.content_size.width)
        flat: list[Part] = []
        for number, line in enumerate(lines):
            flat += ["\n", *line] if number else line
        return Content.assemble(*flat)


def lay_out(parts: Sequence[Part], room: int) -> list[list[Part]]:
    """Return the lines of ``parts`` in ``room`` cells, each a list of styled pieces."""
    found: list[list[Part]] = []
    for line in _lines(parts):
        found += _wrap_styled(line, max(room, 8))
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _lines(parts: Iterable[Part]) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((piece, style))
    return lines


def _wrap_styled(line: list[tuple[str, str]], room: int) -> list[list[Part]]:
    plain = "".join(text for text, _style in line)
    if width(plain) <= room:
        return [[part if part[1] else part[0] for part in line]]
    hang = min(_hang(plain), room // 2)
    first, *_rest = wrap(plain, room)
    rows = [first, *(wrap(plain[len(first) :].lstrip(" "), room - hang) if len(first) < len(plain) else ())]
    styles = iter([(c, style) for text, style in line for c in graphemes(text)])
    found: list[list[Part]] = []
    for number, row in enumerate(rows):
        pieces: list[tuple[str, str]] = [(" " * hang, "")] if number and hang else []
        for character in graphemes(row):
            style = next(s for c, s in styles if c == character)
            if pieces and pieces[-1][1] == style:
                pieces[-1] = (pieces[-1][0] + character, style)
            else:
                pieces.append((character, style))
        found.append([piece if piece[1] else piece[0] for piece in pieces])
    return found


def _hang(plain: str) -> int:
    """Return how far a continued line is moved in: under the text after a label and its two blanks."""
    indent = width(plain) - width(plain.lstrip(" "))
    label, gap, rest = plain.strip(" ").partition("  ")
    if gap and rest and width(label) < width(plain) // 2:
        return indent + width(label) + width(gap) + width(rest) - width(rest.lstrip(" "))
    return indent
