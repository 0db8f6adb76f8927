"""求人の配信: how old the openings are, whom they came from, what is wrong; fetch and publish."""

import threading
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.desk.api import DeskError
from wardclient.desk.feed_rows import FeedOutcome, FeedStatus
from wardclient.desk.rows import Change, Progress
from wardclient.keys import (
    AGE_LIMITS,
    BACK,
    CURTAIN,
    FETCH_FEED,
    HELP,
    IMPORT,
    MORE,
    PUBLISH_FEED,
    SUPPLY_USE,
    Key,
)
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.imports import Progressed
from wardclient.screens.words import long_day
from wardclient.widgets.bars import Confirm, ProgressPanel, Question, moment
from wardclient.widgets.prose import Part, Prose


class FeedScreen(WorkScreen):
    """The openings feed as this PC knows it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        FETCH_FEED,
        PUBLISH_FEED,
        IMPORT.named(mark("取り込み"), hidden=False),
        AGE_LIMITS.aside(),
        SUPPLY_USE,
        HELP.aside(),
        CURTAIN.aside(),
        BACK.named(mark("戻る・やめる")),
    )
    MORE = MORE
    BINDINGS = bindings(KEYS)
    CSS_PATH = "imports.tcss"
    TITLE_TEXT = mark("求人の配信")
    ABOUT = mark(
        "一台が取り込んだ求人を、区のすべての端末が受け取ります。受け取りは自動でも行われます。"
        "ファイルが古くなると、まず知らせ、さらに古くなると新しい紹介を止めます。"
    )

    def __init__(self) -> None:
        """Nothing under way."""
        super().__init__()
        self._cancel = threading.Event()
        self._working = False
        self._status: FeedStatus | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return FeedScreen

    @property
    def filled_in(self) -> bool:
        """Whether the state has been fetched."""
        return self._status is not None

    def body(self) -> Iterable[Widget]:
        """State, progress."""
        yield ProgressPanel()
        with VerticalScroll(classes="pane"):
            yield Prose(id="feed")

    def on_mount(self) -> None:
        """Ask."""
        self.title_line.show(_("求人の配信"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """A new file, a feed, contact lost or found."""
        return bool(change.kinds & {"openings", "sync"})

    def redraw(self) -> None:
        """Ask once more."""
        self.ask(lambda desk: desk.feed_status(), self._show, group="status")

    def _show(self, status: FeedStatus) -> None:
        self._status = status
        self.show_sync()
        self.query_one("#feed", Prose).update(*_told(status, away=self._away))

    @property
    def _away(self) -> bool:
        sync = self.ward.sync
        return sync is not None and sync.state in {"offline", "away"}

    # --- acts -----------------------------------------------------------------------

    def action_fetch(self) -> None:
        """Take the newest feed over."""
        self._begin(
            lambda told: self.ask(
                lambda desk: desk.fetch_openings(progress=told, cancelled=self._cancel.is_set),
                self._done,
                group="feed",
                failed=self._failed,
            ),
            _("求人の配信を受け取っています。Esc でやめられます。"),
        )

    def action_publish(self) -> None:
        """Publish, after a question: all PCs of the ward take it over."""
        if self._working:
            return
        day = self._status.file_date if self._status is not None else ""
        text = _("この端末の求人({day}のファイル)を、区のすべての端末に配信します。").format(day=day)
        self.app.push_screen(Confirm(Question(text, _("配信する"))), self._sure)

    def _sure(self, answer: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if answer:
            self._begin(
                lambda told: self.ask(
                    lambda desk: desk.publish_openings(progress=told, cancelled=self._cancel.is_set),
                    self._done,
                    group="feed",
                    failed=self._failed,
                ),
                _("求人を配信しています。Esc でやめられます。"),
            )

    def _begin(self, go: Callable[[Callable[[Progress], None]], None], words: str) -> None:
        if self._working:
            return
        self._working = True
        self._cancel.clear()
        self.say(words)

        def told(progress: Progress) -> None:
            self.post_message(Progressed(progress))

        go(told)

    @on(Progressed)
    def _progressed(self, event: Progressed) -> None:
        event.stop()
        if self._working:
            self.query_one(ProgressPanel).show(event.progress)

    def _ended(self) -> None:
        self._working = False
        self.query_one(ProgressPanel).show(None)
        self.redraw()

    def _failed(self, error: DeskError) -> None:
        self._ended()
        self.tell(error)

    def _done(self, outcome: FeedOutcome) -> None:
        self._ended()
        self.say(outcome.text if language() == "ja" else outcome.text_en)

    def action_import(self) -> None:
        """Read an openings file in."""
        from wardclient.screens.imports import OpeningsImportScreen

        self.app.push_screen(OpeningsImportScreen())

    def action_limits(self) -> None:
        """Set after how many days a file is old."""
        from wardclient.screens.supply_use import LimitsForm

        self.app.push_screen(LimitsForm())

    def action_supply_use(self) -> None:
        """Show what the state is told of each year."""
        from wardclient.screens.supply_use import SupplyUseScreen

        self.app.push_screen(SupplyUseScreen())

    def action_back(self) -> None:
        """Leave off what is under way, else go back."""
        if self._working:
            self._cancel.set()
            self.say(_("やめています。"))
        else:
            super().action_back()

    def on_unmount(self) -> None:
        """Nothing goes on unseen."""
        self._cancel.set()


def _told(status: FeedStatus, *, away: bool) -> list[Part]:
    ja = language() == "ja"
    tone = {"fresh": "$ward-good", "warn": "$ward-warn"}.get(status.level, "$ward-bad")
    parts: list[Part] = [(f"{status.age_ja if ja else status.age_en}\n", f"bold {tone}")]
    if away:
        parts.append(
            (_("いまは中央サービスとつながっていません。この端末にある求人で探せます。") + "\n", "$ward-warn")
        )
    if status.trouble:
        parts.append((f"{status.trouble_ja if ja else status.trouble_en}\n", "$ward-bad"))
    parts.append("\n")
    facts = (
        (_("ファイルの日付"), long_day(status.file_date) if status.file_date else _("まだありません")),
        (_("配信"), _("第{n}号").format(n=status.number) if status.number else _("まだ受け取っていません")),
        (_("配信した端末"), status.publisher),
        (_("受け取った時"), moment(status.taken_at) if status.taken_at else ""),
        (_("配信の件数"), _("{n:,}件").format(n=status.openings) if status.number else ""),
        (_("決まり"), _rule(status)),
    )
    for label, value in facts:
        if value:
            parts += [(f"{label}\n", "$ward-quiet"), f"  {value}\n"]
    parts.append((status.source, "$ward-quiet"))
    return parts


def _rule(status: FeedStatus) -> str:
    return _("{warn}日を過ぎると知らせ、{block}日を過ぎると紹介を止めます").format(
        warn=status.warn_after, block=status.block_after
    )
