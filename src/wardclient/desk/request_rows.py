"""What the desk hands out of support requests (支援要請): frozen plain rows, as in `desk.rows`."""

from dataclasses import dataclass

from wardclient.desk.rows import Values


@dataclass(frozen=True, slots=True)
class RequestStepRow:
    """One step of a request's log. ``own_note`` is seen in the office that wrote it, alone."""

    step_id: str
    state: str
    state_text: str
    on: str
    reason: str
    note: str
    own_note: str
    meeting_at: str
    author: str
    team: str
    struck: bool


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A support request and its log, the oldest step first."""

    case_id: str
    request_id: str
    request_no: str
    requested_on: str
    reason: str
    states: tuple[str, ...]
    """More than one: two offices wrote without contact, and a person decides."""
    steps: tuple[RequestStepRow, ...]
    next: tuple[str, ...]
    values: Values


@dataclass(frozen=True, slots=True)
class RequestDue:
    """An open request, for the list over all cases."""

    case_id: str
    request_id: str
    name: str
    state: str
    state_text: str
    since: str
    days: int
    reminder: int
