"""Changes told by the desk from any thread, merged until the application looks."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wardclient.desk.rows import Change


class Changes:
    """Changes told from any thread, merged until somebody takes them."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._lock = threading.Lock()
        self._kinds: set[str] = set()
        self._cases: set[str] = set()

    def add(self, change: "Change") -> bool:
        """Add a change; True when nothing was waiting before."""
        with self._lock:
            first = not self._kinds
            self._kinds |= change.kinds
            self._cases |= change.case_ids
        return first

    def take(self) -> "Change":
        """Return all that was told, as one change."""
        from wardclient.desk.rows import Change

        with self._lock:
            change = Change(frozenset(self._kinds), frozenset(self._cases))
            self._kinds.clear()
            self._cases.clear()
        return change
