"""Sealing bodies and wrapping keys: the half of wc/1 that opens (suite 1).

Wraps are HPKE base mode with ML-KEM-768 + X25519, HKDF-SHA-256 and AES-256-GCM. Bodies are
AES-256-GCM under a key derived once from the epoch key, a random salt and the block's place;
used once, so the nonce is zero; the place is the associated data too.
"""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wardproto.wire import SUITE, digest, encode, pad_length

KEY_BYTES = 32
SALT_BYTES = 16
NONCE = bytes(12)
TAG_BYTES = 16
LENGTH_BYTES = 4
MLKEM_SEED = 64
MLKEM_PUBLIC = 1184
X25519_BYTES = 32


class BadWrapError(Exception):
    """A wrap that does not open, or opens to another key than the one committed to."""


class CannotOpenError(Exception):
    """A body that does not open under this key at this place."""


class Sealing(Protocol):
    """The seam that lets a simulation use model cryptography."""

    def random(self, count: int) -> bytes:
        """Return ``count`` random bytes."""

    def new_pair(self) -> tuple[bytes, bytes]:
        """Return a new (public, secret) pair for wraps."""

    def public_of(self, secret: bytes) -> bytes:
        """Return the public half of a secret."""

    def wrap(self, public: bytes, key: bytes, info: bytes) -> bytes:
        """Return ``key`` sealed to ``public``, bound to ``info``."""

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        """Return the key in a wrap; BadWrapError."""

    def seal(self, key: bytes, salt: bytes, info: bytes, plain: bytes) -> bytes:
        """Return ``plain`` padded and sealed at the place ``info``."""

    def open(self, key: bytes, salt: bytes, info: bytes, sealed: bytes) -> bytes:
        """Return what ``seal`` was given; CannotOpenError."""


class HybridSealing:
    """The real thing. Making one fails where ML-KEM is missing: never a silent downgrade."""

    def __init__(self) -> None:
        """Check that every algorithm is there."""
        self._suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        MLKEM768PrivateKey.generate()

    def random(self, count: int) -> bytes:
        """Return random bytes of the operating system."""
        return os.urandom(count)

    def new_pair(self) -> tuple[bytes, bytes]:
        """Return a new pair: public 1,216 bytes, secret 96 bytes (the two component seeds)."""
        secret = (
            MLKEM768PrivateKey.generate().private_bytes_raw()
            + X25519PrivateKey.generate().private_bytes_raw()
        )
        return self.public_of(secret), secret

    def public_of(self, secret: bytes) -> bytes:
        """Return the two component public keys."""
        kem, curve = _private(secret)
        raw = curve.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return kem.public_key().public_bytes_raw() + raw

    def wrap(self, public: bytes, key: bytes, info: bytes) -> bytes:
        """Return a wrap of 1,168 bytes for a key of 32."""
        try:
            recipient = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:]),
            )
        except ValueError as error:
            raise BadWrapError from error
        return self._suite.encrypt(key, recipient, info)

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        """Return the key in a wrap."""
        try:
            return self._suite.decrypt(wrap, MLKEM768X25519PrivateKey(*_private(secret)), info)
        except Exception as error:
            # The library raises several kinds for hostile bytes; all mean the same to us.
            raise BadWrapError from error

    def seal(self, key: bytes, salt: bytes, info: bytes, plain: bytes) -> bytes:
        """Return the ciphertext; its length tells only the Padmé class."""
        framed = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
        padded = framed.ljust(pad_length(len(framed)), b"\0")
        return AESGCM(derive(key, salt, info)).encrypt(NONCE, padded, info)

    def open(self, key: bytes, salt: bytes, info: bytes, sealed: bytes) -> bytes:
        """Return the plaintext without its padding."""
        try:
            padded = AESGCM(derive(key, salt, info)).decrypt(NONCE, sealed, info)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError from error
        length = int.from_bytes(padded[:LENGTH_BYTES], "big")
        if len(padded) < LENGTH_BYTES or length > len(padded) - LENGTH_BYTES:
            raise CannotOpenError
        return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    """Return a 32-byte key for one purpose."""
    if len(key) != KEY_BYTES:
        raise CannotOpenError
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, info).derive(key)


def seal_small(key: bytes, purpose: bytes, plain: bytes) -> bytes:
    """Return ``plain`` sealed under a key for ``purpose``, with a random nonce in front (no padding)."""
    nonce = os.urandom(len(NONCE))
    return nonce + AESGCM(derive(key, b"", purpose)).encrypt(nonce, plain, purpose)


def open_small(key: bytes, purpose: bytes, sealed: bytes) -> bytes:
    """Return what ``seal_small`` was given; CannotOpenError."""
    if len(sealed) < len(NONCE) + TAG_BYTES:
        raise CannotOpenError
    try:
        return AESGCM(derive(key, b"", purpose)).decrypt(sealed[: len(NONCE)], sealed[len(NONCE) :], purpose)
    except (InvalidTag, ValueError) as error:
        raise CannotOpenError from error


def commit(ward: bytes, stream: bytes, epoch: int, key: bytes) -> bytes:
    """Return the commitment to an epoch key (protocol 4.3): all readers hold the same key."""
    return digest("commit", ward, stream, epoch.to_bytes(8, "big"), key)


def wrap_info(  # one argument for each thing that a wrap is bound to
    ward: bytes, place: bytes, number: int, recipient: bytes, recipient_gen: int, bound: bytes, granter: bytes
) -> bytes:
    """Return what a wrap is bound to: ward, stream or team, epoch or generation, recipient, commitment, granter."""
    return encode((SUITE, "wrap", ward, place, number, recipient, recipient_gen, bound, granter))


def block_info(ward: bytes, stream: bytes, device: bytes, bseq: int, epoch: int) -> bytes:
    """Return the place of a block: key derivation context and associated data."""
    return encode((SUITE, "block", ward, stream, device, bseq, epoch))


def _private(secret: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(secret) != MLKEM_SEED + X25519_BYTES:
        raise BadWrapError
    return (
        MLKEM768PrivateKey.from_seed_bytes(secret[:MLKEM_SEED]),
        X25519PrivateKey.from_private_bytes(secret[MLKEM_SEED:]),
    )
