"""This PC's clock; in a practice ward it may be set to another day, to rehearse what time brings."""

import os
import time
from collections.abc import Callable

PRACTICE_DAYS = "WARDCLIENT_PRACTICE_DAYS"
"""So many days on (or back, with a minus) in a practice ward: consents that end, a clock that is years off."""
DAY_MS = 86_400_000


def now_ms() -> int:
    """Return this PC's clock, in milliseconds."""
    return time.time_ns() // 1_000_000


def clock_of(*, practice: bool) -> Callable[[], int]:
    """Return the clock of a home: the PC's own, moved only where everything is invented."""
    try:
        days = int(os.environ.get(PRACTICE_DAYS, "0")) if practice else 0
    except ValueError:
        days = 0
    if not days:
        return now_ms
    return lambda: now_ms() + days * DAY_MS
