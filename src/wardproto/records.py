"""The records of wc/1. Field order is the wire format: append, never reorder.

Ids are 16 random bytes, hashes 32 bytes (``b""`` where there is none), times
milliseconds since 1970 UTC. No record holds a personal name: names of staff are
sealed to the ward key (``name_sealed``).
"""

from typing import Literal

import msgspec

from wardproto.wire import NO_HASH, PROTO

StreamKind = Literal["own", "restricted", "joint", "feed"]
Recipient = tuple[str, int]
"""A team and one generation of its key."""


class Record(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Base of all wire records."""


class Head(Record, frozen=True):
    """A position in a stream and the hash of the head there; (0, b"") before the first entry."""

    sseq: int = 0
    hash: bytes = NO_HASH


class Seen(Record, frozen=True):
    """The last checkpoint its author had verified: (size, root); zero until there are checkpoints."""

    size: int = 0
    root: bytes = NO_HASH


class NewEpoch(Record, frozen=True):
    """A key epoch that begins with the block that carries it, wrapped to exactly ``recipients``."""

    commit: bytes
    recipients: tuple[Recipient, ...]
    wraps_hash: bytes


class BlockHeader(Record, frozen=True):
    """What a device signs of a block (protocol 4.4)."""

    ward: bytes
    stream: bytes
    device: bytes
    bseq: int
    prev: bytes
    attempt: int
    refusal: bytes
    ctl: Head
    head: Head
    cas: bool
    seen: Seen
    epoch: int
    new_epoch: NewEpoch | None
    salt: bytes
    body_hash: bytes
    body_len: int
    blobs: tuple[bytes, ...] = ()
    proto: int = PROTO
    min_reader: int = PROTO
    kind: str = "events"
    """``events``; later ``snap`` and others. A client that does not know a kind keeps the block unread."""


# --- control plane -----------------------------------------------------------


class NewDevice(Record, frozen=True):
    """A device of a staff member as it joins."""

    device: bytes
    staff: bytes
    team: str
    roles: tuple[str, ...]
    sign_key: bytes
    wrap_key: bytes
    name_sealed: bytes


class TeamGeneration(Record, frozen=True):
    """A new key pair of a team, wrapped to each of its member devices.

    ``prev_sealed`` is the previous generation's secret sealed under this one, so that one
    wrap opens the team's history; empty for the first generation and for a yearly cut.
    """

    team: str
    gen: int
    public: bytes
    recipients: tuple[bytes, ...]
    wraps_hash: bytes
    prev_sealed: bytes


class Genesis(Record, frozen=True, tag="genesis"):
    """The founding record. Its payload's hash is the ward id."""

    admins: tuple[NewDevice, ...]
    server_key: bytes
    teams: tuple[TeamGeneration, ...]
    recovery_key: bytes
    witness_keys: tuple[bytes, ...]
    quorum: int
    nonce: bytes
    ward_commit: bytes = b""
    """Commitment to the ward key, under which names are sealed: its wraps are bound to nothing else."""


class Invite(Record, frozen=True, tag="invite"):
    """A one-use invitation: the log holds only the public key derived from its code."""

    invite: bytes
    key: bytes
    team: str
    roles: tuple[str, ...]
    until_ms: int


class DeviceAdd(Record, frozen=True, tag="device_add"):
    """A device joins a team. The wraps bring it the team's current key and the ward key."""

    device: NewDevice
    invite: bytes
    wraps_hash: bytes


class DeviceRemove(Record, frozen=True, tag="device_remove"):
    """A device leaves; the new generation of its team travels in the same record.

    Only a device that removes itself, or the last of its team, may leave ``generation`` out:
    the team is then dirty, and nobody writes to its streams until a member posts one.
    """

    device: bytes
    generation: TeamGeneration | None


class Role(Record, frozen=True, tag="role"):
    """New roles of a device."""

    device: bytes
    roles: tuple[str, ...]


class TeamGen(Record, frozen=True, tag="team_gen"):
    """A new generation of a team key; ends the dirty state of a team."""

    generation: TeamGeneration


class StreamCreate(Record, frozen=True, tag="stream_create"):
    """Streams of one kind and owner begin to exist (many in one record: an import opens hundreds)."""

    kind: StreamKind
    owner: str
    streams: tuple[bytes, ...]


class ConsentSet(Record, frozen=True, tag="consent_set"):
    """A consent opens its own joint stream from ``from_ms`` until ``until_ms`` (at most 366 days).

    ``items`` are salted hashes of item codes; ``evidence`` commits to the evidence record
    in the owner's own stream. An empty ``items`` shares with nobody and is refused.
    """

    consent: bytes
    stream: bytes
    owner: str
    partner: str
    from_ms: int
    until_ms: int
    items: tuple[bytes, ...]
    evidence: bytes


class ConsentEnd(Record, frozen=True, tag="consent_end"):
    """Withdrawal or an early end: the joint stream is closed from this position on."""

    consent: bytes


class StreamClose(Record, frozen=True, tag="stream_close"):
    """A stream takes no more blocks."""

    stream: bytes


class ShredAck(Record, frozen=True, tag="shred_ack"):
    """A partner's device states that it deleted its keys and rows of a closed joint stream."""

    stream: bytes


class IncidentAck(Record, frozen=True, tag="incident_ack"):
    """An administrator has looked at an incident of the service, and the ward goes on (事故の確認).

    The one kind so far is ``restored``: the log was put back to ``size`` entries and its ``root`` there, as the
    service's notice says, whose hash (`restored.notice_hash`) is ``notice``. ``seen`` is the last checkpoint that the
    acknowledging PC had verified: beyond ``size`` where it had itself seen what was lost.
    """

    kind: str
    notice: bytes
    size: int
    root: bytes
    seen: Seen


ControlBody = (
    Genesis
    | Invite
    | DeviceAdd
    | DeviceRemove
    | Role
    | TeamGen
    | StreamCreate
    | ConsentSet
    | ConsentEnd
    | StreamClose
    | ShredAck
    | IncidentAck
)


class ControlHeader(Record, frozen=True):
    """What is signed of a control record. ``body`` is decoded apart, so that an unknown one is kept."""

    ward: bytes
    sseq: int
    prev: bytes
    device: bytes
    at_ms: int
    proto: int
    body: msgspec.Raw


class CoSignature(Record, frozen=True):
    """A further signature, for acts that need two admins."""

    device: bytes
    signature: bytes


class ControlWire(Record, frozen=True):
    """A control record as it travels and is stored: exact signed payload and its signatures."""

    payload: bytes
    signature: bytes
    more: tuple[CoSignature, ...] = ()


# --- the server's records -------------------------------------------------------


class Entry(Record, frozen=True):
    """The server's sequencing of one block or control record."""

    wseq: int
    sseq: int
    stream: bytes
    hash: bytes
    recv_ms: int
    head: bytes


class Receipt(Record, frozen=True):
    """Signed by the server: this record is in the log, here."""

    ward: bytes
    hash: bytes
    wseq: int
    sseq: int
    recv_ms: int
    head: bytes


class Refusal(Record, frozen=True):
    """Signed by the server: this record is not in the log and, if ``code`` is definite, never will be."""

    ward: bytes
    hash: bytes
    code: str
    recv_ms: int
    ctl: Head
    head: Head
    device_bseq: int
    device_hash: bytes


REFUSALS = frozenset(
    {
        "chain",
        "stale_epoch",
        "epoch_race",
        "not_member",
        "closed",
        "early",
        "cas",
        "too_big",
        "proto_floor",
        "blob_missing",
        "busy",
        "fork",
        "unknown_stream",
        "forbidden",
        "malformed",
    }
)
PASSING = frozenset({"busy", "early", "unknown_stream"})
"""Refusals that may be followed by acceptance of the same bytes: they never allow re-sealing."""
