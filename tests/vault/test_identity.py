"""A device's own secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.vault.identity import Identity
from wardclient.vault.sealing import HybridSealing
from wardproto.signing import Ed25519Signing
from wardproto.wire import MalformedError, encode


def test_an_identity_survives_being_kept(sealing: HybridSealing, signing: Ed25519Signing) -> None:
    """It signs and unwraps after it was stored as before."""
    me = Identity.create(sealing)
    back = Identity.decode(me.encode())
    assert back == me
    assert signing.verify(me.sign_public(signing), b"m", signing.sign(back.sign_secret, b"m"))
    wrap = sealing.wrap(me.wrap_public(sealing), b"k" * 32, b"")
    assert sealing.unwrap(back.wrap_secret, wrap, b"") == b"k" * 32


def test_every_identity_is_new(sealing: HybridSealing) -> None:
    """Nothing is shared by two PCs but, where it is given, the person."""
    one, two = Identity.create(sealing), Identity.create(sealing)
    for name in ("device", "staff", "sign_secret", "wrap_secret"):
        assert getattr(one, name) != getattr(two, name)
    assert Identity.create(sealing, staff=one.staff).staff == one.staff


def test_an_identity_is_never_printed(sealing: HybridSealing) -> None:
    """Its text, which may come into a log, holds none of its bytes."""
    me = Identity.create(sealing)
    assert repr(me.sign_secret) not in repr(me)
    assert me.device.hex() not in repr(me)
    assert "secret" not in repr(me)


@pytest.mark.parametrize(
    "parts",
    [
        (b"d" * 15, b"s" * 16, b"k" * 32, b"w"),
        (b"d" * 16, b"s" * 17, b"k" * 32, b"w"),
        (b"d" * 16, b"s" * 16, b"k" * 31, b"w"),
        (b"d" * 16, b"s" * 16, b"k" * 32, b""),
        (b"d" * 16, b"s" * 16, b"k" * 32),
        ("d" * 16, b"s" * 16, b"k" * 32, b"w"),
        (1, 2, 3, 4),
    ],
)
def test_wrong_lengths_and_types_are_refused(parts: tuple[object, ...]) -> None:
    """Each part has its length, and all are bytes."""
    with pytest.raises(MalformedError):
        Identity.decode(encode(parts))


@given(st.binary(max_size=80))
def test_any_bytes_are_malformed(data: bytes) -> None:
    """Bytes that are no identity end in one error."""
    with pytest.raises(MalformedError):
        Identity.decode(data)
