"""Keys in memory, in one place, so that locking has one thing to wipe.

What this can do: the bytes held here are overwritten when the ring is closed, and nothing is
handed out afterwards. What it cannot: Python and its libraries copy freely, so whoever made
``bytes`` of a key keeps a copy until it is collected and its page reused, and the system may have
swapped a page out or hibernated. The way out of all of these is the end of the process.
"""

from types import TracebackType
from typing import Self


class RingClosedError(Exception):
    """The keys are gone: the vault was locked."""


class KeyRing:
    """Named keys until ``close``. Safe to close twice; its text never shows a key."""

    def __init__(self) -> None:
        self._keys: dict[str, bytearray] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the keys are gone."""
        return self._closed

    def hold(self, name: str, key: bytes) -> None:
        """Keep a copy of ``key``; one kept under the same name is overwritten. RingClosedError."""
        if self._closed:
            raise RingClosedError
        self.drop(name)
        self._keys[name] = bytearray(key)

    def key(self, name: str) -> memoryview:
        """Return a read-only view, which becomes zeros at ``close``; RingClosedError, KeyError."""
        if self._closed:
            raise RingClosedError
        return memoryview(self._keys[name]).toreadonly()

    def drop(self, name: str) -> None:
        """Overwrite one key and forget it."""
        key = self._keys.pop(name, None)
        if key is not None:
            wipe(key)

    def close(self) -> None:
        """Overwrite all keys and forget them."""
        self._closed = True
        for name in tuple(self._keys):
            self.drop(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._keys)}{' closed' if self._closed else ''}>"


def wipe(key: bytearray) -> None:
    """Overwrite with zeros in place."""
    key[:] = bytes(len(key))
