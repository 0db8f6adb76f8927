"""取り込み: a file of openings or of a caseload. Tried first, with what is wrong by row and column."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from wardclient.desk.api import Cancelled, Desk, DeskError, OnProgress
from wardclient.desk.rows import ImportOutcome, Progress
from wardclient.keys import BACK, CURTAIN, HELP, READ_IN, TRY, Key
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.widgets.bars import Confirm, ProgressPanel, Question
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Prose

Line = tuple[str, str, str]
"""Row of the file, column, what about it."""
COLUMNS: tuple[Column[Line], ...] = (
    Column(mark("行"), 8, lambda r: r[0], right=True),
    Column(mark("列"), 20, lambda r: r[1]),
    Column(mark("内容"), 30, lambda r: r[2], share=1),
)


class Progressed(Message):
    """How far the reading is; a newer one replaces one that nobody has looked at."""

    def __init__(self, progress: Progress) -> None:
        """Keep it."""
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed)


class ImportScreen(WorkScreen):
    """Path, dry run, progress, outcome."""

    KEYS: ClassVar[tuple[Key, ...]] = (TRY, READ_IN, HELP, CURTAIN, BACK.named(mark("戻る・やめる")))
    BINDINGS = bindings(KEYS)
    CSS_PATH = "imports.tcss"
    AUTO_FOCUS = "#path"
    ABOUT = mark(
        "まず F2 で試しに読みます。直すところがあれば、何行目のどの列かを示し、何も取り込みません。"
        "F5 で取り込みます。途中で Esc を押すと、前の状態のままやめます。"
    )

    def __init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self._cancel = threading.Event()
        self._reading = False
        self.grid: RowGrid[Line] = RowGrid(COLUMNS)

    def body(self) -> Iterable[Widget]:
        """Path, progress, what is wrong."""
        with Horizontal(classes="search-row"):
            yield Static(_("ファイル"), markup=False, classes="search-label")
            yield ImeInput(id="path", placeholder=_("ファイルの場所と名前"))
        yield Prose((self.hint(), "$ward-quiet"), id="hint")
        yield ProgressPanel()
        yield self.grid

    def hint(self) -> str:
        """Return what kind of file is wanted."""
        return ""

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_(self.TITLE_TEXT))
        self.show_sync()
        self.grid.show(())

    def read(
        self, desk: Desk, path: Path, *, dry_run: bool, progress: OnProgress, cancelled: Cancelled
    ) -> ImportOutcome:
        """Read the file (in a worker)."""
        return desk.import_openings(path, dry_run=dry_run, progress=progress, cancelled=cancelled)

    @on(Input.Submitted, "#path")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_try()

    def action_try(self) -> None:
        """Read without keeping anything."""
        self._begin(dry_run=True)

    def action_read_in(self) -> None:
        """Read in."""
        self._begin(dry_run=False)

    def _begin(self, *, dry_run: bool) -> None:
        typed = self.query_one("#path", ImeInput).value.strip().strip("\"'")
        if self._reading:
            return
        if not typed:
            self.say(_("ファイルの場所と名前を入れてください。"))
            return
        self._reading = True
        self._cancel.clear()
        self.say(
            _("試しに読んでいます。何も取り込みません。")
            if dry_run
            else _("取り込んでいます。Esc でやめられます。")
        )
        path = Path(typed).expanduser()
        self.ask(self._work(path, dry_run=dry_run), self._read, group="import", failed=self._failed)

    def _work(self, path: Path, *, dry_run: bool) -> Callable[[Desk], ImportOutcome]:
        def told(progress: Progress) -> None:
            self.post_message(Progressed(progress))

        return lambda desk: self.read(
            desk, path, dry_run=dry_run, progress=told, cancelled=self._cancel.is_set
        )

    @on(Progressed)
    def _progressed(self, event: Progressed) -> None:
        event.stop()
        if self._reading:
            self.query_one(ProgressPanel).show(event.progress)

    def _failed(self, error: DeskError) -> None:
        self._reading = False
        self.query_one(ProgressPanel).show(None)
        self.tell(error)

    def _read(self, outcome: ImportOutcome) -> None:
        self._reading = False
        self.query_one(ProgressPanel).show(None)
        self.say(outcome.text, bad=bool(outcome.problems) and not outcome.done)
        lines: list[Line] = [(f"{p.line:,}", p.column, p.text) for p in outcome.problems]
        lines += [
            (f"{row:,}", _("同じ人かも"), f"{c.name}  {c.kana}  {'、'.join(c.reasons)}")
            for row, c in outcome.duplicates
        ]
        self.grid.show(tuple(lines), empty=_("直すところはありません"))
        self.outcome(outcome)

    def outcome(self, outcome: ImportOutcome) -> None:
        """The reading ended with ``outcome``."""

    def action_back(self) -> None:
        """Stop reading; when nothing is read, go back."""
        if self._reading:
            self._cancel.set()
            self.say(_("やめています"))
        else:
            self.app.pop_screen()

    def on_unmount(self) -> None:
        """A lock stops the reading, too."""
        self._cancel.set()


class OpeningsImportScreen(ImportScreen):
    """Reads an openings file."""

    TITLE_TEXT = mark("求人ファイルの取り込み")

    def hint(self) -> str:
        """Return what kind of file is wanted."""
        return _(
            "ハローワークの求人情報提供ファイル (cp932、418列)。新しいファイルで更新し、なくなった求人には印を付けます。"
        )


class CaseloadImportScreen(ImportScreen):
    """Reads a ward's caseload."""

    TITLE_TEXT = mark("ケースの取り込み")

    def __init__(self) -> None:
        """No duplicates accepted yet."""
        super().__init__()
        self._accept = False

    def hint(self) -> str:
        """Return what kind of file is wanted."""
        return _(
            "ケース一覧の CSV (UTF-8 か cp932)。すべての行を取り込むか、一行も取り込まないかのどちらかです。"
        )

    def read(
        self, desk: Desk, path: Path, *, dry_run: bool, progress: OnProgress, cancelled: Cancelled
    ) -> ImportOutcome:
        """Read the file (in a worker)."""
        accept, self._accept = self._accept, False
        return desk.import_caseload(
            path, dry_run=dry_run, accept_duplicates=accept, progress=progress, cancelled=cancelled
        )

    def action_try(self) -> None:
        """Read without keeping anything."""
        self._tried = True
        super().action_try()

    _tried = True

    def action_read_in(self) -> None:
        """Read in."""
        self._tried = False
        super().action_read_in()

    def outcome(self, outcome: ImportOutcome) -> None:
        """Ask about people who may be here already, once the person has seen them."""
        if self._tried or outcome.done or outcome.problems or not outcome.duplicates:
            return
        text = _(
            "{n}行は、すでにあるケースと同じ人かもしれません。一覧で確かめましたか。\n"
            "別の人として取り込むと、二つのケースになります。"
        ).format(n=len(outcome.duplicates))
        self.app.push_screen(Confirm(Question(text, _("別の人として取り込む"))), self._sure)

    def _sure(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if sure:
            self._accept = True
            self.action_read_in()
