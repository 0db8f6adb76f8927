"""Small words of the papers: dates as offices write them."""

import datetime as dt

from wardclient.casework.calendar import format_moment, format_wareki


def era(iso: str) -> str:
    """Return an ISO day or moment as offices write it; empty stays empty, other text as it is."""
    try:
        if "T" in iso:
            return format_moment(dt.datetime.fromisoformat(iso))
        return format_wareki(dt.date.fromisoformat(iso)) if iso else ""
    except ValueError:
        return iso
