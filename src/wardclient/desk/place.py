"""What every group of acts works with: the lane, the store, the core, and who sits here."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from wardclient.casework.problems import Problem
from wardclient.desk.api import RefusedError
from wardclient.desk.lanes import Lane
from wardclient.desk.rows import Change, Me
from wardclient.ledger.events import Op
from wardclient.sync.sealing import ending_key

if TYPE_CHECKING:
    from wardclient.ledger.registers import Register
    from wardclient.storage.log_store import SqlStore
    from wardclient.sync.client import Client

T = TypeVar("T")

JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")
LEASE_MS = 24 * 3600 * 1000
"""How long a partner's PC without contact shows the other side's facts (domain 10)."""


@dataclass(frozen=True, slots=True)
class CaseStream:
    """One stream of a case as this PC holds it."""

    stream: bytes
    kind: str
    owner: str
    consent_id: str
    """Hex id of the consent, joint streams only."""
    open: bool
    """Whether something may be written to it now, as far as this PC knows."""
    known: str = "open"
    """sharing.known of a joint stream."""


@dataclass
class Place:
    """An unlocked home. Everything that touches the store runs in ``lane``."""

    lane: Lane
    store: "SqlStore"
    client: "Client"
    me: Me
    labels: Callable[[bytes], str]
    """Desk label of a device."""
    now_ms: Callable[[], int]
    tell: Callable[[Change], None]
    urge: Callable[[], None]
    """Wake the sync loop: there is something to send."""
    export_key: bytes = field(repr=False)
    """Under which tray work is written out."""

    def ending(self, stream: bytes) -> bool:
        """Whether a joint stream was withdrawn on this PC and the withdrawal is still under way."""
        return bool(self.store.get(ending_key(stream)))

    def owns(self, stream: bytes) -> bool:
        """Whether a stream is one of my team's: its history stays with us after an end."""
        found = self.client.state.streams.get(stream)
        return found is None or found.owner == self.me.team

    def today(self) -> dt.date:
        """Return the date at the office."""
        return self.moment().date()

    def moment(self) -> dt.datetime:
        """Return the time at the office, to the second."""
        return dt.datetime.fromtimestamp(self.now_ms() // 1000, JAPAN)

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic change of the store."""
        return self.store.transaction()

    def record(self, stream: bytes, act: str, ops: Sequence[Op], *, cas: bool = False) -> None:
        """Save an act in a stream, if it changes anything."""
        if ops:
            self.client.record(stream, act, ops, cas=cas)

    def changed(self, kinds: Iterable[str], *case_ids: str) -> None:
        """Tell open views, and the sync loop that there is work."""
        self.tell(Change(frozenset(kinds) | {"sync"}, frozenset(case_ids)))
        self.urge()

    def now(self) -> int:
        """Return the server's time as far as it is known here, in milliseconds."""
        return self.client.server_now_ms()

    def lease_over(self) -> bool:
        """Whether this PC has been without contact for longer than the lease."""
        contact = self.client.last_contact_ms()
        return bool(contact) and self.now_ms() - contact > LEASE_MS

    def registers(self, stream: bytes, entity: str) -> "Mapping[str, Register]":
        """Return an entity's fields in one stream."""
        return self.store.registers(stream, entity)


class Acts:
    """Base of the groups of acts."""

    place: Place

    def _do(self, job: Callable[[], T]) -> T:
        """Run ``job`` in the write lane, storage faults told in words."""
        from wardclient.desk.faults import told

        with told():
            return self.place.lane.run(job)


def refuse(*problems: Problem) -> None:
    """Raise RefusedError when there are problems."""
    if problems:
        raise RefusedError(tuple(problems))


def problem(code: str, ja: str, en: str, name: str = "") -> Problem:
    """Return a problem of a field, or of the whole form."""
    return Problem(name, code, ja, en)
