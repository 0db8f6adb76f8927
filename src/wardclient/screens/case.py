"""ケース: consent bar on top, always in the same place, and under it the parts of the case."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from wardclient.desk.api import DeskError, RefusedError
from wardclient.desk.rows import CaseView, Change, FieldView, NoteRow, ReferralRow
from wardclient.keys import (
    BACK,
    CONSENT,
    CURTAIN,
    EDIT,
    HELP,
    MORE,
    NOTE,
    OPEN,
    PAPERS,
    PLACEMENTS,
    PLAN,
    REFER,
    REQUESTS,
    RESULT,
    SESSION,
    SHORTLIST,
    TAB_LEFT,
    TAB_RIGHT,
    Key,
)
from wardclient.locale import _, mark
from wardclient.screens.base import WIDE, WorkScreen, bindings
from wardclient.screens.case_lists import FieldsTab, NotesTab, ReferralsTab, TimelineTab
from wardclient.screens.case_overview import overview, timeline_lines
from wardclient.screens.curtain import CurtainScreen
from wardclient.screens.presence import Presence
from wardclient.screens.shortlist_tab import ShortlistTab
from wardclient.screens.words import group_word, long_day
from wardclient.widgets.bars import ConsentBar, TabLine
from wardclient.widgets.grid import RowGrid
from wardclient.widgets.lines import Rule
from wardclient.widgets.prose import Prose

CURTAIN_LOOK = 0.1
"""Seconds between looks behind a drawn curtain."""
TABS = (
    ("overview", mark("概要")),
    ("notes", mark("面談")),
    ("referrals", mark("紹介")),
    ("shortlist", mark("候補")),
    ("timeline", mark("経過")),
    ("fields", mark("項目")),
)


class CaseScreen(WorkScreen):
    """One case as this person may see it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        NOTE,
        SESSION,
        REFER,
        CONSENT,
        EDIT,
        PLAN,
        REQUESTS,
        SHORTLIST,
        PLACEMENTS,
        PAPERS,
        BACK,
        HELP.aside(),
        RESULT.aside(),
        OPEN.aside(),
        TAB_LEFT,
        TAB_RIGHT,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    MORE = MORE
    CSS_PATH = "case.tcss"
    TITLE_TEXT = mark("ケース")
    ABOUT = mark(
        "上の帯に、相手側に見えているものがいつも出ています。左右の矢印で、概要・面談・紹介・候補・経過・項目を切り替えます。"
        "n で記録、c で同意、g で支援プラン、e で項目を直します。Ctrl+P で、支援要請や就職など、ほかの操作も選べます。"
    )

    def __init__(self, case_id: str, tab: str = "overview") -> None:
        """Show a case, beginning with ``tab``."""
        super().__init__()
        self.case_id = case_id
        self._tab = tab
        self.view: CaseView | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same case again."""
        return partial(CaseScreen, self.case_id, self._tab)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self.view is not None

    def body(self) -> Iterable[Widget]:
        """Consent bar, names of the parts, the open part; what happened beside it on a wide screen."""
        yield ConsentBar()
        yield Presence(self.case_id)
        yield TabLine([_(name) for _id, name in TABS])
        yield Rule()
        with Horizontal():
            with ContentSwitcher(initial=self._tab, classes="main"):
                with VerticalScroll(id="overview", classes="pane"):
                    yield Prose(id="overview-text")
                yield NotesTab(id="notes")
                yield ReferralsTab(id="referrals")
                yield ShortlistTab(id="shortlist")
                yield TimelineTab(id="timeline")
                yield FieldsTab(id="fields")
            with Vertical(classes="side"):
                yield Prose(id="beside", classes="pane")

    def on_mount(self) -> None:
        """Ask for the case."""
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """Anything about this case."""
        return self.case_id in change.case_ids or (not change.case_ids and "case" in change.kinds)

    def redraw(self) -> None:
        """Ask for the case once more."""
        case_id, again = self.case_id, self.view is not None
        self.ask(lambda desk: desk.case(case_id, again=again), self._show, group="case", failed=self._gone)

    def _gone(self, error: DeskError) -> None:
        """The case is not on this PC any more (its consent ended): nothing of it stays on the screen."""
        if not isinstance(error, RefusedError):
            self.tell(error)
            return
        if isinstance(self.app.screen, CurtainScreen):
            # Nothing can be seen; the curtain must not be taken away by anybody but a person.
            self.set_timer(CURTAIN_LOOK, self.redraw)
            return
        stack = self.app.screen_stack
        if self not in stack:
            return
        below = stack[stack.index(self) - 1]
        while self.app.screen is not below:
            self.app.pop_screen()
        if isinstance(below, WorkScreen):
            below.tell(error)

    def _show(self, view: CaseView) -> None:
        self.view = view
        row = view.row
        age = _("{day} ({age}歳)").format(day=long_day(row.birth_date), age=view.age)
        facts = "  ".join(
            part for part in (age if row.birth_date else "", group_word(row.target_group)) if part
        )
        self.title_line.show(f"{row.name}  {row.kana}".strip(), facts)
        self.query_one(ConsentBar).show(view.consent)
        if self.has_class("-wide"):
            self.query_one("#beside", Prose).update(*timeline_lines(view))
        self._show_tab(view)
        self._mark_tab()

    def _show_tab(self, view: CaseView) -> None:
        """Draw the open part; the others are drawn when they are opened."""
        if self._tab == "overview":
            team, today = self.ward.me.team, self.ward.today()
            self.query_one("#overview-text", Prose).update(*overview(view, team, today))
        else:
            part = self.query_one(f"#{self._tab}")
            assert isinstance(part, NotesTab | ReferralsTab | ShortlistTab | TimelineTab | FieldsTab)  # noqa: S101
            part.show(view)

    def on_resize(self) -> None:
        """Fill the second column when it appears."""
        if self.view is not None and self.size.width >= WIDE:
            self.query_one("#beside", Prose).update(*timeline_lines(self.view))

    # --- parts ------------------------------------------------------------------

    def _mark_tab(self) -> None:
        at = [name for name, _words in TABS].index(self._tab)
        self.query_one(TabLine).show([_(words) for _id, words in TABS], at)

    def open_tab(self, tab: str) -> None:
        """Show a part of the case."""
        self._tab = tab
        self.query_one(ContentSwitcher).current = tab
        if self.view is not None:
            self._show_tab(self.view)
        self._mark_tab()
        found = self.query(f"#{tab} RowGrid")
        if found:
            self.set_focus(found.first())
        else:
            self.set_focus(None)

    def action_tab(self, step: int) -> None:
        """Show the next part, or the one before."""
        names = [name for name, _words in TABS]
        self.open_tab(names[(names.index(self._tab) + step) % len(names)])

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self.open_tab(TABS[event.index][0])

    @on(RowGrid.Opened)
    def _opened(self, event: RowGrid.Opened) -> None:
        from wardclient.screens.edit import EditScreen
        from wardclient.screens.session import SessionScreen

        row = event.row
        if isinstance(row, NoteRow) and row.kind == "session":
            self.app.push_screen(SessionScreen(row.note_id))
        elif isinstance(row, ReferralRow):
            self.action_result()
        elif isinstance(row, FieldView):
            self.app.push_screen(EditScreen(self.case_id, row.kind, row.name))

    def action_open(self) -> None:
        """Open what is chosen in this part; from the overview, its notes."""
        if self._tab == "overview":
            self.open_tab("notes")

    # --- acts -------------------------------------------------------------------

    def _may(self, act: str, why_not: str) -> bool:
        if self.view is None:
            return False
        if act in self.view.may:
            return True
        self.say(why_not)
        return False

    def action_note(self) -> None:
        """Write a note."""
        from wardclient.screens.note import NoteScreen

        if self._may("add_note", _("このケースには記録を足せません。")):
            self.app.push_screen(NoteScreen(self.case_id))

    def action_session(self) -> None:
        """Go on with the open joint session, or begin one."""
        from wardclient.screens.session import SessionScreen

        if self.view is None:
            return
        going = next((n for n in self.view.notes if n.kind == "session" and not n.sealed), None)
        if going is not None:
            self.app.push_screen(SessionScreen(going.note_id))
        elif self._may(
            "start_session",
            _("同意が有効でないため、同席面談の記録は共有できません。n で区だけの記録を書けます。"),
        ):
            case_id = self.case_id
            self.ask(
                lambda desk: desk.start_session(case_id, {}),
                lambda session: self.app.push_screen(SessionScreen(session)),
                group="session",
            )

    def action_requests(self) -> None:
        """Show what Hello Work was asked, and what came of it."""
        from wardclient.screens.request import RequestScreen

        if self.view is not None:
            self.app.push_screen(RequestScreen(self.case_id))

    def action_shortlist(self) -> None:
        """Show the openings picked for the person."""
        from wardclient.screens.shortlist import ShortlistScreen

        if self.view is not None:
            self.app.push_screen(ShortlistScreen(self.case_id))

    def action_placements(self) -> None:
        """Show the jobs, and every claim to them."""
        from wardclient.screens.placements import PlacementsScreen

        if self.view is not None:
            self.app.push_screen(PlacementsScreen(self.case_id))

    def action_papers(self) -> None:
        """Open the papers (様式) of the case."""
        from wardclient.screens.prints import PrintScreen

        self.app.push_screen(PrintScreen(self.case_id))

    def action_plan(self) -> None:
        """Show the support plan."""
        from wardclient.screens.plan import PlanScreen

        if self.view is not None:
            self.app.push_screen(PlanScreen(self.case_id))

    def action_refer(self) -> None:
        """Choose an opening for a referral."""
        from wardclient.screens.openings import OpeningsScreen

        if self._may("refer", _("終了したケースには紹介を足せません。")):
            self.app.push_screen(OpeningsScreen(self.case_id))

    def action_result(self) -> None:
        """Enter the result of the chosen referral, or of the newest one."""
        from wardclient.screens.referral import ResultScreen

        if self.view is None or not self.view.referrals:
            self.say(_("このケースには、まだ紹介がありません。"))
            return
        chosen = self.query_one(ReferralsTab).row if self._tab == "referrals" else None
        row = chosen or self.view.referrals[0]
        if self._may("record_result", _("終了したケースには採否を入れられません。")):
            self.app.push_screen(ResultScreen(self.case_id, row.referral_id))

    def action_consent(self) -> None:
        """Record a consent, or show the one there is."""
        from wardclient.screens.consent import ConsentScreen
        from wardclient.screens.consent_state import ConsentStateScreen

        if self.view is None:
            return
        if self.view.consent.state == "none" and "record_consent" in self.view.may:
            self.app.push_screen(ConsentScreen(self.case_id))
        else:
            self.app.push_screen(ConsentStateScreen(self.case_id))

    def action_edit(self) -> None:
        """Change fields."""
        from wardclient.screens.edit import EditScreen

        if self._may("change", _("このケースの項目は、ここでは直せません。")):
            self.app.push_screen(EditScreen(self.case_id))
