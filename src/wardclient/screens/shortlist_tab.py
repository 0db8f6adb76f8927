"""The part 候補 of the case: the shortlist at a glance; Enter opens it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from wardclient.desk.rows import CaseView
from wardclient.desk.shortlist_rows import ShortlistRow
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen
from wardclient.screens.openings import short_pay, short_place
from wardclient.screens.shortlist import ShortlistScreen, now_style, now_text, said_style, said_text
from wardclient.widgets.grid import Column, RowGrid

COLUMNS: tuple[Column[ShortlistRow], ...] = (
    Column(mark("意向"), 10, said_text, style=said_style),
    Column(mark("職種"), 14, lambda r: r.job_title, share=2),
    Column(mark("事業所"), 12, lambda r: r.employer_name, share=2),
    Column(mark("場所"), 8, lambda r: short_place(r.place)),
    Column(mark("賃金"), 10, lambda r: short_pay(r.pay), wide_only=True),
    Column(mark("いま"), 13, now_text, style=now_style),
)


class ShortlistTab(Vertical):
    """候補: the openings picked for the person, in order."""

    _case_id = ""

    def compose(self) -> ComposeResult:
        """The list."""
        yield RowGrid(COLUMNS)

    def show(self, view: CaseView) -> None:
        """Ask for the list of a case: how an opening stands is not in the case itself."""
        screen = self.screen
        assert isinstance(screen, WorkScreen)  # noqa: S101  # it is a part of one
        case_id = self._case_id = view.row.case_id
        screen.ask(lambda desk: desk.shortlist(case_id), self._fill, group="shortlist")

    def _fill(self, rows: tuple[ShortlistRow, ...]) -> None:
        empty = _("まだ候補がありません   p の求人検索で F3 を押すと入ります")
        self.query_one(RowGrid).show(rows, empty=empty, keep=True)

    @on(RowGrid.Opened)
    def _opened(self, event: RowGrid.Opened) -> None:
        event.stop()
        row = event.row
        if isinstance(row, ShortlistRow):
            self.app.push_screen(ShortlistScreen(self._case_id, row.opening_no))
