"""Streams whose events are kept and not yet reduced: what a bulk leaves for later, kept over restarts."""

from collections.abc import Iterable

from wardclient.storage.cipher import Connection

BULK = 200
"""Events handed over at once from which on reducing waits: a first fetch stores thousands a second."""


class Unreduced:
    """The table of such streams, with its rows in memory."""

    def __init__(self, connection: Connection) -> None:
        """Read and write through ``connection``, inside the store's transactions."""
        self._connection = connection
        self._streams: set[bytes] | None = None

    @property
    def streams(self) -> set[bytes]:
        """The streams, read from the table when they are first asked for."""
        if self._streams is None:
            rows = self._connection.execute("SELECT stream FROM unreduced")
            self._streams = {bytes(row[0]) for row in rows}
        return self._streams

    def add(self, streams: Iterable[bytes]) -> None:
        """Note streams."""
        new = set(streams) - self.streams
        self._connection.executemany("INSERT INTO unreduced VALUES (?)", [(stream,) for stream in new])
        self.streams.update(new)

    def remove(self, stream: bytes) -> None:
        """A stream was reduced, or is gone."""
        if stream in self.streams:
            self._connection.execute("DELETE FROM unreduced WHERE stream = ?", (stream,))
            self.streams.discard(stream)

    def forget(self) -> None:
        """Drop what is in memory: a transaction was undone, or the tables were made anew."""
        self._streams = None
