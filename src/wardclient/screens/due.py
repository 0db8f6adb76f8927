"""同意の期限: consents that end within 60, 30 or 7 days, the soonest first; from here to the renewal."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget

from wardclient.desk.rows import CaseView, Change
from wardclient.keys import BACK, CURTAIN, HELP, OPEN, WITHIN_7, WITHIN_30, WITHIN_60, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.words import long_day
from wardclient.widgets.bars import TabLine
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.lines import Rule

SPANS = (60, 30, 7)
"""Days ahead that are looked at (feature 14)."""


def _left(view: CaseView, today: dt.date) -> int:
    return (dt.date.fromisoformat(view.consent.valid_until) - today).days


class DueScreen(WorkScreen):
    """The expiry and renewal list."""

    KEYS: ClassVar[tuple[Key, ...]] = (OPEN, WITHIN_60, WITHIN_30, WITHIN_7, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("同意の期限")
    ABOUT = mark(
        "期限の近い同意を、早いものから並べます。Enter で同意の画面に進み、そこで新しい同意を記録できます。"
        "期限が過ぎると、相手側からは自動で見えなくなります。"
    )

    def __init__(self, days: int = SPANS[0]) -> None:
        """Look so many days ahead."""
        super().__init__()
        self.days = days
        self._rows: tuple[CaseView, ...] | None = None
        self.grid: RowGrid[CaseView] = RowGrid(self._columns(), id="due")

    def _columns(self) -> tuple[Column[CaseView], ...]:
        def left(view: CaseView) -> str:
            days = _left(view, self.ward.today())
            return _("今日まで") if days == 0 else _("あと{n}日").format(n=days)

        def style(view: CaseView) -> str:
            return "grid--bad" if _left(view, self.ward.today()) <= SPANS[-1] else "grid--warn"

        return (
            Column(mark("期限"), 16, lambda v: long_day(v.consent.valid_until)),
            Column(mark("残り"), 9, left, style=style),
            Column(mark("氏名"), 16, lambda v: v.row.name, share=1),
            Column(mark("担当"), 12, lambda v: v.row.caseworker),
            Column(mark("状態"), 10, lambda v: v.consent.form_version, style=lambda _v: "grid--quiet"),
        )

    def resume(self) -> Callable[[], WorkScreen]:
        """The list again."""
        days = self.days
        return lambda: DueScreen(days)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._rows is not None

    def body(self) -> Iterable[Widget]:
        """Spans, list."""
        yield TabLine(())
        yield Rule()
        yield self.grid

    def on_mount(self) -> None:
        """Ask for the list."""
        self.title_line.show(_("同意の期限"))
        self.show_sync()
        self.redraw()
        self.set_focus(self.grid)

    def concerns(self, change: Change) -> bool:
        """Consents come and go."""
        return bool(change.kinds & {"consent", "case"})

    def redraw(self) -> None:
        """Ask once more: all that the longest span holds, so that each can be counted."""
        self.ask(lambda desk: desk.consents_due(SPANS[0]), self._show, group="due")

    def _show(self, rows: tuple[CaseView, ...]) -> None:
        self._rows = rows
        today = self.ward.today()
        counts = [sum(_left(row, today) <= span for row in rows) for span in SPANS]
        names = [
            _("{days}日以内 {n}件").format(days=span, n=n) for span, n in zip(SPANS, counts, strict=True)
        ]
        self.query_one(TabLine).show(names, SPANS.index(self.days))
        shown = tuple(row for row in rows if _left(row, today) <= self.days)
        empty = _("{days}日以内に終わる同意はありません").format(days=self.days)
        self.grid.show(shown, empty=empty, keep=True)

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self.action_within(SPANS[event.index])

    def action_within(self, days: int) -> None:
        """Look so many days ahead."""
        self.days = days
        if self._rows is not None:
            self._show(self._rows)

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Go to the chosen consent, where it is renewed."""
        from wardclient.screens.consent_state import ConsentStateScreen

        row = self.grid.row
        if isinstance(row, CaseView):
            self.app.push_screen(ConsentStateScreen(row.row.case_id))
