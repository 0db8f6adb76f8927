"""Presence between real homes at a real service: who learns what, and when it ends."""

from collections.abc import Callable

import pytest

from tests.desk.conftest import CASE, PERSON, Offices
from wardclient.desk.rows import PresenceRow
from wardclient.desk.streams import streams_of
from wardclient.desk.workstation import Workstation
from wardclient.sync.core import Core
from wardclient.sync.live import LiveHint, make_hint, read_hints
from wardclient.vault.sealing import SALT_BYTES
from wardproto.messages import LIVE_BYTES, LIVE_MS, LIVE_PLAIN, LivePost
from wardproto.signing import seal_envelope
from wardproto.wire import encode

Exchange = Callable[[], None]
PHONE = ("person", "phone")


@pytest.fixture
def case_id(city: Workstation, exchange: Exchange) -> str:
    """A case that both offices have, with work preference and health in no tick."""
    made = city.open_case(PERSON, CASE, none_match=False)
    form = {**city.consent_defaults(made), "paper_location": "3係 キャビネットB-12", "scope_to_hw": ["S1"]}
    city.record_consent(made, form)
    exchange()
    return made


def joint(desk: Workstation, case_id: str) -> bytes:
    """The joint stream of a case."""
    stream = desk._do(lambda: streams_of(desk.place, case_id).joint)
    assert stream is not None
    return stream.stream


def core(desk: Workstation) -> Core:
    """The core under a desk."""
    return desk.place.client.core


def hint(desk: Workstation, stream: bytes) -> bytes:
    """A desk's hint for a stream."""
    made = desk._do(lambda: make_hint(core(desk), stream, *PHONE))
    assert len(made) == LIVE_BYTES
    return made


def read(desk: Workstation, stream: bytes, *hints: bytes) -> list[bytes]:
    """The devices whose hints a desk believes."""
    return [h.device for h in desk._do(lambda: read_hints(core(desk), stream, hints))]


def test_both_offices_see_each_other_until_one_leaves(
    city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """Name and office are shown; leaving ends it at once."""
    assert city.presence(case_id) == ()
    (seen,) = hellowork.presence(case_id)
    assert (seen.team, seen.field) == ("city", "")
    assert seen.label == "CW 3係"
    assert [row.team for row in city.presence(case_id)] == ["hellowork"]
    city.presence(case_id, leaving=True)
    assert hellowork.presence(case_id) == ()


def test_only_a_field_that_is_shared_is_named_to_the_partner(
    offices: Offices, city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """Editing what is in our own file alone is told to colleagues, never to the other office."""
    hidden = ("assessment", "health_consideration")
    city.change(case_id, "assessment", {"health_consideration": "立ち仕事は2時間まで"})
    shared = next(f.name for f in city.case(case_id).fields if f.kind == "person" and f.shared)
    city.presence(case_id, hidden)
    assert hellowork.presence(case_id) == (PresenceRow("CW 3係", "city"),)
    city.presence(case_id, ("person", shared))
    assert hellowork.presence(case_id) == (PresenceRow("CW 3係", "city", "person", shared),)
    offices.enrol(city, "city2", "city", ("cw",))
    colleague = offices.unlock("city2")
    colleague.sync_now()
    city.sync_now()
    colleague.sync_now()
    city.change(case_id, "person", {"phone": "08000000124"})
    city.sync_now()
    colleague.sync_now()
    city.presence(case_id, hidden)
    seen = {row.label: (row.kind, row.field) for row in colleague.presence(case_id)}
    assert seen["CW 3係"] == hidden


def test_a_withdrawn_partner_sees_nothing_more(
    city: Workstation, hellowork: Workstation, case_id: str, exchange: Exchange
) -> None:
    """After the withdrawal neither the service hands a hint out, nor would the old key be used for one."""
    stream = joint(hellowork, case_id)
    old = hint(hellowork, stream)
    city.presence(case_id, PHONE)
    assert len(hellowork.presence(case_id)) == 1
    city.withdraw_consent(case_id, {})
    city.sync_now()
    # This PC has not heard of it yet; the service has.
    city.presence(case_id, PHONE)
    assert hellowork.presence(case_id) == ()
    exchange()
    assert hellowork.presence(case_id) == ()
    assert city._do(lambda: make_hint(core(city), stream)) == b""
    assert read(city, stream, old) == []


def test_without_contact_there_is_nothing_and_no_error(
    offices: Offices, city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """Offline, with the service gone, and for a case that is not here."""
    hellowork.presence(case_id)
    assert city.presence("no such case") == ()
    city.set_offline(True)
    assert city.presence(case_id) == ()
    city.set_offline(False)
    assert len(city.presence(case_id)) == 1
    city.transport.close()
    assert city.presence(case_id) == ()
    assert offices.service.url


def test_an_old_a_future_and_an_own_hint_are_not_believed(
    city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """The time inside decides, whatever the service repeats."""
    stream = joint(city, case_id)
    theirs = hint(hellowork, stream)
    assert read(city, stream, theirs) == [core(hellowork).me.device]
    assert read(hellowork, stream, theirs) == []
    clock = core(city).clock_ms
    core(city).clock_ms = lambda: clock() + 2 * LIVE_MS
    assert read(city, stream, theirs) == []
    core(city).clock_ms = clock
    clock_there = core(hellowork).clock_ms
    core(hellowork).clock_ms = lambda: clock_there() + 2 * LIVE_MS
    assert read(city, stream, hint(hellowork, stream)) == []


def test_a_hint_is_bound_to_its_stream_its_sender_and_its_bytes(
    city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """Not one changed byte, no other stream, no hint that one reader makes in another's name."""
    stream = joint(city, case_id)
    theirs = hint(hellowork, stream)
    for place in range(0, LIVE_BYTES, 7):
        spoiled = bytearray(theirs)
        spoiled[place] ^= 1
        assert read(city, stream, bytes(spoiled)) == [], place
    assert read(city, stream, theirs[:-1], theirs + b"\0", b"") == []
    own = city._do(lambda: streams_of(city.place, case_id).own)
    assert own is not None
    assert read(city, own.stream, theirs) == []
    forged = forge(
        city, stream, LiveHint(core(city).ward, stream, core(hellowork).me.device, core(city).now_ms())
    )
    assert read(city, stream, forged) == []
    ours = forge(city, stream, LiveHint(core(city).ward, stream, core(city).me.device, core(city).now_ms()))
    assert read(hellowork, stream, ours) == [core(city).me.device], (
        "a forged hint differs in its signer alone"
    )


def forge(by: Workstation, stream: bytes, said: LiveHint) -> bytes:
    """Seal what a hint says under the stream's key, signed by ``by`` whatever it says."""
    inside = core(by)
    number = by._do(lambda: inside.store.epoch(stream).number)
    key = by._do(lambda: inside.store.stream_key(stream, number))
    assert key is not None
    signed = seal_envelope(inside.signing, inside.me.sign_secret, "live", encode(said))
    plain = (len(signed).to_bytes(2, "big") + signed).ljust(LIVE_PLAIN, b"\0")
    salt, info = bytes(SALT_BYTES), encode((1, "live", inside.ward, stream, number))
    return number.to_bytes(4, "big") + salt + inside.sealing.seal(key, salt, info, plain)


def test_the_service_holds_no_word_of_it(
    offices: Offices, city: Workstation, hellowork: Workstation, case_id: str
) -> None:
    """All hints have one length; neither name nor field is in them, and nothing is written down."""
    stream = joint(city, case_id)
    sealed = city._do(
        lambda: [make_hint(core(city), stream, "person", field) for field in ("", "phone", "x" * 500)]
    )
    assert {len(s) for s in sealed} == {LIVE_BYTES}
    assert not any(b"phone" in s or core(city).me.device in s for s in sealed)
    city.transport.live(LivePost(stream, sealed[1]))
    assert hellowork.transport.live(LivePost(stream)).hints == (sealed[1],)
    folder = offices.service.database.parent
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert sealed[1][20:84] not in written
    assert stream in written
