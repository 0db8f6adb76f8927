"""The slot file: the database key, sealed under a passphrase.

The passphrase opens a slot, a slot holds the key, the key opens the database; so changing the
passphrase rewrites one small file. The parameters of Argon2id stand beside each slot and are
raised when a slot of an older kind has been opened. Wrong tries are counted in the file and make
the next try wait; the count is a courtesy to the office, not what protects a stolen copy: that is
the cost of each try. Nothing is ever wiped by wrong tries.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from wardclient.vault.sealing import CannotOpenError, open_small, seal_small
from wardproto.wire import encode

KEY_BYTES = 32
SALT_BYTES = 16
MIN_CHARACTERS = 12
WAITS = (0, 0, 0, 5, 15, 300)
"""Seconds to wait after the nth wrong try in a row; the last for all further ones."""
PURPOSE = b"slot/passphrase"


class Cost(msgspec.Struct, array_like=True, frozen=True):
    """Argon2id parameters: memory in KiB, passes, lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


COST = Cost()


class Slot(msgspec.Struct, array_like=True, frozen=True):
    """One way to the key. ``kind`` is ``passphrase``; recovery and second factors follow."""

    kind: str
    cost: Cost
    salt: bytes
    sealed: bytes


class SlotFile(msgspec.Struct, array_like=True, frozen=True):
    """The file. ``tried_ms`` is when the last wrong try was made."""

    version: int
    slots: tuple[Slot, ...]
    wrong: int = 0
    tried_ms: int = 0


class WeakPassphraseError(Exception):
    """Too short to protect a stolen PC."""

    ja = "合言葉は12文字以上にしてください。短い言葉を4つ並べると覚えやすくなります。"
    en = "Use at least 12 characters; four short words are easy to remember."


class WrongPassphraseError(Exception):
    """Wrong; the next try is possible after ``wait_seconds``. Says nothing else."""

    def __init__(self, tries: int, wait: float) -> None:
        """Keep the count and the wait."""
        super().__init__("wrong passphrase")
        self.tries = tries
        self.wait_seconds = wait


class WaitError(Exception):
    """Too soon after wrong tries. The passphrase was not looked at."""

    def __init__(self, wait: float) -> None:
        """Keep the wait."""
        super().__init__("wait")
        self.wait_seconds = wait


class DamagedSlotsError(Exception):
    """The file is missing, cut or not ours."""


def create_slots(path: Path, passphrase: str, cost: Cost = COST) -> bytes:
    """Write a new slot file and return the new database key; WeakPassphraseError."""
    check_strength(passphrase)
    key = os.urandom(KEY_BYTES)
    _write(path, SlotFile(1, (_slot(passphrase, key, cost),)))
    return key


def open_slots(
    path: Path, passphrase: str, clock: Callable[[], float] = time.time, cost: Cost = COST
) -> bytes:
    """Return the database key; WrongPassphraseError, WaitError, DamagedSlotsError.

    A slot with cheaper parameters than ``cost`` is sealed anew under the present ones.
    """
    found = _read(path)
    wait = _left(found, clock())
    if wait > 0:
        raise WaitError(wait)
    for slot in found.slots:
        try:
            key = open_small(_stretch(passphrase, slot.salt, slot.cost), PURPOSE, slot.sealed)
        except CannotOpenError:
            continue
        if found.wrong or slot.cost != cost:
            slots = tuple(
                _slot(passphrase, key, cost) if s is slot and s.cost != cost else s for s in found.slots
            )
            _write(path, SlotFile(found.version, slots))
        return key
    after = SlotFile(found.version, found.slots, found.wrong + 1, int(clock() * 1000))
    _write(path, after)
    raise WrongPassphraseError(after.wrong, _wait_after(after.wrong))


def change_passphrase(path: Path, key: bytes, passphrase: str, cost: Cost = COST) -> None:
    """Seal the key under a new passphrase instead of the old one."""
    check_strength(passphrase)
    kept = tuple(slot for slot in _read(path).slots if slot.kind != "passphrase")
    _write(path, SlotFile(1, (_slot(passphrase, key, cost), *kept)))


def wait_seconds(path: Path, clock: Callable[[], float] = time.time) -> float:
    """Return how long until the next try; 0 for a missing or damaged file (opening it will say so)."""
    try:
        return _left(_read(path), clock())
    except DamagedSlotsError:
        return 0.0


def check_strength(passphrase: str) -> None:
    """Raise WeakPassphraseError for a passphrase that is too short or one character repeated."""
    if len(passphrase) < MIN_CHARACTERS or len(set(passphrase)) < MIN_CHARACTERS // 3:
        raise WeakPassphraseError


def _left(found: SlotFile, now: float) -> float:
    since = now - found.tried_ms / 1000
    # A clock set back must not lengthen the wait beyond its own length.
    return max(0.0, min(_wait_after(found.wrong), _wait_after(found.wrong) - max(since, 0.0)))


def _wait_after(wrong: int) -> float:
    return float(WAITS[min(wrong, len(WAITS) - 1)])


def _slot(passphrase: str, key: bytes, cost: Cost) -> Slot:
    salt = os.urandom(SALT_BYTES)
    return Slot("passphrase", cost, salt, seal_small(_stretch(passphrase, salt, cost), PURPOSE, key))


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    )
    return kdf.derive(passphrase.encode())


def _read(path: Path) -> SlotFile:
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=SlotFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise DamagedSlotsError from error
    if found.version != 1 or not found.slots:
        raise DamagedSlotsError
    return found


def _write(path: Path, slots: SlotFile) -> None:
    """Replace the file whole or not at all: a lost slot file is a lost database."""
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(encode(slots))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
