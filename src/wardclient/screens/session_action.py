"""決めたこと: what was agreed in a joint session."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.keys import BACK, CURTAIN, HELP, SAVE, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.screens.words_found import words_line
from wardclient.widgets.form import FormField


class ActionScreen(FormScreen):
    """決めたこと: what, who, by when."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("決めたこと")
    ABOUT = mark(
        "面談で決めたことを、だれが・いつまでに、と合わせて一つずつ足します。共有の記録に入り、両方の担当に見えます。"
    )

    def __init__(self, session_id: str) -> None:
        """Add to a session."""
        self.session_id = session_id
        self._warned = False
        super().__init__(f"action:{session_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(ActionScreen, self.session_id)

    def fields(self) -> list[FormField]:
        """What, who, by when."""
        return [FormField(f) for f in FIELDS["action"] if f.name in ("what", "who", "by_when")]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("決めたことを足す"))
        super().on_mount()

    def edited(self) -> None:
        """Say which words may not be for the other office."""
        line = words_line(self.form.values(), "action")
        if line or self._warned:
            self.say(line)
        self._warned = bool(line)

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Add it."""
        return desk.add_action(self.session_id, values)
