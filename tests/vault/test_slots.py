"""The slot file: right opens, wrong waits, damage is told, and the file is whole at any moment."""

import os
import stat
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardclient.vault import slots as room
from wardclient.vault.slots import (
    Cost,
    DamagedSlotsError,
    NotThisKeyError,
    SlotsExistError,
    WaitError,
    WeakPassphraseError,
    WrongPassphraseError,
    change_passphrase,
    create_slots,
    open_slots,
    wait_seconds,
)

CHEAP = Cost(64, 1, 1)
WORDS = "tsurumi no asa no kawa"
OTHER = "kohoku no yoru no hoshi"
WRONG = "mattaku chigau kotoba"


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the slot file goes."""
    return tmp_path / "slots"


@pytest.fixture
def key(path: Path) -> bytes:
    """The key of a slot file that stands at ``path``."""
    return create_slots(path, WORDS, CHEAP)


def try_wrong(path: Path, clock: Clock, passphrase: str = WRONG) -> WrongPassphraseError:
    """Try a wrong passphrase and return the answer."""
    with pytest.raises(WrongPassphraseError) as caught:
        open_slots(path, passphrase, clock, CHEAP)
    return caught.value


def rewrite(path: Path, file: room.SlotFile) -> None:
    """Write a file with a right checksum around chosen contents, as a planter would."""
    body = msgspec.msgpack.encode(file)
    path.write_bytes(room.MAGIC + room._checksum(body) + body)


def contents(path: Path) -> room.SlotFile:
    """Return what stands in the file."""
    body = path.read_bytes()[len(room.MAGIC) + room.CHECK_BYTES :]
    return msgspec.msgpack.decode(body, type=room.SlotFile)


# --- opening --------------------------------------------------------------------


def test_the_passphrase_opens_with_the_default_cost(path: Path) -> None:
    """With the parameters of the product (64 MiB, three passes, four lanes) the key comes back."""
    key = create_slots(path, WORDS)
    assert (len(key), contents(path).slots[0].cost) == (32, Cost(65_536, 3, 4))
    assert open_slots(path, WORDS) == key


def test_every_file_has_a_key_and_a_salt_of_its_own(tmp_path: Path) -> None:
    """The same passphrase on two PCs gives nothing in common."""
    one, two = (create_slots(tmp_path / name, WORDS, CHEAP) for name in ("a", "b"))
    assert one != two
    assert contents(tmp_path / "a").slots[0].salt != contents(tmp_path / "b").slots[0].salt


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.text(min_size=12, max_size=40))
def test_any_strong_passphrase_opens_what_it_made(tmp_path: Path, passphrase: str) -> None:
    """Whatever characters a person chooses."""
    path = tmp_path / os.urandom(8).hex()
    try:
        key = create_slots(path, passphrase, CHEAP)
    except WeakPassphraseError:
        assert not path.exists()
        return
    assert open_slots(path, passphrase, cost=CHEAP) == key


def test_full_width_typing_opens(path: Path, key: bytes) -> None:
    """An input method left in full-width mode does not lock anybody out."""
    assert open_slots(path, "ｔｓｕｒｕｍｉ　ｎｏ　ａｓａ　ｎｏ　ｋａｗａ", cost=CHEAP) == key


def test_neither_key_nor_passphrase_stands_in_the_file(path: Path, key: bytes) -> None:
    """What lies on the disk is sealed."""
    data = path.read_bytes()
    assert key not in data
    assert WORDS.encode() not in data
    assert key.hex().encode() not in data


@pytest.mark.usefixtures("key")
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_file_is_for_its_owner_only(path: Path) -> None:
    """Other accounts of the PC do not read it."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_weak_passphrase_makes_nothing(path: Path) -> None:
    """There is no file before there is a good passphrase."""
    with pytest.raises(WeakPassphraseError):
        create_slots(path, "123456789012", CHEAP)
    assert not path.exists()


def test_a_slot_file_is_never_made_over_another(path: Path, key: bytes) -> None:
    """The database beside it would be lost."""
    with pytest.raises(SlotsExistError):
        create_slots(path, OTHER, CHEAP)
    assert open_slots(path, WORDS, cost=CHEAP) == key


# --- wrong tries ----------------------------------------------------------------


@pytest.mark.usefixtures("key")
def test_wrong_tries_are_counted_and_wait_longer(path: Path, clock: Clock) -> None:
    """0, 0, 5, 15 seconds, then five minutes for every further one; the count stands in the file."""
    waits = []
    for tries in range(1, 8):
        answer = try_wrong(path, clock)
        assert answer.tries == tries == contents(path).wrong
        waits.append(answer.wait_seconds)
        clock.now += answer.wait_seconds
    assert waits == [0, 0, 5, 15, 300, 300, 300]


def test_while_waiting_even_the_right_one_is_not_looked_at(path: Path, key: bytes, clock: Clock) -> None:
    """The wait is told, counts down, is not a try, and ends."""
    for _ in range(3):
        try_wrong(path, clock)
    clock.now += 2
    for passphrase in (WORDS, WRONG):
        with pytest.raises(WaitError) as caught:
            open_slots(path, passphrase, clock, CHEAP)
        assert caught.value.wait_seconds == wait_seconds(path, clock) == 3
    assert contents(path).wrong == 3
    clock.now += 3
    assert wait_seconds(path, clock) == 0
    assert open_slots(path, WORDS, clock, CHEAP) == key


def test_a_right_try_forgets_the_wrong_ones(path: Path, key: bytes, clock: Clock) -> None:
    """The next slip begins from one."""
    try_wrong(path, clock)
    try_wrong(path, clock)
    assert open_slots(path, WORDS, clock, CHEAP) == key
    assert contents(path).wrong == 0
    assert try_wrong(path, clock).tries == 1


def test_an_ordinary_unlock_writes_nothing(path: Path, key: bytes, clock: Clock) -> None:
    """The file is touched only when there is something to change."""
    before = path.stat().st_mtime_ns, path.read_bytes()
    assert open_slots(path, WORDS, clock, CHEAP) == key
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before


@pytest.mark.usefixtures("key")
def test_a_near_miss_and_a_wild_guess_are_answered_alike(path: Path, clock: Clock) -> None:
    """There is no hint, and nothing that was typed is in the error."""
    near, wild = try_wrong(path, clock, WORDS[:-1]), try_wrong(path, clock, "x")
    assert (str(near), near.args, near.wait_seconds) == (str(wild), wild.args, wild.wait_seconds)
    assert WORDS[:-1] not in repr(near)


def test_a_clock_set_back_does_not_lengthen_the_wait(path: Path, key: bytes, clock: Clock) -> None:
    """Wrong tries made while the clock was ten years ahead lock nobody out for ten years."""
    clock.now += 10 * 365 * 86_400
    for _ in range(3):
        try_wrong(path, clock)
    clock.now -= 10 * 365 * 86_400
    with pytest.raises(WaitError) as caught:
        open_slots(path, WORDS, clock, CHEAP)
    assert caught.value.wait_seconds == 5
    clock.now += 5
    assert open_slots(path, WORDS, clock, CHEAP) == key


@pytest.mark.usefixtures("key")
def test_tries_at_the_same_time_are_all_counted(path: Path) -> None:
    """Guessing from several windows at once does not save a guess."""
    begin = threading.Barrier(2)
    wrong: list[int] = []

    def guess() -> None:
        begin.wait()
        try:
            open_slots(path, WRONG, cost=CHEAP)
        except WrongPassphraseError as error:
            wrong.append(error.tries)

    threads = [threading.Thread(target=guess) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wrong) == [1, 2]
    assert contents(path).wrong == 2


# --- parameters -----------------------------------------------------------------


def test_weaker_parameters_are_raised_at_the_next_unlock(path: Path, key: bytes) -> None:
    """Same key, new salt, higher cost; the passphrase stays."""
    old = contents(path).slots[0]
    dearer = Cost(128, 2, 2)
    assert open_slots(path, WORDS, cost=dearer) == key
    new = contents(path).slots[0]
    assert new.cost == dearer
    assert new.salt != old.salt
    assert open_slots(path, WORDS, cost=dearer) == key


def test_stronger_parameters_are_never_lowered(path: Path) -> None:
    """An older program does not weaken what a newer one made."""
    dear = Cost(256, 2, 1)
    key = create_slots(path, WORDS, dear)
    assert open_slots(path, WORDS, cost=CHEAP) == key
    assert contents(path).slots[0].cost == dear
    assert open_slots(path, WORDS, cost=Cost(64, 5, 1)) == key
    assert contents(path).slots[0].cost == Cost(256, 5, 1)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "cost",
    [Cost(0, 1, 1), Cost(2**40, 1, 1), Cost(64, 0, 1), Cost(64, 10**9, 1), Cost(64, 1, 0), Cost(64, 1, 9)],
)
def test_impossible_parameters_are_damage(path: Path, cost: Cost) -> None:
    """A planted file cannot make the PC use all its memory, run for ever, or crash."""
    file = contents(path)
    rewrite(path, msgspec.structs.replace(file, slots=(msgspec.structs.replace(file.slots[0], cost=cost),)))
    with pytest.raises(DamagedSlotsError):
        open_slots(path, WORDS, cost=CHEAP)


# --- changing the passphrase ------------------------------------------------------


def test_changing_the_passphrase_keeps_the_key(path: Path, key: bytes, clock: Clock) -> None:
    """The new one opens, the old one does not, the database need not be touched."""
    change_passphrase(path, key, OTHER, CHEAP)
    assert open_slots(path, OTHER, clock, CHEAP) == key
    try_wrong(path, clock, WORDS)


def test_a_weak_new_passphrase_changes_nothing(path: Path, key: bytes) -> None:
    """The old one is still good."""
    with pytest.raises(WeakPassphraseError):
        change_passphrase(path, key, "short", CHEAP)
    assert open_slots(path, WORDS, cost=CHEAP) == key


def test_a_key_of_another_file_is_not_sealed_in(path: Path, key: bytes) -> None:
    """A mistake in the program cannot throw away the only copy of the key."""
    with pytest.raises(NotThisKeyError):
        change_passphrase(path, os.urandom(32), OTHER, CHEAP)
    assert open_slots(path, WORDS, cost=CHEAP) == key


def test_slots_of_kinds_to_come_are_kept_and_not_tried(path: Path, key: bytes, clock: Clock) -> None:
    """A recovery slot survives a new passphrase, a wrong try and a raised cost, byte for byte."""
    recovery = room.Slot("recovery", CHEAP, b"r" * 16, b"sealed otherwise", b"which shares")
    file = contents(path)
    rewrite(path, msgspec.structs.replace(file, slots=(recovery, *file.slots)))
    assert open_slots(path, WORDS, clock, Cost(128, 1, 1)) == key
    try_wrong(path, clock)
    change_passphrase(path, key, OTHER, CHEAP)
    assert recovery in contents(path).slots
    assert [slot.kind for slot in contents(path).slots].count("passphrase") == 1
    assert open_slots(path, OTHER, clock, CHEAP) == key


# --- damage ---------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(min_value=0))
def test_a_flipped_bit_is_damage_and_not_a_wrong_passphrase(tmp_path: Path, bit: int) -> None:
    """Nobody is told "wrong" because of the disk, and no try makes it worse."""
    path = tmp_path / "slots"
    if not path.exists():
        create_slots(path, WORDS, CHEAP)
    whole = path.read_bytes()
    data = bytearray(whole)
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    path.write_bytes(data)
    with pytest.raises(DamagedSlotsError):
        open_slots(path, WORDS, cost=CHEAP)
    with pytest.raises(DamagedSlotsError):
        change_passphrase(path, bytes(32), OTHER, CHEAP)
    assert (path.read_bytes(), wait_seconds(path)) == (bytes(data), 0)
    path.write_bytes(whole)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("size", [0, 1, 8, 24, 60, -1])
def test_a_cut_file_is_damage(path: Path, size: int) -> None:
    """However much is missing."""
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedSlotsError):
        open_slots(path, WORDS, cost=CHEAP)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_damage(tmp_path: Path, data: bytes, framed: bool) -> None:
    """With or without a right checksum, bytes that are no slot file never crash the program."""
    path = tmp_path / "slots"
    path.write_bytes(room.MAGIC + room._checksum(data) + data if framed else data)
    with pytest.raises(DamagedSlotsError):
        open_slots(path, WORDS, cost=CHEAP)


def test_a_missing_file_a_folder_and_a_later_version_are_damage(path: Path, tmp_path: Path) -> None:
    """Each is told the same way, and a later version's file is left as it is."""
    for place in (path, tmp_path):
        with pytest.raises(DamagedSlotsError):
            open_slots(place, WORDS, cost=CHEAP)
    create_slots(path, WORDS, CHEAP)
    rewrite(path, msgspec.structs.replace(contents(path), version=2))
    before = path.read_bytes()
    with pytest.raises(DamagedSlotsError):
        open_slots(path, WORDS, cost=CHEAP)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("key")
def test_a_slot_of_another_file_is_damage(path: Path, tmp_path: Path) -> None:
    """A slot that opens to a key that is not this file's is not handed out."""
    create_slots(tmp_path / "other", OTHER, CHEAP)
    rewrite(path, msgspec.structs.replace(contents(path), slots=contents(tmp_path / "other").slots))
    with pytest.raises(DamagedSlotsError):
        open_slots(path, OTHER, cost=CHEAP)


# --- a disk that does not take it ---------------------------------------------------


def forbid_writing(folder: Path) -> None:
    """Make every new file in ``folder`` impossible, as a full disk does: a folder stands in its place."""
    (folder / f"slots.{os.getpid()}.new").mkdir()


def test_a_full_disk_locks_nobody_out(path: Path, key: bytes, clock: Clock) -> None:
    """The right passphrase opens although the count cannot be set back and the cost not raised."""
    try_wrong(path, clock)
    forbid_writing(path.parent)
    assert open_slots(path, WORDS, clock, Cost(128, 1, 1)) == key
    assert try_wrong(path, clock).tries == 2


def test_a_change_that_cannot_be_written_is_told(path: Path, key: bytes) -> None:
    """The caller hears it, and the old passphrase still opens."""
    forbid_writing(path.parent)
    with pytest.raises(OSError, match="slots"):
        change_passphrase(path, key, OTHER, CHEAP)
    assert open_slots(path, WORDS, cost=CHEAP) == key
