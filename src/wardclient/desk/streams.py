"""Which streams make up a case, and where a fact is written.

Everything goes to the own stream of the writer's team. A fact that a consent in force
shares is written where both sides see it, too (decision 0003).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wardclient.desk.place import CaseStream, Place, problem, refuse
from wardclient.desk.writing import shown_values
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register

SINGLE_KINDS = ("person", "case", "assessment", "welfare", "registration")
"""Entities of which a stream has one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A field's register and the stream it stands in."""

    register: Register
    stream: CaseStream


@dataclass(frozen=True, slots=True)
class CaseStreams:
    """The streams of one case on this PC."""

    case_id: str
    mine: str
    all: tuple[CaseStream, ...]

    @property
    def own(self) -> CaseStream | None:
        """My team's own stream."""
        return next((s for s in self.all if s.kind != "joint" and s.owner == self.mine), None)

    @property
    def joint(self) -> CaseStream | None:
        """The joint stream that is open for writing."""
        return next((s for s in self.all if s.kind == "joint" and s.open), None)

    @property
    def owner(self) -> str:
        """The team that owns the case."""
        joint = next((s for s in self.all if s.kind == "joint"), None)
        return joint.owner if joint is not None else self.mine


def case_streams(place: Place, case_id: str) -> CaseStreams:
    """Return the streams of a case that may be shown here, possibly none.

    The other side's facts are shown while the sharing lasts and within the lease: not after a
    withdrawal recorded on this PC, not after the period, not after a day without contact.
    """
    found = []
    for stored in place.store.streams_of_case(case_id):
        owner = stored.owner or place.me.team
        joint = stored.kind == "joint"
        said = place.client.consent_state(stored.stream) if joint else "open"
        ending = place.ending(stored.stream)
        mine = owner == place.me.team
        if joint and not mine and (ending or said in ("ended", "expired") or place.lease_over()):
            continue
        writes = not ending and said in ("open", "early", "unknown")
        found.append(CaseStream(stored.stream, stored.kind, owner, stored.consent_id, writes, said))
    return CaseStreams(case_id, place.me.team, tuple(found))


def streams_of(place: Place, case_id: str) -> CaseStreams:
    """Return the streams of a case; refused when nothing of it may be shown here.

    A partner sees a case only through an open joint stream: without one it is as if the case
    did not exist.
    """
    streams = case_streams(place, case_id)
    if not any(place.registers(s.stream, "person") for s in streams.all):
        refuse(
            problem(
                "no_case",
                "このケースはこの端末にはありません。同意が終わったか、番号がちがいます。",
                "This case is not on this PC: the consent has ended, or the number is wrong.",
            )
        )
    return streams


def seats(place: Place, streams: CaseStreams, entity: str) -> dict[str, Seat]:
    """Return, for each field of an entity, the register to show.

    A field that stands in several streams of the case (own, joint, earlier joint) is shown
    from the one written last. What my own side wrote into a joint stream is a copy, possibly
    of a part (obstacles), of what stands in our own file: that is shown then.
    """
    found: dict[str, Seat] = {}
    for stream in sorted(streams.all, key=lambda s: s.kind == "joint"):
        for name, register in place.registers(stream.stream, entity).items():
            shown, seat = register.shown, found.get(name)
            if shown is None:
                continue
            if seat is None or seat.register.shown is None:
                found[name] = Seat(register, stream)
                continue
            copy = not register.conflict and place.client.team_of(shown.version[0]) == place.me.team
            if not copy and shown.order()[0] > seat.register.shown.order()[0]:
                found[name] = Seat(register, stream)
    return found


def values_of(place: Place, streams: CaseStreams, entity: str) -> dict[str, Value]:
    """Return the shown values of an entity."""
    return shown_values({name: seat.register for name, seat in seats(place, streams, entity).items()})


def shared_fields(place: Place, streams: CaseStreams, entity: str) -> Mapping[str, Register]:
    """Return the fields of an entity that the open joint stream holds."""
    joint = streams.joint
    return place.registers(joint.stream, entity) if joint is not None else {}


def scopes(place: Place, stream: CaseStream) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (S items, H items) that the consent of a joint stream ticks."""
    values = shown_values(place.registers(stream.stream, f"consent:{stream.consent_id}"))
    return _items(values.get("scope_to_hw")), _items(values.get("scope_to_city"))


def _items(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()
