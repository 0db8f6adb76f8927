"""Damaged files: told as damage, never as an empty ward; the way back loses nothing that still reads."""

import random
from pathlib import Path

import pytest

from tests.storage.histories import CASES, ME, NOON, OTHERS, STREAMS, be, draft, opened, person
from wardclient.storage.cipher import DamagedError, WrongKeyError, connect
from wardclient.storage.faults import storage_faults
from wardclient.storage.home import Home, HomeProfile
from wardclient.storage.log_store import SqlStore
from wardclient.storage.opening import backup, integrity, open_store, rescue

PAGE = 4096
OPS = person(CASES[0], "架空", "花子", "カクウ ハナコ")
PROFILE = HomeProfile(label="鶴見3", ward_code="14101", team="city", server="https://ward.example")


@pytest.fixture
def lived_in(home: Home, key: bytes) -> Home:
    """A home with sent and unsent work, an intent, a form, a tray and a log of access."""
    home.write_profile(PROFILE)
    store = be(open_store(home, key))
    with store.transaction():
        for name in ("identity", "ward", "team"):
            store.put(name, name.encode())
        store.apply(
            [
                opened(
                    i.to_bytes(16, "big"),
                    OTHERS[0],
                    1,
                    person(f"{i:032x}", "架空", f"花子{i}", "カクウ ハナコ"),
                )
                for i in range(120)
            ]
        )
        store.add_draft(draft(store, STREAMS[0], OPS))
        store.add_draft(draft(store, STREAMS[1], OPS))
        store.quarantine(STREAMS[1], "closed", NOON)
        store.add_intent("consent_end", b"payload", urgent=True, created_ms=NOON)
    store.save_form("new-case", {"family_name": "書きかけ"})
    store.note_access("view", CASES[0], NOON)
    store.close()
    return home


def noise(seed: int, count: int) -> bytes:
    """Return bytes that look like another file's."""
    return random.Random(seed).randbytes(count)  # noqa: S311  # the same noise every time


def read_all(home: Home, key: bytes) -> None:
    """Open the home and read every table, as the desk does: with faults told apart."""
    store = open_store(home, key)
    try:
        with storage_faults():
            for (table,) in store.connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                if not table.startswith("case_text"):
                    store.connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    finally:
        store.close()


def test_flipped_bit_in_any_page_is_damage(lived_in: Home, key: bytes) -> None:
    """A bit that changes anywhere in a page in use is found: by the reading, or by the full check."""
    whole = lived_in.database.read_bytes()
    found = {"at once": 0, "by the check": 0}
    for page in range(0, len(whole) // PAGE, 5):
        data = bytearray(whole)
        data[page * PAGE + noise(page, 1)[0] * 15] ^= 1 << page % 8
        lived_in.database.write_bytes(data)
        try:
            read_all(lived_in, key)
        except DamagedError:
            found["at once"] += 1
        else:
            connection = connect(lived_in.database, key)
            assert integrity(connection)
            connection.close()
            found["by the check"] += 1
        lived_in.database.write_bytes(whole)
    assert found["at once"] > 10
    read_all(lived_in, key)


@pytest.mark.parametrize("size", [0, 1, 16, PAGE - 1, PAGE, PAGE * 3, PAGE * 3 + 77, PAGE * 40])
def test_truncated_file_is_damage(lived_in: Home, key: bytes, size: int) -> None:
    """A file that was cut, even to nothing, is never taken for a new one."""
    data = lived_in.database.read_bytes()
    assert len(data) > PAGE * 40
    lived_in.database.write_bytes(data[:size])
    with pytest.raises(DamagedError):
        read_all(lived_in, key)


def test_foreign_file_is_damage(lived_in: Home, key: bytes) -> None:
    """Random bytes in the place of the database are damage."""
    lived_in.database.write_bytes(noise(2, PAGE * 10))
    with pytest.raises(DamagedError):
        open_store(lived_in, key)


def test_wrong_key_opens_nothing(lived_in: Home) -> None:
    """Another key is refused, and a key of another length, too."""
    for wrong in (bytes(32), b"", bytes(31), bytes(33)):
        with pytest.raises(WrongKeyError):
            connect(lived_in.database, wrong)


def test_empty_file_from_an_interrupted_setup_is_a_new_database(home: Home, key: bytes) -> None:
    """Before anybody was enrolled an empty file is no loss: the setup goes on with it."""
    home.database.touch()
    open_store(home, key).close()


def test_sound_database_passes_the_full_check(store: SqlStore) -> None:
    """A sound file has nothing to report."""
    assert integrity(store.connection) == []


@pytest.mark.parametrize("damage", ["first page", "all but first", "truncated", "gone to noise"])
def test_rescue_keeps_unsent_work(lived_in: Home, key: bytes, damage: str) -> None:
    """However bad the damage: the old file is kept, a new one is there, and unsent work stands in the tray."""
    data = bytearray(lived_in.database.read_bytes())
    if damage == "first page":
        data[100] ^= 1
    elif damage == "all but first":
        data[PAGE:] = noise(3, len(data) - PAGE)
    elif damage == "truncated":
        del data[PAGE * 2 :]
    else:
        data[:] = noise(4, len(data))
    lived_in.database.write_bytes(data)
    done = rescue(lived_in, key)
    assert (done.set_aside / "ward.db").read_bytes() == data
    assert STREAMS[0] in {e.stream for e in done.drafts}
    store = open_store(lived_in, key)
    assert store.get("rebuild") == b"1"
    assert STREAMS[0] in {q.stream for q in store.quarantined()}
    assert store.next_n(STREAMS[0]) == 2
    assert store.unsent() == (0, None)
    store.close()


def test_rescue_carries_what_the_service_cannot_give_back(lived_in: Home, key: bytes) -> None:
    """From a database that reads in part: identity, waiting acts, the tray, forms, the log of access, numbers."""
    data = bytearray(lived_in.database.read_bytes())
    data[-10] ^= 1
    lived_in.database.write_bytes(data)
    rescue(lived_in, key)
    store = open_store(lived_in, key)
    assert (store.get("identity"), store.get("device")) == (b"identity", ME)
    assert [(i.kind, i.urgent) for i in store.intents()] == [("consent_end", True)]
    assert {(q.stream, q.reason) for q in store.quarantined()} == {
        (STREAMS[0], "rolled_back"),
        (STREAMS[1], "closed"),
    }
    assert store.load_form("new-case") == {"family_name": "書きかけ"}
    assert store.access_broken_at() is None
    assert store.next_n(STREAMS[1]) == 2
    store.close()


def test_rescue_that_is_cut_off_is_finished_at_the_next_start(
    lived_in: Home, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the two renames of a rescue costs nothing."""

    class Kill(BaseException):
        pass

    rename = Path.replace

    def killed(path: Path, target: Path) -> Path:
        if path == lived_in.coming:
            raise Kill
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(Kill):
            rescue(lived_in, key)
    assert not lived_in.database.exists()
    store = open_store(lived_in, key)
    assert store.get("identity") == b"identity"
    assert STREAMS[0] in {q.stream for q in store.quarantined()}
    store.close()


def test_rescue_that_was_cut_off_early_can_be_made_again(lived_in: Home, key: bytes) -> None:
    """A half-written successor is thrown away: the damaged database is still in its place."""
    lived_in.coming.write_bytes(b"half")
    rescue(lived_in, key)
    store = open_store(lived_in, key)
    assert store.get("identity") == b"identity"
    store.close()


def test_backup_is_whole_and_encrypted(lived_in: Home, key: bytes, tmp_path: Path) -> None:
    """A copy opens under the same key only, passes the check, and holds what the original holds."""
    store = open_store(lived_in, key)
    with store.transaction():
        store.add_draft(draft(store, STREAMS[2], OPS))
    backup(store, tmp_path / "copy.db", key)
    copied = SqlStore(connect(tmp_path / "copy.db", key))
    assert integrity(copied.connection) == []
    assert copied.unsent() == store.unsent()
    assert copied.find_cases("花子7", mine="") == store.find_cases("花子7", mine="")
    copied.close()
    store.close()
    with pytest.raises(WrongKeyError):
        connect(tmp_path / "copy.db", bytes(32))
    assert not (tmp_path / "copy.db.new").exists()
