"""How a case looks to this person: nothing absent is hinted at."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wardclient.casework import access, consent_bar, reference
from wardclient.casework import fields as catalogue
from wardclient.casework.calendar import age_on
from wardclient.casework.codes import SCOPE_TO_CITY, SCOPE_TO_HW, Status
from wardclient.desk.case_list import case_row
from wardclient.desk.place import JAPAN, CaseStream, Place
from wardclient.desk.referral_log import referrals
from wardclient.desk.rows import (
    CaseRow,
    CaseView,
    ConsentState,
    ConsentView,
    FieldView,
    NoteRow,
    OnOtherSide,
    ReferralRow,
)
from wardclient.desk.session_view import build_session_view
from wardclient.desk.streams import SINGLE_KINDS, CaseStreams, Seat, scopes, seats
from wardclient.desk.timeline import timeline
from wardclient.desk.writing import shown_values
from wardclient.ledger.clock import effective, millis
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register


def build_case_view(place: Place, streams: CaseStreams, lang: str = "ja") -> CaseView:
    """Return everything that the case screen shows, its labels in a language; papers are Japanese."""
    agreed = consent_view(place, streams, lang)
    notes = tuple(sorted(_notes(place, streams), key=lambda n: (n.held_on, n.note_id), reverse=True))
    referrals = tuple(
        sorted(_referrals(place, streams, lang), key=lambda r: (r.referred_on, r.referral_id), reverse=True)
    )
    row = case_row(place, streams.case_id)
    fields = tuple(_with_state(_fields(place, streams, lang), row.status, lang))
    birth = row.birth_date
    age = age_on(dt.date.fromisoformat(birth), place.today()) if birth else 0
    return CaseView(
        row=replace(row, consent=agreed.state, consent_until=agreed.valid_until),
        owner_team=streams.owner,
        age=age,
        consent=agreed,
        fields=fields,
        notes=notes,
        referrals=referrals,
        timeline=tuple(timeline(place, streams.case_id, lang)),
        other_side_sees=tuple(_other_side_sees(place, streams, fields, lang)),
        may=frozenset(_may(place, streams, agreed, row)),
    )


# --- consent ------------------------------------------------------------------


def consent_view(place: Place, streams: CaseStreams, lang: str = "ja") -> ConsentView:
    """Return the latest consent of a case, and the sentence for the bar."""
    found: dict[str, Mapping[str, Register]] = {}
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "consent:"):
            if stream.kind != "joint" or entity not in found:
                found[entity] = place.registers(stream.stream, entity)
    if not found:
        return _no_consent(place, lang)
    entity = max(found, key=lambda e: _written(found[e]))
    values = shown_values(found[entity])
    consent_id = entity.partition(":")[2]
    joint = next((s for s in streams.all if s.consent_id == consent_id), None)
    state = _state(values, joint)
    there, missing = _other_side(place, state, joint)
    return ConsentView(
        consent_id=consent_id,
        state=state,
        bar=_bar(place, state, values, lang),
        recipients=tuple(reference.office_name(code) for code in _texts(values.get("recipients"))),
        scope_to_hw=_texts(values.get("scope_to_hw")),
        scope_to_city=_texts(values.get("scope_to_city")),
        valid_from=_text(values.get("valid_from")),
        valid_until=_text(values.get("valid_until")),
        form_version=_text(values.get("form_version")),
        paper_location=_text(values.get("paper_location")),
        recorded_by=_text(values.get("recorded_by")),
        on_other_side=there,
        missing_acks=missing,
        values=values,
    )


def _no_consent(place: Place, lang: str) -> ConsentView:
    return ConsentView("", "none", _bar(place, "none", {}, lang), (), (), (), "", "", "", "", "", "no")


def _written(registers: Mapping[str, Register]) -> int:
    return max((w.order()[0] for r in registers.values() if (w := r.shown) is not None), default=0)


def _state(values: Mapping[str, Value], stream: CaseStream | None) -> ConsentState:
    said = _text(values.get("state")) or "given"
    if said == "refused":
        return "refused"
    known = stream.known if stream is not None else "unknown"
    if said == "withdrawn":
        return "ending" if known in ("open", "early") else "withdrawn"
    states: Mapping[str, ConsentState] = {
        "open": "given",
        "early": "given",
        "ended": "withdrawn",
        "expired": "expired",
        "unknown": "pending",
    }
    return states[known]


def _other_side(place: Place, state: ConsentState, stream: CaseStream | None) -> tuple[OnOtherSide, int]:
    if stream is None or state in ("none", "refused"):
        return "no", 0
    if state in ("pending", "ending"):
        return "waiting", 0
    if state == "given":
        return ("waiting" if place.store.drafts_in(stream.stream) else "yes"), 0
    missing = len(place.client.partner_devices(stream.stream, without_ack=True))
    return ("deleting" if missing else "deleted"), missing


def _bar(place: Place, state: ConsentState, values: Mapping[str, Value], lang: str) -> str:
    return consent_bar.bar(values, state, place.me.team, lang)


# --- fields ---------------------------------------------------------------------


def _fields(place: Place, streams: CaseStreams, lang: str) -> Iterable[FieldView]:
    boxes = _boxes(place, streams)
    for kind in SINGLE_KINDS:
        found = seats(place, streams, kind)
        for field in catalogue.FIELDS[kind]:
            if field.form is catalogue.Form.ID or not access.may_read_field(place.me.roles, kind, field):
                continue
            shared = bool(boxes & {field.item_for(catalogue.TO_HW), field.item_for(catalogue.TO_CITY)})
            seat = found.get(field.name)
            if seat is not None:
                yield _field(place, kind, field, seat, lang, shared=shared)
            elif streams.owner == place.me.team:
                label = field.label(lang)
                yield FieldView(kind, field.name, label, None, "", shared=shared, author="", written_at="")


def _with_state(fields: Iterable[FieldView], status: str, lang: str) -> Iterable[FieldView]:
    """Show the state as the lists have it: work that began moves it, though nobody writes it anew."""
    known = Status.of(status)
    for each in fields:
        if known is not None and (each.kind, each.name) == ("case", "status") and each.value != status:
            yield replace(each, value=status, shown=known.label(lang))
        else:
            yield each


def _boxes(place: Place, streams: CaseStreams) -> frozenset[str]:
    """Return the items that the consent in force names, in both directions."""
    if streams.joint is None:
        return frozenset()
    to_hw, to_city = scopes(place, streams.joint)
    return frozenset(to_hw) | frozenset(to_city)


def _field(
    place: Place, kind: str, field: catalogue.Field, seat: Seat, lang: str, *, shared: bool
) -> FieldView:
    write = seat.register.shown
    assert write is not None  # noqa: S101  # a seat has a shown value
    conflict = f"{seat.stream.stream.hex()}/{kind}/{field.name}" if seat.register.conflict else ""
    return FieldView(
        kind,
        field.name,
        field.label(lang),
        write.value,
        catalogue.shown(field, write.value),
        shared,
        place.labels(write.version[0]),
        _iso(millis(effective(write.hlc, write.recv_ms))),
        conflict,
    )


def _other_side_sees(
    place: Place, streams: CaseStreams, fields: tuple[FieldView, ...], lang: str
) -> Iterable[str]:
    joint = streams.joint
    if joint is None or joint.known != "open":
        return
    labels = {**SCOPE_TO_HW, **SCOPE_TO_CITY}
    to_hw, to_city = scopes(place, joint)
    for item in to_hw if place.me.team == "city" else to_city:
        names = {(k, f.name) for k in SINGLE_KINDS for f in catalogue.FIELDS[k] if f.item == item}
        facts = [f"{v.label} {v.shown}" for v in fields if v.shared and (v.kind, v.name) in names and v.shown]
        yield f"{item} {labels[item].label(lang)}  {'、'.join(facts)}".rstrip()


# --- lists ----------------------------------------------------------------------


def _notes(place: Place, streams: CaseStreams) -> Iterable[NoteRow]:
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "note:"):
            registers = place.registers(stream.stream, entity)
            values = shown_values(registers)
            body = _text(values.get("body"))
            device = _author(registers)
            yield NoteRow(
                entity.partition(":")[2],
                "note",
                _text(values.get("held_on")),
                body.splitlines()[0][:40] if body else "",
                body,
                place.labels(device),
                place.client.team_of(device),
                stream.kind == "joint",
                sealed=False,
                unsent=_unsent(registers),
            )
        for entity in place.store.entities(stream.stream, "session:"):
            yield _session(place, stream, entity)


def _session(place: Place, stream: CaseStream, entity: str) -> NoteRow:
    view = build_session_view(place, stream, entity.partition(":")[2])
    body = "\n".join(text for _, _, text in view.texts)
    return NoteRow(
        view.session_id,
        "session",
        view.held_on,
        "同席面談",
        body,
        "、".join(author for _, author, _ in view.texts),
        "",
        shared=True,
        sealed=view.state == "sealed",
        unsent=_unsent(place.registers(stream.stream, entity)),
    )


def _referrals(place: Place, streams: CaseStreams, lang: str) -> Iterable[ReferralRow]:
    for name, found in referrals(place, streams).items():
        values = found.values
        yield ReferralRow(
            referral_id=name,
            channel=_text(values.get("channel")),
            referred_on=_text(values.get("referred_on")),
            opening_no=_text(values.get("opening_no")),
            employer_name=_text(values.get("employer_name")),
            job_title=_text(values.get("job_title")),
            letter_no=_text(values.get("letter_no")),
            interview_at=_text(values.get("interview_at")),
            result=_text(values.get("result")),
            state_text=found.words(place.today(), lang),
            author=place.labels(found.author),
            unsent=found.unsent,
        )


def _unsent(registers: Mapping[str, Register]) -> bool:
    """Whether something of an entity is not at the central service yet."""
    return any(head.recv_ms is None for register in registers.values() for head in register.heads)


def _author(registers: Mapping[str, Register]) -> bytes:
    writes = [r.shown for r in registers.values() if r.shown is not None]
    return min(writes, key=lambda w: w.order()).version[0] if writes else b""


def _may(place: Place, streams: CaseStreams, agreed: ConsentView, row: CaseRow) -> Iterable[str]:
    yield from ("change", "add_note")
    owner = streams.owner == place.me.team
    if owner and agreed.state not in ("given", "pending", "ending"):
        yield from ("record_consent", "decline_consent")
    if agreed.state in ("given", "pending"):
        yield "withdraw_consent"
    if streams.joint is not None:
        yield "start_session"
    if row.status != "closed":
        yield from ("refer", "record_result")


def _iso(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms // 1000, JAPAN).isoformat()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()
