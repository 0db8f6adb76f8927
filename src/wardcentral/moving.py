"""Move a ward from one cell's store to another's: freeze, replay, compare, flip, or abort.

Nothing is copied blindly: every record goes, at its time of receipt, through the admission rules into
the log of the target, as when a store is verified, and the entry that comes out (its numbers, time and
stream head) must be the one that went in. So the target's heads are recomputed, not taken over.

The order of the flip keeps two cells from writing one ward, whatever is cut off in the middle: the
source gives the ward away before the target opens it. Between the two nobody serves it, and the same
command run again goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from wardcentral.core import WardLog
from wardcentral.placement import HERE, Placement
from wardcentral.store import Reader, ServerStore, Stored
from wardproto.messages import PushItem
from wardproto.signing import Signing
from wardproto.wire import CONTROL_STREAM, wrap_hash

BATCH = 500
"""Records of one transaction at the target."""


class NotMovedError(Exception):
    """The ward stays, or waits, where it is; ``code`` names why.

    ``unknown_ward``: the source does not hold it; ``taken``: the target serves it already;
    ``moved``: it was given to another address; ``feed_differs``: the feed of openings did not arrive as it was named
    (nothing is changed); ``differs``: what came out at the target is not what the
    source holds (the copy is dropped and the source goes on).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Moved:
    """What the target holds now."""

    entries: int
    streams: int
    refusals: int


def move_ward(
    source: ServerStore,
    target: ServerStore,
    ward: bytes,
    address: str,
    signing: Signing,
    secret: bytes,
    *,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    carry: Callable[[], None] = lambda: None,
) -> Moved:
    """Move ``ward`` to the store of the cell at ``address``; NotMovedError leaves the source serving.

    A ward may come back to a cell that gave it away: its log goes on where that cell's ends. ``carry`` brings along what lies
    beside the log (the feed of openings), while nobody writes; NotMovedError there ends the move as well.
    ``progress`` is told how many records of how many are there; an exception of its own (a person who
    cancels) aborts the move like any other failure.
    """
    if source.ward_head(ward) is None:
        raise NotMovedError("unknown_ward")
    given = source.placement(ward)
    if given.state == "moved" and given.address != address:
        raise NotMovedError("moved")
    there = target.placement(ward)
    if target.ward_head(ward) is not None and there.state != "incoming":
        if there.state == "moved" and given.state == "moved":
            raise NotMovedError("moved")  # the target gave it on
        if there.state != "moved" and given.state != "moved":
            raise NotMovedError("taken")
        if there.state != "moved":
            return _count(target, ward)  # it was all done before
    _place(source, ward, Placement("frozen") if given.state != "moved" else given)
    # A ward that comes back keeps what it left behind, and where it went to in case it does not come.
    _place(target, ward, Placement("incoming", there.address))
    try:
        _copy(source, target, ward, signing, secret, progress)
        _compare(source, target, ward)
        carry()
    except BaseException:
        if given.state != "moved":
            _give_up(target, ward, there.address)
            _place(source, ward, HERE)
        raise
    _place(source, ward, Placement("moved", address))
    _place(target, ward, HERE)
    return _count(target, ward)


def _give_up(target: ServerStore, ward: bytes, before: str) -> None:
    """Leave the target as it was: without the ward, or with what is left of a ward that it gave away."""
    if before:
        _place(target, ward, Placement("moved", before))
    else:
        with target.transaction():
            target.drop_ward(ward)


def _place(store: ServerStore, ward: bytes, placement: Placement) -> None:
    with store.transaction():
        store.place(ward, placement)


def _copy(
    source: Reader,
    target: ServerStore,
    ward: bytes,
    signing: Signing,
    secret: bytes,
    progress: Callable[[int, int], None],
) -> None:
    """Replay what the target does not hold yet; a copy that was cut off goes on where it ended."""
    end = source.ward_head(ward)
    held = target.ward_head(ward)
    last, total = held.wseq if held else 0, end.wseq if end else 0
    log = WardLog(target, ward, signing, secret)
    records = source.records(ward, last)
    while batch := list(islice(records, BATCH)):
        with target.transaction():
            for stored in batch:
                _replay(source, log, target, ward, stored)
        last = batch[-1].entry.wseq
        progress(last, total)
    waiting = {invite for invite, _, _ in source.join_requests(ward)}
    with target.transaction():
        gone = [invite for invite, _, _ in target.join_requests(ward) if invite not in waiting]
        if gone:
            target.drop_join_requests(ward, gone, 0)
        for name, code, answer in source.refusals(ward):
            if target.refusal(ward, name) is None:
                target.add_refusal(ward, name, code, answer)
        for invite, request, until_ms in source.join_requests(ward):
            target.put_join_request(ward, invite, request, until_ms)


def _replay(source: Reader, log: WardLog, target: ServerStore, ward: bytes, stored: Stored) -> None:
    entry = stored.entry
    wraps = source.wraps(ward, entry.wseq)
    if tuple(wrap_hash(wrap) for wrap in wraps) != stored.wrap_hashes:
        raise NotMovedError("differs")
    if entry.stream == CONTROL_STREAM:
        log.push_control(stored.record, wraps, entry.recv_ms)
    else:
        log.push_block(PushItem(stored.record, stored.body, wraps), entry.recv_ms)
    if target.entry_by_hash(ward, entry.hash) != entry:
        raise NotMovedError("differs")


def _compare(source: Reader, target: Reader, ward: bytes) -> None:
    """Compare the ends of the two logs; NotMovedError where they differ in anything."""
    end = source.ward_head(ward)
    differs = (
        (end is not None and not end.agrees(target.ward_head(ward)))
        or list(source.stream_tips(ward)) != list(target.stream_tips(ward))
        or list(source.device_tips(ward)) != list(target.device_tips(ward))
        or sorted(source.refusals(ward)) != sorted(target.refusals(ward))
        or sorted(source.join_requests(ward)) != sorted(target.join_requests(ward))
    )
    if differs:
        raise NotMovedError("differs")


def _count(store: Reader, ward: bytes) -> Moved:
    end = store.ward_head(ward)
    return Moved(
        end.wseq if end else 0, sum(1 for _ in store.stream_tips(ward)), sum(1 for _ in store.refusals(ward))
    )
