"""Who has a case open just now (soft presence): sealed hints, in memory alone, for a minute.

A hint is a note of fixed size that this process cannot open. It is handed to the other readers
of its stream and forgotten: it is never stored, logged, numbered or receipted, and losing one
loses nothing. Each process keeps its own and those that the others pass on to it (`live_relay`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from wardcentral.core import Snapshot
from wardcentral.live_relay import LiveRelay, Passed
from wardcentral.problems import ProblemError
from wardproto.messages import LIVE_BYTES, LIVE_MS, LivePost, LiveReply
from wardproto.readers import audience
from wardproto.wire import CONTROL_STREAM, ID_BYTES

MAX_LIVE_BODY = LIVE_BYTES + ID_BYTES + 64
PER_DEVICE = 4
"""Streams that one device may have a hint in: a case on the screen has one or two."""
PER_WARD = 1_000
EVERYWHERE = 20_000
"""Hints of all wards together: some 20 MB."""
PER_ANSWER = 16
"""Hints in one answer, the newest first."""


class _Place(NamedTuple):
    ward: bytes
    stream: bytes
    device: bytes


class _Held(NamedTuple):
    hint: bytes
    until_ms: int


class Live:
    """The hints of this process. Belongs to the event loop's thread."""

    def __init__(self, clock_ms: Callable[[], int], relay: LiveRelay | None = None) -> None:
        """``relay`` passes hints on to the other processes of the service, where there are any."""
        self._clock_ms = clock_ms
        self._relay = relay
        self._wards: dict[bytes, OrderedDict[_Place, _Held]] = {}
        self._count = 0
        self._sweeping = False

    def __len__(self) -> int:
        """How many hints are held."""
        return self._count

    def post(self, snapshot: Snapshot, device: bytes, post: LivePost) -> LiveReply:
        """Take a device's hint (an empty one takes it back) and return those of the others.

        ProblemError ``malformed`` for a hint of another size, ``forbidden`` where the device's
        team does not read the stream now: a partner whose consent ended is told nothing more.
        """
        if len(post.hint) not in (0, LIVE_BYTES) or len(post.stream) != ID_BYTES:
            raise ProblemError("malformed")
        self.forget_old()
        now_ms = self._clock_ms()
        member = snapshot.state.member(device)
        readers = audience(snapshot.state, post.stream, now_ms)
        if member is None or post.stream == CONTROL_STREAM or member.team not in readers.teams:
            raise ProblemError("forbidden")
        place = _Place(snapshot.ward, post.stream, device)
        had = self._has(place)
        self._put(place, _Held(post.hint, now_ms + LIVE_MS))
        if self._relay is not None and (post.hint or had):
            self._relay.say(*place, post.hint, now_ms + LIVE_MS)
        return LiveReply(self._others(place, snapshot), now_ms)

    def take(self, passed: Passed) -> None:
        """Take a hint that another process has let in; who may see it is asked when it is handed out."""
        self.forget_old()
        until_ms = min(passed.until_ms, self._clock_ms() + LIVE_MS)
        if len(passed.hint) in (0, LIVE_BYTES):
            self._put(_Place(passed.ward, passed.stream, passed.device), _Held(passed.hint, until_ms))

    def _has(self, place: _Place) -> bool:
        return place in self._wards.get(place.ward, ())

    def _put(self, place: _Place, held: _Held) -> None:
        self._drop(place)
        if held.hint:
            self._keep(place, held)

    def forget_old(self) -> None:
        """Forget every hint whose minute is over."""
        now_ms = self._clock_ms()
        for ward in tuple(self._wards):
            # In the order of their coming; a clock set back makes some go later, none stay.
            while held := self._wards.get(ward):
                place, oldest = next(iter(held.items()))
                if now_ms < oldest.until_ms <= now_ms + LIVE_MS:
                    break
                self._drop(place)

    def sweep_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """See to it that hints go in time even where nobody calls any more."""
        if self._count and not self._sweeping:
            self._sweeping = True
            loop.call_later(LIVE_MS / 1000, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweeping = False
        self.forget_old()
        self.sweep_in(loop)

    def _others(self, mine: _Place, snapshot: Snapshot) -> tuple[bytes, ...]:
        found: list[bytes] = []
        for place, held in reversed(self._wards.get(mine.ward, OrderedDict()).items()):
            if place.stream != mine.stream or place.device == mine.device:
                continue
            # Whoever was removed, or moved out of the stream's readers, is not passed on any more.
            if snapshot.state.member(place.device) is not None:
                found.append(held.hint)
            if len(found) == PER_ANSWER:
                break
        return tuple(found)

    def _keep(self, place: _Place, held: _Held) -> None:
        ward = self._wards.get(place.ward, OrderedDict())
        of_device = [other for other in ward if other.device == place.device]
        if len(of_device) >= PER_DEVICE:
            self._drop(of_device[0])
        elif len(ward) >= PER_WARD:
            self._drop(next(iter(ward)))
        if self._count >= EVERYWHERE:
            return
        self._wards.setdefault(place.ward, OrderedDict())[place] = held
        self._count += 1

    def _drop(self, place: _Place) -> None:
        ward = self._wards.get(place.ward)
        if ward is not None and ward.pop(place, None) is not None:
            self._count -= 1
            if not ward:
                del self._wards[place.ward]
