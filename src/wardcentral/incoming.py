"""A block as it came: what can be read and checked of it before anything is locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from wardcentral.store import Wanted
from wardproto import control
from wardproto.control import ControlState, RefusedError
from wardproto.messages import PushItem
from wardproto.records import BlockHeader
from wardproto.signing import Signing, check_envelope
from wardproto.wire import (
    MAX_BLOCK,
    MAX_HEADER,
    MAX_WRAPS,
    MalformedError,
    block_hash,
    decode,
    digest,
    open_envelope,
    wrap_hash,
    wraps_hash,
)

MAX_WRAP = 4096
"""Bytes of one wrap (a hybrid one takes about 1,200)."""
_INTEGERS_END = 1 << 63
"""Numbers are kept as signed 64-bit columns."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A block as it came, read and checked as far as that needs no lock.

    ``header`` is None where the bytes are no block. ``signed`` is None where the author is not
    known yet: it is looked up again at admission.
    """

    item: PushItem
    hash: bytes
    header: BlockHeader | None
    wrap_hashes: tuple[bytes, ...]
    signed: bool | None
    whole: bool


def read_block(item: PushItem, state: ControlState, signing: Signing) -> Incoming:
    """Read a block, and check its signature where its author is known in ``state``."""
    nothing = Incoming(item, delivery(item), None, (), signed=False, whole=False)
    if len(item.wraps) > MAX_WRAPS or any(len(wrap) > MAX_WRAP for wrap in item.wraps):
        return nothing
    try:
        envelope = open_envelope(item.envelope, "block", MAX_HEADER)
        header = decode(envelope.payload, BlockHeader)
    except MalformedError:
        return nothing
    if not _numbers_fit(header):
        return nothing
    hashes = control.hashes(item.wraps)
    author = state.members.get(header.device)
    signed = None if author is None else check_envelope(signing, author.new.sign_key, envelope)
    name = block_hash(envelope.payload)
    return Incoming(item, name, header, hashes, signed, _whole(item, header, hashes))


def _whole(item: PushItem, header: BlockHeader, hashes: tuple[bytes, ...]) -> bool:
    """Whether body and wraps are those that the author signed."""
    expected = wraps_hash(()) if header.new_epoch is None else header.new_epoch.wraps_hash
    return (
        len(item.body) == header.body_len
        and len(item.body) <= MAX_BLOCK
        and sha256(item.body).digest() == header.body_hash
        and wraps_hash(hashes) == expected
    )


def _numbers_fit(header: BlockHeader) -> bool:
    numbers = (
        *(header.bseq, header.attempt, header.epoch, header.body_len, header.proto, header.min_reader),
        *(header.ctl.sseq, header.head.sseq, header.seen.size),
    )
    return all(0 <= number < _INTEGERS_END for number in numbers)


def delivery(item: PushItem) -> bytes:
    """Return the name of what came, where it cannot be held to be what its author signed."""
    return digest("delivery", item.envelope, item.body, *(wrap_hash(wrap) for wrap in item.wraps))


def author_of(wire: bytes) -> bytes:
    """Return the device that a control record names as its author; empty where it names none."""
    try:
        return control.read(wire)[1].device
    except RefusedError:
        return b""


def is_relayed(block: Incoming, by: bytes) -> bool:
    """Return whether another device than its author brought the block."""
    return block.header is None or block.header.device != by


def wanted_by(ward: bytes, blocks: Sequence[Incoming]) -> Wanted:
    """Return what admitting these blocks will ask the store for."""
    headers = [block.header for block in blocks if block.header is not None]
    return Wanted(
        ward,
        tuple(block.hash for block in blocks),
        tuple({(header.stream, header.device) for header in headers}),
    )
