"""Events: the only way in which anything about a case is ever said.

An event belongs to one stream and one device; its number ``n`` runs without gaps for that
device in that stream, so (stream, device, n) names it for ever, however often its block is
sealed again. Its operations are commutative by construction (registers.py), so the order of
arrival has no influence on content.
"""

from collections.abc import Mapping, Sequence

import msgspec

from wardproto.records import Record
from wardproto.wire import MalformedError, decode, encode

Value = None | bool | int | str | list[str]
"""What a field holds. Dates are ISO text, codes their code, texts exactly as typed."""
Version = tuple[bytes, int, int]
"""One operation in one stream: (device, event n, index of the operation in the event)."""


class Put(Record, frozen=True, tag="put"):
    """Write a field. ``over`` names the versions that its author saw and replaces."""

    entity: str
    field: str
    value: Value
    over: tuple[Version, ...] = ()


class Add(Record, frozen=True, tag="add"):
    """Add an element to an observed-remove set."""

    entity: str
    set: str
    element: str


class Del(Record, frozen=True, tag="del"):
    """Remove the additions that its author saw; additions unseen survive."""

    entity: str
    set: str
    adds: tuple[Version, ...]


class Rec(Record, frozen=True, tag="rec"):
    """Append an immutable record (evidence, sealed session text, transition) to an entity."""

    entity: str
    kind: str
    data: bytes


class Adopt(Record, frozen=True, tag="adopt"):
    """Re-issue quarantined events of another device under this one's signature.

    ``events`` are the original event bytes, applied as written; ``author`` stays on record.
    """

    author: bytes
    staff: bytes
    block: bytes
    events: tuple[bytes, ...]


Op = Put | Add | Del | Rec | Adopt


class Event(Record, frozen=True):
    """One act. ``type`` is domain.md's event id (open_case, record_consent …)."""

    n: int
    type: str
    ver: int
    hlc: int
    staff: bytes
    ops: tuple[msgspec.Raw, ...]


_ops = msgspec.msgpack.Decoder(Op)


def make_event(n: int, kind: str, hlc: int, staff: bytes, ops: Sequence[Op], ver: int = 1) -> bytes:
    """Return the exact bytes of an event."""
    return encode(Event(n, kind, ver, hlc, staff, tuple(msgspec.Raw(encode(op)) for op in ops)))


def read_event(data: bytes) -> Event:
    """Return an event; MalformedError when the bytes are not one."""
    return decode(data, Event)


def read_ops(event: Event) -> tuple[Op | None, ...]:
    """Return the operations in order, None for a kind that this version does not understand.

    Unknown operations are kept in the stored event and replayed after an upgrade.
    """
    found: list[Op | None] = []
    for raw in event.ops:
        try:
            found.append(_ops.decode(raw))
        except msgspec.MsgspecError:
            found.append(None)
    return tuple(found)


def make_body(events: Sequence[bytes]) -> bytes:
    """Return the plaintext of a block: its events, each as exact bytes."""
    return encode(tuple(events))


def read_body(data: bytes) -> tuple[bytes, ...]:
    """Return the events of a block's plaintext."""
    return decode(data, tuple[bytes, ...])


def encode_fields(fields: Mapping[str, Value]) -> bytes:
    """Return the bytes of field values that belong to no event (a form being typed)."""
    return encode(tuple(sorted(fields.items())))


def decode_fields(data: bytes) -> dict[str, Value]:
    """Return what `encode_fields` was given."""
    return dict(decode(data, tuple[tuple[str, Value], ...]))


__all__ = [
    "Add",
    "Adopt",
    "Del",
    "Event",
    "MalformedError",
    "Op",
    "Put",
    "Rec",
    "Value",
    "Version",
    "decode_fields",
    "encode_fields",
    "make_body",
    "make_event",
    "read_body",
    "read_event",
    "read_ops",
]
