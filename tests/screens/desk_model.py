"""A desk in memory: the rules that screens depend on, without storage, keys or network.

Two sides share one `Ward`; what one side writes under a consent the other one sees at once.
Used where a test needs a state that is hard to bring about for real (a full disk, a conflict).
"""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from tests.screens.prints_model import PrintModel, PrintRoom
from wardclient.casework import fields as catalogue
from wardclient.casework import plan, reference
from wardclient.casework.calendar import age_on, format_wareki
from wardclient.casework.codes import SCOPE_SHORT, SCOPE_TO_CITY, SCOPE_TO_HW
from wardclient.casework.problems import Problem
from wardclient.casework.referral_states import SUBSIDY
from wardclient.casework.supply_use import SupplyUse
from wardclient.casework.text_checks import part_out
from wardclient.casework.training import Course, days_left, deadline_state, read_courses
from wardclient.casework.validation import normalise, validate
from wardclient.casework.work_codes import Channel
from wardclient.desk import plan_rows, rows
from wardclient.desk.api import (
    Cancelled,
    DeskError,
    LockedError,
    OnProgress,
    RefusedError,
    WrongPassphraseError,
)
from wardclient.desk.export_rows import ExportOrder, ExportRow
from wardclient.desk.feed_rows import FeedOutcome, FeedStatus
from wardclient.desk.matches import MatchPage, MatchRow, PartView
from wardclient.desk.pipeline_rows import PipelineRow, ReferralLog
from wardclient.desk.placement_rows import PlacementRow, RegistrationDue, RetentionDue
from wardclient.desk.request_rows import RequestDue, RequestRow
from wardclient.desk.restore_rows import RestoreRow
from wardclient.desk.saved_rows import SavedRow, SavedSearch
from wardclient.desk.shortlist_rows import ShortlistRow
from wardclient.desk.trainings import CourseRow

TODAY = dt.date(2026, 11, 24)
NOW = "2026-11-24T10:42:00+09:00"
WORDS = "tsurumi-aoi-sora"
KINDS = ("person", "case", "assessment", "registration", "welfare")
FEED = FeedStatus(
    4,
    "2026-11-23",
    1,
    "fresh",
    "求人のファイルは1日前のものです。",
    "The openings file is 1 days old.",
    "CW 1係",
    "2026-11-24T08:31:00+09:00",
    3_012,
    "出典: ハローワーク（求人情報提供サービス）",
    "",
    "",
    "",
)
Values = Mapping[str, object]


EVERYTHING = rows.CaseFilter()


@dataclass
class Case:
    """One case of the ward."""

    values: dict[tuple[str, str], object]
    caseworker: str = "CW 3係"
    consent: dict[str, object] = field(default_factory=dict)
    state: rows.ConsentState = "none"
    notes: list[rows.NoteRow] = field(default_factory=list)
    referrals: list[rows.ReferralRow] = field(default_factory=list)
    timeline: list[rows.TimelineRow] = field(default_factory=list)
    conflicts: dict[tuple[str, str], tuple[rows.HeadView, ...]] = field(default_factory=dict)

    def get(self, kind: str, name: str) -> str:
        """Return a field as text."""
        value = self.values.get((kind, name))
        return str(value) if value is not None else ""


@dataclass
class Session:
    """A joint session."""

    case_id: str
    texts: dict[str, str] = field(default_factory=dict)
    actions: list[rows.ActionRow] = field(default_factory=list)
    confirmed: dict[str, str] = field(default_factory=dict)
    sealed: bool = False


@dataclass
class Ward:
    """What both sides hold together."""

    cases: dict[str, Case] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    openings: list[rows.OpeningRow] = field(default_factory=list)
    tray: list[rows.TrayRow] = field(default_factory=list)
    incidents: list[rows.IncidentRow] = field(default_factory=list)
    restores: list[RestoreRow] = field(default_factory=list)
    forms: dict[str, dict[str, object]] = field(default_factory=dict)
    warning: str = ""
    saved: list[SavedRow] = field(default_factory=list)
    feed: FeedStatus = FEED
    plans: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    plans_in_force: int = 1
    papers_held: int = 0
    courses: list[Course] = field(default_factory=list)
    steps: dict[str, list[plan_rows.StepRow]] = field(default_factory=dict)
    shortlists: dict[str, tuple[ShortlistRow, ...]] = field(default_factory=dict)


class ModelDoor:
    """The door of one side's PC."""

    def __init__(self, ward: Ward, team: str = "city", *, practice: bool = True) -> None:
        """Stand before ``team``'s PC."""
        self.ward = ward
        self.team = team
        self.practice = practice
        self.desk: ModelDesk | None = None

    def profile(self) -> rows.Profile:
        """Return what may be shown."""
        label = "CW 3係" if self.team == "city" else "HW 3番窓口"
        return rows.Profile(label, "14101", "鶴見区", self.team, self.practice, 0)

    def clear_papers(self) -> int:
        """What a viewer holds."""
        return self.ward.papers_held

    def unlock(self, passphrase: str) -> "ModelDesk":
        """Open the desk."""
        if passphrase != WORDS:
            raise WrongPassphraseError("合言葉がちがいます。データはそのままです。", "Wrong passphrase.", 0)
        self.desk = ModelDesk(self.ward, self.team, practice=self.practice)
        return self.desk


class ModelDesk(PrintModel):
    """An unlocked desk."""

    def __init__(self, ward: Ward, team: str, *, practice: bool = True) -> None:
        """Sit at ``team``'s desk."""
        self.room = PrintRoom()
        self.ward = ward
        self.team = team
        self.practice = practice
        self.listeners: list[Callable[[rows.Change], None]] = []
        self.locked = False
        self.offline = False
        self.unsent = 0
        self.viewed: list[str] = []
        self.exported: list[ExportRow] = []
        self.told: list[tuple[str, tuple[str, str], bool]] = []
        self.others: tuple[rows.PresenceRow, ...] = ()
        self.refuse_saves: DeskError | None = None
        self.explode: BaseException | None = None
        self.held: threading.Event | None = None
        """While set and not released, finding cases waits: a slow query."""

    # --- the frame -------------------------------------------------------------

    def _check(self) -> None:
        if self.locked:
            raise LockedError("ロックされました。", "Locked.")

    def papers_held(self) -> int:
        """What a viewer holds."""
        return self.ward.papers_held

    def tell(self, *kinds: str, case: str = "") -> None:
        """Tell open views."""
        change = rows.Change(frozenset(kinds) | {"sync"}, frozenset({case} if case else ()))
        for told in list(self.listeners):
            told(change)

    def me(self) -> rows.Me:
        """Return who works here."""
        label, roles = ("CW 3係", ("cw",)) if self.team == "city" else ("HW 3番窓口", ("hw",))
        return rows.Me(label, self.team, roles, "14101", "鶴見区", self.practice, "00" * 16)

    def status(self) -> rows.SyncStatus:
        """Return the sync line."""
        conflicts = sum(len(c.conflicts) for c in self.ward.cases.values())
        state: Literal["offline", "synced"] = "offline" if self.offline else "synced"
        inbox = conflicts + len(self.ward.tray)
        return rows.SyncStatus(state, self.unsent, 0, NOW, 0, inbox, len(self.ward.incidents))

    def subscribe(self, told: Callable[[rows.Change], None]) -> Callable[[], None]:
        """Remember whom to tell."""
        self.listeners.append(told)
        return lambda: self.listeners.remove(told)

    def lock(self) -> None:
        """Close."""
        self.locked = True

    def set_offline(self, offline: bool) -> None:
        """Cut or restore."""
        self.offline = offline
        self.tell("sync")

    def sync_now(self) -> rows.SyncStatus:
        """Exchange."""
        self._check()
        self.unsent = 0
        return self.status()

    # --- cases -----------------------------------------------------------------

    def _row(self, case_id: str) -> rows.CaseRow:
        case = self.ward.cases[case_id]
        name = f"{case.get('person', 'family_name')} {case.get('person', 'given_name')}".strip()
        return rows.CaseRow(
            case_id,
            name,
            case.get("person", "name_kana"),
            case.get("person", "birth_date"),
            case.get("case", "case_no") if self.team == "city" else "",
            case.get("case", "target_group"),
            case.get("case", "status") or "intake",
            case.state,
            str(case.consent.get("valid_until") or ""),
            case.caseworker,
            case.caseworker == self.me().label,
            max((n.held_on for n in case.notes), default=""),
            "",
            False,
            len(case.conflicts),
        )

    def _visible(self, case: Case) -> bool:
        return self.team == "city" or case.state == "given"

    def find_cases(self, text: str, narrow: rows.CaseFilter = EVERYTHING, limit: int = 200) -> rows.CasePage:
        """Search names and readings."""
        self._check()
        if self.explode is not None:
            raise self.explode
        if self.held is not None and text:
            self.held.wait(10)
        wanted = "".join(text.split())
        found = [self._row(i) for i, c in self.ward.cases.items() if self._visible(c)]
        found = [
            r for r in found if wanted in r.name.replace(" ", "") + r.kana.replace("\u3000", "") + r.case_no
        ]
        found = [r for r in found if not narrow.status or r.status == narrow.status]
        found = [r for r in found if not narrow.consent or r.consent == narrow.consent]
        found = [r for r in found if not narrow.target_group or r.target_group == narrow.target_group]
        found = [r for r in found if not narrow.mine or r.mine]
        return rows.CasePage(tuple(found[:limit]), len(found), more_than=False, index_behind=0)

    def presence(
        self, case_id: str, editing: tuple[str, str] = ("", ""), *, leaving: bool = False
    ) -> tuple[rows.PresenceRow, ...]:
        """Return who else has the case open."""
        self._check()
        self.told.append((case_id, editing, leaving))
        return self.others

    def case(self, case_id: str, *, again: bool = False) -> rows.CaseView:
        """Return a case."""
        self._check()
        if not again:
            self.viewed.append(case_id)
        case = self.ward.cases[case_id]
        row = self._row(case_id)
        shared = self._shared(case)
        fields = [
            rows.FieldView(
                kind,
                f.name,
                f.ja,
                case.values.get((kind, f.name)),
                catalogue.shown(f, case.values.get((kind, f.name))),
                (kind, f.name) in shared,
                "CW 3係",
                NOW,
                f"00/{kind}/{f.name}" if (kind, f.name) in case.conflicts else "",
            )
            for kind in KINDS
            for f in catalogue.FIELDS[kind]
            if self.team == "city" or (kind, f.name) in shared
        ]
        birth = row.birth_date
        notes = tuple(n for n in case.notes if n.shared or n.team == self.team)
        return rows.CaseView(
            row,
            "city",
            age_on(dt.date.fromisoformat(birth), TODAY) if birth else 0,
            self._consent(case),
            tuple(fields),
            tuple(reversed(notes)),
            tuple(reversed(case.referrals)),
            tuple(reversed(case.timeline)),
            self._sees(case),
            self._may(case),
        )

    def _shared(self, case: Case) -> set[tuple[str, str]]:
        if case.state != "given":
            return set()
        items = tuple(map(str, case.consent["scope_to_hw"]))  # type: ignore[call-overload]
        return {(fact.kind, fact.field) for fact in catalogue.facts(self._kinds(case), items)}

    def _kinds(self, case: Case) -> dict[str, dict[str, object]]:
        return {k: {n: v for (kk, n), v in case.values.items() if kk == k} for k in KINDS}

    def _sees(self, case: Case) -> tuple[str, ...]:
        if case.state != "given" or self.team != "city":
            return ()
        items = tuple(map(str, case.consent["scope_to_hw"]))  # type: ignore[call-overload]
        facts = catalogue.facts(self._kinds(case), items)
        return tuple(
            f"{i} {SCOPE_TO_HW[i].ja}  {'、'.join(f.shown for f in facts if f.item == i)}".rstrip()
            for i in items
        )

    def _may(self, case: Case) -> frozenset[str]:
        acts = {"change", "add_note", "refer", "record_result"}
        if case.state == "given":
            acts |= {"start_session", "withdraw_consent"}
        elif self.team == "city":
            acts |= {"record_consent", "decline_consent"}
        return frozenset(acts)

    def _consent(self, case: Case) -> rows.ConsentView:
        values = case.consent
        other = "HW" if self.team == "city" else "区"
        until = str(values.get("valid_until") or "")
        items = tuple(map(str, values.get("scope_to_hw", ())))  # type: ignore[call-overload]
        words = " ".join(SCOPE_SHORT[i] for i in items)
        bars = {
            "none": f"同意なし  {other}には何も見えません",
            "refused": f"同意しない (記録済み)  {other}には何も見えません",
            "withdrawn": f"同意撤回  {other}には何も見えません",
        }
        bar = bars.get(case.state, "")
        if case.state == "given":
            bar = f"同意あり  {format_wareki(dt.date.fromisoformat(until))}まで  {other}に見えるもの: {words}"
        return rows.ConsentView(
            "c1" if values else "",
            case.state,
            bar,
            ("ハローワーク鶴見",) if values else (),
            items,
            tuple(map(str, values.get("scope_to_city", ()))),  # type: ignore[call-overload]
            str(values.get("valid_from") or ""),
            until,
            str(values.get("form_version") or ""),
            str(values.get("paper_location") or ""),
            "CW 3係" if values else "",
            "yes" if case.state == "given" else "deleted" if case.state == "withdrawn" else "no",
            0,
            values,
        )

    def candidates(self, person: Values) -> tuple[rows.Candidate, ...]:
        """Return people of the same reading or birth date."""
        given = normalise("person", dict(person))
        found = []
        for case_id, case in self.ward.cases.items():
            reasons = tuple(
                words
                for name, words in (("name_kana", "読みが同じ"), ("birth_date", "生年月日が同じ"))
                if given.get(name) and given[name] == case.values.get(("person", name))
            )
            if reasons:
                row = self._row(case_id)
                address = case.get("person", "address1")
                found.append(
                    rows.Candidate(
                        case_id, row.name, row.kana, row.birth_date, address, reasons, len(reasons) > 1
                    )
                )
        return tuple(found)

    def open_case(self, person: Values, case: Values, *, none_match: bool) -> str:
        """Open a case."""
        given = normalise("person", dict(person))
        extra = normalise("case", dict(case))
        self._refuse(
            *validate("person", given, today=TODAY, team=self.team, roles=self.me().roles),
            *(
                p
                for p in validate("case", extra, today=TODAY, team=self.team, roles=self.me().roles)
                if p.field in extra
            ),
        )
        if not none_match and self.candidates(given):
            self._refuse(Problem("", "candidates", "同じ人かもしれません。", "Maybe the same person."))
        case_id = uuid.uuid4().hex
        values = {("person", k): v for k, v in given.items()} | {("case", k): v for k, v in extra.items()}
        self.ward.cases[case_id] = Case({**values, ("case", "status"): "intake"}, self.me().label)
        self.tell("case", case=case_id)
        return case_id

    def _refuse(self, *problems: Problem) -> None:
        if problems:
            raise RefusedError(tuple(problems))

    def change(self, case_id: str, kind: str, values: Values) -> None:
        """Write fields."""
        self._check()
        if self.refuse_saves is not None:
            raise self.refuse_saves
        given = normalise(kind, dict(values))
        case = self.ward.cases[case_id]
        whole = {**self._kinds(case)[kind], **given}
        problems = validate(kind, whole, today=TODAY, team=self.team, roles=self.me().roles)
        self._refuse(*(p for p in problems if p.field in given))
        for name, value in given.items():
            case.values[kind, name] = value
            case.timeline.append(
                rows.TimelineRow(NOW, NOW, f"{name} を直した", self.me().label, self.team, shared=False)
            )
        self.tell("case", case=case_id)

    def add_note(self, case_id: str, values: Values) -> str:
        """Write a note."""
        given = normalise("note", {"kind": "1" if self.team == "city" else "2", **values})
        self._refuse(*validate("note", given, today=TODAY, team=self.team, roles=self.me().roles))
        note_id = uuid.uuid4().hex
        body = str(given["body"])
        self.ward.cases[case_id].notes.append(
            rows.NoteRow(
                note_id,
                "note",
                str(given["held_on"]),
                body.splitlines()[0][:40],
                body,
                self.me().label,
                self.team,
                given["visibility"] == "1",
                sealed=False,
                unsent=False,
            )
        )
        self.tell("case", case=case_id)
        return note_id

    # --- consent ---------------------------------------------------------------

    def consent_defaults(self, case_id: str) -> Values:
        """Return the usual form."""
        assert case_id in self.ward.cases
        return {
            "form_version": "同意書 第1版",
            "signed_on": TODAY.isoformat(),
            "signer_kind": "1",
            "method": "1",
            "explained_by": "CW 3係",
            "recipients": [reference.office_of_ward("14101")],
            "purpose": ["1", "2", "3"],
            "scope_to_hw": ["S1", "S2", "S3", "S4", "S6"],
            "scope_to_city": ["H1", "H2", "H3", "H4", "H5"],
            "valid_from": TODAY.isoformat(),
            "valid_until": "2027-05-31",
        }

    def _form(self, values: Values, case_id: str) -> dict[str, object]:
        form = {**self.consent_defaults(case_id), **normalise("consent", dict(values))}
        self._refuse(*validate("consent", form, today=TODAY, team=self.team, roles=self.me().roles))
        return form

    def preview_consent(self, case_id: str, values: Values) -> rows.ConsentPreview:
        """Return exactly what would be shared."""
        form = self._form(values, case_id)
        ticked = tuple(map(str, form["scope_to_hw"]))  # type: ignore[call-overload]
        facts = catalogue.facts(self._kinds(self.ward.cases[case_id]), ticked)
        there = {f.item for f in facts}
        return rows.ConsentPreview(
            tuple(rows.FactRow(f.item, SCOPE_TO_HW[f.item].ja, f.label_ja, f.shown) for f in facts),
            tuple(f"{i} {SCOPE_TO_HW[i].ja}" for i in ticked if i not in there),
            tuple(f"{i} {SCOPE_TO_CITY[i].ja}" for i in map(str, form["scope_to_city"])),  # type: ignore[call-overload]
            ("ハローワーク鶴見",),
            "令和8年11月24日 ～ 令和9年5月31日",
            ("S5 健康・障害の配慮 を渡します。",) if "S5" in ticked else (),
        )

    def record_consent(self, case_id: str, values: Values) -> str:
        """Record it."""
        case = self.ward.cases[case_id]
        case.consent, case.state = self._form(values, case_id), "given"
        self.tell("case", "consent", case=case_id)
        return "c1"

    def decline_consent(self, case_id: str, values: Values) -> None:
        """Record a refusal."""
        case = self.ward.cases[case_id]
        case.consent, case.state = dict(values), "refused"
        self.tell("case", "consent", case=case_id)

    def preview_withdrawal(self, case_id: str) -> rows.WithdrawPreview:
        """Return what stops."""
        case = self.ward.cases[case_id]
        return rows.WithdrawPreview(
            tuple(f"{i} {SCOPE_TO_HW[str(i)].ja}" for i in case.consent["scope_to_hw"]),  # type: ignore[attr-defined]
            (
                "相手側で、すでに読まれた内容は消せません。",
                "印刷した紙、書き写したもの、覚えていることは戻せません。",
            ),
            0,
        )

    def withdraw_consent(self, case_id: str, values: Values) -> None:
        """End it."""
        case = self.ward.cases[case_id]
        case.consent, case.state = {**case.consent, **normalise("consent", dict(values))}, "withdrawn"
        self.tell("case", "consent", case=case_id)

    def consents_due(self, days: int = 60) -> tuple[rows.CaseView, ...]:
        """Return those that end soon."""
        last = (TODAY + dt.timedelta(days=days)).isoformat()
        due = (
            i
            for i, c in self.ward.cases.items()
            if c.state == "given" and str(c.consent["valid_until"]) <= last
        )
        return tuple(self.case(i) for i in due)

    # --- sessions ----------------------------------------------------------------

    def start_session(self, case_id: str, values: Values) -> str:
        """Begin."""
        assert values is not None
        session_id = uuid.uuid4().hex
        self.ward.sessions[session_id] = Session(case_id)
        case = self.ward.cases[case_id]
        case.notes.append(
            rows.NoteRow(
                session_id,
                "session",
                TODAY.isoformat(),
                "同席面談",
                "",
                "",
                self.team,
                shared=True,
                sealed=False,
                unsent=False,
            )
        )
        self.tell("case", "session", case=case_id)
        return session_id

    def session(self, session_id: str) -> rows.SessionView:
        """Return it."""
        self._check()
        session = self.ward.sessions[session_id]
        labels = {"city": "CW 3係", "hellowork": "HW 3番窓口"}
        state = "sealed" if session.sealed else "one" if session.confirmed else "open"
        return rows.SessionView(
            session_id,
            session.case_id,
            self._row(session.case_id).name,
            TODAY.isoformat(),
            "10:30",
            "",
            "1",
            tuple((t, labels[t], text) for t, text in session.texts.items()),
            session.texts.get(self.team, ""),
            tuple(session.actions),
            tuple(session.confirmed.items()),
            state,  # type: ignore[arg-type]
            NOW if session.texts else "",
        )

    def write_session(self, session_id: str, text: str) -> None:
        """Save my side's text."""
        self._check()
        session = self.ward.sessions[session_id]
        if session.texts.get(self.team) != text:
            session.texts[self.team] = text
            session.confirmed.clear()
        self.tell("session", case=session.case_id)

    def part_session(self, session_id: str, text: str) -> tuple[str, str]:
        """Move what may not be for the other side into a note of this side."""
        stays, leaves = part_out(text)
        own = {"body": leaves, "visibility": "2" if self.team == "city" else "3"}
        given = {"held_on": TODAY.isoformat(), "place": "2", "attended_by_client": True, **own}
        note_id = self.add_note(self.ward.sessions[session_id].case_id, given)
        self.write_session(session_id, stays)
        return stays, note_id

    def export_list(
        self, order: ExportOrder, path: Path, passphrase: str, progress: OnProgress, cancelled: Cancelled
    ) -> ExportRow | None:
        """Write a list; the rules that the screen shows."""
        if not order.reason:
            self._refuse(Problem("reason", "reason", "書き出す理由を書いてください。", "Give the reason."))
        found = self.find_cases(order.text).rows
        progress(rows.Progress(0, 0, len(found)))
        if cancelled():
            return None
        path.write_text(passphrase and "sealed", encoding="utf-8")
        row = ExportRow(
            f"{TODAY}T10:42:00+09:00",
            self.me().label,
            order.kind,
            len(found),
            order.plain,
            order.reason,
            path.name,
        )
        self.exported.insert(0, row)
        return row

    def exports(self) -> tuple[ExportRow, ...]:
        """Return the log."""
        return tuple(self.exported)

    def add_action(self, session_id: str, values: Values) -> str:
        """Add what was agreed."""
        given = normalise("action", dict(values))
        self._refuse(*validate("action", given, today=TODAY, team=self.team, roles=self.me().roles))
        session = self.ward.sessions[session_id]
        session.actions.append(
            rows.ActionRow(
                str(len(session.actions)),
                str(given["what"]),
                str(given["who"]),
                str(given.get("by_when") or ""),
                "",
            )
        )
        session.confirmed.clear()
        self.tell("session", case=session.case_id)
        return "a"

    def confirm_session(self, session_id: str) -> rows.SessionView:
        """Confirm."""
        session = self.ward.sessions[session_id]
        session.confirmed[self.team] = NOW
        session.sealed = len(session.confirmed) > 1
        self.tell("session", case=session.case_id)
        return self.session(session_id)

    # --- plan: the rules are those of casework, tested there and at real desks ---

    def plan(self, case_id: str) -> plan_rows.PlanView:
        """Return the plan."""
        self._check()
        versions = {str(n): values for n, values in enumerate(self.ward.plans.get(case_id, []))}
        made = {
            key: plan_rows.PlanRow(
                key,
                n + 1,
                str(values["made_on"]),
                str(values["goal"]),
                str(values["review_on"]),
                str(values.get("signed_by_client_on") or ""),
                shared=True,
                values=values,
            )
            for n, (key, values) in enumerate(versions.items())
        }
        order = plan.newest_first(versions)
        current = order[: self.ward.plans_in_force]
        return plan_rows.PlanView(
            case_id,
            tuple(made[key] for key in current),
            tuple(made[key] for key in order if key not in current),
            tuple(self.ward.steps.get(case_id, ())),
        )

    def plan_defaults(self, case_id: str) -> Values:
        """Return the next version's form."""
        found = self.ward.plans.get(case_id)
        return plan.beginning(found[-1] if found else None, TODAY)

    def make_plan(self, case_id: str, values: Values) -> str:
        """Make a version."""
        given = normalise("plan", dict(values))
        self._refuse(*validate("plan", given, today=TODAY, team=self.team, roles=self.me().roles))
        found = self.ward.plans.setdefault(case_id, [])
        found.append({**given, "version": len(found) + 1})
        self.tell("plan", case=case_id)
        return str(len(found))

    def add_step(self, case_id: str, values: Values) -> str:
        """Add a step."""
        given = normalise("action", dict(values))
        self._refuse(*validate("action", given, today=TODAY, team=self.team, roles=self.me().roles))
        found = self.ward.steps.setdefault(case_id, [])
        text = {name: str(given.get(name) or "") for name in ("what", "who", "by_when", "training")}
        late = bool(text["by_when"]) and text["by_when"] < TODAY.isoformat()
        found.append(
            plan_rows.StepRow(
                str(len(found)), **text, done_on="", outcome="", shared=True, from_session=False, overdue=late
            )
        )
        self.tell("plan", case=case_id)
        return str(len(found) - 1)

    def finish_step(self, case_id: str, step_id: str, values: Values) -> None:
        """Finish a step."""
        steps = self.ward.steps[case_id]
        given = normalise("action", dict(values))
        self._refuse(*validate("action", {"what": "x", "who": "cw", **given}, today=TODAY, team=self.team))
        steps[int(step_id)] = replace(
            steps[int(step_id)],
            done_on=str(given.get("done_on") or ""),
            outcome=str(given.get("outcome") or ""),
            overdue=False,
        )
        self.tell("plan", case=case_id)

    # --- training ---

    def courses(self, text: str = "", *, everything: bool = False) -> tuple[CourseRow, ...]:
        """Return the courses that hold the text."""
        return tuple(
            CourseRow(course, deadline_state(course.deadline, TODAY), days_left(course.deadline, TODAY))
            for course in sorted(self.ward.courses, key=lambda c: c.deadline)
            if text in course.title and (everything or days_left(course.deadline, TODAY) >= 0)
        )

    def import_courses(self, path: Path, *, dry_run: bool) -> rows.ImportOutcome:
        """Read a list in."""
        read = read_courses(path.read_bytes())
        if not dry_run:
            self.ward.courses = list(read.courses)
        return rows.ImportOutcome(not dry_run, len(read.courses), len(read.courses), 0, 0, 0, (), text="")

    # --- openings and referrals ----------------------------------------------------

    def synonym_list(self) -> tuple[rows.SynonymRow, ...]:
        """One word of the product."""
        return (rows.SynonymRow("清掃", ("掃除",), own=False),)

    def set_synonyms(self, word: str, others: Sequence[str] | None) -> tuple[str, ...]:
        """Synonyms are changed at a real desk."""
        raise NotImplementedError

    def find_openings(
        self,
        text: str,
        filters: Mapping[str, object],
        limit: int = 200,
        after: str = "",
        *,
        order: str = "received",
        widened: bool = True,
    ) -> rows.OpeningPage:
        """Search titles and employers."""
        self.order = order
        assert not after
        found = [o for o in self.ward.openings if text in f"{o.title}{o.employer}{o.place}{o.opening_no}"]
        if filters.get("full_part") == "part":
            found = [o for o in found if "パート" in o.employment_type]
        return rows.OpeningPage(tuple(found[:limit]), len(found), False, 1, self.ward.warning, 0)

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
        """Score 調理補助 for its title and a part-time job for its kind."""
        assert case_id in self.ward.cases
        assert not client_facing
        found = []
        for row in self.find_openings(text, filters or {}, limit).rows:
            same, part = row.title == "調理補助", row.employment_type == "パート"
            parts = (
                PartView("occupation", "職種", "Occupation", 30 * same, 30, "職種名", "title"),
                PartView("employment", "働き方", "Full or part time", 10 * part, 10, "希望", "wish"),
            )
            counted = tuple(p for p in parts if p.part not in off)
            points, most = sum(p.points for p in counted), sum(p.most for p in counted)
            found.append(MatchRow(row, round(100 * points / most) if most else 0, counted))
        found.sort(key=lambda m: -m.score)
        return MatchPage(tuple(found), len(found), (("希望職種", "調理補助"),), tuple(off), self.ward.warning)

    def opening(self, opening_no: str, *, client_facing: bool = False) -> rows.OpeningView:
        """Return a sheet."""
        row = next(o for o in self.ward.openings if o.opening_no == opening_no)
        employer = "(非公開)" if client_facing else row.employer
        conditions = (
            ("求人番号", row.opening_no),
            ("職種", row.title),
            ("事業所名", employer),
            ("仕事の内容", "病院の厨房での調理補助。盛り付け、洗浄、片付け。" * 3),
            ("賃金", row.pay),
            ("就業時間", row.hours),
        )
        return rows.OpeningView(row, conditions, "出典: 求人情報提供サービス", True, "")

    def saved_searches(self) -> tuple[SavedRow, ...]:
        """Ask nothing: what was put there."""
        return tuple(sorted(self.ward.saved, key=lambda row: -len(row.new)))

    def saved_openings(self, search_id: str, *, everything: bool = False) -> tuple[rows.OpeningRow, ...]:
        """Return the openings by number."""
        (row,) = (r for r in self.ward.saved if r.search.search_id == search_id)
        return tuple(o for o in self.ward.openings if everything or o.opening_no in row.new)

    def save_search(self, name: str, text: str, filters: Mapping[str, object], case_id: str = "") -> str:
        """Keep a search that has found all there is."""
        made = SavedSearch(uuid.uuid4().hex, name, text, dict(filters), case_id, 0)
        self.ward.saved.append(SavedRow(made, len(self.ward.openings), ()))
        return made.search_id

    def mark_seen(self, search_id: str, until: int | None = None) -> None:
        """Nothing is new any more."""
        assert until is not None
        self._change_search(search_id, lambda row: replace(row, new=(), newest=None))

    def rename_search(self, search_id: str, name: str) -> None:
        """Another name."""
        self._change_search(search_id, lambda row: replace(row, search=replace(row.search, name=name)))

    def drop_search(self, search_id: str) -> None:
        """Gone."""
        self.ward.saved = [row for row in self.ward.saved if row.search.search_id != search_id]

    def _change_search(self, search_id: str, change: Callable[[SavedRow], SavedRow]) -> None:
        self.ward.saved = [
            change(row) if row.search.search_id == search_id else row for row in self.ward.saved
        ]
        self.tell("searches")

    def feed_status(self) -> FeedStatus:
        """A feed of yesterday unless a test said otherwise."""
        return self.ward.feed

    def opening_codes(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a few codes, of industries alone."""
        return (("P", "医療、福祉"), ("P83", "医療業"), ("P85", "社会保険・社会福祉・介護事業")) * (
            name == "industries"
        )

    def supply_use(self, year: int) -> SupplyUse:
        """The yearly count is made at a real desk."""
        raise NotImplementedError

    def set_age_rule(self, warn_after: int, block_after: int) -> FeedStatus:
        """Set the limits."""
        self.ward.feed = replace(self.ward.feed, warn_after=warn_after, block_after=block_after)
        return self.ward.feed

    def fetch_openings(self, *, progress: OnProgress, cancelled: Cancelled) -> FeedOutcome:
        """Nothing newer."""
        assert not cancelled()
        progress(rows.Progress(1, 1, 0))
        return FeedOutcome("same", self.ward.feed.number, self.ward.feed.file_date)

    def publish_openings(self, *, progress: OnProgress, cancelled: Cancelled) -> FeedOutcome:
        """Nothing to publish."""
        return self.fetch_openings(progress=progress, cancelled=cancelled)

    def import_openings(
        self, path: Path, *, dry_run: bool, progress: OnProgress, cancelled: Cancelled
    ) -> rows.ImportOutcome:
        """Count the lines of a file; a line without a comma is wrong."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            self._refuse(Problem("", "unreadable", "ファイルを読めませんでした。", "Unreadable."))
            raise
        problems = tuple(
            rows.ImportRowProblem(n, "求人番号", "番号がありません。")
            for n, t in enumerate(lines, 1)
            if "," not in t
        )
        for number in range(len(lines)):
            progress(rows.Progress(number, len(lines), number))
            while self.held is not None and not self.held.is_set() and not cancelled():
                self.held.wait(0.01)
            if cancelled():
                return rows.ImportOutcome(
                    False, len(lines), 0, 0, 0, 0, (), text="やめました。前の状態のままです"
                )
        done = not dry_run and not problems
        text = f"取り込みました: {len(lines)} 行" if done else "まだ取り込んでいません"
        return rows.ImportOutcome(done, len(lines), len(lines), 0, 0, 0, problems, text=text)

    def referral_defaults(self, case_id: str, opening_no: str = "") -> Values:
        """Return the form."""
        assert case_id in self.ward.cases
        values: dict[str, object] = {
            "channel": "1" if self.team == "hellowork" else "2",
            "referred_on": TODAY.isoformat(),
            "referred_by": self.me().label,
            "selection_kind": ["2"],
        }
        if self.team == "hellowork":
            values["office_code"] = reference.office_of_ward("14101")
        if opening_no:
            row = self.opening(opening_no).row
            values |= {"opening_no": row.opening_no, "employer_name": row.employer, "job_title": row.title}
        return values

    def case_name(self, case_id: str) -> str:
        """Return the name for a title."""
        self._check()
        return self._row(case_id).name

    def placements(self, case_id: str) -> tuple[PlacementRow, ...]:
        """No job is kept here; the screen of it is tried at a real desk."""
        return ()

    def strike_placement(self, case_id: str, placement_id: str, values: Values) -> str:
        """No job is kept here."""
        raise NotImplementedError

    def shortlist(self, case_id: str) -> tuple[ShortlistRow, ...]:
        """Return the list that a test put there."""
        self._check()
        return self.ward.shortlists.get(case_id, ())

    def pick_openings(self, case_id: str, numbers: Sequence[str], values: Values) -> int:
        """Picks are tried at a real desk."""
        raise NotImplementedError

    def say_of_opening(self, case_id: str, opening_no: str, values: Values, *, corrects: str = "") -> None:
        """Words are tried at a real desk."""
        raise NotImplementedError

    def order_shortlist(self, case_id: str, opening_no: str, by: int) -> None:
        """Orders are tried at a real desk."""
        raise NotImplementedError

    def pipeline(self, *, ended: bool = False) -> tuple[PipelineRow, ...]:
        """Nothing is on its way here; the screen of it is tried at a real desk."""
        return ()

    def referral_log(self, case_id: str, referral_id: str) -> ReferralLog:
        """No log is kept here."""
        row = next(r for r in self.ward.cases[case_id].referrals if r.referral_id == referral_id)
        return ReferralLog(
            case_id,
            referral_id,
            row.channel,
            row.employer_name,
            row.job_title,
            row.opening_no,
            (),
            (),
            (),
            "",
        )

    def offer(self, case_id: str, values: Values) -> str:
        """No opening is offered here."""
        raise NotImplementedError

    def move_referral(self, case_id: str, referral_id: str, values: Values, *, corrects: str = "") -> str:
        """No log is kept here."""
        raise NotImplementedError

    def place_in_job(self, case_id: str, values: Values) -> str:
        """No job is kept here."""
        raise NotImplementedError

    def check_retention(self, case_id: str, placement_id: str, values: Values) -> str:
        """No job is kept here."""
        raise NotImplementedError

    def retention_due(self) -> tuple[RetentionDue, ...]:
        """Nothing is due here."""
        return ()

    def registrations_due(self, days: int = 30) -> tuple[RegistrationDue, ...]:
        """Nothing lapses here."""
        return ()

    def request_defaults(self, case_id: str) -> Values:
        """Nothing is asked here."""
        return {}

    def request_support(self, case_id: str, values: Values) -> str:
        """Nothing is asked here."""
        raise NotImplementedError

    def move_request(self, case_id: str, request_id: str, values: Values, *, corrects: str = "") -> None:
        """Nothing is asked here."""
        raise NotImplementedError

    def support_requests(self, case_id: str) -> tuple[RequestRow, ...]:
        """Nothing was asked here."""
        return ()

    def requests_due(self) -> tuple[RequestDue, ...]:
        """Nothing was asked here."""
        return ()

    def subsidy(self, channel: str) -> str:
        """Return what a channel means for hiring subsidies."""
        known = Channel.of(channel)
        return "" if known is None else SUBSIDY[known][0]

    def refer(self, case_id: str, values: Values, referral_id: str = "") -> str:
        """Enter a referral."""
        given = normalise("referral", dict(values))
        self._refuse(*validate("referral", given, today=TODAY, team=self.team, roles=self.me().roles))
        referral_id = uuid.uuid4().hex
        text = {n: str(v or "") for n, v in given.items()}
        self.ward.cases[case_id].referrals.append(
            rows.ReferralRow(
                referral_id=referral_id,
                channel=text["channel"],
                referred_on=text["referred_on"],
                opening_no=text.get("opening_no", ""),
                employer_name=text["employer_name"],
                job_title=text["job_title"],
                letter_no=text.get("letter_no", ""),
                interview_at=text.get("interview_at", ""),
                result="",
                state_text=catalogue.referral_state(given, TODAY),
                author=self.me().label,
                unsent=False,
            )
        )
        self.tell("referral", "case", case=case_id)
        return referral_id

    def record_result(self, case_id: str, referral_id: str, values: Values) -> None:
        """Enter a result."""
        given = normalise("referral", dict(values))
        case = self.ward.cases[case_id]
        case.referrals[:] = [
            replace(r, result=str(given["result"]), state_text=catalogue.referral_state(given, TODAY))
            if r.referral_id == referral_id
            else r
            for r in case.referrals
        ]
        self.tell("referral", "case", case=case_id)

    # --- inbox, forms, imports, staff ----------------------------------------------

    def inbox(self) -> rows.Inbox:
        """Return what waits."""
        self._check()
        cards = [
            rows.ConflictView(
                f"{case_id}/{kind}/{name}",
                case_id,
                self._row(case_id).name,
                field_ja(kind, name),
                heads,
                "080-0000-0000  令和8年9月1日から",
            )
            for case_id, case in self.ward.cases.items()
            for (kind, name), heads in case.conflicts.items()
        ]
        return rows.Inbox(
            tuple(cards), tuple(self.ward.tray), tuple(self.ward.incidents), tuple(self.ward.restores)
        )

    def resolve(self, conflict_id: str, version: str = "", value: object = None) -> None:
        """Decide."""
        case_id, kind, name = conflict_id.split("/")
        heads = self.ward.cases[case_id].conflicts.pop((kind, name))
        chosen = next((h.value for h in heads if h.version == version), value)
        self.ward.cases[case_id].values[kind, name] = chosen
        self.tell("case", "inbox", case=case_id)

    def resume_sync(self) -> None:
        """Nothing is ever stopped here."""
        self._check()

    def acknowledge_restore(self) -> None:
        """An administrator has looked."""
        self._check()
        self.ward.restores = [replace(row, kind="acknowledged") for row in self.ward.restores]
        self.tell("inbox")

    def write_tray(self, tray_id: str, path: Path) -> None:
        """Write a file."""
        path.write_bytes(b"sealed " + tray_id.encode())

    def write_evidence(self, incident_id: str, path: Path) -> None:
        """Write a file."""
        path.write_text(incident_id)

    def save_form(self, form_id: str, fields: Values) -> None:
        """Keep a draft."""
        self._check()
        if self.refuse_saves is not None:
            raise self.refuse_saves
        self.ward.forms[f"{self.team}:{form_id}"] = dict(fields)

    def load_form(self, form_id: str) -> Values:
        """Return a draft."""
        return self.ward.forms.get(f"{self.team}:{form_id}", {})

    def drop_form(self, form_id: str) -> None:
        """Forget a draft."""
        self.ward.forms.pop(f"{self.team}:{form_id}", None)

    def import_caseload(
        self,
        path: Path,
        *,
        dry_run: bool,
        accept_duplicates: bool,
        progress: OnProgress,
        cancelled: Cancelled,
    ) -> rows.ImportOutcome:
        """Read names; those known already are duplicates."""
        names = path.read_text(encoding="utf-8").splitlines()
        progress(rows.Progress(len(names), len(names), len(names)))
        assert not cancelled()
        known = {self._row(i).name: i for i in self.ward.cases}
        twice = tuple(
            (n, rows.Candidate(known[name], name, "", "", "", ("名前が同じ",), True))
            for n, name in enumerate(names, 2)
            if name in known
        )
        if dry_run or (twice and not accept_duplicates):
            text = f"{len(twice)} 行は同じ人かもしれません" if twice else f"{len(names)} 件を取り込めます"
            return rows.ImportOutcome(False, len(names), len(names), 0, 0, 0, (), twice, text)
        for name in names:
            family, _blank, given = name.partition(" ")
            self.ward.cases[uuid.uuid4().hex] = Case(
                {("person", "family_name"): family, ("person", "given_name"): given}
            )
        self.tell("case")
        return rows.ImportOutcome(
            True, len(names), len(names), 0, 0, 0, (), (), f"{len(names)} 件を取り込みました"
        )

    def staff(self) -> tuple[rows.StaffRow, ...]:
        """Return both PCs."""
        return (rows.StaffRow("00", "CW 3係", "city", ("cw",), True, True),)


def field_ja(kind: str, name: str) -> str:
    """Return a field's label."""
    found = catalogue.field_of(kind, name)
    assert found is not None
    return found.ja


# --- a small ward --------------------------------------------------------------


def person(family: str, given: str, kana: str, born: str, group: str, status: str, **more: object) -> Case:
    """Return an invented person's case."""
    values: dict[tuple[str, str], object] = {
        ("person", "family_name"): family,
        ("person", "given_name"): given,
        ("person", "name_kana"): kana,
        ("person", "birth_date"): born,
        ("person", "municipality"): "14101",
        ("person", "address1"): "鶴見中央9-99-9",
        ("person", "phone"): "08000001234",
        ("case", "target_group"): group,
        ("case", "status"): status,
        ("case", "case_no"): "A-1201",
        ("assessment", "wishes"): ["調理補助", "週30時間"],
        ("assessment", "constraints"): ["保育園は18時まで"],
        ("assessment", "licences"): ["調理師免許"],
    }
    return Case({**values, **{("person", k): v for k, v in more.items()}})


def small_ward() -> Ward:
    """Return a ward of five people with everything that a screen can show."""
    ward = Ward()
    people = (
        ("a" * 32, person("相模", "由美", "サガミ\u3000ユミ", "1986-04-02", "C1", "active")),
        ("b" * 32, person("戸部", "健一", "トベ\u3000ケンイチ", "1975-11-30", "A1", "active")),
        ("c" * 32, person("神奈", "正男", "カナ\u3000マサオ", "1968-01-07", "B2", "consented")),
        ("d" * 32, person("保土", "翔太", "ホド\u3000ショウタ", "1999-08-21", "A1", "intake")),
        ("e" * 32, person("瀬谷", "久美子", "セヤ\u3000クミコ", "1981-06-15", "C2", "followup")),
    )
    for case_id, case in people:
        ward.cases[case_id] = case
    shared = ward.cases["b" * 32]
    shared.consent = {
        "scope_to_hw": ["S1", "S2", "S4", "S6"],
        "scope_to_city": ["H1", "H2", "H3", "H4"],
        "valid_from": "2026-09-01",
        "valid_until": "2027-05-31",
        "form_version": "同意書 第1版",
        "paper_location": "3係 キャビネットB-12",
        "purpose": ["1", "2"],
        "method": "1",
        "signed_on": "2026-09-01",
        "signer_kind": "1",
        "explained_by": "CW 3係",
        "recipients": [reference.office_of_ward("14101")],
    }
    shared.state = "given"
    shared.notes.append(
        rows.NoteRow(
            "n1",
            "note",
            "2026-11-20",
            "朝の時間帯に働きたい。",
            "朝の時間帯に働きたい。\nバス1本まで。",
            "CW 3係",
            "city",
            shared=False,
            sealed=False,
            unsent=True,
        )
    )
    shared.referrals.append(
        rows.ReferralRow(
            "r1",
            "1",
            "2026-11-18",
            "14990-00012345",
            "架空食堂",
            "調理補助",
            "R8-0001",
            "2026-11-27T14:00:00+09:00",
            "",
            "面接 11月27日",
            "HW 3番窓口",
            unsent=False,
        )
    )
    shared.timeline.append(
        rows.TimelineRow(NOW, NOW, "HWが紹介を登録  調理補助", "HW 3番窓口", "hellowork", shared=True)
    )
    titles = ("調理補助", "清掃", "保育補助", "軽作業", "介護スタッフ")
    for number in range(40):
        title = titles[number % 5]
        ward.openings.append(
            rows.OpeningRow(
                f"14990-{12345 + number:08d}",
                title,
                f"架空{title}工房{number}",
                "鶴見区",
                "時給1,200円",
                "9:00-15:00",
                "パート" if number % 2 else "正社員",
                "2026-11-20",
                "2027-01-31",
                listed=True,
            )
        )
    return ward


def conflict(ward: Ward, case_id: str = "b" * 32) -> None:
    """Let a phone number stand in two values."""
    ward.cases[case_id].conflicts["person", "phone"] = (
        rows.HeadView(
            "v1",
            "080-0000-1234",
            "08000001234",
            "CW 3係",
            "city",
            "2026-11-24T09:38:00+09:00",
            "2026-11-24T09:38:00+09:00",
        ),
        rows.HeadView(
            "v2",
            "080-0000-1243",
            "08000001243",
            "HW 3番窓口",
            "hellowork",
            "2026-11-24T09:31:00+09:00",
            "2026-11-24T09:40:00+09:00",
        ),
    )
