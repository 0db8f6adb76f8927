"""求人検索: as you type, with filters; the sheet with every condition; from it to a referral."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.widget import Widget
from textual.widgets import Input, Static

from wardclient.casework import reference
from wardclient.desk.news_api import Order
from wardclient.desk.rows import Change, OpeningPage, OpeningRow, OpeningView
from wardclient.keys import (
    BACK,
    CLIENT_FACING,
    CURTAIN,
    DETAILS,
    FEED,
    HELP,
    IMPORT,
    MATCHES,
    MEMO,
    MORE,
    OPEN,
    PICK,
    REFER,
    SAVE_SEARCH,
    SAVED_SEARCHES,
    SYNONYMS,
    Key,
)
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.opening_words import head_of, sheet_of
from wardclient.screens.openings_narrowing import Narrowing
from wardclient.widgets.filters import Filter, FilterLine
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Prose

ORDER = "order"
"""The choice on the line of filters that orders and narrows nothing."""
PAGE = 200
MOST = 5_000
BY_HAND = Key("f4", "by_hand", mark("求人票なし"), "F4")
FOR_A_PERSON = (MATCHES, PICK, BY_HAND)
"""Acts of a search that is for somebody."""
_PLACE = re.compile(r"^神奈川県(?:横浜市)?|^東京都|^横浜市")
_SPAN = re.compile(r"(\d{1,2})時(\d{2})分[^0-9]{1,3}(\d{1,2})時(\d{2})分")


def short_place(place: str) -> str:
    """Return a place without the prefecture and city that nearly all of the list share."""
    return _PLACE.sub("", place)


def short_pay(pay: str) -> str:
    """Return a pay range with one unit at its end."""
    return pay.replace("円～", "～")


def short_hours(hours: str) -> str:
    """Return the first span of hours as 7:00-16:00; what is not written so, as it is."""
    found = _SPAN.search(hours)
    return f"{found[1]}:{found[2]}-{found[3]}:{found[4]}" if found else hours


COLUMNS: tuple[Column[OpeningRow], ...] = (
    Column(mark("職種"), 18, lambda r: r.title, share=3),
    Column(mark("事業所"), 12, lambda r: r.employer, share=2),
    Column(mark("場所"), 8, lambda r: short_place(r.place), share=1),
    Column(mark("賃金"), 18, lambda r: short_pay(r.pay)),
    Column(mark("時間"), 11, lambda r: short_hours(r.hours)),
)


class OpeningsScreen(Narrowing):
    """Find an opening; for a case, refer to it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN.named(mark("求人票")),
        MATCHES,
        PICK,
        BY_HAND,
        DETAILS.aside(),
        SYNONYMS,
        HELP,
        CURTAIN.aside(),
        BACK,
        IMPORT.named(mark("取り込み"), hidden=False),
        SAVE_SEARCH,
        SAVED_SEARCHES,
        FEED,
    )
    MORE = MORE
    BINDINGS = bindings(KEYS)
    CSS_PATH = "openings.tcss"
    AUTO_FOCUS = "#search"
    TITLE_TEXT = mark("求人検索")
    ABOUT = mark(
        "職種、事業所、場所、求人番号などの言葉で探し、Tab で絞り込みに移ります。"
        "求人票には、法律で示すことになっている条件がすべて出ます。"
    )

    def __init__(self, case_id: str = "") -> None:
        """Search; for a case, what is chosen leads to a referral."""
        super().__init__()
        self.case_id = case_id
        self.grid: RowGrid[OpeningRow] = RowGrid(COLUMNS, id="openings")
        self._limit = PAGE

    @property
    def acts(self) -> tuple[Key, ...]:
        """Without a person nothing is put on a list, ordered by wishes or referred to."""
        return tuple(key for key in self.KEYS if self.case_id or key not in FOR_A_PERSON)

    def resume(self) -> Callable[[], WorkScreen]:
        """The same search screen again."""
        return partial(OpeningsScreen, self.case_id)

    def body(self) -> Iterable[Widget]:
        """Search row, filters, list; the sheet's head beside it on a wide screen."""
        with Horizontal(classes="search-row"):
            yield Static(_("さがす"), markup=False, classes="search-label")
            yield ImeInput(id="search", placeholder=_("職種・事業所・場所・求人番号"))
            yield Static("", markup=False, id="count", classes="search-count")
        wards = tuple((w.code, w.name) for w in reference.wards().values())
        hours = tuple((f"{h}:00", _("{h}時まで").format(h=h)) for h in (14, 15, 16, 17, 18, 19))
        yield FilterLine(
            Filter("municipalities", _("場所"), wards),
            Filter("full_part", _("働き方"), (("full", _("フルタイム")), ("part", _("パート")))),
            Filter("ends_by", _("終業"), hours),
            Filter(
                "within_days", _("受付"), (("3", _("3日以内")), ("7", _("7日以内")), ("30", _("30日以内")))
            ),
            Filter(ORDER, _("順"), (("deadline", _("期限")),), none=_("受付")),
        )
        yield Static("", markup=False, id="details", classes="gap")
        with Horizontal():
            yield self.grid
            with Vertical(classes="side"):
                yield Prose(id="preview", classes="pane")

    def on_mount(self) -> None:
        """Show the newest."""
        self.title_line.show(_("求人検索"), _("紹介する求人を選びます") if self.case_id else "")
        # For a case the line is full: the file is read in elsewhere, and Ctrl+R still does it.
        aside, beside = ("import", "") if self.case_id else ("", "details")
        self.key_line.show(
            [k.named(k.label, hidden=k.hidden and k.action != beside) for k in self.acts if k.action != aside]
        )
        self.show_sync()
        self.find()

    def concerns(self, change: Change) -> bool:
        """A new file."""
        return "openings" in change.kinds

    def redraw(self) -> None:
        """Search again."""
        self.find(keep=True)

    @on(Input.Changed, "#search")
    @on(Filter.Changed)
    def narrowed(self) -> None:
        """Search anew, from the first page."""
        self._limit = PAGE
        self.find()

    def find(self, *, keep: bool = False) -> None:
        """Ask for the openings that match."""
        text, filters = self.asked()
        limit = self._limit
        order: Order = "deadline" if ORDER in self.query_one(FilterLine).values() else "received"
        self.ask(
            lambda desk: desk.find_openings(text, filters, limit, order=order, widened=self.widened),
            lambda page: self._show(page, keep=keep),
            group="find",
        )

    def asked(self) -> tuple[str, dict[str, object]]:
        """Return the words and the filters of the search."""
        filters: dict[str, object] = dict(self.query_one(FilterLine).values())
        filters.pop(ORDER, None)
        if "within_days" in filters:
            filters["within_days"] = int(str(filters["within_days"]))
        # What was chosen on the line last counts: the details have taken off it what they say otherwise.
        return self.query_one("#search", ImeInput).value, {**self.details, **filters}

    def on_the_line(self, details: dict[str, object]) -> dict[str, object]:
        """Leave on the line what it can say, take off what the details say otherwise or no more."""
        from wardclient.screens.openings_details import FIELDS

        line, rest = self.query_one(FilterLine), dict(details)
        for name, chosen in line.values().items():
            if name not in {field.name for field in FIELDS}:
                continue
            if rest.get(name) in (chosen, [chosen]):
                del rest[name]
            else:
                line.set(name, "")
        return rest

    def _show(self, page: OpeningPage, *, keep: bool) -> None:
        more = (len(page.rows) < page.total or page.more_than) and self._limit < MOST
        self.grid.show(page.rows, more=more, empty=_("当てはまる求人はありません"), keep=keep)
        count = _("{n:,}件以上").format(n=page.total) if page.more_than else _("{n:,}件").format(n=page.total)
        if page.index_behind:
            count = f"{_('索引を作成中')} {count}"
        self.query_one("#count", Static).update(Content(count), layout=False)
        also = "  ".join(
            _("「{word}」は {others} も検索").format(word=word, others="、".join(others))
            for word, others in page.also
        )
        self.say(page.warning or also, bad=bool(page.warning))

    @on(RowGrid.NearEnd)
    def _more(self) -> None:
        self._limit = min(self._limit * 5, MOST)
        self.find(keep=True)

    @on(RowGrid.Chosen)
    def _preview(self, event: RowGrid.Chosen) -> None:
        row = event.row
        self.query_one("#preview", Prose).update(*(head_of(row) if isinstance(row, OpeningRow) else ()))

    async def on_key(self, event: KeyEvent) -> None:
        """Move in the list while typing in the search box."""
        moves = {"up": "move(-1)", "down": "move(1)", "pageup": "page(-1)", "pagedown": "page(1)"}
        if event.key in moves and self.focused is self.query_one("#search"):
            event.stop()
            await self.app.run_action(moves[event.key], default_namespace=self.grid)
            return
        await super().on_key(event)

    @on(Input.Submitted, "#search")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the sheet of the chosen opening."""
        row = self.grid.row
        if row is not None:
            self.app.push_screen(OpeningScreen(row.opening_no, self.case_id))

    def action_matches(self) -> None:
        """Order what is found by the person's wishes."""
        from wardclient.screens.matching import MatchScreen

        if self.case_id:
            self.app.push_screen(MatchScreen(self.case_id, *self.asked()))

    def action_pick(self) -> None:
        """Put the chosen opening on the person's shortlist."""
        from wardclient.screens.shortlist_forms import pick

        pick(self, self.case_id, [self.grid.row.opening_no] if self.grid.row is not None else [])

    def action_by_hand(self) -> None:
        """Refer without a sheet (an opening that is not in the file)."""
        from wardclient.screens.referral import ReferralScreen

        if self.case_id:
            self.app.push_screen(ReferralScreen(self.case_id))

    def action_save_search(self) -> None:
        """Keep this search: it says what is new after every file."""
        from wardclient.screens.saved_searches import ask_to_save

        ask_to_save(self, *self.asked(), self.case_id)

    def action_saved(self) -> None:
        """Show the searches that are kept."""
        from wardclient.screens.saved_searches import SavedSearchesScreen

        self.app.push_screen(SavedSearchesScreen())

    def action_feed(self) -> None:
        """Show how old the openings are and where they came from."""
        from wardclient.screens.feeds import FeedScreen

        self.app.push_screen(FeedScreen())

    def action_import(self) -> None:
        """Read an openings file in."""
        from wardclient.screens.imports import OpeningsImportScreen

        self.app.push_screen(OpeningsImportScreen())


class OpeningScreen(WorkScreen):
    """求人票: one opening with every condition."""

    KEYS: ClassVar[tuple[Key, ...]] = (REFER, PICK, CLIENT_FACING, MEMO, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    CSS_PATH = "openings.tcss"
    AUTO_FOCUS = "#sheet"
    TITLE_TEXT = mark("求人票")
    ABOUT = mark(
        "ファイルにある言葉のまま、すべての条件を出しています。"
        "v で来所者に見せてよい表示に切り替わり、非公開の事業所名などが消えます。"
    )

    def __init__(self, opening_no: str, case_id: str = "", *, client_facing: bool = False) -> None:
        """Show an opening."""
        super().__init__()
        self.opening_no = opening_no
        self.case_id = case_id
        self._client_facing = client_facing
        self._view: OpeningView | None = None

    @property
    def acts(self) -> tuple[Key, ...]:
        """Without a person nothing is put on a list or referred to."""
        return tuple(key for key in self.KEYS if self.case_id or key not in (REFER, PICK))

    def resume(self) -> Callable[[], WorkScreen]:
        """The same sheet again."""
        return partial(OpeningScreen, self.opening_no, self.case_id, client_facing=self._client_facing)

    def body(self) -> Iterable[Widget]:
        """The sheet, scrollable."""
        with VerticalScroll(id="sheet", classes="pane"):
            yield Prose(id="conditions")

    def on_mount(self) -> None:
        """Ask for the sheet."""
        self.title_line.show(f"{_('求人票')}  {self.opening_no}")
        self.key_line.show(self.acts)
        self.show_sync()
        self.redraw()

    def redraw(self) -> None:
        """Ask once more."""
        number, client = self.opening_no, self._client_facing
        self.ask(lambda desk: desk.opening(number, client_facing=client), self._show, group="opening")

    def _show(self, view: OpeningView) -> None:
        self._view = view
        self.title_line.show(
            f"{_('求人票')}  {self.opening_no}", _("来所者表示") if self._client_facing else view.row.title
        )
        self._lay_out()
        self.say("" if view.may_refer else view.why_not, bad=True)

    def on_resize(self) -> None:
        """Lay out for this width."""
        self._lay_out()

    def _lay_out(self) -> None:
        if self._view is not None:
            self.query_one("#conditions", Prose).update(*sheet_of(self._view, self.size.width - 4))

    def action_client(self) -> None:
        """Switch to what the person in front may see, and back."""
        self._client_facing = not self._client_facing
        self.redraw()

    def action_pick(self) -> None:
        """Put this opening on the person's shortlist."""
        from wardclient.screens.shortlist_forms import pick

        pick(self, self.case_id, [self.opening_no])

    def action_memo(self) -> None:
        """Write to the office that received this opening."""
        from wardclient.screens.supply_use import MemoForm

        self.app.push_screen(MemoForm(self.opening_no))

    def action_refer(self) -> None:
        """Refer the person to this opening."""
        from wardclient.screens.referral import ReferralScreen

        if not self.case_id:
            self.say(_("紹介は、ケースの画面で p から始めます。"))
        elif self._view is not None and self._view.may_refer:
            self.app.push_screen(ReferralScreen(self.case_id, self.opening_no))
        elif self._view is not None:
            self.say(self._view.why_not, bad=True)
