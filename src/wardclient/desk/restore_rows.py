"""What the desk hands out about announced restores of the central service (復旧)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RestoreRow:
    """A notice of a restore, or work of somebody else that a restore has lost and that is not back yet.

    ``waiting`` this PC has stopped and waits for an administrator's acknowledgement; ``open`` nothing is missing
    here, but nobody has acknowledged it; ``acknowledged``; ``aside`` an act of ``author`` in a case, readable here until
    its author's PC has sent it again.
    """

    kind: Literal["waiting", "open", "acknowledged", "aside"]
    at: str
    """When the log was put back; when the act had been received."""
    text: str
    entries: int = 0
    """To how many entries the log was put back."""
    author: str = ""
    name: str = ""
    case_id: str = ""
