"""定着の確認: checks at one, three and six months after the start of work (domain 3.3, 4.10).

A check is a record of its own and none rewrites another. A job that a person left, or changed for another,
is followed no further: the new job is a placement of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from wardclient.casework.calendar import add_months
from wardclient.casework.coding import Code
from wardclient.casework.work_codes import RetentionState

MONTHS = (1, 3, 6)
"""Months after the start of work at which it is looked at [P]."""
SOON = 7
"""Days before the day at which a check is shown as coming up [P]."""


class CheckState(Code):
    """定着確認の状態."""

    COMING = "coming", "予定", "Coming"
    SOON = "soon", "まもなく", "Soon"
    DUE = "due", "要確認", "Due"
    DONE = "done", "確認済み", "Checked"
    CONFLICT = "conflict", "食い違い", "Differs"
    OVER = "over", "不要", "No longer needed"


@dataclass(frozen=True, slots=True)
class Check:
    """One look at whether the person still works there."""

    check_id: str
    month: int
    checked_on: date
    state: RetentionState
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One of the three checks of a job, and how it stands."""

    month: int
    due_on: date
    state: CheckState
    found: tuple[Check, ...] = ()
    """What was found at this check; more than one where two offices looked."""

    def late(self, today: date) -> int:
        """For how many days it is overdue; 0 where it is not due."""
        return (today - self.due_on).days if self.state is CheckState.DUE else 0


def schedule(started_on: date, checks: Iterable[Check], today: date) -> tuple[Due, ...]:
    """Return the three checks of a job; the same whatever order the records came in."""
    known = sorted(set(checks), key=lambda check: (check.checked_on, check.check_id))
    left = endings(known)
    ended = min((check.left_on or check.checked_on for check in left), default=None)
    rows = []
    for month in MONTHS:
        due_on = add_months(started_on, month)
        found = tuple(check for check in known if check.month == month)
        rows.append(Due(month, due_on, _state(due_on, found, ended, today), found))
    return tuple(rows)


def endings(checks: Iterable[Check]) -> list[Check]:
    """Return the checks after which the person is no longer in this job (離職 or 転職).

    While two offices differ on whether the person left, nothing is concluded from it.
    """
    known = list(checks)
    apart = {month for month in MONTHS if len({c.state for c in known if c.month == month}) > 1}
    return [c for c in known if c.state is not RetentionState.CONTINUES and c.month not in apart]


def check(check_id: str, values: Mapping[str, object]) -> Check | None:
    """Read a check from a stored record; None where it does not say what was found, when and for which month."""
    state, on, month = (
        RetentionState.of(values.get("retention")),
        _day(values.get("checked_on")),
        values.get("month"),
    )
    if state is None or on is None or not isinstance(month, int):
        return None
    return Check(check_id, month, on, state, _day(values.get("left_on")))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _state(due_on: date, found: tuple[Check, ...], ended: date | None, today: date) -> CheckState:
    if len({check.state for check in found}) > 1:
        return CheckState.CONFLICT
    if found:
        return CheckState.DONE
    if ended is not None:
        # Whoever left before the day cannot be found at work on it; whoever left after it was still there.
        return CheckState.OVER if ended <= due_on else CheckState.DONE
    if today >= due_on:
        return CheckState.DUE
    return CheckState.SOON if (due_on - today).days <= SOON else CheckState.COMING


def retained(rows: Iterable[Due], month: int) -> bool | None:
    """Return whether the person was still at work after so many months (定着率, domain 9.1).

    None where it is not known: not yet looked at, or found differently by two offices. Silence is not a leaving.
    """
    row = next((row for row in rows if row.month == month), None)
    if row is None or row.state is CheckState.CONFLICT:
        return None
    if row.state is CheckState.OVER:
        return False
    if row.state is not CheckState.DONE:
        return None
    if not row.found:
        return True
    if row.found[0].state is RetentionState.CONTINUES:
        return True
    left = [check.left_on for check in row.found]
    return all(day is not None and day > row.due_on for day in left)


def month_of(rows: Iterable[Due], checked_on: date) -> int:
    """Return to which check a look on this day belongs: the newest that was due by then, else the first."""
    return max(
        (row.month for row in rows if row.due_on - timedelta(days=SOON) <= checked_on), default=MONTHS[0]
    )
