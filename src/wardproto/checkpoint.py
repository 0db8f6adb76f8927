"""Checkpoints: what the service signs about a ward's whole log, so that two readers can compare.

A C2SP signed note (c2sp.org/tlog-checkpoint) with the origin ``wc/1/<ward>``, the number of entries, the
root of the Merkle tree over them, and one extension line: the root over the heads of all streams
(heads.py). Two signature lines by the service's key, both under the origin as their name: the plain Ed25519
one that every verifier of such notes reads, and a timestamped one (c2sp.org/tlog-cosignature) that says when
the log was like this. Times are whole seconds there, milliseconds here.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from wardproto.signing import Signing
from wardproto.wire import MalformedError

HASH_BYTES = 32
MAX_NOTE = 4_096
PLAIN = b"\x01"
TIMED = b"\x04"
_ID_BYTES = 4
_TIME_BYTES = 8
_BODY_LINES = 4
_MOST_LINES = 16
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ward's log at one moment: so many entries, with this root and these heads."""

    ward: bytes
    size: int
    root: bytes
    heads: bytes
    at_ms: int


def origin(ward: bytes) -> str:
    """Return the name of a ward's log in a note."""
    return f"wc/1/{ward.hex()}"


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Return the four bytes that tell signature lines apart (c2sp.org/signed-note)."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:_ID_BYTES]


def sign(signing: Signing, secret: bytes, checkpoint: Checkpoint) -> bytes:
    """Return the signed note of a checkpoint; its time is cut to whole seconds."""
    name, public = origin(checkpoint.ward), signing.public(secret)
    body = _body(checkpoint)
    seconds = checkpoint.at_ms // 1_000
    plain = key_id(name, PLAIN, public) + signing.sign(secret, body)
    timed = signing.sign(secret, _timed(body, seconds))
    timed = key_id(name, TIMED, public) + seconds.to_bytes(_TIME_BYTES, "big") + timed
    lines = "".join(f"{_DASH}{name} {_b64(line)}\n" for line in (plain, timed))
    return body + b"\n" + lines.encode()


def read(signing: Signing, public: bytes, ward: bytes, note: bytes) -> Checkpoint:
    """Return what the service with this key signed about a ward; MalformedError for anything else.

    Both of its lines must be there and right; lines of others (a witness) are left alone.
    """
    if len(note) > MAX_NOTE:
        raise MalformedError
    text, blank, lines = note.partition(b"\n\n")
    body = text + b"\n"
    if not blank or not lines.endswith(b"\n"):
        raise MalformedError
    checkpoint = _read_body(body, ward)
    name = origin(ward)
    found = dict(_signatures(lines, name))
    plain = found.get(key_id(name, PLAIN, public), b"")
    timed = found.get(key_id(name, TIMED, public), b"")
    seconds = int.from_bytes(timed[:_TIME_BYTES], "big")
    if not signing.verify(public, body, plain):
        raise MalformedError
    if not signing.verify(public, _timed(body, seconds), timed[_TIME_BYTES:]):
        raise MalformedError
    return Checkpoint(ward, checkpoint.size, checkpoint.root, checkpoint.heads, seconds * 1_000)


def _body(checkpoint: Checkpoint) -> bytes:
    lines = (origin(checkpoint.ward), checkpoint.size, _b64(checkpoint.root), _b64(checkpoint.heads))
    return "".join(f"{line}\n" for line in lines).encode()


def _timed(body: bytes, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode() + body


def _read_body(body: bytes, ward: bytes) -> Checkpoint:
    try:
        lines = body.decode().split("\n")
        size = int(lines[1])
        found = Checkpoint(ward, size, _un64(lines[2]), _un64(lines[3]), 0)
    except (UnicodeDecodeError, ValueError, IndexError) as error:
        raise MalformedError from error
    # One form only: what is read is what would have been written.
    if len(lines) != _BODY_LINES + 1 or size < 0 or _body(found) != body:
        raise MalformedError
    if len(found.root) != HASH_BYTES or len(found.heads) != HASH_BYTES:
        raise MalformedError
    return found


def _signatures(lines: bytes, name: str) -> list[tuple[bytes, bytes]]:
    """The signature lines under a name: (key id, the rest)."""
    found = []
    try:
        texts = lines.decode().split("\n")[:-1]
    except UnicodeDecodeError as error:
        raise MalformedError from error
    if len(texts) > _MOST_LINES:
        raise MalformedError
    for text in texts:
        if not text.startswith(_DASH):
            raise MalformedError
        signer, _, value = text.removeprefix(_DASH).partition(" ")
        if signer == name:
            held = _un64(value)
            found.append((held[:_ID_BYTES], held[_ID_BYTES:]))
    return found


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _un64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError from error
