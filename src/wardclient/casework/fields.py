"""Every field of every record by kind, and what of them a consent shares (domain 4, 6, 10).

`facts` is the one answer to "what crosses": the preview shows it, the disclosure writes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from wardclient.casework import case_fields, joint_fields, plan_fields, referral_fields, shortlist_fields
from wardclient.casework.calendar import format_month_day, parse_moment
from wardclient.casework.codes import Channel, Obstacle, SelectionResult, Visibility
from wardclient.casework.field import NEVER, TO_CITY, TO_HW, Field, Form, shown

__all__ = [
    "FIELDS",
    "NEVER",
    "OBSTACLE_ITEMS",
    "TO_CITY",
    "TO_HW",
    "Fact",
    "Field",
    "Form",
    "facts",
    "field_of",
    "referral_state",
    "shown",
]

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "person": case_fields.PERSON,
    "case": case_fields.CASE,
    "welfare": case_fields.WELFARE,
    "assessment": case_fields.ASSESSMENT,
    "registration": case_fields.REGISTRATION,
    "consent": joint_fields.CONSENT,
    "note": joint_fields.NOTE,
    "session": joint_fields.SESSION,
    "plan": plan_fields.PLAN,
    "action": plan_fields.ACTION,
    "referral": joint_fields.REFERRAL,
    "referral_step": referral_fields.STEP,
    "referral_offer": referral_fields.OFFER,
    "shortlist": shortlist_fields.PICK,
    "shortlist_word": shortlist_fields.WORD,
    "shortlist_order": shortlist_fields.ORDER,
    "request": referral_fields.REQUEST,
    "request_step": referral_fields.REQUEST_STEP,
    "placement": joint_fields.PLACEMENT,
    "retention": joint_fields.RETENTION,
    "placement_strike": joint_fields.PLACEMENT_STRIKE,
    "print": joint_fields.PRINT,
}
_BY_NAME = {kind: {field.name: field for field in fields} for kind, fields in FIELDS.items()}

ALWAYS = {TO_HW: frozenset({"S1"}), TO_CITY: frozenset[str]()}
"""Items that no consent can leave out: who the person is."""
_LETTER = {TO_HW: "S", TO_CITY: "H"}
OBSTACLE_ITEMS: Mapping[str, str] = {
    Obstacle.HEALTH: "S5",
    Obstacle.DISABILITY: "S5",
    Obstacle.CHILDCARE: "S4",
    Obstacle.CARE: "S4",
}
"""The box that names an obstacle. The others are named by none and stay with the city; 矯正歴 always."""
SILENT_DAYS = 7
"""After so many days without an answer of the employer a list says so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that a consent shares. ``kind`` is the entity as given (``person``, ``note:…``)."""

    item: str
    kind: str
    field: str
    label_ja: str
    label_en: str
    value: object
    shown: str

    def label(self, locale: str = "ja") -> str:
        """Return the name of its field."""
        return self.label_ja if locale.startswith("ja") else self.label_en


def field_of(kind: str, name: str) -> Field | None:
    """Return a field of a kind (``referral`` or ``referral:<id>``), None for an unknown one."""
    return _BY_NAME.get(kind.partition(":")[0], {}).get(name)


def facts(
    kind_values: Mapping[str, Mapping[str, object]], items: Iterable[str], direction: str = TO_HW
) -> tuple[Fact, ...]:
    """Return exactly the facts that a consent of ``items`` shares in ``direction``, in form order.

    Each field of an entity comes at most once. Fields without a value are no facts. S1 is always
    on towards Hello Work; a consent without any item in this direction shares nothing at all.
    """
    ticked = frozenset(item for item in items if item.startswith(_LETTER[direction]))
    if not ticked:
        return ()
    ticked |= ALWAYS[direction]
    return tuple(
        fact
        for entity, values in kind_values.items()
        if _crosses(entity, values, direction)
        for field in FIELDS.get(entity.partition(":")[0], ())
        if (fact := _fact(entity, field, values.get(field.name), ticked, direction)) is not None
    )


def _crosses(entity: str, values: Mapping[str, object], direction: str) -> bool:
    """Return whether this record may cross at all: shared notes, and referrals of the giving side."""
    kind = entity.partition(":")[0]
    if kind == "note":
        return values.get("visibility") == Visibility.SHARED
    if kind == "referral":
        other = Channel.HELLOWORK if direction == TO_HW else Channel.CITY
        return values.get("channel") != other
    return True


def _fact(entity: str, field: Field, value: object, ticked: frozenset[str], direction: str) -> Fact | None:
    item = field.item_for(direction)
    if field.codes is Obstacle:
        value, item = _obstacles(value, ticked)
    if item not in ticked or value is None or value in ("", [], ()):
        return None
    return Fact(item, entity, field.name, field.ja, field.en, value, shown(field, value))


def _obstacles(value: object, ticked: frozenset[str]) -> tuple[list[str], str]:
    """Return the obstacles that the ticked boxes name, and the most guarded of these boxes."""
    given = value if isinstance(value, list | tuple) else ()
    kept = [str(code) for code in given if OBSTACLE_ITEMS.get(str(code)) in ticked]
    return kept, max((OBSTACLE_ITEMS[code] for code in kept), default="")


def referral_state(values: Mapping[str, object], today: date) -> str:
    """Return where a referral stands, in a few words for a list: 面接 11月27日, 不採用, 返事なし 34日."""
    result = SelectionResult.of(values.get("result"))
    if result is not None and result is not SelectionResult.WAITING:
        return result.ja
    interview = _day(values.get("interview_at"))
    if interview is not None and interview >= today:
        return f"面接 {format_month_day(interview)}"
    since = interview or _day(values.get("referred_on"))
    silent = (today - since).days if since is not None else 0
    if silent >= SILENT_DAYS:
        return f"返事なし {silent}日"
    return SelectionResult.WAITING.ja if result is not None or interview is not None else "紹介済み"


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return date.fromisoformat(value) if "T" not in value else parse_moment(value).date()
    except ValueError:
        return None
