"""Presence hints: in memory, bounded, gone after a minute, for readers of the stream alone."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.wardcentral.builders import NOON_MS, Pc, pc
from tests.wardcentral.conftest import Desk
from tests.wardcentral.running import Caller, found, joined, now_ms, problem, serving
from wardcentral.live import EVERYWHERE, PER_ANSWER, PER_DEVICE, PER_WARD, Live
from wardcentral.memory_store import MemoryStore
from wardcentral.problems import ProblemError
from wardproto.messages import LIVE_BYTES, LIVE_MS, LivePost, LiveReply
from wardproto.records import Receipt
from wardproto.wire import CONTROL_STREAM, decode, encode


def hint() -> bytes:
    """Return what cannot be told from a sealed hint."""
    return os.urandom(LIVE_BYTES)


@dataclass
class Room:
    """A ward and the hints of a process."""

    desk: Desk
    live: Live

    def post(self, by: Pc, stream: bytes, sealed: bytes = b"") -> tuple[bytes, ...]:
        """Post a hint; return those of the others."""
        return self.live.post(self.desk.log.snapshot(), by.id, LivePost(stream, sealed)).hints

    def code(self, by: Pc, stream: bytes, sealed: bytes = b"") -> str:
        """Return the code that a hint is refused with."""
        with pytest.raises(ProblemError) as refused:
            self.post(by, stream, sealed)
        return refused.value.code


@pytest.fixture
def room() -> Room:
    """A founded ward, no hints."""
    desk = Desk(MemoryStore())
    return Room(desk, Live(lambda: desk.now_ms))


def test_others_see_a_hint_for_a_minute(room: Room) -> None:
    """A hint is handed to the others, not to its sender, and not after LIVE_MS."""
    boss, colleague = room.desk.ward.founder, room.desk.joined("city", "cw")
    stream, mine = room.desk.stream(), hint()
    assert room.post(boss, stream, mine) == ()
    assert room.post(colleague, stream) == (mine,)
    room.desk.now_ms += LIVE_MS - 1
    assert room.post(colleague, stream) == (mine,)
    room.desk.now_ms += 1
    assert room.post(colleague, stream) == ()
    assert len(room.live) == 0


def test_a_hint_is_replaced_and_taken_back(room: Room) -> None:
    """One hint a device and stream; an empty one ends it."""
    boss, colleague = room.desk.ward.founder, room.desk.joined("city", "cw")
    stream, newer = room.desk.stream(), hint()
    room.post(boss, stream, hint())
    room.post(boss, stream, newer)
    assert room.post(colleague, stream) == (newer,)
    room.post(boss, stream)
    assert room.post(colleague, stream) == ()


def test_a_hint_goes_even_where_the_clock_is_set_back(room: Room) -> None:
    """A hint that would live longer than its minute by the clock now is forgotten."""
    boss, stream = room.desk.ward.founder, room.desk.stream()
    room.post(boss, stream, hint())
    room.desk.now_ms -= 3_600_000
    room.live.forget_old()
    assert len(room.live) == 0


def test_a_stream_is_told_to_its_readers_alone(room: Room) -> None:
    """Not to the other office without consent, not after its end, not to who was removed."""
    partner, boss = room.desk.joined("hellowork", "hw"), room.desk.ward.founder
    own = room.desk.stream()
    assert room.code(partner, own) == "forbidden"
    consent, joint = room.desk.joint()
    mine = hint()
    room.post(boss, joint, mine)
    assert room.post(partner, joint, hint()) == (mine,)
    room.desk.took(room.desk.ward.consent_end(boss, consent))
    assert room.code(partner, joint) == "forbidden"
    assert room.code(boss, joint) == "forbidden"


def test_a_period_that_ends_ends_the_hints(room: Room) -> None:
    """No record is needed: the server's time is enough."""
    partner = room.desk.joined("hellowork", "hw")
    _consent, joint = room.desk.joint(until_ms=room.desk.now_ms + 1_000)
    room.post(partner, joint, hint())
    room.desk.now_ms += 1_001
    assert room.code(partner, joint) == "forbidden"


def test_a_removed_device_is_neither_told_nor_passed_on(room: Room) -> None:
    """What it left is not handed out, and it may not ask."""
    boss, colleague, third = (
        room.desk.ward.founder,
        room.desk.joined("city", "cw"),
        room.desk.joined("city", "cw"),
    )
    stream = room.desk.stream()
    room.post(colleague, stream, hint())
    room.desk.took(room.desk.ward.device_remove(boss, colleague))
    assert room.post(third, stream) == ()
    assert room.code(colleague, stream) == "forbidden"


@pytest.mark.parametrize("size", [1, LIVE_BYTES - 1, LIVE_BYTES + 1])
def test_all_hints_have_one_size(room: Room, size: int) -> None:
    """A length tells nothing."""
    assert room.code(room.desk.ward.founder, room.desk.stream(), bytes(size)) == "malformed"


def test_no_hint_in_a_stream_that_is_none(room: Room) -> None:
    """Unknown ids, the control stream and ids of another length keep nothing."""
    boss = room.desk.ward.founder
    assert room.code(boss, os.urandom(16), hint()) == "forbidden"
    assert room.code(boss, CONTROL_STREAM, hint()) == "forbidden"
    assert room.code(boss, b"x", hint()) == "malformed"
    assert len(room.live) == 0


def test_a_device_holds_few_hints(room: Room) -> None:
    """The oldest gives way."""
    boss, colleague = room.desk.ward.founder, room.desk.joined("city", "cw")
    streams = [room.desk.stream() for _ in range(PER_DEVICE + 1)]
    for stream in streams:
        room.post(boss, stream, hint())
    assert len(room.live) == PER_DEVICE
    assert [len(room.post(colleague, stream)) for stream in streams] == [0] + [1] * PER_DEVICE


def test_a_ward_and_an_answer_are_bounded(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ward's oldest hint gives way; an answer holds the newest; a full process keeps no more."""
    monkeypatch.setattr("wardcentral.live.PER_WARD", 6)
    monkeypatch.setattr("wardcentral.live.PER_ANSWER", 3)
    boss = room.desk.ward.founder
    stream, sent = room.desk.stream(), []
    for _ in range(8):
        sent.append(hint())
        room.post(room.desk.joined("city", "cw"), stream, sent[-1])
    assert len(room.live) == 6
    assert room.post(boss, stream) == tuple(reversed(sent[-3:]))
    monkeypatch.setattr("wardcentral.live.EVERYWHERE", 6)
    other = Desk(MemoryStore())
    elsewhere = other.stream()
    room.live.post(other.log.snapshot(), other.ward.founder.id, LivePost(elsewhere, hint()))
    assert len(room.live) == 6


def test_the_bounds_are_small() -> None:
    """All that a process can be made to hold stays under 32 MB."""
    assert EVERYWHERE * (LIVE_BYTES + 1_000) < 32 * 1024 * 1024
    assert PER_ANSWER * LIVE_BYTES < 16 * 1024
    assert PER_DEVICE < PER_WARD < EVERYWHERE


@contextmanager
def two_pcs(folder: Path) -> Iterator[tuple[Caller, Caller, Path]]:
    """Two PCs of an office at a real service."""
    with serving(folder) as running:
        boss = found(running.client, running.url, running.key)
        yield boss, joined(boss, pc("city", "cw")), running.database


def test_a_hint_over_http_is_nowhere_but_in_memory(tmp_path: Path) -> None:
    """It reaches the colleague, and no byte of it is in the folder of the service, nor in the log."""
    with two_pcs(tmp_path) as (boss, colleague, _database):
        stream, mine = boss.stream(), hint()
        size = boss.page().size
        assert boss.call("POST", "live", encode(LivePost(stream, mine))).status_code == 200
        answer = colleague.call("POST", "live", encode(LivePost(stream)))
        reply = decode(answer.content, LiveReply)
        assert reply.hints == (mine,)
        assert abs(reply.server_ms - now_ms()) < 60_000
        assert boss.page().size == size
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert stream in kept, "the search looks where the service writes"
        assert mine[:64] not in kept and mine[-64:] not in kept  # noqa: PT018
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert mine[:64] not in kept


def test_a_strangers_ward_and_a_long_body_are_refused(tmp_path: Path) -> None:
    """The other office has no part in our stream; a body is bounded before it is read."""
    with two_pcs(tmp_path) as (boss, _colleague, _database):
        partner = joined(boss, pc("hellowork", "hw"))
        told = partner.call("POST", "live", encode(LivePost(boss.stream(), hint())))
        assert problem(told) == "forbidden"
        assert problem(boss.call("POST", "live", bytes(4_096))) == "too_big"
        assert isinstance(boss.control(boss.ward.streams(boss.pc)[0]), Receipt)


def test_noon_is_the_builders_time(room: Room) -> None:
    """The injected clock is the one that the answers carry."""
    boss, stream = room.desk.ward.founder, room.desk.stream()
    reply = room.live.post(room.desk.log.snapshot(), boss.id, LivePost(stream))
    assert reply.server_ms == NOON_MS


class Later(asyncio.SelectorEventLoop):
    """A loop that keeps what is to be done later until the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[float, Callable[[], object]]] = []

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:  # type: ignore[override]
        """Keep it."""
        self.kept.append((delay, lambda: callback(*args)))


def test_hints_go_where_nobody_calls_any_more(room: Room) -> None:
    """The loop is asked once, and again only while something is left; a silent service holds nothing."""
    boss, stream, loop = room.desk.ward.founder, room.desk.stream(), Later()
    try:
        room.live.sweep_in(loop)
        assert loop.kept == []
        room.post(boss, stream, hint())
        room.live.sweep_in(loop)
        room.live.sweep_in(loop)
        ((delay, sweep),) = loop.kept
        assert delay == LIVE_MS / 1000
        room.desk.now_ms += LIVE_MS - 1
        sweep()
        assert (len(room.live), len(loop.kept)) == (1, 2)
        room.desk.now_ms += 1
        loop.kept[1][1]()
        assert (len(room.live), len(loop.kept)) == (0, 2)
    finally:
        loop.close()
