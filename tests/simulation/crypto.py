"""Model cryptography: keys are tokens, and only who holds the right one opens anything.

It enforces what real cryptography enforces, so that who can read what is a matter of knowledge
in the simulation, too. `Recorded` notes what goes through any cryptography, model or real.
"""

import random
from dataclasses import dataclass, field
from hashlib import blake2b

from wardclient.vault.sealing import BadWrapError, CannotOpenError, Sealing
from wardproto.wire import pad_length


class ModelSigning:
    """Signatures as keyed hashes; who does not hold the secret cannot make one."""

    def __init__(self) -> None:
        self._secrets: dict[bytes, bytes] = {}

    def public(self, secret: bytes) -> bytes:
        public = blake2b(secret, digest_size=32, person=b"public").digest()
        self._secrets[public] = secret
        return public

    def sign(self, secret: bytes, message: bytes) -> bytes:
        return blake2b(message, key=secret, digest_size=32).digest()

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        secret = self._secrets.get(public)
        return secret is not None and signature == self.sign(secret, message)


class ModelSealing:
    """Wraps and bodies as sealed boxes that stand in one table; bytes are only their names."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # a seed must replay everything
        self._wraps: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        self._bodies: dict[bytes, tuple[bytes, bytes, bytes, bytes]] = {}

    def random(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def new_pair(self) -> tuple[bytes, bytes]:
        secret = self.random(32)
        return self.public_of(secret), secret

    def public_of(self, secret: bytes) -> bytes:
        return blake2b(secret, digest_size=32, person=b"wrap").digest()

    def wrap(self, public: bytes, key: bytes, info: bytes) -> bytes:
        name = self.random(24)
        self._wraps[name] = (public, key, info)
        return name

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        public, key, bound = self._wraps.get(wrap, (b"", b"", b""))
        if public != self.public_of(secret) or bound != info:
            raise BadWrapError
        return key

    def seal(self, key: bytes, salt: bytes, info: bytes, plain: bytes) -> bytes:
        name = self.random(24)
        sealed = name.ljust(pad_length(len(plain)), b"\0")
        self._bodies[sealed] = (key, salt, info, plain)
        return sealed

    def open(self, key: bytes, salt: bytes, info: bytes, sealed: bytes) -> bytes:
        found = self._bodies.get(sealed)
        if found is None or found[:3] != (key, salt, info):
            raise CannotOpenError
        return found[3]


@dataclass
class Recorded:
    """A Sealing that notes what it sealed and which wraps it opened."""

    inner: Sealing
    plain: dict[bytes, bytes] = field(default_factory=dict)
    """Body to plaintext: what the author meant, for the invariants."""
    unwrapped: list[bytes] = field(default_factory=list)
    """What the opened wraps were bound to."""

    def random(self, count: int) -> bytes:
        return self.inner.random(count)

    def new_pair(self) -> tuple[bytes, bytes]:
        return self.inner.new_pair()

    def public_of(self, secret: bytes) -> bytes:
        return self.inner.public_of(secret)

    def wrap(self, public: bytes, key: bytes, info: bytes) -> bytes:
        return self.inner.wrap(public, key, info)

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        key = self.inner.unwrap(secret, wrap, info)
        self.unwrapped.append(info)
        return key

    def seal(self, key: bytes, salt: bytes, info: bytes, plain: bytes) -> bytes:
        body = self.inner.seal(key, salt, info, plain)
        self.plain[body] = plain
        return body

    def open(self, key: bytes, salt: bytes, info: bytes, sealed: bytes) -> bytes:
        return self.inner.open(key, salt, info, sealed)
