"""The slot file: the database key, sealed under a passphrase.

The passphrase opens a slot, a slot holds the key, the key opens the database; so changing the
passphrase rewrites one small file. The parameters of Argon2id stand beside each slot and are
raised when a slot with weaker ones has been opened. Wrong tries are counted in the file and make
the next try wait; the count is a courtesy to the office, not what protects a stolen copy: that is
the cost of each try. Nothing is ever wiped by wrong tries.

A checksum tells damage from a wrong passphrase, so that a bad sector is not answered with "wrong".
A program that meets a file of a later version leaves it as it is.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from wardclient.vault.files import alone, replace_whole
from wardclient.vault.keyring import wipe
from wardclient.vault.passphrases import WeakPassphraseError, check_strength, passphrase_bytes, wait_after
from wardclient.vault.sealing import CannotOpenError, open_small, seal_small
from wardproto.wire import digest, encode

KEY_BYTES = 32
SALT_BYTES = 16
CHECK_BYTES = 16
VERSION = 1
MAGIC = b"wcslots\x01"
PASSPHRASE = "passphrase"  # noqa: S105  # the name of a kind
"""The kind of slot that is here. ``recovery`` (two admins) and ``passphrase+dpapi`` may follow."""
MAX_MEMORY = 1024 * 1024
MAX_PASSES = 64
MAX_LANES = 64

__all__ = [
    "COST",
    "Cost",
    "DamagedSlotsError",
    "NotThisKeyError",
    "SlotsExistError",
    "WaitError",
    "WeakPassphraseError",
    "WrongPassphraseError",
    "change_passphrase",
    "create_slots",
    "open_slots",
    "stretch",
    "wait_seconds",
]


class Cost(msgspec.Struct, array_like=True, frozen=True):
    """Argon2id parameters: memory in KiB, passes, lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def possible(self) -> bool:
        """Whether these can be meant: a damaged or planted file must not ask for all memory."""
        return (
            1 <= self.lanes <= MAX_LANES
            and 1 <= self.passes <= MAX_PASSES
            and 8 * self.lanes <= self.memory <= MAX_MEMORY
        )

    def weaker_than(self, other: "Cost") -> bool:
        """Whether a try costs an attacker less memory or fewer passes."""
        return self.memory < other.memory or self.passes < other.passes


COST = Cost()


class Slot(msgspec.Struct, array_like=True, frozen=True):
    """One way to the key. ``extra`` is for what a later kind needs besides."""

    kind: str
    cost: Cost
    salt: bytes
    sealed: bytes
    extra: bytes = b""


class SlotFile(msgspec.Struct, array_like=True, frozen=True):
    """The file. ``check`` names the key without telling it; ``tried_ms`` is when the last try failed."""

    version: int
    slots: tuple[Slot, ...]
    check: bytes
    wrong: int = 0
    tried_ms: int = 0


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
    """The file is missing, cut, altered, of a later version, or not ours."""


class SlotsExistError(Exception):
    """There is a slot file already: writing another would lose the key of the database beside it."""


class NotThisKeyError(Exception):
    """The key is not the one in this file."""


def create_slots(path: Path, passphrase: str, cost: Cost = COST) -> bytes:
    """Write a new slot file and return the new database key; WeakPassphraseError, SlotsExistError."""
    check_strength(passphrase)
    key = os.urandom(KEY_BYTES)
    slot = _slot(passphrase, key, cost)
    with alone(_lock(path)):
        if path.exists():
            raise SlotsExistError
        _write(path, SlotFile(VERSION, (slot,), _check(key)))
    return key


def open_slots(
    path: Path, passphrase: str, clock: Callable[[], float] = time.time, cost: Cost = COST
) -> bytes:
    """Return the database key; WrongPassphraseError, WaitError, DamagedSlotsError.

    A slot with weaker parameters than ``cost`` is sealed anew under stronger ones. Where the file
    cannot be written (a full disk), the right passphrase opens all the same.
    """
    found = _read(path)
    _wait_if_due(path, found, clock())
    for slot in found.slots:
        if slot.kind != PASSPHRASE:
            continue
        try:
            key = open_small(stretch(passphrase, slot.salt, slot.cost), _purpose(slot.kind), slot.sealed)
        except CannotOpenError:
            continue
        if _check(key) != found.check:
            raise DamagedSlotsError
        _settle(path, found, slot, passphrase, key, cost)
        return key
    after = _count(path, found, clock())
    raise WrongPassphraseError(after.wrong, wait_after(after.wrong))


def change_passphrase(path: Path, key: bytes, passphrase: str, cost: Cost = COST) -> None:
    """Seal the key under a new passphrase instead of the old one.

    WeakPassphraseError, NotThisKeyError, DamagedSlotsError, OSError; the old one is then still good.
    Slots of other kinds stay.
    """
    check_strength(passphrase)
    if _read(path).check != _check(key):
        raise NotThisKeyError
    new = _slot(passphrase, key, cost)

    def changed(found: SlotFile) -> SlotFile:
        kept = tuple(slot for slot in found.slots if slot.kind != PASSPHRASE)
        return SlotFile(VERSION, (new, *kept), found.check)

    _update(path, changed)


def wait_seconds(path: Path, clock: Callable[[], float] = time.time) -> float:
    """Return how long until the next try; 0 for a missing or damaged file (opening it will say so)."""
    try:
        return _left(_read(path), clock())
    except DamagedSlotsError:
        return 0.0


# --- wrong tries ----------------------------------------------------------------


def _left(found: SlotFile, now: float) -> float:
    wait = wait_after(found.wrong)
    # A clock that was set back does not lengthen the wait beyond its own length.
    return max(0.0, wait - max(now - found.tried_ms / 1000, 0.0))


def _wait_if_due(path: Path, found: SlotFile, now: float) -> None:
    left = _left(found, now)
    if left <= 0:
        return
    if found.tried_ms > now * 1000:
        # The clock was ahead when that was written, perhaps by years: the wait begins now, and ends.
        with suppress(OSError):
            _update(path, lambda f: SlotFile(f.version, f.slots, f.check, f.wrong, int(now * 1000)))
    raise WaitError(left)


def _count(path: Path, found: SlotFile, now: float) -> SlotFile:
    """Count a wrong try, on top of those that other processes counted meanwhile."""

    def counted(f: SlotFile) -> SlotFile:
        return SlotFile(f.version, f.slots, f.check, f.wrong + 1, int(now * 1000))

    try:
        return _update(path, counted)
    except OSError:
        return counted(found)


def _settle(path: Path, found: SlotFile, slot: Slot, passphrase: str, key: bytes, cost: Cost) -> None:
    """After a right try: forget the wrong ones, and raise the cost where it is too low."""
    better = slot
    if slot.cost.weaker_than(cost):
        raised = Cost(max(slot.cost.memory, cost.memory), max(slot.cost.passes, cost.passes), cost.lanes)
        better = _slot(passphrase, key, raised)
    if better is slot and not found.wrong:
        return

    def settled(f: SlotFile) -> SlotFile:
        # A passphrase that was changed meanwhile stays changed.
        return SlotFile(f.version, tuple(better if s == slot else s for s in f.slots), f.check)

    with suppress(OSError):
        _update(path, settled)


# --- the file -------------------------------------------------------------------


def _slot(passphrase: str, key: bytes, cost: Cost) -> Slot:
    salt = os.urandom(SALT_BYTES)
    sealed = seal_small(stretch(passphrase, salt, cost), _purpose(PASSPHRASE), key)
    return Slot(PASSPHRASE, cost, salt, sealed)


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Return the key that a passphrase gives with these parameters (Argon2id)."""
    kdf = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    )
    typed = passphrase_bytes(passphrase)
    try:
        # Any buffer will do, whatever the stub says; bytes() would leave a copy behind.
        return kdf.derive(typed)  # type: ignore[arg-type]
    finally:
        wipe(typed)


def _purpose(kind: str) -> bytes:
    return b"slot/" + kind.encode()


def _check(key: bytes) -> bytes:
    return digest("slots-key", key)[:CHECK_BYTES]


def _read(path: Path) -> SlotFile:
    try:
        data = path.read_bytes()
        body = data[len(MAGIC) + CHECK_BYTES :]
        if data[: len(MAGIC) + CHECK_BYTES] != MAGIC + _checksum(body):
            raise DamagedSlotsError
        found = msgspec.msgpack.decode(body, type=SlotFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise DamagedSlotsError from error
    if found.version != VERSION or not found.slots or not all(slot.cost.possible() for slot in found.slots):
        raise DamagedSlotsError
    return found


def _write(path: Path, slots: SlotFile) -> None:
    body = encode(slots)
    replace_whole(path, MAGIC + _checksum(body) + body)


def _update(path: Path, change: Callable[[SlotFile], SlotFile]) -> SlotFile:
    """Change the file as it is now: what another process wrote meanwhile is not undone."""
    with alone(_lock(path)):
        after = change(_read(path))
        _write(path, after)
    return after


def _checksum(body: bytes) -> bytes:
    return digest("slots", body)[:CHECK_BYTES]


def _lock(path: Path) -> Path:
    return path.with_name("unlocking")
