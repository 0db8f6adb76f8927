"""The control plane: who may do what, and the answer to each record that breaks a rule."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wardproto.ward import (
    DAY,
    HOUR,
    NOW,
    SIGNING,
    Pc,
    Ward,
    consent_body,
    founded,
    generation,
    genesis,
    pc,
    refused,
)
from wardproto import control
from wardproto.control import CONSENT_MAX_MS, MAX_STREAMS_PER_RECORD, ControlState, RefusedError, wraps_for
from wardproto.records import (
    ConsentEnd,
    ConsentSet,
    ControlBody,
    ControlWire,
    DeviceAdd,
    DeviceRemove,
    IncidentAck,
    Invite,
    Role,
    Seen,
    ShredAck,
    StreamClose,
    StreamCreate,
    TeamGen,
)
from wardproto.wire import MAX_WRAPS, control_hash, encode, signed_bytes, wraps_hash

ROLES = ("cw", "sv", "es", "fs", "hw", "hwm", "adm", "wm", "cm", "lb", "aud")
WRITERS = {"cw", "sv", "es", "fs", "hw", "hwm"}


@pytest.fixture
def worker() -> Pc:
    """A Hello Work clerk who administers its team."""
    return pc("hellowork", "adm", "hw")


@pytest.fixture
def ward(worker: Pc) -> Ward:
    """A ward with one PC on each side and both team keys."""
    made = founded()
    return made.admit(made.founder, worker).rotate(worker)


def member(ward: Ward, by: Pc, *roles: str) -> Pc:
    """Admit a further device to the team of ``by``."""
    new = pc(by.new.team, *roles)
    ward.admit(by, new)
    return new


# --- genesis ----------------------------------------------------------------------


def test_a_ward_is_the_hash_of_its_genesis() -> None:
    """The id certifies the founder, the server's key, the team key and the commitment to the ward key."""
    founder = pc("city", "adm", "cw")
    body, wraps = genesis(founder)
    wire = Ward(founder).wire(founder, body)
    state = Ward(founder).fold(wire, wraps)
    assert state.ward == control.genesis_ward(wire)
    assert (state.home, state.server_key, state.ward_commit) == ("city", body.server_key, body.ward_commit)
    assert (state.teams["city"].gen, state.teams["city"].dirty, state.teams["hellowork"].dirty) == (
        1,
        False,
        True,
    )
    assert state.member(founder.id) is not None
    assert state.head.sseq == 1


def test_a_ward_is_founded_once() -> None:
    """A second genesis is forbidden, whoever signs it."""
    ward = founded()
    body, wraps = genesis(pc("city", "adm"))
    with refused("forbidden"):
        ward.fold(ward.wire(ward.founder, body), wraps)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda body, wraps: (msgspec.structs.replace(body, admins=()), wraps), "malformed"),
        (lambda body, wraps: (msgspec.structs.replace(body, nonce=b"short"), wraps), "malformed"),
        (lambda body, wraps: (body, wraps[:-1]), "malformed"),
        (lambda body, wraps: (body, (*wraps, b"x" * 32)), "malformed"),
        (lambda body, wraps: (body, (b"x" * 32, *wraps[1:])), "malformed"),
        (
            lambda body, wraps: (msgspec.structs.replace(body, admins=(pc("city", "adm").new,)), wraps),
            "not_member",
        ),
        (
            lambda body, wraps: (
                msgspec.structs.replace(
                    body, admins=(msgspec.structs.replace(body.admins[0], roles=("cw",)),)
                ),
                wraps,
            ),
            "malformed",
        ),
    ],
    ids=[
        "no admin",
        "nonce",
        "a wrap less",
        "a wrap more",
        "another wrap",
        "founder missing",
        "no admin role",
    ],
)
def test_a_genesis_that_breaks_a_rule_is_refused(spoil: Callable[..., tuple[Any, Any]], code: str) -> None:
    """Founders are administrators, the signer is one of them, and the wraps are all there."""
    founder = pc("city", "adm", "cw")
    body, wraps = spoil(*genesis(founder))
    with refused(code):
        Ward(founder).fold(Ward(founder).wire(founder, body), wraps)


def test_a_genesis_with_a_key_of_no_team_is_refused() -> None:
    """There are two teams."""
    founder = pc("city", "adm")
    record, wraps = generation("police", 1, (founder.id,))
    body, _ = genesis(founder, teams=(record,))
    with refused("malformed"):
        Ward(founder).fold(Ward(founder).wire(founder, body), (*wraps, os.urandom(32)))


def test_a_genesis_signed_by_another_is_refused() -> None:
    """The founder's own key signs."""
    founder = pc("city", "adm")
    body, wraps = genesis(founder)
    with refused("malformed"):
        Ward(founder).fold(Ward(founder).wire(founder, body, secret=os.urandom(32)), wraps)


# --- the place of a record ------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ward": bytes(32)}, "malformed"),
        ({"sseq": 99}, "cas"),
        ({"sseq": 1}, "cas"),
        ({"prev": bytes(32)}, "cas"),
        ({"device": bytes(16)}, "not_member"),
        ({"raw": msgspec.Raw(encode(("role",)))}, "malformed"),
        ({"raw": msgspec.Raw(encode(("role", 1, 2)))}, "malformed"),
        ({"raw": msgspec.Raw(encode(7))}, "malformed"),
        ({"raw": msgspec.Raw(encode([]))}, "malformed"),
    ],
    ids=["ward", "gap", "again", "other history", "stranger", "cut", "types", "number", "empty"],
)
def test_a_record_at_a_wrong_place_is_refused(ward: Ward, changed: dict[str, Any], code: str) -> None:
    """Another ward, a number out of turn, another history, an unknown author, a body that is none."""
    with refused(code):
        ward.fold(ward.wire(ward.founder, Role(ward.founder.id, ("adm",)), **changed))


def test_a_record_with_a_wrong_signature_is_refused(ward: Ward, worker: Pc) -> None:
    """Signed by another member's key, in another context, or altered afterwards."""
    body = Role(ward.founder.id, ("adm",))
    payload = control.make_payload(ward.state, ward.founder.id, NOW, body)
    good = SIGNING.sign(ward.founder.secret, signed_bytes("ctl", payload))
    elsewhere = SIGNING.sign(ward.founder.secret, signed_bytes("block", payload))
    by_worker = SIGNING.sign(worker.secret, signed_bytes("ctl", payload))
    for data, signature in (
        (payload, elsewhere),
        (payload, by_worker),
        (payload, b""),
        (payload + b"\0", good),
    ):
        with refused("malformed"):
            ward.fold(encode(ControlWire(data, signature)))
    assert ward.fold(encode(ControlWire(payload, good))).head.hash == control_hash(payload)


def test_time_never_goes_back(ward: Ward) -> None:
    """A record received before the last one is not a later record."""
    wire = ward.wire(ward.founder, Role(ward.founder.id, ("adm",)))
    with refused("malformed"):
        control.apply(ward.state, wire, ward.state.recv_ms - 1, SIGNING)


def test_a_removed_device_writes_no_record(ward: Ward) -> None:
    """Its key still verifies, and it is no member."""
    second = member(ward, ward.founder, "adm", "cw")
    ward.rotate(ward.founder)
    record, wraps = generation("city", 3, (ward.founder.id,))
    ward.act(ward.founder, DeviceRemove(second.id, record), wraps)
    with refused("not_member"):
        ward.act(second, Role(second.id, ("adm",)))


def test_an_unknown_kind_is_kept_by_clients_and_refused_by_the_server(ward: Ward) -> None:
    """A client counts it and goes on; the server does not admit what it does not understand."""
    raw = msgspec.Raw(encode(("hold", b"x")))
    wire = ward.wire(ward.founder, Role(ward.founder.id, ("adm",)), raw=raw)
    after = ward.fold(wire)
    assert (after.unknown, after.head.sseq) == (ward.state.unknown + 1, ward.state.head.sseq + 1)
    with refused("proto_floor"):
        ward.fold(wire, allow_unknown=False)
    with refused("not_member"):
        ward.fold(ward.wire(pc("city", "adm"), Role(ward.founder.id, ("adm",)), raw=raw))


def test_a_record_that_is_too_big_is_refused(ward: Ward) -> None:
    """Before it is decoded."""
    with refused("too_big"):
        ward.fold(bytes(control.MAX_CONTROL + 1025))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    """Hostile bytes end in RefusedError and nothing else."""
    with pytest.raises(RefusedError):
        control.apply(FOUNDED, data, NOW, SIGNING)


FOUNDED = founded().state


@pytest.mark.parametrize(("depth", "expected"), [(100, "unknown: 1"), (60_000, "malformed")])
def test_deep_nesting_is_refused(ward: Ward, depth: int, expected: str) -> None:
    """A body nested without end is refused or kept as unknown, never a crash."""
    raw = b"\x92\xa4hold" + b"\x91" * depth + b"\x01"
    try:
        wire = ward.wire(ward.founder, Role(ward.founder.id, ("adm",)), raw=msgspec.Raw(raw))
        after = ward.fold(wire)
    except RefusedError as error:
        answer = error.code
    else:
        answer = f"unknown: {after.unknown}"
    assert answer == expected


# --- invites and devices ----------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("team", ["city", "hellowork"])
def test_only_an_admin_invites_and_only_to_its_own_team(ward: Ward, role: str, team: str) -> None:
    """Once a team has somebody, the other team's admin brings nobody in."""
    author = ward.founder if role == "adm" else member(ward, ward.founder, role)
    body = Invite(os.urandom(16), os.urandom(32), team, ("cw",), NOW + HOUR)
    if role == "adm" and team == "city":
        assert body.invite in ward.fold(ward.wire(author, body)).invites
    else:
        with refused("forbidden"):
            ward.act(author, body)


def test_the_first_of_a_team_comes_by_the_other_teams_admin() -> None:
    """And the city's admin then holds no key of Hello Work: the first device makes it itself."""
    ward = founded()
    first = pc("hellowork", "adm", "hw")
    ward.admit(ward.founder, first)
    assert ward.state.teams["hellowork"].dirty
    ward.rotate(first)
    assert not ward.state.teams["hellowork"].dirty


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"team": "police"}, "malformed"),
        ({"roles": ()}, "malformed"),
        ({"roles": ("boss",)}, "malformed"),
        ({"invite": b"short"}, "forbidden"),
        ({"until_ms": NOW}, "forbidden"),
        ({"until_ms": NOW + 26 * HOUR}, "forbidden"),
    ],
)
def test_an_invite_that_breaks_a_rule_is_refused(ward: Ward, changed: dict[str, object], code: str) -> None:
    """A known team and roles, a whole id, in force for a day at most."""
    with refused(code):
        ward.invited(ward.founder, pc("city", "cw"), **changed)


def test_an_invite_id_is_used_once(ward: Ward) -> None:
    """Not announced twice."""
    body = ward.invited(ward.founder, pc("city", "cw"))
    with refused("forbidden"):
        ward.act(ward.founder, body)


def test_an_invite_admits_one_device(ward: Ward) -> None:
    """The second that comes with it is refused."""
    new, other = pc("city", "cw"), pc("city", "cw")
    invite = ward.invited(ward.founder, new).invite
    ward.act(ward.founder, DeviceAdd(new.new, invite, wraps_hash(())))
    with refused("forbidden"):
        ward.act(ward.founder, DeviceAdd(other.new, invite, wraps_hash(())))


def test_an_invite_ends(ward: Ward) -> None:
    """At its last millisecond it is good, then not."""
    new = pc("city", "cw")
    invite = ward.invited(ward.founder, new).invite
    ward.now = NOW + HOUR - 1
    wire = ward.wire(ward.founder, DeviceAdd(new.new, invite, wraps_hash(())))
    assert ward.fold(wire).member(new.id) is not None
    ward.now = NOW + HOUR
    with refused("forbidden"):
        ward.fold(wire)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"device": b"short"}, "malformed"),
        ({"staff": b""}, "malformed"),
        ({"team": "police"}, "malformed"),
        ({"team": "hellowork"}, "forbidden"),
        ({"roles": ()}, "malformed"),
        ({"roles": ("cw", "adm")}, "forbidden"),
    ],
)
def test_a_device_comes_as_it_was_invited(ward: Ward, changed: dict[str, object], code: str) -> None:
    """Whole ids, and exactly the team and the roles of the invite."""
    new = pc("city", "cw")
    invite = ward.invited(ward.founder, new).invite
    with refused(code):
        ward.act(ward.founder, DeviceAdd(msgspec.structs.replace(new.new, **changed), invite, wraps_hash(())))


def test_only_an_admin_of_the_team_admits(ward: Ward, worker: Pc) -> None:
    """A good invite in the hands of a colleague or of the other team's admin admits nobody."""
    colleague, new = member(ward, ward.founder, "cw", "sv"), pc("city", "cw")
    invite = ward.invited(ward.founder, new).invite
    for author in (colleague, worker):
        with refused("forbidden"):
            ward.act(author, DeviceAdd(new.new, invite, wraps_hash(())))
    ward.act(ward.founder, DeviceAdd(new.new, invite, wraps_hash(())))


def test_a_device_without_an_invite_is_refused(ward: Ward) -> None:
    """An admin cannot slip one in."""
    with refused("forbidden"):
        ward.act(ward.founder, DeviceAdd(pc("city", "cw").new, os.urandom(16), wraps_hash(())))


def test_ids_and_keys_of_devices_are_used_once_for_ever(ward: Ward) -> None:
    """Neither a member's nor a removed device's: a removal is never undone by a second joining."""
    gone = member(ward, ward.founder, "cw")
    record, wraps = generation("city", 2, (ward.founder.id,))
    ward.act(ward.founder, DeviceRemove(gone.id, record), wraps)
    for known in (gone, ward.founder):
        fresh = pc("city", "cw")
        for taken in ({"device": known.id}, {"sign_key": known.new.sign_key}):
            invite = ward.invited(ward.founder, fresh).invite
            with refused("forbidden"):
                ward.act(
                    ward.founder,
                    DeviceAdd(msgspec.structs.replace(fresh.new, **taken), invite, wraps_hash(())),
                )


def test_the_wraps_of_a_newcomer_are_bound_and_bounded(ward: Ward) -> None:
    """Not others than the admin signed, and not without end."""
    new = pc("city", "cw")
    invite = ward.invited(ward.founder, new).invite
    wraps = (os.urandom(32), os.urandom(32))
    wire = ward.wire(ward.founder, DeviceAdd(new.new, invite, wraps_hash(wraps)))
    assert ward.fold(wire, wraps).member(new.id) is not None
    for wrong, code in ((wraps[:1], "malformed"), (wraps[::-1], "malformed"), (wraps * MAX_WRAPS, "too_big")):
        with refused(code):
            ward.fold(wire, wrong)


# --- removal and generations ------------------------------------------------------------


def test_a_removal_brings_the_new_generation(ward: Ward) -> None:
    """In the same record; the device stays known, so that its history can be verified."""
    gone = member(ward, ward.founder, "cw")
    record, wraps = generation("city", 2, (ward.founder.id,))
    ward.act(ward.founder, DeviceRemove(gone.id, record), wraps)
    assert ward.state.member(gone.id) is None
    assert not ward.state.members[gone.id].active
    assert (ward.state.teams["city"].gen, ward.state.teams["city"].dirty) == (2, False)


def test_a_removal_without_a_generation_is_refused(ward: Ward) -> None:
    """What would wait for somebody to remember is not admitted."""
    gone = member(ward, ward.founder, "cw")
    with refused("forbidden"):
        ward.act(ward.founder, DeviceRemove(gone.id, None))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "adm"])
def test_only_an_admin_removes_another(ward: Ward, role: str) -> None:
    """Everybody else removes only the own device."""
    author, victim = member(ward, ward.founder, role), member(ward, ward.founder, "cw")
    left = tuple(d for d in ward.state.team_devices("city") if d != victim.id)
    record, wraps = generation("city", 2, left)
    with refused("forbidden"):
        ward.act(author, DeviceRemove(victim.id, record), wraps)
    ward.act(author, DeviceRemove(author.id, None))
    assert ward.state.teams["city"].dirty


def test_who_leaves_makes_no_key_for_those_who_stay(ward: Ward) -> None:
    """A leaver would know it; the team is dirty until a member posts one."""
    leaver = member(ward, ward.founder, "adm", "cw")
    record, wraps = generation("city", 2, (ward.founder.id,))
    with refused("forbidden"):
        ward.act(leaver, DeviceRemove(leaver.id, record), wraps)
    ward.act(leaver, DeviceRemove(leaver.id, None)).rotate(ward.founder)
    assert (ward.state.teams["city"].gen, ward.state.teams["city"].dirty) == (2, False)


def test_another_teams_admin_removes_but_never_keys(ward: Ward, worker: Pc) -> None:
    """The team of the removed device is dirty, and no outsider makes its generation."""
    second = member(ward, worker, "hw")
    record, wraps = generation("hellowork", 2, (worker.id,))
    with refused("forbidden"):
        ward.act(ward.founder, DeviceRemove(second.id, record), wraps)
    ward.act(ward.founder, DeviceRemove(second.id, None))
    assert ward.state.teams["hellowork"].dirty


def test_a_device_is_removed_once(ward: Ward) -> None:
    """A stranger and a removed device cannot be removed."""
    with refused("forbidden"):
        ward.act(ward.founder, DeviceRemove(os.urandom(16), None))


def test_wraps_without_a_generation_are_refused(ward: Ward) -> None:
    """Nothing rides along."""
    leaver = member(ward, ward.founder, "cw")
    with refused("malformed"):
        ward.act(leaver, DeviceRemove(leaver.id, None), (os.urandom(32),))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda r, w, _: (msgspec.structs.replace(r, gen=3), w), "cas"),
        (lambda r, w, _: (msgspec.structs.replace(r, gen=1), w), "cas"),
        (lambda r, w, _: (msgspec.structs.replace(r, recipients=r.recipients[:1]), w), "forbidden"),
        (lambda r, w, _: (msgspec.structs.replace(r, recipients=(*r.recipients, _)), w), "forbidden"),
        (lambda r, w, _: (msgspec.structs.replace(r, recipients=r.recipients[::-1]), w), "forbidden"),
        (lambda r, w, _: (r, w[:1]), "malformed"),
        (lambda r, w, _: (r, (*w, b"x" * 32)), "malformed"),
        (lambda r, w, _: (r, w[::-1]), "malformed"),
        (lambda r, w, _: (msgspec.structs.replace(r, team="hellowork"), w), "forbidden"),
        (lambda r, w, _: (msgspec.structs.replace(r, team="police"), w), "forbidden"),
    ],
    ids=[
        *("skipped", "again", "left out", "slipped in", "order", "a wrap less", "a wrap more"),
        *("wraps exchanged", "other team", "no team"),
    ],
)
def test_a_generation_is_for_exactly_the_members(
    ward: Ward, spoil: Callable[..., tuple[Any, Any]], code: str
) -> None:
    """The next number, every member and nobody else, one wrap each, posted by a member of the team."""
    member(ward, ward.founder, "cw")
    record, wraps = generation("city", 2, ward.state.team_devices("city"))
    spoiled, spoiled_wraps = spoil(record, wraps, os.urandom(16))
    with refused(code):
        ward.act(ward.founder, TeamGen(spoiled), spoiled_wraps)
    ward.act(ward.founder, TeamGen(record), wraps)


def test_a_generation_brings_a_wrap_for_each_member(ward: Ward) -> None:
    """A signer who commits to fewer or more wraps than members is refused, though the hash is right."""
    member(ward, ward.founder, "cw")
    for count in (0, 1, 3):
        record, wraps = generation(
            "city", 2, ward.state.team_devices("city"), tuple(os.urandom(32) for _ in range(count))
        )
        with refused("malformed"):
            ward.act(ward.founder, TeamGen(record), wraps)


def test_a_removed_device_is_in_no_later_generation(ward: Ward) -> None:
    """It cannot be left among the recipients of the generation that removes it, nor of a later one."""
    gone = member(ward, ward.founder, "cw")
    record, wraps = generation("city", 2, ward.state.team_devices("city"))
    with refused("forbidden"):
        ward.act(ward.founder, DeviceRemove(gone.id, record), wraps)
    record, wraps = generation("city", 2, (ward.founder.id,))
    ward.act(ward.founder, DeviceRemove(gone.id, record), wraps)
    record, wraps = generation("city", 3, (ward.founder.id, gone.id))
    with refused("forbidden"):
        ward.act(ward.founder, TeamGen(record), wraps)


# --- roles --------------------------------------------------------------------------------


def test_an_admin_changes_roles_in_its_own_team(ward: Ward, worker: Pc) -> None:
    """The new roles count from the next record on."""
    second = member(ward, ward.founder, "cw")
    ward.act(ward.founder, Role(second.id, ("lb",)))
    with refused("forbidden"):
        ward.stream(second)
    for author, target, roles, code in (
        (second, second, ("adm",), "forbidden"),
        (worker, second, ("cw",), "forbidden"),
        (ward.founder, second, (), "malformed"),
        (ward.founder, second, ("boss",), "malformed"),
        (ward.founder, pc("city", "cw"), ("cw",), "forbidden"),
    ):
        with refused(code):
            ward.act(author, Role(target.id, roles))


# --- streams and consents -----------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_writers_open_streams_record_consents_and_withdraw(ward: Ward, role: str) -> None:
    """Managers, observers, auditors and pure administrators do none of the three (domain 2.3)."""
    author = member(ward, ward.founder, role)
    standing = ward.consent(ward.founder)
    acts: tuple[ControlBody, ...] = (
        StreamCreate("own", "city", (os.urandom(16),)),
        consent_body(ward, author),
        ConsentEnd(standing.consent),
    )
    for body in acts:
        wire = ward.wire(author, body)
        if role in WRITERS:
            assert ward.fold(wire).head.sseq == ward.state.head.sseq + 1
        else:
            with refused("forbidden"):
                ward.fold(wire)


@pytest.mark.parametrize(
    ("kind", "owner", "streams", "code"),
    [
        ("joint", "city", (b"s" * 16,), "forbidden"),
        ("own", "hellowork", (b"s" * 16,), "forbidden"),
        ("own", "city", (), "too_big"),
        ("own", "city", (b"s" * 16, b"s" * 16), "forbidden"),
        ("own", "city", (bytes(16),), "forbidden"),
        ("own", "city", (b"short",), "forbidden"),
        ("public", "city", (b"s" * 16,), "malformed"),
    ],
    ids=["joint", "other team", "none", "twice", "control", "short", "unknown kind"],
)
def test_a_stream_that_breaks_a_rule_is_refused(
    ward: Ward, kind: str, owner: str, streams: tuple[bytes, ...], code: str
) -> None:
    """A joint stream comes only by a consent; nobody opens another team's stream or stream 0."""
    with refused(code):
        ward.act(ward.founder, StreamCreate(kind, owner, streams))  # type: ignore[arg-type]


def test_an_import_opens_thousands_of_streams_at_once(ward: Ward) -> None:
    """Up to the limit; one more is too big; and none that exists."""
    many = tuple(os.urandom(16) for _ in range(MAX_STREAMS_PER_RECORD))
    assert len(ward.fold(ward.wire(ward.founder, StreamCreate("own", "city", many))).streams) == len(many)
    with refused("too_big"):
        ward.act(ward.founder, StreamCreate("own", "city", (*many, os.urandom(16))))
    known = ward.stream(ward.founder)
    with refused("forbidden"):
        ward.act(ward.founder, StreamCreate("own", "city", (os.urandom(16), known)))


def test_a_consent_opens_its_own_joint_stream(ward: Ward) -> None:
    """With what the record says, and nothing of whom or why."""
    body = ward.consent(ward.founder)
    stream = ward.state.streams[body.stream]
    assert (stream.kind, stream.owner, stream.partner, stream.consent) == (
        "joint",
        "city",
        "hellowork",
        body.consent,
    )
    assert ward.state.consents[body.consent].in_force(NOW)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"owner": "hellowork", "partner": "city"}, "forbidden"),
        ({"partner": "city"}, "malformed"),
        ({"partner": "police"}, "malformed"),
        ({"consent": b"short"}, "forbidden"),
        ({"stream": b"short"}, "forbidden"),
        ({"stream": bytes(16)}, "forbidden"),
        ({"until_ms": NOW}, "forbidden"),
        ({"from_ms": NOW - 2 * DAY, "until_ms": NOW - DAY}, "forbidden"),
        ({"until_ms": NOW + CONSENT_MAX_MS + 1}, "forbidden"),
        ({"items": ()}, "forbidden"),
        ({"evidence": b""}, "forbidden"),
    ],
    ids=[
        *("not the owner", "with itself", "third party", "id", "stream", "control stream", "no time"),
        *("over already", "too long", "nothing shared", "no evidence"),
    ],
)
def test_a_consent_that_breaks_a_rule_is_refused(ward: Ward, changed: dict[str, object], code: str) -> None:
    """Rule C: the owner's staff, the other team, at most a year, some item, evidence."""
    with refused(code):
        ward.consent(ward.founder, **changed)


def test_a_year_and_a_day_is_the_longest_consent(ward: Ward) -> None:
    """366 days exactly are taken."""
    body = ward.consent(ward.founder, until_ms=NOW + CONSENT_MAX_MS)
    assert ward.state.consents[body.consent].in_force(NOW + CONSENT_MAX_MS - 1)


def test_consents_and_their_streams_are_used_once(ward: Ward) -> None:
    """A second consent makes a second stream; neither id comes again, not even after the end."""
    body = ward.consent(ward.founder)
    ward.act(ward.founder, ConsentEnd(body.consent))
    own = ward.stream(ward.founder)
    for again in ({"consent": body.consent}, {"stream": body.stream}, {"stream": own}):
        with refused("forbidden"):
            ward.consent(ward.founder, **again)


def test_either_side_withdraws_and_once(ward: Ward, worker: Pc) -> None:
    """The partner hears a withdrawal too; what has ended does not end again."""
    for author in (ward.founder, worker):
        body = ward.consent(ward.founder)
        ward.act(author, ConsentEnd(body.consent))
        assert not ward.state.consents[body.consent].in_force(NOW)
        assert ward.state.streams[body.stream].closed
        with refused("forbidden"):
            ward.act(author, ConsentEnd(body.consent))
    with refused("forbidden"):
        ward.act(ward.founder, ConsentEnd(os.urandom(16)))


def test_only_the_owner_closes_a_stream_and_once(ward: Ward, worker: Pc) -> None:
    """Neither the partner nor a second time, nor a stream that is not there."""
    stream = ward.stream(ward.founder)
    with refused("forbidden"):
        ward.act(worker, StreamClose(stream))
    ward.act(ward.founder, StreamClose(stream))
    for again in (stream, os.urandom(16)):
        with refused("forbidden"):
            ward.act(ward.founder, StreamClose(again))


@pytest.mark.parametrize("end", ["withdrawn", "closed", "expired"])
def test_the_partner_states_deletion_after_the_end(ward: Ward, worker: Pc, end: str) -> None:
    """However the joint stream ended; once a device; not before, and not by the owner."""
    body = ward.consent(ward.founder)
    with refused("forbidden"):
        ward.act(worker, ShredAck(body.stream))
    if end == "withdrawn":
        ward.act(ward.founder, ConsentEnd(body.consent))
    elif end == "closed":
        ward.act(ward.founder, StreamClose(body.stream))
    else:
        ward.now = body.until_ms
    ward.act(worker, ShredAck(body.stream))
    assert (body.stream, worker.id) in ward.state.shreds
    for author, stream in ((worker, body.stream), (ward.founder, body.stream), (worker, os.urandom(16))):
        with refused("forbidden"):
            ward.act(author, ShredAck(stream))


def test_deletion_of_an_own_stream_is_nothing_to_state(ward: Ward, worker: Pc) -> None:
    """Only joint streams have a partner."""
    own = ward.stream(ward.founder)
    with refused("forbidden"):
        ward.act(worker, ShredAck(own))


# --- acknowledging a restore --------------------------------------------------------------


def ack(notice: bytes = b"n" * 32, **changed: Any) -> IncidentAck:
    """The acknowledgement of a notice."""
    return msgspec.structs.replace(
        IncidentAck("restored", notice, 7, b"r" * 32, Seen(9, b"s" * 32)), **changed
    )


def test_an_administrator_of_either_team_acknowledges_a_restore_once(ward: Ward, worker: Pc) -> None:
    """It gives nobody anything, so one is enough; a second of the same notice says nothing new."""
    ward.act(worker, ack())
    ward.act(ward.founder, ack(b"m" * 32))
    assert ward.state.acks == {b"n" * 32, b"m" * 32}
    for author in (ward.founder, worker):
        with refused("forbidden"):
            ward.act(author, ack())


def test_who_is_no_administrator_acknowledges_nothing(ward: Ward, worker: Pc) -> None:
    """A caseworker's PC tells the administrator."""
    clerk = pc("hellowork", "hw")
    ward.admit(worker, clerk)
    with refused("forbidden"):
        ward.act(clerk, ack())


@pytest.mark.parametrize(
    "changed",
    [{"kind": "other"}, {"notice": b"n"}, {"root": b""}, {"size": 0}],
    ids=lambda each: next(iter(each)),
)
def test_an_acknowledgement_names_a_notice_a_place_and_a_root(ward: Ward, changed: dict[str, object]) -> None:
    """Anything else is not admitted."""
    with refused("malformed"):
        ward.act(ward.founder, ack(**changed))  # type: ignore[arg-type]


# --- the fold -----------------------------------------------------------------------------


def history() -> tuple[list[tuple[bytes, tuple[bytes, ...], int]], ControlState]:
    """Return the records of a lively ward, and its last state."""
    ward = founded()
    records: list[tuple[bytes, tuple[bytes, ...], int]] = []
    folded = Ward.fold

    def noting(self: Ward, wire: bytes, wraps: tuple[bytes, ...] = (), **options: bool) -> ControlState:
        after = folded(self, wire, wraps, **options)
        records.append((wire, wraps, self.now))
        return after

    body, wraps = genesis(ward.founder)
    ward = Ward(ward.founder)
    ward.fold = noting.__get__(ward)  # type: ignore[method-assign]
    ward.act(ward.founder, body, wraps)
    worker = pc("hellowork", "adm", "hw")
    ward.admit(ward.founder, worker).rotate(worker)
    clerk = member(ward, worker, "hw")
    ward.stream(ward.founder)
    consent: ConsentSet = ward.consent(ward.founder)
    ward.now += HOUR
    ward.act(clerk, DeviceRemove(clerk.id, None)).rotate(worker)
    ward.act(worker, ConsentEnd(consent.consent))
    ward.act(worker, ShredAck(consent.stream))
    return records, ward.state


def test_folding_again_gives_the_same_state_and_hash() -> None:
    """Server and clients come to the same verdict at every position (invariant I12)."""
    records, last = history()
    state = ControlState()
    seen = set()
    for wire, wraps, at in records:
        state = control.apply(state, wire, at, SIGNING, wraps)
        seen.add(state.state_hash())
    assert state == last
    assert state.state_hash() == last.state_hash()
    assert len(seen) == len(records)


def test_a_refused_record_changes_nothing(ward: Ward) -> None:
    """The state is a value: what is refused leaves it as it was."""
    before, known = ward.state.state_hash(), dict(ward.state.members)
    for body in (Role(os.urandom(16), ("cw",)), ConsentEnd(os.urandom(16)), StreamClose(os.urandom(16))):
        with refused("forbidden"):
            ward.act(ward.founder, body)
    assert (ward.state.state_hash(), dict(ward.state.members)) == (before, known)


@pytest.mark.parametrize(
    "changed",
    [
        {"ward": bytes(32)},
        {"home": "hellowork"},
        {"recv_ms": 1},
        {"server_key": b""},
        {"ward_commit": b""},
        {"members": {}},
        {"teams": {}},
        {"streams": {}},
        {"consents": {}},
        {"invites": {}},
        {"spent": frozenset()},
        {"shreds": frozenset()},
        {"acks": frozenset({bytes(32)})},
        {"proto_floor": 2},
        {"unknown": 5},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_hash_covers_the_whole_state(changed: dict[str, object]) -> None:
    """Two clients that differ in anything have different hashes."""
    _, state = history()
    assert replace(state, **changed).state_hash() != state.state_hash()  # type: ignore[arg-type]


def test_a_shortened_or_reordered_history_does_not_fold() -> None:
    """Each record names the one before: none can be left out, repeated or exchanged."""
    records, _ = history()
    for wrong in (
        records[:1] + records[2:],
        [*records[:3], records[2]],
        [records[0], records[2], records[1]],
    ):
        state = ControlState()
        with refused("cas"):
            for wire, wraps, at in wrong:
                state = control.apply(state, wire, max(at, state.recv_ms), SIGNING, wraps)


# --- wraps --------------------------------------------------------------------------------


def test_wraps_are_found_by_their_order() -> None:
    """Of a generation as its recipients; of genesis the generations', then a ward-key wrap an admin."""
    one, two = sorted((pc("city", "adm"), pc("city", "adm")), key=lambda p: p.id)
    record, _ = generation("city", 1, (one.id, two.id))
    body, _ = genesis(one, admins=(two.new, one.new), teams=(record,))
    assert wraps_for(body, one.id) == (0, 3)
    assert wraps_for(body, two.id) == (1, 2)
    assert wraps_for(TeamGen(record), two.id) == (1,)
    assert wraps_for(DeviceRemove(os.urandom(16), record), one.id) == (0,)
    assert wraps_for(DeviceRemove(one.id, None), two.id) == ()
    assert wraps_for(DeviceAdd(one.new, b"", b""), one.id) == (0, 1)
    assert wraps_for(DeviceAdd(one.new, b"", b""), two.id) == ()
    assert wraps_for(None, one.id) == ()
    assert control.hashes((b"a", b"b")) != control.hashes((b"b", b"a"))
