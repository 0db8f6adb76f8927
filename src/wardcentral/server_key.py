"""The service's signing: it signs every receipt with one key, which is read once and held as long as the process lives.

A workstation does otherwise (wardproto.signing): there a key must not outlive the lock.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardproto.signing import Ed25519Signing


class ServerSigning(Ed25519Signing):
    """Ed25519 with the private key kept ready: reading it takes as long as a signature does."""

    def __init__(self) -> None:
        self._key = lru_cache(maxsize=1)(Ed25519PrivateKey.from_private_bytes)

    def sign(self, secret: bytes, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return self._key(secret).sign(message)
