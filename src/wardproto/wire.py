"""Exact bytes: how wc/1 records are encoded, hashed and bounded.

MessagePack by msgspec with array-like structs: fields in a fixed order, no maps, no
floats, so the encoding is deterministic by construction. Even so nothing on the path
of trust is ever re-encoded: what was received is what is hashed and verified, and
decoding comes after.
"""

import hashlib
from typing import Any, TypeVar

import msgspec

SUITE = 1
PROTO = 1

MAX_BLOCK = 256 * 1024
"""Bytes of a block body (ciphertext)."""
MAX_HEADER = 8 * 1024
"""Bytes of a signed header or control record, without its wraps."""
MAX_WRAPS = 512
"""Wraps that one record may carry."""

ID_BYTES = 16
HASH_BYTES = 32
NO_HASH = b""
CONTROL_STREAM = bytes(ID_BYTES)
"""The stream id of the control plane."""

CONTEXTS = frozenset(
    {"genesis", "ctl", "block", "receipt", "refusal", "live", "invite", "join", "snap", "request"}
)
"""A signature is never valid in two contexts."""

T = TypeVar("T")


class MalformedError(Exception):
    """Bytes that are not a wc/1 record, or break its limits. Carries no content."""


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """A signed record: the signature covers ``"wc/1/" context 0x00 payload``."""

    suite: int
    context: str
    payload: bytes
    signature: bytes


_encoder = msgspec.msgpack.Encoder()
_decoders: dict[Any, Any] = {}
"""One decoder for each kind ever asked for: making one costs more than using it."""
_envelopes = msgspec.msgpack.Decoder(Envelope)


def encode(record: object) -> bytes:
    """Return the one encoding of ``record`` (an array-like struct, or tuples of plain values)."""
    return _encoder.encode(record)


def decode(data: bytes, kind: type[T]) -> T:
    """Return ``data`` as a ``kind``; MalformedError when it is anything else."""
    decoder: msgspec.msgpack.Decoder[T] | None = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise MalformedError from error


def decode_any(data: bytes) -> Any:
    """Return plain values; MalformedError when the bytes are not MessagePack."""
    try:
        return msgspec.msgpack.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise MalformedError from error


def signed_bytes(context: str, payload: bytes) -> bytes:
    """Return what a signature in ``context`` covers."""
    return b"wc/1/" + context.encode() + b"\x00" + payload


def open_envelope(data: bytes, context: str, limit: int = MAX_HEADER) -> Envelope:
    """Return the envelope after the checks that need no key: suite, context, size."""
    if len(data) > limit + 256:
        raise MalformedError
    try:
        envelope = _envelopes.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise MalformedError from error
    if envelope.suite != SUITE or envelope.context != context or len(envelope.payload) > limit:
        raise MalformedError
    return envelope


def digest(label: str, *parts: bytes) -> bytes:
    """Return SHA-256 over a label and length-prefixed parts, so that no two calls collide."""
    state = hashlib.sha256(b"wc/1/" + label.encode() + b"\x00")
    for part in parts:
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.digest()


def block_hash(header: bytes) -> bytes:
    """Return the name of a block: the hash of its signed header bytes.

    The signature is left out, so that one header has one name whoever relays it.
    """
    return digest("block", header)


def control_hash(payload: bytes) -> bytes:
    """Return the name of a control record: the hash of its signed payload bytes."""
    return digest("ctl", payload)


def ward_id(genesis: bytes) -> bytes:
    """Return the ward's id: the hash of its genesis payload, so it certifies itself."""
    return digest("ward", genesis)


def stream_head(previous: bytes, entry_hash: bytes, sseq: int, wseq: int, recv_ms: int) -> bytes:
    """Return the head of a stream after an entry (protocol 4.4)."""
    return hashlib.sha256(
        b"wc/1/head\x00"
        + previous
        + entry_hash
        + b"".join(n.to_bytes(8, "big") for n in (sseq, wseq, recv_ms))
    ).digest()


def wraps_hash(wrap_hashes: tuple[bytes, ...]) -> bytes:
    """Return the hash that a header or control record binds its wraps with.

    A hash over the hashes, so that a reader who is given only its own wrap can check it.
    """
    return digest("wraps", *wrap_hashes)


def wrap_hash(wrap: bytes) -> bytes:
    """Return the hash of one wrap (a key sealed to one recipient)."""
    return digest("wrap", wrap)


def pad_length(length: int) -> int:
    """Return the Padmé length for ``length`` bytes, at least 256.

    Padmé leaks O(log log n) bits of the length and costs at most 12 per cent.
    """
    if length <= 256:  # noqa: PLR2004
        return 256
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask
