"""Who looked at a case: what this PC keeps line by line, carried to the own office's PCs day by day.

Each PC has a stream of its own for it (own-office, which the other office and the central service cannot read). At
most once an hour it gets one event: per case and day what was done, how often, from when to when. So the service
learns that a PC worked, never which case was looked at; and to look at a case costs no event (decision 0025).
A day is told as it stands now, so that telling it again, also after a rescue, changes nothing.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wardclient.desk.place import JAPAN, Place
from wardclient.desk.writing import puts, shown_values
from wardclient.ledger.events import Op, Rec
from wardclient.sync.client import ClosedStreamError
from wardclient.sync.core import StoppedError
from wardproto.control import WRITER_ROLES
from wardproto.records import Record
from wardproto.wire import MalformedError, decode, encode

LOOKED = "looked"
"""The type of the event."""
ENTITY = "looks"
KIND = "day"
CARRY_AFTER_MS = 3_600_000
"""A look travels when it is this old; with it goes all that came since."""
AT_ONCE = 500
"""Days of cases in one event, well below the largest event."""
ACTS = frozenset({"view", "export"})
"""What travels. Prints are records of the case itself."""
_STREAM = "looks_stream"
_CARRIED = "looks_carried"
_OF_THE_LOG = "export-list"


class Day(Record, frozen=True):
    """What is told of a case: on ``day`` (ISO) it was looked at or exported (``act``) so often, from when to when (ms)."""

    day: str
    act: str
    times: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Look:
    """What one PC did with a case on one day. ``first`` and ``last`` are ISO moments at the office."""

    device: bytes
    day: str
    act: str
    times: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Covered:
    """From when until when the looks of a PC are known here (ISO moments)."""

    device: bytes
    since: str
    until: str


def carry(place: Place) -> None:
    """Tell the own office's PCs of looks, when the oldest untold one is an hour old. In the lane.

    Never stands in the way of a look: what cannot be told now is told later.
    """
    if not WRITER_ROLES & set(place.me.roles):
        return
    store = place.store
    lines = store.accesses_after(int(store.get(_CARRIED) or b"0"))
    if not lines or place.now_ms() - lines[0][1] < CARRY_AFTER_MS:
        return
    try:
        with place.transaction():
            _tell(place, lines)
            store.put(_CARRIED, str(lines[-1][0]).encode())
    except (StoppedError, ClosedStreamError):
        return
    place.urge()


def _tell(place: Place, lines: Sequence[tuple[int, int, str, str]]) -> None:
    stream = place.store.get(_STREAM)
    if stream is None:
        stream = place.client.new_stream()
        place.store.put(_STREAM, stream)
    cases = sorted({record for _, _, act, record in lines if _word(act) in ACTS})
    days = {_day(at_ms) for _, at_ms, _, _ in lines}
    told = [(case_id, day) for case_id in cases for day in _days_of(place, case_id) if day.day in days]
    registers = place.registers(stream, ENTITY)
    known = shown_values(registers)
    frame = {
        "since": known.get("since") or _moment(lines[0][1]),
        "until": _moment(place.now_ms()),
    }
    for start in range(0, max(len(told), 1), AT_ONCE):
        part = told[start : start + AT_ONCE]
        ops: list[Op] = [Rec(f"{ENTITY}:{case_id}", KIND, encode(day)) for case_id, day in part]
        last = start + AT_ONCE >= len(told)
        place.record(stream, LOOKED, [*(puts(ENTITY, frame, registers) if last else ()), *ops])


def _days_of(place: Place, case_id: str) -> list[Day]:
    """Return this PC's days of a case, as its own log has them."""
    found: dict[tuple[str, str], list[int]] = {}
    for at_ms, act in place.store.accesses(case_id):
        if _word(act) in ACTS:
            found.setdefault((_day(at_ms), _word(act)), []).append(at_ms)
    return [Day(day, act, len(at), min(at), max(at)) for (day, act), at in sorted(found.items())]


def looks(place: Place, case_id: str) -> tuple[tuple[Look, ...], tuple[Covered, ...]]:
    """Return what the other PCs of the own office did with a case, and which times are known of each. In the lane."""
    mine = bytes.fromhex(place.me.device)
    days: dict[tuple[bytes, str, str], Day] = {}
    covered: dict[bytes, Covered] = {}
    for stream in place.store.streams_of_entity(ENTITY):
        known = place.client.state.streams.get(stream)
        if known is None or known.kind != "own" or known.owner != place.me.team:
            continue
        for device, data in place.store.authored(stream, f"{ENTITY}:{case_id}", KIND):
            day = _read(data)
            if day is None:
                continue
            before = days.get((device, day.day, day.act))
            if before is None or day.times >= before.times:
                days[device, day.day, day.act] = day
        for each in _covered(place, stream):
            old = covered.get(each.device)
            since = min(each.since, old.since) if old else each.since
            until = max(each.until, old.until) if old else each.until
            covered[each.device] = Covered(each.device, since, until)
    found = (
        Look(device, day.day, day.act, day.times, _moment(day.first), _moment(day.last))
        for (device, _, _), day in days.items()
        if device not in (mine, b"")
    )
    covered.pop(mine, None)
    return (
        tuple(sorted(found, key=lambda look: (look.first, look.device))),
        tuple(sorted(covered.values(), key=lambda each: each.device)),
    )


def _covered(place: Place, stream: bytes) -> Iterable[Covered]:
    registers = place.registers(stream, ENTITY)
    since, until = registers.get("since"), registers.get("until")
    if since is None or until is None or since.shown is None or until.shown is None:
        return
    yield Covered(until.shown.version[0], str(since.shown.value), str(until.shown.value))


def _read(data: bytes) -> Day | None:
    try:
        return decode(data, Day)
    except MalformedError:
        # Of a later version: its lines are not known here, and the sheet says which times are.
        return None


def _word(act: str) -> str:
    word = act.partition(" ")[0]
    return "" if word == _OF_THE_LOG else word


def _day(at_ms: int) -> str:
    return _moment(at_ms)[:10]


def _moment(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms // 1000, JAPAN).isoformat()
