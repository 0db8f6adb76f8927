"""Sees what other processes add to the wards that clients wait for here (decision 0005)."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from wardcentral.store import WatchedReader

LOOK_SECONDS = 0.1
"""How often one query asks for all wards that anybody waits for."""

log = logging.getLogger("wardcentral")


class Watch:
    """A thread that asks for the ends of the wards that ``waited`` names and tells ``seen`` what it asked for and found."""

    def __init__(
        self,
        open_reader: Callable[[], WatchedReader],
        waited: Callable[[], Sequence[bytes]],
        seen: Callable[[Sequence[bytes], Mapping[bytes, int]], None],
    ) -> None:
        self._open = open_reader
        self._waited = waited
        self._seen = seen
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a watch that was not started is left alone."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        reader: WatchedReader | None = None
        away = False
        while not self._ended.wait(LOOK_SECONDS):
            wards = self._waited()
            if not wards:
                continue
            try:
                reader = reader or self._open()
                self._seen(wards, reader.sizes(wards))
                away = False
            except Exception as error:  # noqa: BLE001 - the database is away: they wait, it looks again
                if not away:
                    log.warning("the watch cannot look: %s", type(error).__name__)
                away = True
        if reader is not None:
            reader.close()
