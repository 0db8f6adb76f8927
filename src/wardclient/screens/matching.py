"""希望に合う求人: openings ordered by a person's wishes, why so, and up to four side by side for the person."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from wardclient.desk.matches import PARTS, MatchPage, MatchRow
from wardclient.desk.rows import Change, OpeningView
from wardclient.keys import (
    BACK,
    COMPARE,
    COUNTED_PARTS,
    CURTAIN,
    HELP,
    MARK_OPENING,
    OPEN,
    PICK,
    Key,
)
from wardclient.locale import SOURCE, _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.marks import Marks
from wardclient.screens.openings import OpeningScreen, short_hours, short_pay, short_place
from wardclient.screens.shortlist_forms import pick
from wardclient.widgets.cells import fit, pad, wrap
from wardclient.widgets.choices import Choose
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Part, Prose

PAGE = 200
LABEL_CELLS = 10


class MatchScreen(WorkScreen):
    """The best openings for a case first; each score with its parts, each part to switch off."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN.named(mark("求人票")),
        MARK_OPENING,
        COMPARE,
        PICK,
        COUNTED_PARTS,
        HELP,
        BACK,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "matching.tcss"
    AUTO_FOCUS = "#matches"
    TITLE_TEXT = mark("希望に合う求人")
    ABOUT = mark(
        "求人は一件も隠さず、希望に合う順に並べます。点の内訳は下に出ます。F2 で、数える項目を選びます。"
        "Space で四件まで印を付け、F5 で本人に見せる形に並べます。点は目安です。決めるのは本人です。"
    )

    def __init__(self, case_id: str, text: str = "", filters: Mapping[str, object] | None = None) -> None:
        """Order what this search finds for a case."""
        super().__init__()
        self.case_id = case_id
        self._text = text
        self._filters = dict(filters or {})
        self._off: frozenset[str] = frozenset()
        self._marks = Marks()
        columns: tuple[Column[MatchRow], ...] = (
            Column(mark("印"), 2, lambda m: self._marks.face(m.row.opening_no)),
            Column(mark("点"), 3, lambda m: str(m.score), right=True),
            Column(mark("職種"), 16, lambda m: m.row.title, share=3),
            Column(mark("事業所"), 12, lambda m: m.row.employer, share=2),
            Column(mark("場所"), 8, lambda m: short_place(m.row.place), share=1),
            Column(mark("賃金"), 14, lambda m: short_pay(m.row.pay)),
            Column(mark("時間"), 11, lambda m: short_hours(m.row.hours), wide_only=True),
        )
        self.grid: RowGrid[MatchRow] = RowGrid(columns, id="matches")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same order again."""
        return partial(MatchScreen, self.case_id, self._text, self._filters)

    def body(self) -> Iterable[Widget]:
        """The list, and below it why the chosen one stands where it stands."""
        with Vertical():
            yield self.grid
            with VerticalScroll(classes="below"):
                yield Prose(id="why")

    def on_mount(self) -> None:
        """Ask for the order."""
        self.title_line.show(_("希望に合う求人"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """A new file, or new wishes of this case. To pick an opening changes no wish."""
        mine = self.case_id in change.case_ids and not change.kinds <= {"shortlist", "case", "sync"}
        return "openings" in change.kinds or mine

    def redraw(self) -> None:
        """Ask once more."""
        case_id, text, filters, off = self.case_id, self._text, self._filters, tuple(self._off)
        self.ask(
            lambda desk: desk.match_openings(case_id, text, filters, PAGE, off=off), self._show, group="match"
        )

    def _show(self, page: MatchPage) -> None:
        shown = _("{n:,}件中 上位{m}件").format(n=page.total, m=len(page.rows))
        self.title_line.show(_("希望に合う求人"), shown)
        self.grid.show(page.rows, empty=_("当てはまる求人はありません"), keep=True)
        if not page.wishes:
            self.say(_("このケースの希望条件はこの端末では見られません。新しい順に並べています。"))
        else:
            self.say(page.warning, bad=bool(page.warning))

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        self._explain(event.row)

    def _explain(self, row: object) -> None:
        parts = _why(row, self._off) if isinstance(row, MatchRow) else []
        self.query_one("#why", Prose).update(*parts)

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the sheet of the chosen opening; from there it leads to a referral."""
        if self.grid.row is not None:
            self.app.push_screen(OpeningScreen(self.grid.row.row.opening_no, self.case_id))

    def action_mark(self) -> None:
        """Mark the chosen opening for the comparison, or unmark it."""
        row = self.grid.row
        if row is not None and self._marks.switch(self, row.row.opening_no):
            self.grid.show(self.grid.rows, keep=True)

    def action_compare(self) -> None:
        """Put the marked openings side by side; the chosen one when none is marked."""
        numbers = self._marks.numbers or ([self.grid.row.row.opening_no] if self.grid.row else [])
        if numbers:
            self.app.push_screen(CompareScreen(tuple(numbers), self.case_id))

    def action_pick(self) -> None:
        """Put the marked openings on the person's shortlist; the chosen one when none is marked."""
        pick(
            self,
            self.case_id,
            self._marks.numbers or ([self.grid.row.row.opening_no] if self.grid.row else []),
        )

    def action_parts(self) -> None:
        """Choose a part that shall not count, or shall count again."""
        choices = [
            (str(n), f"{_('数えない') if name in self._off else _('数える')}  {_label(ja, en)}")
            for n, (name, ja, en) in enumerate(PARTS, 1)
        ]
        self.app.push_screen(Choose(_("数える項目を切り替える"), choices, "1"), self._switched)

    def _switched(self, answer: str | None) -> None:
        if answer is not None:
            self._off ^= {PARTS[int(answer) - 1][0]}
            self.redraw()


class CompareScreen(WorkScreen):
    """Up to four openings side by side, in the words that the person in front may see."""

    KEYS: ClassVar[tuple[Key, ...]] = (PICK, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    CSS_PATH = "matching.tcss"
    AUTO_FOCUS = "#compare"
    TITLE_TEXT = mark("求人を並べる")
    ABOUT = mark("本人に見せてよい表示です。非公開の事業所名などは出ません。条件はファイルの言葉のままです。")

    def __init__(self, numbers: tuple[str, ...], case_id: str = "") -> None:
        """Compare the openings of these numbers; for a case, they can be picked."""
        super().__init__()
        self.case_id = case_id
        self._numbers = numbers
        self._views: tuple[OpeningView, ...] = ()

    @property
    def acts(self) -> tuple[Key, ...]:
        """Without a person there is no list to put an opening on."""
        return tuple(key for key in self.KEYS if self.case_id or key is not PICK)

    def resume(self) -> Callable[[], WorkScreen]:
        """The same comparison again."""
        return partial(CompareScreen, self._numbers, self.case_id)

    def body(self) -> Iterable[Widget]:
        """One scrolling pane."""
        with VerticalScroll(id="compare", classes="pane"):
            yield Prose(id="columns")

    def on_mount(self) -> None:
        """Ask for the sheets."""
        self.title_line.show(_("求人を並べる"), _("来所者表示"))
        self.key_line.show(self.acts)
        self.show_sync()
        self.redraw()

    def redraw(self) -> None:
        """Ask once more."""
        numbers = self._numbers
        self.ask(
            lambda desk: tuple(desk.opening(number, client_facing=True) for number in numbers),
            self._show,
            group="compare",
        )

    def _show(self, views: tuple[OpeningView, ...]) -> None:
        self._views = views
        self._lay_out()

    def action_pick(self) -> None:
        """Put one of them, or all, on the person's shortlist."""
        choices = [(str(n), view.row.title) for n, view in enumerate(self._views, 1)]
        if len(choices) > 1:
            choices.append(("0", _("全部")))

        def chosen(answer: str | None) -> None:
            if answer is not None:
                wanted = self._views if answer == "0" else [self._views[int(answer) - 1]]
                pick(self, self.case_id, [view.row.opening_no for view in wanted])

        if not self.case_id:
            pick(self, "", ())
        elif choices:
            self.app.push_screen(Choose(_("候補求人に加える"), choices, "1"), chosen)

    def on_resize(self) -> None:
        """Lay out for this width."""
        self._lay_out()

    def _lay_out(self) -> None:
        if self._views:
            self.query_one("#columns", Prose).update(*side_by_side(self._views, self.size.width - 4))


def side_by_side(views: tuple[OpeningView, ...], room: int) -> list[Part]:
    """Return every condition of every opening in columns, nothing cut; conditions all lack are left out."""
    tables = [_by_label(view) for view in views]
    labels = list(dict.fromkeys(label for table in tables for label in table))
    count = len(views)
    cells = (room - LABEL_CELLS) // count - 2
    parts: list[Part] = []
    for label in labels:
        columns = [wrap(label, LABEL_CELLS), *(wrap(table.get(label, "－"), cells) for table in tables)]
        for index in range(max(len(column) for column in columns)):
            name, *texts = [column[index] if index < len(column) else "" for column in columns]
            parts.append((pad(name, LABEL_CELLS), "$ward-quiet"))
            parts.append("".join(f"  {pad(text, cells)}" for text in texts).rstrip() + "\n")
    parts += ["\n", (views[0].source_line, "$ward-quiet")]
    return parts


def _by_label(view: OpeningView) -> dict[str, str]:
    table: dict[str, str] = {}
    for label, text in view.conditions:
        table[label] = f"{table[label]}\n{text}" if label in table else text
    return table


def _why(match: MatchRow, off: frozenset[str]) -> list[Part]:
    parts: list[Part] = [
        (f"{match.row.opening_no}  ", "$ward-quiet"),
        (_("合計 {n}点").format(n=match.score) + "\n", "bold $ward-accent"),
    ]
    for part in match.parts:
        parts += [
            (fit(_label(part.label, part.label_en), 16), "$ward-quiet"),
            f"{pad(f'{part.points}/{part.most}', 7)}{_label(part.why, part.why_en)}\n",
        ]
    left_out = [_label(ja, en) for name, ja, en in PARTS if name in off]
    if left_out:
        parts.append((_("数えない項目: {names}").format(names="、".join(left_out)), "$ward-warn"))
    return parts


def _label(ja: str, en: str) -> str:
    return ja if language() == SOURCE else en
