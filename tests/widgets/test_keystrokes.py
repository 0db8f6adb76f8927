"""Keys that come faster than they are handled arrive where they were meant to."""

from typing import ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from wardclient.widgets.keystrokes import KeyOrder

TYPED = (*"abcdef", "tab", *"ghi", "up", "tab", *"jkl", "shift+tab", *"mno")
LETTERS = sum(len(key) == 1 for key in TYPED)


class Plain(App[None]):
    """Three fields, and a key that the screen's side handles late."""

    BINDINGS: ClassVar = [Binding("up", "mark", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.marked: list[str | None] = []

    def compose(self) -> ComposeResult:
        """Fields inside a container, as in a form."""
        with Vertical():
            for name in ("first", "second", "third"):
                yield Input(id=name, select_on_focus=False)

    def action_mark(self) -> None:
        """Note which field had the focus."""
        self.marked.append(self.focused.id if self.focused else None)

    def values(self) -> list[str]:
        """Return what stands in the fields."""
        return [field.value for field in self.query(Input)]


class Ordered(Plain):
    """The same with keys in order."""

    def __init__(self) -> None:
        super().__init__()
        self.order = KeyOrder(self, super().on_event)

    async def on_event(self, event: events.Event) -> None:
        """Let keys wait for their turn."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.order.add(event)
        else:
            await super().on_event(event)


async def typed_at_once(app: Plain) -> list[str]:
    """Hand all keys over before any is handled, as a stalled program finds them; return the fields."""
    async with app.run_test() as pilot:
        app.query_one("#first").focus()
        await pilot.pause()
        for key in TYPED:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        while sum(map(len, app.values())) < LETTERS:
            await pilot.pause()
        return app.values()


async def test_each_field_holds_what_was_typed_for_it() -> None:
    """Text, Tab, text, a bound key, Tab, text: as if each had been waited for."""
    app = Ordered()
    assert await typed_at_once(app) == ["abcdef", "ghimno", "jkl"]
    assert app.marked == ["second"]


async def test_the_bare_toolkit_mixes_them_up() -> None:
    """Why the order is kept here; when this fails, the toolkit does it and ours may go."""
    assert await typed_at_once(Plain()) != ["abcdef", "ghimno", "jkl"]


class Vanishing(Input):
    """A field that is gone before its key is handled."""

    async def _on_key(self, event: events.Key) -> None:
        await self.remove()


@pytest.mark.parametrize("count", [1, 3])
async def test_a_key_whose_widget_is_gone_does_not_stop_the_keyboard(count: int) -> None:
    """After a moment the next key has its turn."""

    class Gone(Ordered):
        def compose(self) -> ComposeResult:
            yield Vanishing(id="gone")
            yield Input(id="first")

    app = Gone()
    async with app.run_test() as pilot:
        app.query_one("#gone").focus()
        await pilot.pause()
        app.post_message(events.Key("x", "x"))
        await pilot.pause()
        app.query_one("#first").focus()
        for _ in range(count):
            app.post_message(events.Key("y", "y"))
        while app.query_one("#first", Input).value != "y" * count:
            await pilot.pause()


class Filling(Plain):
    """A form that is fetched first, and then overwrites what stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.filled = False
        self.order = KeyOrder(self, super().on_event, lambda: self.filled)

    async def on_event(self, event: events.Event) -> None:
        """Let keys wait for the form."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.order.add(event)
        else:
            await super().on_event(event)

    def fill(self) -> None:
        """The answer has come."""
        self.query_one("#first", Input).value = ""
        self.filled = True


async def test_what_is_typed_before_a_form_is_filled_is_kept_for_it() -> None:
    """The first letters wait for the form, in order."""
    app = Filling()
    async with app.run_test() as pilot:
        app.query_one("#first").focus()
        await pilot.pause()
        for key in "abc":
            app.post_message(events.Key(key, key))
        await pilot.pause()
        assert app.values()[0] == ""
        app.fill()
        while app.values()[0] != "abc":
            await pilot.pause()


async def test_a_form_that_is_never_filled_does_not_hold_the_keyboard() -> None:
    """After two seconds keys go on all the same: somebody may want to leave."""
    app = Filling()
    async with app.run_test() as pilot:
        app.query_one("#first").focus()
        await pilot.pause()
        app.post_message(events.Key("a", "a"))
        while app.values()[0] != "a":
            await pilot.pause()


async def test_the_curtain_waits_for_nothing() -> None:
    """F12 overtakes keys that wait."""

    class Curtained(Filling):
        BINDINGS: ClassVar = [Binding("f12", "mark", show=False, priority=True)]

    app = Curtained()
    async with app.run_test() as pilot:
        app.post_message(events.Key("a", "a"))
        app.post_message(events.Key("f12", None))
        await pilot.pause()
        assert app.marked
        assert app.values()[0] == ""
