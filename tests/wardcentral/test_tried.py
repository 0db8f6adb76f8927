"""The running service is tried by its own description: nothing that comes makes it fail or answer otherwise.

Requests are made from openapi.yaml by schemathesis: fitting ones, and ones that break the description in one
place each. They come without a signature, and signed by a real device of the ward, so that they pass the door.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckContext, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from tests.wardcentral.builders import HOUR_MS, Pc, pc
from tests.wardcentral.described import Operation, described_body, description, filled, operations
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, problem, serving
from wardcentral.app import Limits
from wardcentral.problems import PROBLEMS
from wardproto.messages import CONTENT_TYPE, PROBLEM_TYPE, PushReply, PushRequest
from wardproto.records import Receipt
from wardproto.wire import decode, encode

pytestmark = pytest.mark.usefixtures("both_stores")

DOCUMENT = description()
OPERATIONS = sorted(operations(DOCUMENT), key=lambda operation: operation.door)
BY_DOOR = {operation.door: operation for operation in OPERATIONS}
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
UNSIGNED = {
    "malformed",
    "cut",
    "signature",
    "clock",
    "forbidden",
    "unknown_ward",
    "not_found",
    "too_big",
    "invite_over",
}
"""What a request that no device signed can be told."""
DOOR = {"signature", "clock", "replay", "not_member", "unknown_ward"}
"""What nobody is told who has passed the door."""
WARD = re.compile("[0-9a-f]{64}")


@schemathesis.serializer(CONTENT_TYPE)
def packed(_: Any, value: Any) -> bytes:
    """Write a generated body as MessagePack; what is no hexadecimal stays a text, a wrong kind for every field."""
    return msgspec.msgpack.encode(unwritten(value))


def unwritten(value: Any) -> Any:
    """Turn hexadecimal digits into the bytes that they stand for."""
    if isinstance(value, list):
        return [unwritten(item) for item in value]
    if isinstance(value, dict):
        return {str(key): unwritten(item) for key, item in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value)
    if not isinstance(value, str):
        return value
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode("utf-8", "replace").decode()


@dataclass
class Signed(requests.auth.AuthBase):
    """Signs what is really sent, as a device of the ward does."""

    pc: Pc

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        assert request.method
        parts = urlsplit(str(request.url))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = request.body or b""
        assert isinstance(body, bytes)
        request.headers.update(self.pc.headers(request.method, target, body, now_ms()))
        return request


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests here, that counts nobody's requests and lets nobody wait long."""
    plenty = Limits(device_rate=1e9, device_burst=1e9, stranger_rate=1e9, stranger_burst=1e9)
    with serving(tmp_path_factory.mktemp("central"), limits=plenty, wake_seconds=0.02) as made:
        yield made


@pytest.fixture
def both(running: Running) -> tuple[Caller, Pc]:
    """The first PC of a new ward with a stream and an open invite, and a PC of the other team."""
    caller = found(running.client, running.url, running.key)
    partner = joined(caller, pc("hellowork", "hw"))
    caller.stream()
    invite = caller.ward.invite(caller.pc, "city", ("cw",), now_ms() + HOUR_MS)
    assert isinstance(caller.control(invite), Receipt)
    return caller, partner.pc


@pytest.fixture
def city(both: tuple[Caller, Pc]) -> Caller:
    """The first PC of the ward."""
    return both[0]


@pytest.fixture
def partner(both: tuple[Caller, Pc]) -> Pc:
    """A PC of the other team there."""
    return both[1]


def invite_of(caller: Caller) -> bytes:
    """Return the open invite."""
    (invite,) = caller.ward.state.invites.keys() - caller.ward.state.spent
    return invite


def described_answer(_: CheckContext, response: Any, case: Any) -> None:
    """The body is what the description says of this status."""
    if case.method.upper() == case.operation.method.upper():
        media = (response.headers.get("content-type") or [""])[0].partition(";")[0]
        operation = BY_DOOR[case.operation.method.upper(), case.operation.path]
        described_body(operation, response.status_code, media, response.content)


def listed_code(_: CheckContext, response: Any, case: Any) -> None:
    """What is no success is a problem document with a code that this operation lists, and nothing but that."""
    if response.status_code < 300:
        return
    code = code_of(response)
    if case.method.upper() == case.operation.method.upper():
        assert code in BY_DOOR[case.operation.method.upper(), case.operation.path].problems
    else:
        assert code in {"method", "not_found"}
        assert code == "not_found" or response.headers["allow"]


def code_of(response: Any) -> str:
    """Return the code of a problem document after checking its form."""
    assert response.headers["content-type"] == [PROBLEM_TYPE]
    told = json.loads(response.content)
    assert told["status"] == response.status_code == PROBLEMS[told["code"]][0]
    return str(told["code"])


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    described_answer,
    listed_code,
]


@SCHEMA.parametrize()
@seed(20261124)
@EXAMPLES
def test_strangers_get_no_further_than_the_door(case: Any, running: Running) -> None:
    """Whatever comes unsigned is answered as described, and is let in nowhere but where all are."""
    response = case.call(base_url=running.url)
    case.validate_response(response, checks=CHECKS)
    if case.operation.path.startswith("/w/"):
        assert code_of(response) in UNSIGNED | {"method"}


@SCHEMA.parametrize()
@seed(20261124)
@EXAMPLES
def test_a_device_that_sends_nonsense_is_answered_as_described(
    case: Any, running: Running, city: Caller, partner: Pc
) -> None:
    """Signed requests, fitting and broken, pass the door and are answered with what is described; never a failure."""
    ward = str((case.path_parameters or {}).get("ward", ""))
    inside = WARD.fullmatch(ward) is not None and case.method.upper() == case.operation.method.upper()
    if inside:
        case.path_parameters["ward"] = city.ward.id.hex()
        if "invite" in case.path_parameters:
            case.path_parameters["invite"] = invite_of(city).hex()
    # The founding team is given every entry, the other one proofs.
    for by in (city.pc, partner):
        response = case.call(base_url=running.url, auth=Signed(by))
        case.validate_response(response, checks=CHECKS)
        if inside and response.status_code >= 400:
            # A request to join is signed in its body, by keys that nobody can make up.
            assert code_of(response) not in DOOR - ({"signature"} if case.method == "PUT" else set())


BODIES = [operation for operation in OPERATIONS if "requestBody" in operation.fields]


@pytest.mark.parametrize("operation", BODIES, ids=lambda operation: operation.fields["operationId"])
@seed(20261124)
@EXAMPLES
@given(data=st.data())
def test_damaged_bytes_are_malformed_or_refused(
    operation: Operation, data: st.DataObject, running: Running, city: Caller
) -> None:
    """Bodies that are no MessagePack, or an honest one cut, repeated or changed in a few bytes, do no harm."""
    honest = {
        "blocks": encode(PushRequest((city.ward.block(city.pc, city.stream()),))),
        "control": encode(city.ward.streams(city.pc)[0]),
        "putJoin": city.ward.join_request(invite_of(city), pc("city", "cw")),
    }.get(operation.fields["operationId"], encode(((bytes(32),),)))
    body = bytearray(data.draw(st.one_of(st.binary(max_size=200), st.just(honest), st.just(honest * 2))))
    for _ in range(data.draw(st.integers(0, 4)) if body else 0):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(0, len(body)))]
    target = filled(operation.path, {"ward": city.ward.id.hex(), "invite": invite_of(city).hex()})
    headers = city.pc.headers(operation.method, target, bytes(body), now_ms())
    response = running.client.request(
        operation.method, running.url + target, content=bytes(body), headers=headers
    )
    if operation.path.endswith(("/control", "/blocks")):
        # What can be read is answered record by record.
        assert response.status_code == 200 or problem(response) == "malformed"
        assert response.status_code != 200 or decode(response.content, PushReply) is not None
    elif response.status_code >= 300:
        # A request to join is signed in its body.
        allowed = {"signature"} if operation.method == "PUT" else set()
        assert problem(response) not in DOOR - allowed
        assert response.status_code < 500
