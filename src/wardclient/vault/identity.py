"""A device's own secrets. They live in the encrypted database and nowhere else.

Python hands out copies freely, so dropping an Identity does not erase it: what protects a locked
PC is that the database is closed and its key is gone (see `keyring`).
"""

from dataclasses import dataclass

from wardclient.vault.sealing import KEY_BYTES, Sealing
from wardproto.signing import Signing
from wardproto.wire import ID_BYTES, MalformedError, decode, encode


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who this device is: random ids, its signing seed and its wrap secret. Never printed."""

    device: bytes
    staff: bytes
    sign_secret: bytes
    wrap_secret: bytes

    def sign_public(self, signing: Signing) -> bytes:
        """Return the public signing key."""
        return signing.public(self.sign_secret)

    def wrap_public(self, sealing: Sealing) -> bytes:
        """Return the public key that keys are wrapped to for this device."""
        return sealing.public_of(self.wrap_secret)

    def encode(self) -> bytes:
        """Return the bytes to keep."""
        return encode((self.device, self.staff, self.sign_secret, self.wrap_secret))

    @classmethod
    def decode(cls, data: bytes) -> "Identity":
        """Return what ``encode`` was given; MalformedError."""
        device, staff, sign_secret, wrap_secret = decode(data, tuple[bytes, bytes, bytes, bytes])
        if (len(device), len(staff), len(sign_secret)) != (ID_BYTES, ID_BYTES, KEY_BYTES) or not wrap_secret:
            raise MalformedError
        return cls(device, staff, sign_secret, wrap_secret)

    @classmethod
    def create(cls, sealing: Sealing, staff: bytes = b"") -> "Identity":
        """Return a new device: of ``staff``, or of a new staff member."""
        _, wrap_secret = sealing.new_pair()
        random = sealing.random
        return cls(random(ID_BYTES), staff or random(ID_BYTES), random(KEY_BYTES), wrap_secret)
