"""What all parts of the client core share: the store, the keys of this device, and what is known.

`Memory` is what would be read from the store again after a restart. It changes only together
with the store: a change that fails leaves both as they were.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from wardclient.ledger.clock import TOLERANCE_MS, millis, pack, tick
from wardclient.sync.ports import EarlyKey, Store
from wardclient.sync.tree import LogTree
from wardclient.vault.identity import Identity
from wardclient.vault.sealing import Sealing
from wardproto import control
from wardproto.admission import RULES, RuleCheck
from wardproto.control import ControlState, Member
from wardproto.records import Genesis, TeamGeneration
from wardproto.signing import Signing
from wardproto.wire import decode, encode

RESTORES = frozenset({"notice_root", "ack"})
"""What is checked of a restore that the service announces (notices.py)."""
ALL_AUDITS = frozenset({"size", "grown", "root", "heads", "gossip", "receipts"}) | RESTORES
"""These, and what is checked of each checkpoint (audit.AUDITS)."""
DEVICE = "device"
IDENTITY = "identity"
WARD = "ward"
TEAM = "team"
CLOCK = "clock"
CURSOR = "cursor"
STAMP = "hlc"
STOPPED = "stopped"
HALTED = "halted"
OLD_PAGES = "old_pages"
ACCUSED = "accused"
"""What the service was accused of since the exchange was last in order: a restore may explain it."""
REBUILD = "rebuild"
WARD_KEY = "ward_key"


class NoIdentityError(Exception):
    """This store belongs to no device yet: found a ward or join one first."""


class StoppedError(Exception):
    """Nothing may be written by this device now; ``reason`` says why (an incident is in the inbox)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Cheated(Exception):  # noqa: N818  # what the server did, not a mistake of this program
    """The server handed out something that no honest server hands out. Nothing of it is applied."""

    def __init__(self, kind: str, wseq: int, detail: bytes = b"") -> None:
        super().__init__(kind)
        self.kind = kind
        self.wseq = wseq
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Generation:
    """A team generation as it stands in the control stream, and what its seal is bound to."""

    record: TeamGeneration
    ward: bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known, as of the last commit."""

    state: ControlState = field(default_factory=ControlState)
    generations: Mapping[tuple[str, int], Generation] = field(default_factory=dict)
    live: Mapping[bytes, int] = field(default_factory=dict)
    """Streams whose end is still to come, or to be dealt with: until which server time (closing.py)."""
    cursor: int = 0
    """wseq up to which the log was taken over."""
    recv_ms: int = 0
    """Time of receipt of the last entry taken over."""
    offset_ms: int = 0
    """What to add to this PC's clock to get the server's."""
    told_ms: int = 0
    """The server's time when it last told it; 0 before the first contact."""
    contact_ms: int = 0
    """This PC's clock at the last contact; 0 when there was none."""


def keep_identity(store: Store, identity: Identity, ward: bytes, team: str) -> None:
    """Make ``store`` that of a device of a ward. The ward id pins all else: members, server, keys."""
    with store.transaction():
        store.put(IDENTITY, identity.encode())
        store.put(DEVICE, identity.device)
        store.put(WARD, ward)
        store.put(TEAM, team.encode())


class _Verified:
    """Signatures of records that were checked before they were stored in the encrypted database."""

    def __init__(self, signing: Signing) -> None:
        self.public = signing.public
        self.sign = signing.sign

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:  # noqa: ARG002
        return True


class Core:
    """Store, keys, clock and memory of one device."""

    def __init__(
        self,
        store: Store,
        signing: Signing,
        sealing: Sealing,
        clock_ms: Callable[[], int],
        rules: Mapping[str, RuleCheck] = RULES,
        audits: Collection[str] = ALL_AUDITS,
    ) -> None:
        found, ward = store.get(IDENTITY), store.get(WARD)
        if not found or not ward:
            raise NoIdentityError
        self.store = store
        self.signing = signing
        self.sealing = sealing
        self.clock_ms = clock_ms
        self.rules = rules
        self.audits = audits
        self.me = Identity.decode(found)
        self.ward = ward
        self.team = (store.get(TEAM) or b"").decode()
        self.memory = self._load()
        self.early: EarlyKey | None = None
        """What a newcomer has found at the end of the log (early.py); gone with a restart."""
        self.log = LogTree(store, self.team, lambda: self.memory.state)

    def _load(self) -> Memory:
        state, generations = self._fold()
        cursor, recv_ms = decode(self.store.get(CURSOR) or encode((0, 0)), tuple[int, int])
        clock = decode(self.store.get(CLOCK) or encode((0, 0, 0)), tuple[int, int, int])
        return Memory(state, generations, {}, cursor, recv_ms, *clock)

    def _fold(self, last: int | None = None) -> tuple[ControlState, dict[tuple[str, int], Generation]]:
        """Fold the control records that are stored here, up to number ``last``."""
        state, generations = ControlState(), dict[tuple[str, int], Generation]()
        verified = _Verified(self.signing)
        for stored in self.store.controls():
            if last is not None and stored.sseq > last:
                break
            state = control.apply(state, stored.wire, stored.recv_ms, verified, stored.wrap_hashes)
            generations |= generations_in(stored.wire, state.ward)
        return state, generations

    def state_at(self, size: int) -> ControlState:
        """Return the control state after the first ``size`` entries of the log that was taken over."""
        return self._fold(self.store.control_at(size))[0]

    def go_back(self, size: int, recv_ms: int) -> None:
        """The store was cut back to ``size`` entries: know what it knows now."""
        state, generations = self._fold()
        self.memory = replace(self.memory, state=state, generations=generations, cursor=size, recv_ms=recv_ms)
        self.store.put(CURSOR, encode((size, recv_ms)))
        self.log.go_back(size)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One atomic change of store and memory."""
        before = self.memory
        try:
            with self.store.transaction():
                yield
        except BaseException:
            self.memory = before
            self.log.forget()
            raise

    # --- what is known

    @property
    def state(self) -> ControlState:
        """The control state."""
        return self.memory.state

    @property
    def member(self) -> Member | None:
        """This device as a member; None before it was admitted and after it was removed."""
        return self.memory.state.member(self.me.device)

    @property
    def removed(self) -> bool:
        """Whether this device was a member and is none any more."""
        known = self.memory.state.members.get(self.me.device)
        return known is not None and not known.active

    def flag(self, name: str) -> str:
        """A reason kept in the store, empty where there is none."""
        return (self.store.get(name) or b"").decode()

    def incident(self, kind: str, wseq: int = 0, detail: bytes = b"") -> None:
        """Keep evidence of something that must not happen."""
        self.store.incident(kind, wseq, detail, self.now_ms())

    def accuse(self, kind: str, wseq: int = 0, detail: bytes = b"", *, halt: bool = True) -> None:
        """Keep evidence against the service, and end synchronising; a restore that is announced may explain it."""
        if halt:
            self.store.put(HALTED, kind.encode())
        self.incident(kind, wseq, detail)
        known = self.accused()
        if (kind, wseq, detail) not in known:
            self.store.put(ACCUSED, encode((*known, (kind, wseq, detail))))

    def accused(self) -> tuple[tuple[str, int, bytes], ...]:
        """What the service was accused of since the exchange was last in order: (kind, wseq, evidence)."""
        return decode(self.store.get(ACCUSED) or encode(()), tuple[tuple[str, int, bytes], ...])

    def forget_accusations(self) -> None:
        """The exchange is in order again, or what stopped it is explained."""
        if self.store.get(ACCUSED):
            self.store.put(ACCUSED, b"")

    # --- time

    def now_ms(self) -> int:
        """The server's time as far as it is known here: this PC's clock, set right at each contact."""
        return max(self.clock_ms() + self.memory.offset_ms, self.memory.told_ms)

    def note_time(self, server_ms: int) -> None:
        """Learn the server's time. Work is never refused for a wrong clock, only stamped right."""
        here = self.clock_ms()
        told = max(server_ms, self.memory.recv_ms)
        if (server_ms - here, told, here) == (
            self.memory.offset_ms,
            self.memory.told_ms,
            self.memory.contact_ms,
        ):
            return
        self.memory = replace(self.memory, offset_ms=server_ms - here, told_ms=told, contact_ms=here)
        self.store.put(CLOCK, encode((server_ms - here, told, here)))

    def stamp(self) -> int:
        """Return the stamp of a new event."""
        now = self.now_ms()
        last = self._last_stamp()
        # A stamp made while this PC's clock was years ahead must not pull all later ones with it.
        if self.memory.contact_ms and millis(last) > now + TOLERANCE_MS:
            last = pack(now)
        stamp = tick(last, now)
        self.store.put(STAMP, encode(stamp))
        return stamp

    def see_stamp(self, effective_stamp: int) -> None:
        """Let later stamps come after one from elsewhere, as far as that one counts."""
        if effective_stamp > self._last_stamp():
            self.store.put(STAMP, encode(effective_stamp))

    def _last_stamp(self) -> int:
        return decode(self.store.get(STAMP) or encode(0), int)


def generations_in(wire: bytes, ward: bytes) -> dict[tuple[str, int], Generation]:
    """Return the team generations that a control record brings."""
    _, header = control.read(wire)
    body = control.body_of(header)
    found: tuple[TeamGeneration, ...] = ()
    if isinstance(body, Genesis):
        # The ward's id is the hash of this very record, so nothing in it can be bound to it.
        found, ward = body.teams, b""
    elif body is not None:
        generation = getattr(body, "generation", None)
        found = () if generation is None else (generation,)
    return {(g.team, g.gen): Generation(g, ward) for g in found}
