"""What one change costs in a large ward, against the same change in a small one.

Both sides are our own store, once with 1,000 events and once with 100,000, in cases of 20 events
each. A change is what a save, its acceptance and the arrival of a colleague's event do to the
database: a draft written over what is shown, sealed, taken back from the log as accepted, and a
note of another device in the same case, each in its own transaction, with the read models and the
search index kept in step. The disk is not waited for (synchronous=OFF): waiting costs the same on
both sides and would hide what grows.

By itself: ``python bench/growth.py [--events N]``.
"""

import argparse
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from itertools import count as counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, paired, spread  # noqa: E402 - found only after the path is set
from wardclient.ledger.events import Op, Put, make_event  # noqa: E402
from wardclient.storage.cipher import connect  # noqa: E402
from wardclient.storage.log_store import DEVICE_KEY, SqlStore  # noqa: E402
from wardclient.sync.ports import Draft, OpenedEvent, Sealed  # noqa: E402

NAME = "growth"
BAR = 1.5
SMALL = 1_000
QUICK_EVENTS, FULL_EVENTS = 20_000, 100_000
PER_CASE = 20
CHANGES = 25
"""Changes measured as one round, each in another case."""
AT_ONCE = 1_000
KEY = bytes(range(32))
ME, OTHER, STAFF = b"m" * 16, b"o" * 16, b"s" * 16
FAMILIES = ("佐藤", "髙橋", "鷺沼", "森", "グエン", "山本", "生麦", "獅子ヶ谷")


def history(events: int) -> list[OpenedEvent]:
    """Return the accepted events of a ward: each case opened, then notes of about 600 bytes."""
    found = []
    for number in range(events):
        case, n = divmod(number, PER_CASE)
        stream = case.to_bytes(16, "big")
        ops: list[Op] = note(f"{number:032x}", n)
        if n == 0:
            person = {
                "family_name": FAMILIES[case % len(FAMILIES)],
                "given_name": f"花{case}",
                "name_kana": f"カクウ {chr(0x30A2 + case % 80)}ナコ",
                "birth_date": f"19{50 + case % 50}-0{1 + case % 9}-1{case % 10}",
                "phone": f"045000{case:06d}",
            }
            ops = [Put("case", "case_id", stream.hex()), Put("case", "status", "active")]
            ops += [Put("person", name, value) for name, value in person.items()]
        data = make_event(n + 1, "note", number << 16, STAFF, ops)
        found.append(OpenedEvent(stream, OTHER, n + 1, data, number, number + 1))
    return found


def note(note_id: str, day: int) -> list[Op]:
    """Return the writes of one note."""
    entity = f"note:{note_id}"
    return [Put(entity, "held_on", f"2026-10-{day + 1:02d}"), Put(entity, "text", "面談の記録。" * 26)]


def filled(path: Path, events: int) -> SqlStore:
    """Return a store that holds the history, reduced and indexed."""
    store = SqlStore(connect(path, KEY, synchronous="OFF"))
    with store.transaction():
        store.put(DEVICE_KEY, ME)
    past = history(events)
    for at in range(0, len(past), AT_ONCE):
        with store.transaction():
            store.apply(past[at : at + AT_ONCE])
    while store.index_pending(2_000):
        pass
    return store


def changes(store: SqlStore, events: int) -> Callable[[], float]:
    """Return a call that makes CHANGES changes, each in another case, and answers the seconds of one."""
    cases, apart = SMALL // PER_CASE, events // SMALL
    done = counter(1)

    def measure() -> float:
        begin = time.perf_counter()
        for _ in range(CHANGES):
            number = next(done)
            # As many cases on both sides, so that their histories grow alike; they lie far apart in the large ward.
            stream = (number * 7 % cases * apart).to_bytes(16, "big")
            change(store, stream, events + number)
        return (time.perf_counter() - begin) / CHANGES

    return measure


def change(store: SqlStore, stream: bytes, at: int) -> None:
    """Save, have it accepted, and take over what a colleague wrote meanwhile."""
    over = store.registers(stream, "person")["phone"].versions
    n = store.next_n(stream)
    data = make_event(n, "edit", at << 16, STAFF, [Put("person", "phone", f"0451{at:08d}", over)])
    with store.transaction():
        store.add_draft(Draft(stream, n, data, cas=False, created_ms=at))
    with store.transaction():
        store.put_sealed(Sealed(stream, b"h" * 32, data, data, (), n, n, 0))
    with store.transaction():
        store.apply([OpenedEvent(stream, ME, n, data, at, at)])
        store.clear_sealed(stream, accepted=True)
    theirs = store.last_n(stream, OTHER) + 1
    written = make_event(theirs, "note", at << 16, STAFF, note(f"{at:032x}", 0))
    with store.transaction():
        store.apply([OpenedEvent(stream, OTHER, theirs, written, at, at)])


def memory(measure: Callable[[], float]) -> float:
    """Return the megabytes of Python memory that a round of changes takes at its highest."""
    tracemalloc.start()
    measure()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def run(quick: bool = False, events: int | None = None) -> Result:
    """Measure the large ward and the small one in turn."""
    large = events or (QUICK_EVENTS if quick else FULL_EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        stores = {size: filled(Path(folder) / f"{size}.db", size) for size in (SMALL, large)}
        sides = {size: changes(store, size) for size, store in stores.items()}
        measured = paired(sides[large], sides[SMALL], rounds=9 if quick else 21)
        peaks = {size: memory(side) for size, side in sides.items()}
        for store in stores.values():
            store.close()
    more = {
        "events": (SMALL, large),
        "changes_in_a_round": CHANGES,
        "slowest_round_ms": spread(measured.ours)["greatest"],
        "python_mb_at_most": peaks,
    }
    return measured.result(NAME, BAR, more)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=QUICK_EVENTS)
    shown = run(events=parser.parse_args().events)
    print(shown.line())
    print(dict(shown.more))
