"""The reducer by its promises: any order, any repetition, one state; heads are what nobody replaced."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from wardclient.ledger import reduce
from wardclient.ledger.clock import TOLERANCE_MS, effective, millis, pack, tick
from wardclient.ledger.events import Add, Del, Op, Put, Rec, Version, make_event
from wardclient.ledger.reduce import Changes, EventId, Fact, Place
from wardclient.ledger.registers import Members, Register

STREAM = b"s" * 16
DEVICES = tuple(bytes([n]) * 16 for n in (1, 2, 3))
FIELDS = ("phone", "address1")
NOW = 1_800_000_000_000


@dataclass
class Memory:
    """State in memory, as storage keeps it."""

    registers: dict[Place, Register] = field(default_factory=dict)
    sets: dict[Place, Members] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    known: set[EventId] = field(default_factory=set)

    def register(self, place: Place) -> Register:
        """Return a field's register."""
        return self.registers.get(place, Register())

    def members(self, place: Place) -> Members:
        """Return a set."""
        return self.sets.get(place, Members())

    def applied(self, event: EventId) -> bool:
        """Whether an event was applied."""
        return event in self.known

    def take(self, events: Iterable["Said"], *, batch: int = 1) -> "Memory":
        """Apply events in this order, ``batch`` at a time."""
        waiting = list(events)
        while waiting:
            changes = Changes()
            for said in waiting[:batch]:
                reduce.apply(self, changes, STREAM, said.device, reduce.decode_event(said.data), said.recv_ms)
            del waiting[:batch]
            self.registers |= changes.registers
            self.sets |= changes.sets
            self.facts += changes.facts
            self.known |= changes.applied
        return self

    def hash(self) -> bytes:
        """Return the state hash of the stream."""
        return reduce.state_hash(
            ((entity, name, r) for (_, entity, name), r in self.registers.items()),
            ((entity, name, m) for (_, entity, name), m in self.sets.items()),
            self.facts,
        )


@dataclass(frozen=True)
class Said:
    """An event as it stands in the log."""

    device: bytes
    n: int
    data: bytes
    recv_ms: int
    ops: tuple[Op, ...]


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """A stream in which devices write having seen any part of what was there before."""
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  # a drawn history
    said: list[Said] = []
    counts = dict.fromkeys(DEVICES, 0)
    for step in range(draw(st.integers(1, 14))):
        device = dice.choice(DEVICES)
        counts[device] += 1
        seen = said[: dice.randint(0, len(said))]
        ops = tuple(_op(dice, seen, step) for _ in range(dice.randint(1, 3)))
        ahead = dice.choice((0, 0, 10 * 365 * 86_400_000, -10 * 365 * 86_400_000))
        data = make_event(counts[device], "edit", pack(NOW + step + ahead), b"p" * 16, ops)
        said.append(Said(device, counts[device], data, NOW + step * 1000, ops))
    return said


def _op(dice: random.Random, seen: Sequence[Said], step: int) -> Op:
    name = dice.choice(FIELDS)
    kind = dice.randrange(5)
    if kind == 3:
        return Add("case", "topics", dice.choice("ab"))
    if kind == 4 and seen:
        return Del("case", "topics", tuple(versions(seen, Add, "topics")))
    if kind == 2 and step % 5 == 0:
        return Rec("case", "evidence", bytes([step]))
    over = tuple(v for v in versions(seen, Put, name) if dice.random() < 0.7)
    return Put("person", name, f"v{step}.{dice.random()}", over)


def versions(said: Iterable[Said], kind: type, name: str) -> Iterable[Version]:
    """Return the versions of all writes of a field (or additions to a set)."""
    for each in said:
        for index, op in enumerate(each.ops):
            if isinstance(op, kind) and name in (getattr(op, "field", ""), getattr(op, "set", "")):
                yield (each.device, each.n, index)


@given(histories(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_order_any_batch_gives_one_state(history: list[Said], dice: random.Random, batch: int) -> None:
    """Whatever the order and grouping of arrival, the state hash is the same."""
    shuffled = list(history)
    dice.shuffle(shuffled)
    assert Memory().take(history).hash() == Memory().take(shuffled, batch=batch).hash()


@given(histories(), st.randoms(use_true_random=False))
def test_what_comes_twice_counts_once(history: list[Said], dice: random.Random) -> None:
    """Events delivered again, in any mixture, change nothing."""
    twice = [*history, *history]
    dice.shuffle(twice)
    assert Memory().take(twice, batch=3).hash() == Memory().take(history).hash()


@given(histories())
def test_heads_are_what_nobody_replaced(history: list[Said]) -> None:
    """The oracle: a write is a head exactly when no write of the field names it."""
    memory = Memory().take(history)
    for name in FIELDS:
        written = set(versions(history, Put, name))
        replaced = {
            v
            for each in history
            for index, op in enumerate(each.ops)
            if isinstance(op, Put) and op.field == name
            for v in op.over
            if v != (each.device, each.n, index)
        }
        heads = set(memory.register((STREAM, "person", name)).versions)
        assert heads == written - replaced


@given(histories())
def test_additions_unseen_by_a_removal_survive(history: list[Said]) -> None:
    """An element stands exactly when one of its additions is named by no removal."""
    removed = {v for each in history for op in each.ops if isinstance(op, Del) for v in op.adds}
    standing = {
        op.element
        for each in history
        for index, op in enumerate(each.ops)
        if isinstance(op, Add) and (each.device, each.n, index) not in removed
    }
    assert set(Memory().take(history).members((STREAM, "case", "topics")).elements) == standing


@given(st.integers(-(10**12), 10**12))
def test_a_clock_years_off_cannot_hide_what_others_write(skew: int) -> None:
    """A stamp ahead of receipt counts as the time of receipt; one behind stays as claimed."""
    stamp = pack(NOW + skew)
    assert millis(effective(stamp, NOW)) <= NOW + TOLERANCE_MS
    if skew <= TOLERANCE_MS:
        assert effective(stamp, NOW) == stamp


@given(st.lists(st.integers(0, NOW * 2), min_size=1, max_size=30))
def test_local_stamps_always_rise(clock: list[int]) -> None:
    """However the PC's clock jumps, a later act has a later stamp."""
    last = 0
    for now in clock:
        after = tick(last, now)
        assert after > last
        last = after


def test_an_operation_of_a_later_version_is_kept_and_counted() -> None:
    """What is not understood changes nothing and is counted; the rest of the event applies."""
    data = make_event(1, "edit", pack(NOW), b"p" * 16, (Put("person", "phone", "1"),))
    event = reduce.decode_event(data)
    changes = Changes()
    unknown = reduce.Decoded(event.event, (*event.ops, None))
    reduce.apply(Memory(), changes, STREAM, DEVICES[0], unknown, NOW)
    assert changes.unknown == 1
    assert changes.registers[STREAM, "person", "phone"].versions
