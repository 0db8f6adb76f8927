"""The layout of a home folder.

profile.json   what the unlock screen may show: desk label, ward, counts. No name of a citizen.
slots          the database key, sealed under the passphrase
ward.db        the case database (SQLCipher)
ward.db.new    its successor while a damaged one is set aside
journal        unsent work once more, encrypted
openings.db    the openings (SQLCipher)
lock           held by the process that has the home open
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

WAIT_SECONDS = 20.0
POLL_SECONDS = 0.05


class HomeMissingError(Exception):
    """The folder is not a home yet."""


class HomeBusyError(Exception):
    """Another process has this home open."""


@dataclass(frozen=True, slots=True)
class HomeProfile:
    """What may stand beside the encrypted files in clear text."""

    label: str
    ward_code: str
    team: str
    server: str
    ward: str = ""
    practice: bool = False
    unsent: int = 0


class Home:
    """A home folder; making the object touches nothing."""

    def __init__(self, path: Path) -> None:
        """Name the files."""
        self.path = path
        self.profile = path / "profile.json"
        self.slots = path / "slots"
        self.database = path / "ward.db"
        self.coming = path / "ward.db.new"
        self.journal = path / "journal"
        self.openings = path / "openings.db"
        self.lock = path / "lock"

    def exists(self) -> bool:
        """Whether somebody was enrolled here."""
        return self.profile.exists()

    def create(self) -> None:
        """Make the folder, for its owner only."""
        self.path.mkdir(parents=True, exist_ok=True)
        if sys.platform != "win32":
            self.path.chmod(0o700)

    def read_profile(self) -> HomeProfile:
        """Return the profile; HomeMissingError."""
        try:
            found = json.loads(self.profile.read_text(encoding="utf-8"))
            # A later version may have written more than this one knows.
            known = {name: found[name] for name in HomeProfile.__dataclass_fields__ if name in found}
            return HomeProfile(**known)
        except (OSError, ValueError, TypeError) as error:
            raise HomeMissingError from error

    def write_profile(self, profile: HomeProfile) -> None:
        """Replace the profile whole."""
        new = self.profile.with_name("profile.json.new")
        new.write_text(json.dumps(asdict(profile), ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(self.profile)

    def note_unsent(self, unsent: int) -> None:
        """Keep the count that the unlock screen shows."""
        profile = self.read_profile()
        if profile.unsent != unsent:
            self.write_profile(replace(profile, unsent=unsent))

    def note_server(self, server: str) -> None:
        """Keep the address that the ward is served at from now on."""
        self.write_profile(replace(self.read_profile(), server=server))

    def set_aside(self) -> Path:
        """Move a damaged database away, with its WAL and journal; nothing is deleted. Return where it is."""
        target = self.path / f"damaged-{time.time_ns()}"
        target.mkdir()
        for name in ("journal", "ward.db-wal", "ward.db-shm", "ward.db"):
            if (self.path / name).exists():
                (self.path / name).replace(target / name)
        return target


class FileLock:
    """A lock on a file that ends with its process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, *, wait: bool, seconds: float = 600.0) -> bool:
        """Take the lock; return whether it was had."""
        file = self._path.open("ab")
        deadline = time.monotonic() + seconds
        while not _try_lock(file):
            if not wait or time.monotonic() > deadline:
                file.close()
                return False
            time.sleep(POLL_SECONDS)
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _try_lock(file: IO[bytes]) -> bool:
    """Take an advisory lock without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def hold(home: Home, *, wait_seconds: float = WAIT_SECONDS) -> FileLock:
    """Return the held lock of a home; HomeBusyError when another process keeps it."""
    lock = FileLock(home.lock)
    if not lock.acquire(wait=True, seconds=wait_seconds):
        raise HomeBusyError
    if sys.platform != "win32":
        os.chmod(home.lock, 0o600)  # noqa: PTH101
    return lock
