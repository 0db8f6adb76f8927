"""Acts on referrals on their way (紹介の経過): offer, ask for, move, correct; the list of all that is open."""

import uuid

from wardclient.casework import referral_states as machine
from wardclient.casework.referral_states import ReferralState, standing
from wardclient.casework.validation import normalise, validate
from wardclient.casework.work_codes import Channel
from wardclient.desk.pipeline_rows import PipelineRow, ReferralLog, ReferralStep
from wardclient.desk.place import problem, refuse
from wardclient.desk.referral_log import Referral, referrals
from wardclient.desk.referrals import ReferralActs
from wardclient.desk.rows import Values
from wardclient.desk.streams import CaseStreams, case_streams, streams_of
from wardclient.desk.writing import puts
from wardclient.ledger.events import Op
from wardclient.locale import language

STEP_FORM = ("state", "on", "source", "reject_reason", "note", "interview_at")


class PipelineActs(ReferralActs):
    """Both sides write the log of a referral that they share; nothing in it is ever rewritten."""

    def pipeline(self, *, ended: bool = False) -> tuple[PipelineRow, ...]:
        """Return the referrals on their way, those that wait longest for an answer first.

        ``ended``: those that came to their end as well. A list is not a look at each case.
        """

        def work() -> tuple[PipelineRow, ...]:
            found: list[PipelineRow] = []
            for case_id in self.place.store.cases_with("referral:"):
                streams = case_streams(self.place, case_id)
                if streams.all:
                    found += self._pipeline_rows(streams)
            if not ended:
                found = [row for row in found if ReferralState.of(row.state) not in machine.ENDS]
            return tuple(sorted(found, key=lambda r: (-r.reminder, -r.silent_days, r.since, r.referral_id)))

        return self._do(work)

    def _pipeline_rows(self, streams: CaseStreams) -> list[PipelineRow]:
        hit = self.place.store.case_hit(streams.case_id)
        today = self.place.today()
        rows = []
        for each in referrals(self.place, streams).values():
            here = each.standing
            silent = each.silent_days(today)
            rows.append(
                PipelineRow(
                    case_id=streams.case_id,
                    referral_id=each.referral_id,
                    name=hit.name if hit else "",
                    channel=_text(each.values.get("channel")),
                    employer_name=_text(each.values.get("employer_name")),
                    job_title=_text(each.values.get("job_title")),
                    state=str(here.state) if here.state is not None else "conflict",
                    state_text=each.words(today, language()),
                    since=here.since.isoformat() if here.since is not None else "",
                    silent_days=silent,
                    reminder=machine.reminder(silent),
                    interview_at=_text(each.values.get("interview_at")),
                )
            )
        return rows

    def referral_log(self, case_id: str, referral_id: str) -> ReferralLog:
        """Return the log of a referral and what may come next."""
        return self._do(
            lambda: self._log_view(self._begun(streams_of(self.place, case_id), referral_id), case_id)
        )

    def _log_view(self, found: Referral, case_id: str) -> ReferralLog:
        here = found.standing
        channel = _text(found.values.get("channel"))
        steps = {each.step.step_id: each for each in found.written}
        struck = {each.step.corrects for each in found.written if each.step.corrects}
        rows = []
        for step in machine.in_order(found.steps):
            each = steps.get(step.step_id)
            device = each.device if each else found.author_of(step)
            rows.append(
                ReferralStep(
                    step_id=step.step_id,
                    state=str(step.state),
                    on=step.on.isoformat(),
                    note=_text(each.values.get("note")) if each else "",
                    reason=_text(each.values.get("reject_reason")) if each else "",
                    author=self.place.labels(device),
                    team=self.place.client.team_of(device),
                    struck=step.step_id in struck,
                    derived=each is None,
                    unsent=each.unsent if each else False,
                )
            )
        team = self.place.me.team
        allowed = (s for s in machine.may_follow(here) if machine.may_enter(s, channel, team))
        return ReferralLog(
            case_id=case_id,
            referral_id=found.referral_id,
            channel=channel,
            employer_name=_text(found.values.get("employer_name")),
            job_title=_text(found.values.get("job_title")),
            opening_no=_text(found.values.get("opening_no")),
            states=tuple(str(state) for state in here.states),
            steps=tuple(rows),
            next=tuple(str(state) for state in allowed),
            subsidy=self.subsidy(channel),
        )

    def subsidy(self, channel: str) -> str:
        """Return what a channel means for hiring subsidies (助成金)."""
        known = Channel.of(channel)
        return "" if known is None else machine.SUBSIDY[known][0 if language() == "ja" else 1]

    def offer(self, case_id: str, values: Values) -> str:
        """Note an opening before anybody is referred: offered to the person, or asked of Hello Work; return its id."""
        referral_id = uuid.uuid4().hex
        given = normalise(
            "referral_offer", {k: v for k, v in values.items() if k not in ("state", "on", "note")}
        )
        step: dict[str, object] = {
            "note": values.get("note") or "",
            "state": values.get("state") or "offered",
            "on": values.get("on") or self.place.today().isoformat(),
        }
        me = self.place.me
        refuse(*validate("referral_offer", given, today=self.place.today(), team=me.team, roles=me.roles))
        self._check_opening(given)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            target = self._target(streams, "H3" if me.team == "hellowork" else "S6")
            begun = Referral(referral_id, {name: str(value) for name, value in given.items()})
            with self.place.transaction():
                ops = puts(f"referral:{referral_id}", {"case_id": case_id, **given}, {})
                self.place.record(
                    target, "refer_step", [*ops, *self._step_ops(case_id, begun, step, uuid.uuid4().hex)]
                )

        self._do(work)
        self.place.changed({"referral", "case"}, case_id)
        return referral_id

    def move_referral(self, case_id: str, referral_id: str, values: Values, *, corrects: str = "") -> str:
        """Add a step; ``corrects`` names one that it strikes out. Return the step's id.

        To be referred needs the whole form (`refer` with the referral's id): letter number, deadline, rights.
        """
        step_id = uuid.uuid4().hex

        def work() -> None:
            streams = streams_of(self.place, case_id)
            found = self._begun(streams, referral_id)
            with self.place.transaction():
                target = self._target(streams, "H4" if self.place.me.team == "hellowork" else "S6")
                ops = self._step_ops(case_id, found, values, step_id, corrects)
                result = self._result_ops(target, found, values)
                self.place.record(target, "refer_step", [*result, *ops])

        self._do(work)
        self.place.changed({"referral", "case"}, case_id)
        return step_id

    def _step_ops(
        self, case_id: str, found: Referral, values: Values, step_id: str, corrects: str = ""
    ) -> list[Op]:
        """The operations of one step, checked against where the referral stands."""
        me = self.place.me
        given = {k: v for k, v in normalise("referral_step", dict(values)).items() if k in STEP_FORM}
        refuse(*validate("referral_step", given, today=self.place.today(), team=me.team, roles=me.roles))
        here = found.standing
        if corrects and corrects not in here.heads:
            refuse(
                problem(
                    "not_last",
                    "訂正できるのは、最後の経過だけです。",
                    "Only the last step can be struck out.",
                    "corrects",
                )
            )
        rest = standing(found.steps, corrects) if corrects else None
        state = ReferralState.of(given["state"])
        assert state is not None  # noqa: S101  # the form was checked
        channel = _text(found.values.get("channel"))
        if state not in machine.may_follow(here, rest) or not machine.may_enter(state, channel, me.team):
            refuse(
                problem(
                    "not_next",
                    f"いまの状態からは「{state.ja}」にできません。",
                    f'From here a referral cannot become "{state.en}".',
                    "state",
                )
            )
        if state is ReferralState.REFERRED and not found.values.get("referred_on"):
            refuse(
                problem(
                    "form",
                    "紹介するには、紹介の登録の画面で紹介年月日などを入れてください。",
                    "To refer, fill in the form of the referral.",
                    "state",
                )
            )
        ids = {"case_id": case_id, "referral_id": found.referral_id}
        kept: list[Op] = []
        implied = next((s for s in found.steps if s.step_id == corrects), None)
        if implied is not None and all(each.step.step_id != corrects for each in found.written):
            # What only the referral's own form says is written down first, so that the log keeps it, struck out.
            corrects = uuid.uuid4().hex
            copy = {"state": str(implied.state), "on": implied.on.isoformat(), "after": list(implied.after)}
            kept = puts(f"referral_step:{corrects}", {**ids, **copy}, {})
        after = {"after": list((here if rest is None else rest).heads)}
        more = {"corrects": corrects} if corrects else {}
        return [*kept, *puts(f"referral_step:{step_id}", {**ids, **given, **after, **more}, {})]

    def _result_ops(self, target: bytes, found: Referral, values: Values) -> list[Op]:
        """What the form of the result (採否) says of the same thing, for papers and counts."""
        state = ReferralState.of(values.get("state"))
        told: dict[str, object] = {}
        if state is not None and state in machine.RESULT_OF:
            told = {
                "result": machine.RESULT_OF[state],
                "result_on": str(values.get("on") or ""),
                "result_source": str(values.get("source") or ""),
                "reject_reason": str(values.get("reject_reason") or ""),
            }
        elif found.values.get("result"):
            told = dict.fromkeys(("result", "result_on", "result_source", "reject_reason"), "")
        if values.get("interview_at"):
            told["interview_at"] = str(values["interview_at"])
        entity = f"referral:{found.referral_id}"
        # Also what is the same: where two offices' forms stand against each other, this decides.
        return puts(entity, normalise("referral", told), self.place.registers(target, entity))

    def _begun(self, streams: CaseStreams, referral_id: str) -> Referral:
        found = referrals(self.place, streams).get(referral_id)
        if found is None:
            refuse(
                problem(
                    "no_referral", "この紹介はこの端末にはありません。", "This referral is not on this PC."
                )
            )
        assert found is not None  # noqa: S101
        return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
