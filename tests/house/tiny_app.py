"""A small Textual program for the tests of the terminal driver and the picture maker."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer, Input, Static


class Tiny(App[int]):
    """Greets who is typed in; F12 ends with code 7, Ctrl+L tells the size of the screen."""

    CSS = "Static { border: round white; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("f12", "leave", "終了"),
        ("ctrl+l", "measure", "大きさ"),
        ("f3", "clear", "消す"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("鶴見区 就労支援", id="greeting", markup=False)
        yield Input(placeholder="氏名", id="name")
        yield Footer()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one("#greeting", Static).update(f"{event.value}さん、こんにちは")

    def action_clear(self) -> None:
        self.query_one("#greeting", Static).update("")

    def action_measure(self) -> None:
        self.query_one("#greeting", Static).update(f"{self.size.width}x{self.size.height}")

    def action_leave(self) -> None:
        self.exit(return_code=7)


if __name__ == "__main__":
    app = Tiny()
    app.run()
    raise SystemExit(app.return_code)
