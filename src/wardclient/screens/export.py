"""一覧の書き出し: which list, why, where to; encrypted unless chosen otherwise. Below, what was taken out."""

import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from wardclient.desk.api import Desk, DeskError, RefusedError
from wardclient.desk.export_rows import ExportOrder, ExportRow
from wardclient.desk.rows import Progress
from wardclient.keys import BACK, CURTAIN, HELP, MOVE, TAKE_OUT, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.imports import Progressed
from wardclient.screens.sync_words import clock
from wardclient.widgets.bars import ProgressPanel
from wardclient.widgets.choices import ChoiceField
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Prose

NAMES = {
    "cases": mark("ケース"),
    "referrals": mark("紹介"),
    "steps": mark("取組"),
    "searches": mark("保存した検索"),
    "open": mark("開いた"),
}


def _form(row: ExportRow) -> str:
    if row.outcome:
        return _("書けず")
    return _("平文") if row.plain else _("暗号化")


COLUMNS: tuple[Column[ExportRow], ...] = (
    Column(mark("日時"), 12, lambda r: f"{short_day(r.at[:10])} {clock(r.at)}"),
    Column(mark("だれが"), 12, lambda r: r.who),
    Column(mark("一覧"), 12, lambda r: _(NAMES.get(r.kind, r.kind))),
    Column(mark("件数"), 6, lambda r: f"{r.rows:,}", right=True),
    Column(mark("形"), 6, _form),
    Column(mark("理由"), 16, lambda r: r.reason, share=1),
)


class ExportScreen(WorkScreen):
    """Takes a list out and shows the log."""

    KEYS: ClassVar[tuple[Key, ...]] = (TAKE_OUT, MOVE, HELP, CURTAIN, BACK.named(mark("戻る・やめる")))
    BINDINGS = bindings(KEYS)
    CSS_PATH = "export.tcss"
    AUTO_FOCUS = "#kind"
    TITLE_TEXT = mark("一覧の書き出し")
    ABOUT = mark(
        "理由とファイルの合言葉を入れて、Ctrl+S で書き出します。ファイルは暗号化され、同じ合言葉で開けます。"
        "だれが、いつ、何を、何件、なぜ書き出したかは、この端末の記録に残ります。求人の一覧は書き出せません。"
    )

    def __init__(self, text: str = "") -> None:
        """Take out what a search for ``text`` finds; all when it is empty."""
        super().__init__()
        self._text = text
        self._cancel = threading.Event()
        self._writing = False
        self.grid: RowGrid[ExportRow] = RowGrid(COLUMNS)
        lists = tuple((kind, _(NAMES[kind])) for kind in ("cases", "referrals", "steps", "searches"))
        self.kind = ChoiceField(lists, title=_("一覧"), required=True)
        self.kind.id = "kind"
        forms = (("sealed", _("暗号化する")), ("plain", _("しない (係長・統括のみ)")))
        self.form = ChoiceField(forms, title=_("暗号化"), required=True)
        self.kind.fill("cases")
        self.form.fill("sealed")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same search again; nothing typed is kept, a passphrase least of all."""
        return partial(ExportScreen, self._text)

    def body(self) -> Iterable[Widget]:
        """The order, the progress, the log."""
        yield Row(_("一覧"), self.kind)
        yield Row(_("理由"), ImeInput(id="reason", placeholder=_("なぜ要るか (記録に残ります)")))
        yield Row(_("ファイル"), ImeInput(id="file", placeholder=_("新しいファイルの場所と名前")))
        yield Row(_("暗号化"), self.form)
        yield Row(_("合言葉"), ImeInput(password=True, id="words", placeholder=_("このファイルだけのもの")))
        yield Row(_("もう一度"), ImeInput(password=True, id="again"))
        hint = _("検索「{text}」で見つかるものだけ").format(text=self._text) if self._text else ""
        yield Prose((hint, "$ward-quiet"), id="hint")
        yield ProgressPanel()
        yield Static(_("この端末での書き出しの記録"), markup=False, classes="head", id="log-head")
        yield self.grid

    def on_mount(self) -> None:
        """Show the log."""
        self.title_line.show(_("一覧の書き出し"))
        self.show_sync()
        self.redraw()

    def redraw(self) -> None:
        """Ask for the log."""
        self.ask(lambda desk: desk.exports(), self._show_log, group="log")

    def _show_log(self, rows: tuple[ExportRow, ...]) -> None:
        self.grid.show(rows, empty=_("まだ何も書き出していません"))

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", ImeInput).value

    def action_take_out(self) -> None:
        """Take the list out; what is missing is said above the keys."""
        if self._writing:
            return
        plain = self.form.value == "plain"
        file, words = self._typed("file").strip().strip("\"'"), self._typed("words")
        if not file:
            self.say(_("ファイルの場所と名前を入れてください。"), bad=True)
            return
        if not plain and words != self._typed("again"):
            self.say(_("二つの合言葉がちがいます。何も書き出していません。"), bad=True)
            return
        order = ExportOrder(self.kind.value, self._typed("reason"), plain, self._text)
        path = Path(file).expanduser()
        self._writing = True
        self._cancel.clear()
        self.say(_("書き出しています。Esc でやめられます。"))

        def told(progress: Progress) -> None:
            self.post_message(Progressed(progress))

        def work(desk: Desk) -> ExportRow | None:
            return desk.export_list(order, path, words, told, self._cancel.is_set)

        self.ask(work, self._taken_out, group="export", failed=self._failed)

    def on_progressed(self, event: Progressed) -> None:
        """Show how far it is."""
        event.stop()
        if self._writing:
            self.query_one(ProgressPanel).show(event.progress)

    def _ended(self) -> None:
        self._writing = False
        self.query_one(ProgressPanel).show(None)

    def _taken_out(self, row: ExportRow | None) -> None:
        self._ended()
        if row is None:
            self.say(_("やめました。何も書き出していません。"))
            return
        for name in ("words", "again"):
            self.query_one(f"#{name}", ImeInput).value = ""
        text = (
            _("暗号化せずに{n}件を書き出しました。使い終わったら消してください。")
            if row.plain
            else _("暗号化して{n}件を書き出しました。")
        )
        self.say(text.format(n=f"{row.rows:,}"))
        self.redraw()

    def _failed(self, error: DeskError) -> None:
        self._ended()
        if isinstance(error, RefusedError):
            self.say("\n".join(problem.text(language()) for problem in error.problems), bad=True)
            self.redraw()
        else:
            self.tell(error)

    def action_back(self) -> None:
        """Stop writing; when nothing is written, go back."""
        if self._writing:
            self._cancel.set()
        else:
            self.app.pop_screen()


class Row(Horizontal):
    """A word and its field."""

    def __init__(self, label: str, editor: Widget) -> None:
        """Put them on one line."""
        super().__init__(classes="search-row")
        self._label = label
        self._editor = editor

    def compose(self) -> ComposeResult:
        """Both."""
        yield Static(self._label, markup=False, classes="search-label")
        yield self._editor
