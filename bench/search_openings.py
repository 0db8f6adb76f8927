"""Searching the openings at each keystroke, against the bare query.

Ours: wardclient.openings.search: text understood, codes checked, one page of 50 frozen rows, the
count up to 1,000, the age of the file, how far the index is. Peer: the SQL a hand would write for
the same page and the same count, its parameters ready, rows as the driver gives them. Each typed
text of the list is asked at every length from one character on, as a person types it.

By itself: ``python bench/search_openings.py [--rows N]``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, Rounds, paired, spread  # noqa: E402 - found only after the path is set
from wardclient.openings.filters import Filters, conditions  # noqa: E402
from wardclient.openings.importer import ImportOptions, import_file  # noqa: E402
from wardclient.openings.indexer import index_pending  # noqa: E402
from wardclient.openings.query import understand  # noqa: E402
from wardclient.openings.search import COUNT_CAP, search  # noqa: E402
from wardclient.openings.store import prepare  # noqa: E402
from wardclient.practice.openings import OpeningsSpec, write_openings  # noqa: E402
from wardclient.storage.cipher import connect  # noqa: E402

NAME = "search-openings"
BAR = 1.5
PATIENCE_MS = 50
QUICK_ROWS, FULL_ROWS = 20_000, 200_000
PAGE = 50
TODAY = date(2026, 11, 20)
KEY = bytes(range(32))

TYPED = (
    "調理補助 保育園",
    "夜勤専従",
    "髙ノ宮製作所31",
    "清掃 -病院",
    "看護 OR 介護",
    "マイカー通勤可",
    "架空鶴見駅",
    "担当者番号4711",
    "倉庫内ピッキング",
    "普通自動車運転免許",
)
FILTERS = (
    ("", Filters()),
    ("", Filters(municipalities=("14101",))),
    ("", Filters(occupations=("055",), full_part="part", pay_floor_hour=1300)),
    ("調理", Filters(municipalities=("14101", "14102"), full_part="part")),
    ("清掃", Filters(starts_from="9:00", ends_by="18:00")),
    ("", Filters(occupations=("09", "15"), pay_floor_month=250_000, within_days=7)),
    ("", Filters(municipalities=("01",), occupations=("092",), pay_floor_month=259_000, within_days=80)),
    ("", Filters(age=58)),
    ("", Filters(traits=("two_days_off", "car"))),
    ("介護", Filters(traits=("no_experience",), overtime_most=10)),
    ("", Filters(avoid=("shift",), days_off=("土", "日"), full_part="full")),
    ("", Filters(industries=("P85",), municipalities=("14",))),
    ("", Filters(station="鶴見")),
    ("", Filters(employer="横浜")),
    ("清掃", Filters(employer="会")),
    ("清掃", Filters(holidays_least=110, staff_most=100, base_pay_only=True, pay_floor_month=180_000)),
)

_LINE = (
    "SELECT o.docid, o.number, o.listed, o.valid_until, o.deadline, o.kind, o.scope, m.name, s.title,"
    " s.employer, s.place, s.pay, s.hours, s.employment, s.full_part"
)
_WIDE = " JOIN sheet s ON s.sheet_id = o.sheet_id JOIN municipality m ON m.place_id = o.place_id"


def questions() -> list[tuple[str, Filters]]:
    """Return what is asked: every beginning of every typed text, then the filters."""
    typed = [(text[:length], Filters()) for text in TYPED for length in range(1, len(text) + 1)]
    return [question for question in typed if not question[0].endswith((" ", "-"))] + list(FILTERS)


def bare(connection: Any, text: str, filters: Filters) -> Callable[[], object]:
    """Return the peer's work for one question: page and count by prepared SQL."""
    where = conditions(connection, filters, TODAY)
    match = understand(text).match
    tests = (["opening_text MATCH ?"] if match else []) + where.sql
    parameters = [*([match] if match else []), *where.parameters]
    source = "opening_text t CROSS JOIN opening o ON o.docid = t.rowid" if match else "opening o"
    condition = f" WHERE {' AND '.join(tests)}"
    order = "t.rowid" if match else "o.docid"
    page = f"{_LINE} FROM {source}{_WIDE}{condition} ORDER BY {order} DESC LIMIT {PAGE}"
    count = f"SELECT count(*) FROM (SELECT 1 FROM {source}{condition} LIMIT {COUNT_CAP + 1})"  # noqa: S608

    def ask() -> object:
        return connection.execute(page, parameters).fetchall(), connection.execute(
            count, parameters
        ).fetchone()

    return ask


def filled(home: Path, rows: int) -> Any:
    """Return a store of ``rows`` openings, indexed."""
    path = home / "openings.csv"
    write_openings(path, OpeningsSpec(rows, TODAY))
    connection = connect(home / "openings.db", KEY)
    prepare(connection)
    with path.open("rb") as stream:
        import_file(
            connection,
            stream,
            path.stat().st_size,
            ImportOptions(file_date=TODAY, imported_at=datetime(2026, 11, 20, 9, tzinfo=UTC)),
        )
    path.unlink()
    while index_pending(connection):
        pass
    return connection


def run(quick: bool = False, rows: int | None = None) -> Result:
    """Ask every question in paired rounds; the figures are medians over all questions."""
    count = rows or (QUICK_ROWS if quick else FULL_ROWS)
    ours: list[float] = []
    peer: list[float] = []
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        connection = filled(Path(folder), count)
        made = time.perf_counter() - begin
        for text, filters in questions():
            measured = paired(
                _seconds(lambda: search(connection, text, filters, TODAY)),  # noqa: B023 - called at once
                _seconds(bare(connection, text, filters)),
                rounds=5,
            )
            assert search(connection, text, filters, TODAY).index_behind == 0
            ours += measured.ours
            peer += measured.peer
            slowest = max(slowest, (max(measured.ours), f"{text} {filters}"))
        connection.close()
    every = Rounds(tuple(ours), tuple(peer))
    p95 = spread(ours)["p95"]
    more = {
        "openings": count,
        "questions": len(questions()),
        "p95_ms": p95,
        "patience_ms": PATIENCE_MS,
        "holds": p95 < PATIENCE_MS,
        "sum_ratio": sum(ours) / sum(peer),
        "slowest": slowest,
        "made_seconds": made,
    }
    return every.result(NAME, BAR, more)


def _seconds(work: Callable[[], object]) -> Callable[[], float]:
    def measure() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    return measure


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    found = run(rows=parser.parse_args().rows)
    print(found.line())
    print(dict(found.more))
