"""A small ward with real keys, straight from wardproto's records.

The service cannot open anything, so sealed bodies, wraps and sealed names are random bytes.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import msgspec

from wardproto import control
from wardproto.admission import Epoch
from wardproto.control import ControlState
from wardproto.messages import ControlPush, JoinBody, JoinRequest, PushItem, signed_headers
from wardproto.readers import audience
from wardproto.records import (
    BlockHeader,
    ConsentEnd,
    ConsentSet,
    ControlBody,
    ControlWire,
    DeviceAdd,
    DeviceRemove,
    Genesis,
    Head,
    Invite,
    NewDevice,
    NewEpoch,
    Receipt,
    Refusal,
    Seen,
    StreamCreate,
    TeamGen,
    TeamGeneration,
)
from wardproto.signing import Ed25519Signing, check_envelope, seal_envelope
from wardproto.wire import (
    Envelope,
    block_hash,
    control_hash,
    decode,
    encode,
    signed_bytes,
    ward_id,
    wraps_hash,
)

SIGNING = Ed25519Signing()
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOON_MS = 1_790_000_000_000
"""A fixed server time for tests that have a clock of their own."""


@dataclass(frozen=True)
class Pc:
    """A device and its signing key."""

    secret: bytes
    new: NewDevice

    @property
    def id(self) -> bytes:
        """The device id."""
        return self.new.device

    def headers(
        self, method: str, target: str, body: bytes, time_ms: int, nonce: bytes | None = None
    ) -> dict[str, str]:
        """Return the headers of a request that this PC signs."""
        nonce = os.urandom(16) if nonce is None else nonce
        return signed_headers(SIGNING, self.secret, self.id, method, target, body, time_ms, nonce)


def pc(team: str, *roles: str) -> Pc:
    """Return a new PC."""
    secret = os.urandom(32)
    new = NewDevice(
        os.urandom(16), os.urandom(16), team, roles, SIGNING.public(secret), os.urandom(64), os.urandom(48)
    )
    return Pc(secret, new)


@dataclass
class Ward:
    """What honest clients of a ward know together: it makes records, and learns from receipts."""

    server_key: bytes
    founder: Pc = field(default_factory=lambda: pc("city", "cw", "adm"))
    id: bytes = b""
    state: ControlState = field(default_factory=ControlState)
    heads: dict[bytes, Head] = field(default_factory=dict)
    epochs: dict[bytes, Epoch] = field(default_factory=dict)
    chains: dict[tuple[bytes, bytes], tuple[int, bytes]] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    invites: dict[bytes, bytes] = field(default_factory=dict)
    """Secret keys of invites."""

    # --- control records

    def genesis(self) -> ControlPush:
        """Return the record that founds the ward."""
        wraps = (os.urandom(80), os.urandom(80))
        generation = generation_of("city", 1, (self.founder.id,), wraps[:1])
        body = Genesis((self.founder.new,), self.server_key, (generation,), b"", (), 1, os.urandom(16))
        push = self.control(self.founder, body, wraps)
        self.id = ward_id(decode(push.wire, ControlWire).payload)
        return push

    def control(
        self, by: Pc, body: ControlBody, wraps: tuple[bytes, ...] = (), *, after: ControlState | None = None
    ) -> ControlPush:
        """Return a signed control record that follows ``after`` (the state known here)."""
        payload = control.make_payload(self.state if after is None else after, by.id, NOON_MS, body)
        signature = SIGNING.sign(by.secret, signed_bytes("ctl", payload))
        return ControlPush(encode(ControlWire(payload, signature)), wraps)

    def invite(self, by: Pc, team: str, roles: tuple[str, ...], until_ms: int) -> ControlPush:
        """Return an invitation."""
        secret, invite = os.urandom(32), os.urandom(16)
        self.invites[invite] = secret
        return self.control(by, Invite(invite, SIGNING.public(secret), team, roles, until_ms))

    def join_request(self, invite: bytes, newcomer: Pc) -> bytes:
        """Return what a newcomer puts into the join box."""
        new = newcomer.new
        body = encode(
            JoinBody(self.id, invite, new.device, new.staff, new.sign_key, new.wrap_key, os.urandom(40))
        )
        message = signed_bytes("join", body)
        return encode(
            JoinRequest(
                body, SIGNING.sign(self.invites[invite], message), SIGNING.sign(newcomer.secret, message)
            )
        )

    def device_add(self, by: Pc, newcomer: Pc, invite: bytes) -> ControlPush:
        """Return the record that admits a newcomer."""
        wraps = (os.urandom(80), os.urandom(80))
        body = DeviceAdd(newcomer.new, invite, wraps_hash(control.hashes(wraps)))
        return self.control(by, body, wraps)

    def device_remove(self, by: Pc, gone: Pc) -> ControlPush:
        """Return the record that removes a device, with its team's new generation."""
        left = tuple(d for d in self.state.team_devices(gone.new.team) if d != gone.id)
        wraps = tuple(os.urandom(80) for _ in left)
        number = self.state.teams[gone.new.team].gen + 1
        return self.control(
            by, DeviceRemove(gone.id, generation_of(gone.new.team, number, left, wraps)), wraps
        )

    def team_gen(self, by: Pc) -> ControlPush:
        """Return a new generation of the author's team."""
        team = by.new.team
        devices = self.state.team_devices(team)
        wraps = tuple(os.urandom(80) for _ in devices)
        number = self.state.teams[team].gen + 1
        return self.control(by, TeamGen(generation_of(team, number, devices, wraps)), wraps)

    def streams(self, by: Pc, count: int = 1) -> tuple[ControlPush, tuple[bytes, ...]]:
        """Return the record that opens streams of the author's team, and their ids."""
        ids = tuple(os.urandom(16) for _ in range(count))
        return self.control(by, StreamCreate("own", by.new.team, ids)), ids

    def consent(self, by: Pc, partner: str, from_ms: int, until_ms: int) -> tuple[ControlPush, bytes, bytes]:
        """Return a consent record, its id and its joint stream."""
        consent, stream = os.urandom(16), os.urandom(16)
        body = ConsentSet(
            consent, stream, by.new.team, partner, from_ms, until_ms, (os.urandom(32),), os.urandom(32)
        )
        return self.control(by, body), consent, stream

    def consent_end(self, by: Pc, consent: bytes) -> ControlPush:
        """Return a withdrawal."""
        return self.control(by, ConsentEnd(consent))

    # --- blocks

    def block(
        self,
        by: Pc,
        stream: bytes,
        body: bytes | None = None,
        *,
        change: dict[str, object] | None = None,
        epoch: bool | None = None,
    ) -> PushItem:
        """Return a sealed block; with a new epoch where R has changed (or as ``epoch`` says).

        ``change`` replaces fields of the header before it is signed.
        """
        body = os.urandom(256) if body is None else body
        current = self.epochs.get(stream, Epoch())
        recipients = audience(self.state, stream, self.state.recv_ms).recipients
        fresh = (current.recipients != recipients or current.number == 0) if epoch is None else epoch
        wraps = tuple(os.urandom(80) for _ in recipients) if fresh else ()
        new = NewEpoch(os.urandom(32), recipients, wraps_hash(control.hashes(wraps))) if fresh else None
        bseq, prev = self.chains.get((stream, by.id), (0, b""))
        header = BlockHeader(
            ward=self.id,
            stream=stream,
            device=by.id,
            bseq=bseq + 1,
            prev=prev,
            attempt=0,
            refusal=b"",
            ctl=self.state.head,
            head=self.heads.get(stream, Head()),
            cas=False,
            seen=Seen(),
            epoch=current.number + fresh,
            new_epoch=new,
            salt=os.urandom(16),
            body_hash=sha256(body).digest(),
            body_len=len(body),
        )
        if change:
            header = msgspec.structs.replace(header, **change)
        return PushItem(seal_envelope(SIGNING, by.secret, "block", encode(header)), body, wraps)

    # --- answers

    def settle(self, pushed: ControlPush | PushItem, answer: bytes) -> Receipt | Refusal:
        """Check an answer's signature and, for a receipt, move on as a client would."""
        told = answered(self.server_key, answer)
        if isinstance(told, Refusal):
            return told
        self.receipts.append(told)
        if isinstance(pushed, ControlPush):
            payload = decode(pushed.wire, ControlWire).payload
            assert told.hash == control_hash(payload)
            self.state = control.apply(
                self.state, pushed.wire, told.recv_ms, SIGNING, control.hashes(pushed.wraps)
            )
            return told
        payload = decode(pushed.envelope, Envelope).payload
        assert told.hash == block_hash(payload)
        header = decode(payload, BlockHeader)
        self.heads[header.stream] = Head(told.sseq, told.head)
        self.chains[header.stream, header.device] = (header.bseq, told.hash)
        if header.new_epoch is not None:
            self.epochs[header.stream] = Epoch(
                header.epoch, header.new_epoch.recipients, header.new_epoch.commit
            )
        # Later records are folded at the time of the log, which goes on with every block.
        self.state = replace(self.state, recv_ms=max(self.state.recv_ms, told.recv_ms))
        return told


def generation_of(team: str, gen: int, devices: Sequence[bytes], wraps: tuple[bytes, ...]) -> TeamGeneration:
    """Return a generation of a team key (public key and sealed secret are random)."""
    hashes = wraps_hash(control.hashes(wraps))
    return TeamGeneration(
        team, gen, os.urandom(64), tuple(devices), hashes, os.urandom(60) if gen > 1 else b""
    )


def answered(server_key: bytes, answer: bytes) -> Receipt | Refusal:
    """Return the receipt or refusal after checking that the server signed it."""
    envelope = decode(answer, Envelope)
    assert check_envelope(SIGNING, server_key, envelope)
    kinds: dict[str, type[Receipt | Refusal]] = {"receipt": Receipt, "refusal": Refusal}
    return decode(envelope.payload, kinds[envelope.context])
