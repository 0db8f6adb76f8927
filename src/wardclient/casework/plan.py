"""Versions of a support plan (支援プラン): which are in force, and what the next one begins with."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date

Values = Mapping[str, object]
REVIEW_MONTHS = 1
"""A plan is looked at again every month (domain 3.3); the form proposes it, a person decides."""
PERIOD_MONTHS = 6
CARRIED = ("goal", "target_job", "target_by", "target_form", "period_from", "period_until", "strengths")
CARRIED_TOO = ("meeting_every", "team")
"""What a review takes over from the version before; the person's agreement is asked anew."""


def in_force(versions: Mapping[str, Values]) -> tuple[str, ...]:
    """Return the ids of the versions that no other replaces, the newest first.

    More than one: two offices reviewed the plan without contact. Both stand until a person
    decides by a further review, which replaces both.
    """
    replaced = {str(old) for values in versions.values() for old in listed(values.get("supersedes"))}
    return tuple(plan for plan in newest_first(versions) if plan not in replaced)


def newest_first(versions: Mapping[str, Values]) -> list[str]:
    """Return the ids by version, day and id, the newest first; the same on every PC."""

    def key(plan: str) -> tuple[int, str, str]:
        values = versions[plan]
        number = values.get("version")
        return (number if isinstance(number, int) else 0, str(values.get("made_on") or ""), plan)

    return sorted(versions, key=key, reverse=True)


def next_version(versions: Mapping[str, Values]) -> int:
    """Return the number of the version to be made now."""
    numbers = [value for values in versions.values() if isinstance(value := values.get("version"), int)]
    return max(numbers, default=0) + 1


def beginning(before: Values | None, today: date) -> dict[str, object]:
    """Return what the form of the next version begins with."""
    carried = {name: before[name] for name in (*CARRIED, *CARRIED_TOO) if name in before} if before else {}
    return {
        "period_from": today.isoformat(),
        "period_until": months_on(today, PERIOD_MONTHS).isoformat(),
        **carried,
        "made_on": today.isoformat(),
        "review_on": months_on(today, REVIEW_MONTHS).isoformat(),
    }


def months_on(day: date, months: int) -> date:
    """Return the same day some months on; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def listed(value: object) -> Sequence[object]:
    """Return a value that is a list, or nothing."""
    return value if isinstance(value, list | tuple) else ()
