"""Signed requests, and the digits that two people compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wardproto.ward import SIGNING
from wardproto.messages import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    comparison_code,
    request_bytes,
    signed_headers,
)
from wardproto.wire import signed_bytes

REQUEST: dict[str, object] = {
    "method": "POST",
    "target": "/w/00/blocks",
    "body": b"body",
    "time_ms": 5,
    "nonce": b"n" * 16,
    "device": b"d" * 16,
}


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"target": "/w/00/control"},
        {"target": "/w/00/blocks?x"},
        {"body": b""},
        {"time_ms": 6},
        {"nonce": b"m" * 16},
        {"device": b"e" * 16},
    ],
)
def test_a_request_is_signed_whole(changed: dict[str, object]) -> None:
    """Method, path and query, body, time, nonce and device each change what is signed."""
    assert request_bytes(**(REQUEST | changed)) != request_bytes(**REQUEST)  # type: ignore[arg-type]


def test_headers_carry_a_signature_that_verifies() -> None:
    """What a client sends is what a server checks."""
    secret = bytes(range(32))
    headers = signed_headers(SIGNING, secret, b"d" * 16, "GET", "/w/00/log?after=0", b"", 1234, b"n" * 16)
    assert (headers[DEVICE_HEADER], headers[TIME_HEADER]) == ("64" * 16, "1234")
    message = request_bytes(
        "GET", "/w/00/log?after=0", b"", 1234, bytes.fromhex(headers[NONCE_HEADER]), b"d" * 16
    )
    signature = bytes.fromhex(headers[SIGNATURE_HEADER])
    assert SIGNING.verify(SIGNING.public(secret), signed_bytes("request", message), signature)
    assert not SIGNING.verify(SIGNING.public(secret), signed_bytes("block", message), signature)


@given(st.binary(max_size=100))
def test_a_comparison_code_is_eight_digits(body: bytes) -> None:
    """Always eight, with leading zeros, and the same on both screens."""
    code = comparison_code(body)
    assert len(code) == 8
    assert code.isascii()
    assert code.isdecimal()
    assert comparison_code(body + b"x") != code
