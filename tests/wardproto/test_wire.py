"""Exact bytes: encoding, envelopes, hashes and padding."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardproto.records import Head, Receipt
from wardproto.signing import Ed25519Signing, check_envelope, seal_envelope
from wardproto.wire import (
    CONTEXTS,
    MAX_HEADER,
    SUITE,
    Envelope,
    MalformedError,
    block_hash,
    control_hash,
    decode,
    decode_any,
    digest,
    encode,
    open_envelope,
    pad_length,
    signed_bytes,
    stream_head,
    ward_id,
    wrap_hash,
    wraps_hash,
)

SIGNING = Ed25519Signing()
SECRET = bytes(range(32))
PUBLIC = SIGNING.public(SECRET)


# --- signatures -------------------------------------------------------------------


def test_ed25519_is_that_of_the_standard() -> None:
    """The first test vector of RFC 8032, section 7.1."""
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert SIGNING.public(secret) == public
    assert SIGNING.sign(secret, b"") == signature
    assert SIGNING.verify(public, b"", signature)


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_a_signature_is_good_in_one_context_only(context: str) -> None:
    """What was signed as one kind of record is never another (protocol 4.2)."""
    data = seal_envelope(SIGNING, SECRET, context, b"payload")
    envelope = open_envelope(data, context)
    assert check_envelope(SIGNING, PUBLIC, envelope)
    for other in CONTEXTS - {context}:
        with pytest.raises(MalformedError):
            open_envelope(data, other)
        moved = Envelope(SUITE, other, envelope.payload, envelope.signature)
        assert not check_envelope(SIGNING, PUBLIC, moved)


def test_contexts_never_run_into_payloads() -> None:
    """A payload that begins like a longer context signs something else."""
    assert len({signed_bytes(c, p) for c in ("snap", "sna") for p in (b"x", b"px", b"p\0x", b"\0x")}) == 8


@given(st.integers(min_value=0))
def test_a_flipped_bit_of_an_envelope_is_noticed(bit: int) -> None:
    """Not one bit of a signed record can be changed."""
    data = bytearray(seal_envelope(SIGNING, SECRET, "block", b"payload"))
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    try:
        envelope = open_envelope(bytes(data), "block")
    except MalformedError:
        return
    assert not check_envelope(SIGNING, PUBLIC, envelope)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33), b"\xff" * 32])
def test_a_key_that_is_none_verifies_nothing(public: bytes) -> None:
    """It answers no, and does not raise."""
    assert not SIGNING.verify(public, b"m", SIGNING.sign(SECRET, b"m"))


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65)])
def test_a_signature_that_is_none_verifies_nothing(signature: bytes) -> None:
    """It answers no, and does not raise."""
    assert not SIGNING.verify(PUBLIC, b"m", signature)


# --- decoding ---------------------------------------------------------------------


def test_another_suite_is_malformed() -> None:
    """A verifier never guesses at cryptography it does not know."""
    for suite in (0, 2, -1):
        with pytest.raises(MalformedError):
            open_envelope(encode(Envelope(suite, "block", b"p", b"s")), "block")


def test_sizes_are_checked_before_decoding() -> None:
    """A header above the limit is malformed, one at the limit is not."""
    largest = seal_envelope(SIGNING, SECRET, "block", bytes(MAX_HEADER))
    assert len(open_envelope(largest, "block").payload) == MAX_HEADER
    with pytest.raises(MalformedError):
        open_envelope(seal_envelope(SIGNING, SECRET, "block", bytes(MAX_HEADER + 1)), "block")
    with pytest.raises(MalformedError):
        open_envelope(b"\xff" * (MAX_HEADER + 257), "block")


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_malformed(data: bytes) -> None:
    """Hostile bytes end in one error."""
    for read in (lambda: decode(data, Head), lambda: decode_any(data), lambda: open_envelope(data, "block")):
        try:
            read()
        except MalformedError:
            continue


@pytest.mark.parametrize("data", [b"\x91" * 200_000, b"\x81\xa1a" * 100_000, b"\xdd\xff\xff\xff\xff"])
def test_deep_or_endless_nesting_is_malformed(data: bytes) -> None:
    """Neither recursion nor a length that lies brings a process down."""
    for read in (lambda: decode_any(data), lambda: decode(data, Head)):
        with pytest.raises(MalformedError):
            read()


@pytest.mark.parametrize("value", [("1", b""), (1.5, b""), (1, "text"), (1, None), {"sseq": 1}])
def test_a_field_of_another_type_is_malformed(value: object) -> None:
    """Types are exact: no text for a number, no text for bytes, no map for a record."""
    with pytest.raises(MalformedError):
        decode(encode(value), Head)


def test_a_later_version_may_append_fields() -> None:
    """A record with a further field is read by this version without it (append, never reorder)."""
    assert decode(encode((3, b"h" * 32, "new")), Head) == Head(3, b"h" * 32)


@given(st.integers(0, 2**63 - 1), st.binary(max_size=40))
def test_records_come_back(number: int, data: bytes) -> None:
    """Encoding is one to one."""
    record = Receipt(data, data, number, number, number, data)
    assert decode(encode(record), Receipt) == record


# --- hashes -----------------------------------------------------------------------


def test_a_digest_is_plain_sha256_with_prefixes() -> None:
    """Label, zero byte, then each part with its length."""
    expected = hashlib.sha256(b"wc/1/label\0" + b"\0\0\0\2ab" + b"\0\0\0\0").digest()
    assert digest("label", b"ab", b"") == expected


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_parts_of_a_digest_never_run_together(one: list[bytes], two: list[bytes]) -> None:
    """Different parts, different hash, however the bytes are divided."""
    assert (digest("x", *one) == digest("x", *two)) == (one == two)


def test_hashes_of_different_things_differ() -> None:
    """The same bytes as block, control record, ward or wrap have four names."""
    assert len({f(b"x") for f in (block_hash, control_hash, ward_id, wrap_hash)}) == 4


def test_the_hash_of_wraps_holds_their_order() -> None:
    """Wraps exchanged, left out or added give another hash."""
    a, b = wrap_hash(b"a"), wrap_hash(b"b")
    assert len({wraps_hash(w) for w in ((), (a,), (b,), (a, b), (b, a), (a, b, b))}) == 6


@pytest.mark.parametrize("place", range(5))
def test_a_stream_head_holds_every_part_of_an_entry(place: int) -> None:
    """Previous head, hash, both numbers and time each change it."""
    parts: list[object] = [b"p" * 32, b"h" * 32, 1, 2, 3]
    changed = list(parts)
    changed[place] = b"x" * 32 if place < 2 else 9
    assert stream_head(*changed) != stream_head(*parts)  # type: ignore[arg-type]


# --- padding ----------------------------------------------------------------------


@given(st.integers(0, 10**7))
def test_padding_is_never_shorter_and_costs_at_most_12_per_cent(length: int) -> None:
    """Padmé: at least 256, then at most 12 per cent more than the bytes."""
    padded = pad_length(length)
    assert padded >= max(length, 256)
    assert length <= 256 or padded <= length * 1.12
    assert pad_length(padded) == padded


@given(st.integers(0, 10**7), st.integers(0, 10**4))
def test_padding_never_goes_down(length: int, more: int) -> None:
    """A longer text is never padded to less."""
    assert pad_length(length) <= pad_length(length + more)


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 256), (256, 256), (257, 272), (1000, 1024), (9999, 10240)]
)
def test_padding_as_published(length: int, padded: int) -> None:
    """Lengths worked out by hand from the definition of Padmé."""
    assert pad_length(length) == padded
