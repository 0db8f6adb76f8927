"""同席面談: one note by two offices. Each side writes its own text; both confirm; then it is sealed."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from wardclient.casework.codes import Actor
from wardclient.desk.api import Desk, DeskError
from wardclient.desk.rows import Change, SessionView
from wardclient.keys import ADD_ACTION, BACK, CONFIRM, CURTAIN, HELP, OWN_NOTE, PAPERS_BESIDE, PART_OUT, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import Flush, WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.forms import Keeper, Work
from wardclient.screens.sync_words import clock
from wardclient.screens.words import side
from wardclient.screens.words_found import words_line
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.cells import fit
from wardclient.widgets.ime import ImeTextArea
from wardclient.widgets.prose import Part, Prose

SIDES = ("city", "hellowork")


class SessionScreen(WorkScreen):
    """The note of a joint session, while it is written and afterwards."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        ADD_ACTION,
        OWN_NOTE,
        PART_OUT,
        CONFIRM,
        HELP,
        BACK,
        PAPERS_BESIDE,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "session.tcss"
    AUTO_FOCUS = "#mine"
    TITLE_TEXT = mark("同席面談")
    ABOUT = mark(
        "自分の側の欄だけを書き、相手の欄は届いたとおりに見えます。書いたものは、打つたびに保存されます。"
        "両方の担当が同じ内容を確認すると封がされ、あとから書きかえられません。"
    )

    def __init__(self, session_id: str) -> None:
        """Open a session."""
        super().__init__()
        self.session_id = session_id
        self.view: SessionView | None = None
        self.keeper = Keeper(self, self._write, self._written)
        self._shown = False

    def resume(self) -> Callable[[], WorkScreen]:
        """The same session again."""
        return partial(SessionScreen, self.session_id)

    def leaving(self) -> Flush | None:
        """Return what is typed and not saved yet."""
        return self.keeper.rest()

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self.view is not None

    def body(self) -> Iterable[Widget]:
        """Both texts, what was agreed, who confirmed."""
        with Horizontal(id="saved-row"):
            yield Static("", markup=False, id="state", classes="quiet")
            yield Static("", markup=False, id="saved", classes="quiet")
        with Vertical(id="texts"):
            with Vertical(classes="text"):
                yield Static("", markup=False, id="my-side", classes="head")
                yield ImeTextArea(id="mine")
                yield Static("", markup=False, id="words")
            with Vertical(classes="text"):
                yield Static("", markup=False, id="their-side", classes="head")
                with VerticalScroll(id="theirs-box"):
                    yield Prose(id="theirs")
        with VerticalScroll(id="agreed", classes="pane"):
            yield Prose(id="actions")

    def on_mount(self) -> None:
        """Ask for the session."""
        self.title_line.show(_("同席面談"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """Sessions and their consent."""
        return bool(change.kinds & {"session", "consent"})

    def redraw(self) -> None:
        """Ask once more."""
        session_id = self.session_id
        self.ask(lambda desk: desk.session(session_id), self._show, group="session")

    def _show(self, view: SessionView) -> None:
        self.view = view
        began = _("{day} {time}から").format(day=short_day(view.held_on), time=view.time_from)
        self.title_line.show(f"{_('同席面談')}  {view.name}", began)
        team = self.ward.me.team
        area = self.query_one("#mine", ImeTextArea)
        if not self._shown or (not area.has_focus and not self.keeper.waiting and area.text != view.mine):
            area.load_text(view.mine)
            area.move_cursor(area.document.end)
        self._shown = True
        area.read_only = view.state == "sealed"
        self._show_words(area.text)
        other = SIDES[team == "city"]
        mine = next((author for t, author, _text in view.texts if t == team), self.ward.me.label)
        theirs = next(((author, text) for t, author, text in view.texts if t == other), ("", ""))
        self.query_one("#my-side", Static).update(Content(f"{side(team)}  {mine}"))
        self.query_one("#their-side", Static).update(Content(f"{side(other)}  {theirs[0]}".rstrip()))
        self.query_one("#theirs", Prose).update(theirs[1] or _("まだ何も書かれていません。"))
        self.query_one("#theirs", Prose).set_class(not theirs[1], "quiet")
        self.query_one("#actions", Prose).update(*_agreed(view))
        self.query_one("#state", Static).update(Content(_state(view)))
        self.query_one("#saved", Static).update(Content(_saved(view.saved_at)))

    # --- writing ------------------------------------------------------------------

    @on(TextArea.Changed, "#mine")
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._shown and self.view is not None and event.text_area.text != self.view.mine:
            self.keeper.changed()
        self._show_words(event.text_area.text)

    def _show_words(self, text: str) -> None:
        """Say which words may not be for the other office; nothing once it is sealed."""
        sealed = self.view is None or self.view.state == "sealed"
        line = "" if sealed else words_line({"body": text}, "session")
        words = self.query_one("#words", Static)
        words.update(Content(f"{line}  {_('F3 で自分側のメモへ移す')}" if line else ""))
        words.display = bool(line)

    @on(events.Click, "#words")
    def _words_clicked(self) -> None:
        self.action_part_out()

    def action_part_out(self) -> None:
        """Move the sentences with such words into a note of one's own side; nothing is lost."""
        area = self.query_one("#mine", ImeTextArea)
        if not self._open() or area.read_only:
            return
        if not self.query_one("#words", Static).display:
            self.say(_("相手側に渡さないほうがよい言葉は見つかっていません。"))
            return
        session_id, text = self.session_id, area.text
        self.keeper.forget()
        area.read_only = True

        def work(desk: Desk) -> tuple[str, str]:
            with self.keeper.turn:
                return desk.part_session(session_id, text)

        self.ask(work, self._parted, group="part", failed=self._not_parted)

    def _parted(self, result: tuple[str, str]) -> None:
        area = self.query_one("#mine", ImeTextArea)
        area.read_only = False
        area.load_text(result[0])
        area.move_cursor(area.document.end)
        self.say(
            _("自分側のメモへ移しました。先に相手側へ届いていた文は、相手側の経過に残ることがあります。")
        )
        self.redraw()

    def _not_parted(self, error: DeskError) -> None:
        self.query_one("#mine", ImeTextArea).read_only = False
        self.keeper.changed()
        self.tell(error)

    def _write(self) -> Work:
        session_id, text = self.session_id, self.query_one("#mine", ImeTextArea).text
        return lambda desk: desk.write_session(session_id, text)

    def _written(self) -> None:
        self.redraw()

    def action_back(self) -> None:
        """Go back; what was typed is saved first."""
        rest = self.keeper.rest()
        if rest is None:
            self.app.pop_screen()
        else:
            self.ask(rest, lambda _r: self.app.pop_screen(), group="leave")

    # --- acts -----------------------------------------------------------------------

    def action_add_action(self) -> None:
        """Add something that was agreed."""
        if self._open():
            from wardclient.screens.session_action import ActionScreen

            self.app.push_screen(ActionScreen(self.session_id))

    def action_own_note(self) -> None:
        """Write something that the other side does not see."""
        from wardclient.screens.note import NoteScreen

        if self.view is not None:
            self.app.push_screen(NoteScreen(self.view.case_id))

    def action_papers(self) -> None:
        """Open the session on paper (面談記録); what was typed is saved first, so that it stands on it."""
        from wardclient.screens.prints import open_papers

        view, rest = self.view, self.keeper.rest()
        if view is None:
            return
        if rest is None:
            open_papers(self, view.case_id, "session", self.session_id)
        else:
            self.ask(
                rest, lambda _r: open_papers(self, view.case_id, "session", self.session_id), group="leave"
            )

    def action_confirm(self) -> None:
        """Confirm the content as it stands."""
        if not self._open():
            return
        text = _(
            "いま見えている両方の記録と決めたことを確認します。\n"
            "相手側も同じ内容を確認すると封がされ、あとから書きかえられません。"
        )
        self.app.push_screen(Confirm(Question(text, _("確認する"))), self._sure)

    def _open(self) -> bool:
        if self.view is None:
            return False
        if self.view.state == "sealed":
            self.say(_("双方が確認して閉じた記録です。直すときは、新しい記録を足します。"))
            return False
        return True

    def _sure(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if not sure:
            return
        rest, session_id = self.keeper.rest(), self.session_id

        def work(desk: Desk) -> SessionView:
            if rest is not None:
                rest(desk)
            return desk.confirm_session(session_id)

        self.ask(work, self._confirmed, group="confirm")

    def _confirmed(self, view: SessionView) -> None:
        self._show(view)
        if view.state == "sealed":
            self.say(_("双方の確認がそろい、封をしました。"))
        else:
            self.say(
                _(
                    "確認しました。相手側の確認を待っています。どちらかが書き足すと、確認はやり直しになります。"
                )
            )


def _agreed(view: SessionView) -> list[Part]:
    parts: list[Part] = [(_("決めたこと") + "\n", "bold $ward-accent")]
    if not view.actions:
        parts.append((_("まだありません。F2 で足せます。") + "\n", "$ward-quiet"))
    for number, action in enumerate(view.actions, 1):
        who = Actor.of(action.who)
        words = who.label(language()) if who else action.who
        until = _("{day}まで").format(day=short_day(action.by_when)) if action.by_when else ""
        parts.append(f" {number}  {fit(action.what, 40)}  {fit(words, 8)}  {until}\n")
    done = dict(view.confirmed)
    words = "   ".join(
        f"{side(team)}: {_('確認済')} {clock(done[team])}".rstrip()
        if team in done
        else f"{side(team)}: {_('まだ')}"
        for team in SIDES
    )
    parts += [(f"\n{_('確認')}   ", "$ward-quiet"), words]
    return parts


def _state(view: SessionView) -> str:
    return {
        "open": _("共有の記録   両方の担当が書けます"),
        "one": _("共有の記録   片方が確認しました"),
        "sealed": _("封済   書きかえられません"),
    }[view.state]


def _saved(iso: str) -> str:
    return _("保存済 {at}").format(at=clock(iso)) if iso else ""
