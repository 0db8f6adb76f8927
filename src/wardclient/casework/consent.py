"""The state of a consent, its period, what falls due, and the words of the bar (domain 4.4, features 12).

Whether the central service has it already is not known here: the desk adds ``pending`` and
``ending``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from wardclient.casework.calendar import JAPAN, add_months
from wardclient.casework.codes import ConsentState, ItemToCity, ItemToHw
from wardclient.casework.problems import Problem

Values = Mapping[str, object]
SUPPORT_MONTHS = 6
"""支援期間 is normally six months."""
FOLLOW_UP_MONTHS = 6
"""A consent covers the follow-up too: the period and six months more, within one year."""
DUE_DAYS = (60, 30, 7)
"""The steps of the list of consents that end (features 14)."""
DAY = timedelta(days=1)


def default_period(today: date, support_until: date | None = None) -> tuple[date, date]:
    """Return the first and the last day to offer: from today, to the end of support and six months more.

    Never longer than one year; without a support period, six months of it are assumed.
    """
    end = support_until or add_months(today, SUPPORT_MONTHS)
    return today, min(add_months(end, FOLLOW_UP_MONTHS), add_months(today, 12)) - DAY


def interval_ms(values: Values) -> tuple[int, int]:
    """Return the period in milliseconds: first midnight to the midnight after the last day, Japan's time."""
    begin, until = day_of(values, "valid_from"), day_of(values, "valid_until")
    if begin is None or until is None:
        return 0, 0
    return _midnight_ms(begin), _midnight_ms(until + DAY)


def state(values: Values | None, now: datetime) -> ConsentState:
    """Return the state that the record itself gives at ``now`` (aware).

    None or an empty record: nobody was asked. A withdrawal outweighs all else; a period to come
    is ``pending``.
    """
    if not values:
        return ConsentState.NONE
    said = values.get("state")
    if said == ConsentState.REFUSED:
        return ConsentState.REFUSED
    if said == ConsentState.WITHDRAWN or values.get("withdrawn_on"):
        return ConsentState.WITHDRAWN
    begin, end = interval_ms(values)
    at = int(now.timestamp() * 1000)
    if said == ConsentState.EXPIRED or (end and at >= end):
        return ConsentState.EXPIRED
    if said == ConsentState.OTHER_BASIS:
        return ConsentState.OTHER_BASIS
    if end == 0:
        return ConsentState.NONE
    return ConsentState.PENDING if at < begin else ConsentState.GIVEN


def in_force(values: Values | None, now: datetime) -> bool:
    """Return whether facts may flow at ``now``: given, within its period, with items and an office."""
    if state(values, now) is not ConsentState.GIVEN or values is None:
        return False
    return bool(values.get("recipients")) and bool(values.get("scope_to_hw") or values.get("scope_to_city"))


@dataclass(frozen=True, slots=True)
class Due:
    """A consent that ends soon. ``step`` is the list it is on: 60, 30 or 7 days."""

    key: str
    until: date
    days: int
    step: int


def due(consents: Iterable[tuple[str, Values]], now: datetime, within: int = DUE_DAYS[0]) -> tuple[Due, ...]:
    """Return consents in force that end within ``within`` days, soonest first."""
    today = now.astimezone(JAPAN).date()
    found = []
    for key, values in consents:
        until = day_of(values, "valid_until")
        if until is None or not in_force(values, now):
            continue
        days = (until - today).days
        step = due_step(days)
        if days <= within and step:
            found.append(Due(key, until, days, step))
    return tuple(sorted(found, key=lambda d: (d.until, d.key)))


def due_step(days: int) -> int:
    """Return the narrowest list (7, 30, 60) that holds a consent with so many days left, 0 for none."""
    return min((step for step in DUE_DAYS if days <= step), default=0)


def narrower(before: Values, after: Values) -> bool:
    """Return whether a change only takes items away: allowed at any time, all else needs a new paper."""
    return all(
        set(_texts(after, name)) <= set(_texts(before, name))
        for name in ("scope_to_hw", "scope_to_city", "recipients")
    )


def check_narrower(before: Values, after: Values) -> Problem | None:
    """Return why a scope may not be changed so, None if it may."""
    if narrower(before, after):
        return None
    return Problem(
        "scope_to_hw",
        "wider",
        "範囲を広げるには、新しい同意書が必要です。狭めることはいつでもできます。",
        "A wider scope needs a new paper. It may be narrowed at any time.",
    )


# --- words ------------------------------------------------------------------------


def scope_from(values: Values, team: str) -> tuple[str, ...]:
    """Return the items that ``team`` gives to the other side, in the order of the paper."""
    name, order = ("scope_to_hw", ItemToHw) if team == "city" else ("scope_to_city", ItemToCity)
    ticked = set(_texts(values, name))
    return tuple(item.value for item in order if item.value in ticked)


def sharing_lines(values: Values) -> tuple[str, ...]:
    """Return what the paper says in both directions, a line per item, unticked ones too."""
    lines = []
    for name, order in (("scope_to_hw", ItemToHw), ("scope_to_city", ItemToCity)):
        ticked = set(_texts(values, name))
        lines += [f"{'はい' if item.value in ticked else 'いいえ'}  {item.value} {item.ja}" for item in order]
    return tuple(lines)


def day_of(values: Values, name: str) -> date | None:
    """Return a day of a form, None where there is none or it is none."""
    value = values.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _texts(values: Values, name: str) -> tuple[str, ...]:
    value = values.get(name)
    return tuple(str(element) for element in value) if isinstance(value, list | tuple) else ()


def _midnight_ms(day: date) -> int:
    return int(datetime.combine(day, time(), JAPAN).timestamp() * 1000)
