"""The service's data folder: signing key, founding token, database, and who is using it.

    server.key       the signing key (64 hexadecimal digits), readable by its owner only
    founding-token   shown to whoever may found a ward, where founding asks for it
    central.db       everything else
    feed             the openings feeds (public data, signed by the wards' own devices)
    lock             held by the process that serves

The key is what every ward of this server has pinned: losing it ends all of them, so it is
backed up apart from the database.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

KEY_BYTES = 32
_OWNER_ONLY = 0o600


class FolderError(Exception):
    """The folder cannot be used; ``code`` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Folder:
    """One data folder."""

    def __init__(self, path: Path, address: str = "") -> None:
        """``address`` is a PostgreSQL address that takes the place of the database file."""
        self.path = path
        self.address = address
        self.key = path / "server.key"
        self.token = path / "founding-token"
        self.database = path / "central.db"
        self.feed = path / "feed"

    def make(self, secret: bytes | None = None) -> None:
        """Make the folder with a key and a new token; FolderError("exists") where there is a key.

        ``secret`` is the key of the installation for a further cell; without it a new one is made.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.key.exists():
            raise FolderError("exists")
        # The key comes last: a folder with a key is a whole one.
        self.token.unlink(missing_ok=True)
        _write_secret(self.token, secrets.token_urlsafe(24))
        _write_secret(self.key, (secret or secrets.token_bytes(KEY_BYTES)).hex())

    def secret(self) -> bytes:
        """Return the signing key; FolderError("no_key") or ("bad_key")."""
        try:
            text = self.key.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise FolderError("no_key") from None
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            raise FolderError("bad_key") from None
        if len(secret) != KEY_BYTES:
            raise FolderError("bad_key")
        return secret

    def founding_token(self) -> str:
        """Return the founding token; empty where there is none (then nobody can show it)."""
        try:
            return self.token.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from serving this folder; FolderError("in_use").

        The lock ends with the process, however it ends.
        """
        with (self.path / "lock").open("a+b") as file:
            if not _lock(file):
                raise FolderError("in_use")
            yield

    def in_use(self) -> bool:
        """Whether a process serves this folder now."""
        try:
            with self.held():
                return False
        except FolderError:
            return True


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old or the new one, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="ascii")
    part.replace(path)


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        file.seek(0)
        with contextlib.suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        with contextlib.suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
