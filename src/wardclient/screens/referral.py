"""紹介 and 採否: a referral from an opening or by hand, and what came of it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual.widget import Widget

from wardclient.casework.fields import FIELDS
from wardclient.casework.referral_states import SUBSIDY
from wardclient.casework.work_codes import Channel
from wardclient.desk.api import Desk
from wardclient.desk.rows import ReferralRow, Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MOVE, OFFER, PAPERS_BESIDE, SAVE, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.widgets.form import FormField
from wardclient.widgets.prose import Prose

_FORM = (
    "channel",
    "opening_no",
    "job_title",
    "employer_name",
    "referred_on",
    "letter_no",
    "selection_kind",
    "interview_at",
    "interview_place",
    "bring",
    "accompanied_by",
    "office_code",
    "referred_by",
)
_OFFER = ("channel", "opening_no", "job_title", "employer_name")
_RESULT = ("result", "result_on", "result_source", "reject_reason", "condition_diff")
_KINDS = {field.name: field for field in FIELDS["referral"]}


class ReferralScreen(FormScreen):
    """Enters a referral."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, OFFER, MOVE, HELP, CURTAIN, BACK, DISCARD, PAPERS_BESIDE)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("紹介の登録")
    ABOUT = mark(
        "紹介主体は、ハローワークの紹介・市の無料職業紹介・自主応募・民間や知人の別です。"
        "自分の側の紹介だけを登録できます。面接の日時は「R8.11.27 14:00」の形で入れます。"
        "まだ紹介しないときは F2 で、本人への案内 (市からハローワークの紹介を頼むときは依頼) だけを残せます。"
    )

    def __init__(self, case_id: str, opening_no: str = "", referral_id: str = "") -> None:
        """Refer a case, to an opening of the file or by hand; or make one that was offered or asked for."""
        self.case_id = case_id
        self.opening_no = opening_no
        self.referral_id = referral_id
        self._who = ""
        super().__init__(f"refer:{case_id}:{referral_id or opening_no}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(ReferralScreen, self.case_id, self.opening_no, self.referral_id)

    def fields(self) -> list[FormField]:
        """The form of a referral."""
        return [FormField(_KINDS[name]) for name in _FORM]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("紹介の登録"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return what is known: this side's channel, today, the opening."""
        self._who = desk.case(self.case_id).row.name
        if not self.referral_id:
            return desk.referral_defaults(self.case_id, self.opening_no)
        log = desk.referral_log(self.case_id, self.referral_id)
        begun = {
            "channel": log.channel,
            "opening_no": log.opening_no,
            "employer_name": log.employer_name,
            "job_title": log.job_title,
        }
        return {**desk.referral_defaults(self.case_id), **begun}

    def body(self) -> Iterable[Widget]:
        """The form, and what the channel means for subsidies."""
        yield from super().body()
        yield Prose(id="subsidy", classes="quiet")

    def edited(self) -> None:
        """Another channel may have been chosen."""
        known = Channel.of(self.form.field("channel").value)
        text = "" if known is None else SUBSIDY[known][0 if language() == "ja" else 1]
        self.query_one("#subsidy", Prose).update(text)

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Name the person; begin where something is still to be filled in."""
        self.title_line.show(f"{_('紹介の登録')}  {self._who}")
        self.edited()
        first = next((n for n in ("job_title", "letter_no") if not self.form.field(n).value), "letter_no")
        self.call_after_refresh(self.form.field(first).editor.focus)

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Enter the referral."""
        return desk.refer(self.case_id, values, self.referral_id)

    def action_offer(self) -> None:
        """Keep only that the opening was offered, or that Hello Work was asked."""
        if self.referral_id:
            self.say(_("この紹介は、もう案内・依頼されています。"))
            return
        values = {name: self.form.values().get(name) for name in _OFFER}
        case_id, form_id = self.case_id, self.form_id
        asked = self.ward.me.team == "city" and values["channel"] == Channel.HELLOWORK

        def work(desk: Desk) -> None:
            desk.offer(case_id, {**values, "state": "requested" if asked else "offered"})
            desk.drop_form(form_id)

        self.ask(work, self.done, group="offer")

    def action_papers(self) -> None:
        """Open this side's referrals on paper: 紹介状 of the city, 紹介控え of Hello Work."""
        from wardclient.screens.prints import open_papers

        open_papers(self, self.case_id, "letter" if self.ward.me.team == "city" else "receipt")

    def done(self, result: Any) -> None:  # noqa: ARG002  # the case shows it
        """Back to the case, past sheet and search."""
        from wardclient.screens.openings import OpeningScreen, OpeningsScreen

        self.app.pop_screen()
        while isinstance(self.app.screen, OpeningScreen | OpeningsScreen):
            self.app.pop_screen()


class ResultScreen(FormScreen):
    """Enters what came of a referral."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("採否の登録")
    ABOUT = mark(
        "返事がまだのときは「連絡待ち」のままにします。不採用の理由は、採否が不採用のときだけ入れます。"
    )

    def __init__(self, case_id: str, referral_id: str) -> None:
        """Enter the result of a referral."""
        self.case_id = case_id
        self.referral_id = referral_id
        self._row: ReferralRow | None = None
        super().__init__(f"result:{referral_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(ResultScreen, self.case_id, self.referral_id)

    def fields(self) -> list[FormField]:
        """The form of a result."""
        return [FormField(_KINDS[name]) for name in _RESULT]

    def on_mount(self) -> None:
        """Name the screen."""
        self.title_line.show(_("採否の登録"))
        super().on_mount()

    def load(self, desk: Desk) -> Values:
        """Return what is known of the result."""
        view = desk.case(self.case_id)
        row = next((r for r in view.referrals if r.referral_id == self.referral_id), None)
        self._row = row
        today = self.ward.today().isoformat()
        return {"result": row.result if row else "", "result_on": today, "result_source": "2"}

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Name the referral."""
        if self._row is not None:
            self.title_line.show(_("採否の登録"), f"{self._row.job_title}  {self._row.employer_name}")

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Enter the result."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        desk.record_result(self.case_id, self.referral_id, given)
