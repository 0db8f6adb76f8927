"""Drafts that come back from the log, and work of a removed PC that another one adopts."""

import pytest

from tests.simulation.memory_store import MemoryStore
from wardclient.ledger import reduce
from wardclient.ledger.events import Adopt, Op, Put, Rec, make_event
from wardclient.sync.ports import Draft, OpenedEvent
from wardproto.wire import MalformedError

STREAM, ME, OTHER, STAFF = b"s" * 16, b"m" * 16, b"o" * 16, b"p" * 16
NOON = 1_790_000_000_000
PLACE = (STREAM, "person", "wish")


def store() -> MemoryStore:
    """An empty state of this device."""
    made = MemoryStore()
    with made.transaction():
        made.put("device", ME)
    return made


def event(n: int, *ops: Op, ms: int = NOON) -> bytes:
    """An event."""
    return make_event(n, "edit", ms << 16, STAFF, ops)


def take(into: MemoryStore, author: bytes, n: int, data: bytes, recv_ms: int = NOON) -> None:
    """Take an event over from the log."""
    with into.transaction():
        decoded = reduce.decode_event(data)
        into.apply([OpenedEvent(STREAM, author, n, data, recv_ms, n, decoded)])


def save(into: MemoryStore, n: int, data: bytes) -> None:
    """Save a draft."""
    with into.transaction():
        into.add_draft(Draft(STREAM, n, data, cas=False, created_ms=NOON))


def test_a_draft_that_comes_back_gives_the_state_of_one_that_never_was_here() -> None:
    """Its author and everybody else end with the same state, times of receipt included."""
    mine = event(1, Put("person", "wish", "a"), Rec("case", "note", b"x"))
    author, reader = store(), store()
    save(author, 1, mine)
    assert author.register(PLACE).heads[0].recv_ms is None
    take(author, ME, 1, mine, NOON + 5)
    take(reader, ME, 1, mine, NOON + 5)
    assert author.state_hash(STREAM) == reader.state_hash(STREAM)
    assert author.register(PLACE).heads[0].recv_ms == NOON + 5


def test_a_drafts_time_is_clamped_when_it_is_received() -> None:
    """A PC ten years ahead wrote; once received, a colleague's later write is the one shown."""
    late = NOON + 10 * 366 * 24 * 3_600_000
    mine = event(1, Put("person", "wish", "from the future"), ms=late)
    author = store()
    save(author, 1, mine)
    take(author, OTHER, 1, event(1, Put("person", "wish", "now"), ms=NOON + 60_000), NOON + 60_000)
    before = author.register(PLACE).shown
    take(author, ME, 1, mine, NOON)
    after = author.register(PLACE).shown
    assert before is not None
    assert after is not None
    assert (before.value, after.value) == ("from the future", "now")


def test_adopted_work_stands_under_its_own_name_and_once() -> None:
    """Adopted after it had arrived after all, or before: one write of the original author."""
    original = event(4, Put("person", "wish", "kept"))
    adoption = event(1, Adopt(OTHER, STAFF, b"", (original,)))
    once, twice, early = store(), store(), store()
    take(once, OTHER, 4, original)
    for each in (twice, early):
        first, second = ((OTHER, 4, original), (ME, 1, adoption))
        for author, n, data in (first, second) if each is twice else (second, first):
            take(each, author, n, data)
    heads = [[(h.version, h.value) for h in each.register(PLACE).heads] for each in (once, twice, early)]
    assert heads[0] == heads[1] == heads[2] == [((OTHER, 4, 0), "kept")]
    assert early.last_n(STREAM, OTHER) == 4


def test_an_adoption_drafted_here_gets_its_time_when_it_is_received() -> None:
    """The adopter and a reader of the log end with the same state."""
    original = event(4, Put("person", "wish", "kept"), Rec("case", "note", b"x"))
    adoption = event(1, Adopt(OTHER, STAFF, b"", (original, b"\xc1", event(5, Adopt(ME, STAFF, b"", ())))))
    author, reader = store(), store()
    save(author, 1, adoption)
    take(author, ME, 1, adoption, NOON + 7)
    take(reader, ME, 1, adoption, NOON + 7)
    assert author.state_hash(STREAM) == reader.state_hash(STREAM)


def test_bytes_that_are_no_event_are_refused_as_such() -> None:
    """A reader can tell nonsense from an event of a later version."""
    with pytest.raises(MalformedError):
        reduce.decode_event(b"\xc1")
