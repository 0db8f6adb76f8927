"""Who wants to hear of changes."""

import threading
from collections.abc import Callable

from wardclient.desk.rows import Change


class Listeners:
    """Callbacks, called in the thread that made the change. One that fails is left out."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._told: list[Callable[[Change], None]] = []
        self._guard = threading.Lock()

    def add(self, told: Callable[[Change], None]) -> Callable[[], None]:
        """Add a listener; the function returned takes it off again."""
        with self._guard:
            self._told.append(told)

        def off() -> None:
            with self._guard:
                if told in self._told:
                    self._told.remove(told)

        return off

    def tell(self, change: Change) -> None:
        """Tell everybody."""
        with self._guard:
            told = list(self._told)
        for listener in told:
            listener(change)

    def clear(self) -> None:
        """Forget everybody."""
        with self._guard:
            self._told.clear()
