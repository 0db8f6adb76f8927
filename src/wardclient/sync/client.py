"""The client core of one device. It does no I/O, starts nothing, and waits for nothing.

The desk records acts; the loop asks for the next call, makes it, and hands the outcome back.
Every change, here and in the store, is one transaction; after a kill the store says all. One
thread calls it at a time (the desk's write lane).
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from wardclient.ledger.events import Op, make_event
from wardclient.sync import closing, intents
from wardclient.sync.consents import SALT_BYTES, evidence_hash, item_hash, salt_record
from wardclient.sync.core import ALL_AUDITS, REBUILD, STOPPED, Core, StoppedError
from wardclient.sync.exchange import Exchange
from wardclient.sync.known import Known
from wardclient.sync.ports import Draft, Store
from wardclient.sync.sealing import MAX_EVENT, ending_key, frozen_key, last_cas_key
from wardclient.vault.sealing import Sealing
from wardproto.admission import RULES, RuleCheck
from wardproto.messages import MAX_PAGE
from wardproto.records import ConsentSet, Invite, NewDevice
from wardproto.signing import Signing
from wardproto.wire import ID_BYTES, encode


class ClosedStreamError(Exception):
    """Nothing may be written to this stream any more: its consent ended, or it is frozen."""


class TooLargeError(Exception):
    """An act is larger than a block may be."""


class Client(Known, Exchange):
    """The client core."""

    def __init__(
        self,
        store: Store,
        signing: Signing,
        sealing: Sealing,
        clock_ms: Callable[[], int],
        rules: Mapping[str, RuleCheck] = RULES,
        page_limit: int = MAX_PAGE,
        audits: Collection[str] = ALL_AUDITS,
    ) -> None:
        """Take up the work of the device whose store this is; NoIdentityError for a fresh one.

        ``clock_ms`` is this PC's clock, right or wrong. ``rules``, ``audits`` and ``page_limit`` are for tests.
        """
        core = Core(store, signing, sealing, clock_ms, rules, audits)
        core.memory = closing.with_live(core)
        Exchange.__init__(self, core, page_limit)

    def record(self, stream: bytes, kind: str, ops: Sequence[Op], *, cas: bool = False) -> int:
        """Save an act as a draft, applied at once; return its number.

        ``cas``: the act is valid only if nobody else has written to the stream meanwhile.
        """
        core = self.core
        self._check_writing(stream)
        with core.change():
            n = core.store.next_n(stream)
            event = make_event(n, kind, core.stamp(), core.me.staff, ops)
            if len(event) > MAX_EVENT:
                raise TooLargeError
            core.store.add_draft(Draft(stream, n, event, cas, core.now_ms()))
            if cas:
                core.store.put(last_cas_key(stream), encode(n))
        self.hurry()
        return n

    def _check_writing(self, stream: bytes) -> None:
        core = self.core
        reason = core.flag(STOPPED) or ("rebuilding" if core.store.get(REBUILD) else "")
        if reason:
            raise StoppedError(reason)
        known = core.state.streams.get(stream)
        if known is not None and (known.closed or core.store.get(closing.ended_key(stream))):
            raise ClosedStreamError
        if core.store.get(ending_key(stream)) or core.store.get(frozen_key(stream)):
            raise ClosedStreamError

    def new_stream(self) -> bytes:
        """Return a new stream of this team; the control plane hears of it with all others that wait."""
        stream = self.core.sealing.random(ID_BYTES)
        self._intend("stream_create", ("own", stream))
        return stream

    def set_consent(
        self,
        consent: bytes,
        stream: bytes,
        *,
        partner: str,
        from_ms: int,
        until_ms: int,
        items: Sequence[str],
        evidence: bytes,
    ) -> bytes:
        """Open a joint stream under a consent as soon as the server accepts it; return its salt.

        The control plane holds only salted hashes of the items and of the evidence. The salt is
        the first record of the joint stream, so that its readers can check them.
        """
        core = self.core
        salt = core.sealing.random(SALT_BYTES)
        body = ConsentSet(
            consent,
            stream,
            core.team,
            partner,
            from_ms,
            until_ms,
            tuple(item_hash(salt, item) for item in items),
            evidence_hash(salt, evidence),
        )
        with core.change():
            self._intend("consent_set", body)
            self.record(stream, "consent_opened", [salt_record(consent, salt)])
        return salt

    def end_consent(self, consent: bytes) -> None:
        """Withdraw: from now on nothing is sealed for the joint stream; the control act goes first of all."""
        core = self.core
        known = core.state.consents.get(consent)
        waiting = intents.open_consent_set(core, consent)
        if known is not None:
            stream = known.stream
        elif waiting is not None:
            stream = intents.stream_of(waiting)
        else:
            return
        with core.change():
            core.store.put(ending_key(stream), b"1")
            if waiting is not None and not core.store.get(intents.tried_key(consent)):
                # It never left this PC, so there is nothing to end.
                core.store.done_intent(waiting.id)
                closing.tray(core, stream, "closed")
            else:
                self._intend("consent_end", consent, urgent=True)
        self.hurry()

    def remove_device(self, device: bytes) -> None:
        """Remove a device; its team's next key generation goes in the same record."""
        self._intend("device_remove", device, urgent=True)

    def set_roles(self, device: bytes, roles: Sequence[str]) -> None:
        """Give a device of this team other roles."""
        self._intend("role", (device, tuple(sorted(roles))))

    def invite(self, body: Invite) -> None:
        """Announce an invitation; its code stays with who made it (enrol.py)."""
        self._intend("invite", body)

    def admit(self, new: NewDevice, invite: bytes) -> None:
        """Admit a device that a person has compared the code of (enrol.py)."""
        self._intend("device_add", (new, invite))

    def _intend(self, kind: intents.Kind, payload: object, *, urgent: bool = False) -> None:
        reason = self.core.flag(STOPPED)
        if reason and not (reason == closing.ROLLED_BACK and kind in closing.STILL_SAID):
            raise StoppedError(reason)
        with self.core.change():
            intents.add(self.core, kind, payload, urgent=urgent)
        self.hurry()
