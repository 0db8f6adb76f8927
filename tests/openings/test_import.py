"""A file goes in whole or not at all, and a second one is a difference."""

import csv
import io
import os
import signal
import subprocess
import sys
import tracemalloc
from datetime import date

import pytest

from tests.openings.room import KEY, TODAY, Room
from wardclient.openings import store
from wardclient.openings.columns import resolve
from wardclient.openings.filters import Filters
from wardclient.openings.importer import ImportReport
from wardclient.openings.problems import FileRefusedError, OpeningsError
from wardclient.openings.search import search
from wardclient.openings.sheet import get
from wardclient.openings.store import pin, unpin
from wardclient.openings.values import opening_number
from wardclient.practice.openings import header
from wardclient.storage.cipher import WrongKeyError, connect


def adds_up(report: ImportReport) -> bool:
    """Return whether every record of the file is accounted for exactly once."""
    kinds = (
        report.new,
        report.changed,
        report.unchanged,
        report.duplicates,
        report.filtered,
        report.quarantined,
    )
    return report.rows == sum(kinds)


@pytest.mark.parametrize("quote_all", [False, True])
def test_a_file_is_read_in(room: Room, quote_all: bool) -> None:
    """Every row becomes an opening, whether the file quotes everything or only where needed."""
    path, written = room.write(rows=1200, quote_all=quote_all)
    report = room.read(path)
    assert report.outcome == "done"
    assert (report.rows, report.new) == (written.rows, 1200)
    assert adds_up(report)
    assert room.one("SELECT count(*) FROM opening WHERE listed = 1") == 1200
    assert room.one("SELECT rows FROM feed") == 1200


def test_the_store_shows_no_text_on_disk(room: Room) -> None:
    """The terms of use allow no reading by third parties: nothing of an opening lies in clear text."""
    path, _ = room.write(rows=300)
    room.read(path)
    room.index()
    for file in room.folder.glob("openings.db*"):
        raw = file.read_bytes()
        assert b"SQLite format" not in raw
        assert "架空".encode() not in raw
        assert "架空".encode("cp932") not in raw


def test_a_dry_run_counts_the_same_and_changes_nothing(room: Room) -> None:
    """The figures before are the figures after."""
    first, _ = room.write(rows=300)
    room.read(first)
    before = room.content()
    second, _ = room.write(
        "day2.csv", rows=300, changed=5, vanished=3, new=4, damage={50: "short", 60: "duplicate"}
    )
    dry = room.read(second, dry_run=True)
    assert dry.outcome == "dry_run"
    assert room.content() == before
    real = room.read(second)
    assert {**_figures(dry), "outcome": "done"} == _figures(real)


def test_a_second_file_is_a_difference(room: Room) -> None:
    """New, changed, unchanged and vanished are what the generator made them."""
    first, _ = room.write(rows=600)
    room.read(first)
    second, written = room.write("day2.csv", rows=600, changed=5, vanished=3, new=4)
    report = room.read(second, file_date=date(2026, 11, 21))
    assert (report.new, report.changed, report.vanished) == (written.new, written.changed, written.vanished)
    assert (written.new, written.changed, written.vanished) == (24, 30, 18)
    assert report.unchanged == 600 - 30 - 18
    assert adds_up(report)
    gone = get(room.connection, "14990-00000001", TODAY)
    assert not gone.row.listed
    assert room.one("SELECT count(*) FROM opening") == 624


def test_what_vanished_may_come_back(room: Room) -> None:
    """An opening that a later file lists again is listed again, changed or not."""
    first, _ = room.write(rows=300)
    without, _ = room.write("day2.csv", rows=300, vanished=3)
    changed, _ = room.write("day3.csv", rows=300, changed=3)
    room.read(first)
    assert room.read(without).vanished == 9
    again = room.read(first)
    assert (again.reappeared, again.unchanged) == (9, 300)
    room.read(without)
    other = room.read(changed)
    assert (other.reappeared, other.changed) == (9, 9)
    assert room.one("SELECT count(*) FROM opening WHERE listed = 1") == 300


def test_only_openings_of_the_same_set_vanish(room: Room) -> None:
    """A set says nothing about openings it never held; one that both list belongs to the later."""
    first, _ = room.write(rows=200)
    other, _ = room.write("other.csv", rows=200, seed=2, vanished=50)
    room.read(first, set_code="M100")
    report = room.read(other, set_code="M114", file_date=date(2026, 11, 22))
    assert report.vanished == 0
    assert get(room.connection, "14990-00000901", TODAY).row.file_date == "2026-11-22"
    assert get(room.connection, "14990-00000001", TODAY).row.file_date == "2026-11-20"


def test_an_unchanged_opening_listed_by_a_fresher_set_is_as_fresh(room: Room) -> None:
    """The age that blocks referrals follows the newest file that lists the opening."""
    path, _ = room.write(rows=20)
    room.read(path, set_code="M100")
    room.read(path, set_code="M114", file_date=date(2026, 11, 24))
    assert get(room.connection, "14990-00000001", TODAY).row.file_date == "2026-11-24"


def test_the_last_of_a_duplicate_number_wins(room: Room) -> None:
    """Duplicates are counted; also when the first file already knows the number."""
    path, written = room.write(rows=120, damage={7: "duplicate", 40: "duplicate"})
    report = room.read(path)
    assert (report.new, report.duplicates, written.duplicates) == (120, 2, 2)
    plain, _ = room.write("plain.csv", rows=120)
    last = room.read(plain)
    assert (last.unchanged, last.changed) == (120, 0)
    again = room.read(path)
    assert (again.changed, again.duplicates) == (2, 2)
    assert adds_up(again)


def test_a_duplicate_far_down_the_file_is_found(room: Room) -> None:
    """The same number in another batch is a duplicate as well."""
    path, _ = room.write(rows=1100)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, _changed(lines[1]), lines[2]]))
    report = room.read(path)
    assert (report.new, report.duplicates) == (1100, 2)
    assert get(room.connection, "14990-00000001", TODAY).text("pc_skill") == "変更"


def test_only_the_wanted_municipalities_are_stored(room: Room) -> None:
    """The rest is counted, not stored; what is stored already stays up to date whatever the filter."""
    path, _ = room.write(rows=400)
    report = room.read(path, municipalities=frozenset({"14101"}))
    assert 0 < report.new < 400
    assert report.filtered == 400 - report.new
    assert room.one("SELECT count(DISTINCT place_id) FROM opening") == 1
    again = room.read(path, municipalities=frozenset({"13"}))
    assert again.unchanged == report.new
    assert again.vanished == 0
    names = {row.municipality for row in search(room.connection, "", Filters(), TODAY).rows}
    assert all(name.startswith(("東京都", "神奈川県横浜市鶴見区")) for name in names)


def test_a_cancel_leaves_everything_as_it_was(room: Room) -> None:
    """Cancelled in the second batch: nothing of the first is there, and a second run does it all."""
    first, _ = room.write(rows=200)
    room.read(first)
    before = room.content()
    big, _ = room.write("day2.csv", rows=1500, seed=2)
    asked = iter([False, True])
    report = room.read(big, cancelled=lambda: next(asked))
    assert report.outcome == "cancelled"
    assert room.content() == before
    assert room.read(big).changed == 200


def test_progress_reaches_the_end(room: Room) -> None:
    """Bytes read grow to the size of the file, rows to their number."""
    path, _ = room.write(rows=1500)
    seen: list[tuple[int, int, int]] = []
    room.read(path, on_progress=lambda *state: seen.append(state))
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size, 1500)


def test_a_program_that_dies_half_way_leaves_the_old_state(room: Room) -> None:
    """The connection goes away without a commit; the next start finds the store as it was."""
    first, _ = room.write(rows=200)
    room.read(first)
    before = room.content()
    big, _ = room.write("day2.csv", rows=1500, seed=2)

    def die(*_: int) -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        room.read(big, on_progress=die)
    room.reopen()
    assert room.content() == before
    assert room.read(big).changed == 200


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_kill_9_in_the_middle_leaves_the_old_state(room: Room) -> None:
    """A real process is killed while it writes, the cache spilled to disk; nothing is half imported."""
    first, _ = room.write(rows=200)
    room.read(first)
    before = room.content()
    big, _ = room.write("day2.csv", rows=1500, seed=2)
    room.connection.close()
    program = f"""
import os, signal, sys
from pathlib import Path
sys.path[:0] = {sys.path!r}
from tests.openings.room import KEY, Room
from wardclient.storage.cipher import connect
folder = Path({str(room.folder)!r})
connection = connect(folder / "openings.db", KEY)
connection.execute("PRAGMA cache_size=20")
def die(read, total, rows):
    if rows >= 1000:
        os.kill(os.getpid(), signal.SIGKILL)
Room(folder, connection).read(folder / "day2.csv", on_progress=die)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, env={**os.environ}, timeout=60)
    assert done.returncode == -signal.SIGKILL
    room.reopen()
    assert room.content() == before
    assert room.one("PRAGMA integrity_check") == "ok"
    assert room.read(big).changed == 200


def test_a_full_disk_is_said_and_undone(room: Room) -> None:
    """The import is refused with what to do; what was there before can still be used."""
    first, _ = room.write(rows=100)
    room.read(first)
    before = room.content()
    pages = room.one("PRAGMA page_count")
    room.connection.execute(f"PRAGMA max_page_count={int(str(pages)) + 20}")
    big, _ = room.write("day2.csv", rows=1500, seed=2)
    with pytest.raises(FileRefusedError) as refused:
        room.read(big)
    assert refused.value.problems[0].code == "disk_full"
    assert room.content() == before
    room.connection.execute("PRAGMA max_page_count=1000000")
    assert room.read(big).changed == 100


def test_an_older_file_is_refused(room: Room) -> None:
    """Yesterday's file would take back what today's said."""
    path, _ = room.write(rows=50)
    room.read(path)
    with pytest.raises(FileRefusedError) as refused:
        room.read(path, file_date=date(2026, 11, 19))
    assert refused.value.problems[0].code == "older_file"


def test_a_cut_off_file_does_not_make_openings_vanish(room: Room) -> None:
    """More than half missing is a broken download until a person says otherwise."""
    path, _ = room.write(rows=1100)
    room.read(path)
    before = room.content()
    short, _ = room.write("short.csv", rows=400)
    with pytest.raises(FileRefusedError) as refused:
        room.read(short)
    assert refused.value.problems[0].code == "shrunk"
    assert room.content() == before
    assert room.read(short, accept_shrink=True).vanished == 700


def test_an_old_version_is_kept_while_a_referral_points_at_it(room: Room) -> None:
    """The sheet that was in force at the referral can still be shown after the opening changed."""
    first, _ = room.write(rows=100)
    room.read(first)
    number = opening_number("14990-00000001")
    assert number is not None
    sheet = pin(room.connection, number)
    before = get(room.connection, "14990-00000001", TODAY)
    second, _ = room.write("day2.csv", rows=100, changed=5)
    room.read(second)
    now = get(room.connection, "14990-00000001", TODAY)
    assert now.text("pay_max_yen") != before.text("pay_max_yen")
    old = get(room.connection, "14990-00000001", TODAY, sheet_id=sheet)
    assert old.conditions == before.conditions
    assert room.one("SELECT count(*) FROM sheet") == 101
    unpin(room.connection, number)
    assert room.one("SELECT count(*) FROM sheet") == 100


def test_memory_does_not_grow_with_the_file(room: Room) -> None:
    """Ten times the rows need no more memory than a few bits each."""
    peaks = []
    for rows in (1000, 10_000):
        path, _ = room.write(f"{rows}.csv", rows=rows)
        tracemalloc.start()
        room.read(path, set_code=str(rows))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.25


def test_a_newer_store_is_not_touched(room: Room) -> None:
    """An old program refuses a file that a newer one wrote."""
    room.connection.execute(f"PRAGMA user_version={store.VERSION + 1}")
    with pytest.raises(OpeningsError) as refused:
        store.prepare(room.connection)
    assert refused.value.problems[0].code == "newer_store"


def test_the_key_is_needed(room: Room) -> None:
    """The openings file of a home opens with its own key only."""
    with pytest.raises(WrongKeyError):
        connect(room.database, KEY[::-1])


def _figures(report: ImportReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in ImportReport.__slots__}


def _changed(line: bytes) -> bytes:
    """Return a record with one more word in it, in the column of computer skills."""
    cells = next(csv.reader([line.decode("cp932")]))
    cells[resolve(header()).places["pc_skill"]] = "変更"
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("cp932")
