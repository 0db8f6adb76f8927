"""How a case screen tells and shows on which PCs the case is open (soft presence)."""

from collections.abc import Sequence
from functools import partial

from textual.timer import Timer

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk, DeskError, LockedError
from wardclient.desk.rows import PresenceRow
from wardclient.locale import _, language
from wardclient.screens.base import Ward, WorkScreen
from wardclient.screens.curtain import CurtainScreen
from wardclient.widgets.form import FormField
from wardclient.widgets.presence import PresenceLine

BEAT = 20.0
"""Seconds between two hints."""
GONE = 60.0
"""Seconds after which what was heard last says nothing any more."""


class Presence(PresenceLine):
    """The presence line of one case. Asks in a thread; whatever fails, the line is just absent."""

    def __init__(self, case_id: str) -> None:
        """Speak of a case."""
        super().__init__()
        self._case_id = case_id
        self._forget: Timer | None = None

    def on_mount(self) -> None:
        """Begin to tell, unless the settings say that this PC does not."""
        if self.app.settings.presence:  # type: ignore[attr-defined]
            self.beat()
            self.set_interval(BEAT, self.beat)

    def on_unmount(self) -> None:
        """Take the hint back, where the desk is still open."""
        ward: Ward = self.app  # type: ignore[assignment]
        try:
            desk = ward.desk
        except LockedError:
            return
        if self.app.settings.presence:  # type: ignore[attr-defined]
            leave = partial(_leave, desk, self._case_id)
            self.app.run_worker(leave, thread=True, exit_on_error=False, group="presence")

    def beat(self) -> None:
        """Tell and ask once. Behind a curtain nobody works, so nothing is told."""
        screen = self.screen
        if isinstance(self.app.screen, CurtainScreen) or not isinstance(screen, WorkScreen):
            return
        case_id, editing = self._case_id, self._editing()
        screen.ask(
            lambda desk: desk.presence(case_id, editing), self._heard, group="presence", failed=self._failed
        )

    def _editing(self) -> tuple[str, str]:
        """The field that has the focus on the edit screen above, as (kind, name)."""
        above = self.app.screen
        kind = getattr(above, "kind", "")
        if above is self.screen or kind not in FIELDS or getattr(above, "case_id", "") != self._case_id:
            return "", ""
        focused = above.focused
        field = (
            next((w for w in focused.ancestors_with_self if isinstance(w, FormField)), None)
            if focused
            else None
        )
        return (kind, field.field.name) if field is not None else ("", "")

    def _failed(self, _error: DeskError) -> None:
        self.show("")

    def _heard(self, rows: Sequence[PresenceRow]) -> None:
        if not self.is_mounted:
            return
        if self._forget is not None:
            self._forget.stop()
        self._forget = self.set_timer(GONE, lambda: self.show("")) if rows else None
        self.show(presence_text(rows))


def presence_text(rows: Sequence[PresenceRow]) -> str:
    """Return the line for these PCs, empty for none."""
    if not rows:
        return ""
    return _("ほかの端末で開いています: {names}").format(names=_("、").join(map(_name, rows)))


def _name(row: PresenceRow) -> str:
    side = _("区役所") if row.team == "city" else "HW"
    named = _("{name}({side})").format(name=row.label, side=side)
    field = next((f for f in FIELDS.get(row.kind, ()) if f.name == row.field), None)
    if field is None:
        return named
    return _("{name}・編集中: {field}").format(name=named, field=field.label(language()))


def _leave(desk: Desk, case_id: str) -> None:
    desk.presence(case_id, leaving=True)
