"""A day's difference of the openings feed on a second PC, against the least that must be done for it.

Ours: the chunks of one step opened, checked against their names, taken by the door that files take, the
listing hashed and compared, committed (wardclient.openings.feed_apply). Peer: one gzip of the same changed
rows as they stand in the state's file and of the numbers gone, unpacked and upserted into the same SQLCipher
tables with ``executemany``: no signature, no comparison, no conversion, no check. Both end with an emptied
write-ahead log. Bytes carried are compared in the same way. Memory is the peak of a process of its own for
each of reading the file in, packing the base, and taking it over, at two sizes: it must not grow with the
rows. The network is left out of both.

By itself: ``python bench/feed.py [--rows N]``.
"""

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, paired  # noqa: E402 - found only after the path is set
from bench.import_openings import COLUMNS, KEY, bare_import, bare_rows  # noqa: E402
from wardclient.openings.feed_apply import apply_feed  # noqa: E402
from wardclient.openings.feed_pack import extent, note_published, pack  # noqa: E402
from wardclient.openings.feed_state import listing, set_mark  # noqa: E402
from wardclient.openings.importer import ImportOptions, import_file  # noqa: E402
from wardclient.openings.store import hold_little, prepare  # noqa: E402
from wardclient.practice.openings import OpeningsSpec, write_openings  # noqa: E402
from wardclient.storage.cipher import connect  # noqa: E402
from wardproto.feed import FeedManifest, FeedStep, Signed  # noqa: E402
from wardproto.wire import decode, encode  # noqa: E402

NAME = "feed"
BAR = 3.0
BYTES_BAR, MEMORY_BAR = 1.5, 1.25
SMALL_ROWS, QUICK_ROWS, FULL_ROWS = 20_000, 20_000, 340_000
QUICK_SMALL = 5_000
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SET, WARD, DEVICE, ENVELOPE = "M100", b"w" * 16, b"d" * 16, b"envelope"
DAY = {"new": 1, "changed": 1, "vanished": 1}
"""Per cent of the rows that a day brings."""


def store(path: Path) -> Any:
    """Return a connection to a store of openings."""
    connection = connect(path, KEY)
    prepare(connection)
    hold_little(connection)
    return connection


def read_in(home: Path, day: int) -> None:
    """Read a day's file in at the first PC."""
    connection, path = store(home / "first.db"), home / f"day{day}.csv"
    options = ImportOptions(TODAY + timedelta(days=day), NOW, file_name=path.name, set_code=SET)
    with path.open("rb") as stream:
        import_file(connection, stream, path.stat().st_size, options)
    connection.close()


def publish(home: Path, day: int) -> None:
    """Pack what the first PC has to tell into chunks, one file each, and a manifest."""
    connection = store(home / "first.db")
    whole = day == 1
    size = extent(connection, SET, whole=whole)
    names, held = [], 0
    (home / "chunks").mkdir(exist_ok=True)
    for each in pack(connection, SET, whole=whole):
        name = sha256(each.packed).digest()
        (home / "chunks" / name.hex()).write_bytes(each.packed)
        names.append(name)
        held += len(each.packed)
    before = () if whole else manifest_of(home, day - 1).steps
    previous = b"" if whole else sha256(encode(manifest_of(home, day - 1))).digest()
    file_date = (TODAY + timedelta(days=day)).isoformat()
    kept = [FeedStep(s.number, previous, s.file_date, s.chunks, s.records, s.gone, s.size) for s in before]
    own = FeedStep(day, b"", file_date, tuple(names), size.records, size.gone, held)
    connection.execute("BEGIN IMMEDIATE")
    note_published(connection, SET)
    count, numbers = listing(connection)
    manifest = FeedManifest(WARD, day, previous, DEVICE, 0, SET, file_date, "s", count, numbers, (*kept, own))
    (home / f"manifest{day}").write_bytes(encode(manifest))
    set_mark(connection, manifest, sha256(encode(manifest)).digest(), ENVELOPE, NOW)
    connection.execute("COMMIT")
    connection.close()


def manifest_of(home: Path, day: int) -> FeedManifest:
    """Return what was published on a day."""
    return decode((home / f"manifest{day}").read_bytes(), FeedManifest)


def take(home: Path, day: int, name: str = "second.db") -> float:
    """Take a publication over at the second PC; return the seconds."""
    connection = store(home / name)
    manifest = manifest_of(home, day)
    offered = Signed(manifest, sha256(encode(manifest)).digest(), ENVELOPE)
    begin = time.perf_counter()
    report = apply_feed(connection, offered, lambda n: (home / "chunks" / n.hex()).read_bytes(), NOW)
    seconds = time.perf_counter() - begin
    assert report.outcome == "done", report
    connection.close()
    return seconds


# --- the peer


def records_of(path: Path) -> Iterator[list[str]]:
    """Yield the header and the records of a file."""
    with path.open(encoding="cp932", newline="") as stream:
        yield from csv.reader(stream)


def digest_of(record: list[str]) -> bytes:
    """Return what tells one record from another."""
    return sha256("\x00".join(record).encode()).digest()[:12]


def peer_parcel(home: Path) -> Path:
    """Write what the peer carries: gzip of the changed records and of the numbers gone; return the file."""
    first = records_of(home / "day1.csv")
    next(first)
    known, before = set(), set()
    for record in first:
        known.add(digest_of(record))
        before.add(record[0])
    second = records_of(home / "day2.csv")
    with (home / "changed.csv").open("w", encoding="cp932", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(next(second))
        for record in second:
            before.discard(record[0])
            if digest_of(record) not in known:
                writer.writerow(record)
    gone = sorted(int(number.replace("-", "")) for number in before)
    parcel = home / "parcel.gz"
    parcel.write_bytes(gzip.compress((home / "changed.csv").read_bytes(), 6))
    (home / "gone.gz").write_bytes(gzip.compress(json.dumps(gone).encode(), 6))
    return parcel


def peer_upsert(home: Path, database: Path, rows: int) -> float:
    """Do the peer's work; return its seconds."""
    connection = connect(database, KEY)
    openings = f"INSERT OR REPLACE INTO opening VALUES ({','.join('?' * COLUMNS)})"  # noqa: S608 - question marks
    sheets = f"INSERT OR REPLACE INTO sheet VALUES ({','.join('?' * 13)})"  # noqa: S608
    begin = time.perf_counter()
    unpacked = home / "unpacked.csv"
    unpacked.write_bytes(gzip.decompress((home / "parcel.gz").read_bytes()))
    gone = json.loads(gzip.decompress((home / "gone.gz").read_bytes()))
    connection.execute("BEGIN IMMEDIATE")
    both = list(bare_rows(unpacked))
    at = rows + 1
    connection.executemany(
        openings, [(narrow[0] + at, narrow[1], narrow[2] + at, *narrow[3:]) for narrow, _ in both]
    )
    connection.executemany(sheets, [(wide[0] + at, wide[1] + at, *wide[2:]) for _, wide in both])
    connection.executemany("UPDATE opening SET listed = 0 WHERE number = ?", [(number,) for number in gone])
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


# --- measuring


def peak_mb() -> float:
    """Return the most memory that this process ever held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text(encoding="ascii").splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def alone(stage: str, home: Path, day: int) -> float:
    """Do a stage in a process of its own; return its peak in MB."""
    command = (sys.executable, str(Path(__file__)), "--stage", stage, "--home", str(home), "--day", str(day))
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def prepared(home: Path, rows: int) -> dict[str, float]:
    """Write two days, take the first one over at the second PC; return the peaks of each stage in MB."""
    for day, spec in ((1, {}), (2, DAY)):
        write_openings(home / f"day{day}.csv", OpeningsSpec(rows, TODAY, **spec))  # type: ignore[arg-type]
    return {stage: alone(stage, home, 1) for stage in ("import", "publish", "apply")}


def run(quick: bool = False, rows: int | None = None) -> Result:
    """Measure at both sizes; rounds of the day's difference at the larger one."""
    count = rows or (QUICK_ROWS if quick else FULL_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        small, home = Path(folder) / "small", Path(folder) / "large"
        small.mkdir()
        home.mkdir()
        low = prepared(small, QUICK_SMALL if quick else SMALL_ROWS)
        shutil.rmtree(small)
        high = prepared(home, count)
        for stage in ("import", "publish"):
            alone(stage, home, 2)
        parcel = peer_parcel(home)
        bare_import(home / "day1.csv", home / "bare.db")
        (home / "day1.csv").unlink()

        def again(name: str) -> Path:
            for old in home.glob("round-*"):
                old.unlink()
            shutil.copy(home / name, home / f"round-{name}")
            return home / f"round-{name}"

        measured = paired(
            lambda: take(home, 2, again("second.db").name),
            lambda: peer_upsert(home, again("bare.db"), count),
            rounds=3,
            warm_up=1,
        )
        step = manifest_of(home, 2).steps[-1]
        peer_bytes = parcel.stat().st_size + (home / "gone.gz").stat().st_size
        growth = {stage: high[stage] / low[stage] for stage in high}
        ratio = step.size / peer_bytes
        more = {
            "rows": count,
            "delta_records": step.records,
            "delta_gone": step.gone,
            "delta_bytes": step.size,
            "peer_bytes": peer_bytes,
            "bytes_ratio": ratio,
            "base_mb": manifest_of(home, 2).steps[0].size / 1e6,
            "peak_mb_small": low,
            "peak_mb_large": high,
            "growth": growth,
            "holds": ratio <= BYTES_BAR and max(growth.values()) <= MEMORY_BAR,
        }
        return measured.result(NAME, BAR, more)


STAGES: Mapping[str, Callable[[Path, int], object]] = {"import": read_in, "publish": publish, "apply": take}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, or do one stage and print its peak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    parser.add_argument("--stage", choices=tuple(STAGES))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--day", type=int)
    given = parser.parse_args(arguments)
    if given.stage:
        STAGES[given.stage](given.home, given.day)
        print(peak_mb())
        return
    found = run(rows=given.rows)
    print(found.line())
    print(dict(found.more))


if __name__ == "__main__":
    main()
