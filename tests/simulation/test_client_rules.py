"""Each rule of the client is needed: switched off, an invariant breaks within some seeds.

A rule that is a function is replaced for the length of the test; nothing else here reaches into
modules. The same seed without the change passes, so it is the change that broke it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from tests.simulation import attacks
from tests.simulation.memory_store import MemoryStore
from tests.simulation.run import first_failure, run
from wardclient.ledger import registers
from wardclient.ledger.clock import tick
from wardclient.sync import claims, closing, core, grants, opening, outbox, pages, sealing
from wardclient.sync.calls import Call, PushCall
from wardclient.sync.client import Client
from wardclient.sync.core import Core
from wardclient.sync.ports import QuarantineReason
from wardclient.vault.sealing import wrap_info
from wardproto.readers import Audience, audience
from wardproto.wire import encode

Mutant = Callable[[], AbstractContextManager[dict[str, Any]]]


def replaced(where: object, name: str, by: object) -> Mutant:
    """A function of a module or class, replaced."""

    @contextmanager
    def change() -> Iterator[dict[str, Any]]:
        with patch.object(where, name, by):
            yield {}

    return change


class SealsAgain(Client):
    """Takes a time-out for a refusal and seals the events anew."""

    def on_failure(self, call: Call, now_ms: int, wait_ms: int = 0) -> None:
        if isinstance(call, PushCall):
            with self.core.change():
                for stream, name in call.blocks:
                    sealed = self.core.store.sealed(stream)
                    if sealed is not None and sealed.hash == name:
                        self.core.store.clear_sealed(stream, accepted=False)
        super().on_failure(call, now_ms, wait_ms)


class GivesUp(Client):
    """Never tries again what failed once."""

    def on_failure(self, call: Call, now_ms: int, wait_ms: int = 0) -> None:
        pass

    def retry(self) -> None:
        pass


class GoesOn(Client):
    """Goes on sending after a withdrawal, until the service stops it."""

    def end_consent(self, consent: bytes) -> None:
        super().end_consent(consent)
        known = self.core.state.consents.get(consent)
        if known is not None:
            with self.core.change():
                self.core.store.put(sealing.ending_key(known.stream), b"")


class KeepsAll(MemoryStore):
    """Deletes nothing when a consent ends."""

    def shred(self, stream: bytes) -> None:
        pass


class ShowsTray(MemoryStore):
    """Goes on showing what went to the tray."""

    def _reduce_again(self, stream: bytes, drafts: tuple[Any, ...]) -> None:
        self._keep_drafts(stream, drafts)


class HalfWritten(MemoryStore):
    """Leaves half a transaction behind when it is killed inside."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
            self._burn()
        finally:
            self._depth -= 1


def made_by(**options: Any) -> Mutant:
    """Another class in place of the client's or the store's."""
    return lambda: nullcontext(options)


def own_clock(original: Callable[..., Any]) -> Callable[..., Any]:
    """End streams by this PC's clock."""
    return lambda the_core, _: original(the_core, the_core.clock_ms())


def dirty_is_open(the_core: Core, stream: bytes) -> Audience:
    """R of a team without a valid key: its last one."""
    found = audience(the_core.state, stream, the_core.now_ms())
    place = the_core.state.streams.get(stream)
    if found.state != "dirty" or place is None:
        return found
    teams = sorted(team for team in (place.owner, place.partner) if team)
    return Audience("open", tuple((team, the_core.state.teams[team].gen) for team in teams))


def any_key(the_sealing: Any, ward: bytes, stream: bytes, epoch: int, record: Any, *rest: Any) -> bytes:
    """Open an epoch key without looking at the commitment."""
    (team, gen), secret, wrap, granter = rest[:4]
    info = wrap_info(ward, stream, epoch, team.encode(), gen, record.commit, granter)
    key: bytes = the_sealing.unwrap(secret, wrap, info)
    return key


def keep_closed(original: Callable[..., int]) -> Callable[..., int]:
    """Leave in the outbox what a closed stream takes no more."""

    def tray(the_core: Core, stream: bytes, reason: QuarantineReason, last_n: int | None = None) -> int:
        return 0 if reason == "closed" else original(the_core, stream, reason, last_n)

    return tray


def as_claimed(stamp: int, _: int | None) -> int:
    """A stamp counts as it was claimed."""
    return stamp


@contextmanager
def clamp_off() -> Iterator[dict[str, Any]]:
    """Without the clamp, in what is shown and in what later stamps follow."""
    with patch.object(registers, "effective", as_claimed), patch.object(opening, "effective", as_claimed):
        yield {}


def stamp_after_all(the_core: Core) -> int:
    """A stamp after the last one, whenever that claims to be."""
    stamp = tick(the_core._last_stamp(), the_core.now_ms())
    the_core.store.put(core.STAMP, encode(stamp))
    return stamp


MUTANTS: dict[str, tuple[Mutant, str]] = {
    "a time-out is no refusal": (made_by(make_client=SealsAgain), ""),
    "what failed is tried again": (made_by(make_client=GivesUp), "I18"),
    "nothing follows a withdrawal": (made_by(make_client=GoesOn), "I5"),
    "a partner deletes": (made_by(make_store=KeepsAll), "I5"),
    "only the service's time ends a consent": (
        replaced(closing, "end_streams", own_clock(closing.end_streams)),
        "",
    ),
    "what cannot be delivered goes to the tray": (replaced(closing, "tray", keep_closed(closing.tray)), ""),
    "what is in the tray is not shown": (made_by(make_store=ShowsTray), "I"),
    "a transaction is whole or nothing": (made_by(make_store=HalfWritten), ""),
    "an old copy stops writing": (replaced(pages, "_own_unknown", lambda *_: None), ""),
    "an overtaken decision is not sent": (replaced(outbox, "late_cas_key", lambda _: "none"), "decision"),
    "a dirty team waits": (replaced(sealing, "readers_now", dirty_is_open), ""),
    "a key is the one committed to": (replaced(grants, "open_epoch", any_key), "I11"),
    "nobody replaces what it cannot have seen": (replaced(claims.Claims, "clean", lambda *_: None), "I1"),
    "a clock that runs ahead counts only so far": (clamp_off, "I13"),
    "a stamp from the future is not followed": (replaced(Core, "stamp", stamp_after_all), "I13"),
    "keys that come later open what waited": (replaced(opening, "open_grants", lambda _: ()), ""),
    "this PC's clock is set right at each contact": (replaced(Core, "note_time", lambda *_: None), ""),
}
"""The rule, how it is switched off, and what the first broken invariant's name begins with."""


@pytest.mark.parametrize("rule", sorted(MUTANTS))
def test_without_the_rule_an_invariant_breaks(rule: str) -> None:
    """The simulation finds out, within some seeds, that the client lacks a rule."""
    mutant, name = MUTANTS[rule]
    with mutant() as options:
        failed = first_failure(hostile=True, kinds=attacks.ALL, **options)
    assert str(failed.cause).startswith(name), failed
    run(failed.seed, hostile=True, kinds=attacks.ALL)
