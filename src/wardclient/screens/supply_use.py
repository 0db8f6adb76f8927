"""提供を受けた求人の決まりごと: the ward's limits of age, the yearly count, the memo to the receiving office (domain.md 7.6)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.casework.calendar import fiscal_year, format_fiscal_year
from wardclient.casework.field import Field, Form
from wardclient.casework.supply_use import FORMULA_EN, FORMULA_JA, MEMO, SupplyUse
from wardclient.desk.api import Desk, DeskError
from wardclient.desk.print_rows import PrintedPaper
from wardclient.desk.rows import Values
from wardclient.keys import (
    BACK,
    CURTAIN,
    DISCARD,
    HELP,
    MOVE,
    PRINT,
    PRINTER,
    SAVE,
    TO_PREVIEW,
    VIEW_PAPER,
    YEAR_AFTER,
    YEAR_BEFORE,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import long_day
from wardclient.widgets.choices import Choose
from wardclient.widgets.form import FormField
from wardclient.widgets.prose import Part, Prose

_LIMITS = (
    Field(
        "warn_after", "知らせるまでの日数", "Days until it is told", Form.NUMBER, "OPS", required=True, most=9
    ),
    Field(
        "block_after",
        "紹介を止めるまでの日数",
        "Days until no more referrals",
        Form.NUMBER,
        "OPS",
        required=True,
        most=9,
    ),
)
REPORT_MONTH = timedelta(days=31)
"""In April the year that has just ended is the one that is to be reported."""


class LimitsForm(FormScreen):
    """Sets after how many days an openings file is old: stricter than the standard, never looser."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("古くなったとする日数")
    ABOUT = mark(
        "求人のファイルが古くなったと知らせる日数と、新しい紹介を止める日数です。標準より厳しくだけできます。"
        "変えられるのは管理者です。この端末ではすぐに、ほかの端末では次の配信から効きます。"
    )

    def __init__(self) -> None:
        """Begin with the limits in force."""
        super().__init__("age-limits")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again."""
        return LimitsForm

    def fields(self) -> list[FormField]:
        """Two numbers of days."""
        return [FormField(field) for field in _LIMITS]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("古くなったとする日数"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return the limits in force."""
        status = desk.feed_status()
        return {"warn_after": status.warn_after, "block_after": status.block_after}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Set them."""
        return desk.set_age_rule(_number(values["warn_after"]), _number(values["block_after"]))


class SupplyUseScreen(WorkScreen):
    """年次の利用報告: what the state is told of each year by 20 April, counted over the cases of this PC."""

    KEYS: ClassVar[tuple[Key, ...]] = (YEAR_BEFORE, YEAR_AFTER, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    CSS_PATH = "imports.tcss"
    TITLE_TEXT = mark("求人の利用報告")
    ABOUT = mark(
        "国から提供を受けた求人で、区の紹介により就職した件数です。毎年4月20日までに国へ報告します。"
        "左右で年度を変えます。数え方は画面の下にあります。この端末で見られるケースだけを数えます。"
    )

    def __init__(self, year: int | None = None) -> None:
        """Show a fiscal year; without one, that which is to be reported next."""
        super().__init__()
        self._year = year
        self._shown = False

    def resume(self) -> Callable[[], WorkScreen]:
        """The same year again."""
        return partial(SupplyUseScreen, self._year)

    @property
    def filled_in(self) -> bool:
        """Whether the figures have been counted."""
        return self._shown

    def body(self) -> Iterable[Widget]:
        """The figures, and how they are counted."""
        with VerticalScroll(classes="pane"):
            yield Prose(id="use")

    def on_mount(self) -> None:
        """Count."""
        if self._year is None:
            self._year = fiscal_year(self.ward.today() - REPORT_MONTH)
        self.title_line.show(_("求人の利用報告"))
        self.show_sync()
        self.redraw()

    def redraw(self) -> None:
        """Count once more."""
        year = self._year or 0
        self.say(_("数えています。"))
        self.ask(lambda desk: desk.supply_use(year), self._show, group="use")

    def _show(self, use: SupplyUse) -> None:
        self._shown = True
        self.say("")
        ja = language() == "ja"
        year = format_fiscal_year(use.year) if ja else f"FY{use.year}"
        self.title_line.show(f"{_('求人の利用報告')}  {year}")
        parts: list[Part] = []
        for label, text in (
            (_("就職件数"), _("{n:,}件").format(n=use.hires)),
            (_("紹介件数"), _("{n:,}件").format(n=use.referrals)),
            (_("別に示す: ハローワークの紹介による就職"), _("{n:,}件").format(n=use.hellowork_hires)),
            (_("確かめるもの: この端末にない求人番号の就職"), _("{n:,}件").format(n=use.not_here)),
            (_("報告の期限"), long_day(use.report_by)),
        ):
            parts += [(f"{label}\n", "$ward-quiet"), f"  {text}\n"]
        parts += ["\n", (FORMULA_JA if ja else FORMULA_EN, "$ward-quiet")]
        self.query_one("#use", Prose).update(*parts)

    def action_year(self, step: int) -> None:
        """Show the year before or after."""
        if self._year is not None and self._year + step <= fiscal_year(self.ward.today()):
            self._year += step
            self.redraw()


class MemoForm(FormScreen):
    """求人の変更・取消の連絡メモ: what was heard of an opening, to the office that received it."""

    KEYS: ClassVar[tuple[Key, ...]] = (TO_PREVIEW, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("連絡メモ")
    ABOUT = mark(
        "求人の変更や取消を聞いたら、求人を受理したハローワークに連絡メモを送ります。"
        "求職者の名前や事情は書きません。Ctrl+S で紙を確かめてから印刷します。印刷するまで書きかけは残ります。"
    )

    def __init__(self, opening_no: str) -> None:
        """Write about an opening."""
        self.opening_no = opening_no
        super().__init__(f"memo:{opening_no}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(MemoForm, self.opening_no)

    def fields(self) -> list[FormField]:
        """What, from whom, when."""
        return [FormField(field) for field in MEMO]

    def on_mount(self) -> None:
        """Name the opening."""
        self.title_line.show(f"{_('連絡メモ')}  {self.opening_no}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: heard today."""
        return {"heard_on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Ask what would be on the paper."""
        return values, desk.preview_memo(self.opening_no, values)

    def finished(self, result: Any) -> bool:  # noqa: ARG002
        """Not before it is printed: until then what was typed is a draft."""
        return False

    def done(self, result: Any) -> None:
        """Show the paper."""
        values, lines = result
        self.keeper.changed()
        self.app.push_screen(MemoScreen(self, values, lines))


class MemoScreen(WorkScreen):
    """The memo as it will be on paper; p prints it, o opens it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        PRINT,
        VIEW_PAPER,
        PRINTER,
        BACK.named(mark("書き直す")),
        HELP,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "imports.tcss"
    TITLE_TEXT = mark("連絡メモを確かめる")
    ABOUT = mark(
        "紙に載る内容です。p で印刷し、o で PDF を開きます。印刷すると印刷番号が付き、書きかけは消えます。"
    )

    def __init__(self, form: MemoForm, values: dict[str, object], lines: tuple[str, ...]) -> None:
        """Show the lines of a memo."""
        super().__init__()
        self._form = form
        self._values = values
        self._lines = lines
        self._printer = ""

    def resume(self) -> Callable[[], WorkScreen]:
        """The form, with its draft."""
        return partial(MemoForm, self._form.opening_no)

    def body(self) -> Iterable[Widget]:
        """The paper in words."""
        with VerticalScroll(classes="pane"):
            yield Prose(id="memo")

    def on_mount(self) -> None:
        """Show it."""
        self.title_line.show(f"{_('連絡メモを確かめる')}  {self._form.opening_no}")
        self.show_sync()
        title, *rest = self._lines
        self.query_one("#memo", Prose).update((f"{title}\n", "$ward-accent"), "\n".join(rest))

    def action_print(self) -> None:
        """Print it."""
        number, values, printer = self._form.opening_no, self._values, self._printer
        self._hand(
            lambda desk: desk.print_memo(number, values, printer=printer),
            _("{title} を印刷しました。印刷番号 {serial}"),
        )

    def action_view(self) -> None:
        """Open it in the viewer."""
        number, values = self._form.opening_no, self._values
        self._hand(lambda desk: desk.view_memo(number, values), _("{title} を開きました。印刷番号 {serial}"))

    def _hand(self, make: Callable[[Desk], PrintedPaper], words: str) -> None:
        form = self._form
        form.keeper.forget()

        def work(desk: Desk) -> PrintedPaper:
            made = make(desk)
            form.drop_draft(desk)
            return made

        def failed(error: DeskError) -> None:
            form.keeper.changed()
            self.tell(error)

        def handed(made: PrintedPaper) -> None:
            text = words.format(title=made.title, serial=made.serial)
            # Both screens are done with: what was printed stands in the message.
            self.app.pop_screen()
            self.app.pop_screen()
            below = self.app.screen
            if isinstance(below, WorkScreen):
                below.say(text)

        self.say(_("印刷しています。"))
        self.ask(work, handed, group="print", failed=failed)

    def action_printer(self) -> None:
        """Choose the printer."""

        def offer(names: tuple[str, ...]) -> None:
            if names:
                choices = [(name, name) for name in names]
                self.app.push_screen(Choose(_("プリンター"), choices, self._printer or names[0]), chosen)
            else:
                self.say(
                    _("いつものプリンターを使います。ほかを選ぶときは、o で PDF を開いて印刷してください。")
                )

        def chosen(name: str | None) -> None:
            if name is not None:
                self._printer = name
                self.say(_("プリンター: {name}").format(name=name))

        self.ask(lambda desk: desk.printers(), offer, group="choices")


def _number(value: object) -> int:
    """Return a number that was typed; what is none is out of bounds for the desk to refuse."""
    text = str(value)
    return int(text) if text.isdecimal() else -1
