"""The parts of a case that are lists: 面談, 紹介, 経過, 項目."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from wardclient.desk.rows import CaseView, FieldView, NoteRow, ReferralRow, TimelineRow
from wardclient.locale import _, mark
from wardclient.screens.case_overview import channel, short_day
from wardclient.screens.words import day, long_day, side
from wardclient.widgets.bars import moment
from wardclient.widgets.grid import Column, RowGrid
from wardclient.widgets.prose import Prose


def _note_mark(row: NoteRow) -> str:
    if row.unsent:
        return _("未送信")
    if row.kind == "session":
        return _("封済") if row.sealed else _("記入中")
    return ""


NOTES: tuple[Column[NoteRow], ...] = (
    Column(mark("日"), 9, lambda r: day(r.held_on)),
    Column(
        mark("見る人"),
        6,
        lambda r: _("共有") if r.shared else _("自分側"),
        style=lambda r: "grid--good" if r.shared else "grid--quiet",
    ),
    Column(mark("種別"), 8, lambda r: _("同席面談") if r.kind == "session" else _("記録")),
    Column(mark("内容"), 20, lambda r: r.title, share=3),
    Column(mark("書いた人"), 12, lambda r: r.author, share=1),
    Column("", 8, _note_mark, style=lambda _r: "grid--warn"),
)


class NotesTab(Vertical):
    """面談: notes and sessions, the chosen one readable below."""

    def compose(self) -> ComposeResult:
        """List and text."""
        yield RowGrid(NOTES)
        with VerticalScroll(classes="below"):
            yield Prose(id="note-text")

    def show(self, view: CaseView) -> None:
        """Show the notes of a case."""
        self.query_one(RowGrid).show(view.notes, empty=_("まだ記録がありません   n で書けます"), keep=True)

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        text = f"{long_day(row.held_on)}  {row.author}\n{row.body}" if isinstance(row, NoteRow) else ""
        self.query_one("#note-text", Prose).update(text)


REFERRALS: tuple[Column[ReferralRow], ...] = (
    Column(mark("紹介日"), 8, lambda r: short_day(r.referred_on)),
    Column(mark("主体"), 4, lambda r: channel(r.channel)),
    Column(mark("職種"), 12, lambda r: r.job_title, share=2),
    Column(mark("事業所"), 12, lambda r: r.employer_name, share=2),
    Column(mark("求人番号"), 14, lambda r: r.opening_no, style=lambda _r: "grid--quiet"),
    Column(mark("今の状態"), 14, lambda r: r.state_text),
)


class ReferralsTab(Vertical):
    """紹介: what was referred, and what came of it."""

    _case_id = ""

    def compose(self) -> ComposeResult:
        """The list, and the chosen one in full."""
        yield RowGrid(REFERRALS)
        with VerticalScroll(classes="below"):
            yield Prose(id="referral-text")

    @property
    def row(self) -> ReferralRow | None:
        """The chosen referral."""
        found = self.query_one(RowGrid).row
        return found if isinstance(found, ReferralRow) else None

    def show(self, view: CaseView) -> None:
        """Show the referrals of a case."""
        self._case_id = view.row.case_id
        self.query_one(RowGrid).show(
            view.referrals, empty=_("まだ紹介がありません   p で求人から選べます"), keep=True
        )

    @on(RowGrid.Opened)
    def _opened(self, event: RowGrid.Opened) -> None:
        from wardclient.screens.pipeline import LogScreen

        event.stop()
        if self.row is not None:
            self.app.push_screen(LogScreen(self._case_id, self.row.referral_id))

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        row = event.row
        if not isinstance(row, ReferralRow):
            self.query_one("#referral-text", Prose).update("")
            return
        facts = (
            (_("職種"), f"{row.job_title}  {row.employer_name}"),
            (_("求人番号"), row.opening_no),
            (_("紹介番号"), row.letter_no),
            (_("面接"), moment(row.interview_at)),
            (_("担当"), row.author),
        )
        text = "\n".join(f"{label}  {value}" for label, value in facts if value.strip())
        hint = _("Enter で経過を開きます")
        if not row.result or row.result == "8":
            hint = f"{_('r で採否を入れます')}  {hint}"
        self.query_one("#referral-text", Prose).update(f"{text}\n{hint}".rstrip())


TIMELINE: tuple[Column[TimelineRow], ...] = (
    Column(mark("時刻"), 14, lambda r: moment(r.at)),
    Column(mark("側"), 2, lambda r: side(r.team)),
    Column(mark("書いた人"), 12, lambda r: r.author),
    Column(mark("したこと"), 20, lambda r: r.text, share=1),
    Column(
        mark("届いた"), 13, lambda r: moment(r.received_at) if r.received_at != r.at else "", wide_only=True
    ),
    Column(
        mark("見る人"), 6, lambda r: _("共有") if r.shared else _("自分側"), style=lambda _r: "grid--quiet"
    ),
)


class TimelineTab(Vertical):
    """経過: what happened, newest first."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield RowGrid(TIMELINE)

    def show(self, view: CaseView) -> None:
        """Show what happened in a case."""
        self.query_one(RowGrid).show(view.timeline, empty=_("まだ何もありません"), keep=True)


FIELDS: tuple[Column[FieldView], ...] = (
    Column(mark("項目"), 18, lambda r: r.label),
    Column(mark("内容"), 24, lambda r: r.shown, share=1),
    Column(
        mark("相手側"),
        8,
        lambda r: _("見えます") if r.shared else "",
        style=lambda _r: "grid--good",
    ),
    Column(mark("書いた人"), 12, lambda r: r.author if r.shown else "", style=lambda _r: "grid--quiet"),
    Column("", 6, lambda r: _("重なり") if r.conflict else "", style=lambda _r: "grid--warn"),
)


class FieldsTab(Vertical):
    """項目: every field with a value, who wrote it, who sees it."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield RowGrid(FIELDS)

    def show(self, view: CaseView) -> None:
        """Show the fields of a case."""
        found = tuple(f for f in view.fields if f.shown and f.name not in _INTERNAL)
        self.query_one(RowGrid).show(found, empty=_("まだ何もありません"), keep=True)


_INTERNAL = frozenset({"case_id", "person_id"})
