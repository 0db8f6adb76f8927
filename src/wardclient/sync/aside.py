"""What a restored log has lost of others' work: kept readable here, and known again when it comes back.

Its author's PC seals it anew, so the block is another; the event is the same: its name (stream, device, number) and its
content, but for what it replaces, which may be gone from the log.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from wardclient.ledger.events import Del, Op, Put
from wardclient.ledger.reduce import decode_event
from wardclient.sync.core import Core
from wardclient.sync.ports import OpenedEvent
from wardproto.wire import MalformedError, encode

ASIDE = "aside"
"""Set while anything is set aside."""


def content_hash(event: bytes) -> bytes:
    """Return the hash of what an event says, whatever it replaces; MalformedError."""
    read = decode_event(event)
    found = read.event
    said = [raw if op is None else _bare(op) for raw, op in zip(found.ops, read.ops, strict=True)]
    return sha256(encode((found.n, found.type, found.ver, found.hlc, found.staff, said))).digest()


def _bare(op: Op) -> Op:
    if isinstance(op, Put):
        return msgspec.structs.replace(op, over=())
    return msgspec.structs.replace(op, adds=()) if isinstance(op, Del) else op


def recognise(core: Core, events: Sequence[OpenedEvent]) -> None:
    """Let go of what was set aside and is in the log again; what differs stays where a person sees it."""
    if not core.store.get(ASIDE):
        return
    waiting = {(each.stream, each.author, each.n): each for each in core.store.set_aside()}
    for event in events:
        name = (event.stream, event.author, event.n)
        before = waiting.get(name)
        if before is not None and same(before.event, event.event):
            core.store.came_back(*name)
            del waiting[name]
    if not waiting:
        core.store.put(ASIDE, b"")


def same(one: bytes, other: bytes) -> bool:
    """Whether two events say the same."""
    try:
        return content_hash(one) == content_hash(other)
    except MalformedError:
        return one == other


__all__ = ["ASIDE", "content_hash", "recognise", "same"]
