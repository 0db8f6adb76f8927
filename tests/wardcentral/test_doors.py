"""Every door of the route table is knocked at in every wrong way: a new route cannot be forgotten.

The doors come from the application itself, HEAD beside each GET. Each is first opened with an honest
request, so that a refusal here means the wrong that was done and nothing else.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from tests.wardcentral.builders import HOUR_MS, SIGNING, Pc, pc
from tests.wardcentral.described import Door, description, filled, operations, routes
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, serving
from wardcentral.app import Limits
from wardcentral.problems import PROBLEMS
from wardproto.messages import (
    DEVICE_HEADER,
    NONCE_HEADER,
    REQUEST_WINDOW_MS,
    SIGNATURE_HEADER,
    TIME_HEADER,
    LivePost,
    PushRequest,
)
from wardproto.records import Receipt
from wardproto.wire import encode

pytestmark = pytest.mark.usefixtures("both_stores")

OPEN: dict[Door, str] = {
    ("GET", "/health"): "a supervisor asks whether the process lives; the answer holds nothing",
    ("GET", "/health/live"): "the same",
    ("GET", "/health/ready"): "a proxy asks whether work may be sent here; the answer holds nothing",
    ("GET", "/server"): "the service's public key and its time, for who founds a ward or sets a clock",
    (
        "PUT",
        "/w/{ward}/join/{invite}",
    ): "a newcomer has no device yet: the body is signed with the invite's key",
}
"""Doors that need no device's signature, and why they may be open."""
FOUNDING: Door = ("POST", "/w/{ward}/control")
"""Open without a device's headers for a genesis record alone (tests of founding: test_http)."""
REMOVED_MAY_READ: Door = ("GET", "/w/{ward}/log")
"""A removed device is given the control stream up to its removal (test_http)."""
DOOR_CODES = {"signature", "clock", "replay", "not_member", "unknown_ward"}

SIGNED = sorted(door for door in routes() if door not in OPEN)
DOORS = SIGNED + sorted(("HEAD", path) for method, path in SIGNED if method == "GET")


@dataclass
class Place:
    """A ward with a removed device and an open invite, and another ward beside it."""

    city: Caller
    other: Caller
    removed: Pc
    stream: bytes
    invite: bytes


@dataclass(frozen=True)
class Knock:
    """One request before it is sent."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]

    def send(self, to: Caller) -> httpx.Response:
        """Send it as it is."""
        return to.client.request(
            self.method, to.url + self.target, content=self.body, headers={"accept": "*/*", **self.headers}
        )

    def without(self, header: str) -> "Knock":
        """The same without one header."""
        return replace(self, headers={name: value for name, value in self.headers.items() if name != header})

    def having(self, header: str, value: str) -> "Knock":
        """The same with another value in one header."""
        return replace(self, headers={**self.headers, header: value})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests here, which lets strangers knock often."""
    limits = Limits(stranger_rate=1e6, stranger_burst=1e6)
    with serving(tmp_path_factory.mktemp("central"), limits=limits, wake_seconds=0.02) as made:
        yield made


@pytest.fixture
def place(running: Running) -> Place:
    """A ward that is lived in."""
    city = found(running.client, running.url, running.key)
    other = found(running.client, running.url, running.key)
    colleague = joined(city, pc("city", "cw"))
    assert isinstance(city.control(city.ward.device_remove(city.pc, colleague.pc)), Receipt)
    assert isinstance(city.control(city.ward.invite(city.pc, "city", ("cw",), now_ms() + HOUR_MS)), Receipt)
    (invite,) = city.ward.state.invites.keys() - city.ward.state.spent
    return Place(city, other, colleague.pc, city.stream(), invite)


def target(door: Door, place: Place, ward: bytes) -> str:
    """Return the path of a door: a ward, its open invite, its stream; zeros for whatever a later route names."""
    given = {"ward": ward.hex(), "invite": place.invite.hex(), "stream": place.stream.hex()}
    return filled(door[1], given)


def honest(door: Door, place: Place, by: Pc | None = None, ward: bytes = b"", shift: int = 0) -> Knock:
    """Return a request that would be done if ``by`` (the ward's founder) may: what it pushes is fit to be taken."""
    city, by = place.city, by or place.city.pc
    body = b""
    if door == FOUNDING:
        body = encode(city.ward.streams(city.pc)[0])
    elif door[1].endswith("/live"):
        body = encode(LivePost(place.stream))
    elif door[0] in {"POST", "PUT", "PATCH"}:
        body = encode(PushRequest((city.ward.block(city.pc, place.stream),)))
    where = target(door, place, ward or city.ward.id)
    return Knock(door[0], where, body, by.headers(door[0], where, body, now_ms() + shift))


def code(response: httpx.Response) -> str:
    """Return the code of an answer, "" for a success; an answer to HEAD has a status and no body."""
    if response.status_code < 300:
        return ""
    assert response.headers["content-type"] == "application/problem+json"
    if response.request.method != "HEAD":
        told = str(response.json()["code"])
        assert PROBLEMS[told][0] == response.status_code
        return told
    assert not response.content
    return str(response.status_code)


def refused(knock: Knock, place: Place, *codes: str) -> None:
    """Check that a request is refused with one of these codes, and that nothing of it came into the log."""
    before = place.city.page().size
    told = code(knock.send(place.city))
    assert told in ({str(PROBLEMS[each][0]) for each in codes} if knock.method == "HEAD" else codes)
    assert place.city.page().size == before


def test_the_open_doors_are_those_of_the_description() -> None:
    """What is open here is open in the description, and the other way round; control alone is both."""
    document = description()
    told = {o.door for o in operations(document) if o.fields.get("security") == []}
    assert told == set(OPEN) <= routes()
    either = {o.door for o in operations(document) if not o.needs_signature(document)}
    assert either == {*OPEN, FOUNDING}
    assert len(DOORS) > len(SIGNED) >= 5


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_an_honest_request_passes(place: Place, door: Door) -> None:
    """The request that the other tests spoil gets past the door as it is."""
    told = code(honest(door, place).send(place.city))
    assert told not in DOOR_CODES | {"401", "403"}


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_without_a_whole_signature_nobody_enters(place: Place, door: Door) -> None:
    """No headers at all, or one of the four missing, or twice as long."""
    knock = honest(door, place)
    refused(replace(knock, headers={}), place, "unknown_ward" if door == FOUNDING else "signature")
    for header in knock.headers:
        founding = door == FOUNDING and header == DEVICE_HEADER
        refused(knock.without(header), place, "unknown_ward" if founding else "signature")
        refused(knock.having(header, knock.headers[header] * 2), place, "signature")
        refused(knock.having(header, ""), place, "signature")


def other_key(knock: Knock, place: Place) -> Knock:
    """The device's name under the signature of another key."""
    forged = replace(place.city.pc, secret=os.urandom(32))
    assert SIGNING.public(forged.secret) != place.city.pc.new.sign_key
    headers = forged.headers(knock.method, knock.target, knock.body, now_ms())
    return replace(knock, headers=headers)


SPOILED: dict[str, Callable[[Knock, Place], Knock]] = {
    "a changed signature": lambda knock, _: knock.having(
        SIGNATURE_HEADER, f"{int(knock.headers[SIGNATURE_HEADER], 16) ^ 1:0128x}"
    ),
    "another key": other_key,
    "another nonce": lambda knock, _: knock.having(NONCE_HEADER, os.urandom(16).hex()),
    "another time": lambda knock, _: knock.having(TIME_HEADER, str(int(knock.headers[TIME_HEADER]) + 1)),
    "another query": lambda knock, _: replace(knock, target=knock.target + "?after=1"),
    "another writing of the path": lambda knock, _: replace(
        knock, target=knock.target.replace("/w/", "/%77/", 1)
    ),
    "another method": lambda knock, place: replace(
        knock, headers=place.city.pc.headers("DELETE", knock.target, knock.body, now_ms())
    ),
    "another body": lambda knock, place: replace(
        knock, headers=place.city.pc.headers(knock.method, knock.target, knock.body + b"\x90", now_ms())
    ),
    "another ward's path": lambda knock, place: replace(
        knock,
        headers=place.city.pc.headers(
            knock.method,
            knock.target.replace(place.city.ward.id.hex(), place.other.ward.id.hex()),
            knock.body,
            now_ms(),
        ),
    ),
}


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_a_bad_signature_opens_nothing(place: Place, door: Door, how: str) -> None:
    """The signature is the device's own, over exactly this request."""
    refused(SPOILED[how](honest(door, place), place), place, "signature")


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_a_request_opens_a_door_once(place: Place, door: Door) -> None:
    """The same request again is a replay, and its nonce opens no other door either."""
    knock = honest(door, place)
    assert code(knock.send(place.city)) not in DOOR_CODES | {"401", "403"}
    refused(knock, place, "replay")
    used = bytes.fromhex(knock.headers[NONCE_HEADER])
    headers = place.city.pc.headers(knock.method, knock.target, knock.body, now_ms(), used)
    refused(replace(knock, headers=headers), place, "replay")


@pytest.mark.parametrize("shift", [-REQUEST_WINDOW_MS - 60_000, REQUEST_WINDOW_MS + 60_000, -(10**12)])
@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_a_request_of_another_time_is_told_the_time(place: Place, door: Door, shift: int) -> None:
    """More than five minutes before or after the service's time, or of decades ago."""
    refused(honest(door, place, shift=shift), place, "clock")


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_nobody_enters_another_ward(place: Place, door: Door) -> None:
    """A device of another ward is a stranger here, as this ward's is there and in a ward that does not exist."""
    refused(honest(door, place, by=place.other.pc), place, "not_member")
    before = place.other.page().size
    refused(honest(door, place, ward=place.other.ward.id), place, "not_member")
    assert place.other.page().size == before
    refused(honest(door, place, ward=os.urandom(32)), place, "unknown_ward")
    refused(honest(door, place, by=pc("city", "cw", "adm")), place, "not_member")


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_a_removed_device_stays_outside(place: Place, door: Door) -> None:
    """It may read of its removal and do nothing else."""
    knock = honest(door, place, by=place.removed)
    if door[1] == REMOVED_MAY_READ[1]:
        assert code(knock.send(place.city)) == ""
    else:
        refused(knock, place, "not_member")


@pytest.mark.parametrize("door", sorted(OPEN), ids=" ".join)
def test_an_open_door_needs_nothing_and_is_not_shut_by_a_bad_signature(place: Place, door: Door) -> None:
    """Whoever sends wrong headers to an open door gets the same answer as one who sends none."""
    bare = Knock(door[0], target(door, place, place.city.ward.id), b"", {})
    signed = replace(bare, headers=place.removed.headers(bare.method, bare.target, b"", 0))
    assert code(bare.send(place.city)) == code(signed.send(place.city))
