"""Holding the service to what it signed: the tree and the heads are made again here and compared.

A PC of the founding team is given every entry and makes both roots itself. Another team's PC makes
the root of its own streams' heads and has the rest proven. Each block names the checkpoint that its author
had verified (``seen``): so any block that crosses from one side of a fork to the other shows it.

What contradicts a signature of the service ends synchronising (core.Cheated), with the signed bytes kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wardclient.sync.core import Cheated, Core
from wardclient.sync.sealing import CHECKED, Checked, checked, receipt_key
from wardproto import checkpoint
from wardproto.checkpoint import Checkpoint
from wardproto.heads import Heads, over_teams
from wardproto.merkle import check_consistency, check_inclusion, leaf_hash
from wardproto.messages import MAX_SIZES, NOT_ASKED, Asked, LogPage
from wardproto.records import BlockHeader, Entry, Receipt
from wardproto.wire import MalformedError, decode, encode, open_envelope

HEARD = "heard"
SHOWN = 50
"""Entries of a page that are kept as evidence."""
LATE_MS = 60_000
"""So much later than a receipt a checkpoint must be to convict: processes of one service read their own clocks."""
Heard = tuple[tuple[bytes, int, bytes, int], ...]
"""Checkpoints that others' blocks named and that are not proven yet: (device, size, root, wseq), one a device."""


def asked(core: Core) -> Asked:
    """Return what the next page is to prove."""
    if not core.state.home or core.team == core.state.home:
        return NOT_ASKED
    before, last = checked(core), core.store.last_entry()
    sizes = {before.size} if before is not None else set()
    for _, size, _, _ in heard(core):
        if len(sizes) < MAX_SIZES:
            sizes.add(size)
    return Asked(tuple(sorted(sizes)), 0 if last is None else last.wseq)


def heard(core: Core) -> Heard:
    """Return the checkpoints that are not proven yet."""
    return decode(core.store.get(HEARD) or encode(()), Heard)


def hear(core: Core, entry: Entry, header: BlockHeader) -> None:
    """A block came: the checkpoint that its author had verified must be one of this log."""
    seen = header.seen
    if seen.size == 0 or "gossip" not in core.audits:
        return
    root = core.log.root_at(seen.size, entry.wseq - 1)
    if root is not None and root != seen.root:
        raise _evidence(core, "forked", entry.wseq, b"", encode(header), entry.hash)
    if root is None and header.device != core.me.device:
        others = tuple(known for known in heard(core) if known[0] != header.device)
        core.store.put(HEARD, encode((*others, (header.device, seen.size, seen.root, entry.wseq))))


# --- the end of a page that reaches the end of the log


@dataclass(frozen=True, slots=True)
class Claim:
    """What the service says at the end of a page, and what was known before."""

    core: Core
    page: LogPage
    point: Checkpoint
    before: Checked | None

    @property
    def grown(self) -> Mapping[int, tuple[bytes, ...]]:
        """The consistency proofs that came, by size."""
        return dict(self.page.proof.grown) if self.page.proof is not None else {}

    def begins_with(self, size: int, root: bytes) -> bool:
        """Whether the log that was signed begins with that one."""
        if size > self.point.size:
            return False
        if self.core.log.full:
            return self.core.log.root_at(size, self.point.size) == root
        proof = self.grown.get(size, () if size == self.point.size else None)
        return proof is not None and check_consistency(size, self.point.size, proof, root, self.point.root)


def _size(claim: Claim) -> bool:
    """The page reaches the end of the log that was signed."""
    return claim.point.size == claim.page.size


def _grown(claim: Claim) -> bool:
    """The log has only grown since the last checkpoint that was verified here."""
    before = claim.before
    if before is None:
        return True
    # A notice of a restore says no heads; a PC that is given every entry had made them itself.
    if before.heads and before.size == claim.point.size and before.heads != claim.point.heads:
        return False
    return claim.begins_with(before.size, before.root)


def _root(claim: Claim) -> bool:
    """What was given here is what was signed: the whole log, or the last entry of this reader."""
    core, size = claim.core, claim.point.size
    if core.log.full:
        return core.log.root(size) == claim.point.root
    last = core.store.last_entry()
    if last is None or claim.page.proof is None:
        return last is None
    leaf = leaf_hash(encode(last))
    return check_inclusion(leaf, last.wseq - 1, size, claim.page.proof.last, claim.point.root)


def _heads(claim: Claim) -> bool:
    """Every stream that this reader is given ends where it ends here: no tail and no stream is kept from it."""
    heads, core = claim.core.log.heads(), claim.core
    if isinstance(heads, Heads):
        return heads.root() == claim.point.heads
    if claim.page.proof is None or over_teams(claim.page.proof.heads) != claim.point.heads:
        return False
    return dict(claim.page.proof.heads).get(core.team) == heads.root()


def _gossip(claim: Claim) -> bool:
    """The checkpoints that others had verified are of this log."""
    core, left = claim.core, []
    proven = claim.grown
    for known in heard(core):
        if known[1] not in proven and known[1] != claim.point.size:
            left.append(known)
        elif not claim.begins_with(known[1], known[2]):
            return False
    if core.store.get(HEARD):
        core.store.put(HEARD, encode(tuple(left)))
    return True


def _receipts(claim: Claim) -> bool:
    """What the service gave a receipt for is in the log that it signs later."""
    for stream in claim.core.store.outbox_streams():
        kept = claim.core.store.get(receipt_key(stream))
        if kept:
            receipt = decode(open_envelope(kept, "receipt").payload, Receipt)
            if receipt.wseq > claim.point.size and claim.point.at_ms > receipt.recv_ms + LATE_MS:
                return False
    return True


AUDITS: Mapping[str, tuple[str, Callable[[Claim], bool]]] = {
    "size": ("withheld", _size),
    "grown": ("forked", _grown),
    "root": ("forked", _root),
    "heads": ("withheld", _heads),
    "gossip": ("forked", _gossip),
    "receipts": ("receipt_broken", _receipts),
}
"""Name, what the service did where it does not hold, and the check. A test can leave one out."""


def verify(core: Core, page: LogPage) -> None:
    """Verify the checkpoint of a page that reaches the end of the log; Cheated where it contradicts anything.

    A page without one is an older service's; once there were checkpoints their absence is noted.
    """
    if core.member is None:
        return
    before = checked(core)
    if not page.checkpoint:
        if before is not None:
            # An older service, or a log in which this PC was removed: one that was put back may say so itself.
            core.accuse("no_checkpoint", 0, before.note, halt=False)
        return
    try:
        point = checkpoint.read(core.signing, core.state.server_key, core.ward, page.checkpoint)
    except MalformedError:
        raise _evidence(core, "forged_checkpoint", page.size, page.checkpoint) from None
    claim = Claim(core, page, point, before)
    for name, (kind, holds) in AUDITS.items():
        if name in core.audits and not holds(claim):
            raise _evidence(core, kind, page.size, page.checkpoint)
    core.forget_accusations()
    core.store.put(
        CHECKED, encode(Checked(point.size, point.root, point.heads, point.at_ms, page.checkpoint))
    )


def parts_of(detail: bytes) -> tuple[bytes, ...]:
    """Return the parts of an incident's evidence; one part where it is a single signed answer or a hash."""
    try:
        return tuple(part for part in decode(detail, tuple[bytes, ...]) if part)
    except MalformedError:
        return (detail,) if detail else ()


def evidence(core: Core, page: LogPage) -> bytes:
    """Return what is kept of a page that contradicts itself: both checkpoints, and where its entries stand."""
    before = checked(core)
    entries = tuple(item.entry for item in page.items[:SHOWN])
    return encode((b"" if before is None else before.note, page.checkpoint, encode(entries)))


def _evidence(core: Core, kind: str, wseq: int, note: bytes, *more: bytes) -> Cheated:
    """The signed bytes that contradict each other: what was verified before, what came now, and what showed it."""
    before = checked(core)
    return Cheated(kind, wseq, encode((b"" if before is None else before.note, note, *more)))


__all__ = ["AUDITS", "asked", "evidence", "hear", "parts_of", "verify"]
