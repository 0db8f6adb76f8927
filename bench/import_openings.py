"""Reading an openings file in, against the least that any program must do for it.

Ours: wardclient.openings.importer, everything on. Peer: ``csv.reader`` over the same cp932 file and
``executemany`` of the same columns, taken as text, into the same SQLCipher tables with the same
indexes, one transaction. The peer checks nothing, converts nothing, compares nothing and
compresses nothing; both end with an emptied write-ahead log.

By itself: ``python bench/import_openings.py [--rows N]``.
"""

import argparse
import csv
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, paired  # noqa: E402 - found only after the path is set
from wardclient.openings.columns import resolve  # noqa: E402
from wardclient.openings.derive import MORE  # noqa: E402
from wardclient.openings.importer import ImportOptions, import_file  # noqa: E402
from wardclient.openings.reader import BATCH_RECORDS, RecordReader, cells_of  # noqa: E402
from wardclient.openings.store import DOCID_DAY, prepare  # noqa: E402
from wardclient.practice.openings import OpeningsSpec, write_openings  # noqa: E402
from wardclient.storage.cipher import connect  # noqa: E402

NAME = "import-openings"
BAR = 3.0
QUICK_ROWS, FULL_ROWS = 20_000, 340_000
TODAY = date(2026, 11, 20)
KEY = bytes(range(32))
COLUMNS = 24 + len(MORE)
"""Of the table of openings."""
NARROW = (
    "valid_until referral_deadline workplace_municipality_name occupation_code1 occupation_code2"
    " occupation_code3 employment_type full_part pay_min_yen pay_max_yen hours1 hours1 hours2 hours2"
    " hours3 hours3 opening_kind disclosure_scope"
)
LISTED = "job_title employer_name workplace_address base_pay_text hours1 employment_type_name full_part_name"


def bare_rows(path: Path) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield the two rows of each record, the columns as text."""
    with path.open(encoding="cp932", newline="") as stream:
        rows = csv.reader(stream)
        at = resolve(next(rows)).places
        narrow = [at[field] for field in NARROW.split()]
        listed = [at[field] for field in LISTED.split()]
        for sheet, row in enumerate(rows, 1):
            docid = TODAY.toordinal() * DOCID_DAY + sheet
            number = row[0].replace("-", "")
            yield (
                (
                    docid,
                    number,
                    sheet,
                    b"0123456789abcdef",
                    "",
                    1,
                    *[row[index] for index in narrow],
                    *row[120 : 120 + len(MORE)],
                ),
                (sheet, docid, number, 1, 1, *[row[index] for index in listed], ",".join(row)),
            )


def bare_import(path: Path, database: Path) -> float:
    """Do the peer's work; return its seconds."""
    connection = connect(database, KEY)
    prepare(connection)
    openings = f"INSERT INTO opening VALUES ({','.join('?' * COLUMNS)})"  # noqa: S608 - question marks only
    sheets = f"INSERT INTO sheet VALUES ({','.join('?' * 13)})"  # noqa: S608
    begin = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    rows = bare_rows(path)
    while batch := list(islice(rows, BATCH_RECORDS)):
        connection.executemany(openings, [narrow for narrow, _ in batch])
        connection.executemany(sheets, [listed for _, listed in batch])
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def our_import(path: Path, database: Path, rows: int) -> float:
    """Do our work; return its seconds."""
    connection = connect(database, KEY)
    prepare(connection)
    begin = time.perf_counter()
    with path.open("rb") as stream:
        report = import_file(connection, stream, path.stat().st_size, options())
    seconds = time.perf_counter() - begin
    assert report.new == rows, report
    connection.close()
    return seconds


def options() -> ImportOptions:
    """Return the options of every import measured here."""
    return ImportOptions(file_date=TODAY, imported_at=datetime(2026, 11, 20, 9, tzinfo=UTC))


def second_file(database: Path, path: Path) -> float:
    """Return the seconds of reading a file in again that has not changed at all."""
    connection = connect(database, KEY)
    begin = time.perf_counter()
    with path.open("rb") as stream:
        import_file(connection, stream, path.stat().st_size, options())
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def peak_memory(path: Path) -> float:
    """Return the peak of Python's memory while all rows are cut, decoded and split, in MB."""
    tracemalloc.start()
    with path.open("rb") as stream:
        reader = RecordReader(stream)
        for batch in reader.batches():
            cells_of(batch.records, reader.layout.width)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def run(quick: bool = False, rows: int | None = None) -> Result:
    """Measure paired rounds, three of a small file, one of the full file."""
    count = rows or (QUICK_ROWS if quick else FULL_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        path = home / "openings.csv"
        write_openings(path, OpeningsSpec(count, TODAY))
        made = iter(range(1000))

        def fresh() -> Path:
            for old in home.glob("openings-*.db*"):
                old.unlink()
            return home / f"openings-{next(made)}.db"

        measured = paired(
            lambda: our_import(path, fresh(), count),
            lambda: bare_import(path, fresh()),
            rounds=3 if count <= QUICK_ROWS * 2 else 1,
            warm_up=1 if count <= QUICK_ROWS * 2 else 0,
        )
        database = fresh()
        our_import(path, database, count)
        more = {
            "rows": count,
            "file_mb": path.stat().st_size / 1e6,
            "store_mb": database.stat().st_size / 1e6,
            "rows_per_second": count / min(measured.ours),
            "same_file_again_seconds": second_file(database, path),
            "peak_python_mb": peak_memory(path) if count <= QUICK_ROWS else None,
        }
        return measured.result(NAME, BAR, more)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    found = run(rows=parser.parse_args().rows)
    print(found.line())
    print(dict(found.more))
