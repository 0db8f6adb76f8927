"""確認箱: what needs a person. Conflicts one card at a time, work that was not accepted, incidents."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from wardclient.casework.validation import normalise_value, validate_value
from wardclient.desk.api import Desk
from wardclient.desk.feed_rows import FeedStatus
from wardclient.desk.restore_rows import RestoreRow
from wardclient.desk.rows import Change, ConflictView, Inbox, IncidentRow, TrayRow
from wardclient.desk.saved_rows import SavedRow
from wardclient.keys import (
    ACKNOWLEDGE,
    BACK,
    CURTAIN,
    HELP,
    HISTORY,
    LATER,
    LOOKED,
    PICK_LEFT,
    PICK_RIGHT,
    RESUME,
    REWRITE,
    SAVED_SEARCHES,
    TAB_LEFT,
    TAB_RIGHT,
    WRITE_OUT,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.inbox_parts import INCIDENTS, RESTORES, TRAY, conflict_field
from wardclient.screens.saved_searches import NEWS, age_text, open_row, see
from wardclient.screens.sync_words import clock
from wardclient.widgets.asking import AskLine
from wardclient.widgets.bars import Confirm, ConflictCard, Question, TabLine
from wardclient.widgets.grid import RowGrid
from wardclient.widgets.lines import Rule
from wardclient.widgets.prose import Prose

PARTS = ("conflicts", "tray", "incidents", "news", "restores")
_NEWS_KEYS = (
    HISTORY.named(mark("新着を見る")),
    LOOKED,
    SAVED_SEARCHES.named(mark("検索の一覧"), hidden=False),
)
_PICKS = (PICK_LEFT, PICK_RIGHT, REWRITE, LATER, HISTORY)


class InboxScreen(WorkScreen):
    """Everything that waits for somebody's decision."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *_PICKS,
        WRITE_OUT,
        HELP,
        BACK,
        RESUME.aside(),
        LOOKED.aside(),
        SAVED_SEARCHES,
        TAB_LEFT,
        TAB_RIGHT,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "inbox.tcss"
    TITLE_TEXT = mark("確認箱")
    ABOUT = mark(
        "二か所で同じ欄が直されたときは、両方の値を並べます。どちらを選んでも、もう一つの値は経過に残ります。"
        "受け付けられなかった仕事は消えません。F2 で暗号化したファイルに書き出せます。"
        "新着求人には、保存した検索ごとに、前に確かめた後で載った求人が出ます。"
    )

    def __init__(self, part: str = "conflicts") -> None:
        """Begin with one part."""
        super().__init__()
        self._part = part
        self._inbox = Inbox((), (), ())
        self._news: tuple[SavedRow, ...] = ()
        self._at = 0
        self._busy = False

    def resume(self) -> Callable[[], WorkScreen]:
        """The inbox again."""
        part = self._part
        return lambda: InboxScreen(part)

    def body(self) -> Iterable[Widget]:
        """Names of the parts, the open part."""
        yield TabLine(())
        yield Rule()
        with ContentSwitcher(initial=self._part):
            with VerticalScroll(id="conflicts", classes="pane"):
                yield Static("", markup=False, id="none", classes="quiet")
                yield ConflictCard()
            with Vertical(id="tray"):
                yield RowGrid(TRAY)
                with VerticalScroll(classes="below"):
                    yield Prose(id="tray-text")
            with Vertical(id="incidents"):
                yield RowGrid(INCIDENTS)
                with VerticalScroll(classes="below"):
                    yield Prose(id="incident-text")
                    yield Prose(id="verified", classes="quiet")
            with Vertical(id="restores"):
                yield RowGrid(RESTORES)
                with VerticalScroll(classes="below"):
                    yield Prose(id="restore-text")
            with Vertical(id="news"):
                yield RowGrid(NEWS)
                with VerticalScroll(classes="below"):
                    yield Prose(id="news-age")

    def on_mount(self) -> None:
        """Ask what waits."""
        self.title_line.show(_("確認箱"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """Conflicts come with cases, the tray and incidents with the sync, news with the openings."""
        return bool(change.kinds & {"inbox", "case", "consent", "session", "openings", "searches"})

    def redraw(self) -> None:
        """Ask once more."""
        self.ask(lambda desk: desk.inbox(), self._show, group="inbox")
        self.ask(lambda desk: (desk.saved_searches(), desk.feed_status()), self._tell_news, group="news")

    def _tell_news(self, found: tuple[tuple[SavedRow, ...], FeedStatus]) -> None:
        self._news, status = found
        empty = _("保存した検索はありません   求人検索で Ctrl+S を押すと保存します")
        self.query_one("#news RowGrid", RowGrid).show(self._news, empty=empty, keep=True)
        self.query_one("#news-age", Prose).update(age_text(status))
        self._mark()

    def _show(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._at = min(self._at, max(len(inbox.conflicts) - 1, 0))
        self._busy = False
        card, conflict = self.query_one(ConflictCard), self.conflict
        card.display = conflict is not None
        none = self.query_one("#none", Static)
        none.display = conflict is None
        none.update(Content(_("重なった変更はありません。")))
        if conflict is not None:
            card.show(conflict)
        self.query_one("#tray RowGrid", RowGrid).show(
            inbox.tray, empty=_("受け付けられなかったものはありません"), keep=True
        )
        self.query_one("#incidents RowGrid", RowGrid).show(
            inbox.incidents, empty=_("異常の記録はありません"), keep=True
        )
        self.query_one("#restores RowGrid", RowGrid).show(
            inbox.restores, empty=_("復旧の知らせはありません"), keep=True
        )
        self.query_one("#verified", Prose).update(self._verified())
        self._mark()

    @property
    def conflict(self) -> ConflictView | None:
        """The conflict that is shown."""
        found = self._inbox.conflicts
        return found[self._at] if found else None

    def _mark(self) -> None:
        inbox = self._inbox
        names = [
            f"{_('重なった変更')} {len(inbox.conflicts)}",
            f"{_('受け付けられなかったもの')} {len(inbox.tray)}",
            f"{_('異常')} {len(inbox.incidents)}",
            f"{_('新着求人')} {sum(len(row.new) for row in self._news):,}",
        ]
        if inbox.restores:
            names.append(f"{_('復旧')} {len(inbox.restores)}")
        self.query_one(TabLine).show(names, PARTS.index(self._part))
        conflict = self.conflict if self._part == "conflicts" else None
        where = f"{self._at + 1}/{len(inbox.conflicts)}  {conflict.name}" if conflict else ""
        self.title_line.show(f"{_('確認箱')}  {where}".rstrip())
        shown: dict[str, tuple[Key, ...]] = {
            "conflicts": (*_PICKS, BACK),
            "tray": (WRITE_OUT, HELP, CURTAIN, BACK),
            "news": (*_NEWS_KEYS, HELP, CURTAIN, BACK),
        }
        if inbox.incidents:
            shown["incidents"] = (WRITE_OUT, HELP, CURTAIN, BACK)
        if self.ward.sync is not None and self.ward.sync.state == "stopped":
            shown["incidents"] = (RESUME, WRITE_OUT, HELP, CURTAIN, BACK)
        if any(row.kind in ("waiting", "open") for row in inbox.restores):
            shown["restores"] = (ACKNOWLEDGE, HELP, CURTAIN, BACK)
        without = (HELP, CURTAIN, BACK)
        self.key_line.show(
            without if self._part == "conflicts" and not conflict else shown.get(self._part, without)
        )

    def _verified(self) -> str:
        """What was verified last, for two people to compare by voice."""
        known = self.ward.sync
        if known is None or not known.verified:
            return ""
        return _("確かめた記録  {n}件まで ({at})\n照合の言葉  {words}").format(
            n=f"{known.verified:,}", at=clock(known.verified_at), words=known.words
        )

    def open_part(self, part: str) -> None:
        """Show one part."""
        self._part = part
        self.query_one(ContentSwitcher).current = part
        found = self.query(f"#{part} RowGrid")
        self.set_focus(found.first() if found else None)
        self._mark()

    def action_tab(self, step: int) -> None:
        """Show the next part, or the one before."""
        parts = PARTS if self._inbox.restores else PARTS[:4]
        here = parts.index(self._part) if self._part in parts else 0
        self.open_part(parts[(here + step) % len(parts)])

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self.open_part(PARTS[event.index])

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        if isinstance(row, TrayRow):
            text = "\n".join(part for part in (row.what, f"{_('理由')}  {row.reason}") if part)
            self.query_one("#tray-text", Prose).update(text)
        elif isinstance(row, IncidentRow):
            self.query_one("#incident-text", Prose).update(row.text)
        elif isinstance(row, RestoreRow):
            self.query_one("#restore-text", Prose).update("\n".join(filter(None, (row.name, row.text))))

    # --- new openings ---------------------------------------------------------------

    @property
    def _searched(self) -> SavedRow | None:
        row = self.query_one("#news RowGrid", RowGrid).row if self._part == "news" else None
        return row if isinstance(row, SavedRow) else None

    @on(RowGrid.Opened)
    def _opened(self) -> None:
        open_row(self, self._searched)

    def action_looked(self) -> None:
        """Say that the new openings of a search were looked at."""
        see(self, self._searched)

    def action_saved(self) -> None:
        """Show the searches that are kept."""
        from wardclient.screens.saved_searches import SavedSearchesScreen

        self.app.push_screen(SavedSearchesScreen())

    # --- deciding -------------------------------------------------------------------

    def action_pick(self, index: int) -> None:
        """Keep one of the two values."""
        conflict = self.conflict
        if self._part == "conflicts" and conflict is not None and index < len(conflict.heads):
            self._resolve(conflict.conflict_id, version=conflict.heads[index].version)

    def action_rewrite(self) -> None:
        """Write the value anew."""
        conflict = self.conflict
        if self._part != "conflicts" or conflict is None:
            return
        field = conflict_field(conflict)

        def check(text: str) -> str:
            wrong = validate_value(field, normalise_value(field, text)) if field is not None else []
            return wrong[0].text(language()) if wrong else ""

        title = _("{label}を書き直します").format(label=conflict.label)
        self.app.push_screen(AskLine(title, conflict.heads[0].shown, check), self._rewritten)

    def _rewritten(self, text: str | None) -> None:
        conflict = self.conflict
        if text is None or conflict is None:
            return
        field = conflict_field(conflict)
        self._resolve(conflict.conflict_id, value=normalise_value(field, text) if field is not None else text)

    def _resolve(self, conflict_id: str, *, version: str = "", value: object = None) -> None:
        if self._busy:
            return
        self._busy = True

        def work(desk: Desk) -> None:
            desk.resolve(conflict_id, version, value)

        self.ask(work, self._resolved, group="resolve", failed=self._failed)

    def _failed(self, error: Any) -> None:
        self.tell(error)
        self.redraw()

    def _resolved(self, _result: None) -> None:
        self.say(_("決めました。選ばなかった値も経過に残っています。"))
        self.redraw()

    def action_later(self) -> None:
        """Leave this one and show the next."""
        if self._inbox.conflicts:
            self._at = (self._at + 1) % len(self._inbox.conflicts)
            self._show(self._inbox)

    def action_history(self) -> None:
        """Show what happened in the case; on the news, what is new."""
        from wardclient.screens.case import CaseScreen

        conflict = self.conflict
        if self._part == "news":
            open_row(self, self._searched)
        if self._part == "conflicts" and conflict is not None:
            self.app.push_screen(CaseScreen(conflict.case_id, "timeline"))

    def action_resume_sync(self) -> None:
        """Go on after an incident stopped the exchange, or after a restore; a person says so after reading it."""
        if self._part == "restores":
            self._acknowledge()
        if self._part != "incidents":
            return
        text = _(
            "異常の記録を読み、管理者として確かめましたか。\n"
            "証拠は残ります。同じ異常がまた起きれば、同期はまた止まります。"
        )
        self.app.push_screen(Confirm(Question(text, _("再開する"))), self._sure)

    def _sure(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if sure:
            self.ask(
                lambda desk: desk.resume_sync(),
                lambda _r: self.say(_("同期を再開しました。")),
                group="resume",
            )

    def _acknowledge(self) -> None:
        """Let an administrator say that the restore is known."""
        text = _(
            "運用の担当に、復旧があったことを確かめましたか。\n"
            "確認すると、失われた分を各端末が自動で送り直します。取り消せません。"
        )

        def sure(answer: bool | None) -> None:  # noqa: FBT001  # the answer of a question
            if answer:
                self.ask(
                    lambda desk: desk.acknowledge_restore(),
                    lambda _r: self.say(_("復旧を確認しました。この端末の分から送り直します。")),
                    group="resume",
                )

        self.app.push_screen(Confirm(Question(text, _("確認する"))), sure)

    def action_write_out(self) -> None:
        """Write work that was not accepted to a sealed file."""
        row = self.query_one("#tray RowGrid", RowGrid).row
        if self._part == "incidents":
            self._write_evidence()
        if self._part != "tray" or not isinstance(row, TrayRow):
            return
        tray_id = row.tray_id
        start = str(Path.home() / f"wardclient-{self.ward.today():%Y%m%d}.sealed")

        def answered(path: str | None) -> None:
            if path:
                self.ask(
                    lambda desk: desk.write_tray(tray_id, Path(path).expanduser()),
                    lambda _r: self.say(_("暗号化したファイルに書き出しました。")),
                    group="write",
                )

        self.app.push_screen(AskLine(_("書き出すファイル"), start), answered)

    def _write_evidence(self) -> None:
        row = self.query_one("#incidents RowGrid", RowGrid).row
        if not isinstance(row, IncidentRow):
            return
        number = row.incident_id
        start = str(Path.home() / f"wardclient-{self.ward.today():%Y%m%d}-{number}.json")

        def answered(path: str | None) -> None:
            if path:
                self.ask(
                    lambda desk: desk.write_evidence(number, Path(path).expanduser()),
                    lambda _r: self.say(_("証拠を書き出しました。管理者に渡してください。")),
                    group="write",
                )

        self.app.push_screen(AskLine(_("書き出すファイル"), start), answered)
