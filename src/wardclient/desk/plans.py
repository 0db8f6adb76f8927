"""Acts on the support plan (支援プラン): versions, and steps that are done or not."""

import uuid
from collections.abc import Iterable, Mapping

from wardclient.casework import plan
from wardclient.casework.validation import normalise, validate
from wardclient.desk.cases import CaseActs
from wardclient.desk.place import CaseStream, Place, problem, refuse
from wardclient.desk.plan_rows import PlanRow, PlanView, StepRow
from wardclient.desk.rows import Values
from wardclient.desk.streams import CaseStreams, scopes, streams_of
from wardclient.desk.writing import only, puts, shown_values
from wardclient.ledger.events import Value

DONE_FIELDS = ("done_on", "outcome")


class PlanActs(CaseActs):
    """Both sides work on one plan where the consent names it (S6, H2); else each has its own."""

    def plan(self, case_id: str) -> PlanView:
        """Return the plan of a case: the versions in force, those before, and the steps."""
        return self._do(lambda: plan_view(self.place, streams_of(self.place, case_id)))

    def plan_defaults(self, case_id: str) -> Values:
        """Return a filled form of the next version."""

        def work() -> Values:
            versions = _versions(self.place, streams_of(self.place, case_id))
            current = plan.in_force(versions)
            before = versions[current[0]] if current else None
            return {
                **plan.beginning(before, self.place.today()),
                **({} if before else {"team": [self.place.me.label]}),
            }

        return self._do(work)

    def make_plan(self, case_id: str, values: Values) -> str:
        """Make a version; it replaces every version in force."""
        plan_id = uuid.uuid4().hex
        given = self._checked("plan", values)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            versions = _versions(self.place, streams)
            before = plan.in_force(versions)
            whole = {
                "case_id": case_id,
                "version": plan.next_version(versions),
                "supersedes": list(before),
                **given,
            }
            with self.place.transaction():
                ops = puts(f"plan:{plan_id}", whole, {})
                self.place.record(self._joint_or_own(streams), "revise_plan" if before else "make_plan", ops)

        self._do(work)
        self.place.changed({"plan", "case"}, case_id)
        return plan_id

    def add_step(self, case_id: str, values: Values) -> str:
        """Add a step (取組): what, who, by when."""
        step_id = uuid.uuid4().hex
        given = self._checked("action", values)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            with self.place.transaction():
                ops = puts(f"action:{step_id}", {"case_id": case_id, **given}, {})
                self.place.record(self._joint_or_own(streams), "add_step", ops)

        self._do(work)
        self.place.changed({"plan", "case"}, case_id)
        return step_id

    def finish_step(self, case_id: str, step_id: str, values: Values) -> None:
        """Say that a step is done, when and with what outcome; an empty day opens it again."""
        entity = f"action:{step_id}"
        given = only(normalise("action", dict(values)), DONE_FIELDS)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            stream = next((s for s in streams.all if self.place.registers(s.stream, entity)), None)
            if stream is None:
                refuse(
                    problem("no_step", "この取組はこの端末にはありません。", "This step is not on this PC.")
                )
            assert stream is not None  # noqa: S101
            if not stream.open:
                refuse(
                    problem(
                        "closed",
                        "同意が終わったため、共有の取組にはもう書けません。",
                        "The consent has ended; nothing more can be written to a shared step.",
                    )
                )
            registers = self.place.registers(stream.stream, entity)
            me = self.place.me
            checked = {**shown_values(registers), **given}
            refuse(*validate("action", checked, today=self.place.today(), team=me.team, roles=me.roles))
            self.place.record(stream.stream, "finish_step", puts(entity, given, registers))

        self._do(work)
        self.place.changed({"plan", "case"}, case_id)

    def _checked(self, kind: str, values: Values) -> dict[str, object]:
        given = normalise(kind, dict(values))
        me = self.place.me
        refuse(*validate(kind, given, today=self.place.today(), team=me.team, roles=me.roles))
        return given

    def _joint_or_own(self, streams: CaseStreams) -> bytes:
        """Return where plans are written: shared when the consent ticks S6 and H2, else our own file."""
        joint: CaseStream | None = streams.joint
        if joint is not None:
            to_hw, to_city = scopes(self.place, joint)
            if "S6" in to_hw and "H2" in to_city:
                return joint.stream
        return self.own_of(streams)


def plan_view(place: Place, streams: CaseStreams) -> PlanView:
    """Return the plan of a case as this PC may show it."""
    versions = _versions(place, streams)
    shared = {
        entity.partition(":")[2]
        for stream in streams.all
        if stream.kind == "joint"
        for entity in place.store.entities(stream.stream, "plan:")
    }
    rows = {
        plan_id: PlanRow(
            plan_id=plan_id,
            version=_number(values.get("version")),
            made_on=_text(values.get("made_on")),
            goal=_text(values.get("goal")),
            review_on=_text(values.get("review_on")),
            signed_on=_text(values.get("signed_by_client_on")),
            shared=plan_id in shared,
            values=values,
        )
        for plan_id, values in versions.items()
    }
    current = plan.in_force(versions)
    order = plan.newest_first(versions)
    return PlanView(
        case_id=streams.case_id,
        current=tuple(rows[p] for p in current),
        earlier=tuple(rows[p] for p in order if p not in current),
        steps=tuple(
            sorted(_steps(place, streams), key=lambda s: (bool(s.done_on), s.by_when or "9", s.step_id))
        ),
    )


def _versions(place: Place, streams: CaseStreams) -> dict[str, Mapping[str, Value]]:
    found: dict[str, Mapping[str, Value]] = {}
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "plan:"):
            found[entity.partition(":")[2]] = shown_values(place.registers(stream.stream, entity))
    return found


def _steps(place: Place, streams: CaseStreams) -> Iterable[StepRow]:
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "action:"):
            values = shown_values(place.registers(stream.stream, entity))
            yield StepRow(
                step_id=entity.partition(":")[2],
                what=_text(values.get("what")),
                who=_text(values.get("who")),
                by_when=_text(values.get("by_when")),
                training=_text(values.get("training")),
                done_on=_text(values.get("done_on")),
                outcome=_text(values.get("outcome")),
                shared=stream.kind == "joint",
                from_session=bool(values.get("session_id")),
                overdue=_overdue(values, place.today().isoformat()),
            )


def _overdue(values: Mapping[str, Value], today: str) -> bool:
    until = _text(values.get("by_when"))
    return bool(until) and until < today and not values.get("done_on")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
