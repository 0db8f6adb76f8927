"""Acts on papers (様式): which are possible for a case, and making one with its serial and a line of the log."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wardclient.casework import fields as catalogue
from wardclient.casework import reference
from wardclient.casework.codes import Actor, Purpose
from wardclient.desk.case_view import build_case_view
from wardclient.desk.consents import ConsentActs
from wardclient.desk.place import JAPAN, problem, refuse
from wardclient.desk.plan_rows import PlanView
from wardclient.desk.plans import PlanActs, plan_view
from wardclient.desk.referrals import ReferralActs
from wardclient.desk.request_paper import paper_of
from wardclient.desk.request_rows import RequestRow
from wardclient.desk.requests import RequestActs
from wardclient.desk.rows import CaseView, SessionView, Values
from wardclient.desk.session_view import build_session_view
from wardclient.desk.streams import CaseStreams, streams_of
from wardclient.desk.withheld import FOR_CLIENTS, withheld_names, without
from wardclient.desk.writing import shown_values
from wardclient.documents import casefile, consents, letters
from wardclient.documents.paper import Paper
from wardclient.documents.problems import PaperError

SERIAL = "print_serial"
REPLY_DAYS = 14
RECENT = 20
TITLES: Mapping[str, str] = {
    "consent": "同意書",
    "withdrawal": "同意撤回届",
    "request": "支援要請書",
    "plan": "支援プラン",
    "receipt": "紹介控え",
    "letter": "紹介状",
    "opening": "求人票",
    "shortlist": "候補求人",
    "visit": "次回来所のご案内",
    "session": "面談記録",
    "history": "支援経過一覧",
    "who-can-see": "だれが見られるか・だれが見たか",
    "disclosure": "開示用出力",
    "handover": "引継書",
}
_ACTS = {"view": "ケースを開いた", "print": "印刷した", "export": "一覧に入れて書き出した"}
_PLAN_FACTS = (
    *("made_on", "version", "period_from", "period_until", "goal", "target_job", "target_by"),
    *("strengths", "considerations", "meeting_every", "review_on", "team"),
)


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A paper in the list of a case; ``why_not`` is empty when it can be made."""

    kind: str
    title: str
    why_not: str


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """A made paper: its bytes and its outline."""

    kind: str
    title: str
    serial: str
    outline: tuple[str, ...]
    pdf: bytes = field(repr=False)


class PrintActs(ConsentActs, PlanActs, ReferralActs, RequestActs):
    """Papers of a case, filled from what this person may see."""

    def papers(self, case_id: str) -> tuple[PaperChoice, ...]:
        """Return every paper with the reason why it cannot be made."""
        source = self._source(case_id)
        return tuple(PaperChoice(kind, title, _why_not(source, kind)) for kind, title in TITLES.items())

    def make_paper(self, case_id: str, kind: str, *, record: str = "", language: str = "") -> PrintedPaper:
        """Make a paper, give it the next serial of this PC and log that it was made.

        ``record``: id of a referral or session, or an opening's number; empty takes the latest.
        RefusedError when its source is missing, a letter cannot be shown, or an employer would
        read of the benefit; then no serial is used up.
        """
        # Not before: typesetting is heavy, and most sessions print nothing.
        from wardclient.documents.outline import outline
        from wardclient.documents.typeset import check, typeset

        source = self._source(case_id)
        why_not = _why_not(source, kind) if kind in TITLES else "この様式はありません。"
        if why_not:
            refuse(problem("paper", why_not, f"This paper cannot be made: {why_not}", "kind"))
        paper = self._paper(source, kind, record, language)
        never = tuple(text for text in (source.view.row.case_no,) if text)
        try:
            check(paper, never)
            serial = self._do(lambda: self._next_serial(case_id, kind))
            pdf = typeset(paper, serial, never)
        except PaperError as error:
            refuse(problem(error.code, error.ja, error.en))
            raise AssertionError from error
        return PrintedPaper(kind, paper.title, serial, outline(paper, serial), pdf)

    def _next_serial(self, case_id: str, kind: str) -> str:
        store = self.place.store
        with self.place.transaction():
            number = int(store.get(SERIAL) or b"0") + 1
            store.put(SERIAL, str(number).encode())
            serial = f"{self.place.me.device[:6].upper()}-{number:05d}"
            store.note_access(f"print {kind} {serial}", case_id, self.place.now_ms())
        return serial

    def _source(self, case_id: str) -> "_Source":
        def look() -> _Source:
            streams = streams_of(self.place, case_id)
            view = build_case_view(self.place, streams)
            told = [
                entity.partition(":")[2]
                for stream in streams.all
                for entity in self.place.store.entities(stream.stream, "note:")
                if shown_values(self.place.registers(stream.stream, entity)).get("third_party") is True
            ]
            asked = self._request_rows(streams)
            return _Source(streams, view, plan_view(self.place, streams), frozenset(told), asked)

        return self._do(look)

    def _paper(self, source: "_Source", kind: str, record: str, language: str) -> Paper:
        make: Mapping[str, Callable[[], Paper]] = {
            "consent": lambda: self._consent(source, language),
            "withdrawal": lambda: self._withdrawal(source),
            "plan": lambda: _plan(source),
            "receipt": lambda: self._receipt(source, record),
            "letter": lambda: self._letter(source, record),
            "opening": lambda: self._opening(source, record),
            "visit": lambda: casefile.visit_paper(
                source.view.row.name, source.view.row.next_on, self._office(), self.place.me.label
            ),
            "session": lambda: self._session(source, record),
            "history": lambda: casefile.history_paper(source.view.row.name, _history(source.view)),
            "who-can-see": lambda: self._seen(source),
            "disclosure": lambda: _disclosure(source),
            "handover": lambda: _handover(source),
            "request": lambda: paper_of(source.view, source.requests[0], self.place.me.ward_name),
        }
        names = withheld_names(source.view.referrals, self.opening) if kind in FOR_CLIENTS else ()
        return without(make[kind](), names)

    # --- consent ------------------------------------------------------------------

    def _consent(self, source: "_Source", language: str) -> Paper:
        given = source.view.consent.state in ("given", "pending")
        values = source.view.consent.values if given else self.consent_defaults(source.view.row.case_id)
        row = source.view.row
        return consents.consent_paper(
            consents.ConsentValues(
                ward_name=self.place.me.ward_name,
                name=row.name,
                kana=row.kana,
                recipients=tuple(reference.office_name(code) for code in _texts(values, "recipients")),
                purposes=tuple(p.ja for code in _texts(values, "purpose") if (p := Purpose.of(code))),
                scope_to_hw=_texts(values, "scope_to_hw"),
                scope_to_city=_texts(values, "scope_to_city"),
                valid_from=_text(values, "valid_from"),
                valid_until=_text(values, "valid_until"),
                form_version=_text(values, "form_version"),
                explained_by=_text(values, "explained_by"),
                language=language,
            )
        )

    def _withdrawal(self, source: "_Source") -> Paper:
        row, agreed = source.view.row, source.view.consent
        return consents.withdrawal_paper(
            consents.WithdrawalValues(
                self.place.me.ward_name,
                row.name,
                row.kana,
                agreed.recipients,
                _text(agreed.values, "signed_on"),
                agreed.valid_until,
            )
        )

    # --- referral -------------------------------------------------------------------

    def _referral(self, source: "_Source", record: str, channel: str) -> Values:
        rows = [r for r in source.view.referrals if r.channel == channel and record in ("", r.referral_id)]
        if not rows:
            refuse(problem("no_referral", "この紹介はありません。", "There is no such referral.", "record"))
        return self._do(lambda: self._whole(source.streams, f"referral:{rows[0].referral_id}"))

    def _letter(self, source: "_Source", record: str) -> Paper:
        given = self._referral(source, record, "2")
        self.refuse_old_file(given)
        referred = _text(given, "referred_on")
        reply = dt.date.fromisoformat(referred) + dt.timedelta(days=REPLY_DAYS)
        kinds = _words("referral", "selection_kind", given.get("selection_kind"))
        return letters.letter_paper(
            letters.LetterValues(
                employer_name=_text(given, "employer_name"),
                referred_on=referred,
                opening_no=_text(given, "opening_no"),
                job_title=_text(given, "job_title"),
                name=source.view.row.name,
                kana=source.view.row.kana,
                selection=kinds,
                interview_at=_text(given, "interview_at"),
                interview_place=_text(given, "interview_place"),
                bring=_text(given, "bring"),
                office=f"横浜市{self.place.me.ward_name}役所無料職業紹介所".replace("区区役所", "区役所"),
                referred_by=_text(given, "referred_by"),
                reply_by=reply.isoformat(),
            )
        )

    def _receipt(self, source: "_Source", record: str) -> Paper:
        given = self._referral(source, record, "1")
        return letters.receipt_paper(
            letters.ReceiptValues(
                name=source.view.row.name,
                referred_on=_text(given, "referred_on"),
                letter_no=_text(given, "letter_no"),
                opening_no=_text(given, "opening_no"),
                # Referred through the state's terminal, he is registered and may read it (decision 0019).
                employer_name=_text(given, "employer_name"),
                job_title=_text(given, "job_title"),
                interview_at=_text(given, "interview_at"),
                interview_place=_text(given, "interview_place"),
                bring=_text(given, "bring"),
            )
        )

    def _opening(self, source: "_Source", record: str) -> Paper:
        numbers = [record] if record else [r.opening_no for r in source.view.referrals if r.opening_no]
        # For the person: an employer who is not public stays unnamed (domain 7.6).
        found = self.opening(numbers[0] if numbers else "", client_facing=True)
        return casefile.opening_paper(found.conditions, found.source_line, self.place.today().isoformat())

    # --- the case -------------------------------------------------------------------

    def _office(self) -> str:
        me = self.place.me
        if me.team == "city":
            return f"横浜市{me.ward_name}役所".replace("区区役所", "区役所")
        return reference.office_name(reference.office_of_ward(me.ward_code))

    def _session(self, source: "_Source", record: str) -> Paper:
        held = [n.note_id for n in source.view.notes if n.kind == "session" and record in ("", n.note_id)]
        if not held:
            refuse(problem("no_session", "この面談はありません。", "There is no such session.", "record"))
        entity = f"session:{held[0]}"

        def look() -> SessionView:
            within = (
                s
                for s in source.streams.all
                if entity in set(self.place.store.entities(s.stream, "session:"))
            )
            return build_session_view(self.place, next(within), held[0])

        view = self._do(look)
        return casefile.session_paper(
            casefile.SessionValues(
                view.name,
                view.held_on,
                f"{view.time_from}〜{view.time_to}" if view.time_from else "",
                tuple(
                    ("区の記録" if team == "city" else "ハローワークの記録", text)
                    for team, _, text in view.texts
                ),
                tuple((a.what, _actor(a.who), a.by_when) for a in view.actions),
                view.state,
            )
        )

    def _seen(self, source: "_Source") -> Paper:
        view = source.view
        rows = self._do(lambda: self.place.store.accesses(view.row.case_id))
        seen = tuple(
            (dt.datetime.fromtimestamp(at // 1000, JAPAN).isoformat(), _act_word(act)) for at, act in rows
        )
        owner = "区役所" if view.owner_team == "city" else "ハローワーク"
        return casefile.seen_paper(
            casefile.SeenValues(
                view.row.name, view.consent.bar, owner, view.other_side_sees, seen, self.place.me.label
            )
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """What a paper is filled from."""

    streams: CaseStreams
    view: CaseView
    plan: PlanView
    third_party: frozenset[str]
    """Ids of notes that hold what a third party told."""
    requests: tuple[RequestRow, ...] = ()
    """Requests for support, the newest first."""


def _why_not(source: _Source, kind: str) -> str:
    """Return why a paper cannot be made, empty when it can."""
    view = source.view
    sessions = any(note.kind == "session" for note in view.notes)
    channels = {row.channel for row in view.referrals}
    reasons: Mapping[str, tuple[bool, str]] = {
        "withdrawal": (
            view.consent.state in ("given", "pending", "ending", "withdrawn"),
            "同意がありません。",
        ),
        "request": (bool(source.requests), "支援要請の記録がありません。"),
        "plan": (bool(source.plan.current), "支援プランがまだありません。"),
        "receipt": ("1" in channels, "ハローワークの紹介がありません。"),
        "letter": ("2" in channels, "区の紹介がありません。"),
        "visit": (bool(view.row.next_on), "次回の日が決まっていません。"),
        "session": (sessions, "同席面談の記録がありません。"),
    }
    possible, why = reasons.get(kind, (True, ""))
    return "" if possible else why


def _plan(source: _Source) -> Paper:
    row, current = source.view.row, source.plan.current[0]
    found = {f.name: f for f in catalogue.FIELDS["plan"]}
    facts = tuple(
        (found[name].ja, catalogue.shown(found[name], current.values[name]))
        for name in _PLAN_FACTS
        if name in found and current.values.get(name) not in (None, "", [])
    )
    steps = tuple((s.what, _actor(s.who), s.by_when, s.outcome or s.done_on) for s in source.plan.steps)
    return casefile.plan_paper(casefile.PlanValues(row.name, row.kana, facts, steps))


def _history(view: CaseView) -> tuple[tuple[str, str, str], ...]:
    return tuple((row.at, row.text, row.author) for row in reversed(view.timeline))


def _disclosure(source: _Source) -> Paper:
    view = source.view
    told = tuple((f.label, f.shown) for f in view.fields if f.shown)
    free = [note for note in view.notes if note.note_id not in source.third_party]
    notes = tuple((note.held_on, note.body, note.author) for note in free)
    return casefile.disclosure_paper(
        casefile.DisclosureValues(view.row.name, told, notes, len(view.notes) - len(free))
    )


def _handover(source: _Source) -> Paper:
    view = source.view
    row = view.row
    facts = (
        ("ケース番号", row.case_no),
        ("担当", row.caseworker),
        ("同意", view.consent.bar),
        ("次回", row.next_on),
        ("目標", source.plan.current[0].goal if source.plan.current else ""),
    )
    steps = tuple((s.what, _actor(s.who), s.by_when) for s in source.plan.steps if not s.done_on)
    return casefile.handover_paper(
        casefile.HandoverValues(row.name, row.kana, facts, steps, _history(view)[-RECENT:])
    )


def _act_word(act: str) -> str:
    word, _, rest = act.partition(" ")
    kind, _, serial = rest.partition(" ")
    return f"{_ACTS.get(word, word)} {TITLES.get(kind, kind)} {serial}".rstrip()


def _actor(code: str) -> str:
    found = Actor.of(code)
    return found.ja if found else code


def _words(kind: str, name: str, value: object) -> str:
    found = next(f for f in catalogue.FIELDS[kind] if f.name == name)
    return catalogue.shown(found, value) if value else ""


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _texts(values: Values, name: str) -> tuple[str, ...]:
    value = values.get(name)
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()
