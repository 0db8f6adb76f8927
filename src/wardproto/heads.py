"""The heads root: one hash over the ends of all streams, so that a withheld tail shows.

For each team there is one tree over the streams that it is given (`given`), in the order of their first
entries: a leaf is (stream, sseq, head). The heads root is the root over (team, root of the team), sorted
by team. The founding team is given every stream and can make all of it; another team makes its own root
from what it holds, so that a stream that is kept from it altogether shows as well as a tail, and finds it in
the heads root by an inclusion proof of one or two hashes.
"""

from collections.abc import Iterable, Sequence

from wardproto.control import ControlState
from wardproto.merkle import Frontier, Shelf, leaf_hash
from wardproto.records import Head
from wardproto.wire import CONTROL_STREAM, encode


def given(state: ControlState, team: str, stream: bytes) -> bool:
    """Whether the entries of a stream are handed to a team."""
    if team == state.home or stream == CONTROL_STREAM:
        return True
    found = state.streams.get(stream)
    return found is not None and (found.kind == "feed" or team in (found.owner, found.partner))


def head_leaf(stream: bytes, head: Head) -> bytes:
    """Return the leaf hash of a stream's end."""
    return leaf_hash(encode((stream, head.sseq, head.hash)))


def team_leaf(team: str, root: bytes) -> bytes:
    """Return the leaf hash of a team's root."""
    return leaf_hash(encode((team, root)))


class TeamHeads:
    """The ends of the streams of one team."""

    def __init__(self, heads: Iterable[tuple[bytes, Head]] = ()) -> None:
        """``heads`` come in the order of the streams' first entries."""
        self._shelf = Shelf()
        self._places: dict[bytes, int] = {}
        for stream, head in heads:
            self.put(stream, head)

    def put(self, stream: bytes, head: Head) -> None:
        """A stream ends here now."""
        place = self._places.setdefault(stream, len(self._places))
        self._shelf.put(place, head_leaf(stream, head))

    def root(self) -> bytes:
        """Return the team's root."""
        return self._shelf.root()


class Heads:
    """The ends of all streams of a ward, for those who are given every entry.

    Teams are those of the ward's first record; one that is added later needs a rule for what came before it.
    """

    def __init__(self) -> None:
        self._teams: dict[str, TeamHeads] = {}

    def put(self, state: ControlState, stream: bytes, head: Head) -> None:
        """A stream ends here now; ``state`` is the control state after that entry."""
        for team in state.teams:
            held = self._teams.setdefault(team, TeamHeads())
            if given(state, team, stream):
                held.put(stream, head)

    def roots(self) -> Sequence[tuple[str, bytes]]:
        """Return (team, root), sorted by team."""
        return [(team, self._teams[team].root()) for team in sorted(self._teams)]

    def root(self) -> bytes:
        """Return the heads root."""
        return over_teams(self.roots())


def over_teams(roots: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the heads root over (team, root), sorted by team."""
    frontier = Frontier()
    for team, held in roots:
        frontier.append(team_leaf(team, held))
    return frontier.root()
