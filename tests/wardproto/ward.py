"""A ward for tests of the shared rules: real signatures, random bytes where only the vault could read.

`Ward` folds what it makes at once, as an honest server would; `refused` tells what a record that
breaks a rule is answered with.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
import pytest

from wardproto import control
from wardproto.admission import Block, Epoch
from wardproto.control import ControlState, RefusedError
from wardproto.readers import audience
from wardproto.records import (
    BlockHeader,
    ConsentSet,
    ControlBody,
    ControlHeader,
    ControlWire,
    DeviceAdd,
    Genesis,
    Head,
    Invite,
    NewDevice,
    NewEpoch,
    Seen,
    StreamCreate,
    TeamGen,
    TeamGeneration,
)
from wardproto.signing import Ed25519Signing
from wardproto.wire import NO_HASH, encode, signed_bytes, wraps_hash

SIGNING = Ed25519Signing()
NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass(frozen=True)
class Pc:
    """A device and its signing key."""

    secret: bytes
    new: NewDevice

    @property
    def id(self) -> bytes:
        """The device id."""
        return self.new.device


def pc(team: str, *roles: str) -> Pc:
    """Return a new PC that nobody has admitted."""
    secret = os.urandom(32)
    new = NewDevice(
        os.urandom(16), os.urandom(16), team, roles, SIGNING.public(secret), os.urandom(64), os.urandom(40)
    )
    return Pc(secret, new)


def generation(
    team: str, gen: int, members: tuple[bytes, ...], wraps: tuple[bytes, ...] | None = None
) -> tuple[TeamGeneration, tuple[bytes, ...]]:
    """Return a generation and the hashes of its wraps, one a member."""
    found = tuple(os.urandom(32) for _ in members) if wraps is None else wraps
    return TeamGeneration(team, gen, os.urandom(64), tuple(sorted(members)), wraps_hash(found), b""), found


@dataclass
class Ward:
    """A ward at one position of its control stream."""

    founder: Pc
    state: ControlState = field(default_factory=ControlState)
    now: int = NOW

    # --- making records

    def wire(
        self,
        by: Pc,
        body: ControlBody,
        secret: bytes | None = None,
        raw: msgspec.Raw | None = None,
        **changed: object,
    ) -> bytes:
        """Return a signed record that follows the state.

        Header fields may be changed before signing, and ``raw`` bytes may stand in place of the body.
        """
        header = msgspec.msgpack.decode(
            control.make_payload(self.state, by.id, self.now, body), type=ControlHeader
        )
        body_bytes = header.body if raw is None else raw
        payload = encode(msgspec.structs.replace(header, body=body_bytes, **changed))
        signature = SIGNING.sign(by.secret if secret is None else secret, signed_bytes("ctl", payload))
        return encode(ControlWire(payload, signature))

    def fold(self, wire: bytes, wraps: tuple[bytes, ...] = (), **options: bool) -> ControlState:
        """Return the state after a record; RefusedError."""
        return control.apply(self.state, wire, self.now, SIGNING, wraps, **options)

    def act(self, by: Pc, body: ControlBody, wraps: tuple[bytes, ...] = ()) -> "Ward":
        """Make a record and go on after it."""
        self.state = self.fold(self.wire(by, body), wraps)
        return self

    # --- acts

    def invited(self, by: Pc, new: Pc, **changed: object) -> Invite:
        """Announce an invite for a PC and return it."""
        body = Invite(os.urandom(16), os.urandom(32), new.new.team, new.new.roles, self.now + HOUR)
        body = msgspec.structs.replace(body, **changed)
        self.act(by, body)
        return body

    def admit(self, by: Pc, *joining: Pc) -> "Ward":
        """Invite PCs and admit them."""
        for new in joining:
            invite = self.invited(by, new)
            self.act(by, DeviceAdd(new.new, invite.invite, wraps_hash(())))
        return self

    def rotate(self, by: Pc) -> "Ward":
        """Post a new generation of a PC's team."""
        team = by.new.team
        record, wraps = generation(team, self.state.teams[team].gen + 1, self.state.team_devices(team))
        return self.act(by, TeamGen(record), wraps)

    def stream(self, by: Pc) -> bytes:
        """Open an own stream of a PC's team."""
        made = os.urandom(16)
        self.act(by, StreamCreate("own", by.new.team, (made,)))
        return made

    def consent(self, by: Pc, **changed: object) -> ConsentSet:
        """Record a consent for a week and return its body."""
        body = consent_body(self, by, **changed)
        self.act(by, body)
        return body


def consent_body(ward: Ward, by: Pc, **changed: object) -> ConsentSet:
    """Return a consent of a PC's team for the other, valid for a week."""
    owner = by.new.team
    partner = "hellowork" if owner == "city" else "city"
    body = ConsentSet(
        os.urandom(16),
        os.urandom(16),
        owner,
        partner,
        ward.now,
        ward.now + 7 * DAY,
        (os.urandom(32),),
        os.urandom(32),
    )
    return msgspec.structs.replace(body, **changed)


def genesis(founder: Pc, **changed: object) -> tuple[Genesis, tuple[bytes, ...]]:
    """Return a founding body and the hashes of its wraps."""
    record, wraps = generation(founder.new.team, 1, (founder.id,))
    body = Genesis(
        (founder.new,), os.urandom(32), (record,), b"", (), 1, os.urandom(16), ward_commit=os.urandom(32)
    )
    return msgspec.structs.replace(body, **changed), (*wraps, os.urandom(32))


def founded(founder: Pc | None = None) -> Ward:
    """Return a ward whose founder is the city's administrator and a case worker."""
    ward = Ward(pc("city", "adm", "cw") if founder is None else founder)
    body, wraps = genesis(ward.founder)
    return ward.act(ward.founder, body, wraps)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside is refused with this code."""
    with pytest.raises(RefusedError) as caught:
        yield
    assert caught.value.code == code


# --- blocks -----------------------------------------------------------------------


@dataclass
class Place:
    """A position of the log, as the admission rules ask about it."""

    ward: Ward
    heads: dict[bytes, Head] = field(default_factory=dict)
    old_heads: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    epochs: dict[bytes, Epoch] = field(default_factory=dict)
    chains: dict[tuple[bytes, bytes], tuple[int, bytes]] = field(default_factory=dict)
    blobs: set[bytes] = field(default_factory=set)
    roots: dict[int, bytes] = field(default_factory=dict)

    @property
    def state(self) -> ControlState:
        """The control state."""
        return self.ward.state

    def stream_head(self, stream: bytes) -> Head:
        """The head of a stream."""
        return self.heads.get(stream, Head())

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """The head at a position, None where it was forgotten."""
        head = self.stream_head(stream)
        return head.hash if sseq == head.sseq else self.old_heads.get((stream, sseq))

    def control_head_at(self, sseq: int) -> bytes | None:
        """Only the newest control head is remembered here."""
        return self.state.head.hash if sseq == self.state.head.sseq else None

    def root_at(self, size: int) -> bytes | None:
        """The root of the log at a size; empty beyond its end, None where it was forgotten."""
        return b"" if size > max(self.roots, default=0) else self.roots.get(size)

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last block of a device in a stream."""
        return self.chains.get((stream, device), (0, NO_HASH))

    def epoch(self, stream: bytes) -> Epoch:
        """The epoch in force."""
        return self.epochs.get(stream, Epoch())

    def has_blob(self, blob: bytes) -> bool:
        """Whether an attachment chunk is there."""
        return blob in self.blobs


def block(place: Place, by: Pc, stream: bytes, **changed: object) -> Block:
    """Return a block that every rule admits, with a new epoch; header fields may be changed."""
    body = os.urandom(256)
    bseq, prev = place.device_head(stream, by.id)
    readers = audience(place.state, stream, place.ward.now).recipients
    wraps = tuple(os.urandom(32) for _ in readers)
    header = BlockHeader(
        ward=place.state.ward,
        stream=stream,
        device=by.id,
        bseq=bseq + 1,
        prev=prev,
        attempt=0,
        refusal=NO_HASH,
        ctl=place.state.head,
        head=place.stream_head(stream),
        cas=False,
        seen=Seen(),
        epoch=place.epoch(stream).number + 1,
        new_epoch=NewEpoch(os.urandom(32), readers, wraps_hash(wraps)),
        salt=os.urandom(16),
        body_hash=sha256(body).digest(),
        body_len=len(body),
    )
    return Block(msgspec.structs.replace(header, **changed), body, wraps, place.ward.now)
