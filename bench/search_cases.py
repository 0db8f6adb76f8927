"""Searching the cases at each keystroke, against the bare query.

Ours: `SqlStore.find_cases`: text understood (kana, romaji, numbers, dates in either calendar), own
cases first, a page of 50 frozen lines, the count up to 1,000, how far the index is. Peer: the SQL a
hand would write for the same page in the same order and the same count, its parameters ready, rows
as the driver gives them. Each typed text of the list is asked at every length from one character
on, as a person types it.

By itself: ``python bench/search_cases.py [--rows N]``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, Rounds, paired, percentile, spread, timed  # noqa: E402 - found after the path is set
from wardclient.casework.search_text import case_query_text  # noqa: E402
from wardclient.ledger.events import Put, make_event  # noqa: E402
from wardclient.practice.people import people  # noqa: E402
from wardclient.storage.case_search import CAP  # noqa: E402
from wardclient.storage.cipher import connect  # noqa: E402
from wardclient.storage.log_store import SqlStore  # noqa: E402
from wardclient.storage.projection import worker_token  # noqa: E402
from wardclient.sync.ports import OpenedEvent  # noqa: E402

NAME = "search-cases"
BAR = 1.5
PATIENCE_MS = 50
QUICK_ROWS, FULL_ROWS = 10_000, 100_000
PAGE = 50
AT_ONCE = 1_000
KEY = bytes(range(32))
TODAY = date(2026, 11, 20)
DEVICE, STAFF = b"d" * 16, b"s" * 16
DESKS = 40

FIXED = ("さとう", "takahashi", "ヤマモト ハ", "S61.4.2", "1986-04-02", "045", "14101-26-", "山", "田 花子")
_LINE = (
    "c.id, c.case_id, c.name, c.kana, c.birth_date, c.address, c.case_no, c.target_group, c.status, c.consent,"
    " c.consent_from, c.consent_until, c.consent_stream, c.caseworker, c.last_contact, c.next_on, c.conflicts"
)


def filled(path: Path, rows: int) -> tuple[SqlStore, list[str]]:
    """Return a store of ``rows`` invented cases, indexed, and texts that people would type to find some."""
    store = SqlStore(connect(path, KEY, synchronous="OFF"))
    typed = list(FIXED)
    events: list[OpenedEvent] = []
    for number, one in enumerate(people(rows, today=TODAY), 1):
        stream = number.to_bytes(16, "big")
        case = {**one.case, "case_id": stream.hex(), "caseworker_id": f"窓口{number % DESKS}"}
        if number % (rows // 8) == 1:
            typed += [str(one.person["name_kana"]), f"{one.person['family_name']}{one.person['given_name']}"]
        ops = [
            Put(entity, field, value)  # type: ignore[arg-type]  # invented values are plain
            for entity, values in (("person", one.person), ("case", case))
            for field, value in values.items()
        ]
        data = make_event(1, "open_case", number << 16, STAFF, ops)
        events.append(OpenedEvent(stream, DEVICE, 1, data, 1, number))
    rest = iter(events)
    while page := list(islice(rest, AT_ONCE)):
        with store.transaction():
            store.apply(page)
    while store.index_pending(2_000):
        pass
    return store, typed


def bare(connection: Any, query: str, mine: str) -> Callable[[], tuple[list[Any], Any]]:
    """Return the peer's work for one question: page and count by prepared SQL.

    Which of two statements gives the same page as ours, own cases first, is known beforehand.
    """
    source = "case_text t CROSS JOIN case_row c ON c.id = t.rowid WHERE case_text MATCH ?"
    page = f"SELECT {_LINE} FROM {source} ORDER BY t.rowid DESC LIMIT {CAP + 1}"  # noqa: S608 - constants
    count = f"SELECT count(*) FROM (SELECT 1 FROM case_text WHERE case_text MATCH ? LIMIT {CAP + 1})"  # noqa: S608 - constants
    given = [query]
    if connection.execute(count, given).fetchone()[0] > CAP:
        page = f"SELECT * FROM ({page}) UNION SELECT * FROM (SELECT {_LINE} FROM {source} LIMIT {CAP})"  # noqa: S608 - constants
        given = [query, f'({query}) AND "{worker_token(mine)}"']
    page = f"SELECT * FROM ({page}) ORDER BY caseworker <> ?, kana, id LIMIT {PAGE}"  # noqa: S608 - constants

    def ask() -> tuple[list[Any], Any]:
        return connection.execute(page, (*given, mine)).fetchall(), connection.execute(
            count, (query,)
        ).fetchone()

    return ask


def run(quick: bool = False, rows: int | None = None) -> Result:
    """Ask every beginning of every text in paired rounds; the figures are over all questions."""
    count = rows or (QUICK_ROWS if quick else FULL_ROWS)
    mine = "窓口7"
    ours: list[float] = []
    peer: list[float] = []
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        store, typed = filled(Path(folder) / "ward.db", count)
        made = time.perf_counter() - begin
        beginnings = {text[:length] for text in typed for length in range(1, len(text) + 1)}
        questions = sorted(text for text in beginnings if case_query_text(text) and text == text.strip())
        for text in questions:
            page = [hit.id for hit in store.find_cases(text, mine=mine, limit=PAGE).hits]
            rows_of_peer, _ = bare(store.connection, case_query_text(text), mine)()
            assert page == [row[0] for row in rows_of_peer], text
            measured = paired(
                timed(lambda: store.find_cases(text, mine=mine, limit=PAGE)),  # noqa: B023 - called at once
                timed(bare(store.connection, case_query_text(text), mine)),
                rounds=5,
            )
            ours += measured.ours
            peer += measured.peer
            slowest = max(slowest, (max(measured.ours), text))
        found = sum(store.find_cases(text, mine=mine, limit=PAGE).total > 0 for text in questions)
        store.close()
    p95 = percentile(sorted(ours), 0.95) / percentile(sorted(peer), 0.95)
    more = {
        "cases": count,
        "questions": len(questions),
        "questions_with_hits": found,
        "p95_ratio": p95,
        "patience_ms": PATIENCE_MS,
        "holds": spread(ours)["p95"] < PATIENCE_MS and p95 <= BAR,
        "sum_ratio": sum(ours) / sum(peer),
        "slowest": slowest,
        "made_seconds": made,
    }
    return Rounds(tuple(ours), tuple(peer)).result(NAME, BAR, more)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    shown = run(rows=parser.parse_args().rows)
    print(shown.line())
    print(dict(shown.more))
