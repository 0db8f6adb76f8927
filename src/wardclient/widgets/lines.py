"""The lines that stand on every screen: title with the sync state, rules, message, keys.

The sync state is painted only when its words change, and a mere change of the minute waits
while somebody types: repainting disturbs an input method.
"""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from wardclient.keys import MOST_SHOWN, Key
from wardclient.locale import _
from wardclient.widgets.cells import cut, pad, width
from wardclient.widgets.prose import Prose


class Rule(Widget):
    """A line across the screen."""

    def render(self) -> RenderResult:
        """Draw it with box drawing, whose width is certain."""
        return Content("─" * self.size.width)


class TitleLine(Widget):
    """The first line: where you are and with whom, and at the right how the sync stands."""

    def __init__(self, heading: str = "") -> None:
        """Begin with ``heading`` and no state."""
        super().__init__()
        self._heading = heading
        self._aside = ""
        self._state = ""
        self._practice = False

    def show(self, heading: str, aside: str = "") -> None:
        """Show another heading; ``aside`` gives way when there is no room."""
        if (heading, aside) != (self._heading, self._aside):
            self._heading, self._aside = heading, aside
            self.refresh()

    def show_state(self, state: str, *, practice: bool) -> None:
        """Show how the sync stands."""
        if practice != self._practice:
            self._practice = practice
            self.set_class(practice, "-practice")
        if state != self._state and not (self._somebody_types() and _same_but_time(state, self._state)):
            self._state = state
            self.refresh()

    @property
    def state(self) -> str:
        """What the line says of the sync."""
        return self._state

    def _somebody_types(self) -> bool:
        return isinstance(self.screen.focused, Input | TextArea)

    def render(self) -> RenderResult:
        """Heading at the left, sync state at the right."""
        room = self.size.width - 2
        right = f"{_('練習区')}  {self._state}" if self._practice else self._state
        right = cut(right, room // 2)
        left = self._heading
        if self._aside and width(left) + 3 + width(self._aside) + 2 + width(right) <= room:
            left = f"{left}   {self._aside}"
        return Content(f" {pad(cut(left, room - width(right) - 2), room - width(right))}{right} ")


def _same_but_time(one: str, other: str) -> bool:
    """Return whether two states differ in the minute alone."""
    return one.partition(" ")[0] == other.partition(" ")[0] and ":" in one and ":" in other


class MessageLine(Prose):
    """What happened, in a sentence or two; nothing when there is nothing to say."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.display = False

    @property
    def text(self) -> str:
        """What is said."""
        return self.plain

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show ``text``; an empty one takes the line away."""
        self.set_class(bad, "-bad")
        self.update(text)
        self.display = bool(text)


class KeyLine(Widget):
    """The keys of the screen, each with its verb, clickable. Never more than fit: the rest is in the help."""

    class Pressed(Message):
        """A key of the line was clicked."""

        def __init__(self, key: Key) -> None:
            """Keep which."""
            super().__init__()
            self.key = key

    def __init__(self, keys: Sequence[Key], more: Key | None = None) -> None:
        """Show those of ``keys`` that are not hidden; ``more`` at the right end, where there is room."""
        super().__init__()
        self._more = more
        self._keys = tuple(key for key in keys if not key.hidden)[:MOST_SHOWN]

    def show(self, keys: Sequence[Key]) -> None:
        """Show other keys."""
        shown = tuple(key for key in keys if not key.hidden)[:MOST_SHOWN]
        if shown != self._keys:
            self._keys = shown
            self.refresh()

    def places(self) -> list[tuple[int, int, Key]]:
        """Return first and last cell of each key, as drawn."""
        texts = [f"{key.face} {_(key.label)}" for key in self._keys]
        more = f"{self._more.face} {_(self._more.label)}" if self._more is not None else ""
        cells = 1 + sum(map(width, texts))
        room = self.size.width - (width(more) + 2 if more else 0)
        if more and cells + len(texts) - 1 > room:
            more, room = "", self.size.width
        gap = 3
        while gap > 1 and cells + gap * (len(texts) - 1) > room:
            gap -= 1
        found, x = [], 1
        for key, text in zip(self._keys, texts, strict=True):
            found.append((x, x + width(text), key))
            x += width(text) + gap
        if more and self._more is not None:
            found.append((self.size.width - 1 - width(more), self.size.width - 1, self._more))
        return found

    def render(self) -> RenderResult:
        """Draw the keys in their colour and the verbs in the text's."""
        parts: list[tuple[str, str] | str] = []
        x = 0
        for start, end, key in self.places():
            parts += [" " * (start - x), (key.face, "bold $ward-key"), f" {_(key.label)}"]
            x = end
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, key in self.places():
            if start <= event.x < end:
                self.post_message(self.Pressed(key))
                return
