"""The admission rules for blocks, applied by the server and re-checked by every client.

Each rule is one small function of (view, block) that answers a refusal code or None.
They are named in RULES, so that a test can leave one out and see the simulation catch it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from wardproto.control import WRITER_ROLES, ControlState
from wardproto.readers import Audience, audience
from wardproto.records import BlockHeader, Head, Recipient
from wardproto.wire import MAX_BLOCK, NO_HASH, wraps_hash


@dataclass(frozen=True, slots=True)
class Epoch:
    """The key epoch in force in a stream: number 0 before the first."""

    number: int = 0
    recipients: tuple[Recipient, ...] = ()
    commit: bytes = NO_HASH


class View(Protocol):
    """What the rules may ask about the place where a block would go."""

    @property
    def state(self) -> ControlState:
        """The control state at this position."""

    def stream_head(self, stream: bytes) -> Head:
        """The head of a stream."""

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """The head hash that a stream had at ``sseq``; None where that is not known here."""

    def control_head_at(self, sseq: int) -> bytes | None:
        """The control head hash at ``sseq``; None where that is not known here."""

    def root_at(self, size: int) -> bytes | None:
        """The root of the log's tree at a size; empty where this place does not reach it, None where not known."""

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last (bseq, block hash) of a device in a stream; (0, b"") before the first."""

    def epoch(self, stream: bytes) -> Epoch:
        """The epoch in force."""

    def has_blob(self, blob: bytes) -> bool:
        """Whether an attachment chunk is there."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block as the rules see it. ``body`` is None where a reader was not given it."""

    header: BlockHeader
    body: bytes | None
    wrap_hashes: tuple[bytes, ...]
    recv_ms: int


RuleCheck = Callable[[View, Block, Audience], str | None]


def _size(_: View, block: Block, __: Audience) -> str | None:
    header = block.header
    if not 0 < header.body_len <= MAX_BLOCK:
        return "too_big"
    if block.body is None:
        return None
    good = len(block.body) == header.body_len and sha256(block.body).digest() == header.body_hash
    return None if good else "malformed"


def _ward(view: View, block: Block, _: Audience) -> str | None:
    return None if block.header.ward == view.state.ward else "malformed"


def _proto(view: View, block: Block, _: Audience) -> str | None:
    return None if block.header.proto >= view.state.proto_floor else "proto_floor"


def _stream_open(_: View, __: Block, readers: Audience) -> str | None:
    """Rule C: no joint entry without a consent in force; no entry in a closed stream."""
    codes = {"unknown": "unknown_stream", "closed": "closed", "early": "early"}
    return codes.get(readers.state)


def _member(view: View, block: Block, _: Audience) -> str | None:
    """Rule W, first half: an active device with a role that writes."""
    member = view.state.member(block.header.device)
    if member is None or not WRITER_ROLES & set(member.roles):
        return "not_member"
    return None


def _in_readers(view: View, block: Block, _: Audience) -> str | None:
    """Rule W, second half: its team is one of the stream's."""
    member = view.state.members.get(block.header.device)
    stream = view.state.streams.get(block.header.stream)
    if member is None:
        return "not_member"
    if stream is None:
        # Passing: the record that opens the stream may be on its way.
        return "unknown_stream"
    return None if member.team in (stream.owner, stream.partner) else "not_member"


def _chain(view: View, block: Block, _: Audience) -> str | None:
    """One unbroken chain per device and stream: no gap, no second block at a place."""
    bseq, last = view.device_head(block.header.stream, block.header.device)
    good = block.header.bseq == bseq + 1 and block.header.prev == last
    return None if good else "chain"


def _epoch_number(view: View, block: Block, _: Audience) -> str | None:
    """A new epoch takes the next number; otherwise the block uses the one in force."""
    current = view.epoch(block.header.stream)
    if block.header.new_epoch is not None:
        return None if block.header.epoch == current.number + 1 else "epoch_race"
    return None if block.header.epoch == current.number and current.number > 0 else "stale_epoch"


def _epoch_readers(view: View, block: Block, readers: Audience) -> str | None:
    """Rule E: the epoch's recipients equal R exactly, team and generation."""
    if readers.state == "dirty":
        return "stale_epoch"
    new = block.header.new_epoch
    recipients = view.epoch(block.header.stream).recipients if new is None else new.recipients
    return None if recipients == readers.recipients else "stale_epoch"


def _wraps(_: View, block: Block, __: Audience) -> str | None:
    """A new epoch brings exactly the wraps that its header names, one a recipient."""
    new = block.header.new_epoch
    if new is None:
        return None if not block.wrap_hashes else "malformed"
    good = len(block.wrap_hashes) == len(new.recipients) and wraps_hash(block.wrap_hashes) == new.wraps_hash
    return None if good else "malformed"


def _cas(view: View, block: Block, _: Audience) -> str | None:
    """A decision that must be exclusive is admitted only at the head its author saw."""
    if not block.header.cas:
        return None
    return None if block.header.head == view.stream_head(block.header.stream) else "cas"


def _no_fork(view: View, block: Block, _: Audience) -> str | None:
    """The heads an author relied on are heads of this log."""
    header = block.header
    if header.ctl.sseq > view.state.head.sseq or header.head.sseq > view.stream_head(header.stream).sseq:
        return "fork"
    control = view.control_head_at(header.ctl.sseq)
    stream = view.stream_head_at(header.stream, header.head.sseq)
    if control is not None and control != header.ctl.hash:
        return "fork"
    return "fork" if stream is not None and stream != header.head.hash else None


def _seen(view: View, block: Block, _: Audience) -> str | None:
    """The checkpoint an author had verified is one of this log: nobody can make others believe in a fork."""
    seen = block.header.seen
    if seen.size == 0:
        return None if seen.root == NO_HASH else "malformed"
    root = view.root_at(seen.size) if seen.size > 0 else NO_HASH
    return "fork" if root is not None and root != seen.root else None


def _attempt(_: View, block: Block, __: Audience) -> str | None:
    """A re-sealed block names the refusal that allowed it."""
    return None if (block.header.attempt == 0) == (block.header.refusal == NO_HASH) else "malformed"


def _blobs(view: View, block: Block, _: Audience) -> str | None:
    return None if all(view.has_blob(blob) for blob in block.header.blobs) else "blob_missing"


RULES: Mapping[str, RuleCheck] = {
    "ward": _ward,
    "size": _size,
    "proto": _proto,
    "member": _member,
    "readers": _in_readers,
    "open": _stream_open,
    "attempt": _attempt,
    "chain": _chain,
    "no_fork": _no_fork,
    "seen": _seen,
    "epoch_number": _epoch_number,
    "epoch_readers": _epoch_readers,
    "wraps": _wraps,
    "cas": _cas,
    "blobs": _blobs,
}


def check(view: View, block: Block, rules: Mapping[str, RuleCheck] = RULES) -> str | None:
    """Return the first refusal code, or None when every rule admits the block."""
    readers = audience(view.state, block.header.stream, block.recv_ms)
    for rule in rules.values():
        code = rule(view, block, readers)
        if code is not None:
            return code
    return None


def epoch_after(view: View, header: BlockHeader) -> Epoch:
    """Return the stream's epoch once ``header`` is in the log."""
    if header.new_epoch is None:
        return view.epoch(header.stream)
    return Epoch(header.epoch, header.new_epoch.recipients, header.new_epoch.commit)
