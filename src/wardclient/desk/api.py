"""The seam between people and the work: `Door` before unlocking, `Desk` after.

All calls block and are meant for a worker thread. They raise DeskError subclasses only;
each carries a sentence for the person in both languages. Implemented by
`desk.door.HomeDoor` and `desk.workstation.Workstation`. The rows are named for the checker alone:
their sixty classes are not made before the first screen is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wardclient.desk.news_api import NewsDesk
from wardclient.desk.print_api import PaperDoor, PrintDesk

if TYPE_CHECKING:
    from wardclient.casework.problems import Problem
    from wardclient.desk.export_rows import ExportOrder, ExportRow
    from wardclient.desk.matches import MatchPage
    from wardclient.desk.pipeline_rows import PipelineRow, ReferralLog
    from wardclient.desk.placement_rows import PlacementRow, RegistrationDue, RetentionDue
    from wardclient.desk.plan_rows import PlanView
    from wardclient.desk.request_rows import RequestDue, RequestRow
    from wardclient.desk.rows import (
        Candidate,
        CaseFilter,
        CasePage,
        CaseView,
        Change,
        ConsentPreview,
        ImportOutcome,
        Inbox,
        Me,
        OpeningView,
        PresenceRow,
        Profile,
        Progress,
        SessionView,
        StaffRow,
        SyncStatus,
        Values,
        WithdrawPreview,
    )
    from wardclient.desk.shortlist_rows import ShortlistRow
    from wardclient.desk.trainings import CourseRow

Unsubscribe = Callable[[], None]
OnProgress = Callable[["Progress"], None]
Cancelled = Callable[[], bool]


class DeskError(Exception):
    """Something a person must be told. ``ja``/``en``: what happened, what is safe, what to do."""

    code = "desk"
    exit_code = 1

    def __init__(self, ja: str, en: str) -> None:
        """Keep both sentences; they never hold personal data."""
        super().__init__(self.code)
        self.ja = ja
        self.en = en


class RefusedError(DeskError):
    """A rule says no. ``problems`` are by field, for the form."""

    code = "refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Take the first problem as the sentence."""
        super().__init__("\n".join(p.ja for p in problems), "\n".join(p.en for p in problems))
        self.problems = problems


class WrongPassphraseError(DeskError):
    """The passphrase does not open this home; the next try is possible after ``wait_seconds``."""

    code = "passphrase"
    exit_code = 3

    def __init__(self, ja: str, en: str, wait_seconds: int) -> None:
        """Keep the wait."""
        super().__init__(ja, en)
        self.wait_seconds = wait_seconds


class LockedError(DeskError):
    """The desk was locked while the act was under way; nothing typed is lost."""

    code = "locked"
    exit_code = 3


class DamagedHomeError(DeskError):
    """A file of the home is damaged. It was set aside, not deleted."""

    code = "damaged"
    exit_code = 4


class DiskFullError(DeskError):
    """No room on the disk: nothing was half written, what was typed is still on the screen."""

    code = "disk_full"
    exit_code = 4


class AwayError(DeskError):
    """The central service cannot be reached; local work is done and kept."""

    code = "away"
    exit_code = 5


class Door(PaperDoor, Protocol):
    """A locked home."""

    def profile(self) -> Profile:
        """Return what may be shown before unlocking."""

    def unlock(self, passphrase: str) -> Desk:
        """Open the home; WrongPassphraseError, DamagedHomeError."""


class Desk(NewsDesk, PrintDesk, Protocol):
    """An unlocked workstation."""

    def me(self) -> Me:
        """Return who works here."""

    def status(self) -> SyncStatus:
        """Return the sync line; cheap, never waits for the network."""

    def subscribe(self, told: Callable[[Change], None]) -> Unsubscribe:
        """Call ``told`` (from any thread) after every change, whoever made it."""

    def lock(self) -> None:
        """Close the database and wipe the keys. Unsent work stays, encrypted."""

    def set_offline(self, offline: bool) -> None:  # noqa: FBT001
        """Cut or restore the connection of this PC."""

    def sync_now(self) -> SyncStatus:
        """Exchange everything now; AwayError when there is no contact."""

    # cases
    def find_cases(self, text: str, narrow: CaseFilter = ..., limit: int = 200) -> CasePage:
        """Search by kanji, kana, romaji, number, phone or birth date; my cases first."""

    def case(self, case_id: str, *, again: bool = False) -> CaseView:
        """Return a case as this person may see it; the look is logged as an access.

        ``again`` says that this person has the case open already and it is only drawn anew
        because something changed: one look is one line of the log, not one for each redraw.
        """

    def case_name(self, case_id: str) -> str:
        """Return the person's name, for a title; not a look of its own."""

    def presence(
        self, case_id: str, editing: tuple[str, str] = ("", ""), *, leaving: bool = False
    ) -> tuple[PresenceRow, ...]:
        """Tell that the case is open here; return the other PCs where it is. Never an error for lack of contact."""

    def candidates(self, person: Values) -> tuple[Candidate, ...]:
        """Return people already known who may be this one. Must precede open_case."""

    def open_case(self, person: Values, case: Values, *, none_match: bool) -> str:
        """Open a case; refused when candidates exist and the person has not said that none matches."""

    def change(self, case_id: str, kind: str, values: Values) -> None:
        """Write changed fields of person, case, assessment, welfare or registration."""

    def add_note(self, case_id: str, values: Values) -> str:
        """Write an own-office note (session_note with visibility 2 or 3) or a shared one (1)."""

    # consent
    def consent_defaults(self, case_id: str) -> Values:
        """Return a filled consent form: office of the ward, period, form version."""

    def preview_consent(self, case_id: str, values: Values) -> ConsentPreview:
        """Return exactly the facts that this form would share."""

    def record_consent(self, case_id: str, values: Values) -> str:
        """Record the consent and share the previewed facts; begins when the central service has it."""

    def decline_consent(self, case_id: str, values: Values) -> None:
        """Record that the person was asked and refused."""

    def preview_withdrawal(self, case_id: str) -> WithdrawPreview:
        """Return what stops and what cannot be called back."""

    def withdraw_consent(self, case_id: str, values: Values) -> None:
        """Stop sharing: at once on this PC, on the other side at its next contact."""

    def consents_due(self, days: int = 60) -> tuple[CaseView, ...]:
        """Return cases whose consent ends within ``days``."""

    # referrals on their way
    def pipeline(self, *, ended: bool = False) -> tuple[PipelineRow, ...]:
        """Return the referrals on their way, those that wait longest for an answer first."""

    def referral_log(self, case_id: str, referral_id: str) -> ReferralLog:
        """Return the log of a referral and what may come next."""

    def offer(self, case_id: str, values: Values) -> str:
        """Note an opening before anybody is referred; return the referral's id."""

    def move_referral(self, case_id: str, referral_id: str, values: Values, *, corrects: str = "") -> str:
        """Add a step to a referral's log; return its id."""

    def place_in_job(self, case_id: str, values: Values) -> str:
        """Write down a job (就職); return the record's id."""

    def check_retention(self, case_id: str, placement_id: str, values: Values) -> str:
        """Note that somebody looked whether the person still works there."""

    def placements(self, case_id: str) -> tuple[PlacementRow, ...]:
        """Return the jobs of a case, the oldest first."""

    def strike_placement(self, case_id: str, placement_id: str, values: Values) -> str:
        """Strike out a claim that this office made in error; return the strike's id."""

    def retention_due(self) -> tuple[RetentionDue, ...]:
        """Return the checks of retention that are due."""

    def registrations_due(self, days: int = 30) -> tuple[RegistrationDue, ...]:
        """Return registrations that lapse within ``days`` or have lapsed."""

    # shortlist
    def shortlist(self, case_id: str) -> tuple[ShortlistRow, ...]:
        """Return the openings picked for a person, the first choice first."""

    def pick_openings(self, case_id: str, numbers: Sequence[str], values: Values) -> int:
        """Put openings on the list with one reason; return how many are new on it."""

    def say_of_opening(self, case_id: str, opening_no: str, values: Values, *, corrects: str = "") -> None:
        """Write down what the person says of an opening."""

    def order_shortlist(self, case_id: str, opening_no: str, by: int) -> None:
        """Move an opening down the list (up: negative)."""

    # support requests
    def request_defaults(self, case_id: str) -> Values:
        """Return a filled form of a support request."""

    def request_support(self, case_id: str, values: Values) -> str:
        """Ask Hello Work to support a person; return the request's id."""

    def move_request(self, case_id: str, request_id: str, values: Values, *, corrects: str = "") -> None:
        """Add a step to a request; ``own_note`` stays in the own office."""

    def support_requests(self, case_id: str) -> tuple[RequestRow, ...]:
        """Return the requests of a case, the newest first."""

    def requests_due(self) -> tuple[RequestDue, ...]:
        """Return the open requests over all cases."""

    def subsidy(self, channel: str) -> str:
        """Return what a channel means for hiring subsidies."""

    # joint session
    def start_session(self, case_id: str, values: Values) -> str:
        """Begin a joint session in the consent's shared stream."""

    def session(self, session_id: str) -> SessionView:
        """Return the session with both sides' texts."""

    def write_session(self, session_id: str, text: str) -> None:
        """Save my side's text (called while typing)."""

    def part_session(self, session_id: str, text: str) -> tuple[str, str]:
        """Move what may not be for the other side into an own-office note: (what stays, id of the note)."""

    def add_action(self, session_id: str, values: Values) -> str:
        """Add an agreed action: what, who, by_when."""

    def confirm_session(self, session_id: str) -> SessionView:
        """Confirm the content as it stands; sealed once both sides confirmed the same."""

    # plan
    def plan(self, case_id: str) -> PlanView:
        """Return the plan of a case: the versions in force, those before, and the steps."""

    def plan_defaults(self, case_id: str) -> Values:
        """Return a filled form of the next version of the plan."""

    def make_plan(self, case_id: str, values: Values) -> str:
        """Make a version of the plan; it replaces every version in force."""

    def add_step(self, case_id: str, values: Values) -> str:
        """Add a step: what, who, by when."""

    def finish_step(self, case_id: str, step_id: str, values: Values) -> None:
        """Say that a step is done, and what came of it."""

    # openings and referral
    def match_openings(
        self,
        case_id: str,
        text: str = "",
        filters: Mapping[str, object] | None = None,
        limit: int = 50,
        *,
        off: Collection[str] = (),
        client_facing: bool = False,
    ) -> MatchPage:
        """Return all openings that a search finds, those that fit a person best first."""

    def opening(self, opening_no: str, *, client_facing: bool = False) -> OpeningView:
        """Return one opening with all conditions."""

    def import_openings(
        self, path: Path, *, dry_run: bool, progress: OnProgress, cancelled: Cancelled
    ) -> ImportOutcome:
        """Read an openings file in."""

    def referral_defaults(self, case_id: str, opening_no: str = "") -> Values:
        """Return a filled referral form: channel of this side, opening's facts, today."""

    def refer(self, case_id: str, values: Values, referral_id: str = "") -> str:
        """Enter a referral."""

    def record_result(self, case_id: str, referral_id: str, values: Values) -> None:
        """Enter the result of a referral."""

    # training courses and programmes
    def courses(self, text: str = "", *, everything: bool = False) -> tuple[CourseRow, ...]:
        """Return courses by words, the nearest deadline first."""

    def import_courses(self, path: Path, *, dry_run: bool) -> ImportOutcome:
        """Read a list of courses in: all of it or nothing."""

    # inbox
    def inbox(self) -> Inbox:
        """Return conflicts, work not accepted, incidents."""

    def resolve(self, conflict_id: str, version: str = "", value: object = None) -> None:
        """Decide a conflict: keep ``version``, or write ``value`` anew; the other stays in the history."""

    def write_tray(self, tray_id: str, path: Path) -> None:
        """Write tray work to an encrypted file for hand-over."""

    def write_evidence(self, incident_id: str, path: Path) -> None:
        """Write what was kept of an incident to a new file."""

    def resume_sync(self) -> None:
        """Go on after an incident stopped the exchange (administrators)."""

    def acknowledge_restore(self) -> None:
        """Acknowledge that the service was restored from copies (administrators); this PC and others go on."""

    # forms in progress
    def save_form(self, form_id: str, fields: Values) -> None:
        """Keep what is being typed."""

    def load_form(self, form_id: str) -> Values:
        """Return what was being typed, empty if nothing."""

    def drop_form(self, form_id: str) -> None:
        """Forget a form that was saved or abandoned."""

    # caseload
    def import_caseload(
        self,
        path: Path,
        *,
        dry_run: bool,
        accept_duplicates: bool,
        progress: OnProgress,
        cancelled: Cancelled,
    ) -> ImportOutcome:
        """Read a ward's caseload: all rows or none; duplicates are proposed, not created."""

    # taking out
    def export_list(
        self, order: ExportOrder, path: Path, passphrase: str, progress: OnProgress, cancelled: Cancelled
    ) -> ExportRow | None:
        """Write a list to a new file and a line to the log; None when it was cancelled."""

    def exports(self) -> tuple[ExportRow, ...]:
        """Return what was taken out on this PC, newest first."""

    # staff
    def staff(self) -> tuple[StaffRow, ...]:
        """Return devices of the ward."""
