"""The second journal: unsent work once more, in a small encrypted file of its own.

An encrypted database can be lost to a bad disk; what was sent is at the central service, what was
not is here. A draft is appended and flushed to the disk before the transaction that saves it
commits, so whatever a screen called saved is in both. Frames are AES-256-GCM under a key derived
from the database key; a torn last frame (a power cut) is left out and reported.
"""

import os
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


class JournalEntry(msgspec.Struct, array_like=True, frozen=True):
    """One draft as it was saved."""

    stream: bytes
    n: int
    event: bytes
    cas: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a journal still holds. ``torn`` says that its end could not be read."""

    entries: tuple[JournalEntry, ...]
    torn: bool


class Journal:
    """The journal of an open home."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open ``path`` for appending; ``key`` is the database key."""
        self._aead = AESGCM(journal_key(key))
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        self._pending: list[JournalEntry] = []

    def add(self, entry: JournalEntry) -> None:
        """Take a draft in; it is written by `flush`."""
        self._pending.append(entry)

    def flush(self) -> None:
        """Write what was taken in and wait for the disk. DiskFullError: nothing may commit."""
        if not self._pending:
            return
        frames = bytearray()
        for entry in self._pending:
            nonce = os.urandom(NONCE_BYTES)
            sealed = nonce + self._aead.encrypt(nonce, msgspec.msgpack.encode(entry), b"journal")
            frames += len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        size = os.fstat(self._handle).st_size
        try:
            written = os.write(self._handle, frames)
            if written != len(frames):
                raise OSError
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, size)
            raise DiskFullError from error
        self._pending.clear()

    def forget_pending(self) -> None:
        """The transaction was undone."""
        self._pending.clear()

    def clear(self) -> None:
        """All drafts are accepted: begin an empty file."""
        if os.fstat(self._handle).st_size:
            os.ftruncate(self._handle, 0)
            os.fsync(self._handle)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def journal_key(key: bytes) -> bytes:
    """Return the journal's key."""
    return HKDF(hashes.SHA256(), 32, b"", b"wardclient/journal").derive(key)


def salvage(path: Path, key: bytes) -> Salvage:
    """Return the drafts in a journal, the last of each (stream, n); unreadable frames end the reading."""
    aead = AESGCM(journal_key(key))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Salvage((), torn=False)
    found: dict[tuple[bytes, int], JournalEntry] = {}
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        frame = data[at + LENGTH_BYTES : at + LENGTH_BYTES + size]
        if size > MAX_FRAME or len(frame) != size or size <= NONCE_BYTES:
            return Salvage(tuple(found.values()), torn=True)
        try:
            plain = aead.decrypt(frame[:NONCE_BYTES], frame[NONCE_BYTES:], b"journal")
            entry = msgspec.msgpack.decode(plain, type=JournalEntry)
        except (InvalidTag, msgspec.MsgspecError):
            return Salvage(tuple(found.values()), torn=True)
        found[entry.stream, entry.n] = entry
        at += LENGTH_BYTES + size
    return Salvage(tuple(found.values()), torn=False)
