"""The second journal: unsent work once more, in a small encrypted file of its own.

An encrypted database can be lost to a bad disk; what was sent is at the central service, what was
not is here. A draft is appended and flushed to the disk before the transaction that saves it
commits, so whatever a screen called saved is in both. Frames are AES-256-GCM under a key derived
from the database key; a torn last frame (a power cut) is left out and reported.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wardclient.storage.faults import DiskFullError

NONCE_BYTES = 12
LENGTH_BYTES = 4
MAX_FRAME = 16 * 1024 * 1024
_BINARY = getattr(os, "O_BINARY", 0)


class JournalEntry(msgspec.Struct, array_like=True, frozen=True):
    """One draft as it was saved."""

    stream: bytes
    n: int
    event: bytes
    cas: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a journal still holds.

    ``torn`` says that something in it could not be read, ``length`` where its last whole frame ends.
    """

    entries: tuple[JournalEntry, ...]
    torn: bool
    length: int


class Journal:
    """The journal of an open home. All calls come from the thread that writes the database."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open ``path`` for appending; ``key`` is the database key."""
        self._aead = AESGCM(journal_key(key))
        self._path = path
        self._handle = _open(path)
        self._pending: list[JournalEntry] = []
        self._before: int | None = None

    def add(self, entry: JournalEntry) -> None:
        """Take a draft in; it is written by `flush`."""
        self._pending.append(entry)

    def flush(self) -> None:
        """Write what was taken in and wait for the disk. DiskFullError: nothing may commit."""
        if not self._pending:
            return
        frames = self._frames(self._pending)
        self._before = os.fstat(self._handle).st_size
        try:
            _write_all(self._handle, frames)
        except OSError as error:
            self.forget_pending()
            raise DiskFullError from error
        self._pending.clear()

    def committed(self) -> None:
        """The transaction that `flush` was part of is in the database."""
        self._before = None

    def forget_pending(self) -> None:
        """The transaction was undone, and with it what was written for it.

        What cannot be cut off stays: it repeats the number of a draft, and the last of each counts.
        """
        self._pending.clear()
        if self._before is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, self._before)
            self._before = None

    def clear(self) -> None:
        """All drafts are accepted: begin an empty file."""
        if os.fstat(self._handle).st_size:
            os.ftruncate(self._handle, 0)
            os.fsync(self._handle)

    def replace(self, entries: Sequence[JournalEntry]) -> None:
        """Make the file anew with ``entries`` alone; OSError, and then it is as it was."""
        new = self._path.with_name(self._path.name + ".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._frames(entries))
                file.flush()
                os.fsync(file.fileno())
            # Windows does not replace a file that is open.
            os.close(self._handle)
            try:
                new.replace(self._path)
            finally:
                self._handle = _open(self._path)
        finally:
            new.unlink(missing_ok=True)

    def read(self) -> Salvage:
        """Return what the file holds."""
        return _salvage(self._path, self._aead)

    def cut(self, length: int) -> None:
        """Cut off a torn end, so that what follows can be read."""
        os.ftruncate(self._handle, length)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _frames(self, entries: Sequence[JournalEntry]) -> bytes:
        frames = bytearray()
        for entry in entries:
            nonce = os.urandom(NONCE_BYTES)
            sealed = nonce + self._aead.encrypt(nonce, msgspec.msgpack.encode(entry), b"journal")
            frames += len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        return bytes(frames)


def _write_all(handle: int, data: bytes) -> None:
    """Write and wait for the disk. A short write is a full disk."""
    if os.write(handle, data) != len(data):
        raise OSError
    os.fsync(handle)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)


def journal_key(key: bytes) -> bytes:
    """Return the journal's key."""
    return HKDF(hashes.SHA256(), 32, b"", b"wardclient/journal").derive(key)


def salvage(path: Path, key: bytes) -> Salvage:
    """Return the drafts in a journal, the last of each (stream, n).

    A frame that does not open is left out and the next one is tried; an end that is no whole frame
    ends the reading.
    """
    return _salvage(path, AESGCM(journal_key(key)))


def _salvage(path: Path, aead: AESGCM) -> Salvage:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Salvage((), torn=False, length=0)
    found: dict[tuple[bytes, int], JournalEntry] = {}
    at, torn = 0, False
    while at < len(data):
        size = int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        frame = data[at + LENGTH_BYTES : at + LENGTH_BYTES + size]
        if not NONCE_BYTES < size <= MAX_FRAME or len(frame) != size:
            torn = True
            break
        entry = _entry(aead, frame)
        if entry is None:
            torn = True
        else:
            found.pop((entry.stream, entry.n), None)
            found[entry.stream, entry.n] = entry
        at += LENGTH_BYTES + size
    return Salvage(tuple(found.values()), torn, at)


def _entry(aead: AESGCM, frame: bytes) -> JournalEntry | None:
    try:
        plain = aead.decrypt(frame[:NONCE_BYTES], frame[NONCE_BYTES:], b"journal")
        return msgspec.msgpack.decode(plain, type=JournalEntry)
    except (InvalidTag, msgspec.MsgspecError):
        return None
