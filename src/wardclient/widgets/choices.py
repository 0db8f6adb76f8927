"""Fields that are chosen, not typed. State is a word or brackets, never a colour alone."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from wardclient.locale import _
from wardclient.widgets.cells import cut, pad, width

Choice = tuple[str, str]
"""A code and its words."""
GAP = 2
_FACE = 9
"""Cells of the bracketed word in front of an item, and one blank."""


class Edited(Message):
    """A person changed the value of a field."""

    def __init__(self, editor: Widget) -> None:
        """Keep which field: what was chosen in a list over it is posted in the list's name."""
        super().__init__()
        self.editor = editor


def listed(choices: Sequence[Choice]) -> list[str]:
    """Return the lines of a list: the words in a column of their own, before them the code where people know it.

    Codes that are words of the program, such as ``changed``, are known to nobody; and 3 before 3日以内
    says nothing.
    """
    own = any(
        len(code) > 1 and code.islower() and code.replace("_", "").isalpha() for code, _words in choices
    )
    if own or all(words.startswith(code) for code, words in choices):
        return [words for _code, words in choices]
    room = max((width(code) for code, _words in choices), default=0)
    return [f"{pad(code, room)}  {words}" for code, words in choices]


class Choose(ModalScreen[str | None]):
    """A list to choose one from; Esc leaves all as it was."""

    BINDINGS = [Binding("escape", "dismiss(None)", "やめる", show=False)]

    def __init__(self, title: str, choices: Sequence[Choice], value: str) -> None:
        """Offer ``choices``, beginning at ``value``."""
        super().__init__()
        self._title = title
        self._choices = choices
        self._value = value

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(classes="box"):
            yield Label(self._title, markup=False, classes="box-title")
            # The words come from code lists; brackets in them are no markup.
            yield OptionList(
                *(
                    Option(Content(text), id=f"choice-{code}")
                    for (code, _words), text in zip(self._choices, listed(self._choices), strict=True)
                ),
                markup=False,
            )
            yield Label(_("Enter 選ぶ   Esc やめる"), markup=False, classes="box-keys")

    def on_mount(self) -> None:
        """Begin at the present value."""
        codes = [code for code, _words in self._choices]
        self.query_one(OptionList).highlighted = codes.index(self._value) if self._value in codes else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen code."""
        self.dismiss(self._choices[event.option_index][0])


class ChoiceField(Widget, can_focus=True):
    """One of several: all on the line with the chosen one in brackets, or a list when they do not fit."""

    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("space", "choose", show=False),
        Binding("delete,backspace", "clear", show=False),
    ]

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        title: str = "",
        required: bool = False,
        classes: str | None = None,
    ) -> None:
        """Offer ``choices``; only what is not required can be emptied."""
        super().__init__(classes=classes)
        self._choices = tuple(choices)
        self._title = title
        self._required = required
        self._value = ""

    @property
    def value(self) -> str:
        """The chosen code, empty for none."""
        return self._value

    def fill(self, value: object) -> None:
        """Show a value without telling anybody."""
        self._value = str(value) if value not in (None, [], ()) else ""
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """One line."""
        return 1

    def _line(self) -> list[tuple[int, int, str, str]]:
        """Return start, end, code and text of each choice; empty when they do not fit."""
        found, x = [], 0
        for code, words in self._choices:
            text = f"[{words}]" if code == self._value else f" {words} "
            found.append((x, x + width(text), code, text))
            x += width(text) + 1
        return found if x - 1 <= self.size.width else []

    def render(self) -> RenderResult:
        """Draw the line."""
        line = self._line()
        if line:
            parts: list[tuple[str, str] | str] = []
            for _start, _end, code, text in line:
                parts += [(text, "bold $ward-accent" if code == self._value else "$ward-quiet"), " "]
            return Content.assemble(*parts)
        words = dict(self._choices).get(self._value, _("まだ選んでいません"))
        hint = _("Spaceで一覧")
        room = self.size.width - width(hint) - GAP - 2
        return Content.assemble((f"[{cut(words, room)}]", "bold $ward-accent"), (f"  {hint}", "$ward-quiet"))

    def _set(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.refresh()
            self.post_message(Edited(self))

    def action_step(self, step: int) -> None:
        """Choose the next or the one before."""
        codes = [code for code, _words in self._choices]
        if not codes:
            return
        at = codes.index(self._value) + step if self._value in codes else (0 if step > 0 else -1)
        self._set(codes[at % len(codes)])

    def action_choose(self) -> None:
        """Step on where all can be seen, else open the list."""
        if self._line():
            self.action_step(1)
        else:
            self.app.push_screen(Choose(self._title, self._choices, self._value), self._chosen)

    def _chosen(self, code: str | None) -> None:
        if code is not None:
            self._set(code)

    def action_clear(self) -> None:
        """Choose nothing."""
        if not self._required:
            self._set("")

    def on_click(self, event: Click) -> None:
        """Choose what was clicked."""
        line = self._line()
        if not line:
            self.action_choose()
        for start, end, code, _text in line:
            if start <= event.x < end:
                self._set(code)


class CheckField(ChoiceField):
    """はい or いいえ."""

    def __init__(self, *, title: str = "", classes: str | None = None) -> None:
        """Nothing said yet."""
        super().__init__((("1", _("はい")), ("0", _("いいえ"))), title=title, classes=classes)

    @property
    def checked(self) -> bool | None:
        """True, False, or None when nobody has said."""
        return {"1": True, "0": False}.get(self.value)

    def fill(self, value: object) -> None:
        """Show a value without telling anybody."""
        super().fill({True: "1", False: "0"}.get(value) if isinstance(value, bool) else "")


class ChecksField(Widget, can_focus=True):
    """Several of several: one word in brackets before each. Arrows move, Space switches, so does a click."""

    BINDINGS = [
        Binding("up", "move(-1, 0)", show=False),
        Binding("down", "move(1, 0)", show=False),
        Binding("left", "move(0, -1)", show=False),
        Binding("right", "move(0, 1)", show=False),
        Binding("space", "switch", show=False),
    ]

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        one_column: bool = False,
        fixed: Sequence[str] = (),
        classes: str | None = None,
    ) -> None:
        """Offer ``choices``; those in ``fixed`` stay on."""
        super().__init__(classes=classes)
        self._choices = tuple(choices)
        self._one_column = one_column
        self._fixed = frozenset(fixed)
        self._on: set[str] = set(fixed)
        self._at = 0
        self._details: Mapping[str, str] = {}

    @property
    def value(self) -> list[str]:
        """The codes that are on, in the order of the list."""
        return [code for code, _words in self._choices if code in self._on]

    def fill(self, value: object) -> None:
        """Show a value without telling anybody."""
        given = value if isinstance(value, list | tuple) else ()
        self._on = {str(code) for code in given} | self._fixed
        self.refresh()

    def show_details(self, details: Mapping[str, str]) -> None:
        """Show what stands behind each item, at its right (one column only)."""
        self._details = details
        self.refresh()

    def _columns(self, room: int) -> tuple[int, int]:
        """Return how many columns fit and how wide each is."""
        cells = _FACE + max((width(words) for _code, words in self._choices), default=0) + GAP
        if self._one_column or room <= 0:
            return 1, max(room, 1)
        count = max(1, min(4, room // cells))
        return count, room // count

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the columns need."""
        count, _cells = self._columns(width)
        return -(-len(self._choices) // count)

    def render(self) -> RenderResult:
        """Draw all items; the one with the cursor is reversed while the field has the focus."""
        count, cells = self._columns(self.size.width)
        parts: list[tuple[str, str] | str] = []
        for index, (code, words) in enumerate(self._choices):
            if index and index % count == 0:
                parts.append("\n")
            parts += self._item(index, code, words, cells)
        return Content.assemble(*parts)

    def _item(self, index: int, code: str, words: str, cells: int) -> list[tuple[str, str] | str]:
        on = code in self._on
        face = pad(f"[{_('はい') if on else _('いいえ')}]", _FACE)
        detail = self._details.get(code, "")
        here = index == self._at and self.has_focus
        label_room = cells - _FACE
        label = words
        if detail:
            column = min(max(width(w) for _c, w in self._choices) + GAP, label_room)
            label = pad(cut(words, column), column)
            detail = cut(detail, label_room - column)
        style = "bold $ward-accent" if on else "$ward-quiet"
        text = cut(label, label_room)
        shown: list[tuple[str, str] | str] = [
            (face, f"{style} reverse" if here else style),
            (text, "$ward-text" if on else "$ward-quiet"),
        ]
        if detail:
            shown.append((detail, "$ward-quiet"))
        shown.append(" " * max(0, cells - _FACE - width(text) - width(detail)))
        return shown

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; past the first or last row the focus moves on."""
        count, _cells = self._columns(self.size.width)
        at = self._at + rows * count + columns
        if 0 <= at < len(self._choices):
            self._at = at
            self.refresh()
        elif rows:
            (self.screen.focus_next if rows > 0 else self.screen.focus_previous)()

    def action_switch(self) -> None:
        """Switch the item under the cursor."""
        self._switch(self._at)

    def _switch(self, index: int) -> None:
        if not 0 <= index < len(self._choices):
            return
        self._at = index
        code = self._choices[index][0]
        if code not in self._fixed:
            self._on ^= {code}
            self.post_message(Edited(self))
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Switch what was clicked."""
        count, cells = self._columns(self.size.width)
        self._switch(event.y * count + min(event.x // max(cells, 1), count - 1))
