"""求職登録の期限: until when a job seeker's registration stands, and whose lapses soon (domain 3.3, L27)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wardclient.casework.calendar import end_of_second_month_after
from wardclient.casework.steps import as_day

SOON = 14
"""Days ahead at which a person is reminded [P]."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a registration ends; negative days where it has lapsed."""

    ends_on: date
    days_left: int
    derived: bool
    """Whether the end was reckoned from the month of application: nobody wrote one down."""

    @property
    def lapsed(self) -> bool:
        """Whether it has ended. It still stands on its last day."""
        return self.days_left < 0

    @property
    def soon(self) -> bool:
        """Whether it stands still, and a person is to be reminded."""
        return 0 <= self.days_left <= SOON


def expiry(values: Mapping[str, object], today: date) -> Expiry | None:
    """Return when a registration ends; None where neither an end nor a day of application is known.

    An end that somebody wrote down goes before the rule: while unemployment benefit runs it stands longer.
    """
    written = as_day(values.get("valid_until"))
    accepted = as_day(values.get("accepted_on"))
    if written is not None:
        return Expiry(written, (written - today).days, derived=False)
    if accepted is None:
        return None
    end = end_of_second_month_after(accepted)
    return Expiry(end, (end - today).days, derived=True)
