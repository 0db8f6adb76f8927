"""A ward in one process: devices with clients, the real service core, a network that is unkind.

Everything is driven by one seeded generator. Nothing here sleeps, and no thread runs.
"""

import random
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from tests.simulation.crypto import ModelSealing, ModelSigning, Recorded
from tests.simulation.memory_store import KilledError, MemoryStore, Tables
from tests.simulation.truth import BrokenError, EventName, Truth, need
from wardcentral.core import LogView, WardLog
from wardcentral.memory_store import MemoryStore as ServerStore
from wardclient.sync.calls import Call, ControlCall, PullCall, PushCall
from wardclient.sync.client import Client
from wardclient.sync.core import ALL_AUDITS, keep_identity
from wardclient.sync.founding import Newcomer, genesis, named, newcomer
from wardclient.sync.notices import PASSED
from wardclient.vault.identity import Identity
from wardclient.vault.sealing import Sealing
from wardproto.admission import RULES, RuleCheck
from wardproto.control import RefusedError
from wardproto.messages import LogPage, PushItem, PushReply
from wardproto.records import PASSING, Invite, Refusal
from wardproto.signing import Signing
from wardproto.wire import Envelope, decode

START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
Reply = LogPage | PushReply | Literal["denied"]
ClientMaker = Callable[..., Client]


@dataclass
class Message:
    """Something on the wire."""

    device: "Device"
    life: int
    call: Call
    reply: Reply | None = None


@dataclass
class Device:
    """A PC: what is on its disk, the client that runs on it, and what a person did there."""

    world: "World"
    name: str
    team: str
    identity: Identity
    store: MemoryStore
    skew_ms: int = 0
    life: int = 0
    client: Client | None = None
    created: dict[EventName, bytes] = field(default_factory=dict)
    """Acts that were saved here: the invariants follow each to where it ends."""
    withdrawn: dict[bytes, int] = field(default_factory=dict)
    """Joint streams withdrawn here, with the size of the log at that moment."""
    sealed_at_withdrawal: dict[bytes, bytes] = field(default_factory=dict)
    """The block that was on its way then, if any: nothing sealed later may follow."""
    decisions: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """Exclusive decisions made here, with the place in the stream that their author had seen."""
    rolled_back: bool = False
    backup: Tables | None = None
    hostile: bool = False
    knows_time: bool = False
    """Whether its clock was not set wrong since it last heard the server's time."""
    cursor: int = 0
    gone_on: bytes = b""
    served_removed: bool = False
    """Whether it was given a page as a removed PC is: its own removal, and not all before it."""
    holed: bool = False
    """Whether the log that removed it was lost after such a page: it is to be enrolled anew."""
    told: tuple[bytes, ...] = ()
    """Notices that it was told when contact came back."""
    checked_head: int = 0

    @property
    def id(self) -> bytes:
        """The device id."""
        return self.identity.device

    @property
    def up(self) -> Client:
        """The running client."""
        if self.client is None:
            self.start()
        assert self.client is not None
        return self.client

    def clock_ms(self) -> int:
        """This PC's clock: off by its skew."""
        return self.world.now_ms + self.skew_ms

    def start(self) -> None:
        """Start the program: everything it knows comes from its store."""
        world = self.world
        self.store.fuse = -1
        self.client = world.make_client(
            self.store,
            world.signing,
            world.sealing,
            self.clock_ms,
            world.rules,
            world.page_limit,
            world.audits,
        )
        self.life += 1

    def kill(self) -> None:
        """End the program without warning."""
        self.client = None


class World:
    """The ward, its devices, its service, and the wire between them."""

    def __init__(
        self,
        seed: int,
        *,
        rules: Mapping[str, RuleCheck] = RULES,
        audits: Collection[str] = ALL_AUDITS,
        make_client: ClientMaker = Client,
        make_store: Callable[..., MemoryStore] = MemoryStore,
        signing: Signing | None = None,
        sealing: Sealing | None = None,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311  # a seed must replay everything
        self.rules = rules
        self.audits = audits
        self.make_client = make_client
        self.make_store = make_store
        self.signing = signing or ModelSigning()
        self.sealing = Recorded(sealing or ModelSealing(seed))
        self.page_limit = self.random.choice((1, 2, 3, 7, 50))
        self.now_ms = START_MS
        self.steps: list[str] = []
        self.wire: list[Message] = []
        self.devices: list[Device] = []
        self.truth = Truth(self.sealing)
        self.control_hashes: dict[int, bytes] = {}
        self.tamper: Callable[[Device, LogPage], LogPage] = lambda _, page: page
        """What a hostile service does to a page; an honest one hands it out as it is."""
        self.down = False
        self.notices: tuple[bytes, ...] = ()
        """What the service has signed about restores (restores.py)."""
        self.tell_notices = True
        self.lost_hashes: set[bytes] = set()
        """Control states of logs that were lost: a PC that has not gone on yet knows one of them."""
        self._server_secret = self.sealing.random(32)
        self._server_store = ServerStore()
        self._found()

    # --- the ward begins

    def _found(self) -> None:
        first = self.new_device("city-1", "city")
        second = self.new_device("city-2", "city")
        admins = [
            self._newcomer(first, "cw", "adm"),
            self._newcomer(second, "cw", "adm"),
        ]
        founding = genesis(
            self.signing,
            self.sealing,
            first.identity,
            admins,
            "city",
            self.signing.public(self._server_secret),
            self.now_ms,
        )
        self.ward = founding.ward
        self.log = self._open_log()
        with self._server_store.transaction():
            self.log.push_control(founding.push.wire, founding.push.wraps, self.now_ms)
        self._watch()
        for device in (first, second):
            keep_identity(device.store, device.identity, self.ward, "city")
            self.devices.append(device)
        self.settle()
        self.enrol("hw-1", "hellowork", ("hw", "adm"), first)
        self.enrol("hw-2", "hellowork", ("hw",), self.devices[2])

    def _open_log(self) -> WardLog:
        return WardLog(self._server_store, self.ward, self.signing, self._server_secret, self.rules)

    def new_device(self, name: str, team: str) -> Device:
        """A PC that is no member yet."""
        return Device(self, name, team, Identity.create(self.sealing), self.make_store())

    def _newcomer(self, device: Device, *roles: str) -> Newcomer:
        return newcomer(self.signing, self.sealing, device.identity, device.name, roles)

    def enrol(self, name: str, team: str, roles: tuple[str, ...], admin: Device) -> Device:
        """Enrol a device in peace: invite, admit, first exchange."""
        device = self.new_device(name, team)
        self.invite(device, team, roles, admin)
        self.settle()
        self.devices.append(device)
        self.settle()
        need(device.up.core.member is not None, "enrolment", name)
        return device

    def invite(self, device: Device, team: str, roles: tuple[str, ...], admin: Device) -> None:
        """Let an admin ask for a device to be admitted; it goes through as the network allows."""
        invite = self.sealing.random(16)
        until = admin.up.server_now_ms() + 2 * HOUR_MS
        ward_key = admin.store.get("ward_key") or b""
        new = named(ward_key, self._newcomer(device, *roles), team)
        with admin.store.transaction():
            admin.up.invite(Invite(invite, self.sealing.random(32), team, new.roles, until))
            admin.up.admit(new, invite)
        keep_identity(device.store, device.identity, self.ward, team)

    # --- the service

    def serve(self, device: Device, call: Call) -> Reply:
        """Answer a call, as the service's HTTP face would."""
        known = self.log.state.members.get(device.id)
        if known is None or not (known.active or isinstance(call, PullCall)):
            return "denied"
        device.served_removed |= not known.active
        if isinstance(call, PullCall):
            try:
                page = self.log.page(device.id, call.after, call.limit, self.now_ms, call.asked)
            except RefusedError:
                return "denied"
            return self.tamper(device, page)
        if isinstance(call, ControlCall):
            return PushReply((self.push_control(call.push.wire, call.push.wraps),))
        return PushReply(tuple(self.push_block(item) for item in call.request.items))

    def push_control(self, wire: bytes, wraps: tuple[bytes, ...]) -> bytes:
        """Push a control record in a transaction of its own."""
        return self._commit(lambda: self.log.push_control(wire, wraps, self.now_ms))

    def push_block(self, item: PushItem, *, relayed: bool = False) -> bytes:
        """Push a block in a transaction of its own."""
        return self._commit(lambda: self.log.push_block(item, self.now_ms, relayed=relayed))

    def _commit(self, act: Callable[[], bytes]) -> bytes:
        with self._server_store.transaction():
            answer = act()
        self._watch()
        envelope = decode(answer, Envelope)
        if envelope.context == "refusal":
            refusal = decode(envelope.payload, Refusal)
            if refusal.code not in PASSING:
                self.truth.refused.add(refusal.hash)
        return answer

    def wraps(self, wseq: int) -> tuple[bytes, ...]:
        """All wraps of an entry, whoever they are for."""
        return self._server_store.wraps(self.ward, wseq)

    def view(self) -> LogView:
        """The end of the log, as the admission rules see it."""
        return self.log.view()

    @staticmethod
    def context_of(answer: bytes) -> str:
        """Receipt, or refusal with its code."""
        envelope = decode(answer, Envelope)
        return envelope.context if envelope.context == "receipt" else decode(envelope.payload, Refusal).code

    def crash_server(self, during: Call | None) -> None:
        """Kill the service, before or inside the transaction of a call; it comes up with what it stored."""
        if isinstance(during, PushCall):
            with suppress(KilledError), self._server_store.transaction():
                for item in during.request.items:
                    self.log.push_block(item, self.now_ms)
                raise KilledError
        self.log = self._open_log()

    def _watch(self) -> None:
        """Judge what was appended."""
        for wseq in range(self.truth.size + 1, self.log.size + 1):
            stored = self._server_store.record(self.ward, wseq)
            assert stored is not None
            self.truth.take(stored, self._server_store.wraps(self.ward, wseq))
        head = self.log.state.head.sseq
        if head not in self.control_hashes:
            self.control_hashes[head] = self.log.state.state_hash()

    # --- the wire

    def ask(self, device: Device) -> bool:
        """Let a client make its next call; False when it has none."""
        call = device.up.next_call(self.now_ms)
        if call is None:
            return False
        self.wire.append(Message(device, device.life, call))
        return True

    def deliver(self, message: Message) -> None:
        """A message arrives: at the service, or back at the client."""
        if message.reply is None:
            if self.down:
                return
            reply = self.serve(message.device, message.call)
            self.wire.append(Message(message.device, message.life, message.call, reply))
        elif message.device.life == message.life and message.device.client is not None:
            self.answer(message.device, message.call, message.reply)

    def answer(self, device: Device, call: Call, reply: Reply) -> None:
        """Hand a reply to the client, and look at what it made of it."""
        client = device.up
        if reply == "denied":
            client.on_failure(call, self.now_ms)
        elif isinstance(call, PullCall) and isinstance(reply, LogPage):
            if device.told is not self.notices and self.tell_notices:
                # The connection broke with the old machine: a PC asks before it goes on.
                device.told = self.notices
                client.on_restored(self.notices)
            client.on_page(call, reply, self.now_ms)
            if client.doubts() and self.tell_notices:
                client.on_restored(self.notices)
            device.knows_time |= client.core.memory.contact_ms == device.clock_ms()
        elif isinstance(call, ControlCall) and isinstance(reply, PushReply):
            client.on_control_reply(call, reply, self.now_ms)
        elif isinstance(call, PushCall) and isinstance(reply, PushReply):
            client.on_push_reply(call, reply, self.now_ms)
        self.look(device)

    def look(self, device: Device) -> None:
        """Check what must hold of one client at any time."""
        memory = device.up.core.memory
        gone_on = device.store.get(PASSED) or b""
        if gone_on != device.gone_on:
            # With a restore that was announced and acknowledged, and only then, it goes back.
            device.gone_on, device.cursor = gone_on, 0
        need(memory.cursor >= device.cursor, "I7 cursor", device.name)
        device.cursor = memory.cursor
        head = memory.state.head.sseq
        if head and head != device.checked_head:
            device.checked_head = head
            found = memory.state.state_hash()
            good = found == self.control_hashes.get(head) or found in self.lost_hashes
            need(good, "I12 same verdict", device.name)

    # --- peace

    def settle(self, rounds: int = 80) -> None:
        """Let every client exchange with an honest network until nothing is left to do."""
        for _ in range(rounds):
            busy = False
            for device in self.devices:
                busy |= self._exchange(device)
            self.now_ms += 61_000
            if not busy:
                return
        raise BrokenError("I18 liveness: still busy after the faults have stopped")

    def drain(self, device: Device) -> None:
        """Let a client exchange until it asks for nothing more."""
        device.up.retry()
        for _ in range(2_000):
            call = device.up.next_call(self.now_ms)
            if call is None:
                return
            self.answer(device, call, self.serve(device, call))
        raise BrokenError(f"I18 liveness: {device.name} does not come to an end")

    def _exchange(self, device: Device) -> bool:
        before = (self.truth.size, device.up.core.memory.cursor, device.up.status())
        self.drain(device)
        after = (self.truth.size, device.up.core.memory.cursor, device.up.status())
        return _lasting(before) != _lasting(after)


def _lasting(found: tuple[object, ...]) -> tuple[object, ...]:
    """What of a state tells progress: not when the last contact was."""
    size, cursor, status = found
    return size, cursor, getattr(status, "unsent", 0), getattr(status, "open_acts", 0)
