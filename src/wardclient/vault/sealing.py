"""Sealing bodies and wrapping keys: the half of wc/1 that opens (suite 1).

Wraps are HPKE base mode with ML-KEM-768 + X25519, HKDF-SHA-256 and AES-256-GCM. Bodies are
AES-256-GCM under a key derived once from the epoch key, a random salt and the block's place;
used once, so the nonce is zero; the place is the associated data too.
"""

import os
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
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


class MissingSuiteError(Exception):
    """This installation lacks an algorithm of suite 1. The program stops: it never does with less."""

    ja = "この端末の暗号部品に ML-KEM-768 がありません。管理者に知らせてください。データはそのままです。"
    en = "The cryptography library here lacks ML-KEM-768. Tell the admin. The data is as it was."


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

    def __init__(self, new_kem: Callable[[], MLKEM768PrivateKey] = MLKEM768PrivateKey.generate) -> None:
        """Check by one wrap there and back that every algorithm is there; MissingSuiteError."""
        self._new_kem = new_kem
        self._last: tuple[bytes, MLKEM768X25519PrivateKey] | None = None
        """The key used last, ready for use: a first sync opens thousands of wraps with the same one."""
        try:
            self._suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
            public, secret = self.new_pair()
            probe = self.unwrap(secret, self.wrap(public, bytes(KEY_BYTES), b"probe"), b"probe")
        except (UnsupportedAlgorithm, BadWrapError) as error:
            raise MissingSuiteError from error
        if probe != bytes(KEY_BYTES):
            raise MissingSuiteError

    def random(self, count: int) -> bytes:
        """Return random bytes of the operating system."""
        return os.urandom(count)

    def new_pair(self) -> tuple[bytes, bytes]:
        """Return a new pair: public 1,216 bytes, secret 96 bytes (the two component seeds)."""
        secret = self._new_kem().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw()
        return self.public_of(secret), secret

    def public_of(self, secret: bytes) -> bytes:
        """Return the two component public keys."""
        kem, curve = _private(secret)
        raw = curve.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return kem.public_key().public_bytes_raw() + raw

    def wrap(self, public: bytes, key: bytes, info: bytes) -> bytes:
        """Return a wrap of 1,168 bytes for a key of 32; BadWrapError for a public key that is none."""
        try:
            recipient = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:]),
            )
            # A point of low order is found out only here.
            return self._suite.encrypt(key, recipient, info)
        except ValueError as error:
            raise BadWrapError from error

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        """Return the key in a wrap."""
        try:
            return self._suite.decrypt(wrap, self._private(secret), info)
        except (InvalidTag, ValueError) as error:
            raise BadWrapError from error

    def forget(self) -> None:
        """Let go of the key kept ready: the desk was locked."""
        self._last = None

    def _private(self, secret: bytes) -> MLKEM768X25519PrivateKey:
        if self._last is None or self._last[0] != secret:
            self._last = secret, MLKEM768X25519PrivateKey(*_private(secret))
        return self._last[1]

    def seal(self, key: bytes, salt: bytes, info: bytes, plain: bytes) -> bytes:
        """Return the ciphertext; its length tells only the Padmé class. ValueError for a wrong salt."""
        if len(salt) != SALT_BYTES:
            raise ValueError("salt")
        framed = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
        padded = framed.ljust(pad_length(len(framed)), b"\0")
        return AESGCM(derive(key, salt, info)).encrypt(NONCE, padded, info)

    def open(self, key: bytes, salt: bytes, info: bytes, sealed: bytes) -> bytes:
        """Return the plaintext without its padding, which must be the one that ``seal`` makes."""
        if len(salt) != SALT_BYTES:
            raise CannotOpenError
        try:
            padded = AESGCM(derive(key, salt, info)).decrypt(NONCE, sealed, info)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError from error
        length = int.from_bytes(padded[:LENGTH_BYTES], "big")
        end = LENGTH_BYTES + length
        # One plaintext has one padded form: nothing rides along unseen.
        if len(padded) != pad_length(end) or any(padded[end:]):
            raise CannotOpenError
        return padded[LENGTH_BYTES:end]


def derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    """Return a 32-byte key for one purpose; CannotOpenError for a key of another length."""
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
    """Return what a wrap is bound to: ward, stream or team and its number, recipient, commitment, granter."""
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
