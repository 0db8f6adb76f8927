"""Replay everything that is stored through the same rules and compare what comes out.

A ward's records go, in order and at their times of receipt, into a fresh log in memory: every
signature, chain, control record and admission rule is checked by the code that admitted it.
Then the numbers, heads and tips of the replay are compared with the stored ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from wardcentral.core import WardLog
from wardcentral.memory_store import MemoryStore
from wardcentral.store import Reader, Stored
from wardproto.merkle import STRIDE
from wardproto.messages import PushItem
from wardproto.signing import Signing
from wardproto.wire import CONTROL_STREAM, wrap_hash


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold, in one ward at one wseq (0: the ward as a whole)."""

    ward: bytes
    wseq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was replayed of one ward, and what did not hold."""

    ward: bytes
    entries: int
    controls: int
    streams: int
    findings: tuple[Finding, ...]


def verify(reader: Reader, signing: Signing, secret: bytes) -> Iterator[Report]:
    """Verify ward by ward; a ward's report comes when the ward is done."""
    for ward in reader.wards():
        yield verify_ward(reader, ward, signing, secret)


def verify_ward(reader: Reader, ward: bytes, signing: Signing, secret: bytes) -> Report:
    """Replay one ward. It ends at the first record that does not hold: what follows rests on it."""
    memory = MemoryStore(keep_bodies=False)
    log = WardLog(memory, ward, signing, secret)
    found: list[Finding] = []
    controls = last = 0
    for stored in reader.records(ward, 0):
        wrong = _replay(reader, ward, log, memory, stored)
        if wrong:
            found.append(Finding(ward, last + 1, wrong))
            break
        last = stored.entry.wseq
        controls += stored.entry.stream == CONTROL_STREAM
    if not found:
        found += [Finding(ward, 0, what) for what in _ends_differ(reader, memory, ward)]
    return Report(ward, last, controls, len(list(memory.stream_tips(ward))), tuple(found))


def _replay(reader: Reader, ward: bytes, log: WardLog, memory: MemoryStore, stored: Stored) -> str:
    entry = stored.entry
    if entry.wseq != log.size + 1:
        return "gap"
    wraps = reader.wraps(ward, entry.wseq)
    if tuple(wrap_hash(wrap) for wrap in wraps) != stored.wrap_hashes:
        return "wraps"
    if reader.refusal(ward, entry.hash) is not None:
        return "refused_and_included"
    admit = _admit_control if entry.stream == CONTROL_STREAM else _admit_block
    admit(log, stored, wraps)
    again = memory.record(ward, entry.wseq)
    if again is None:
        return "refused"
    return "" if again.entry == entry else "entry"


def _admit_control(log: WardLog, stored: Stored, wraps: tuple[bytes, ...]) -> None:
    log.push_control(stored.record, wraps, stored.entry.recv_ms)


def _admit_block(log: WardLog, stored: Stored, wraps: tuple[bytes, ...]) -> None:
    log.push_block(PushItem(stored.record, stored.body, wraps), stored.entry.recv_ms)


def _ends_differ(reader: Reader, memory: MemoryStore, ward: bytes) -> Iterator[str]:
    end, again = reader.ward_head(ward), memory.ward_head(ward)
    if (end is None) != (again is None) or (end is not None and not end.agrees(again)):
        yield "ward_head"
    if end is not None and end.root:
        yield from _nodes_differ(reader, memory, ward, end.wseq)
    if list(reader.stream_tips(ward)) != list(memory.stream_tips(ward)):
        yield "stream_head"
    if list(reader.device_tips(ward)) != list(memory.device_tips(ward)):
        yield "device_head"


def _nodes_differ(reader: Reader, memory: Reader, ward: bytes, size: int) -> Iterator[str]:
    """The kept nodes of the tree, of which proofs are made."""
    level = STRIDE
    while count := size >> level:
        if list(reader.tree_nodes(ward, level, 0, count)) != list(memory.tree_nodes(ward, level, 0, count)):
            yield "tree"
        level += STRIDE


def fingerprint(key: bytes) -> str:
    """Return a short name of a public key, for people to compare."""
    shown = sha256(key).hexdigest()[:16]
    return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))
