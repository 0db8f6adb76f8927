"""States in words, for lists and lines: consent, status, days."""

import datetime as dt

from wardclient.casework.calendar import format_letters, format_wareki
from wardclient.casework.codes import ConsentState, Status, TargetGroup
from wardclient.locale import _, language


def day(iso: str) -> str:
    """Return a stored day as R8.11.24, as it is when it is none."""
    try:
        return format_letters(dt.date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso


def long_day(iso: str) -> str:
    """Return a stored day as 令和8年11月24日."""
    try:
        return format_wareki(dt.date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso


def consent_word(state: str) -> str:
    """Return the words of a consent's state."""
    found = ConsentState.of(state)
    return found.label(language()) if found else state


def status_word(status: str) -> str:
    """Return the words of a case's state."""
    found = Status.of(status)
    return found.label(language()) if found else status


def group_word(group: str) -> str:
    """Return a target group as code and words."""
    found = TargetGroup.of(group)
    return f"{group} {found.label(language())}" if found else group


def side(team: str) -> str:
    """Return the short word for a side."""
    return {"city": _("区"), "hellowork": "HW"}.get(team, team)
