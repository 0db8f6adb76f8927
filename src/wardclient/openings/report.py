"""How a file is to be read in, and what came of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from wardclient.openings.problems import RowProblem

PROBLEMS_SHOWN = 200
Outcome = Literal["done", "dry_run", "cancelled"]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read a file.

    ``file_date`` is the day the state made the file; ages and the order of files follow it.
    ``set_code`` names the set (M100 nationwide, M114 ...): only openings of the same set can vanish.
    ``municipalities`` are codes (``14101``, or ``14`` for a prefecture); empty takes all. Openings
    already in the store are kept up to date whatever the filter. ``accept_shrink`` lets a file
    stand that lists less than half of what is there.
    """

    file_date: date
    imported_at: datetime
    file_name: str = ""
    set_code: str = ""
    municipalities: frozenset[str] = frozenset()
    dry_run: bool = False
    accept_shrink: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What happened to each record: rows = new + changed + unchanged + duplicates + filtered + quarantined.

    ``duplicates`` counts earlier records of a number that comes again: the last one wins.
    ``reappeared`` were not listed before and are again (also counted as changed or unchanged).
    ``problems`` holds the first PROBLEMS_SHOWN of ``quarantined``.
    """

    outcome: Outcome
    rows: int
    new: int
    changed: int
    unchanged: int
    vanished: int
    reappeared: int
    duplicates: int
    filtered: int
    quarantined: int
    problems: tuple[RowProblem, ...]


@dataclass(slots=True)
class Counts:
    """The figures of an import under way."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    reappeared: int = 0
    duplicates: int = 0
    filtered: int = 0
    quarantined: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    def report(self, outcome: Outcome) -> ImportReport:
        """Return the figures as they stand."""
        return ImportReport(
            outcome=outcome,
            rows=self.rows,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            vanished=self.vanished,
            reappeared=self.reappeared,
            duplicates=self.duplicates,
            filtered=self.filtered,
            quarantined=self.quarantined,
            problems=tuple(self.problems),
        )
