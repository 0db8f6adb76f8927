"""Text fields for people who type through a Japanese input method. Every text field is one of these.

The input method draws unfinished text at the terminal's cursor. Textual 8.2 puts that one cell too
far right at the end of a text and leaves it behind when the layout moves
(Textualize/textual#5457); and its cursor stops inside a character that is written with a mark
or a variant selector, so that Backspace would change a name's glyph unseen. Both are mended
here, each with a test that tells when it can go.
"""

import unicodedata

from rich.text import Text
from textual import events
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.widgets.input import Selection
from textual.widgets.text_area import Location

from wardclient.widgets.cells import after, before, width

_KANA_MARKS = ("\u3099", "\u309a")


def clean_paste(text: str, *, lines: bool = False) -> str:
    """Return pasted text without control characters, kana joined with their marks, all else as it is.

    Line breaks and tabs become blanks unless ``lines`` are kept. Never a normal form: it would
    change kanji of names (domain 11.2).
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        plain = " ".join(part.strip(" ") for part in plain.split("\n") if part.strip(" "))
    kept = "".join(c for c in plain if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return _join_kana(kept)


def _join_kana(text: str) -> str:
    if not any(mark in text for mark in _KANA_MARKS):
        return text
    joined: list[str] = []
    for character in text:
        if character in _KANA_MARKS and joined:
            whole = unicodedata.normalize("NFC", joined[-1] + character)
            if width(whole) and len(whole) == 1:
                joined[-1] = whole
                continue
        joined.append(character)
    return "".join(joined)


def swallowed(event: events.Key) -> str:
    """Return the character of a key that Textual takes for none: the full-width blank, kanji newer than Python.

    Textual asks ``str.isprintable``, which says no to every blank but the ASCII one.
    """
    character = event.character or ""
    if len(character) != 1 or character.isprintable() or unicodedata.category(character) in ("Cc", "Cs"):
        return ""
    return character


class ImeInput(Input):
    """A field of one line. Its cursor is where the input method draws, and moves by whole characters."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        """Make a field without blinking and without select-all on focus: both disturb composing."""
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            select_on_focus=False,
            compact=True,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    # What is typed never moves what stands beside it: no key lays the whole screen out again.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's cursor belongs, in screen cells."""
        x, y, _, _ = self.content_region
        shown = "*" * self.cursor_position if self.password else self.value[: self.cursor_position]
        return Offset(x + width(shown) - self.scroll_offset.x, y)

    @property
    def _value(self) -> Text:
        # The usual dot of a passphrase has no certain width.
        if self.password:
            return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")
        return super()._value

    def on_mount(self) -> None:
        """Keep the terminal's cursor on the text when the layout moves."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._follow_layout)

    def _follow_layout(self, _: Screen[object]) -> None:
        if self.has_focus:
            # A text pasted whole is longer than the field only now that the layout knows of it.
            x = width(self.value[: self.cursor_position])
            self.scroll_to_region(Region(x, 0, 1, 1), force=True, animate=False)
            self.app.cursor_position = self.cursor_screen_offset

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Follow a text that is longer than its field."""
        super().watch_scroll_x(old_value, new_value)
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    async def _on_key(self, event: events.Key) -> None:
        # Textual calls its own handler next, unless it is told that all is done.
        if character := swallowed(event):
            event.stop()
            event.prevent_default()
            self.replace(character, *sorted(self.selection))

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = clean_paste(event.text)
        if text:
            self.replace(text, *sorted(self.selection))

    def action_cursor_left(self, select: bool = False) -> None:  # noqa: FBT001, FBT002
        """Move one written character to the left."""
        start, end = self.selection
        if select:
            self.selection = Selection(start, before(self.value, end))
        else:
            self.cursor_position = before(self.value, end) if start == end else min(start, end)

    def action_cursor_right(self, select: bool = False) -> None:  # noqa: FBT001, FBT002
        """Move one written character to the right."""
        start, end = self.selection
        if select:
            self.selection = Selection(start, after(self.value, end))
        else:
            self.cursor_position = after(self.value, end) if start == end else max(start, end)

    def action_delete_left(self) -> None:
        """Delete the selection, or the whole written character before the cursor."""
        if self.selection.is_empty:
            self.delete(before(self.value, self.cursor_position), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        """Delete the selection, or the whole written character after the cursor."""
        if self.selection.is_empty:
            self.delete(self.cursor_position, after(self.value, self.cursor_position))
        else:
            self.delete_selection()


class ImeTextArea(TextArea):
    """A field of several lines, with the same care."""

    def __init__(
        self,
        text: str = "",
        *,
        placeholder: str = "",
        read_only: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        """Make a plain text area: Tab moves on, nothing blinks, lines wrap at the edge."""
        super().__init__(
            text,
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            read_only=read_only,
            highlight_cursor_line=False,
            compact=True,
            placeholder=placeholder,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Keep the terminal's cursor on the text when the layout moves."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._follow_layout)

    def _follow_layout(self, _: Screen[object]) -> None:
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    async def _on_key(self, event: events.Key) -> None:
        character = "" if self.read_only else swallowed(event)
        if character:
            event.stop()
            event.prevent_default()
            self._replace_via_keyboard(character, *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = clean_paste(event.text, lines=True)
        if self.read_only or not text:
            return
        result = self._replace_via_keyboard(text, *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    def get_cursor_left_location(self) -> Location:
        """Return where the cursor goes to the left: a whole written character, or the line above."""
        row, column = self.cursor_location
        if column == 0:
            return super().get_cursor_left_location()
        return row, before(self.document[row], column)

    def get_cursor_right_location(self) -> Location:
        """Return where the cursor goes to the right: a whole written character, or the line below."""
        row, column = self.cursor_location
        line = self.document[row]
        if column >= len(line):
            return super().get_cursor_right_location()
        return row, after(line, column)
