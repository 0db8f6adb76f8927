"""What the client core answers: the state of synchronising, of streams, consents and devices."""

from dataclasses import dataclass
from typing import Literal

from wardclient.sync import keys
from wardclient.sync.core import HALTED, REBUILD, STOPPED, Core
from wardclient.sync.sealing import ending_key, frozen_key, readers_now
from wardproto.control import ControlState

ConsentState = Literal["open", "early", "ended", "expired", "unknown"]


@dataclass(frozen=True, slots=True)
class Status:
    """What the sync line shows."""

    unsent: int
    oldest_ms: int | None
    """When the oldest unsent act was made, by the server's clock; None where all is sent."""
    open_acts: int
    """Control acts (a consent, a withdrawal, a removal) that the server has not accepted yet."""
    last_contact_ms: int
    """This PC's clock at the last contact; 0 for never."""
    clock_offset_ms: int
    cursor: int
    dirty: bool
    """The own team waits for a key generation: nothing can be sent until a member makes one."""
    stopped: str
    """Why nothing is written under this device's key (removed, rolled_back), else empty."""
    halted: str
    """Why synchronising has stopped (what the server did), else empty."""
    rebuilding: bool


class Known:
    """Questions to the core. None of them changes anything."""

    core: Core

    @property
    def state(self) -> ControlState:
        """The control plane as far as it was taken over."""
        return self.core.state

    def status(self) -> Status:
        """Return the state of synchronising."""
        core = self.core
        unsent, oldest = core.store.unsent()
        return Status(
            unsent,
            oldest,
            len(core.store.intents()),
            core.memory.contact_ms,
            core.memory.offset_ms,
            core.memory.cursor,
            core.member is not None and core.state.teams[core.team].dirty,
            core.flag(STOPPED),
            core.flag(HALTED),
            bool(core.store.get(REBUILD)),
        )

    def last_contact_ms(self) -> int:
        """This PC's clock at the last contact; 0 for never."""
        return self.core.memory.contact_ms

    def server_now_ms(self) -> int:
        """The server's time as far as it is known here."""
        return self.core.now_ms()

    def is_open(self, stream: bytes) -> bool:
        """Whether something written to a stream now is on its way to its readers.

        A stream that only this PC knows of yet (its control act has not gone out) is not open.
        """
        core = self.core
        if core.store.get(ending_key(stream)) or core.store.get(frozen_key(stream)):
            return False
        return readers_now(core, stream).state in ("open", "dirty")

    def consent_state(self, stream: bytes) -> ConsentState:
        """How a joint stream's consent stands in the control plane; unknown before it is accepted."""
        found = self.core.state.streams.get(stream)
        if found is None or found.kind != "joint":
            return "unknown"
        consent = self.core.state.consents[found.consent]
        if consent.ended_ms is not None or found.closed:
            return "ended"
        now = self.core.now_ms()
        if now >= consent.until_ms:
            return "expired"
        return "open" if now >= consent.from_ms else "early"

    def partner_devices(self, stream: bytes, *, without_ack: bool = False) -> tuple[bytes, ...]:
        """The partner's devices that could read a joint stream; or those that have not stated deletion."""
        core = self.core
        found = core.state.streams.get(stream)
        if found is None or found.kind != "joint":
            return ()
        ended_at = core.state.consents[found.consent].ended_at
        return tuple(
            device
            for device in core.state.team_devices(found.partner)
            if (ended_at is None or core.state.members[device].added < ended_at)
            and not (without_ack and (stream, device) in core.state.shreds)
        )

    def team_of(self, device: bytes) -> str:
        """The team of a device, also of a removed one; empty for one that was never a member."""
        member = self.core.state.members.get(device)
        return "" if member is None else member.team

    def label(self, device: bytes) -> str:
        """The name under which a device was admitted."""
        return keys.label(self.core, device)
