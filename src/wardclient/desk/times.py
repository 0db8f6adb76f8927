"""Times as the desk hands them out."""

import datetime as dt

from wardclient.desk.place import JAPAN


def iso(ms: int) -> str:
    """Return the ISO time in Japan of milliseconds since 1970."""
    return dt.datetime.fromtimestamp(ms // 1000, JAPAN).isoformat()
