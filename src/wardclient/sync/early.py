"""A newcomer's team key, looked for at the end of the log before the log is taken over.

A newcomer is admitted at the end of a log that may be long. Taken over in order, every body would be kept
sealed and gone through again when the key comes. So the last entries are asked for once, out of turn.

Nothing in that answer is believed, and nothing of it is kept but a wrap. It is tried against each generation of
the team that the verified control stream brings: only the very secret of that generation's public key passes
(rule K), whoever handed it over. The admission itself is taken over in its place, like every entry.
"""

from wardclient.sync.core import Core
from wardclient.sync.keys import open_early
from wardclient.sync.ports import EarlyKey
from wardproto.control import RefusedError, body_of, read
from wardproto.messages import LogPage
from wardproto.records import DeviceAdd
from wardproto.wire import CONTROL_STREAM, MalformedError

LAST = 50
"""Entries at the end of the log among which a newcomer looks for its admission."""


def wanted(core: Core, size: int) -> bool:
    """Whether the end of a log of ``size`` entries is to be asked for: by a newcomer, once it knows the ward."""
    members = core.state.members
    return size - core.memory.cursor > LAST and bool(members) and core.me.device not in members


def look(core: Core, page: LogPage) -> None:
    """Keep in memory what the end of the log offers this device."""
    for item in page.items:
        if item.entry.stream != CONTROL_STREAM:
            continue
        try:
            header = read(item.record)[1]
            body = body_of(header)
        except (MalformedError, RefusedError):
            continue
        wraps = dict(item.wraps)
        if isinstance(body, DeviceAdd) and body.device.device == core.me.device and 0 in wraps:
            core.early = EarlyKey(wraps[0], header.device)


def learn(core: Core) -> bool:
    """Try the wrap against the team's generation in force here; return whether the team key came."""
    found = core.early
    if found is None:
        return False
    if core.me.device in core.state.members:
        core.early = None
        return False
    return open_early(core, found)


__all__ = ["LAST", "learn", "look", "wanted"]
