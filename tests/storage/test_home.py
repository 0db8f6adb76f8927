"""The home folder: one process at a time, for its owner only, and nothing readable in any file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted import find_planted
from tests.storage.histories import CASES, NOON, OTHERS, STREAMS, be, draft, index_all, opened, person
from wardclient.storage.home import Home, HomeBusyError, HomeMissingError, HomeProfile, hold
from wardclient.storage.opening import backup, open_store, rescue

ROOT = Path(__file__).parents[2]
PROFILE = HomeProfile(label="鶴見3", ward_code="14101", team="city", server="https://ward.example", unsent=1)
HOLD = """
import sys
from pathlib import Path
from wardclient.storage.home import Home, hold
held = hold(Home(Path(sys.argv[1])))
print("held", flush=True)
sys.stdin.read()
"""


def test_second_process_is_told_that_the_home_is_busy(home: Home) -> None:
    """While one process has a home open another one is refused; when the first ends, however, it is let in."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(HomeBusyError):
            hold(home, wait_seconds=0.1)
        other.kill()
        other.wait()
    hold(home, wait_seconds=5).release()


def test_short_command_waits_for_its_turn(home: Home) -> None:
    """A process that finds the home held gets it when it is given back within its patience."""
    first = hold(home)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    with other:
        first.release()
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert other.stdin is not None
        other.stdin.close()
        assert other.wait() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in its own way")
def test_home_is_for_its_owner_only(home: Home, key: bytes) -> None:
    """Folder and files cannot be read by other users of the PC."""
    hold(home).release()
    store = be(open_store(home, key))
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], person(CASES[0], "架空", "花子", "カクウ")))
    assert home.path.stat().st_mode & 0o777 == 0o700
    for file in (home.database, home.journal, home.lock):
        assert file.stat().st_mode & 0o077 == 0, file.name
    store.close()


def test_profile_comes_back(home: Home) -> None:
    """The profile is read as written, with the count that was noted since."""
    home.write_profile(PROFILE)
    home.note_unsent(4)
    found = home.read_profile()
    assert (found.label, found.unsent) == ("鶴見3", 4)
    assert home.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"label": "x"}'])
def test_unreadable_profile_is_no_home(home: Home, text: str) -> None:
    """A profile that says nothing is told as a missing home."""
    home.profile.write_text(text, encoding="utf-8")
    with pytest.raises(HomeMissingError):
        home.read_profile()


def test_profile_of_a_later_version_is_read(home: Home) -> None:
    """What a later version adds to the profile does not lock this one out."""
    home.write_profile(PROFILE)
    text = home.profile.read_text(encoding="utf-8")
    home.profile.write_text(text.replace("{", '{"colour": "blue",', 1), encoding="utf-8")
    assert home.read_profile() == PROFILE


NAMES = ("鷺沼 いろは", "鷺沼", "サギヌマ", "sagynuma-note", "0451234567890", "横浜市鶴見区架空町")


def test_nothing_in_a_home_can_be_read(home: Home, key: bytes, tmp_path: Path) -> None:
    """No name, number or text stands readable in database, WAL, shared memory, journal, backup or profile."""
    home.write_profile(PROFILE)
    store = be(open_store(home, key))
    ops = person(
        CASES[0],
        "鷺沼",
        "いろは",
        "サギヌマ イロハ",
        phone="0451234567890",
        address1="横浜市鶴見区架空町",
        alias="鷺沼 いろは",
        case_note="sagynuma-note",
    )
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], ops))
        store.apply([opened(STREAMS[1], OTHERS[0], 1, ops)])
        store.quarantine(STREAMS[0], "refused", NOON)
        store.add_draft(draft(store, STREAMS[0], ops))
    store.save_form("f", {"family_name": "鷺沼 いろは"})
    store.note_access("view", "鷺沼 いろは", NOON)
    index_all(store)
    assert store.find_cases("鷺沼いろは", mine="").total == 1
    assert (home.path / "ward.db-wal").stat().st_size > 0
    backup(store, tmp_path / "copy.db", key)
    assert find_planted([home.path, tmp_path / "copy.db"], NAMES) == []
    store.close()
    rescue(home, key)
    assert find_planted([home.path], NAMES) == []
    for file in (home.database, tmp_path / "copy.db"):
        assert not file.read_bytes().startswith(b"SQLite format 3")


def test_planted_names_would_be_found(tmp_path: Path) -> None:
    """The same search finds the names where they stand in clear text."""
    (tmp_path / "leak").write_text("鷺沼 いろは 0451234567890", encoding="utf-8")
    assert {found.needle for found in find_planted([tmp_path], NAMES)} >= {"鷺沼 いろは", "0451234567890"}
