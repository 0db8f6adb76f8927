"""Read models, live and rebuilt: the same rows whatever happened, in whatever order."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.simulation.memory_store import MemoryStore
from tests.storage.histories import (
    CASES,
    ME,
    NOON,
    OTHERS,
    STREAMS,
    accept,
    be,
    event,
    index_all,
    opened,
    person,
    picture,
    sealed_of,
)
from wardclient.ledger import reduce
from wardclient.ledger.events import Add, Adopt, Del, Op, Put, Rec, Version
from wardclient.ledger.reduce import Place
from wardclient.ledger.registers import Register
from wardclient.storage import log_store
from wardclient.storage.cipher import connect
from wardclient.storage.home import Home
from wardclient.storage.log_store import SqlStore
from wardclient.storage.opening import open_store
from wardclient.storage.unreduced import BULK
from wardclient.sync.ports import Draft, OpenedEvent

ENTITIES = ("case", "person", "disclosure", "note:1", "session:2", "consent:3")
FIELDS = {
    "case": ("case_id", "status", "caseworker_id", "case_no"),
    "person": ("family_name", "name_kana", "birth_date", "phone"),
    "disclosure": ("case_id", "owner"),
    "note:1": ("held_on", "text"),
    "session:2": ("held_on", "next_on"),
    "consent:3": ("state", "stream", "valid_until"),
}
VALUES = ("", "架空", "鶴見", "2026-04-02", "active", None)


@dataclass
class Pair:
    """The store under test and the simulation's, fed alike."""

    sql: SqlStore
    memory: MemoryStore
    wseq: int = 0
    next_n: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    written: dict[Place, list[Version]] = field(default_factory=dict)
    """Versions that others may have seen: accepted ones."""
    closed: set[bytes] = field(default_factory=set)

    def each(self, act: Any) -> None:
        """Do the same to both, in one transaction each."""
        for store in (self.sql, self.memory):
            with store.transaction():
                act(store)

    def remote(self, stream: bytes, author: bytes, ops: list[Op]) -> None:
        """An event of another device arrives."""
        self.wseq += 1
        n = self.next_n[stream, author] = self.next_n.get((stream, author), 0) + 1
        each = opened(stream, author, n, ops, wseq=self.wseq, at_ms=NOON + self.wseq)
        each = structs.replace(each, decoded=reduce.decode_event(each.event))
        self._note(stream, each)
        self.each(lambda store: store.apply([each]))

    def _note(self, stream: bytes, each: OpenedEvent) -> None:
        assert each.decoded is not None
        for index, op in enumerate(each.decoded.ops):
            if isinstance(op, Put | Add):
                place = (stream, op.entity, op.field if isinstance(op, Put) else op.set)
                self.written.setdefault(place, []).append((each.author, each.n, index))

    def draft(self, stream: bytes, ops: list[Op]) -> None:
        """This PC writes."""
        n = self.sql.next_n(stream)
        assert n == self.memory.next_n(stream)
        made = Draft(stream, n, event(n, ops, at_ms=NOON + n), cas=False, created_ms=NOON + n)
        self.each(lambda store: store.add_draft(made))

    def seal(self, stream: bytes) -> None:
        """The drafts of a stream go into a block."""
        if self.sql.drafts(stream) and self.sql.sealed(stream) is None:
            sealed = sealed_of(self.sql, stream)
            self.each(lambda store: store.put_sealed(sealed))

    def answer(self, stream: bytes, *, accepted: bool) -> None:
        """The block is accepted, or refused for now."""
        sealed = self.sql.sealed(stream)
        if sealed is None:
            return
        if not accepted:
            self.each(lambda store: store.clear_sealed(stream, accepted=False))
            return
        self.wseq += 1
        wseq, at_ms = self.wseq, NOON + self.wseq
        done = [d for d in self.sql.drafts(stream) if d.n <= sealed.last_n]
        events = [
            OpenedEvent(stream, ME, d.n, d.event, at_ms, wseq, reduce.decode_event(d.event)) for d in done
        ]

        def act(store: Any) -> None:
            store.apply(events)
            store.clear_sealed(stream, accepted=True)

        self.each(act)
        for each in events:
            self._note(stream, each)

    def quarantine(self, stream: bytes, *, part: bool) -> None:
        """Unsent work goes to the tray, all of it or its first event."""
        drafts = self.sql.drafts(stream)
        last = drafts[0].n if drafts and part else None
        self.each(lambda store: store.quarantine(stream, "refused", NOON, last))

    def shred(self, stream: bytes) -> None:
        """The stream is deleted; it takes nothing more."""
        self.closed.add(stream)
        self.each(lambda store: store.shred(stream))


@st.composite
def operations(draw: st.DrawFn, pair: Pair, stream: bytes) -> list[Op]:
    """Draw the operations of one event; some replace what an accepted one wrote in the same place."""
    entity = draw(st.sampled_from(ENTITIES))
    ops: list[Op] = []

    def over(name: str) -> tuple[Version, ...]:
        known = pair.written.get((stream, entity, name), [])
        return tuple(draw(st.lists(st.sampled_from(known), max_size=3, unique=True))) if known else ()

    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("put", "put", "put", "add", "del", "rec")))
        if kind == "put":
            name = draw(st.sampled_from(FIELDS[entity]))
            value = draw(st.sampled_from(CASES if name == "case_id" else VALUES))
            ops.append(Put(entity, name, value, over(name)))
        elif kind == "add":
            ops.append(Add(entity, "tags", draw(st.sampled_from(("a", "b")))))
        elif kind == "del":
            ops.append(Del(entity, "tags", over("tags")))
        else:
            ops.append(Rec(entity, "evidence", draw(st.binary(max_size=3))))
    return ops


def same_answers(pair: Pair) -> None:
    """Both stores answer every question of the core alike."""
    sql, memory = pair.sql, pair.memory
    assert sql.unsent() == memory.unsent()
    assert set(sql.outbox_streams()) == set(memory.outbox_streams())
    assert sorted(sql.quarantined(), key=repr) == sorted(memory.quarantined(), key=repr)
    for stream in STREAMS:
        assert list(sql.drafts(stream)) == list(memory.drafts(stream))
        assert sql.sealed(stream) == memory.sealed(stream)
        assert sql.next_n(stream) == memory.next_n(stream)
        for entity in ENTITIES:
            ours = {name: r for name, r in sql.registers(stream, entity).items() if r != Register()}
            theirs = {
                place[2]: memory.register(place)
                for place in memory.places(stream)
                if place[1] == entity and memory.register(place) != Register()
            }
            assert ours == theirs
        if stream not in pair.closed:
            for author in (ME, *OTHERS):
                assert sql.last_n(stream, author) == memory.last_n(stream, author)


@settings(max_examples=60)
@given(st.data())
def test_live_rows_equal_rebuilt_rows(data: st.DataObject) -> None:
    """After any history the live tables equal those made anew from the events, and the simulation's state."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # At 1 everything from others is left for later, at 2 and more what is handed over alone is not.
        patch.setattr(log_store, "BULK", data.draw(st.sampled_from((1, 2))))
        pair = Pair(be(SqlStore(connect(Path(folder) / "x.db", bytes(32)))), MemoryStore())
        pair.each(lambda store: store.put("device", ME))
        try:
            for _ in range(data.draw(st.integers(1, 14))):
                open_streams = [s for s in STREAMS[:3] if s not in pair.closed]
                if open_streams:
                    _step(data, pair, data.draw(st.sampled_from(open_streams)))
            same_answers(pair)
            live = picture(pair.sql)
            pair.sql.rebuild()
            assert picture(pair.sql) == live
        finally:
            pair.sql.close()


def _step(data: st.DataObject, pair: Pair, stream: bytes) -> None:
    step = data.draw(
        st.sampled_from(
            ("remote",) * 4
            + ("draft",) * 4
            + ("seal", "seal", "accept", "accept", "refuse", "quarantine", "part", "index", "adopt", "shred")
        )
    )
    if step == "remote":
        pair.remote(stream, data.draw(st.sampled_from(OTHERS)), data.draw(operations(pair, stream)))
    elif step == "draft":
        pair.draft(stream, data.draw(operations(pair, stream)))
    elif step == "seal":
        pair.seal(stream)
    elif step in ("accept", "refuse"):
        pair.answer(stream, accepted=step == "accept")
    elif step in ("quarantine", "part"):
        pair.quarantine(stream, part=step == "part")
    elif step == "index":
        index_all(pair.sql)
    elif step == "adopt":
        inner = event(pair.next_n.get((stream, OTHERS[1]), 0) + 1, data.draw(operations(pair, stream)))
        pair.next_n[stream, OTHERS[1]] = pair.next_n.get((stream, OTHERS[1]), 0) + 1
        pair.remote(stream, OTHERS[0], [Adopt(OTHERS[1], b"s" * 16, b"b" * 32, (inner,))])
    else:
        pair.shred(stream)


def test_undone_opening_of_a_case_leaves_no_row(store: SqlStore) -> None:
    """A case whose opening goes to the tray is not on the list any more, and its stream belongs to no case."""
    with store.transaction():
        store.add_draft(
            Draft(STREAMS[0], 1, event(1, person(CASES[0], "架空", "花子", "カクウ ハナコ")), False, NOON)
        )
    assert store.case_hit(CASES[0]) is not None
    with store.transaction():
        assert store.quarantine(STREAMS[0], "refused", NOON) == 1
    assert store.case_hit(CASES[0]) is None
    assert store.case_of_stream(STREAMS[0]) == ""
    assert store.tray_names() == {(STREAMS[0], 1): ("架空\u3000花子", CASES[0])}


def test_case_merges_its_own_and_its_joint_stream(store: SqlStore) -> None:
    """One line for a case; a field comes from the stream where it was written last."""
    own = person(CASES[0], "架空", "花子", "カクウ ハナコ", case_case_no="7-1", phone="0450000000")
    joint: list[Op] = [
        Put("disclosure", "case_id", CASES[0]),
        Put("disclosure", "owner", "city"),
        Put("person", "phone", "0451111111"),
    ]
    with store.transaction():
        store.apply([opened(STREAMS[0], OTHERS[0], 1, own, at_ms=NOON)])
        store.apply([opened(STREAMS[1], OTHERS[1], 1, joint, at_ms=NOON + 5)])
    assert [(s.stream, s.kind, s.owner) for s in store.streams_of_case(CASES[0])] == [
        (STREAMS[0], "own", ""),
        (STREAMS[1], "joint", "city"),
    ]
    assert store.person_of(CASES[0])["phone"] == "0451111111"
    hit = store.case_hit(CASES[0])
    assert hit is not None
    assert (hit.name, hit.case_no) == ("架空\u3000花子", "7-1")


def test_stream_that_moves_to_another_case_leaves_the_first(store: SqlStore) -> None:
    """When the case of a stream is corrected, both cases are shown as they are now."""
    with store.transaction():
        store.apply([opened(STREAMS[0], OTHERS[0], 1, person(CASES[0], "架空", "花子", "カクウ"))])
    with store.transaction():
        move = [Put("case", "case_id", CASES[1], ((OTHERS[0], 1, 0),))]
        store.apply([opened(STREAMS[0], OTHERS[0], 2, move, at_ms=NOON + 1)])
    assert store.case_hit(CASES[0]) is None
    assert store.case_hit(CASES[1]) is not None


def test_conflict_is_counted_until_somebody_decides(store: SqlStore) -> None:
    """Two values that do not know of each other both stand, and a write over both ends it."""
    with store.transaction():
        store.apply([opened(STREAMS[0], OTHERS[0], 1, person(CASES[0], "架空", "花子", "カクウ"))])
    with store.transaction():
        for author, value in zip(OTHERS, ("0450000001", "0450000002"), strict=True):
            n = store.last_n(STREAMS[0], author) + 1
            store.apply([opened(STREAMS[0], author, n, [Put("person", "phone", value)])])
    assert store.conflicts() == [(STREAMS[0], "person", "phone")]
    hit = store.case_hit(CASES[0])
    assert hit is not None
    assert hit.conflicts == 1
    over = store.registers(STREAMS[0], "person")["phone"].versions
    with store.transaction():
        store.add_draft(Draft(STREAMS[0], 1, event(1, [Put("person", "phone", "0", over)]), False, NOON))
    assert store.conflicts() == []


def test_shredded_stream_is_gone_and_the_rest_stays(store: SqlStore) -> None:
    """A shred takes keys, events, bodies and rows of its stream and nothing of the case's other stream."""
    with store.transaction():
        store.apply([opened(STREAMS[0], OTHERS[0], 1, person(CASES[0], "架空", "花子", "カクウ"))])
        joint: list[Op] = [Put("disclosure", "case_id", CASES[0]), Put("person", "phone", "0459999999")]
        store.apply([opened(STREAMS[1], OTHERS[1], 1, joint, at_ms=NOON + 5)])
        store.put_stream_key(STREAMS[1], 1, b"k" * 32)
    before = {table: rows for table, rows in picture(store).items() if table != "case_text"}
    assert any(row[0] == STREAMS[1] for row in before["register"])
    with store.transaction():
        store.shred(STREAMS[1])
    assert store.stream_key(STREAMS[1], 1) is None
    assert store.registers(STREAMS[1], "person") == {}
    assert "phone" not in store.person_of(CASES[0])
    assert store.find_cases("0459999999", mine="").total == 0
    assert store.find_cases("架空", mine="").total == 1


def test_accepted_draft_stays_as_it_was_shown(store: SqlStore) -> None:
    """When a draft comes back from the log, its content stays and its time becomes the server's."""
    with store.transaction():
        ops = [*person(CASES[0], "架空", "花子", "カクウ"), Rec("case", "evidence", b"e")]
        store.add_draft(Draft(STREAMS[0], 1, event(1, ops), False, NOON))
        store.put_sealed(sealed_of(store, STREAMS[0]))
    shown = store.person_of(CASES[0])
    accept(store, STREAMS[0], wseq=9, at_ms=NOON + 7)
    assert store.unsent() == (0, None)
    assert store.person_of(CASES[0]) == shown
    assert store.registers(STREAMS[0], "person")["family_name"].heads[0].recv_ms == NOON + 7
    assert store.records(STREAMS[0], "case", "evidence") == [b"e"]
    recv = store.connection.execute("SELECT recv_ms FROM fact").fetchall()
    assert [row[0] for row in recv] == [NOON + 7]


def test_bulk_is_kept_at_once_and_reduced_when_somebody_looks(store: SqlStore) -> None:
    """What a first fetch brings is counted as behind, is there for whoever asks for a case, and follows in steps."""
    events = [
        opened(i.to_bytes(16, "big"), OTHERS[0], 1, person(f"{i:032x}", "架空", f"花子{i}", "カクウ"))
        for i in range(1, BULK + 1)
    ]
    with store.transaction():
        store.apply(events)
    assert store.last_n(events[0].stream, OTHERS[0]) == 1
    assert store.find_cases("", mine="").behind == len(events)
    assert store.registers(events[7].stream, "person")["given_name"].shown is not None
    assert store.find_cases("花子8", mine="").total == 1
    assert store.index_pending(100) == len(events) - 11
    index_all(store)
    assert store.find_cases("", mine="").behind == 0
    assert store.find_cases("架空", mine="").total == len(events)


def test_bulk_that_was_left_is_reduced_after_a_restart(home: Home, key: bytes) -> None:
    """What a bulk left is known after the program ended in between, and a failed transaction leaves nothing waiting."""
    store = be(open_store(home, key))
    events = [
        opened(i.to_bytes(16, "big"), OTHERS[0], 1, person(f"{i:032x}", "架空", f"花子{i}", "カクウ"))
        for i in range(1, BULK + 1)
    ]

    def fail() -> None:
        with store.transaction():
            store.apply(events)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.find_cases("", mine="").behind == 0
    with store.transaction():
        store.apply(events)
    store.close()
    store = open_store(home, key)
    assert store.find_cases("", mine="").behind == len(events)
    assert store.case_hit(events[0].stream.hex()) is not None
    assert store.find_cases("", mine="").total == len(events)
    store.close()


def test_draft_in_a_stream_that_waits_sees_all_of_it(store: SqlStore) -> None:
    """Who writes in a stream that a bulk left unreduced writes over what it holds."""
    filler = [opened(i.to_bytes(16, "big"), OTHERS[0], 1, []) for i in range(1, BULK)]
    first = opened(STREAMS[0], OTHERS[0], 1, person(CASES[0], "架空", "花子", "カクウ"))
    with store.transaction():
        store.apply([*filler, first])
        ops: list[Op] = [Put("person", "family_name", "林", ((OTHERS[0], 1, 1),))]
        store.add_draft(Draft(STREAMS[0], 1, event(1, ops), False, NOON))
    assert [head.value for head in store.registers(STREAMS[0], "person")["family_name"].heads] == ["林"]
    assert store.person_of(CASES[0])["given_name"] == "花子"
