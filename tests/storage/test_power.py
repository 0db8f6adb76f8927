"""Power cuts and full disks: what was called saved is there, and nothing is half there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.histories import (
    CASES,
    ME,
    NOON,
    OTHERS,
    STREAMS,
    accept,
    be,
    draft,
    everything,
    opened,
    person,
    sealed_of,
)
from wardclient.ledger.events import Put
from wardclient.storage.cipher import connect
from wardclient.storage.faults import DiskFullError
from wardclient.storage.home import Home
from wardclient.storage.journal import salvage
from wardclient.storage.log_store import SqlStore
from wardclient.storage.opening import open_store, rescue

OPS = person(CASES[0], "架空", "花子", "カクウ ハナコ")

KILLED = """
import os, sys
from pathlib import Path
from tests.storage.histories import CASES, STREAMS, be, draft, person
from wardclient.ledger.events import Put
from wardclient.storage.home import Home
from wardclient.storage.opening import open_store

store = be(open_store(Home(Path(sys.argv[1])), bytes(range(32))))
with store.transaction():
    store.add_draft(draft(store, STREAMS[0], person(CASES[0], "架空", "花子", "カクウ")))
print("saved", flush=True)
if sys.argv[2] == "committed":
    os.kill(os.getpid(), 9)
if sys.argv[2] == "journal":
    before = store._journal.flush
    def flush():
        before()
        os.kill(os.getpid(), 9)
    store._journal.flush = flush
with store.transaction():
    store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0450000000")]))
    if sys.argv[2] == "inside":
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal 9")
@pytest.mark.parametrize("moment", ["committed", "inside", "journal"])
def test_kill_keeps_what_was_saved_and_nothing_half(home: Home, key: bytes, moment: str) -> None:
    """Killed after a save, inside the next one, or between journal and commit: the first is whole, the next is not."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.path), moment],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(("src", "."))},
    )
    assert ended.stdout == "saved\n", ended.stderr
    assert ended.returncode == -9
    salvaged = [e.n for e in salvage(home.journal, key).entries]
    assert salvaged == ([1, 2] if moment == "journal" else [1])
    store = open_store(home, key)
    assert [d.n for d in store.drafts(STREAMS[0])] == [1]
    assert store.next_n(STREAMS[0]) == 2
    assert "phone" not in store.person_of(CASES[0])
    hit = store.case_hit(CASES[0])
    assert hit is not None
    assert hit.name == "架空\u3000花子"
    # The number is used for the next draft, in the journal too.
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0451111111")]))
    drafts = {d.n: d.event for d in store.drafts(STREAMS[0])}
    store.close()
    assert {e.n: e.event for e in salvage(home.journal, key).entries} == drafts


def test_full_journal_keeps_the_draft_out_of_the_database(
    store: SqlStore, home: Home, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the journal cannot be written the transaction is undone: both have it or neither."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    before = everything(store)

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        with pytest.raises(DiskFullError), store.transaction():
            store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0450000000")]))
    assert everything(store) == before
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0451111111")]))
    assert [e.n for e in salvage(home.journal, key).entries] == [1, 2]


def test_full_disk_undoes_the_whole_transaction(store: SqlStore, home: Home, key: bytes) -> None:
    """SQLite out of room: DiskFullError, tables and journal as before, and work goes on once there is room."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    before, journal = everything(store), home.journal.read_bytes()
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count={pages}")

    def bulk() -> None:
        with store.transaction():
            for i in range(200):
                name = person(f"{i:032x}", "架空", f"花子{i}", "カクウ ハナコ", address1="鶴見区" * 50)
                store.add_draft(draft(store, i.to_bytes(16, "big"), name))

    with pytest.raises(DiskFullError):
        bulk()
    assert everything(store) == before
    assert home.journal.read_bytes() == journal
    store.connection.execute("PRAGMA max_page_count=1000000")
    bulk()
    assert store.unsent()[0] == 201


def test_full_disk_at_any_page_leaves_no_half(tmp_path: Path) -> None:
    """Wherever the room ends, a page of the log is taken over whole or not at all."""
    outcomes = set()
    for room in range(0, 40, 3):
        store = be(SqlStore(connect(tmp_path / f"{room}.db", bytes(32))))
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count={pages + room}")
        before = everything(store)
        events = [
            opened(i.to_bytes(16, "big"), OTHERS[0], 1, person(f"{i:032x}", "架空", "花子", "カクウ" * 30))
            for i in range(30)
        ]
        try:
            with store.transaction():
                store.apply(events)
            outcomes.add("whole")
            assert store.find_cases("", mine="").total == 30
        except DiskFullError:
            outcomes.add("none")
            assert everything(store) == before
        store.close()
    assert outcomes == {"whole", "none"}


def test_accepted_work_leaves_the_journal(store: SqlStore, home: Home, key: bytes) -> None:
    """Once everything is accepted the journal is empty."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
        store.put_sealed(sealed_of(store, STREAMS[0]))
    assert len(salvage(home.journal, key).entries) == 1
    accept(store, STREAMS[0], wseq=1)
    assert home.journal.read_bytes() == b""


def test_shredded_work_leaves_the_journal(store: SqlStore, home: Home, key: bytes) -> None:
    """Drafts of a shredded stream go from the journal, too; those of others stay."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
        store.add_draft(draft(store, STREAMS[1], OPS))
    with store.transaction():
        store.shred(STREAMS[0])
    assert [e.stream for e in salvage(home.journal, key).entries] == [STREAMS[1]]


def test_torn_journal_is_mended_at_the_next_start(home: Home, key: bytes) -> None:
    """After a power cut inside a frame, drafts that are written later can be read back."""
    store = be(open_store(home, key))
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    store.close()
    with home.journal.open("ab") as file:
        file.write((500).to_bytes(4, "big") + b"half a frame")
    store = open_store(home, key)
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0450000000")]))
    store.close()
    found = salvage(home.journal, key)
    assert not found.torn
    assert [e.n for e in found.entries] == [1, 2]


def test_lost_journal_is_written_again_from_the_database(home: Home, key: bytes) -> None:
    """A journal that is missing at the start is made anew from the drafts."""
    store = be(open_store(home, key))
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    store.close()
    home.journal.unlink()
    open_store(home, key).close()
    assert [e.n for e in salvage(home.journal, key).entries] == [1]


def test_database_put_back_in_time_does_not_cost_journaled_work(home: Home, key: bytes) -> None:
    """Drafts that only the journal knows stay in it over a start, and a rescue brings them to the tray."""
    be(open_store(home, key)).close()
    old = home.database.read_bytes()
    store = open_store(home, key)
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    store.close()
    home.database.write_bytes(old)
    open_store(home, key).close()
    assert [e.n for e in salvage(home.journal, key).entries] == [1]
    assert [d.n for d in rescue(home, key).drafts] == [1]


def test_work_that_had_arrived_leaves_the_tray(home: Home, key: bytes) -> None:
    """A salvaged draft that comes back from the log was sent after all: it is shown once, in its case."""
    store = be(open_store(home, key))
    with store.transaction():
        made = draft(store, STREAMS[0], OPS)
        store.add_draft(made)
        store.add_draft(draft(store, STREAMS[0], [Put("person", "phone", "0450000000")]))
    store.close()
    rescue(home, key)
    store = open_store(home, key)
    assert [q.n for q in store.quarantined()] == [1, 2]
    assert store.next_n(STREAMS[0]) == 3
    with store.transaction():
        store.apply([opened(STREAMS[0], ME, 1, OPS, at_ms=NOON)])
    assert [q.n for q in store.quarantined()] == [2]
    assert store.person_of(CASES[0])["family_name"] == "架空"
    store.close()
