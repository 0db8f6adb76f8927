"""The second journal: what was called saved can be read back, however the end of the file looks."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.storage.faults import DiskFullError
from wardclient.storage.journal import Journal, JournalEntry, salvage

KEY = bytes(range(32))
STREAM = b"s" * 16


def entry(n: int, event: bytes = b"event") -> JournalEntry:
    """Return a draft."""
    return JournalEntry(STREAM, n, event, False, 1000 + n)


def filled(path: Path, count: int = 3) -> list[JournalEntry]:
    """Write a journal of ``count`` frames, each flushed by itself."""
    journal = Journal(path, KEY)
    entries = [entry(n, b"e" * n) for n in range(1, count + 1)]
    for each in entries:
        journal.add(each)
        journal.flush()
        journal.committed()
    journal.close()
    return entries


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Drafts come back in order, and the last of a number counts."""
    entries = filled(tmp_path / "j")
    journal = Journal(tmp_path / "j", KEY)
    journal.add(entry(1, b"again"))
    journal.flush()
    journal.close()
    found = salvage(tmp_path / "j", KEY)
    assert not found.torn
    assert sorted(found.entries, key=lambda e: e.n) == [entry(1, b"again"), *entries[1:]]


def test_missing_journal_holds_nothing(tmp_path: Path) -> None:
    """No file is no unsent work."""
    assert salvage(tmp_path / "none", KEY).entries == ()


def test_other_key_reads_nothing(tmp_path: Path) -> None:
    """Without the database key a journal gives no draft, and says that it could not be read."""
    filled(tmp_path / "j")
    found = salvage(tmp_path / "j", bytes(32))
    assert found.entries == ()
    assert found.torn


@pytest.mark.parametrize("cut", range(1, 40))
def test_torn_tail_costs_only_the_torn_frame(tmp_path: Path, cut: int) -> None:
    """A file cut inside its last frame gives all frames before it."""
    entries = filled(tmp_path / "j")
    data = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(data[:-cut])
    found = salvage(tmp_path / "j", KEY)
    assert list(found.entries) == entries[:-1]
    assert found.torn


@given(st.data())
def test_flipped_bit_costs_one_frame_or_what_follows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Damage anywhere is told, invents nothing, and costs nothing that stands before it."""
    path = tmp_path_factory.mktemp("j") / "j"
    entries = filled(path)
    good = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(good) - 1))
    good[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(good)
    found = salvage(path, KEY)
    assert found.torn
    assert set(found.entries) < set(entries)
    ends = _ends(path.parent / "whole")
    assert list(found.entries)[: sum(end <= at for end in ends)] == entries[: sum(end <= at for end in ends)]


def _ends(path: Path) -> list[int]:
    """Where each frame of `filled` ends."""
    ends = []
    for count in (1, 2, 3):
        path.unlink(missing_ok=True)
        filled(path, count)
        ends.append(path.stat().st_size)
    return ends


def test_damage_in_the_middle_leaves_the_frames_after_it(tmp_path: Path) -> None:
    """A frame that does not open is left out; the ones behind it are read."""
    entries = filled(tmp_path / "j")
    first = _ends(tmp_path / "x")[0]
    data = bytearray((tmp_path / "j").read_bytes())
    data[first + 30] ^= 1
    (tmp_path / "j").write_bytes(data)
    assert list(salvage(tmp_path / "j", KEY).entries) == [entries[0], entries[2]]


@given(st.binary(max_size=200))
def test_any_bytes_are_no_journal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Arbitrary bytes give no draft and raise nothing."""
    path = tmp_path_factory.mktemp("j") / "j"
    path.write_bytes(data)
    found = salvage(path, KEY)
    assert found.entries == ()
    assert found.torn == bool(data)


def test_full_disk_leaves_no_half_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that stops half-way is cut off again, told as a full disk, and later drafts are readable."""
    entries = filled(tmp_path / "j")
    before = (tmp_path / "j").read_bytes()
    journal = Journal(tmp_path / "j", KEY)
    whole = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: whole(handle, data[: len(data) // 2]))
    journal.add(entry(4))
    with pytest.raises(DiskFullError):
        journal.flush()
    assert (tmp_path / "j").read_bytes() == before
    monkeypatch.undo()
    journal.add(entry(5))
    journal.flush()
    journal.close()
    assert list(salvage(tmp_path / "j", KEY).entries) == [*entries, entry(5)]


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_failing_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """When the system refuses to write or to flush, nothing stays of the draft and DiskFullError is raised."""
    journal = Journal(tmp_path / "j", KEY)

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, refuse)
    journal.add(entry(1))
    with pytest.raises(DiskFullError):
        journal.flush()
    monkeypatch.undo()
    journal.close()
    assert (tmp_path / "j").read_bytes() == b""


def test_replaced_journal_holds_only_what_it_was_given(tmp_path: Path) -> None:
    """`replace` leaves the given drafts and takes new ones behind them."""
    entries = filled(tmp_path / "j")
    journal = Journal(tmp_path / "j", KEY)
    journal.replace(entries[1:2])
    journal.add(entry(9))
    journal.flush()
    journal.close()
    assert list(salvage(tmp_path / "j", KEY).entries) == [entries[1], entry(9)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["j"]


def test_replacing_on_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacement that cannot be written leaves the old journal in use."""
    entries = filled(tmp_path / "j")
    journal = Journal(tmp_path / "j", KEY)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        journal.replace(())
    monkeypatch.undo()
    journal.add(entry(9))
    journal.flush()
    journal.close()
    assert list(salvage(tmp_path / "j", KEY).entries) == [*entries, entry(9)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["j"]


def test_nothing_in_a_journal_can_be_read(tmp_path: Path) -> None:
    """Neither the text of a draft nor the id of its stream stands in the file."""
    filled(tmp_path / "j")
    journal = Journal(tmp_path / "j", KEY)
    journal.add(entry(4, "架空花子".encode()))
    journal.flush()
    journal.close()
    data = (tmp_path / "j").read_bytes()
    assert "架空花子".encode() not in data
    assert STREAM not in data
