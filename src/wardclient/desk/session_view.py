"""How a joint session looks: both texts, agreed actions, who confirmed what."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from wardclient.casework.session import seal_state, session_digest
from wardclient.desk.place import JAPAN, CaseStream, Place
from wardclient.desk.rows import ActionRow, SessionView
from wardclient.desk.writing import shown_values
from wardclient.ledger.clock import effective, millis
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register
from wardproto.control import TEAMS


@dataclass(frozen=True, slots=True)
class SessionContent:
    """What a confirmation confirms: each side's text, and the actions in a fixed order."""

    texts: Mapping[str, str]
    actions: tuple[tuple[str, str, str, str], ...]
    """(id, what, who, by_when), sorted by id."""
    confirmed: Mapping[str, str]
    """Digest that each team confirmed last."""


def session_content(place: Place, stream: CaseStream, session_id: str) -> SessionContent:
    """Return the content of a session."""
    values = shown_values(place.registers(stream.stream, f"session:{session_id}"))
    actions = []
    for entity in place.store.entities(stream.stream, "action:"):
        action = shown_values(place.registers(stream.stream, entity))
        if action.get("session_id") == session_id:
            actions.append(
                (entity.partition(":")[2], *(_text(action.get(k)) for k in ("what", "who", "by_when")))
            )
    return SessionContent(
        {team: _text(values.get(f"text.{team}")) for team in TEAMS},
        tuple(sorted(actions)),  # type: ignore[arg-type]
        {team: _text(values.get(f"confirmed.{team}")) for team in TEAMS},
    )


def build_session_view(place: Place, stream: CaseStream, session_id: str) -> SessionView:
    """Return a session as this PC holds it."""
    registers = place.registers(stream.stream, f"session:{session_id}")
    values: Mapping[str, Value] = shown_values(registers)
    content = session_content(place, stream, session_id)
    digest = session_digest(content.texts, content.actions)
    sealed = place.store.has_record(stream.stream, f"session:{session_id}", "sealed")
    state = "sealed" if sealed else seal_state(digest, content.confirmed)
    person = shown_values(place.registers(stream.stream, "person"))
    authors = {
        team: place.labels(register.shown.version[0])
        for team in TEAMS
        if (register := registers.get(f"text.{team}")) is not None and register.shown is not None
    }
    return SessionView(
        session_id=session_id,
        case_id=place.store.case_of_stream(stream.stream),
        name=f"{_text(person.get('family_name'))} {_text(person.get('given_name'))}".strip(),
        held_on=_text(values.get("held_on")),
        time_from=_text(values.get("from")),
        time_to=_text(values.get("to")),
        place=_text(values.get("place")),
        texts=tuple((team, authors.get(team, ""), content.texts[team]) for team in TEAMS if team in authors),
        mine=content.texts[place.me.team],
        actions=tuple(ActionRow(*action, "") for action in content.actions),
        confirmed=tuple(
            (team, _text(values.get(f"confirmed_at.{team}")))
            for team in TEAMS
            if sealed or (content.confirmed[team] and content.confirmed[team] == digest)
        ),
        state=state,
        saved_at=_saved_at(registers),
    )


def _saved_at(registers: Mapping[str, Register]) -> str:
    """Return when the session was last written, by the writer's clock."""
    stamps = [millis(effective(h.hlc, h.recv_ms)) for r in registers.values() for h in r.heads]
    return dt.datetime.fromtimestamp(max(stamps) // 1000, JAPAN).isoformat() if stamps else ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
