"""Enrolment over a real service: founding, inviting, joining, admitting, and what must not work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.memory_store import MemoryStore
from tests.sync.http import SEALING, SIGNING, Pc, found, join, open_pc
from tests.wardcentral.running import Running, serving
from wardcentral.founding import Founding
from wardclient.sync import enrol
from wardclient.sync.core import keep_identity
from wardclient.sync.enrol import AdmitError, EnrolError
from wardclient.sync.founding import newcomer
from wardclient.sync.transport import TransportError
from wardclient.vault.identity import Identity
from wardclient.vault.invites import make_join, read_invite, seal_label
from wardproto.messages import JoinBody, comparison_code


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Running]:
    """A service that accepts."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def admin(central: Running) -> Iterator[Pc]:
    """The first PC of a ward."""
    pc = found(central.url)
    yield pc
    pc.close()


def invited(admin: Pc, central: Running, team: str = "city", roles: tuple[str, ...] = ("cw",)) -> str:
    """An invite that was announced."""
    return enrol.make_invite(
        admin.client, central.url, "14101", admin.in_lane, admin.loop.sync_once, team, roles
    )


def admit(admin: Pc, invite: str, code: str) -> bytes:
    """The admin types a code."""
    return enrol.admit(admin.client, admin.transport, admin.in_lane, admin.loop.sync_once, invite, code)


def ask(admin: Pc, invite: str, identity: Identity | None = None) -> str:
    """A new PC puts its request into the join box; return the digits on its screen."""
    code = read_invite(invite)
    identity = identity or Identity.create(SEALING)
    body = JoinBody(
        code.ward,
        code.invite,
        identity.device,
        identity.staff,
        identity.sign_public(SIGNING),
        SEALING.public_of(identity.wrap_secret),
        seal_label(code, "新しい端末"),
    )
    request = make_join(SIGNING, code, body, identity.sign_secret)
    admin.transport.put_join(code.ward, code.invite, request)
    return comparison_code(request.body)


def test_two_people_enrol_a_second_pc(central: Running, admin: Pc) -> None:
    """Invite, eight digits, admitted: the newcomer has the ward's log, its team's key and the names."""
    stream = admin.client.new_stream()
    admin.write(stream, "before")
    admin.loop.sync_once()
    colleague = join(admin, central.url, "city", ("cw",))
    assert colleague.values(stream) == {"before"}
    assert colleague.client.label(admin.client.core.me.device) == "city-1"
    assert admin.client.label(colleague.client.core.me.device) == "city"
    colleague.close()


def test_a_ward_can_be_founded_by_several_admins_at_one_table(central: Running) -> None:
    """The second admin is a member from the first record on, with the team's and the ward's key."""
    second = Identity.create(SEALING)
    other = newcomer(SIGNING, SEALING, second, "city-2", ("adm", "cw"))
    store, theirs = MemoryStore(), MemoryStore()
    made = enrol.found(store, central.url, label="city-1", team="city", roles=("adm", "cw"), admins=(other,))
    keep_identity(theirs, second, made.ward, "city")
    pc = open_pc(theirs, central.url)
    pc.loop.sync_once()
    assert pc.client.core.member is not None
    assert pc.client.label(made.device) == "city-1"
    assert theirs.team_key("city", 1) is not None
    pc.close()


def test_wrong_digits_admit_nobody(central: Running, admin: Pc) -> None:
    """The code on the other screen is another one: a PC in between, or a slip."""
    invite = invited(admin, central)
    code = ask(admin, invite)
    wrong = f"{(int(code) + 1) % 100_000_000:08d}"
    with pytest.raises(AdmitError) as refused:
        admit(admin, invite, wrong)
    assert refused.value.code == "code"
    assert len(admin.client.state.members) == 1
    full_width = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    admit(admin, invite, f"{full_width[:4]} {full_width[4:]}")
    assert len(admin.client.state.members) == 2


def test_nobody_is_admitted_before_they_asked_or_with_an_invite_twice(central: Running, admin: Pc) -> None:
    """An invite without a request, and one that was used."""
    invite = invited(admin, central)
    with pytest.raises(AdmitError) as early:
        admit(admin, invite, "12345678")
    assert early.value.code == "not_yet"
    code = ask(admin, invite)
    admit(admin, invite, code)
    with pytest.raises(AdmitError) as again:
        admit(admin, invite, code)
    assert again.value.code in {"spent", "not_yet"}
    with pytest.raises(EnrolError) as late:
        enrol.join(MemoryStore(), invite, label="x", show_code=lambda _: None, wait_seconds=1)
    assert late.value.code == "over"


def test_an_invite_that_is_mistyped_is_told_so(admin: Pc) -> None:
    """The text has its own check; nothing is asked of the service."""
    with pytest.raises(AdmitError) as refused:
        admit(admin, "abcdef-ghijkl", "12345678")
    assert refused.value.code == "mistyped"


def test_who_waits_in_vain_keeps_no_half_made_pc(central: Running, admin: Pc) -> None:
    """The admin never came: nothing is kept in the new PC's store."""
    invite = invited(admin, central)
    store = MemoryStore()
    with pytest.raises(EnrolError) as refused:
        enrol.join(store, invite, label="x", show_code=lambda _: None, wait_seconds=0)
    assert refused.value.code == "waited"
    assert not store.tables.small


def test_who_has_no_right_to_invite_is_refused_by_the_service(central: Running, admin: Pc) -> None:
    """A case worker's PC announces an invite: the act is refused and stays visible."""
    colleague = join(admin, central.url, "city", ("cw",))
    with pytest.raises(EnrolError) as refused:
        invited(colleague, central)
    assert refused.value.code == "refused"
    assert list(colleague.store.tables.refused.values()) == ["forbidden"]
    colleague.close()


def test_a_ward_is_not_founded_against_the_operators_will(tmp_path: Path) -> None:
    """With founding closed, or without the token, nothing is made here or there."""
    with serving(tmp_path, founding=Founding("token", "right")) as central:
        store = MemoryStore()
        with pytest.raises(TransportError, match="forbidden"):
            enrol.found(store, central.url, label="x", team="city", roles=("adm",))
        assert not store.tables.small
        made = enrol.found(store, central.url, label="x", team="city", roles=("adm",), token="right")
        assert store.get("ward") == made.ward
        with pytest.raises(EnrolError, match="roles"):
            enrol.found(MemoryStore(), central.url, label="x", team="city", roles=("king",))


def test_two_pcs_of_two_teams_share_one_case(central: Running, admin: Pc) -> None:
    """From founding to a shared case with real keys: the city, Hello Work, and no one in between."""
    partner = join(admin, central.url, "hellowork", ("hw", "adm"))
    consent, joint = SEALING.random(16), SEALING.random(16)
    now = admin.client.server_now_ms()
    admin.client.set_consent(
        consent,
        joint,
        partner="hellowork",
        from_ms=now - 1,
        until_ms=now + 10**7,
        items=("S1",),
        evidence=b"paper",
    )
    admin.write(joint, "shared")
    own = admin.client.new_stream()
    admin.write(own, "not shared")
    admin.loop.sync_once()
    partner.loop.sync_once()
    admin.loop.sync_once()
    partner.loop.sync_once()
    assert partner.values(joint) == {"shared"}
    assert partner.values(own) == set()
    admin.client.end_consent(consent)
    admin.loop.sync_once()
    partner.loop.sync_once()
    assert partner.values(joint) == set()
    assert admin.client.partner_devices(joint, without_ack=True)
    partner.loop.sync_once()
    admin.loop.sync_once()
    assert not admin.client.partner_devices(joint, without_ack=True)
    partner.close()
