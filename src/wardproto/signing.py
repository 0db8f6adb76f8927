"""Signatures: the seam that lets a simulation use model cryptography, and its real form."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wardproto.wire import SUITE, Envelope, encode, signed_bytes


class Signing(Protocol):
    """Make and check signatures with raw 32-byte keys."""

    def public(self, secret: bytes) -> bytes:
        """Return the public key of ``secret``."""

    def sign(self, secret: bytes, message: bytes) -> bytes:
        """Return the signature of ``message``."""

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether ``signature`` is that of ``message`` by the holder of ``public``."""


class Ed25519Signing:
    """Ed25519 (suite 1)."""

    def public(self, secret: bytes) -> bytes:
        """Return the public key of ``secret``."""
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def sign(self, secret: bytes, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return Ed25519PrivateKey.from_private_bytes(secret).sign(message)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is right; a key or signature of a wrong shape is not."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def seal_envelope(signing: Signing, secret: bytes, context: str, payload: bytes) -> bytes:
    """Return the bytes of a signed envelope."""
    return encode(Envelope(SUITE, context, payload, signing.sign(secret, signed_bytes(context, payload))))


def check_envelope(signing: Signing, public: bytes, envelope: Envelope) -> bool:
    """Return whether the envelope was signed in its own context by the holder of ``public``."""
    return signing.verify(public, signed_bytes(envelope.context, envelope.payload), envelope.signature)
