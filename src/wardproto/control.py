"""The control plane: a pure fold over the control stream.

Server and every client run this same code over the same records in the same order and
so come to the same verdict at every position. A record that breaks a rule raises
RefusedError; the server answers with its code, and a client that finds such a record in
the log has caught the server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

import msgspec

from wardproto.records import (
    ConsentEnd,
    ConsentSet,
    ControlBody,
    ControlHeader,
    ControlWire,
    DeviceAdd,
    DeviceRemove,
    Genesis,
    Head,
    IncidentAck,
    Invite,
    NewDevice,
    Role,
    ShredAck,
    StreamClose,
    StreamCreate,
    StreamKind,
    TeamGen,
    TeamGeneration,
)
from wardproto.signing import Signing
from wardproto.wire import (
    HASH_BYTES,
    ID_BYTES,
    MAX_HEADER,
    MAX_WRAPS,
    MalformedError,
    control_hash,
    decode,
    digest,
    encode,
    signed_bytes,
    ward_id,
    wrap_hash,
    wraps_hash,
)

TEAMS = ("city", "hellowork")
ADMIN_ROLE = "adm"
WRITER_ROLES = frozenset({"cw", "sv", "es", "fs", "hw", "hwm"})
"""Roles that write case streams (domain 2.3): managers, auditors and observers do not."""
CONSENT_ROLES = WRITER_ROLES
"""Roles that record a consent; the owner team's, whichever it is (phase 2 turns the sides round)."""
ROLES = WRITER_ROLES | {ADMIN_ROLE, "wm", "cm", "lb", "aud"}
CONSENT_MAX_MS = 366 * 24 * 3600 * 1000
MAX_STREAMS_PER_RECORD = 4_000
MAX_CONTROL = 64 * 1024 + MAX_HEADER
"""Bytes of a control payload: a stream_create of an import names thousands of streams."""


_bodies: msgspec.msgpack.Decoder[ControlBody] = msgspec.msgpack.Decoder(ControlBody)


class RefusedError(Exception):
    """A record that the rules do not admit; ``code`` is one of records.REFUSALS."""

    def __init__(self, code: str) -> None:
        """Keep the code; there is never content in it."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Member:
    """A device and whose it is. Removed devices stay, so that their history can be verified."""

    new: NewDevice
    roles: tuple[str, ...]
    added: int
    removed: int | None = None

    @property
    def team(self) -> str:
        """The team that the device belongs to."""
        return self.new.team

    @property
    def active(self) -> bool:
        """Whether the device is a member now."""
        return self.removed is None


@dataclass(frozen=True, slots=True)
class Team:
    """The current generation of a team key. ``gen`` 0 means that the team has none yet."""

    gen: int = 0
    public: bytes = b""
    dirty: bool = True


@dataclass(frozen=True, slots=True)
class Stream:
    """A data stream. ``consent`` only for joint ones."""

    kind: StreamKind
    owner: str
    partner: str = ""
    consent: bytes = b""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as the control plane knows it: no names, no text, no reasons."""

    stream: bytes
    owner: str
    partner: str
    from_ms: int
    until_ms: int
    items: tuple[bytes, ...]
    evidence: bytes
    ended_ms: int | None = None
    ended_at: int | None = None

    def in_force(self, at_ms: int) -> bool:
        """Whether sharing is allowed at server time ``at_ms``."""
        return self.ended_ms is None and self.from_ms <= at_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class ControlState:
    """Everything the control stream says, at one position."""

    ward: bytes = b""
    home: str = ""
    """The founding team: its devices are given every entry of the ward (not every body)."""
    head: Head = Head()  # noqa: RUF009  # frozen
    recv_ms: int = 0
    server_key: bytes = b""
    ward_commit: bytes = b""
    members: Mapping[bytes, Member] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=lambda: {name: Team() for name in TEAMS})
    streams: Mapping[bytes, Stream] = field(default_factory=dict)
    consents: Mapping[bytes, Consent] = field(default_factory=dict)
    invites: Mapping[bytes, Invite] = field(default_factory=dict)
    spent: frozenset[bytes] = frozenset()
    shreds: frozenset[tuple[bytes, bytes]] = frozenset()
    """(stream, device) pairs: who has stated deletion."""
    acks: frozenset[bytes] = frozenset()
    """Hashes of the notices of restores that an administrator has acknowledged in this log."""
    proto_floor: int = 1
    unknown: int = 0
    """Records of kinds that this version does not understand: kept, counted, shown."""

    def member(self, device: bytes) -> Member | None:
        """Return the device if it is an active member."""
        found = self.members.get(device)
        return found if found is not None and found.active else None

    def team_devices(self, team: str) -> tuple[bytes, ...]:
        """Return the active devices of a team, sorted."""
        return tuple(sorted(d for d, m in self.members.items() if m.active and m.team == team))

    def state_hash(self) -> bytes:
        """Return a hash of the whole state: clients that fold differently are found at once."""
        return digest(
            "control-state",
            encode(
                (
                    self.ward,
                    self.home,
                    self.head,
                    self.recv_ms,
                    self.server_key,
                    self.ward_commit,
                    self.proto_floor,
                    self.unknown,
                )
            ),
            encode(
                sorted((d, encode(m.new), m.roles, m.added, m.removed or 0) for d, m in self.members.items())
            ),
            encode(sorted((name, t.gen, t.public, t.dirty) for name, t in self.teams.items())),
            encode(
                sorted((s, v.kind, v.owner, v.partner, v.consent, v.closed) for s, v in self.streams.items())
            ),
            encode(
                sorted(
                    (
                        c,
                        v.stream,
                        v.owner,
                        v.partner,
                        v.from_ms,
                        v.until_ms,
                        v.items,
                        v.evidence,
                        v.ended_ms or 0,
                    )
                    for c, v in self.consents.items()
                )
            ),
            encode(sorted(encode(i) for i in self.invites.values())),
            encode((sorted(self.spent), sorted(self.shreds), sorted(self.acks))),
        )


def body_of(header: ControlHeader) -> ControlBody | None:
    """Return the decoded body, or None for a kind that this version does not know."""
    try:
        found: ControlBody = msgspec.msgpack.decode(header.body, type=ControlBody)
    except msgspec.ValidationError as error:
        tag = _tag(header.body)
        if tag in _TAGS:
            raise MalformedError from error
        return None
    except msgspec.MsgspecError as error:
        raise MalformedError from error
    return found


def make_payload(state: ControlState, device: bytes, at_ms: int, body: ControlBody, proto: int = 1) -> bytes:
    """Return the payload of the record that would follow ``state``; sign it in context ``ctl``."""
    raw = msgspec.Raw(encode(body))
    return encode(ControlHeader(state.ward, state.head.sseq + 1, state.head.hash, device, at_ms, proto, raw))


def apply(
    state: ControlState,
    wire: bytes,
    recv_ms: int,
    signing: Signing,
    wrap_hashes: tuple[bytes, ...] = (),
    *,
    allow_unknown: bool = True,
) -> ControlState:
    """Return the state after one record, or raise RefusedError.

    ``wrap_hashes`` are the hashes of the wraps that came with the record; ``allow_unknown``
    is False on the server, which must not admit what it does not understand.
    """
    record, header = read(wire)
    if recv_ms < state.recv_ms:
        code = "malformed"
        raise RefusedError(code)
    try:
        body = body_of(header)
    except MalformedError:
        raise RefusedError("malformed") from None
    if isinstance(body, Genesis):
        return _genesis(state, record, header, body, recv_ms, signing, wrap_hashes)
    _check_place(state, record, header, signing)
    author = state.member(header.device)
    if author is None:
        raise RefusedError("not_member")
    if body is None:
        if not allow_unknown:
            raise RefusedError("proto_floor")
        after = replace(state, unknown=state.unknown + 1)
    else:
        after = _STEPS[type(body)](state, author, body, recv_ms, wrap_hashes)
    return replace(after, head=Head(header.sseq, control_hash(record.payload)), recv_ms=recv_ms)


def read(wire: bytes) -> tuple[ControlWire, ControlHeader]:
    """Return a control record and its header; RefusedError("malformed") when it is not one."""
    if len(wire) > MAX_CONTROL + 1024:
        raise RefusedError("too_big")
    try:
        record = decode(wire, ControlWire)
        return record, decode(record.payload, ControlHeader)
    except MalformedError:
        raise RefusedError("malformed") from None


def genesis_ward(wire: bytes) -> bytes:
    """Return the ward id that a genesis record founds."""
    record, _ = read(wire)
    return ward_id(record.payload)


# --- the checks ---------------------------------------------------------------


def _tag(raw: msgspec.Raw) -> str:
    try:
        parts = msgspec.msgpack.decode(raw)
    except msgspec.MsgspecError as error:
        raise MalformedError from error
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        raise MalformedError
    return parts[0]


_TAGS = frozenset(kind.__struct_config__.tag for kind in get_args(ControlBody))


def _need(condition: bool, code: str) -> None:  # noqa: FBT001
    if not condition:
        raise RefusedError(code)


def _check_place(state: ControlState, record: ControlWire, header: ControlHeader, signing: Signing) -> None:
    _need(bool(state.ward) and header.ward == state.ward, "malformed")
    known = state.members.get(header.device)
    _need(known is not None, "not_member")
    assert known is not None  # noqa: S101
    _need(
        signing.verify(known.new.sign_key, signed_bytes("ctl", record.payload), record.signature), "malformed"
    )
    _need(header.sseq == state.head.sseq + 1 and header.prev == state.head.hash, "cas")


def _check_device(state: ControlState, new: NewDevice) -> None:
    _need(len(new.device) == ID_BYTES and len(new.staff) == ID_BYTES, "malformed")
    _need(new.team in TEAMS and bool(new.roles) and set(new.roles) <= ROLES, "malformed")
    # A device id is used once for ever, so that a removal can never be undone by a second joining.
    _need(new.device not in state.members, "forbidden")
    _need(all(m.new.sign_key != new.sign_key for m in state.members.values()), "forbidden")


def _check_wraps(expected: bytes, wrap_hashes: tuple[bytes, ...], count: int | None = None) -> None:
    _need(len(wrap_hashes) <= MAX_WRAPS, "too_big")
    _need(count is None or len(wrap_hashes) == count, "malformed")
    _need(wraps_hash(wrap_hashes) == expected, "malformed")


def _check_generation(
    state: ControlState, generation: TeamGeneration, wrap_hashes: tuple[bytes, ...], *, without: bytes = b""
) -> None:
    _need(generation.team in TEAMS, "malformed")
    team = state.teams[generation.team]
    members = tuple(d for d in state.team_devices(generation.team) if d != without)
    _need(generation.gen == team.gen + 1, "cas")
    # Wrapped to exactly the members: nobody left out, nobody slipped in.
    _need(generation.recipients == members and bool(members), "forbidden")
    _check_wraps(generation.wraps_hash, wrap_hashes, len(members))


def _with_generation(state: ControlState, generation: TeamGeneration) -> ControlState:
    team = Team(generation.gen, generation.public, dirty=False)
    return replace(state, teams={**state.teams, generation.team: team})


def _is_admin(author: Member) -> bool:
    return ADMIN_ROLE in author.roles


def _may_admit(state: ControlState, author: Member, team: str) -> bool:
    """An admin admits to its own team; to another only while that team has nobody.

    So the city's admin can bring in the first of Hello Work and never holds Hello Work's key.
    """
    return _is_admin(author) and (author.team == team or not state.team_devices(team))


def _genesis(
    state: ControlState,
    record: ControlWire,
    header: ControlHeader,
    body: Genesis,
    recv_ms: int,
    signing: Signing,
    wrap_hashes: tuple[bytes, ...],
) -> ControlState:
    _need(not state.ward and header.ward == b"" and header.sseq == 1 and header.prev == b"", "forbidden")
    _need(bool(body.admins) and len(body.nonce) == ID_BYTES, "malformed")
    fresh = replace(
        state, ward=ward_id(record.payload), server_key=body.server_key, ward_commit=body.ward_commit
    )
    for admin in body.admins:
        _check_device(fresh, admin)
        _need(ADMIN_ROLE in admin.roles, "malformed")
        fresh = replace(fresh, members={**fresh.members, admin.device: Member(admin, admin.roles, 1)})
    founder = fresh.members.get(header.device)
    _need(founder is not None, "not_member")
    assert founder is not None  # noqa: S101
    _need(
        signing.verify(founder.new.sign_key, signed_bytes("ctl", record.payload), record.signature),
        "malformed",
    )
    fresh = replace(fresh, home=founder.team)
    rest = wrap_hashes
    for generation in body.teams:
        mine, rest = rest[: len(generation.recipients)], rest[len(generation.recipients) :]
        _check_generation(fresh, generation, mine)
        fresh = _with_generation(fresh, generation)
    # What is left over are ward-key wraps, one for each admin in order.
    _need(len(rest) == len(body.admins), "malformed")
    return replace(fresh, head=Head(1, control_hash(record.payload)), recv_ms=recv_ms)


def _invite(
    state: ControlState, author: Member, body: Invite, recv_ms: int, _: tuple[bytes, ...]
) -> ControlState:
    _need(_may_admit(state, author, body.team), "forbidden")
    _need(body.team in TEAMS and bool(body.roles) and set(body.roles) <= ROLES, "malformed")
    _need(len(body.invite) == ID_BYTES and body.invite not in state.invites, "forbidden")
    _need(recv_ms < body.until_ms <= recv_ms + 25 * 3600 * 1000, "forbidden")
    return replace(state, invites={**state.invites, body.invite: body})


def _device_add(
    state: ControlState, author: Member, body: DeviceAdd, recv_ms: int, wrap_hashes: tuple[bytes, ...]
) -> ControlState:
    _check_device(state, body.device)
    _need(_may_admit(state, author, body.device.team), "forbidden")
    invite = state.invites.get(body.invite)
    _need(invite is not None and body.invite not in state.spent, "forbidden")
    assert invite is not None  # noqa: S101
    _need(recv_ms < invite.until_ms, "forbidden")
    _need((invite.team, invite.roles) == (body.device.team, body.device.roles), "forbidden")
    _check_wraps(body.wraps_hash, wrap_hashes)
    member = Member(body.device, body.device.roles, state.head.sseq + 1)
    return replace(
        state, members={**state.members, body.device.device: member}, spent=state.spent | {body.invite}
    )


def _device_remove(
    state: ControlState, author: Member, body: DeviceRemove, _: int, wrap_hashes: tuple[bytes, ...]
) -> ControlState:
    gone = state.member(body.device)
    _need(gone is not None, "forbidden")
    assert gone is not None  # noqa: S101
    himself = author.new.device == body.device
    _need(himself or _is_admin(author), "forbidden")
    left = [d for d in state.team_devices(gone.team) if d != body.device]
    after = replace(state, members={**state.members, body.device: replace(gone, removed=state.head.sseq + 1)})
    if body.generation is None:
        # Rotation in the same step as the removal, unless the one who signs cannot make it.
        _need(himself or not left or author.team != gone.team, "forbidden")
        _need(not wrap_hashes, "malformed")
        team = replace(state.teams[gone.team], dirty=True)
        return replace(after, teams={**after.teams, gone.team: team})
    _need(body.generation.team == gone.team and author.team == gone.team and not himself, "forbidden")
    _check_generation(state, body.generation, wrap_hashes, without=body.device)
    return _with_generation(after, body.generation)


def _role(state: ControlState, author: Member, body: Role, _: int, __: tuple[bytes, ...]) -> ControlState:
    member = state.member(body.device)
    _need(member is not None and _is_admin(author) and author.team == member.team, "forbidden")
    assert member is not None  # noqa: S101
    _need(bool(body.roles) and set(body.roles) <= ROLES, "malformed")
    return replace(state, members={**state.members, body.device: replace(member, roles=body.roles)})


def _team_gen(
    state: ControlState, author: Member, body: TeamGen, _: int, wrap_hashes: tuple[bytes, ...]
) -> ControlState:
    _need(author.team == body.generation.team, "forbidden")
    _check_generation(state, body.generation, wrap_hashes)
    return _with_generation(state, body.generation)


def _stream_create(
    state: ControlState, author: Member, body: StreamCreate, _: int, __: tuple[bytes, ...]
) -> ControlState:
    _need(body.kind in ("own", "restricted", "feed") and body.owner == author.team, "forbidden")
    _need(bool(WRITER_ROLES & set(author.roles)), "forbidden")
    _need(0 < len(body.streams) <= MAX_STREAMS_PER_RECORD, "too_big")
    fresh = dict.fromkeys(body.streams, Stream(body.kind, body.owner))
    _need(len(fresh) == len(body.streams) and all(_new_stream(state, s) for s in fresh), "forbidden")
    return replace(state, streams={**state.streams, **fresh})


def _new_stream(state: ControlState, stream: bytes) -> bool:
    return len(stream) == ID_BYTES and any(stream) and stream not in state.streams


def _consent_set(
    state: ControlState, author: Member, body: ConsentSet, recv_ms: int, _: tuple[bytes, ...]
) -> ControlState:
    _need(author.team == body.owner and bool(CONSENT_ROLES & set(author.roles)), "forbidden")
    _need(body.partner in TEAMS and body.partner != body.owner, "malformed")
    _need(len(body.consent) == ID_BYTES and body.consent not in state.consents, "forbidden")
    _need(_new_stream(state, body.stream), "forbidden")
    _need(0 < body.until_ms - body.from_ms <= CONSENT_MAX_MS and body.until_ms > recv_ms, "forbidden")
    _need(bool(body.items) and len(body.evidence) > 0, "forbidden")
    consent = Consent(
        body.stream, body.owner, body.partner, body.from_ms, body.until_ms, body.items, body.evidence
    )
    stream = Stream("joint", body.owner, body.partner, body.consent)
    return replace(
        state,
        consents={**state.consents, body.consent: consent},
        streams={**state.streams, body.stream: stream},
    )


def _consent_end(
    state: ControlState, author: Member, body: ConsentEnd, recv_ms: int, _: tuple[bytes, ...]
) -> ControlState:
    consent = state.consents.get(body.consent)
    _need(consent is not None and consent.ended_ms is None, "forbidden")
    assert consent is not None  # noqa: S101
    # Either side may stop the sharing: the partner hears a withdrawal too and must pass it on.
    _need(
        author.team in (consent.owner, consent.partner) and bool(CONSENT_ROLES & set(author.roles)),
        "forbidden",
    )
    ended = replace(consent, ended_ms=recv_ms, ended_at=state.head.sseq + 1)
    stream = replace(state.streams[consent.stream], closed=True)
    return replace(
        state,
        consents={**state.consents, body.consent: ended},
        streams={**state.streams, consent.stream: stream},
    )


def _stream_close(
    state: ControlState, author: Member, body: StreamClose, _: int, __: tuple[bytes, ...]
) -> ControlState:
    stream = state.streams.get(body.stream)
    _need(stream is not None and not stream.closed and stream.owner == author.team, "forbidden")
    assert stream is not None  # noqa: S101
    return replace(state, streams={**state.streams, body.stream: replace(stream, closed=True)})


def _shred_ack(
    state: ControlState, author: Member, body: ShredAck, recv_ms: int, _: tuple[bytes, ...]
) -> ControlState:
    stream = state.streams.get(body.stream)
    _need(stream is not None and stream.kind == "joint" and stream.partner == author.team, "forbidden")
    assert stream is not None  # noqa: S101
    _need(stream.closed or not state.consents[stream.consent].in_force(recv_ms), "forbidden")
    mark = (body.stream, author.new.device)
    _need(mark not in state.shreds, "forbidden")
    return replace(state, shreds=state.shreds | {mark})


def _incident_ack(
    state: ControlState, author: Member, body: IncidentAck, _: int, wrap_hashes: tuple[bytes, ...]
) -> ControlState:
    """An administrator of either team; once for a notice. Each PC holds it against the notice itself."""
    _need(_is_admin(author), "forbidden")
    good = body.kind == "restored" and len(body.notice) == len(body.root) == HASH_BYTES and body.size > 0
    _need(good and not wrap_hashes, "malformed")
    _need(body.notice not in state.acks, "forbidden")
    return replace(state, acks=state.acks | {body.notice})


_STEPS: Mapping[type, Callable[..., ControlState]] = {
    Invite: _invite,
    DeviceAdd: _device_add,
    DeviceRemove: _device_remove,
    Role: _role,
    TeamGen: _team_gen,
    StreamCreate: _stream_create,
    ConsentSet: _consent_set,
    ConsentEnd: _consent_end,
    StreamClose: _stream_close,
    ShredAck: _shred_ack,
    IncidentAck: _incident_ack,
}


def wraps_for(body: ControlBody | None, device: bytes) -> tuple[int, ...]:
    """Return which of a control record's wraps are for ``device``, by index.

    The order of wraps: of a generation, as its recipients; of genesis, the generations' and
    then one ward-key wrap an admin; of device_add, the team key (if there is one) and the ward key.
    """
    if isinstance(body, DeviceAdd):
        return (0, 1) if body.device.device == device else ()
    found: list[int] = []
    generations: tuple[TeamGeneration, ...] = ()
    if isinstance(body, Genesis):
        generations = body.teams
    elif isinstance(body, TeamGen | DeviceRemove) and body.generation is not None:
        generations = (body.generation,)
    at = 0
    for generation in generations:
        found += [at + i for i, d in enumerate(generation.recipients) if d == device]
        at += len(generation.recipients)
    if isinstance(body, Genesis):
        found += [at + i for i, admin in enumerate(body.admins) if admin.device == device]
    return tuple(found)


def hashes(wraps: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the hashes of ``wraps`` in order."""
    return tuple(wrap_hash(wrap) for wrap in wraps)
