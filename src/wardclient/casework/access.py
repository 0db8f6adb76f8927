"""The access matrix (domain 6) as data: who reads, writes, sees masked, before and after a consent.

The keys of the vault are what keeps the other side out; this table decides what a screen
offers within what a PC can open at all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from wardclient.casework.field import Field

COLUMNS = ("cw", "es", "fs", "hw", "hwm", "wm", "cm", "adm", "aud")
SAME_COLUMN = {"sv": "cw", "lb": "cm"}
READS = frozenset("RW")

# A cell is "before/after" (one part: the same both times), each W, R, M (masked or counts) or -.
# ":S1" names the item that "after" needs; "@" marks what is limited to the person's own
# (assigned clients, own group, own office's records).
_MATRIX = {
    "person": "W     R@    W@    -/R:S1 -/R:S1 M  -  -  M",
    "contact": "W     W@    W@    -/R:S1 -/R:S1 M  -  -  M",
    "target_group": "W     R     W@    -/R:S2 -/R:S2 M  M  -  M",
    "welfare": "W     -     -     -      -      -  -  -  -",
    "case_no": "W     R     -     -      -      M  -  -  M",
    "case": "W     R     W@    -/R    -/R    M  M  -  M",
    "history": "W     W     W     -/R:S3 -/R:S3 -  -  -  -",
    "wishes": "W     W     W     -/R:S4 -/R:S4 -  -  -  -",
    "health": "W     R     R@    -/R:S5 -/R:S5 -  -  -  -",
    "obstacles": "W     R     -     -/R:S5 -/R:S5 -  -  -  -",
    "city_judgement": "W     R     R@    -      -      -  -  -  -",
    "consent": "W     W     W@    M/R    M/R    M  M  -  R",
    "support_request": "W     R     W@    -/W    -/R    M  M  -  M",
    "plan": "W     W     R@    -/W:S6 -/R:S6 -  -  -  -",
    "note_shared": "W     W     W@    -/W:S6 -/R:S6 -  -  -  -",
    "note_city": "W     W@    W@    -      -      -  -  -  -",
    "note_hw": "-     -     -     W@     R      -  -  -  -",
    "registration": "-/R:H1 -/R:H1 -/R@:H1 W@/W  R      M  M  -  -",
    "unemployment_insurance": "-     -     -     -      -      -  -  -  -",
    "referral_hw": "-/R:H3 -/R:H3 -/R@:H3 W@/W  R      M  M  -  M",
    "referral_city": "R     W     R@    -/R:S6 -/R:S6 M  M  -  M",
    "result_hw": "-/R:H4 -/R:H4 -/R@:H4 W@/W  R      M  M  -  M",
    "result_city": "R     W     R@    -/R:S6 -/R:S6 M  M  -  M",
    "placement": "W     W     R@    W@/W:S7 -/R:S7 M  M  -  M",
    "shortlist": "W     W     W@    W@/W:S6 -/R:S6 -  -  -  -",
    "openings": "R     R     R     R      R      R  -  -  -",
    "figures": "R     R     R     R@     R      W  R  -  R",
    "audit": "R@    R@    R@    R@     R@     R@ -  R@ R",
    "accounts": "-     -     -     -      -      M  -  W  R",
}
# Notes to the table: openings show the employer's contact person on the sheet only; `aud` sees
# identifiers masked; break-glass is not here (it is `sv` alone, city data alone, and logged).

ITEM_RECORDS: Mapping[str, str] = {
    "S1": "person",
    "S2": "target_group",
    "S3": "history",
    "S4": "wishes",
    "S5": "health",
    "S6": "plan",
    "S7": "placement",
    "H1": "registration",
    "H2": "note_shared",
    "H3": "referral_hw",
    "H4": "result_hw",
    "H5": "placement",
}
"""The record that an item of the consent stands for."""

_CONTACT = frozenset(
    {"phone", "phone_kind", "contact_caution", "postal_code", "municipality", "address1", "address2"}
)
_BY_KIND = {
    "case": "case",
    "welfare": "welfare",
    "registration": "registration",
    "consent": "consent",
    "session": "note_shared",
    "print": "note_shared",
    "action": "plan",
    "request": "support_request",
    "request_step": "support_request",
    "plan": "plan",
    "placement": "placement",
    "retention": "placement",
    "placement_strike": "placement",
    "shortlist": "shortlist",
    "shortlist_word": "shortlist",
    "shortlist_order": "shortlist",
}


@dataclass(frozen=True, slots=True)
class Right:
    """One half of a cell: what is allowed, for whose records, and under which item."""

    what: str
    own: bool = False
    item: str = ""


NO_RIGHT = Right("-")


def _right(text: str) -> Right:
    what, _, item = text.partition(":")
    return Right(what[0], what.endswith("@"), item)


def _cell(text: str) -> tuple[Right, Right]:
    before, _, after = text.partition("/")
    return _right(before), _right(after or before)


MATRIX: Mapping[str, Mapping[str, tuple[Right, Right]]] = {
    record: dict(zip(COLUMNS, map(_cell, cells.split()), strict=True)) for record, cells in _MATRIX.items()
}
"""Record to role to (before, after)."""


def right(
    role: str,
    what: str,
    *,
    consent_active: bool,
    items: Collection[str] | None = None,
    own: bool = True,
) -> Right:
    """Return what a role may do with a record, or with the record of a consent item.

    ``items`` are those ticked by the consent in force (None: all); ``own`` whether the record is
    within the person's own (assigned, own group, own office).
    """
    record = ITEM_RECORDS.get(what, what)
    before, after = MATRIX[record].get(SAME_COLUMN.get(role, role), (NO_RIGHT, NO_RIGHT))
    found = after if consent_active and (items is None or not after.item or after.item in items) else before
    return found if own or not found.own else NO_RIGHT


def may_read(
    role: str,
    what: str,
    *,
    consent_active: bool = False,
    items: Collection[str] | None = None,
    own: bool = True,
) -> bool:
    """Return whether a role reads a record (or an item's) in full; masked is not reading."""
    return right(role, what, consent_active=consent_active, items=items, own=own).what in READS


def may_write(
    role: str,
    what: str,
    *,
    consent_active: bool = False,
    items: Collection[str] | None = None,
    own: bool = True,
) -> bool:
    """Return whether a role writes a record (or an item's)."""
    return right(role, what, consent_active=consent_active, items=items, own=own).what == "W"


def sees_masked(role: str, what: str, *, consent_active: bool = False) -> bool:
    """Return whether a role sees that there is something, or counts of it, and no more."""
    return right(role, what, consent_active=consent_active).what == "M"


def record_of(kind: str, field: Field) -> str:
    """Return the row of the matrix that governs a field of a kind."""
    match kind:
        case "person":
            return "contact" if field.name in _CONTACT else "person"
        case "case" if field.name in ("target_group", "case_no"):
            return field.name
        case "case" if field.item == "CITY":
            return "city_judgement"
        case "assessment" if field.name == "obstacles":
            return "obstacles"
        case "assessment":
            return {"S3": "history", "S4": "wishes", "S5": "health"}.get(field.item, "city_judgement")
        case "note" | "referral" | "referral_step" | "referral_offer":
            # Which of the shared and own rows applies depends on the single record.
            return "note_shared" if kind == "note" else "referral_city"
        case _:
            return _BY_KIND[kind]


def may_read_field(
    roles: Iterable[str],
    kind: str,
    field: Field,
    *,
    consent_active: bool = True,
    items: Collection[str] | None = None,
) -> bool:
    """Return whether one of the roles reads a field of a record that this PC could open."""
    record = record_of(kind, field)
    return any(may_read(role, record, consent_active=consent_active, items=items) for role in roles)


def may_write_field(
    roles: Iterable[str],
    kind: str,
    field: Field,
    *,
    consent_active: bool = True,
    items: Collection[str] | None = None,
) -> bool:
    """Return whether one of the roles writes a field of a record that this PC could open."""
    record = record_of(kind, field)
    return any(may_write(role, record, consent_active=consent_active, items=items) for role in roles)
