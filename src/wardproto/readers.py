"""R: the readers of a stream, a pure function of the control log and the server's time.

Nobody grants keys. A key epoch is valid only when it is wrapped to exactly R, and the
same comparison covers joining, removal, consent, withdrawal and expiry.
"""

from dataclasses import dataclass
from typing import Literal

from wardproto.control import ControlState
from wardproto.records import Recipient


@dataclass(frozen=True, slots=True)
class Audience:
    """R at a position, or why there is none.

    ``open``: ``recipients`` may read and write. ``dirty``: a team has no valid generation, so
    R is undefined until a member posts one. ``early``: a consent that has not begun.
    ``closed``: withdrawn, expired or closed. ``unknown``: no such stream.
    """

    state: Literal["open", "dirty", "early", "closed", "unknown"]
    recipients: tuple[Recipient, ...] = ()

    @property
    def teams(self) -> frozenset[str]:
        """The teams in R."""
        return frozenset(team for team, _ in self.recipients)


def audience(state: ControlState, stream_id: bytes, recv_ms: int) -> Audience:
    """Return R(stream) at the position of ``state`` and server time ``recv_ms``."""
    stream = state.streams.get(stream_id)
    if stream is None:
        return Audience("unknown")
    if stream.closed:
        return Audience("closed")
    teams = [stream.owner]
    if stream.kind == "joint":
        consent = state.consents[stream.consent]
        if not consent.in_force(recv_ms):
            return Audience("early" if recv_ms < consent.from_ms else "closed")
        teams.append(stream.partner)
    if any(state.teams[team].dirty for team in teams):
        return Audience("dirty")
    return Audience("open", tuple(sorted((team, state.teams[team].gen) for team in teams)))


def may_fetch(state: ControlState, stream_id: bytes, team: str, now_ms: int) -> bool:
    """Whether the server may hand bodies and wraps of this stream to ``team`` now.

    The owner keeps its history of a closed stream; the partner is handed nothing more.
    """
    stream = state.streams.get(stream_id)
    if stream is None:
        return False
    if stream.kind == "feed" or stream.owner == team:
        return True
    if stream.kind != "joint" or stream.partner != team or stream.closed:
        return False
    return now_ms < state.consents[stream.consent].until_ms
