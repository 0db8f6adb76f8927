"""保存した検索: kept searches with what is new for whom, and the openings that one of them found."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from wardclient.casework import reference
from wardclient.desk.api import Desk
from wardclient.desk.feed_rows import FeedStatus
from wardclient.desk.filter_words import words_of
from wardclient.desk.rows import Change, OpeningRow
from wardclient.desk.saved_rows import NAME_MOST, SavedRow
from wardclient.keys import ALL_HITS, BACK, CURTAIN, DROP, FEED, HELP, LOOKED, MORE, OPEN, RENAME, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.openings import COLUMNS, OpeningScreen
from wardclient.widgets.asking import AskLine
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.grid import Column, RowGrid

Found = tuple[tuple[SavedRow, ...], FeedStatus]
_NAMES = {
    "municipalities": mark("場所"),
    "occupations": mark("職種"),
    "employment_types": mark("雇用形態"),
    "full_part": mark("働き方"),
    "pay_floor_month": mark("月給"),
    "pay_floor_hour": mark("時給"),
    "starts_from": mark("始業"),
    "ends_by": mark("終業"),
    "within_days": mark("受付"),
    "received_since": mark("受付日から"),
    "age": mark("年齢"),
    "avoid": mark("除く"),
    "days_off": mark("休日"),
    "overtime_most": mark("時間外の上限"),
    "holidays_least": mark("年間休日"),
    "staff_least": mark("従業員数の下限"),
    "staff_most": mark("従業員数の上限"),
    "retirement_least": mark("定年"),
    "industries": mark("産業"),
    "kinds": mark("求人区分"),
    "station": mark("沿線・駅"),
}


def whose(row: SavedRow) -> str:
    """Return for whom a search is kept."""
    return row.case_name or _("だれでも")


def in_words(text: str, filters: Mapping[str, object]) -> str:
    """Return what a search looks for, as a person reads it."""
    parts = [f"「{text}」"] if text else []
    for name, value in filters.items():
        values = value if isinstance(value, list | tuple) else (value,)
        shown = "・".join(word for each in values if (word := _word(name, each)))
        if shown:
            parts.append(f"{_(_NAMES[name])} {shown}" if name in _NAMES else shown)
    return "  ".join(parts) or _("すべての求人")


def _word(name: str, value: object) -> str:
    if value in (None, "", False):
        return ""
    text = str(value)
    if name == "municipalities":
        return next((ward.name for ward in reference.wards().values() if ward.code == text), text)
    if name == "full_part":
        return _("フルタイム") if text == "full" else _("パート")
    if name == "within_days":
        return _("{n}日以内").format(n=text)
    if name in ("traits", "avoid"):
        return words_of(text, english=language() != "ja")
    if name == "base_pay_only":
        return _("手当を含めない")
    return text


def new_text(row: SavedRow) -> str:
    """Return the count of new ones; nothing where there is none."""
    return _("新着 {n:,}件").format(n=len(row.new)) if row.new else _("新着なし")


def _tone(row: SavedRow) -> str:
    return "grid--warn" if row.new else "grid--quiet"


SEARCHES: tuple[Column[SavedRow], ...] = (
    Column(mark("名前"), 16, lambda r: r.search.name, share=2),
    Column(mark("だれの"), 12, whose, share=1),
    Column(mark("新着"), 14, new_text, style=_tone),
    Column(mark("件数"), 8, lambda r: f"{r.total:,}", right=True),
    Column(
        mark("条件"),
        18,
        lambda r: in_words(r.search.text, r.search.filters),
        share=3,
        style=lambda _r: "grid--quiet",
    ),
)
NEWS: tuple[Column[SavedRow], ...] = (
    Column(mark("だれの"), 12, whose, share=1),
    Column(mark("保存した検索"), 16, lambda r: r.search.name, share=1),
    Column(mark("新着"), 14, new_text, style=_tone),
    Column(
        mark("いちばん新しい求人"),
        24,
        lambda r: f"{r.newest.title}  {r.newest.employer}" if r.newest else "",
        share=3,
    ),
)
"""The part 新着求人 of the inbox."""


def age_text(status: FeedStatus) -> str:
    """Return what the age of the file means for what is called new; empty for a file of today."""
    if status.level == "fresh":
        return ""
    return status.age_ja if language() == "ja" else status.age_en


def ask_to_save(screen: WorkScreen, text: str, filters: Mapping[str, object], case_id: str) -> None:
    """Ask for a name and keep the search."""

    def answered(name: str | None) -> None:
        if name is not None:
            screen.ask(
                lambda desk: desk.save_search(name, text, filters, case_id),
                lambda _r: screen.say(
                    _("検索を保存しました。新しい求人が届くと、確認箱の「新着求人」に出ます。")
                ),
                group="save",
            )

    title = _("この検索の名前  ({words})").format(words=in_words(text, filters))
    screen.app.push_screen(AskLine(title, text[:NAME_MOST], _wrong_name), answered)


def _wrong_name(text: str) -> str:
    if text.strip() and len(text) <= NAME_MOST:
        return ""
    return _("名前を{n}文字までで入れてください。").format(n=NAME_MOST)


class SavedSearchesScreen(WorkScreen):
    """The searches that are kept: name, whose case, conditions, hits, new ones."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN.named(mark("新着を見る")),
        LOOKED,
        RENAME,
        DROP,
        HELP,
        CURTAIN.aside(),
        BACK,
        FEED,
    )
    MORE = MORE
    BINDINGS = bindings(KEYS)
    AUTO_FOCUS = "#searches"
    TITLE_TEXT = mark("保存した検索")
    ABOUT = mark(
        "保存した検索は、求人のファイルや配信が届くたびにもう一度探し、新着のあるものを上に出します。"
        "検索はケースに結び付くことがあるため、この端末だけに暗号化して置き、相手側とは共有しません。"
    )

    def __init__(self) -> None:
        """Nothing fetched yet."""
        super().__init__()
        self._told = False
        self.grid: RowGrid[SavedRow] = RowGrid(SEARCHES, id="searches")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same list again."""
        return SavedSearchesScreen

    def body(self) -> Iterable[Widget]:
        """The list; under it all that the chosen search looks for."""
        yield self.grid
        yield Static("", markup=False, id="words", classes="quiet")

    def on_mount(self) -> None:
        """Ask."""
        self.title_line.show(_("保存した検索"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """A new file, another search, a person's name."""
        return bool(change.kinds & {"openings", "searches", "case"})

    def redraw(self) -> None:
        """Ask once more."""
        self.ask(lambda desk: (desk.saved_searches(), desk.feed_status()), self._show, group="saved")

    def _show(self, found: Found) -> None:
        rows, status = found
        empty = _("保存した検索はありません   求人検索で Ctrl+S を押すと保存します")
        self.grid.show(rows, empty=empty, keep=True)
        age = age_text(status)
        if age and not self._told:
            self._told = True
            self.say(age, bad=status.level != "warn")

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        words = in_words(row.search.text, row.search.filters) if isinstance(row, SavedRow) else ""
        self.query_one("#words", Static).update(Content(f" {words}"), layout=False)

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Show what is new; all hits where nothing is."""
        open_row(self, self.grid.row)

    def action_looked(self) -> None:
        """Say that the new ones were looked at."""
        see(self, self.grid.row)

    def action_rename(self) -> None:
        """Give it another name."""
        row = self.grid.row
        if row is None:
            return
        search_id = row.search.search_id

        def answered(name: str | None) -> None:
            if name is not None:
                self.ask(
                    lambda desk: desk.rename_search(search_id, name),
                    lambda _r: self.say(_("名前を直しました。")),
                    group="rename",
                )

        self.app.push_screen(AskLine(_("検索の名前"), row.search.name, _wrong_name), answered)

    def action_drop(self) -> None:
        """Forget it, after a question."""
        row = self.grid.row
        if row is None:
            return
        search_id = row.search.search_id

        def sure(answer: bool | None) -> None:  # noqa: FBT001  # the answer of a question
            if answer:
                self.ask(
                    lambda desk: desk.drop_search(search_id),
                    lambda _r: self.say(_("検索を消しました。求人は消えていません。")),
                    group="drop",
                )

        text = _("検索「{name}」を消しますか。求人は消えません。").format(name=row.search.name)
        self.app.push_screen(Confirm(Question(text, _("消す"))), sure)

    def action_feed(self) -> None:
        """Show where the openings came from."""
        from wardclient.screens.feeds import FeedScreen

        self.app.push_screen(FeedScreen())


def open_row(screen: WorkScreen, row: SavedRow | None) -> None:
    """Open the list of a saved search: the new ones, all where nothing is new."""
    if row is not None:
        screen.app.push_screen(SavedHitsScreen(row, everything=not row.new))


def see(screen: WorkScreen, row: SavedRow | None) -> None:
    """Mark the new ones of a row as seen, as far as they were shown."""
    if row is None:
        return
    search_id, until = row.search.search_id, row.until

    def work(desk: Desk) -> None:
        desk.mark_seen(search_id, until)

    screen.ask(work, lambda _r: screen.say(_("確かめたことにしました。次の新着から出します。")), group="seen")


class SavedHitsScreen(WorkScreen):
    """What one saved search found: the new openings, or all."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN.named(mark("求人票")),
        LOOKED,
        ALL_HITS,
        HELP,
        CURTAIN,
        BACK,
    )
    BINDINGS = bindings(KEYS)
    AUTO_FOCUS = "#openings"
    TITLE_TEXT = mark("新着求人")
    ABOUT = mark(
        "前に確かめた後で、新しく載った求人、また載った求人、条件の変わった求人です。"
        "F2 で、この検索に当てはまるすべての求人と切り替えます。d で確かめたことにします。"
    )

    def __init__(self, row: SavedRow, *, everything: bool = False) -> None:
        """Show a search's openings."""
        super().__init__()
        self._row = row
        self._everything = everything
        self.grid: RowGrid[OpeningRow] = RowGrid(COLUMNS, id="openings")

    def resume(self) -> Callable[[], WorkScreen]:
        """The list of searches: what is new is asked anew."""
        return partial(SavedSearchesScreen)

    def body(self) -> Iterable[Widget]:
        """What is looked for, the list."""
        words = in_words(self._row.search.text, self._row.search.filters)
        yield Static(words, markup=False, classes="quiet")
        yield self.grid

    def on_mount(self) -> None:
        """Ask."""
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """A new file."""
        return bool(change.kinds & {"openings", "searches"})

    def redraw(self) -> None:
        """Ask once more."""
        search_id, everything = self._row.search.search_id, self._everything
        self.title_line.show(
            f"{_('すべて') if everything else _('新着求人')}  {self._row.search.name}", whose(self._row)
        )
        self.ask(lambda desk: desk.saved_openings(search_id, everything=everything), self._show, group="hits")

    def _show(self, rows: tuple[OpeningRow, ...]) -> None:
        self.grid.show(rows, empty=_("新着はありません   F2 ですべて見られます"), keep=True)

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the sheet of an opening; from there it goes on to a referral of this person."""
        row = self.grid.row
        if row is not None:
            self.app.push_screen(OpeningScreen(row.opening_no, self._row.search.case_id))

    def action_looked(self) -> None:
        """Say that these were looked at."""
        see(self, self._row)

    def action_everything(self) -> None:
        """Switch between the new ones and all."""
        self._everything = not self._everything
        self.redraw()
