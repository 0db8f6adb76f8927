"""Small histories for the store: events of three devices in a few streams, and pictures of all tables."""

from collections.abc import Sequence
from typing import Any

from wardclient.ledger.events import Op, Put, make_event
from wardclient.storage.log_store import DEVICE_KEY, SqlStore
from wardclient.sync.ports import Draft, OpenedEvent, Sealed

ME = b"m" * 16
OTHERS = (b"a" * 16, b"z" * 16)
STAFF = b"s" * 16
NOON = 1_790_000_000_000
STREAMS = tuple(bytes([65 + i]) * 16 for i in range(4))
CASES = ("1" * 32, "2" * 32)
DERIVED = ("register", "member_set", "fact", "case_stream", "case_block")
LINE = (
    "case_id, name, kana, kana_key, birth_date, address, case_no, target_group, status, consent, consent_from,"
    " consent_until, consent_stream, owner, caseworker, last_contact, next_on, conflicts"
)


def event(n: int, ops: Sequence[Op], *, at_ms: int = NOON, kind: str = "test") -> bytes:
    """Return the bytes of an event of number ``n``."""
    return make_event(n, kind, at_ms << 16, STAFF, ops)


def opened(
    stream: bytes, author: bytes, n: int, ops: Sequence[Op], *, wseq: int = 1, at_ms: int = NOON
) -> OpenedEvent:
    """Return an event as the core hands it over."""
    return OpenedEvent(stream, author, n, event(n, ops, at_ms=at_ms), at_ms, wseq)


def draft(store: SqlStore, stream: bytes, ops: Sequence[Op], *, at_ms: int = NOON) -> Draft:
    """Return the next draft of this PC in a stream."""
    n = store.next_n(stream)
    return Draft(stream, n, event(n, ops, at_ms=at_ms), cas=False, created_ms=at_ms)


def sealed_of(store: SqlStore, stream: bytes) -> Sealed:
    """Return a sealed block over all drafts of a stream."""
    drafts = store.drafts(stream)
    return Sealed(stream, b"h" * 32, b"envelope", b"body", (b"wrap",), drafts[0].n, drafts[-1].n, 0)


def accept(store: SqlStore, stream: bytes, *, wseq: int, at_ms: int = NOON) -> None:
    """Do what the core does when the sealed block of a stream comes back from the log."""
    sealed = store.sealed(stream)
    assert sealed is not None
    done = [d for d in store.drafts(stream) if d.n <= sealed.last_n]
    with store.transaction():
        store.apply([OpenedEvent(stream, ME, d.n, d.event, at_ms, wseq) for d in done])
        store.clear_sealed(stream, accepted=True)


def person(case_id: str, family: str, given: str, kana: str, **more: str) -> list[Op]:
    """Return the writes that open a case for somebody; ``more`` goes to the person, ``case_`` names to the case."""
    ops: list[Op] = [
        Put("case", "case_id", case_id),
        Put("person", "family_name", family),
        Put("person", "given_name", given),
        Put("person", "name_kana", kana),
    ]
    for name, value in more.items():
        entity, field = ("case", name[5:]) if name.startswith("case_") else ("person", name)
        ops.append(Put(entity, field, value))
    return ops


def be(store: SqlStore, device: bytes = ME) -> SqlStore:
    """Tell a store whose PC it is on."""
    with store.transaction():
        store.put(DEVICE_KEY, device)
    return store


def index_all(store: SqlStore) -> None:
    """Let the background work catch up."""
    while store.index_pending(7):
        pass


def picture(store: SqlStore) -> dict[str, list[Any]]:
    """Return every derived row. Row ids are the order of arrival here, so the index is told by case."""
    index_all(store)
    found: dict[str, list[Any]] = {
        table: sorted(map(tuple, store.connection.execute(f"SELECT * FROM {table}")), key=repr)  # noqa: S608
        for table in DERIVED
    }
    found["case_row"] = sorted(map(tuple, store.connection.execute(f"SELECT {LINE} FROM case_row")))  # noqa: S608
    store.connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, 'case_text', 'instance')")
    found["case_text"] = sorted(
        map(
            tuple,
            store.connection.execute(
                "SELECT c.case_id, w.term, w.offset FROM temp.words w LEFT JOIN case_row c ON c.id = w.doc"
            ),
        ),
        key=repr,
    )
    store.connection.execute("DROP TABLE temp.words")
    return found


def everything(store: SqlStore) -> dict[str, list[Any]]:
    """Return every row of every ordinary table."""
    names = [
        row[0]
        for row in store.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'case_text%'"
        )
    ]
    return {
        name: sorted(map(tuple, store.connection.execute(f"SELECT * FROM {name}")), key=repr)  # noqa: S608
        for name in names
    }
