"""候補求人: the openings picked for a person, in the order of choice, with what the person says of each."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from wardclient.casework.shortlist import ClientWord, OpeningState
from wardclient.desk.rows import Change
from wardclient.desk.shortlist_rows import ShortlistRow, WordRow
from wardclient.keys import (
    BACK,
    CLIENT_FACING,
    COMPARE,
    CURTAIN,
    EARLIER,
    HELP,
    LATER_DOWN,
    MARK_OPENING,
    MORE,
    OPEN,
    PAPERS,
    REFER,
    SAY_OF,
    STRIKE_WORD,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.marks import MOST_SIDE_BY_SIDE, Marks
from wardclient.screens.of_person import PersonScreen
from wardclient.screens.openings import OpeningScreen, short_pay, short_place
from wardclient.screens.shortlist_forms import WordForm, word_text
from wardclient.screens.words import side
from wardclient.widgets.choices import Choose
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Part, Prose

_STYLES = {
    "wants": "grid--good",
    "unsure": "grid--warn",
    "declines": "grid--quiet",
    "taken_off": "grid--quiet",
}


def said_text(row: ShortlistRow) -> str:
    """Return where the person stands, in a few words."""
    if len(row.words) > 1:
        return _("要確認")
    if row.taken_off:
        return _("外した")
    return word_text(row.words[0]) if row.words else _("まだ")


def now_text(row: ShortlistRow) -> str:
    """Return how the opening stands: what became of the referral, or why nobody can be referred."""
    if row.referral_text:
        return row.referral_text
    found = OpeningState.of(row.state)
    return "" if found in (None, OpeningState.OPEN) else found.label(language())


def now_style(row: ShortlistRow) -> str:
    """Return the colour of that; the words say it, too."""
    return "grid--good" if row.referral_id else "grid--bad"


def said_style(row: ShortlistRow) -> str:
    """Return the colour of a person's word."""
    return "grid--bad" if len(row.words) > 1 else _STYLES.get("".join(row.words), "")


class ShortlistScreen(PersonScreen):
    """The shortlist of a case."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN.named(mark("求人票")),
        REFER,
        SAY_OF,
        EARLIER,
        LATER_DOWN,
        COMPARE,
        BACK,
        PAPERS,
        MARK_OPENING.aside(),
        STRIKE_WORD,
        CLIENT_FACING.aside(),
        HELP.aside(),
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    MORE = MORE
    CSS_PATH = "shortlist.tcss"
    AUTO_FOCUS = "#shortlist"
    TITLE_TEXT = mark("候補求人")
    ABOUT = mark(
        "求人検索や「合う順」で F3 を押すと、ここに入ります。m で本人の意向を記録し、u と d で順を変え、p で紹介します。"
        "期限切れや掲載終了の求人も消えずに残ります。Space で印を付け、F5 で並べて本人に見せます。"
        "v で来所者に見せてよい表示になります。"
    )

    def __init__(self, case_id: str, at: str = "") -> None:
        """Show the list of a case, beginning at an opening."""
        super().__init__(case_id)
        self._at = at
        self._client = False
        self._marks = Marks()
        self._rows: tuple[ShortlistRow, ...] | None = None
        columns: tuple[Column[ShortlistRow], ...] = (
            Column(mark("印"), 2, lambda r: self._marks.face(r.opening_no)),
            Column(mark("意向"), 10, said_text, style=said_style),
            Column(mark("職種"), 14, lambda r: r.job_title, share=3),
            Column(mark("事業所"), 12, self._employer, share=2),
            Column(mark("場所"), 8, lambda r: short_place(r.place), share=1),
            Column(mark("賃金"), 14, lambda r: short_pay(r.pay), wide_only=True),
            Column(mark("いま"), 13, now_text, style=now_style),
        )
        self.grid: RowGrid[ShortlistRow] = RowGrid(columns, id="shortlist")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same list again."""
        return partial(ShortlistScreen, self.case_id, self._at)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._rows is not None

    def body(self) -> Iterable[Widget]:
        """The list, and below it who picked the chosen one, why, and what the person said."""
        with Vertical():
            yield self.grid
            with VerticalScroll(classes="below"):
                yield Prose(id="picked")

    def show_title(self) -> None:
        """Whose list it is, and whether the person may see it."""
        shown = _("来所者表示") if self._client else ""
        self.title_line.show(f"{_(self.TITLE_TEXT)}  {self.person}".rstrip(), shown)

    def concerns(self, change: Change) -> bool:
        """This case, or a new file of openings."""
        return "openings" in change.kinds or super().concerns(change)

    def redraw(self) -> None:
        """Ask once more."""
        case_id = self.case_id
        self.ask(lambda desk: desk.shortlist(case_id), self._show, group="shortlist")

    def _show(self, rows: tuple[ShortlistRow, ...]) -> None:
        self._rows = rows
        at, self._at = self._at, ""
        self.grid.show(rows, empty=_("まだ候補がありません   p の求人検索で F3 を押すと入ります"), keep=True)
        if at:
            self._go_to(at)

    def _go_to(self, number: str) -> None:
        at = next((n for n, row in enumerate(self._rows or ()) if row.opening_no == number), None)
        if at is not None:
            self.grid.chosen = at

    def _employer(self, row: ShortlistRow) -> str:
        if not self._client:
            return row.employer_name
        return row.employer_for_client or _("(非公開)")

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        self._explain(event.row)

    def _explain(self, row: object) -> None:
        parts = _details(row, client=self._client) if isinstance(row, ShortlistRow) else ()
        self.query_one("#picked", Prose).update(*parts)

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the sheet of the chosen opening."""
        row = self.grid.row
        if row is None:
            return
        if row.state == OpeningState.NOT_HERE:
            self.say(row.why_not, bad=True)
        else:
            self.app.push_screen(OpeningScreen(row.opening_no, self.case_id, client_facing=self._client))

    def action_refer(self) -> None:
        """Begin the referral to the chosen opening, or open the one that was made."""
        from wardclient.screens.pipeline import LogScreen
        from wardclient.screens.referral import ReferralScreen

        row = self.grid.row
        if row is None:
            self.say(_("まだ候補がありません。"))
        elif row.referral_id:
            self.app.push_screen(LogScreen(self.case_id, row.referral_id))
        elif row.why_not:
            self.say(row.why_not, bad=True)
        else:
            self.app.push_screen(ReferralScreen(self.case_id, row.opening_no))

    def action_say_of(self) -> None:
        """Write down what the person says of the chosen opening."""
        row = self.grid.row
        if row is not None:
            self._choose_word(_("本人の意向"), row, [*row.next], "")

    def action_strike(self) -> None:
        """Strike out the last word, and say what is right."""
        row = self.grid.row
        last = (
            next((each for each in reversed(row.log) if not each.struck), None) if row is not None else None
        )
        if row is None or last is None:
            self.say(_("訂正する意向がありません。"))
        else:
            self._choose_word(_("正しい意向"), row, [str(word) for word in ClientWord], last.step_id)

    def _choose_word(self, title: str, row: ShortlistRow, codes: Sequence[str], corrects: str) -> None:
        choices = [(str(number), word_text(code)) for number, code in enumerate(codes, 1)]

        def chosen(number: str | None) -> None:
            if number is not None:
                self.app.push_screen(WordForm(self.case_id, row.opening_no, codes[int(number) - 1], corrects))

        self.app.push_screen(Choose(f"{title}  {row.job_title}", choices, "1"), chosen)

    def action_order(self, by: int) -> None:
        """Move the chosen opening up or down."""
        row = self.grid.row
        if row is None or row.taken_off:
            return
        case_id, number = self.case_id, row.opening_no
        self._at = number
        self.ask(
            lambda desk: desk.order_shortlist(case_id, number, by), lambda _done: self.redraw(), group="order"
        )

    def action_mark(self) -> None:
        """Mark the chosen opening for the comparison, or unmark it."""
        row = self.grid.row
        if row is not None and self._marks.switch(self, row.opening_no):
            self.grid.show(self.grid.rows, keep=True)

    def action_compare(self) -> None:
        """Put the marked openings side by side; the first ones of the list when none is marked."""
        from wardclient.screens.matching import CompareScreen

        here = [row.opening_no for row in self._rows or () if row.state != OpeningState.NOT_HERE]
        wanted = self._marks.numbers or [row.opening_no for row in self._rows or () if row.printed]
        numbers = [number for number in wanted if number in here][:MOST_SIDE_BY_SIDE]
        if numbers:
            self.app.push_screen(CompareScreen(tuple(numbers), self.case_id))
        else:
            self.say(_("並べられる求人がありません。"))

    def action_papers(self) -> None:
        """Open the shortlist on paper (候補求人): what is marked, else all that the person has not declined."""
        from wardclient.screens.prints import open_papers

        open_papers(self, self.case_id, "shortlist", ",".join(self._marks.numbers))

    def action_client(self) -> None:
        """Switch to what the person in front may see, and back."""
        self._client = not self._client
        self.show_title()
        self.grid.show(self.grid.rows, keep=True)
        self._explain(self.grid.row)


def _details(row: ShortlistRow, *, client: bool) -> Iterable[Part]:
    yield (f"{row.opening_no}  {row.place}  {row.pay}".rstrip() + "\n", "$ward-quiet")
    if row.why_not:
        yield (f"{row.why_not}\n", "$ward-bad")
    if client:
        return
    for pick_row in row.picks:
        reason = pick_row.reason or _("理由なし")
        seen = _("共有") if pick_row.shared else _("自分側だけ")
        yield (f"{short_day(pick_row.picked_on)}  ", "$ward-quiet")
        yield f"{_by(pick_row.team, pick_row.author)}  {reason}"
        yield (f"  {seen}\n", "$ward-good" if pick_row.shared else "$ward-quiet")
    for word in reversed(row.log):
        yield from _word_line(word)


def _word_line(word: WordRow) -> Iterable[Part]:
    struck = f"  {_('訂正済み')}" if word.struck else ""
    yield (f"{short_day(word.on)}  ", "$ward-quiet")
    text = f"{word_text(word.state)}  {word.note}".rstrip()
    yield (f"{text}{struck}", "$ward-quiet" if word.struck else "")
    yield (f"  {_by(word.team, word.author)}\n", "$ward-quiet")


def _by(team: str, author: str) -> str:
    """Return who did it; the side only where the desk's label does not say it."""
    word = side(team)
    return author if author.startswith(word) else f"{word} {author}"
