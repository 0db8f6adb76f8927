"""Acts on cases: find, look, open, change, note."""

import uuid
from collections.abc import Mapping

from wardclient.casework import fields as catalogue
from wardclient.casework.duplicates import candidates_for
from wardclient.casework.problems import Problem
from wardclient.casework.validation import normalise, validate
from wardclient.desk.case_list import find_page
from wardclient.desk.case_view import build_case_view
from wardclient.desk.looks import carry
from wardclient.desk.place import Acts, CaseStream, problem, refuse
from wardclient.desk.rows import Candidate, CaseFilter, CasePage, CaseView, Values
from wardclient.desk.streams import CaseStreams, scopes, shared_fields, streams_of, values_of
from wardclient.desk.timeline import SEARCHED
from wardclient.desk.writing import puts
from wardclient.ledger.events import Op, Rec
from wardclient.locale import language
from wardproto.wire import encode

OWN_OF_PARTNER = "registration"
"""求職登録 is the state's record, whoever owns the case (domain 4.7)."""
EVERYTHING = CaseFilter()
"""No narrowing."""
EDITABLE = frozenset({"person", "case", "assessment", "welfare", "registration"})


class CaseActs(Acts):
    """Cases, as far as this person may see and change them."""

    def case_fields(self) -> frozenset[str]:
        """Return the names of the fields that belong to the case rather than the person."""
        return frozenset(field.name for field in catalogue.FIELDS["case"])

    def find_cases(self, text: str, narrow: CaseFilter = EVERYTHING, limit: int = 200) -> CasePage:
        """Search the cases on this PC."""
        return self._do(lambda: find_page(self.place, text, narrow, limit))

    def case(self, case_id: str, *, again: bool = False) -> CaseView:
        """Return a case and log that it was looked at, unless it is open and only drawn ``again``."""

        def look() -> CaseView:
            view = build_case_view(self.place, streams_of(self.place, case_id), language())
            if not again:
                self.place.store.note_access("view", case_id, self.place.now_ms())
                carry(self.place)
            return view

        return self._do(look)

    def case_name(self, case_id: str) -> str:
        """Return the name for the title of a screen that is about a part of a case; not a look of its own."""

        def look() -> str:
            streams_of(self.place, case_id)
            hit = self.place.store.case_hit(case_id)
            return hit.name if hit is not None else ""

        return self._do(look)

    def candidates(self, person: Values) -> tuple[Candidate, ...]:
        """Return people already known who may be this one."""
        given = normalise("person", dict(person))

        def look() -> tuple[Candidate, ...]:
            found = candidates_for(given, self.place.store.people_like(given))
            return tuple(
                Candidate(
                    match.case_id,
                    match.name,
                    match.kana,
                    match.birth_date,
                    match.address,
                    tuple(reason.ja for reason in match.reasons),
                    match.sure,
                )
                for match in found
            )

        return self._do(look)

    def open_case(self, person: Values, case: Values, *, none_match: bool) -> str:
        """Open a case in a new own stream of this team."""
        person_values = normalise("person", dict(person))
        case_values = {
            "ward": self.place.me.ward_code,
            "opened_on": self.place.today().isoformat(),
            "status": "intake",
            "episode": 1,
            "caseworker_id": self.place.me.label,
            **normalise("case", dict(case)),
        }
        refuse(*self._check("person", person_values), *self._check("case", case_values))
        found = len(self.candidates(person_values))
        if found and not none_match:
            refuse(
                problem(
                    "candidates",
                    "同じ人かもしれないケースがあります。候補を確かめてから、該当なしを選んでください。",
                    "Cases that may be the same person exist. Look at them, then say that none matches.",
                )
            )
        case_id = uuid.uuid4().hex
        self._do(lambda: self._open(case_id, person_values, case_values, searched=found))
        self.place.changed({"case"}, case_id)
        return case_id

    def open_cases(self, people: list[tuple[Values, Values]]) -> list[str]:
        """Open many cases in one transaction (caseload import): all or none."""
        ids = [uuid.uuid4().hex for _ in people]

        def work() -> None:
            with self.place.transaction():
                for case_id, (person, case) in zip(ids, people, strict=True):
                    self._open(case_id, person, case)

        self._do(work)
        self.place.changed({"case"}, *ids)
        return ids

    def _open(self, case_id: str, person: Values, case: Values, *, searched: int | None = None) -> None:
        """``searched``: how many people a person looked at and found to be somebody else (feature 1)."""
        with self.place.transaction():
            stream = self.place.client.new_stream()
            ops: list[Op] = puts("case", {"case_id": case_id, **case}, {})
            ops += puts("person", {"person_id": uuid.uuid4().hex, **person}, {})
            if searched is not None:
                ops.append(Rec("case", SEARCHED, encode(searched)))
            self.place.record(stream, "open_case", ops)

    def change(self, case_id: str, kind: str, values: Values) -> None:
        """Write changed fields; those that the consent shares go to the other side too."""
        if kind not in EDITABLE:
            refuse(
                problem(
                    "kind", "この種類の欄はここでは直せません。", "Fields of this kind are not changed here."
                )
            )
        given = normalise(kind, dict(values))

        def work() -> None:
            streams = streams_of(self.place, case_id)
            whole = {**values_of(self.place, streams, kind), **given}
            refuse(*(p for p in self._check(kind, whole) if p.field in given or not p.field))
            self._write(streams, kind, given)

        self._do(work)
        self.place.changed({"case", "inbox"}, case_id)

    def _write(self, streams: CaseStreams, kind: str, given: Mapping[str, object]) -> None:
        """Write ``given`` to the own file, and what of it the paper's boxes name to the joint stream.

        What crosses is decided by the same function that makes the preview (`fields.facts`). The other
        side's people write what is shared with them, and their own registration; nothing else.
        """
        joint = streams.joint
        cross = self._crossing(streams, kind, given) if joint is not None else {}
        owns = streams.owner == self.place.me.team or kind == OWN_OF_PARTNER
        if not owns and (missing := [name for name in given if name not in cross]):
            refuse(*(self._not_shared(name) for name in missing))
        with self.place.transaction():
            if owns:
                own = self.own_of(streams)
                self.place.record(own, "edit", puts(kind, given, self.place.registers(own, kind)))
            if joint is not None and cross:
                self.place.record(
                    joint.stream, "edit", puts(kind, cross, shared_fields(self.place, streams, kind))
                )

    def _crossing(self, streams: CaseStreams, kind: str, given: Mapping[str, object]) -> dict[str, object]:
        """Return which of the values the other side may see, by the boxes of the consent in force."""
        assert streams.joint is not None  # noqa: S101  # the caller looked
        to_hw, to_city = scopes(self.place, streams.joint)
        cross: dict[str, object] = {}
        for items, direction in ((to_hw, catalogue.TO_HW), (to_city, catalogue.TO_CITY)):
            cross |= {fact.field: fact.value for fact in catalogue.facts({kind: given}, items, direction)}
        held = shared_fields(self.place, streams, kind)
        return cross | {
            name: value for name, value in given.items() if name in held and value in (None, "", [])
        }

    def _not_shared(self, name: str) -> Problem:
        return problem(
            "not_shared",
            "この欄は同意の範囲にないため、ここからは書けません。",
            "This field is outside the consent and cannot be written from here.",
            name,
        )

    def _check(self, kind: str, values: Mapping[str, object]) -> tuple[Problem, ...]:
        me = self.place.me
        return tuple(validate(kind, values, today=self.place.today(), team=me.team, roles=me.roles))

    def add_note(self, case_id: str, values: Values) -> str:
        """Write a note: own-office by default, shared where the form says so."""
        given = self._note(values)
        refuse(*self._check("note", given))
        note_id = uuid.uuid4().hex

        def work() -> None:
            streams = streams_of(self.place, case_id)
            with self.place.transaction():
                shared = given["visibility"] == "1"
                target = self.joint_of(streams).stream if shared else self.own_of(streams)
                entity = f"note:{note_id}"
                self.place.record(target, "hold_session", puts(entity, {"case_id": case_id, **given}, {}))

        self._do(work)
        self.place.changed({"case"}, case_id)
        return note_id

    def _note(self, values: Values) -> dict[str, object]:
        """Return a whole note of today from what was typed of it."""
        city = self.place.me.team == "city"
        given = {
            "held_on": self.place.today().isoformat(),
            "kind": "1" if city else "2",
            "place": "2",
            "attended_by_client": True,
            "visibility": "2" if city else "3",
            **values,
        }
        return dict(normalise("note", given))

    def own_of(self, streams: CaseStreams) -> bytes:
        """Return my team's own stream of a case, made when it is the first thing this team keeps."""
        if streams.own is not None:
            return streams.own.stream
        stream = self.place.client.new_stream()
        self.place.record(stream, "open_case", puts("case", {"case_id": streams.case_id}, {}))
        return stream

    def joint_of(self, streams: CaseStreams) -> CaseStream:
        """Return the open joint stream; refused without a consent in force."""
        if streams.joint is None:
            refuse(
                problem(
                    "no_consent",
                    "有効な同意がないため、共有の記録は書けません。自分の側だけの記録なら残せます。",
                    "Without a consent in force nothing shared can be written. Keep it as an own-office note.",
                )
            )
        assert streams.joint is not None  # noqa: S101
        return streams.joint
