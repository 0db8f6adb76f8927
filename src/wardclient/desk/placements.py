"""Acts on placements (就職), checks of retention (定着) and the lapse of registrations."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wardclient.casework import placement as rules
from wardclient.casework import retention
from wardclient.casework.fields import field_of
from wardclient.casework.registration import expiry
from wardclient.casework.retention import Check, CheckState
from wardclient.casework.validation import normalise, validate
from wardclient.desk.pipeline import PipelineActs
from wardclient.desk.place import problem, refuse
from wardclient.desk.placement_rows import (
    CheckRow,
    ClaimRow,
    PlacementRow,
    RegistrationDue,
    RetentionDue,
    RetentionRow,
)
from wardclient.desk.rows import Values
from wardclient.desk.streams import CaseStreams, case_streams, streams_of, values_of
from wardclient.desk.writing import puts, shown_values
from wardclient.ledger.events import Value

OPEN = (CheckState.DUE, CheckState.CONFLICT, CheckState.SOON)
REGISTRATION_DAYS = 30


@dataclass(slots=True)
class _Record:
    """A stored record of a case: what its streams say of it, who wrote it first, and when."""

    values: dict[str, Value]
    device: bytes
    at: int
    shared: bool


class PlacementActs(PipelineActs):
    """Each office writes down a job that it hears of; two records of one job are two claims of one placement."""

    def placements(self, case_id: str) -> tuple[PlacementRow, ...]:
        """Return the jobs of a case, the oldest first."""
        return self._do(lambda: self._placements(streams_of(self.place, case_id)))

    def place_in_job(self, case_id: str, values: Values) -> str:
        """Write down a job; return the record's id. One that the other office wrote is claimed, not rewritten."""
        placement_id = uuid.uuid4().hex
        given = self._valid("placement", values)

        def work() -> None:
            streams = streams_of(self.place, case_id)
            own = {
                name: value
                for name, value in given.items()
                if (f := field_of("placement", name)) and f.item == "CITY"
            }
            rest = {name: value for name, value in given.items() if name not in own}
            entity = f"placement:{placement_id}"
            with self.place.transaction():
                target = self._target(streams, self._item)
                self.place.record(target, "place", puts(entity, {"case_id": case_id, **rest}, {}))
                if own:
                    # What only the city may know stays in its own file.
                    self.place.record(
                        self.own_of(streams), "place", puts(entity, {"case_id": case_id, **own}, {})
                    )

        self._do(work)
        self.place.changed({"placement", "case"}, case_id)
        return placement_id

    def strike_placement(self, case_id: str, placement_id: str, values: Values) -> str:
        """Strike out a claim that this office made in error; return the strike's id. The claim itself stays.

        ``stands`` among the values names the claim that is right in its place, where one job was written down twice;
        without it there was no such job. The other office's claim is the other office's word.
        """
        strike_id = uuid.uuid4().hex
        stands = str(values.get("stands") or "")
        told = {name: value for name, value in values.items() if name != "stands"}
        given = self._valid("placement_strike", {"struck_on": self.place.today().isoformat(), **told})

        def work() -> None:
            streams = streams_of(self.place, case_id)
            claims = {c.placement_id: c for row in self._placements(streams) for c in row.claims}
            claim = claims.get(placement_id)
            if claim is None:
                refuse(
                    problem(
                        "no_placement",
                        "この就職はこの端末にないか、もう取り消されています。",
                        "This placement is not on this PC, or was struck out already.",
                    )
                )
            assert claim is not None  # noqa: S101
            if claim.team != self.place.me.team:
                refuse(
                    problem(
                        "not_ours",
                        "相手側の申告は、相手側が取り消します。まちがいなら相手側に伝えてください。",
                        "The other office strikes out its own claim; tell them if it is wrong.",
                    )
                )
            if stands and (stands == placement_id or stands not in claims):
                refuse(
                    problem(
                        "stands",
                        "残る申告は、このケースのほかの就職から選んでください。",
                        "Choose the claim that stands from the other placements of this case.",
                        "stands",
                    )
                )
            whole = {"case_id": case_id, "placement_id": placement_id, "stands": stands, **given}
            with self.place.transaction():
                target = streams.joint.stream if claim.shared and streams.joint else self.own_of(streams)
                self.place.record(
                    target, "strike_placement", puts(f"placement_strike:{strike_id}", whole, {})
                )

        self._do(work)
        self.place.changed({"placement", "case"}, case_id)
        return strike_id

    def check_retention(self, case_id: str, placement_id: str, values: Values) -> str:
        """Note that somebody looked whether the person still works there; return the check's id."""
        check_id = uuid.uuid4().hex
        today = self.place.today()
        given = self._valid("retention", {"checked_on": today.isoformat(), **values})

        def work() -> None:
            streams = streams_of(self.place, case_id)
            row = next((r for r in self._placements(streams) if placement_id in _ids(r)), None)
            if row is None or not row.claims:
                refuse(
                    problem(
                        "no_placement",
                        "この就職はこの端末にはありません。",
                        "This placement is not on this PC.",
                    )
                )
            assert row is not None  # noqa: S101
            started = date.fromisoformat(row.started_on)
            checked = date.fromisoformat(str(given["checked_on"]))
            if checked < started:
                refuse(
                    problem(
                        "before_start",
                        "定着確認日が就職日より前です。",
                        "The check is dated before the first day at work.",
                        "checked_on",
                    )
                )
            month = given.get("month") or retention.month_of(retention.schedule(started, (), today), checked)
            if month not in retention.MONTHS:
                refuse(
                    problem(
                        "month",
                        "確認の月は 1・3・6 のどれかです。",
                        "A check is at month 1, 3 or 6.",
                        "month",
                    )
                )
            whole = {**given, "case_id": case_id, "placement_id": row.placement_id, "month": month}
            with self.place.transaction():
                target = self._target(streams, self._item)
                self.place.record(target, "check_retention", puts(f"retention:{check_id}", whole, {}))

        self._do(work)
        self.place.changed({"placement", "case"}, case_id)
        return check_id

    def retention_due(self) -> tuple[RetentionDue, ...]:
        """Return the checks over all cases that are due, differ or come up within a week, the latest first.

        A list is not a look at each case.
        """

        def work() -> tuple[RetentionDue, ...]:
            found = []
            for case_id in self.place.store.cases_with("placement:"):
                hit = self.place.store.case_hit(case_id)
                for job in self._placements(case_streams(self.place, case_id)):
                    found += [
                        RetentionDue(
                            case_id=case_id,
                            placement_id=job.placement_id,
                            name=hit.name if hit else "",
                            employer_name=job.employer_name,
                            month=row.month,
                            due_on=row.due_on,
                            state=row.state,
                            late=row.late,
                        )
                        for row in job.retention
                        if row.state in OPEN
                    ]
            return tuple(sorted(found, key=lambda row: (row.due_on, row.case_id, row.placement_id)))

        return self._do(work)

    def registrations_due(self, days: int = REGISTRATION_DAYS) -> tuple[RegistrationDue, ...]:
        """Return registrations that lapse within ``days`` or have lapsed, the first to lapse first."""

        def work() -> tuple[RegistrationDue, ...]:
            today = self.place.today()
            found = []
            for case_id in self.place.store.cases_with("registration"):
                streams = case_streams(self.place, case_id)
                end = expiry(values_of(self.place, streams, "registration"), today)
                if end is None or end.ends_on > today + timedelta(days=days):
                    continue
                hit = self.place.store.case_hit(case_id)
                name = hit.name if hit else ""
                found.append(
                    RegistrationDue(case_id, name, end.ends_on.isoformat(), end.days_left, end.derived)
                )
            return tuple(sorted(found, key=lambda row: (row.ends_on, row.case_id)))

        return self._do(work)

    # --- parts -----------------------------------------------------------------

    @property
    def _item(self) -> str:
        return "H5" if self.place.me.team == "hellowork" else "S7"

    def _valid(self, kind: str, values: Values) -> dict[str, object]:
        given = normalise(kind, dict(values))
        me = self.place.me
        refuse(*validate(kind, given, today=self.place.today(), team=me.team, roles=me.roles))
        return given

    def _records(self, streams: CaseStreams, kind: str) -> dict[str, _Record]:
        found: dict[str, _Record] = {}
        for stream in streams.all:
            for entity in self.place.store.entities(stream.stream, f"{kind}:"):
                registers = self.place.registers(stream.stream, entity)
                heads = [head for register in registers.values() for head in register.heads]
                if not heads:
                    continue
                first = min(heads, key=lambda head: head.order())
                record = found.setdefault(
                    entity.partition(":")[2], _Record({}, first.version[0], first.hlc, shared=False)
                )
                record.values.update(shown_values(registers))
                record.shared |= stream.kind == "joint"
        return found

    def _placements(self, streams: CaseStreams) -> tuple[PlacementRow, ...]:
        records = self._records(streams, "placement")
        claims = [c for name, record in records.items() if (c := rules.claim(name, record.values, record.at))]
        struck = self._records(streams, "placement_strike")
        strikes = [
            s for name, record in struck.items() if (s := rules.strike(name, record.values, record.at))
        ]
        checks = self._records(streams, "retention")
        told = {strike.placement_id: struck[strike.strike_id] for strike in strikes}
        return tuple(
            self._row(streams.case_id, job, records, checks, told) for job in rules.jobs(claims, strikes)
        )

    def _row(
        self,
        case_id: str,
        job: rules.Placement,
        records: Mapping[str, _Record],
        checks: Mapping[str, _Record],
        told: Mapping[str, _Record],
    ) -> PlacementRow:
        names = [claim.placement_id for claim in job.all]
        first = records[names[0]].values
        term, until = _text(first.get("contract_term")), _day(first.get("contract_until"))
        both = rules.regular(term, job.started_on, until)
        mine = {n: r for n, r in checks.items() if r.values.get("placement_id") in names}
        return PlacementRow(
            case_id=case_id,
            placement_id=job.placement_id,
            employer_name=_text(first.get("employer_name")),
            started_on=job.started_on.isoformat(),
            contract_term=term,
            contract_until=until.isoformat() if until is not None else "",
            regular_hellowork=both.hellowork,
            regular_benefits=both.benefits,
            term_differs=until is not None and rules.term_differs(term, job.started_on, until),
            contested=job.contested,
            claims=tuple(self._claim_row(claim, records[claim.placement_id]) for claim in job.claims),
            struck=tuple(
                self._claim_row(claim, records[claim.placement_id], told.get(claim.placement_id))
                for claim in job.struck
            ),
            retention=tuple(self._retention(job.started_on, mine)) if job.counts else (),
        )

    def _claim_row(self, claim: rules.Claim, record: _Record, strike: _Record | None = None) -> ClaimRow:
        row = ClaimRow(
            placement_id=claim.placement_id,
            channel=claim.channel,
            author=self.place.labels(record.device),
            team=self.place.client.team_of(record.device),
            shared=record.shared,
        )
        if strike is None:
            return row
        return replace(
            row,
            reason=_text(strike.values.get("reason")),
            struck_on=_text(strike.values.get("struck_on")),
            struck_by=self.place.labels(strike.device),
            stands=_text(strike.values.get("stands")),
        )

    def _retention(self, started_on: date, records: Mapping[str, _Record]) -> Iterable[RetentionRow]:
        today = self.place.today()
        checks = [c for name, record in records.items() if (c := retention.check(name, record.values))]
        for row in retention.schedule(started_on, checks, today):
            found = tuple(self._check_row(check, records[check.check_id]) for check in row.found)
            yield RetentionRow(row.month, row.due_on.isoformat(), str(row.state), row.late(today), found)

    def _check_row(self, check: Check, record: _Record) -> CheckRow:
        return CheckRow(
            check_id=check.check_id,
            checked_on=check.checked_on.isoformat(),
            state=str(check.state),
            left_on=check.left_on.isoformat() if check.left_on is not None else "",
            accompanied_by=_text(record.values.get("accompanied_by")),
            note=_text(record.values.get("note")),
            author=self.place.labels(record.device),
            team=self.place.client.team_of(record.device),
        )


def _ids(row: PlacementRow) -> set[str]:
    return {claim.placement_id for claim in (*row.claims, *row.struck)}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
