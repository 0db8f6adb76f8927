"""様式の印刷: the papers of a case, what will be on the chosen one, and the way to the printer or the viewer."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from wardclient.desk.api import Desk, DeskError
from wardclient.desk.print_rows import PaperChoice, PaperRecord, PrintedPaper, PrintRow
from wardclient.keys import (
    BACK,
    CURTAIN,
    HELP,
    MORE,
    PAPER_LANGUAGE,
    PAPER_RECORD,
    PRINT,
    PRINTER,
    UNDO_PRINT,
    VIEW_PAPER,
    Key,
)
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.of_person import PersonScreen
from wardclient.screens.words import side
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.choices import Choose
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Prose

WORDS = (
    *(
        mark("同意書"),
        mark("同意撤回届"),
        mark("支援要請書"),
        mark("支援プラン"),
        mark("紹介控え"),
        mark("紹介状"),
    ),
    *(mark("求人票"), mark("候補求人"), mark("次回来所のご案内"), mark("面談記録"), mark("支援経過一覧")),
    *(mark("だれが見られるか・だれが見たか"), mark("開示用出力"), mark("引継書")),
    *(mark("同意がありません。"), mark("支援要請の記録がありません。"), mark("支援プランがまだありません。")),
    *(
        mark("ハローワークの紹介がありません。"),
        mark("区の紹介がありません。"),
        mark("次回の日が決まっていません。"),
    ),
    *(mark("同席面談の記録がありません。"), mark("候補求人がありません。")),
)
"""What the desk says of papers, for the catalogue."""


def open_papers(screen: WorkScreen, case_id: str, kind: str, record: str = "") -> None:
    """Open the papers of a case at the one that belongs to a screen, over it."""
    screen.app.push_screen(PrintScreen(case_id, kind, record))


class PrintScreen(PersonScreen):
    """The papers of a case. The list on top, the chosen paper in words below it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        PRINT,
        VIEW_PAPER,
        PAPER_RECORD,
        PAPER_LANGUAGE,
        PRINTER,
        BACK,
        UNDO_PRINT,
        HELP.aside(),
        CURTAIN.aside(),
    )
    MORE = MORE
    BINDINGS = bindings(KEYS)
    CSS_PATH = "prints.tcss"
    AUTO_FOCUS = "#papers"
    TITLE_TEXT = mark("様式の印刷")
    ABOUT = mark(
        "上下で様式を選ぶと、紙に載る内容が下に出ます。p で印刷し、o で PDF を開きます。印刷するたびに印刷番号が付き、"
        "ケースの経過に残ります。紙が出なかったときや、出たか分からない印刷は、e で記録します。"
        "PDF はこの端末の中だけに置かれ、ロックや終了のときに消えます。"
    )

    def __init__(self, case_id: str, kind: str = "", record: str = "") -> None:
        """Show the papers of a case, beginning at one, made of a record."""
        super().__init__(case_id)
        self._kind = kind
        self._record = record
        self._language = ""
        self._printer = ""
        self._printed: tuple[PrintRow, ...] = ()
        self._lines: tuple[str, ...] = ()
        self._rows: tuple[PaperChoice, ...] | None = None
        columns: tuple[Column[PaperChoice], ...] = (
            Column(mark("様式"), 26, lambda r: _(r.title)),
            Column(mark("印刷"), 30, self._last, share=1, style=self._style),
        )
        self.grid: RowGrid[PaperChoice] = RowGrid(columns, id="papers")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same papers again."""
        return partial(PrintScreen, self.case_id, self._kind, self._record)

    @property
    def filled_in(self) -> bool:
        """Whether the list has been fetched."""
        return self._rows is not None

    def body(self) -> Iterable[Widget]:
        """The list, and below it the chosen paper."""
        with Vertical():
            yield self.grid
            with VerticalScroll(classes="below", can_focus=True):
                yield Prose(id="paper")

    def redraw(self) -> None:
        """Ask once more."""
        case_id = self.case_id

        def call(desk: Desk) -> tuple[tuple[PaperChoice, ...], tuple[PrintRow, ...]]:
            return desk.papers(case_id), desk.prints(case_id)

        self.ask(call, self._show, group="papers")

    def _show(self, found: tuple[tuple[PaperChoice, ...], tuple[PrintRow, ...]]) -> None:
        rows, self._printed = found
        # What can be made comes first, each part in the order of the forms.
        self._rows = tuple(sorted(rows, key=lambda row: bool(row.why_not)))
        self.grid.show(self._rows, keep=True)
        if self._kind:
            at = next((n for n, row in enumerate(self._rows) if row.kind == self._kind), None)
            if at is not None:
                self.grid.chosen = at

    def _last(self, row: PaperChoice) -> str:
        if row.why_not:
            return _(row.why_not)
        last = next((each for each in self._printed if each.title == row.title), None)
        if last is None:
            return ""
        fate = _("取りやめ") if last.undone else _("出たか不明") if last.unsure else ""
        return f"{short_day(last.printed_on)} {last.serial} {side(last.team)}  {fate}".rstrip()

    def _style(self, row: PaperChoice) -> str:
        return "grid--quiet" if row.why_not else ""

    # --- the chosen paper -------------------------------------------------------------

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        if row is not self.grid.row:
            # The cursor has gone on to the paper that was asked for.
            return
        if isinstance(row, PaperChoice) and row.kind != self._kind:
            self._kind, self._record, self._language = row.kind, "", ""
        self._preview()

    def _preview(self) -> None:
        row = self.grid.row
        if row is None or row.why_not:
            self._lines = ()
            self.query_one("#paper", Prose).update((_(row.why_not) if row else "", "$ward-quiet"))
            return
        case_id, kind, record, language = self.case_id, row.kind, self._record, self._language
        self.ask(
            lambda desk: desk.preview_paper(case_id, kind, record=record, language=language),
            self._previewed,
            group="preview",
        )

    def _previewed(self, lines: tuple[str, ...]) -> None:
        if lines == self._lines:
            # Whoever reads on is not taken back to the top by a sync.
            return
        self._lines = lines
        title, *rest = lines
        self.query_one("#paper", Prose).update((f"{title}\n", "$ward-accent"), "\n".join(rest))
        self.query_one(".below", VerticalScroll).scroll_home(animate=False)

    def _ready(self) -> PaperChoice | None:
        row = self.grid.row
        if row is not None and row.why_not:
            self.say(_(row.why_not), bad=True)
            return None
        return row

    # --- acts -------------------------------------------------------------------------

    def action_print(self) -> None:
        """Print the chosen paper."""
        row = self._ready()
        if row is None:
            return
        case_id, record, language, printer = self.case_id, self._record, self._language, self._printer
        self.say(_("印刷しています。"))
        self.ask(
            lambda desk: desk.print_paper(
                case_id, row.kind, record=record, language=language, printer=printer
            ),
            lambda made: self._handed(made, _("{title} を印刷しました。印刷番号 {serial}")),
            group="print",
            failed=self._failed,
        )

    def action_view(self) -> None:
        """Open the chosen paper in the viewer."""
        row = self._ready()
        if row is None:
            return
        case_id, record, language = self.case_id, self._record, self._language
        self.say(_("PDF を作っています。"))
        self.ask(
            lambda desk: desk.view_paper(case_id, row.kind, record=record, language=language),
            lambda made: self._handed(made, _("{title} を開きました。印刷番号 {serial}")),
            group="print",
            failed=self._failed,
        )

    def _handed(self, made: PrintedPaper, text: str) -> None:
        self.say(text.format(title=made.title, serial=made.serial))
        self.redraw()

    def _failed(self, error: DeskError) -> None:
        """Tell it; what became of the print is recorded too, so the list is asked for again."""
        self.tell(error)
        self.redraw()

    def action_language(self) -> None:
        """Choose the language that stands beside the Japanese."""
        row = self._ready()
        if row is None:
            return
        kind = row.kind

        def offer(languages: tuple[tuple[str, str], ...]) -> None:
            if languages:
                choices = [("ja", _("日本語だけ")), *languages]
                self.app.push_screen(Choose(_("添える言語"), choices, self._language or "ja"), chosen)
            else:
                self.say(_("この様式は日本語だけです。"))

        def chosen(code: str | None) -> None:
            if code is not None:
                self._language = "" if code == "ja" else code
                self._preview()

        self.ask(lambda desk: desk.paper_languages(kind), offer, group="choices")

    def action_record(self) -> None:
        """Choose the record that the paper is made of."""
        row = self._ready()
        if row is None:
            return
        case_id, kind = self.case_id, row.kind

        def offer(records: tuple[PaperRecord, ...]) -> None:
            if len(records) < 2:  # noqa: PLR2004 - nothing to choose between
                self.say(_("ほかに選べる記録はありません。"))
                return
            choices = [(str(number), each.title) for number, each in enumerate(records, 1)]
            at = next((str(n) for n, each in enumerate(records, 1) if each.record == self._record), "1")

            def chosen(number: str | None) -> None:
                if number is not None:
                    self._record = records[int(number) - 1].record
                    self._preview()

            self.app.push_screen(Choose(_("もとの記録"), choices, at), chosen)

        self.ask(lambda desk: desk.paper_records(case_id, kind), offer, group="choices")

    def action_printer(self) -> None:
        """Choose the printer for this screen."""

        def offer(names: tuple[str, ...]) -> None:
            if not names:
                self.say(
                    _("いつものプリンターを使います。ほかを選ぶときは、o で PDF を開いて印刷してください。")
                )
                return
            choices = [(str(number), name) for number, name in enumerate(names, 1)]

            def chosen(number: str | None) -> None:
                if number is not None:
                    self._printer = names[int(number) - 1]
                    self.say(_("プリンター: {name}").format(name=self._printer))

            at = names.index(self._printer) + 1 if self._printer in names else 1
            self.app.push_screen(Choose(_("プリンター"), choices, str(at)), chosen)

        self.ask(lambda desk: desk.printers(), offer, group="choices")

    def action_undo(self) -> None:
        """Record that nothing came of the last print of the chosen paper."""
        row = self.grid.row
        last = (
            next((each for each in self._printed if each.title == row.title and not each.undone), None)
            if row
            else None
        )
        if last is None:
            self.say(_("取りやめる印刷がありません。"))
            return
        if last.unsure:
            self._settle(last)
            return
        question = Question(
            _("印刷番号 {serial} の紙は出ていない、または捨てたと記録します。").format(serial=last.serial),
            _("取りやめを記録"),
        )

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - what a question answers
            if yes:
                self._undo(last.serial)

        self.app.push_screen(Confirm(question), answered)

    def _settle(self, last: PrintRow) -> None:
        """Ask what the printer shows of a print that it did not answer to."""
        choices = [("1", _("紙は出た")), ("2", _("紙は出なかった、または捨てた"))]
        case_id, serial = self.case_id, last.serial

        def chosen(answer: str | None) -> None:
            if answer == "1":
                self.ask(
                    lambda desk: desk.confirm_print(case_id, serial),
                    lambda _done: self._told(_("印刷番号 {serial} の紙が出たことを記録しました。"), serial),
                    group="undo",
                )
            elif answer:
                self._undo(serial)

        title = _("印刷番号 {serial} の紙は出ましたか").format(serial=serial)
        self.app.push_screen(Choose(title, choices, "1"), chosen)

    def _undo(self, serial: str) -> None:
        case_id = self.case_id
        self.ask(
            lambda desk: desk.undo_print(case_id, serial, "紙が出なかった・捨てた"),
            lambda _done: self._told(_("印刷番号 {serial} の取りやめを記録しました。"), serial),
            group="undo",
        )

    def _told(self, text: str, serial: str) -> None:
        """Say what was recorded in the place of what was said of the print before."""
        self.say(text.format(serial=serial))
        self.redraw()
