"""Acts on support requests (支援要請): the city asks, Hello Work answers, both follow."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wardclient.casework import reference
from wardclient.casework import support_request as machine
from wardclient.casework.steps import as_day
from wardclient.casework.support_request import DeclineReason, RequestState, standing
from wardclient.casework.validation import normalise, validate
from wardclient.desk.cases import CaseActs
from wardclient.desk.place import CaseStream, problem, refuse
from wardclient.desk.request_rows import RequestDue, RequestRow, RequestStepRow
from wardclient.desk.rows import Values
from wardclient.desk.step_log import Written, as_text, read_step
from wardclient.desk.streams import CaseStreams, case_streams, streams_of
from wardclient.desk.writing import puts, shown_values
from wardclient.ledger.events import Value
from wardclient.locale import language

STEP_FORM = ("state", "on", "decline_reason", "note", "meeting_at", "support_until")
OWN_NOTE = "own_note"
"""A word for the own office alone, beside the step that both see (feature 39)."""


@dataclass(slots=True)
class _Request:
    request_id: str
    values: dict[str, Value] = field(default_factory=dict)
    steps: dict[str, Written[RequestState]] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)

    @property
    def standing(self) -> machine.Standing:
        """Where it stands."""
        return standing(each.step for each in self.steps.values())

    @property
    def meeting(self) -> date | None:
        """The day of the first meeting, as the newest step that names one says."""
        found = None
        for step in machine.in_order(each.step for each in self.steps.values()):
            found = as_day(self.steps[step.step_id].values.get("meeting_at")) or found
        return found


class RequestActs(CaseActs):
    """A request and its steps are shared where the consent names S6 and H2; else nobody can be asked."""

    def request_defaults(self, case_id: str) -> Values:
        """Return a filled form: today, the office of the ward, who asks."""
        me = self.place.me
        self._do(lambda: streams_of(self.place, case_id))
        return {
            "requested_on": self.place.today().isoformat(),
            "to_office": reference.office_of_ward(me.ward_code),
            "by": me.label,
        }

    def request_support(self, case_id: str, values: Values) -> str:
        """Ask Hello Work to support a person; refused without a consent that shares it. Return its id."""
        request_id = uuid.uuid4().hex
        me = self.place.me
        if me.team != machine.CITY:
            refuse(
                problem("city", "支援要請は、市の側からだけ出せます。", "Only the city can ask for support.")
            )
        given = normalise("request", {**self.request_defaults(case_id), **values})
        refuse(*validate("request", given, today=self.place.today(), team=me.team, roles=me.roles))

        def work() -> None:
            streams = streams_of(self.place, case_id)
            joint = self._joint(streams)
            open_ones = [r for r in self._requests(streams).values() if r.standing.state not in machine.ENDS]
            if open_ones:
                refuse(
                    problem(
                        "asked",
                        "このケースの支援要請は、もう出ています。経過を進めてください。",
                        "Support was asked for already; move that request on.",
                    )
                )
            number = f"{me.ward_code}-{_year(str(given['requested_on']))}-{request_id[:4].upper()}"
            step = {"state": str(RequestState.REQUESTED), "on": given["requested_on"]}
            ids = {"case_id": case_id, "request_id": request_id}
            with self.place.transaction():
                ops = puts(f"request:{request_id}", {"case_id": case_id, "request_no": number, **given}, {})
                ops += puts(f"request_step:{uuid.uuid4().hex}", {**ids, **step, "after": []}, {})
                self.place.record(joint.stream, "request_support", ops)

        self._do(work)
        self.place.changed({"case", "request"}, case_id)
        return request_id

    def move_request(self, case_id: str, request_id: str, values: Values, *, corrects: str = "") -> None:
        """Add a step; ``own_note`` among the values stays in the own office."""
        me = self.place.me
        given = {k: v for k, v in normalise("request_step", _without(values)).items() if k in STEP_FORM}
        refuse(*validate("request_step", given, today=self.place.today(), team=me.team, roles=me.roles))

        def work() -> None:
            streams = streams_of(self.place, case_id)
            joint = self._joint(streams)
            found = self._requests(streams).get(request_id)
            if found is None:
                refuse(
                    problem(
                        "no_request", "この支援要請は、この端末にはありません。", "This request is not here."
                    )
                )
                return
            here = found.standing
            every = [each.step for each in found.steps.values()]
            rest = standing(every, corrects) if corrects else None
            state = RequestState.of(given["state"])
            known = state is not None and (not corrects or corrects in here.heads)
            if (
                state is None
                or not known
                or state not in machine.may_follow(here, rest)
                or not machine.may_enter(state, me.team)
            ):
                words = state.ja if state is not None else ""
                refuse(
                    problem(
                        "not_next",
                        f"いまの状態からは「{words}」にできないか、相手側が決めることです。",
                        "From here the request cannot become that, or the other office decides it.",
                        "state",
                    )
                )
            step_id = uuid.uuid4().hex
            ids = {"case_id": case_id, "request_id": request_id}
            after = {"after": list((here if rest is None else rest).heads)}
            more = {"corrects": corrects} if corrects else {}
            own = str(values.get(OWN_NOTE) or "")
            with self.place.transaction():
                ops = puts(f"request_step:{step_id}", {**ids, **given, **after, **more}, {})
                self.place.record(joint.stream, "request_step", ops)
                if own:
                    kept = puts(f"request_own:{step_id}", {"case_id": case_id, "note": own}, {})
                    self.place.record(self.own_of(streams), "request_step", kept)

        self._do(work)
        self.place.changed({"case", "request"}, case_id)

    def support_requests(self, case_id: str) -> tuple[RequestRow, ...]:
        """Return the requests of a case, the newest first."""
        return self._do(lambda: self._request_rows(streams_of(self.place, case_id)))

    def _request_rows(self, streams: CaseStreams) -> tuple[RequestRow, ...]:
        rows = [self._request_row(streams.case_id, each) for each in self._requests(streams).values()]
        return tuple(sorted(rows, key=lambda r: (r.requested_on, r.request_id), reverse=True))

    def requests_due(self) -> tuple[RequestDue, ...]:
        """Return the open requests over all cases, those that wait longest first. A list is not a look at each."""

        def work() -> tuple[RequestDue, ...]:
            today, found = self.place.today(), []
            for case_id in self.place.store.cases_with("request:"):
                hit = self.place.store.case_hit(case_id)
                for each in self._requests(case_streams(self.place, case_id)).values():
                    here = each.standing
                    if here.state in machine.ENDS or not here.states:
                        continue
                    days = machine.waiting_days(here, each.meeting, today)
                    found.append(
                        RequestDue(
                            case_id=case_id,
                            request_id=each.request_id,
                            name=hit.name if hit else "",
                            state=str(here.state) if here.state is not None else "conflict",
                            state_text="・".join(s.label(language()) for s in here.states),
                            since=here.since.isoformat() if here.since else "",
                            days=days,
                            reminder=machine.reminder(days),
                        )
                    )
            return tuple(sorted(found, key=lambda r: (-r.days, r.since, r.request_id)))

        return self._do(work)

    def _request_row(self, case_id: str, found: _Request) -> RequestRow:
        here = found.standing
        struck = {each.step.corrects for each in found.steps.values() if each.step.corrects}
        rows = []
        for step in machine.in_order(each.step for each in found.steps.values()):
            values, device = found.steps[step.step_id].values, found.steps[step.step_id].device
            reason = DeclineReason.of(values.get("decline_reason"))
            rows.append(
                RequestStepRow(
                    step_id=step.step_id,
                    state=str(step.state),
                    state_text=step.state.label(language()),
                    on=step.on.isoformat(),
                    reason=reason.label(language()) if reason else "",
                    note=as_text(values.get("note")),
                    own_note=found.own.get(step.step_id, ""),
                    meeting_at=as_text(values.get("meeting_at")),
                    author=self.place.labels(device),
                    team=self.place.client.team_of(device),
                    struck=step.step_id in struck,
                )
            )
        team = self.place.me.team
        return RequestRow(
            case_id=case_id,
            request_id=found.request_id,
            request_no=as_text(found.values.get("request_no")),
            requested_on=as_text(found.values.get("requested_on")),
            reason=as_text(found.values.get("request_reason")),
            states=tuple(str(state) for state in here.states),
            steps=tuple(rows),
            next=tuple(str(s) for s in machine.may_follow(here) if machine.may_enter(s, team)),
            values=found.values,
        )

    def _requests(self, streams: CaseStreams) -> dict[str, _Request]:
        found: dict[str, _Request] = {}
        for stream in streams.all:
            for entity in self.place.store.entities(stream.stream, "request:"):
                name = entity.partition(":")[2]
                registers = self.place.registers(stream.stream, entity)
                found.setdefault(name, _Request(name)).values.update(shown_values(registers))
        own: dict[str, str] = {}
        for stream in streams.all:
            for entity in self.place.store.entities(stream.stream, "request_own:"):
                values = shown_values(self.place.registers(stream.stream, entity))
                own[entity.partition(":")[2]] = as_text(values.get("note"))
        for stream in streams.all:
            for entity in self.place.store.entities(stream.stream, "request_step:"):
                self._add(found, own, stream, entity)
        return found

    def _add(
        self, found: dict[str, _Request], own: Mapping[str, str], stream: CaseStream, entity: str
    ) -> None:
        name = entity.partition(":")[2]
        written = read_step(RequestState, name, self.place.registers(stream.stream, entity))
        request = found.get(as_text(written.values.get("request_id"))) if written is not None else None
        if written is None or request is None:
            return
        request.steps[name] = written
        if name in own:
            request.own[name] = own[name]

    def _joint(self, streams: CaseStreams) -> CaseStream:
        if streams.joint is None:
            refuse(
                problem(
                    "no_consent",
                    "同意がないため、支援要請はできません。先に同意を記録してください。",
                    "Without a consent nobody can be asked; record the consent first.",
                )
            )
        assert streams.joint is not None  # noqa: S101
        return streams.joint


def _without(values: Values) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != OWN_NOTE}


def _year(day: str) -> int:
    on = date.fromisoformat(day)
    return on.year if on.month > 3 else on.year - 1  # noqa: PLR2004  # the fiscal year begins in April
