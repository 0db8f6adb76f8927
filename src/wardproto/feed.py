"""The signed openings feed: what is published once and read by every PC of a ward (protocol 4.6, kind ``feed``).

    PUT  /w/{ward}/feed/chunk/{hash}    a packed FeedChunk, named by the SHA-256 of its bytes
    GET  /w/{ward}/feed/chunk/{hash}    -> those bytes
    POST /w/{ward}/feed/missing         FeedNames -> FeedNames: those that are not there yet
    PUT  /w/{ward}/feed                 a signed FeedManifest (envelope context ``feed``)
    GET  /w/{ward}/feed                 -> the newest one

A manifest is whole in itself: a base and the steps since, each a list of chunks. A reader at one of
its steps takes the later ones; any other takes the base and all steps. Openings are public to members
and hold no datum of a client, so the feed is signed and compressed, not encrypted.

A manifest names the one before, and each of its earlier steps by the manifest that first brought it:
a reader sees at once whether what it took before is part of what it is offered now.
"""

import zlib
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from wardproto.control import ADMIN_ROLE, WRITER_ROLES, ControlState
from wardproto.records import Record
from wardproto.signing import Signing, check_envelope, seal_envelope
from wardproto.wire import HASH_BYTES, NO_HASH, MalformedError, decode, digest, encode, open_envelope

FEED_ROLES = WRITER_ROLES | {ADMIN_ROLE}
"""Roles whose PCs read openings files in and so may publish: those of Hello Work and of the ward's desks."""
MAX_CHUNK = 4 * 1024 * 1024
"""Bytes of a packed chunk."""
MAX_CHUNK_OPEN = 8 * 1024 * 1024
"""Bytes of a chunk unpacked: a bomb is stopped there."""
MAX_CHUNK_RECORDS = 20_000
MAX_MANIFEST = 512 * 1024
MAX_STEPS = 64
MAX_CHUNKS = 8_000
MAX_FEED = 1024 * 1024 * 1024
"""Packed bytes of one feed, base and steps together."""
LEVEL = 6
_MAX_TEXT = 200


class FeedWrongError(Exception):
    """A feed that cannot be believed or read; ``code`` names why. Carries no content.

    ``signer`` (not a member who may publish, or not his signature), ``malformed``, ``ward``, ``chunk``
    (not the bytes that the manifest names), ``bomb``, ``rolled_back`` (an older number than was seen),
    ``fork`` (two different feeds under one number), ``listing`` (does not add up to what was signed).
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class FeedChunk(Record, frozen=True):
    """Records as they stand in the state's file under one header, and numbers no longer listed."""

    header: bytes
    """JSON list of the column names; empty where there are no records."""
    records: tuple[bytes, ...]
    gone: tuple[int, ...]


class FeedStep(Record, frozen=True):
    """What one publication brought. ``manifest`` is its hash; empty for the manifest's own step."""

    number: int
    manifest: bytes
    file_date: str
    chunks: tuple[bytes, ...]
    records: int
    gone: int
    size: int
    """Packed bytes of the chunks."""


class FeedManifest(Record, frozen=True):
    """What a publisher signs. ``steps[0]`` is the base; the last one is this number's own."""

    ward: bytes
    number: int
    previous: bytes
    device: bytes
    made_ms: int
    set_code: str
    file_date: str
    """ISO date at which the state made the file: the age of the openings."""
    source: str
    """The line that the terms of use ask for (domain.md 7.6)."""
    openings: int
    listing: bytes
    """Hash over the numbers of all openings listed: a reader checks what it ends up with."""
    steps: tuple[FeedStep, ...]
    warn_after: int = 2
    """Days after which the ward calls the file old; readers never go beyond their own bounds."""
    block_after: int = 7
    """Days after which it refers to nobody from it."""


class FeedNames(Record, frozen=True):
    """Names of chunks."""

    chunks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest that was checked, its hash, and the bytes that were signed."""

    manifest: FeedManifest
    hash: bytes
    envelope: bytes


def pack_chunk(chunk: FeedChunk) -> bytes:
    """Return the bytes of a chunk; its name is their SHA-256."""
    return zlib.compress(encode(chunk), LEVEL)


def chunk_name(packed: bytes) -> bytes:
    """Return the name of a packed chunk."""
    return sha256(packed).digest()


def open_chunk(name: bytes, packed: bytes) -> FeedChunk:
    """Return a chunk; FeedWrongError when the bytes are not the named ones, or grow beyond all bounds."""
    if len(packed) > MAX_CHUNK or chunk_name(packed) != name:
        raise FeedWrongError("chunk")
    opening = zlib.decompressobj()
    try:
        opened = opening.decompress(packed, MAX_CHUNK_OPEN)
    except zlib.error:
        raise FeedWrongError("malformed") from None
    if opening.unconsumed_tail:
        raise FeedWrongError("bomb")
    if not opening.eof or opening.unused_data:
        raise FeedWrongError("malformed")
    try:
        chunk = decode(opened, FeedChunk)
    except MalformedError:
        raise FeedWrongError("malformed") from None
    if len(chunk.records) + len(chunk.gone) > MAX_CHUNK_RECORDS:
        raise FeedWrongError("malformed")
    return chunk


def seal_manifest(signing: Signing, secret: bytes, manifest: FeedManifest) -> Signed:
    """Sign a manifest."""
    payload = encode(manifest)
    return Signed(manifest, digest("feed", payload), seal_envelope(signing, secret, "feed", payload))


def open_manifest(signing: Signing, state: ControlState, envelope: bytes) -> Signed:
    """Return a manifest of this ward, signed by a device that may publish now; FeedWrongError otherwise."""
    try:
        opened = open_envelope(envelope, "feed", MAX_MANIFEST)
        manifest = decode(opened.payload, FeedManifest)
    except MalformedError:
        raise FeedWrongError("malformed") from None
    if manifest.ward != state.ward:
        raise FeedWrongError("ward")
    member = state.member(manifest.device)
    if member is None or not FEED_ROLES & set(member.roles):
        raise FeedWrongError("signer")
    if not check_envelope(signing, member.new.sign_key, opened):
        raise FeedWrongError("signer")
    if not _well_formed(manifest):
        raise FeedWrongError("malformed")
    return Signed(manifest, digest("feed", opened.payload), envelope)


def follows(known_number: int, known_hash: bytes, offered: Signed) -> bool:
    """Return whether an offered manifest is newer than the one taken before; FeedWrongError where it denies it."""
    manifest = offered.manifest
    if manifest.number < known_number:
        raise FeedWrongError("rolled_back")
    if manifest.number == known_number:
        if offered.hash != known_hash:
            raise FeedWrongError("fork")
        return False
    before = {step.number: step.manifest for step in manifest.steps[:-1]}
    if manifest.number == known_number + 1 and known_number:
        before[known_number] = manifest.previous
    if before.get(known_number, known_hash) != known_hash:
        raise FeedWrongError("fork")
    return True


def claimed_number(envelope: bytes) -> int:
    """Return the number of a manifest that is not believed (its signer was removed, say); 0 where it has none."""
    try:
        return decode(open_envelope(envelope, "feed", MAX_MANIFEST).payload, FeedManifest).number
    except MalformedError:
        return 0


def listing_hash(numbers: bytes) -> bytes:
    """Return the hash over the numbers listed: ascending, 8 bytes each, big-endian."""
    return digest("feed-listing", numbers)


def _well_formed(manifest: FeedManifest) -> bool:
    steps = manifest.steps
    if not 0 < len(steps) <= MAX_STEPS or manifest.number < 1 or manifest.openings < 0:
        return False
    numbers = [step.number for step in steps]
    named = [chunk for step in steps for chunk in step.chunks]
    hashes = [*named, *(step.manifest for step in steps[:-1]), manifest.listing]
    try:
        date.fromisoformat(manifest.file_date)
    except ValueError:
        return False
    return (
        numbers == sorted(set(numbers))
        and numbers[-1] == manifest.number
        and steps[-1].manifest == NO_HASH
        and len(manifest.previous) in (0, HASH_BYTES)
        and all(len(name) == HASH_BYTES for name in hashes)
        and len(named) <= MAX_CHUNKS
        and all(step.records >= 0 and step.gone >= 0 and step.size >= 0 for step in steps)
        and sum(step.size for step in steps) <= MAX_FEED
        and len(manifest.set_code) + len(manifest.source) <= _MAX_TEXT
    )
