"""What the desk hands out of the shortlist of a case (候補求人): frozen plain rows, as in `desk.rows`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PickRow:
    """Who picked the opening, when and why."""

    picked_on: str
    reason: str
    author: str
    team: str
    shared: bool
    """Whether the other office sees this record."""
    unsent: bool


@dataclass(frozen=True, slots=True)
class WordRow:
    """What the person said of it; what was struck out stays, marked."""

    step_id: str
    state: str
    on: str
    note: str
    author: str
    team: str
    struck: bool


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """One opening of the list, with how it stands today on this PC."""

    case_id: str
    opening_no: str
    job_title: str
    employer_name: str
    employer_for_client: str
    """What the person in front may read: an employer who is not public stays unnamed (domain 7.6)."""
    place: str
    pay: str
    hours: str
    state: str
    """A code of `casework.shortlist.OpeningState`."""
    why_not: str
    """Why nobody can be referred to it now; empty where that is possible."""
    words: tuple[str, ...]
    """The person's word as a code; none before anybody asked, two where two offices asked apart."""
    note: str
    """The newest words of the person themself."""
    log: tuple[WordRow, ...]
    next: tuple[str, ...]
    """What may be written down next."""
    picks: tuple[PickRow, ...]
    referral_id: str
    """The referral that came of it, empty before; and how that stands, in words."""
    referral_text: str
    taken_off: bool
    printed: bool
    """Whether it belongs on the person's paper."""
