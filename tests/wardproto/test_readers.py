"""R: who reads a stream, at every position of its life."""

import pytest

from tests.wardproto.ward import DAY, HOUR, NOW, Pc, Ward, founded, pc
from wardproto.readers import Audience, audience, may_fetch
from wardproto.records import ConsentEnd, DeviceRemove, StreamClose, StreamCreate


@pytest.fixture
def worker() -> Pc:
    """A Hello Work clerk who administers its team."""
    return pc("hellowork", "adm", "hw")


@pytest.fixture
def ward(worker: Pc) -> Ward:
    """A ward with one PC on each side and both team keys."""
    made = founded()
    return made.admit(made.founder, worker).rotate(worker)


def test_nobody_reads_what_is_not_there(ward: Ward) -> None:
    """An id that no record names."""
    assert audience(ward.state, b"s" * 16, NOW) == Audience("unknown")
    assert not may_fetch(ward.state, b"s" * 16, "city", NOW)


@pytest.mark.parametrize("kind", ["own", "restricted"])
def test_an_own_stream_is_its_owners(ward: Ward, kind: str) -> None:
    """Sharing nothing is the default: the other team is not in R and is handed nothing."""
    ward.act(ward.founder, StreamCreate(kind, "city", (b"s" * 16,)))  # type: ignore[arg-type]
    assert audience(ward.state, b"s" * 16, NOW) == Audience("open", (("city", 1),))
    assert may_fetch(ward.state, b"s" * 16, "city", NOW)
    assert not may_fetch(ward.state, b"s" * 16, "hellowork", NOW)


def test_a_feed_is_handed_to_all(ward: Ward) -> None:
    """Openings and reference data are public to members."""
    ward.act(ward.founder, StreamCreate("feed", "city", (b"s" * 16,)))
    assert may_fetch(ward.state, b"s" * 16, "hellowork", NOW)


def test_a_joint_stream_is_both_teams_while_the_consent_stands(ward: Ward) -> None:
    """From its first millisecond to its last: early, open, closed, at the boundaries exactly."""
    consent = ward.consent(ward.founder, from_ms=NOW + HOUR, until_ms=NOW + DAY)
    both = Audience("open", (("city", 1), ("hellowork", 1)))
    expected = {
        NOW: Audience("early"),
        NOW + HOUR - 1: Audience("early"),
        NOW + HOUR: both,
        NOW + DAY - 1: both,
        NOW + DAY: Audience("closed"),
    }
    assert {at: audience(ward.state, consent.stream, at) for at in expected} == expected
    assert both.teams == {"city", "hellowork"}


def test_the_other_side_may_own_the_case(ward: Ward, worker: Pc) -> None:
    """Nothing assumes which team is the owner (protocol 4.1)."""
    consent = ward.consent(worker)
    assert audience(ward.state, consent.stream, NOW).teams == {"city", "hellowork"}
    own = ward.stream(worker)
    assert audience(ward.state, own, NOW).teams == {"hellowork"}


def test_a_withdrawal_closes_at_once(ward: Ward) -> None:
    """The owner keeps its history; the partner is handed nothing more, at any time."""
    consent = ward.consent(ward.founder)
    assert may_fetch(ward.state, consent.stream, "hellowork", NOW)
    ward.act(ward.founder, ConsentEnd(consent.consent))
    assert audience(ward.state, consent.stream, NOW) == Audience("closed")
    assert may_fetch(ward.state, consent.stream, "city", NOW)
    assert not may_fetch(ward.state, consent.stream, "hellowork", NOW)


def test_expiry_stops_handing_out(ward: Ward) -> None:
    """No record is needed: the server's time is enough."""
    consent = ward.consent(ward.founder)
    assert may_fetch(ward.state, consent.stream, "hellowork", consent.until_ms - 1)
    assert not may_fetch(ward.state, consent.stream, "hellowork", consent.until_ms)
    assert may_fetch(ward.state, consent.stream, "city", consent.until_ms)


def test_a_closed_stream_has_no_readers(ward: Ward) -> None:
    """Nobody writes to it any more."""
    stream = ward.stream(ward.founder)
    ward.act(ward.founder, StreamClose(stream))
    assert audience(ward.state, stream, NOW) == Audience("closed")


def test_a_new_generation_is_another_audience(ward: Ward) -> None:
    """Membership changes act on every stream through the generation, with no record a stream."""
    stream, consent = ward.stream(ward.founder), ward.consent(ward.founder)
    ward.rotate(ward.founder)
    assert audience(ward.state, stream, NOW).recipients == (("city", 2),)
    assert audience(ward.state, consent.stream, NOW).recipients == (("city", 2), ("hellowork", 1))


def test_a_dirty_team_leaves_r_undefined(ward: Ward, worker: Pc) -> None:
    """When a member has left by its own act, nobody writes until a generation follows; others do."""
    second = pc("hellowork", "hw")
    ward.admit(worker, second)
    joint, theirs, ours = ward.consent(worker), ward.stream(worker), ward.stream(ward.founder)
    ward.act(worker, DeviceRemove(worker.id, None))
    for stream in (joint.stream, theirs):
        assert audience(ward.state, stream, NOW) == Audience("dirty")
    assert audience(ward.state, ours, NOW).state == "open"
    ward.rotate(second)
    assert audience(ward.state, joint.stream, NOW).recipients == (("city", 1), ("hellowork", 2))


def test_a_team_that_has_no_key_yet_is_dirty() -> None:
    """A consent for a partner that has not come is written by nobody until it has."""
    ward = founded()
    consent = ward.consent(ward.founder)
    assert audience(ward.state, consent.stream, NOW) == Audience("dirty")
