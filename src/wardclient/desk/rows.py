"""What the desk hands out: frozen plain rows that any thread may keep.

Texts are as stored; dates ISO; codes are codes (casework.codes has their words). A
field of a row never says more than the person at this PC may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wardclient.desk.restore_rows import RestoreRow

Values = Mapping[str, object]
"""Field values of one record, by domain.md's names."""

ConsentState = Literal["none", "given", "refused", "withdrawn", "expired", "pending", "ending", "other_basis"]
"""``pending``: recorded here, sharing begins when the central service has it. ``ending``: withdrawn
here and stopped on this PC, not yet confirmed by the central service."""

OnOtherSide = Literal["no", "waiting", "yes", "deleting", "deleted"]
"""Where a shared case is on the other side."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the unlock screen shows before anything is decrypted. ``label`` is a desk label, not a name."""

    label: str
    ward_code: str
    ward_name: str
    team: str
    practice: bool
    unsent: int
    wait_seconds: int = 0
    """How long until the next passphrase may be tried."""


@dataclass(frozen=True, slots=True)
class Me:
    """Who works here."""

    label: str
    team: str
    roles: tuple[str, ...]
    ward_code: str
    ward_name: str
    practice: bool
    device: str


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The line on every screen. ``state`` is a word, not a colour.

    ``synced`` all sent and in contact; ``sending`` work under way; ``waiting`` unsent, next try
    planned; ``away`` no contact; ``offline`` cut by this person; ``stopped`` writing stopped (incident);
    ``restored`` waits for the word on a restore; ``stale`` in contact, but no signed state for ten minutes.
    """

    state: Literal["synced", "sending", "waiting", "away", "offline", "stopped", "restored", "stale"]
    unsent: int
    oldest_seconds: int
    last_contact: str
    """ISO time, empty when never."""
    clock_offset_seconds: int
    inbox: int
    incidents: int
    index_behind: int = 0
    lease_over: bool = False
    """Offline for longer than the lease: the other side's facts are hidden until contact."""
    verified: int = 0
    """Entries of the log that the service's last verified checkpoint covers; 0 before the first."""
    verified_at: str = ""
    words: str = ""
    """Six words of that checkpoint: PCs that show the same number of entries show the same; above, when it was signed."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the case list."""

    case_id: str
    name: str
    kana: str
    birth_date: str
    case_no: str
    target_group: str
    status: str
    consent: ConsentState
    consent_until: str
    caseworker: str
    mine: bool
    last_contact: str
    next_on: str
    unsent: bool
    conflicts: int


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Narrowing of the list; empty values do not narrow."""

    mine: bool = False
    status: str = ""
    target_group: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    """Rows in display order. ``total`` is exact up to 1,000 and then capped with ``more_than``."""

    rows: tuple[CaseRow, ...]
    total: int
    more_than: bool
    index_behind: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person already known who may be the one about to be entered."""

    case_id: str
    name: str
    kana: str
    birth_date: str
    address: str
    reasons: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as shown: its value, where it is from, who wrote it, whether values stand against each other."""

    kind: str
    name: str
    label: str
    value: object
    shown: str
    shared: bool
    """Whether the other side sees this value now."""
    author: str
    written_at: str
    conflict: str = ""
    """Conflict id, empty without one."""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A consent, with the sentence for the bar."""

    consent_id: str
    state: ConsentState
    bar: str
    """e.g. 同意あり  令和9年5月31日まで  HWに見えるもの: 氏名等 区分 …"""
    recipients: tuple[str, ...]
    scope_to_hw: tuple[str, ...]
    scope_to_city: tuple[str, ...]
    valid_from: str
    valid_until: str
    form_version: str
    paper_location: str
    recorded_by: str
    on_other_side: OnOtherSide
    """Whether the other side has it; after an end, whether its PCs have signed the deletion."""
    missing_acks: int = 0
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note or session in the list of a case. ``shared`` says who sees it."""

    note_id: str
    kind: Literal["note", "session"]
    held_on: str
    title: str
    body: str
    author: str
    team: str
    shared: bool
    sealed: bool
    unsent: bool


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral in a case."""

    referral_id: str
    channel: str
    referred_on: str
    opening_no: str
    employer_name: str
    job_title: str
    letter_no: str
    interview_at: str
    result: str
    state_text: str
    author: str
    unsent: bool


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """What happened, newest first. ``received_at`` differs when it was written without contact."""

    at: str
    received_at: str
    text: str
    author: str
    team: str
    shared: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case screen. Sections absent for this person are empty; nothing hints at their content."""

    row: CaseRow
    owner_team: str
    age: int
    consent: ConsentView
    fields: tuple[FieldView, ...]
    notes: tuple[NoteRow, ...]
    referrals: tuple[ReferralRow, ...]
    timeline: tuple[TimelineRow, ...]
    other_side_sees: tuple[str, ...]
    """One line per item that the other side can open now; empty means it sees nothing."""
    may: frozenset[str]
    """Acts open to this person here (names of Desk methods)."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact that a consent shares."""

    item: str
    item_label: str
    label: str
    shown: str


@dataclass(frozen=True, slots=True)
class ConsentPreview:
    """Exactly what will be shared, before confirming. Items of the form without facts are listed too."""

    facts: tuple[FactRow, ...]
    empty_items: tuple[str, ...]
    to_city: tuple[str, ...]
    recipients: tuple[str, ...]
    period: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithdrawPreview:
    """What a withdrawal stops, and what it cannot call back."""

    stops: tuple[str, ...]
    cannot_recall: tuple[str, ...]
    unsent: int


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An agreed action (決めたこと)."""

    action_id: str
    what: str
    who: str
    by_when: str
    done_on: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A joint session (同席面談). Each side writes its own text; both confirm the same content."""

    session_id: str
    case_id: str
    name: str
    held_on: str
    time_from: str
    time_to: str
    place: str
    texts: tuple[tuple[str, str, str], ...]
    """(team, author, text) for each side."""
    mine: str
    """My side's text as it stands (with my unsent keystrokes)."""
    actions: tuple[ActionRow, ...]
    confirmed: tuple[tuple[str, str], ...]
    """(team, ISO time) of those who confirmed the present content."""
    state: Literal["open", "one", "sealed"]
    saved_at: str


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A line of the openings list."""

    opening_no: str
    title: str
    employer: str
    place: str
    pay: str
    hours: str
    employment_type: str
    received_on: str
    valid_until: str
    listed: bool


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """A word and what is searched with it; ``own``: set on this PC, else of the product's list."""

    word: str
    also: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class OpeningPage:
    """Openings found. ``age_days`` is the age of the file, ``warning`` what that means today."""

    rows: tuple[OpeningRow, ...]
    total: int
    more_than: bool
    age_days: int
    warning: str
    index_behind: int
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words that were typed, each with the synonyms that were searched too."""


@dataclass(frozen=True, slots=True)
class OpeningView:
    """One opening with its lawful conditions, verbatim, as (label, text); ``why_code`` as `openings.rules`."""

    row: OpeningRow
    conditions: tuple[tuple[str, str], ...]
    source_line: str
    may_refer: bool
    why_not: str
    why_code: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class HeadView:
    """One of several values that stand in a field."""

    version: str
    shown: str
    value: object
    author: str
    team: str
    written_at: str
    received_at: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict card: both values, both authors; kept until a person decides."""

    conflict_id: str
    case_id: str
    name: str
    label: str
    heads: tuple[HeadView, ...]
    before: str


@dataclass(frozen=True, slots=True)
class TrayRow:
    """Work that was not accepted or could not be sent. It stays readable and can be written out."""

    tray_id: str
    case_id: str
    name: str
    what: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """Something that must not happen did; the evidence is kept."""

    incident_id: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """確認箱."""

    conflicts: tuple[ConflictView, ...]
    tray: tuple[TrayRow, ...]
    incidents: tuple[IncidentRow, ...]
    restores: tuple[RestoreRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work is. ``total`` 0 when not known."""

    done: int
    total: int
    rows: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class ImportRowProblem:
    """What is wrong in a file, by row and column."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The result of a dry run or an import. ``done`` is False for a dry run, a cancel or any error."""

    done: bool
    rows: int
    new: int
    changed: int
    unchanged: int
    vanished: int
    problems: tuple[ImportRowProblem, ...]
    duplicates: tuple[tuple[int, Candidate], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A device and whose it is, in the admin list."""

    device: str
    label: str
    team: str
    roles: tuple[str, ...]
    active: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What kind of thing changed; each open view decides whether to redraw."""

    kinds: frozenset[str]
    """Of: case, consent, note, session, referral, inbox, sync, openings, staff."""
    case_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """Another PC where the case is open now; ``kind`` and ``field`` where one is being edited there."""

    label: str
    team: str
    kind: str = ""
    field: str = ""
