"""ケース一覧: one search box for everything, my cases first; a new case only after a search."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.widget import Widget
from textual.widgets import Input, Static

from wardclient.casework.codes import ConsentState, Status, TargetGroup
from wardclient.desk.rows import CaseFilter, CasePage, CaseRow, Change, SyncStatus
from wardclient.keys import (
    CURTAIN,
    DUE,
    EXPORT,
    FOLLOW_UP,
    HELP,
    IMPORT,
    INBOX,
    MORE,
    NEW_CASE,
    OFFLINE,
    OPEN,
    OPENINGS,
    PIPELINE,
    SYNC,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.sync_words import papers_held
from wardclient.screens.words import consent_word, day, group_word, long_day, status_word
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.filters import Filter, FilterLine
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.ime import ImeInput
from wardclient.widgets.prose import Part, Prose

PAGE = 200
MOST = 10_000
_SHORT = {
    "none": mark("なし"),
    "given": mark("あり"),
    "refused": mark("しない"),
    "withdrawn": mark("撤回"),
    "expired": mark("満了"),
    "pending": mark("共有前"),
    "ending": mark("撤回中"),
    "other_basis": mark("別根拠"),
}
_STATUS = {
    "intake": mark("相談受付"),
    "candidate": mark("支援候補"),
    "consented": mark("同意取得"),
    "requested": mark("要請中"),
    "active": mark("支援中"),
    "suspended": mark("中断"),
    "followup": mark("就職後"),
    "closed": mark("支援終了"),
    "not_supported": mark("不参加"),
}
_TONE = {"given": "grid--good", "pending": "grid--warn", "ending": "grid--warn"}


def _marks(row: CaseRow) -> str:
    if row.conflicts:
        return _("重なり")
    return _("未送信") if row.unsent else ""


COLUMNS: tuple[Column[CaseRow], ...] = (
    Column(mark("氏名"), 14, lambda r: r.name, share=2),
    Column(mark("フリガナ"), 18, lambda r: r.kana, share=2, style=lambda _r: "grid--quiet"),
    Column(mark("生年月日"), 9, lambda r: day(r.birth_date)),
    Column(mark("対象"), 4, lambda r: r.target_group),
    Column(mark("状態"), 8, lambda r: _(_STATUS.get(r.status, r.status))),
    Column(mark("同意"), 6, lambda r: _(_SHORT.get(r.consent, "")), style=lambda r: _TONE.get(r.consent, "")),
    Column("", 6, _marks, style=lambda _r: "grid--warn"),
)


class CasesScreen(WorkScreen):
    """Find a case, or see that there is none."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        OPEN,
        NEW_CASE,
        OPENINGS,
        INBOX,
        SYNC,
        HELP,
        CURTAIN,
        DUE,
        PIPELINE,
        FOLLOW_UP,
        IMPORT,
        EXPORT,
        OFFLINE,
        Key("escape", "back", mark("検索欄を空にする"), "Esc", hidden=True),
    )
    BINDINGS = bindings(KEYS)
    MORE = MORE
    CSS_PATH = "cases.tcss"
    AUTO_FOCUS = "#search"
    TITLE_TEXT = mark("ケース一覧")
    ABOUT = mark(
        "漢字、かな、ローマ字、ケース番号、電話、生年月日 (S61.4.2 でも昭和61年4月2日でも) のどれでも探せます。"
        "新しいケースは、探して見つからないことを確かめてから F2 で受け付けます。"
    )

    def __init__(self) -> None:
        """Begin with all cases."""
        super().__init__()
        self.grid: RowGrid[CaseRow] = RowGrid(COLUMNS, id="cases")
        self._limit = PAGE
        self._searched = ""
        self._total = 0

    def body(self) -> Iterable[Widget]:
        """Search row, filters, list; a preview where the screen is wide."""
        with Horizontal(classes="search-row"):
            yield Static(_("さがす"), markup=False, classes="search-label")
            yield ImeInput(id="search", placeholder=_("氏名・かな・番号・電話・生年月日"))
            yield Static("", markup=False, id="count", classes="search-count")
        yield FilterLine(
            Filter("mine", _("担当"), (("1", _("自分")),)),
            Filter("status", _("状態"), tuple((s.value, s.label(language())) for s in Status)),
            Filter("target_group", _("対象"), tuple((g.value, g.label(language())) for g in TargetGroup)),
            Filter("consent", _("同意"), tuple((c.value, c.label(language())) for c in ConsentState)),
        )
        yield Static("", classes="gap")
        with Horizontal():
            yield self.grid
            with Vertical(classes="side", id="preview-side"):
                yield Prose(id="preview", classes="pane")

    def on_mount(self) -> None:
        """Show the first page."""
        self.title_line.show(_("ケース一覧"), self.ward.me.ward_name)
        self.show_sync()
        self.find()
        self.ask(lambda desk: (len(desk.consents_due(7)), desk.papers_held()), self._warn, group="due")

    def resume(self) -> None:
        """The first screen of work is there anyway."""
        return

    def concerns(self, change: Change) -> bool:
        """Cases and what is shown of them."""
        return bool(change.kinds & {"case", "consent", "inbox"})

    def _warn(self, found: tuple[int, int]) -> None:
        due, held = found
        if held:
            self.say(papers_held(held), bad=True)
        elif due and not self._searched:
            self.say(_("7日以内に終わる同意が {n}件 あります   Ctrl+N で見られます").format(n=due))

    def action_pipeline(self) -> None:
        """Show the referrals on their way."""
        from wardclient.screens.pipeline import PipelineScreen

        self.app.push_screen(PipelineScreen())

    def action_follow_up(self) -> None:
        """Show checks of retention and registrations that are due."""
        from wardclient.screens.followup import FollowUpScreen

        self.app.push_screen(FollowUpScreen())

    def action_due(self) -> None:
        """Show the consents that end soon."""
        from wardclient.screens.due import DueScreen

        self.app.push_screen(DueScreen())

    def redraw(self) -> None:
        """Search again, the cursor stays."""
        self.find(keep=True)

    # --- searching ------------------------------------------------------------------

    @on(Input.Changed, "#search")
    @on(Filter.Changed)
    def _narrowed(self) -> None:
        self._limit = PAGE
        self.say("")
        self.find()

    def find(self, *, keep: bool = False) -> None:
        """Ask for the cases that match what stands in the box."""
        text = self.query_one("#search", ImeInput).value
        given = self.query_one(FilterLine).values()
        narrow = CaseFilter(
            mine=bool(given.get("mine")),
            status=given.get("status", ""),
            target_group=given.get("target_group", ""),
            consent=given.get("consent", ""),
        )
        limit = self._limit
        self.ask(
            lambda desk: desk.find_cases(text, narrow, limit),
            lambda page: self._show(page, text, keep=keep),
            group="find",
        )

    def _show(self, page: CasePage, text: str, *, keep: bool) -> None:
        self._searched, self._total = text.strip(), page.total
        empty = (
            _("該当なし   F2 で新しいケースを受け付けます") if text.strip() else _("ケースはまだありません")
        )
        more = len(page.rows) < page.total or page.more_than
        self.grid.show(page.rows, more=more and self._limit < MOST, empty=empty, keep=keep)
        count = _("{n:,}件以上").format(n=page.total) if page.more_than else _("{n:,}件").format(n=page.total)
        if page.index_behind:
            count = f"{_('索引を作成中')} {count}"
        self.query_one("#count", Static).update(Content(count), layout=False)

    @on(RowGrid.NearEnd)
    def _more(self) -> None:
        self._limit = min(self._limit * 5, MOST)
        self.find(keep=True)

    @on(RowGrid.Chosen)
    def _preview(self, event: RowGrid.Chosen) -> None:
        row = event.row
        self.query_one("#preview", Prose).update(*(_preview(row) if isinstance(row, CaseRow) else ()))

    async def on_key(self, event: KeyEvent) -> None:
        """Move in the list while typing in the search box."""
        moves = {"up": "move(-1)", "down": "move(1)", "pageup": "page(-1)", "pagedown": "page(1)"}
        if event.key in moves and self.focused is self.query_one("#search"):
            event.stop()
            await self.app.run_action(moves[event.key], default_namespace=self.grid)
            return
        await super().on_key(event)

    @property
    def searched(self) -> str:
        """The text whose cases are shown."""
        return self._searched

    # --- acts -----------------------------------------------------------------------

    @on(Input.Submitted, "#search")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the chosen case."""
        from wardclient.screens.case import CaseScreen

        row = self.grid.row
        if row is not None:
            self.app.push_screen(CaseScreen(row.case_id))

    def action_new_case(self) -> None:
        """Begin a new case, once a search has shown who is there already."""
        if not self._searched:
            self.say(
                _(
                    "先に、氏名かフリガナで検索してください。同じ人のケースがないことを確かめてから新規に進みます。"
                )
            )
            self.query_one("#search").focus()
        elif self._total:
            text = _("この検索で {n:,}件見つかっています。この中に、その人はいませんか。").format(
                n=self._total
            )
            self.app.push_screen(Confirm(Question(text, _("該当なし、新規へ"))), self._new)
        else:
            self._new(sure=True)

    def _new(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        from wardclient.screens.new_case import NewCaseScreen

        if sure:
            self.app.push_screen(NewCaseScreen(self._searched))

    def action_openings(self) -> None:
        """Search openings."""
        from wardclient.screens.openings import OpeningsScreen

        self.app.push_screen(OpeningsScreen())

    def action_inbox(self) -> None:
        """Open the inbox."""
        from wardclient.screens.inbox import InboxScreen

        self.app.push_screen(InboxScreen())

    def action_import(self) -> None:
        """Read a caseload in."""
        from wardclient.screens.imports import CaseloadImportScreen

        self.app.push_screen(CaseloadImportScreen())

    def action_export(self) -> None:
        """Take a list out, narrowed as it is here."""
        from wardclient.screens.export import ExportScreen

        self.app.push_screen(ExportScreen(self.searched))

    def action_sync(self) -> None:
        """Exchange now."""
        self.say(_("同期しています"))
        self.ask(lambda desk: desk.sync_now(), self._synced, group="sync")

    def _synced(self, status: SyncStatus) -> None:
        self.say(
            _("同期しました。")
            if not status.unsent
            else _("まだ {n}件 送っていません。").format(n=status.unsent)
        )

    def action_offline(self) -> None:
        """Cut the connection of this PC, or restore it."""
        sync = self.ward.sync
        cut = sync is None or sync.state != "offline"
        text = _("接続を切りました。この端末での仕事は続けられます。") if cut else _("接続を戻しました。")
        self.ask(lambda desk: desk.set_offline(cut), lambda _r: self.say(text), group="sync")

    def action_back(self) -> None:
        """Empty the search box."""
        self.query_one("#search", ImeInput).value = ""
        self.query_one("#search").focus()


def _preview(row: CaseRow) -> list[Part]:
    """Return what the list knows of a case, for the second column."""
    lines: list[Part] = [
        (f"{row.name}\n", "bold $ward-accent"),
        (f"{row.kana}\n\n", "$ward-quiet"),
    ]
    facts = (
        (_("生年月日"), long_day(row.birth_date)),
        (_("対象"), group_word(row.target_group)),
        (_("状態"), status_word(row.status)),
        (_("同意"), consent_word(row.consent)),
        (_("同意の期限"), long_day(row.consent_until)),
        (_("担当"), row.caseworker),
        (_("最終連絡"), long_day(row.last_contact)),
        (_("次の予定"), long_day(row.next_on)),
        (_("ケース番号"), row.case_no),
    )
    for label, value in facts:
        if value:
            lines += [(f"{label}\n", "$ward-quiet"), f"  {value}\n"]
    if row.conflicts:
        lines.append((_("重なった変更が {n}件あります").format(n=row.conflicts), "$ward-warn"))
    return lines
