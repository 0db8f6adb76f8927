"""The files that a viewer needs: in a private folder of the home, under names that say nothing, removed as soon as may be.

A viewer cannot be asked when it has read its file, so the files go when the desk is locked or left, and what a crash
left behind goes at the next start. On Windows a file that a viewer holds open cannot be removed: it is tried again.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

SUFFIX = ".pdf"


class PaperFiles:
    """The folder of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "papers"
        self._held: set[Path] = set()

    def add(self, pdf: bytes) -> Path:
        """Write a paper for this user alone; OSError where that is not possible."""
        self.sweep_held()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        # Also where the folder was there before, made with another mask.
        self._folder.chmod(0o700)
        path = self._folder / (secrets.token_hex(12) + SUFFIX)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pdf)
        except OSError:
            # A disk that is full halfway leaves no part of a paper behind.
            with suppress(OSError):
                path.unlink()
            raise
        return path

    def sweep(self) -> int:
        """Remove every paper; return how many could not be removed yet."""
        self._held = {path for path in self._all() if not _gone(path)}
        return len(self._held)

    def sweep_held(self) -> int:
        """Try again those that the last sweep could not remove, and no others; return how many are still held."""
        self._held = {path for path in self._held if not _gone(path)}
        return len(self._held)

    def __len__(self) -> int:
        """How many papers lie there."""
        return len(self._all())

    def _all(self) -> list[Path]:
        try:
            return list(self._folder.iterdir())
        except OSError:
            return []


def _gone(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
