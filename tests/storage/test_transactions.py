"""Transactions: all or nothing, in the tables, in memory and in the journal."""

import contextlib

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from tests.storage.histories import ME, STREAMS, draft, event, everything, opened, person
from wardclient.ledger.events import Put
from wardclient.storage.log_store import SqlStore
from wardclient.sync.ports import Draft

CASE = "c" * 32
OPS = person(CASE, "架空", "花子", "カクウ ハナコ")


class StopError(Exception):
    """What a test raises inside a transaction."""


def test_failed_transaction_leaves_no_trace(store: SqlStore) -> None:
    """An exception undoes rows, read models, numbers and what the store has in memory."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))
    before = everything(store)

    def fail() -> None:
        with store.transaction():
            store.add_draft(draft(store, STREAMS[0], [Put("person", "family_name", "別人", ((ME, 1, 1),))]))
            store.add_draft(draft(store, STREAMS[1], OPS))
            store.put("x", b"1")
            raise StopError

    with pytest.raises(StopError):
        fail()
    assert everything(store) == before
    assert store.person_of(CASE)["family_name"] == "架空"
    assert store.next_n(STREAMS[0]) == 2
    assert store.next_n(STREAMS[1]) == 1


def test_write_after_a_failed_one_starts_from_what_is_stored(store: SqlStore) -> None:
    """A register changed in an undone transaction is read again from the tables, not from memory."""
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], OPS))

    def fail() -> None:
        with store.transaction():
            store.add_draft(draft(store, STREAMS[0], [Put("person", "family_name", "消えた", ((ME, 1, 1),))]))
            raise StopError

    with pytest.raises(StopError):
        fail()
    with store.transaction():
        store.add_draft(draft(store, STREAMS[0], [Put("person", "family_name", "残る", ((ME, 1, 1),))]))
    heads = store.registers(STREAMS[0], "person")["family_name"].heads
    assert [head.value for head in heads] == ["残る"]


def test_inner_transaction_is_part_of_the_outer_one(store: SqlStore) -> None:
    """What an inner block wrote goes when the outer one fails, and nothing is committed in between."""

    def fail() -> None:
        with store.transaction():
            with store.transaction():
                store.put("inner", b"1")
            assert store.connection.in_transaction
            raise StopError

    with pytest.raises(StopError):
        fail()
    assert store.get("inner") is None


def test_outer_transaction_cannot_keep_half_of_a_failed_inner_one(store: SqlStore) -> None:
    """Whoever swallows the exception of an inner block gets nothing committed at all."""

    def fail() -> None:
        with store.transaction():
            store.put("half", b"1")
            raise StopError

    def swallow() -> None:
        with store.transaction():
            store.put("outer", b"1")
            with contextlib.suppress(StopError):
                fail()

    with pytest.raises(RuntimeError):
        swallow()
    assert store.get("outer") is None
    assert store.get("half") is None


def test_store_works_on_after_a_statement_fails(store: SqlStore) -> None:
    """A constraint that breaks in the middle undoes its transaction and no other."""
    with store.transaction():
        store.add_draft(Draft(STREAMS[0], 1, event(1, OPS), cas=False, created_ms=1))
    before = everything(store)

    def fail() -> None:
        with store.transaction():
            store.put("x", b"1")
            store.add_draft(Draft(STREAMS[0], 1, event(1, OPS), cas=False, created_ms=2))

    with pytest.raises(sqlcipher.IntegrityError):
        fail()
    assert everything(store) == before
    with store.transaction():
        store.put("x", b"2")
    assert store.get("x") == b"2"


def test_the_same_event_twice_is_one(store: SqlStore) -> None:
    """An event that is handed over again, alone or within one page, changes nothing."""
    each = opened(STREAMS[0], b"a" * 16, 1, OPS)
    with store.transaction():
        store.apply([each, each])
    before = everything(store)
    with store.transaction():
        store.apply([each])
    assert everything(store) == before
