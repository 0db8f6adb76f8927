"""What a person orders to be taken out (書き出し), and the lines of its log."""

from dataclasses import dataclass, field

from wardclient.desk.rows import CaseFilter

KINDS = ("cases", "referrals", "steps", "searches")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to take out: a list of `KINDS`, why, for the lists of cases narrowed as on the screen."""

    kind: str
    reason: str
    plain: bool = False
    text: str = ""
    narrow: CaseFilter = field(default_factory=CaseFilter)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A line of the log. ``outcome`` is "" for a file that was written."""

    at: str
    """ISO time in Japan."""
    who: str
    kind: str
    rows: int
    plain: bool
    reason: str
    file: str
    """The file's name without its place."""
    outcome: str = ""
