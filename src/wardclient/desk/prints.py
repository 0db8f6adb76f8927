"""Acts on papers (様式): which are possible for a case, and making one with its serial and a line of the log."""

import datetime as dt
from collections.abc import Callable, Mapping

from wardclient.casework import reference
from wardclient.casework.codes import Purpose
from wardclient.desk.case_view import build_case_view
from wardclient.desk.consents import ConsentActs
from wardclient.desk.place import problem, refuse
from wardclient.desk.plans import PlanActs, plan_view
from wardclient.desk.print_rows import PaperChoice, PrintedPaper, PrintRow
from wardclient.desk.print_sources import (
    TITLES,
    Source,
    actor_word,
    disclosure_of,
    handover_of,
    history_of,
    lacks,
    plan_of,
    text_of,
    texts_of,
    words_of,
)
from wardclient.desk.referrals import ReferralActs
from wardclient.desk.request_paper import paper_of
from wardclient.desk.requests import RequestActs
from wardclient.desk.rows import SessionView, Values
from wardclient.desk.seen_sheet import seen_of
from wardclient.desk.session_view import build_session_view
from wardclient.desk.step_log import first_author
from wardclient.desk.streams import streams_of
from wardclient.desk.withheld import FOR_CLIENTS, withheld_names, without
from wardclient.desk.writing import puts, shown_values
from wardclient.documents import casefile, consents, letters
from wardclient.documents.paper import Paper
from wardclient.documents.problems import PaperError
from wardclient.ledger.registers import Register

SERIAL = "print_serial"
REPLY_DAYS = 14


class PrintActs(ConsentActs, PlanActs, ReferralActs, RequestActs):
    """Papers of a case, filled from what this person may see."""

    def papers(self, case_id: str) -> tuple[PaperChoice, ...]:
        """Return every paper with the reason why it cannot be made."""
        source = self._source(case_id)
        return tuple(PaperChoice(kind, title, lacks(source, kind)) for kind, title in TITLES.items())

    def preview_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = ""
    ) -> tuple[str, ...]:
        """Return what would be on a paper, line by line. No serial is used up; RefusedError as in `make_paper`."""
        from wardclient.documents.outline import outline

        return outline(self._paper_to_print(case_id, kind, record, language)[0])

    def make_paper(self, case_id: str, kind: str, *, record: str = "", language: str = "") -> PrintedPaper:
        """Make a paper, give it the next serial of this PC, and record that it was printed.

        ``record``: id of a referral or session, or an opening's number; empty takes the latest.
        RefusedError when its source is missing, a letter cannot be shown, or an employer would
        read of the benefit; then no serial is used up.
        """
        # Not before: typesetting is heavy, and most sessions print nothing.
        from wardclient.documents.outline import outline
        from wardclient.documents.typeset import typeset

        paper, never = self._paper_to_print(case_id, kind, record, language)
        serial = self._do(lambda: self._next_serial(case_id, kind))
        try:
            pdf = typeset(paper, serial, never)
        except PaperError as error:
            refuse(problem(error.code, error.ja, error.en))
            raise AssertionError from error
        self.place.changed({"print", "case"}, case_id)
        return PrintedPaper(kind, paper.title, serial, outline(paper, serial), pdf)

    def prints(self, case_id: str) -> tuple[PrintRow, ...]:
        """Return the prints of a case, the newest first, those of the other office as far as the consent lets them cross."""

        def look() -> list[PrintRow]:
            streams = streams_of(self.place, case_id)
            return [
                self._print_row(self.place.registers(stream.stream, entity))
                for stream in streams.all
                for entity in self.place.store.entities(stream.stream, "print:")
            ]

        return tuple(sorted(self._do(look), key=lambda row: (row.printed_on, row.serial), reverse=True))

    def _print_row(self, registers: Mapping[str, Register]) -> PrintRow:
        values = shown_values(registers)
        author = first_author(registers) or bytes.fromhex(self.place.me.device)
        return PrintRow(
            text_of(values, "serial"),
            text_of(values, "paper"),
            text_of(values, "printed_on"),
            self.place.labels(author),
            self.place.client.team_of(author),
            text_of(values, "undone"),
            # Whoever said that nothing came of it knows.
            "" if text_of(values, "undone") else text_of(values, "unsure"),
        )

    def _paper_to_print(
        self, case_id: str, kind: str, record: str, language: str
    ) -> tuple[Paper, tuple[str, ...]]:
        """Return a paper that may be made, and this case's words that no employer may read."""
        from wardclient.documents.typeset import check

        source = self._source(case_id)
        why_not = lacks(source, kind) if kind in TITLES else "この様式はありません。"
        if why_not:
            refuse(problem("paper", why_not, f"This paper cannot be made: {why_not}", "kind"))
        paper = self._paper(source, kind, record, language)
        never = tuple(text for text in (source.view.row.case_no,) if text)
        try:
            check(paper, never)
        except PaperError as error:
            refuse(problem(error.code, error.ja, error.en))
        return paper, never

    def _next_serial(self, case_id: str, kind: str) -> str:
        store = self.place.store
        streams = streams_of(self.place, case_id)
        target = self._target(streams, "H2" if self.place.me.team == "hellowork" else "S6")
        with self.place.transaction():
            number = int(store.get(SERIAL) or b"0") + 1
            store.put(SERIAL, str(number).encode())
            serial = f"{self.place.me.device[:6].upper()}-{number:05d}"
            store.note_access(f"print {kind} {serial}", case_id, self.place.now_ms())
            values = {
                "case_id": case_id,
                "paper": TITLES[kind],
                "serial": serial,
                "printed_on": self.place.today().isoformat(),
            }
            self.place.record(target, "print", puts(f"print:{serial}", values, {}))
        return serial

    def _source(self, case_id: str) -> "Source":
        def look() -> Source:
            streams = streams_of(self.place, case_id)
            view = build_case_view(self.place, streams)
            told = [
                entity.partition(":")[2]
                for stream in streams.all
                for entity in self.place.store.entities(stream.stream, "note:")
                if shown_values(self.place.registers(stream.stream, entity)).get("third_party") is True
            ]
            asked = self._request_rows(streams)
            return Source(streams, view, plan_view(self.place, streams), frozenset(told), asked)

        return self._do(look)

    def _paper(self, source: "Source", kind: str, record: str, language: str) -> Paper:
        make: Mapping[str, Callable[[], Paper]] = {
            "consent": lambda: self._consent(source, language),
            "withdrawal": lambda: self._withdrawal(source),
            "plan": lambda: plan_of(source),
            "receipt": lambda: self._receipt(source, record),
            "letter": lambda: self._letter(source, record),
            "opening": lambda: self._opening(source, record),
            "visit": lambda: casefile.visit_paper(
                source.view.row.name, source.view.row.next_on, self._office(), self.place.me.label
            ),
            "session": lambda: self._session(source, record),
            "history": lambda: casefile.history_paper(source.view.row.name, history_of(source.view)),
            "who-can-see": lambda: self._seen(source),
            "disclosure": lambda: disclosure_of(source),
            "handover": lambda: handover_of(source),
            "request": lambda: paper_of(source.view, source.requests[0], self.place.me.ward_name),
        }
        names = withheld_names(source.view.referrals, self.opening) if kind in FOR_CLIENTS else ()
        return without(make[kind](), names)

    # --- consent ------------------------------------------------------------------

    def _consent(self, source: "Source", language: str) -> Paper:
        given = source.view.consent.state in ("given", "pending")
        values = source.view.consent.values if given else self.consent_defaults(source.view.row.case_id)
        row = source.view.row
        return consents.consent_paper(
            consents.ConsentValues(
                ward_name=self.place.me.ward_name,
                name=row.name,
                kana=row.kana,
                recipients=tuple(reference.office_name(code) for code in texts_of(values, "recipients")),
                purposes=tuple(p.ja for code in texts_of(values, "purpose") if (p := Purpose.of(code))),
                scope_to_hw=texts_of(values, "scope_to_hw"),
                scope_to_city=texts_of(values, "scope_to_city"),
                valid_from=text_of(values, "valid_from"),
                valid_until=text_of(values, "valid_until"),
                form_version=text_of(values, "form_version"),
                explained_by=text_of(values, "explained_by"),
                language=language,
            )
        )

    def _withdrawal(self, source: "Source") -> Paper:
        row, agreed = source.view.row, source.view.consent
        return consents.withdrawal_paper(
            consents.WithdrawalValues(
                self.place.me.ward_name,
                row.name,
                row.kana,
                agreed.recipients,
                text_of(agreed.values, "signed_on"),
                agreed.valid_until,
            )
        )

    # --- referral -------------------------------------------------------------------

    def _referral(self, source: "Source", record: str, channel: str) -> Values:
        made = [r for r in source.view.referrals if r.channel == channel and r.referred_on]
        rows = [r for r in made if record in ("", r.referral_id)]
        if not rows:
            refuse(problem("no_referral", "この紹介はありません。", "There is no such referral.", "record"))
        return self._do(lambda: self._whole(source.streams, f"referral:{rows[0].referral_id}"))

    def _letter(self, source: "Source", record: str) -> Paper:
        given = self._referral(source, record, "2")
        self.refuse_old_file(given)
        referred = text_of(given, "referred_on")
        reply = dt.date.fromisoformat(referred) + dt.timedelta(days=REPLY_DAYS)
        kinds = words_of("referral", "selection_kind", given.get("selection_kind"))
        return letters.letter_paper(
            letters.LetterValues(
                employer_name=text_of(given, "employer_name"),
                referred_on=referred,
                opening_no=text_of(given, "opening_no"),
                job_title=text_of(given, "job_title"),
                name=source.view.row.name,
                kana=source.view.row.kana,
                selection=kinds,
                interview_at=text_of(given, "interview_at"),
                interview_place=text_of(given, "interview_place"),
                bring=text_of(given, "bring"),
                office=f"横浜市{self.place.me.ward_name}役所無料職業紹介所".replace("区区役所", "区役所"),
                referred_by=text_of(given, "referred_by"),
                reply_by=reply.isoformat(),
            )
        )

    def _receipt(self, source: "Source", record: str) -> Paper:
        given = self._referral(source, record, "1")
        return letters.receipt_paper(
            letters.ReceiptValues(
                name=source.view.row.name,
                referred_on=text_of(given, "referred_on"),
                letter_no=text_of(given, "letter_no"),
                opening_no=text_of(given, "opening_no"),
                # Referred through the state's terminal, he is registered and may read it (decision 0019).
                employer_name=text_of(given, "employer_name"),
                job_title=text_of(given, "job_title"),
                interview_at=text_of(given, "interview_at"),
                interview_place=text_of(given, "interview_place"),
                bring=text_of(given, "bring"),
            )
        )

    def _opening(self, source: "Source", record: str) -> Paper:
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

    def _session(self, source: "Source", record: str) -> Paper:
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
                tuple((a.what, actor_word(a.who), a.by_when) for a in view.actions),
                view.state,
            )
        )

    def _seen(self, source: "Source") -> Paper:
        prints = self.prints(source.view.row.case_id)
        return self._do(lambda: seen_of(self.place, source.view, prints))
