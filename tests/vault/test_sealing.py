"""Sealing and wraps: what was sealed opens at its own place under its own key, and nowhere else."""

import gc
import hashlib
import hmac
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from wardclient.vault.sealing import (
    KEY_BYTES,
    SALT_BYTES,
    BadWrapError,
    CannotOpenError,
    HybridSealing,
    MissingSuiteError,
    block_info,
    commit,
    derive,
    open_small,
    seal_small,
    wrap_info,
)
from wardproto.wire import pad_length

REAL = HybridSealing()
KEY = bytes(range(32))
SALT = bytes(range(100, 116))
PLACE = block_info(b"w" * 32, b"s" * 16, b"d" * 16, 7, 3)
PUBLIC, SECRET = REAL.new_pair()
VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def flip(data: bytes, bit: int) -> bytes:
    """Return ``data`` with one bit turned round."""
    at = bit % (len(data) * 8)
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block, straight from its text."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


# --- bodies ---------------------------------------------------------------------


@given(st.binary(max_size=3000))
def test_what_was_sealed_opens(plain: bytes) -> None:
    """Any bytes come back whole, without their padding."""
    assert REAL.open(KEY, SALT, PLACE, REAL.seal(KEY, SALT, PLACE, plain)) == plain


def test_a_body_is_what_the_protocol_says() -> None:
    """Built here from RFC 5869 and AES-256-GCM alone, the bytes are the same (protocol 4.3)."""
    framed = (5).to_bytes(4, "big") + b"plain"
    expected = AESGCM(hkdf(KEY, SALT, PLACE)).encrypt(bytes(12), framed.ljust(256, b"\0"), PLACE)
    assert REAL.seal(KEY, SALT, PLACE, b"plain") == expected


@given(st.integers(0, 20_000))
def test_a_body_tells_only_the_class_of_its_length(length: int) -> None:
    """Lengths of one Padmé class look alike; small ones are all 256."""
    assert len(REAL.seal(KEY, SALT, PLACE, bytes(length))) == pad_length(length + 4) + 16


@given(st.integers(min_value=0))
def test_a_flipped_bit_of_a_body_is_noticed(bit: int) -> None:
    """Not one bit of a body can be changed."""
    with pytest.raises(CannotOpenError):
        REAL.open(KEY, SALT, PLACE, flip(REAL.seal(KEY, SALT, PLACE, b"plain"), bit))


@pytest.mark.parametrize(
    "place",
    [
        block_info(b"x" * 32, b"s" * 16, b"d" * 16, 7, 3),
        block_info(b"w" * 32, b"x" * 16, b"d" * 16, 7, 3),
        block_info(b"w" * 32, b"s" * 16, b"x" * 16, 7, 3),
        block_info(b"w" * 32, b"s" * 16, b"d" * 16, 8, 3),
        block_info(b"w" * 32, b"s" * 16, b"d" * 16, 7, 4),
    ],
)
def test_a_body_opens_at_its_own_place_only(place: bytes) -> None:
    """Moved to another ward, stream, device, position or epoch, it does not open."""
    with pytest.raises(CannotOpenError):
        REAL.open(KEY, SALT, place, REAL.seal(KEY, SALT, PLACE, b"plain"))


def test_a_body_opens_under_its_own_key_and_salt_only() -> None:
    """Another key or another salt opens nothing."""
    sealed = REAL.seal(KEY, SALT, PLACE, b"plain")
    for key, salt in ((flip(KEY, 3), SALT), (KEY, flip(SALT, 3))):
        with pytest.raises(CannotOpenError):
            REAL.open(key, salt, PLACE, sealed)


@pytest.mark.parametrize("sealed", [b"", b"x", bytes(15), bytes(16), bytes(272)])
def test_bytes_that_are_no_body_do_not_open(sealed: bytes) -> None:
    """Empty, short and meaningless bytes raise the same error as a wrong key."""
    with pytest.raises(CannotOpenError):
        REAL.open(KEY, SALT, PLACE, sealed)


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\0\0\0",
        (252).to_bytes(4, "big") + bytes(251),
        (5).to_bytes(4, "big") + b"plain".ljust(251, b"\0") + b"\1",
        (5).to_bytes(4, "big") + b"plain",
        (5).to_bytes(4, "big") + b"plain".ljust(508, b"\0"),
        (2**32 - 1).to_bytes(4, "big") + bytes(252),
    ],
    ids=["nothing", "cut", "too long", "hidden byte", "no padding", "double", "huge"],
)
def test_a_body_has_one_padded_form(padded: bytes) -> None:
    """Who holds the key still cannot seal a body whose padding hides bytes or lies of a length."""
    sealed = AESGCM(derive(KEY, SALT, PLACE)).encrypt(bytes(12), padded, PLACE)
    with pytest.raises(CannotOpenError):
        REAL.open(KEY, SALT, PLACE, sealed)


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    """The salt is 16 bytes for who seals and for who opens."""
    with pytest.raises(ValueError, match="salt"):
        REAL.seal(KEY, bytes(size), PLACE, b"plain")
    with pytest.raises(CannotOpenError):
        REAL.open(KEY, bytes(size), PLACE, REAL.seal(KEY, SALT, PLACE, b"plain"))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    """A short key never seals anything."""
    with pytest.raises(CannotOpenError):
        REAL.seal(bytes(size), SALT, PLACE, b"plain")
    with pytest.raises(CannotOpenError):
        REAL.open(bytes(size), SALT, PLACE, bytes(272))


def test_text_in_place_of_bytes_is_refused() -> None:
    """A str is never taken for a key, a salt or a plaintext."""
    for arguments in (("k" * 32, SALT, PLACE, b"x"), (KEY, "s" * 16, PLACE, b"x"), (KEY, SALT, PLACE, "x")):
        with pytest.raises(TypeError):
            REAL.seal(*arguments)


# --- wraps ----------------------------------------------------------------------


def test_a_wrap_opens_for_its_recipient_under_its_binding() -> None:
    """The key comes back, and the wrap is as long as was measured (protocol 4.3)."""
    wrap = REAL.wrap(PUBLIC, KEY, b"binding")
    assert len(wrap) == 1168
    assert REAL.unwrap(SECRET, wrap, b"binding") == KEY


def test_keys_have_the_lengths_of_their_parts() -> None:
    """ML-KEM-768 and X25519: public 1,184 + 32 bytes, secret 64 + 32."""
    assert (len(PUBLIC), len(SECRET)) == (1184 + 32, 64 + 32)
    assert REAL.public_of(SECRET) == PUBLIC


def test_every_wrap_and_pair_is_new() -> None:
    """Wrapping twice shows nobody that the key is the same."""
    assert REAL.wrap(PUBLIC, KEY, b"") != REAL.wrap(PUBLIC, KEY, b"")
    assert REAL.new_pair() != REAL.new_pair()
    assert REAL.random(32) != REAL.random(32)


def test_a_wrap_opens_for_nobody_else() -> None:
    """Another secret, and one that shares only one of the two component keys, open nothing."""
    wrap = REAL.wrap(PUBLIC, KEY, b"binding")
    _, other = REAL.new_pair()
    for secret in (other, SECRET[:64] + other[64:], other[:64] + SECRET[64:]):
        with pytest.raises(BadWrapError):
            REAL.unwrap(secret, wrap, b"binding")


@given(st.integers(min_value=0))
def test_a_flipped_bit_of_a_wrap_is_noticed(bit: int) -> None:
    """Wherever the bit stands: ML-KEM part, X25519 part, key or tag."""
    with pytest.raises(BadWrapError):
        REAL.unwrap(SECRET, flip(REAL.wrap(PUBLIC, KEY, b"binding"), bit), b"binding")


@given(st.binary(max_size=1300))
def test_bytes_that_are_no_wrap_do_not_open(data: bytes) -> None:
    """Whatever a server sends in place of a wrap ends in one error."""
    with pytest.raises(BadWrapError):
        REAL.unwrap(SECRET, data, b"binding")


@pytest.mark.parametrize("end", [b"", b"x"])
def test_a_cut_or_longer_wrap_does_not_open(end: bytes) -> None:
    """A wrap has one length."""
    wrap = REAL.wrap(PUBLIC, KEY, b"binding")
    with pytest.raises(BadWrapError):
        REAL.unwrap(SECRET, wrap[:-1] + end * 2, b"binding")


@pytest.mark.parametrize(
    "secret", [b"", SECRET[:-1], SECRET + b"x", bytes(32)], ids=["empty", "cut", "long", "curve"]
)
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    """A secret is both component seeds or nothing."""
    with pytest.raises(BadWrapError):
        REAL.unwrap(secret, REAL.wrap(PUBLIC, KEY, b""), b"")
    with pytest.raises(BadWrapError):
        REAL.public_of(secret)


@pytest.mark.parametrize(
    "public",
    [b"", PUBLIC[:-1], PUBLIC + b"x", bytes(1216), b"\xff" * 1216, PUBLIC[:1184] + bytes(32)],
    ids=["empty", "cut", "long", "zeros", "ones", "low order point"],
)
def test_a_key_that_is_none_is_not_wrapped_to(public: bytes) -> None:
    """A device that published nonsense cannot stop the others with anything but BadWrapError."""
    with pytest.raises(BadWrapError):
        REAL.wrap(public, KEY, b"")


def binding(**changed: object) -> bytes:
    """Return a binding with some parts changed."""
    parts: dict[str, object] = {
        "ward": b"w" * 32,
        "place": b"s" * 16,
        "number": 1,
        "recipient": b"city",
        "recipient_gen": 2,
        "bound": b"c" * 32,
        "granter": b"g" * 16,
    }
    return wrap_info(**(parts | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"ward": b"x" * 32},
        {"place": b"x" * 16},
        {"number": 2},
        {"recipient": b"hellowork"},
        {"recipient_gen": 3},
        {"bound": b"x" * 32},
        {"granter": b"x" * 16},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_wrap_is_bound_to_everything_it_is_for(changed: dict[str, object]) -> None:
    """Offered for another ward, place, number, recipient, commitment or by another, it does not open."""
    wrap = REAL.wrap(PUBLIC, KEY, binding())
    with pytest.raises(BadWrapError):
        REAL.unwrap(SECRET, wrap, binding(**changed))


@given(st.lists(st.binary(max_size=6), min_size=4, max_size=4), st.integers(0, 9), st.integers(0, 9))
def test_bindings_never_run_into_one_another(parts: list[bytes], number: int, gen: int) -> None:
    """Bytes shifted from one part into the next make another binding."""
    ward, place, recipient, granter = parts
    shifted = wrap_info(ward + place[:1], place[1:], number, recipient, gen, b"", granter)
    same = wrap_info(ward, place, number, recipient, gen, b"", granter)
    assert (shifted == same) == (place == b"")


# --- small seals, commitments ---------------------------------------------------


@given(st.binary(max_size=200))
def test_small_seals_open_for_their_purpose(plain: bytes) -> None:
    """What was sealed for a purpose opens for it, and each seal is new."""
    sealed = seal_small(KEY, b"purpose", plain)
    assert open_small(KEY, b"purpose", sealed) == plain
    assert seal_small(KEY, b"purpose", plain) != sealed


@given(st.integers(min_value=0))
def test_a_flipped_bit_of_a_small_seal_is_noticed(bit: int) -> None:
    """The nonce, the text and the tag are all bound."""
    with pytest.raises(CannotOpenError):
        open_small(KEY, b"purpose", flip(seal_small(KEY, b"purpose", b"plain"), bit))


@pytest.mark.parametrize("sealed", [b"", bytes(27), bytes(28), bytes(100)])
def test_bytes_that_are_no_small_seal_do_not_open(sealed: bytes) -> None:
    """Too short or meaningless."""
    with pytest.raises(CannotOpenError):
        open_small(KEY, b"purpose", sealed)


def test_a_small_seal_opens_for_no_other_purpose() -> None:
    """A seal made for one purpose is nothing for another, nor under another key."""
    sealed = seal_small(KEY, b"purpose", b"plain")
    for key, purpose in ((KEY, b"other"), (flip(KEY, 0), b"purpose"), (b"short", b"purpose")):
        with pytest.raises(CannotOpenError):
            open_small(key, purpose, sealed)


@pytest.mark.parametrize(
    "other",
    [
        (b"x" * 32, b"s" * 16, 1, KEY),
        (b"w" * 32, b"x" * 16, 1, KEY),
        (b"w" * 32, b"s" * 16, 2, KEY),
        (b"w" * 32, b"s" * 16, 1, flip(KEY, 9)),
    ],
)
def test_a_commitment_is_to_one_key_at_one_place(other: tuple[bytes, bytes, int, bytes]) -> None:
    """Ward, stream, epoch and key each change it."""
    assert commit(*other) != commit(b"w" * 32, b"s" * 16, 1, KEY)


# --- what must not change, and what must not be missing -----------------------------


def test_stored_wraps_and_bodies_still_open() -> None:
    """Bytes written down once open for ever: a change of format or library that breaks them fails here."""
    stored = {name: bytes.fromhex(value) for name, value in VECTORS.items()}
    assert REAL.public_of(stored["secret"]) == stored["public"]
    assert REAL.unwrap(stored["secret"], stored["wrap"], stored["wrap_info"]) == stored["key"]
    assert REAL.open(stored["key"], stored["salt"], stored["block_info"], stored["body"]) == b"wc/1"
    assert commit(b"w" * 32, b"s" * 16, 1, stored["key"]) == stored["commit"]
    assert wrap_info(b"w" * 32, b"s" * 16, 1, b"city", 2, stored["commit"], b"g" * 16) == stored["wrap_info"]
    assert block_info(b"w" * 32, b"s" * 16, b"d" * 16, 7, 1) == stored["block_info"]
    assert open_small(stored["key"], b"vector", stored["small"]) == b"wc/1"


def test_the_hash_of_a_commitment_is_plain_sha256() -> None:
    """Anyone can check a commitment with SHA-256 and length prefixes alone."""
    parts = (b"w" * 32, b"s" * 16, (1).to_bytes(8, "big"), KEY)
    expected = hashlib.sha256(
        b"wc/1/commit\0" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    ).digest()
    assert commit(b"w" * 32, b"s" * 16, 1, KEY) == expected


def test_without_ml_kem_nothing_starts() -> None:
    """A library that refuses ML-KEM ends the start with words for the person; there is no second choice."""

    def missing() -> NoReturn:
        raise UnsupportedAlgorithm("ML-KEM")

    with pytest.raises(MissingSuiteError) as caught:
        HybridSealing(missing)
    assert "ML-KEM" in caught.value.ja
    assert "ML-KEM" in caught.value.en


def test_a_library_without_the_ml_kem_module_cannot_be_imported() -> None:
    """An old library fails the import of the vault; it is not caught anywhere on the way."""
    program = (
        "import sys; sys.modules['cryptography.hazmat.primitives.asymmetric.mlkem'] = None\n"
        "import wardclient.vault.sealing"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env=os.environ)
    assert done.returncode == 1
    assert b"ImportError" in done.stderr or b"ModuleNotFoundError" in done.stderr


def test_sizes_are_those_of_the_protocol() -> None:
    """Keys of 32 bytes, salts of 16."""
    assert (KEY_BYTES, SALT_BYTES) == (32, 16)


def test_forgetting_lets_go_of_the_key_kept_ready() -> None:
    """After a lock the suite holds no private key; it works on when it is given one again."""
    suite = HybridSealing()
    public, secret = suite.new_pair()
    wrap = suite.wrap(public, bytes(32), b"place")
    assert suite.unwrap(secret, wrap, b"place") == bytes(32)
    suite.forget()
    assert not [each for each in gc.get_referents(suite.__dict__) if isinstance(each, tuple)]
    assert suite.unwrap(secret, wrap, b"place") == bytes(32)
