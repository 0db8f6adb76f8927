"""Epoch keys on their way to this device: opened at once, or when the team key for them comes.

A newcomer reads the log from its beginning and finds the key of its team only where it was
admitted: until then the wraps of earlier epochs wait here.
"""

from collections.abc import Sequence

from wardclient.sync.closing import ended_key
from wardclient.sync.core import Core
from wardclient.sync.sealing import number
from wardclient.vault.sealing import BadWrapError
from wardclient.vault.team_keys import open_epoch
from wardproto.records import NewEpoch, Record
from wardproto.wire import decode, encode

WAITING = "waiting"
"""The store's count of waiting grants; they stand one by one under ``waiting:<number>``."""


class Grant(Record, frozen=True):
    """A wrap that waits for the team key that opens it: a newcomer is given that key later in the log."""

    stream: bytes
    epoch: int
    new: NewEpoch
    index: int
    wrap: bytes
    granter: bytes


def open_grant(core: Core, grant: Grant, wseq: int) -> bool:
    """Open an epoch's key and keep it; False where the team key for it is not here yet."""
    team, gen = grant.new.recipients[grant.index]
    secret = core.store.team_key(team, gen)
    if secret is None:
        return False
    try:
        key = open_epoch(
            core.sealing,
            core.ward,
            grant.stream,
            grant.epoch,
            grant.new,
            (team, gen),
            secret,
            grant.wrap,
            grant.granter,
        )
    except BadWrapError:
        core.incident("bad_wrap", wseq, grant.new.commit)
        return True
    core.store.put_stream_key(grant.stream, grant.epoch, key)
    return True


def keep_waiting(core: Core, grants: Sequence[Grant], first: int = 0) -> None:
    """Keep grants until a team key comes, after the ``first`` that wait already."""
    for at, grant in enumerate(grants, first):
        core.store.put(f"{WAITING}:{at}", encode(grant))
    core.store.put(WAITING, encode(first + len(grants)))


def keep_only(core: Core) -> None:
    """The log was cut back: grants of epochs that are not in it any more are off."""
    waiting = [decode(core.store.get(f"{WAITING}:{at}") or b"", Grant) for at in range(number(core, WAITING))]
    left = [grant for grant in waiting if grant.epoch <= core.store.epoch(grant.stream).number]
    if len(left) < len(waiting):
        keep_waiting(core, left)


def _is_deleted(core: Core, grant: Grant) -> bool:
    """Whether its stream has ended, and its content is deleted here: its key is wanted no more."""
    found = core.state.streams.get(grant.stream)
    return found is not None and found.partner == core.team and bool(core.store.get(ended_key(grant.stream)))


def open_grants(core: Core) -> Sequence[bytes]:
    """Open the grants whose team key has come; return their streams."""
    waiting = [decode(core.store.get(f"{WAITING}:{at}") or b"", Grant) for at in range(number(core, WAITING))]
    left = [grant for grant in waiting if not _is_deleted(core, grant) and not open_grant(core, grant, 0)]
    if len(left) < len(waiting):
        for at in range(len(left), len(waiting)):
            core.store.put(f"{WAITING}:{at}", b"")
        keep_waiting(core, left)
    still = {(grant.stream, grant.epoch) for grant in left}
    return tuple(dict.fromkeys(g.stream for g in waiting if (g.stream, g.epoch) not in still))
