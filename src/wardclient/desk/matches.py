"""Openings held against the wishes of a person (希望条件との照合). Only what the reader may see of a case counts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from wardclient.casework.codes import PayForm, WishEmployment
from wardclient.desk.cases import CaseActs
from wardclient.desk.openings_acts import (
    LIST_MOST,
    OpeningsActs,
    opening_filters,
    opening_row,
    telling_refusals,
)
from wardclient.desk.rows import CaseView, OpeningRow
from wardclient.openings import matching, ranking
from wardclient.openings.derive import FULL, PART
from wardclient.openings.matching import LABELS, Wishes

REGISTRATION, ASSESSMENT, PERSON = "registration", "assessment", "person"
PARTS: tuple[tuple[str, str, str], ...] = tuple((str(part), ja, en) for part, (ja, en, _) in LABELS.items())
"""Name, Japanese, English of every part that can be switched off."""


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a score: 職種 20/30 同じ中分類."""

    part: str
    label: str
    label_en: str
    points: int
    most: int
    why: str
    why_en: str


@dataclass(frozen=True, slots=True)
class MatchRow:
    """An opening with its score (0-100) and the parts of it."""

    row: OpeningRow
    score: int
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class MatchPage:
    """Openings, best first. ``wishes`` are the (label, words) that were used; empty: nothing is known."""

    rows: tuple[MatchRow, ...]
    total: int
    wishes: tuple[tuple[str, str], ...]
    off: tuple[str, ...]
    warning: str


class MatchActs(OpeningsActs, CaseActs):
    """Matching needs a case and the openings of this PC; nothing of it is written or sent."""

    def match_openings(
        self,
        case_id: str,
        text: str = "",
        filters: Mapping[str, object] | None = None,
        limit: int = 50,
        *,
        off: Collection[str] = (),
        client_facing: bool = False,
    ) -> MatchPage:
        """Return all openings that a search finds, those that fit this person best first.

        ``off`` switches parts off (``PARTS``). Raises RefusedError for a wrong code or part and for a
        case that this person may not see.
        """
        view = self.case(case_id, again=True)
        wishes, used = wishes_of(view)
        wanted = opening_filters(filters or {})
        lock, connection = self.room.read()
        with lock, telling_refusals():
            page = ranking.rank(
                connection,
                text,
                wanted,
                self.place.today(),
                wishes,
                limit=min(limit, LIST_MOST),
                off=off,
                client_facing=client_facing,
                widened=True,
            )
        rows = tuple(
            MatchRow(opening_row(found.row), found.match.score, _parts(found.match)) for found in page.rows
        )
        return MatchPage(rows, page.total, used, tuple(off), page.age.ja if page.age.level != "fresh" else "")


def wishes_of(view: CaseView) -> tuple[Wishes, tuple[tuple[str, str], ...]]:
    """Return what the reader may see of a person's wishes, and the fields used as (label, words).

    The health consideration is there only when the reader's role and the consent give it: the case view
    holds no field that this person may not read.
    """
    fields = {(f.kind, f.name): f for f in view.fields if f.value not in (None, "", [], ())}

    def value(kind: str, name: str) -> object:
        found = fields.get((kind, name))
        return None if found is None else found.value

    pay_form = value(REGISTRATION, "wish_pay_form")
    kind = value(REGISTRATION, "wish_employment")
    health = (
        f"{_text(value(ASSESSMENT, 'health_consideration'))} {_text(value(REGISTRATION, 'consideration'))}"
    )
    earliest, latest = matching.possible_hours(
        _text(value(REGISTRATION, "wish_hours")), _texts(value(ASSESSMENT, "constraints"))
    )
    overtime = value(REGISTRATION, "overtime_ok")
    licences = (*_texts(value(REGISTRATION, "licences")), *_texts(value(ASSESSMENT, "licences")))
    wishes = Wishes(
        occupations=_texts(value(REGISTRATION, "wish_occupation")),
        areas=_texts(value(REGISTRATION, "wish_area")),
        home=_text(value(PERSON, "municipality")),
        commute_minutes=_number(value(REGISTRATION, "commute_minutes")),
        full_part={WishEmployment.FULL_TIME.value: FULL, WishEmployment.PART_TIME.value: PART}.get(
            _text(kind), 0
        ),
        pay=_number(value(REGISTRATION, "wish_pay")),
        pay_by={PayForm.MONTHLY.value: FULL, PayForm.HOURLY.value: PART}.get(_text(pay_form), 0),
        earliest=earliest,
        latest=latest,
        licences=licences,
        licences_stated=bool(licences),
        overtime_ok=overtime if isinstance(overtime, bool) else None,
        considerations=matching.considerations_in(health),
    )
    used = tuple(
        (field.label, field.shown) for key, field in fields.items() if key in _USED and _counts(key, wishes)
    )
    return wishes, used


_USED = frozenset(
    {
        (PERSON, "municipality"),
        (REGISTRATION, "wish_occupation"),
        (REGISTRATION, "wish_area"),
        (REGISTRATION, "commute_minutes"),
        (REGISTRATION, "wish_employment"),
        (REGISTRATION, "wish_pay"),
        (REGISTRATION, "wish_pay_form"),
        (REGISTRATION, "wish_hours"),
        (REGISTRATION, "overtime_ok"),
        (REGISTRATION, "licences"),
        (REGISTRATION, "consideration"),
        (ASSESSMENT, "licences"),
        (ASSESSMENT, "constraints"),
        (ASSESSMENT, "health_consideration"),
    }
)


def _counts(key: tuple[str, str], wishes: Wishes) -> bool:
    """Say whether a field took part: a home counts with minutes, a sentence when something was read in it."""
    name = key[1]
    if name == "municipality":
        return wishes.commute_minutes is not None
    if name in ("health_consideration", "consideration"):
        return bool(wishes.considerations)
    if name in ("wish_hours", "constraints"):
        return wishes.earliest is not None or wishes.latest is not None
    return True


def _parts(match: matching.Match) -> tuple[PartView, ...]:
    return tuple(
        PartView(str(p.part), *LABELS[p.part][:2], p.points, p.most, p.ja, p.en) for p in match.parts
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return (
        tuple(str(item) for item in value)
        if isinstance(value, Iterable) and not isinstance(value, str)
        else ()
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
