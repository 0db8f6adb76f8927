"""Acts on referrals (紹介) and results (採否)."""

import uuid
from collections.abc import Mapping

from wardclient.casework import reference
from wardclient.casework.referral_states import ReferralState, may_follow
from wardclient.casework.validation import normalise, validate
from wardclient.desk.api import RefusedError
from wardclient.desk.cases import CaseActs
from wardclient.desk.openings_acts import OpeningsActs
from wardclient.desk.place import CaseStream, problem, refuse
from wardclient.desk.referral_log import referrals
from wardclient.desk.rows import Values
from wardclient.desk.streams import CaseStreams, scopes, streams_of
from wardclient.desk.writing import puts, shown_values

RESULT_FIELDS = frozenset({"result", "result_on", "result_source", "reject_reason", "condition_diff"})


class ReferralActs(OpeningsActs, CaseActs):
    """A referral is entered by the side whose channel it is; the other sees it by scope."""

    def referral_defaults(self, case_id: str, opening_no: str = "") -> Values:
        """Return a filled form: the channel of this side, today, and the opening's facts, copied."""
        me = self.place.me
        values: dict[str, object] = {
            "channel": "1" if me.team == "hellowork" else "2",
            "referred_on": self.place.today().isoformat(),
            "referred_by": me.label,
            "selection_kind": ["2"],
        }
        if me.team == "hellowork":
            values["office_code"] = reference.office_of_ward(me.ward_code)
        if opening_no:
            row = self.opening(opening_no).row
            values |= {"opening_no": row.opening_no, "employer_name": row.employer, "job_title": row.title}
        self._do(lambda: streams_of(self.place, case_id))
        return values

    def refer(self, case_id: str, values: Values, referral_id: str = "") -> str:
        """Enter a referral; refused for an opening that may not be referred to.

        ``referral_id``: one that was offered or asked for before, and is made now.
        """
        begun = bool(referral_id)
        referral_id = referral_id or uuid.uuid4().hex
        me = self.place.me
        given = normalise(
            "referral", {"channel": "1" if me.team == "hellowork" else "2", "referred_by": me.label, **values}
        )
        refuse(*validate("referral", given, today=self.place.today(), team=me.team, roles=me.roles))
        self._check_opening(given)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            if begun:
                self._check_begun(streams, referral_id)
            with self.place.transaction():
                target = self._target(streams, "H3" if me.team == "hellowork" else "S6")
                registers = self.place.registers(target, f"referral:{referral_id}")
                ops = puts(f"referral:{referral_id}", {"case_id": case_id, **given}, registers)
                self.place.record(target, "refer_hw" if me.team == "hellowork" else "refer_city", ops)

        self._do(work)
        self.place.changed({"referral", "case"}, case_id)
        return referral_id

    def record_result(self, case_id: str, referral_id: str, values: Values) -> None:
        """Enter what came of a referral; the referral itself is not rewritten."""
        me = self.place.me
        entity = f"referral:{referral_id}"
        given = {k: v for k, v in normalise("referral", dict(values)).items() if k in RESULT_FIELDS}

        def work() -> None:
            streams = streams_of(self.place, case_id)
            whole = self._whole(streams, entity)
            problems = validate(
                "referral", {**whole, **given}, today=self.place.today(), team=me.team, roles=me.roles
            )
            refuse(*(p for p in problems if p.field in RESULT_FIELDS))
            with self.place.transaction():
                target = self._target(streams, "H4" if me.team == "hellowork" else "S6")
                registers = self.place.registers(target, entity)
                self.place.record(
                    target, "record_result", puts(entity, {"case_id": case_id, **given}, registers)
                )

        self._do(work)
        self.place.changed({"referral", "case"}, case_id)

    def refuse_old_file(self, given: Values) -> None:
        """Refuse a letter for a referral without a result whose opening comes from a file that is too old.

        The letter tells the employer that the opening was in force; a referral made in time may have
        been waiting for its letter since. One that has its result is printed for the file.
        """
        number, age = str(given.get("opening_no") or ""), self.file_age()
        if not number or given.get("result") or age.level != "block":
            return
        try:
            self.opening(number)
        except RefusedError:
            return  # not from the file: its age says nothing of this opening
        refuse(problem("file_too_old", age.ja, age.en, "record"))

    def _check_begun(self, streams: CaseStreams, referral_id: str) -> None:
        """A referral that was offered or asked for can be made once, and not after its end."""
        found = referrals(self.place, streams).get(referral_id)
        if found is None or ReferralState.REFERRED not in may_follow(found.standing):
            refuse(
                problem(
                    "not_next",
                    "この紹介は、いまの状態からは登録できません。経過を確かめてください。",
                    "From where it stands this referral cannot be made; look at its log.",
                )
            )

    def _whole(self, streams: CaseStreams, entity: str) -> Mapping[str, object]:
        found: dict[str, object] = {}
        for stream in streams.all:
            found |= shown_values(self.place.registers(stream.stream, entity))
        if not found:
            refuse(
                problem(
                    "no_referral", "この紹介はこの端末にはありません。", "This referral is not on this PC."
                )
            )
        return found

    def _target(self, streams: CaseStreams, item: str) -> bytes:
        """Return where it is written: shared when the consent ticks ``item``, else our own file."""
        joint: CaseStream | None = streams.joint
        if joint is not None:
            to_hw, to_city = scopes(self.place, joint)
            if item in (*to_hw, *to_city):
                return joint.stream
        return self.own_of(streams)

    def _check_opening(self, given: Mapping[str, object]) -> None:
        number = str(given.get("opening_no") or "")
        if not number or given.get("channel") not in ("1", "2"):
            return
        try:
            view = self.opening(number)
        except RefusedError:
            # An opening that this PC does not hold cannot be checked: the letter comes from the state's terminal.
            return
        if not view.may_refer:
            refuse(problem("opening", view.why_not, view.why_not, "opening_no"))
