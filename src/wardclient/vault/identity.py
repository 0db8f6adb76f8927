"""A device's own secrets. They live in the encrypted database and nowhere else."""

import uuid
from dataclasses import dataclass

from wardclient.vault.sealing import Sealing
from wardproto.signing import Signing
from wardproto.wire import decode, encode


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

    def encode(self) -> bytes:
        """Return the bytes to keep."""
        return encode((self.device, self.staff, self.sign_secret, self.wrap_secret))

    @classmethod
    def decode(cls, data: bytes) -> "Identity":
        """Return what ``encode`` was given."""
        return cls(*decode(data, tuple[bytes, bytes, bytes, bytes]))

    @classmethod
    def create(cls, sealing: Sealing) -> "Identity":
        """Return a new device of a new staff member."""
        _, wrap_secret = sealing.new_pair()
        return cls(
            uuid.UUID(bytes=sealing.random(16)).bytes, sealing.random(16), sealing.random(32), wrap_secret
        )
