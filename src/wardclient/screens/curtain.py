"""目隠し: nothing to see. The vault stays open for a short grace; then the desk locks."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from wardclient.locale import _


class CurtainScreen(Screen[None]):
    """Covers everything, an open question too. Any key returns."""

    def __init__(self, seconds: int, lock: Callable[[], None]) -> None:
        """Lock with ``lock`` after ``seconds``."""
        super().__init__()
        self._seconds = seconds
        self._lock = lock

    def compose(self) -> ComposeResult:
        """One quiet line that tells nothing."""
        yield Static(
            _("目隠し中   どのキーでも戻ります   {n}秒でロックします").format(n=self._seconds),
            markup=False,
            classes="quiet",
        )

    def on_mount(self) -> None:
        """Begin the grace."""
        self.set_timer(self._seconds, self._lock)

    def on_key(self, event: Key) -> None:
        """Return."""
        event.stop()
        event.prevent_default()
        self.app.pop_screen()
