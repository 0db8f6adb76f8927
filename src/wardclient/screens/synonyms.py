"""同義語: words that are searched together, the product's and those of this PC; changed here, switched off for a search."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.widget import Widget

from wardclient.desk.rows import Change, SynonymRow
from wardclient.keys import (
    ADD_SYNONYM,
    BACK,
    CURTAIN,
    EDIT,
    HELP,
    RESET_SYNONYM,
    SWITCH_SYNONYMS,
    Key,
)
from wardclient.locale import _, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.widgets.asking import AskLine
from wardclient.widgets.grid import Column, RowGrid

MOST = 8
COLUMNS: tuple[Column[SynonymRow], ...] = (
    Column(mark("言葉"), 16, lambda r: r.word),
    Column(mark("一緒に探す言葉"), 30, lambda r: "、".join(r.also) or _("何も足さない"), share=1),
    Column(mark("だれの"), 10, lambda r: _("この端末") if r.own else _("はじめから")),
)


class SynonymsScreen(WorkScreen):
    """The list of synonyms."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        EDIT,
        ADD_SYNONYM,
        RESET_SYNONYM,
        SWITCH_SYNONYMS,
        HELP.aside(),
        CURTAIN.aside(),
        BACK,
    )
    BINDINGS = bindings(KEYS)
    AUTO_FOCUS = "#synonyms"
    TITLE_TEXT = mark("同義語")
    ABOUT = mark(
        "検索の言葉がここにあると、右の言葉も一緒に探します。e で直し、a で足し、x ではじめの一覧に戻します。"
        "s で、いまの検索だけ同義語を使わないようにできます。除く言葉には使いません。"
    )

    def __init__(self, used: bool, switched: Callable[[bool], None], word: str = "") -> None:  # noqa: FBT001
        """``used``: whether the search uses synonyms; ``switched`` is told of a change; ``word``: begin there."""
        super().__init__()
        self._used = used
        self._switched = switched
        self._word = word
        self._rows: tuple[SynonymRow, ...] | None = None
        self.grid: RowGrid[SynonymRow] = RowGrid(COLUMNS, id="synonyms")

    @property
    def filled_in(self) -> bool:
        """Whether the list has been fetched."""
        return self._rows is not None

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.grid

    def on_mount(self) -> None:
        """Show the list, and whether it is used."""
        self.show_sync()
        self._say_whether()
        self.redraw()

    def _say_whether(self) -> None:
        self.title_line.show(_("同義語"), "" if self._used else _("この検索では使いません"))

    def concerns(self, change: Change) -> bool:
        """A changed list."""
        return "openings" in change.kinds

    def redraw(self) -> None:
        """Ask for the list."""
        self.ask(lambda desk: desk.synonym_list(), self._show, group="list")

    def _show(self, rows: tuple[SynonymRow, ...]) -> None:
        self._rows = rows
        self.grid.show(rows, empty=_("まだありません"), keep=True)
        at = next((n for n, row in enumerate(rows) if row.word == self._word), None)
        if at is not None:
            self.grid.chosen, self._word = at, ""

    def action_edit(self) -> None:
        """Change what is searched with the chosen word."""
        if self.grid.row is not None:
            self._ask_for(self.grid.row)

    def action_add_synonym(self) -> None:
        """Ask for a word, then for what is searched with it."""

        def answered(word: str | None) -> None:
            if word:
                held = next((row for row in self._rows or () if row.word == word), None)
                self._ask_for(held or SynonymRow(word.strip(), (), own=True))

        self.app.push_screen(AskLine(_("言葉"), check=_wrong_word), answered)

    def _ask_for(self, row: SynonymRow) -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                self._word = row.word
                self._set(row.word, tuple(_parts(text)))

        title = _("「{word}」と一緒に探す言葉  (、で区切る。空なら何も足さない)").format(word=row.word)
        self.app.push_screen(AskLine(title, "、".join(row.also), _wrong_list), answered)

    def action_reset_synonym(self) -> None:
        """Return the chosen word to the product's list."""
        if self.grid.row is not None:
            self._set(self.grid.row.word, None)

    def _set(self, word: str, also: tuple[str, ...] | None) -> None:
        self.ask(lambda desk: desk.set_synonyms(word, also), lambda _found: self.redraw(), group="set")

    def action_switch_synonyms(self) -> None:
        """Use them for this search, or not."""
        self._used = not self._used
        self._switched(self._used)
        self._say_whether()


def _parts(text: str) -> list[str]:
    return [part for part in text.replace("、", " ").replace(",", " ").split() if part]


def _wrong_word(text: str) -> str:
    return "" if len(text.split()) == 1 else _("空白のない言葉を一つ入れてください。")


def _wrong_list(text: str) -> str:
    return "" if len(_parts(text)) <= MOST else _("{n}個までです。").format(n=MOST)
