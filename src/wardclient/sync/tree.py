"""The ward's log as it was taken over here: its Merkle tree and the heads of its streams.

Made from the store, and made again from it whenever a change was undone. A device of the founding
team has the whole tree, others the heads of what they are given.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from wardclient.sync.ports import Store
from wardproto.control import ControlState
from wardproto.heads import Heads, TeamHeads, given
from wardproto.merkle import Frontier, frontier_at, leaf_hash, root_at
from wardproto.records import Entry, Head
from wardproto.wire import decode, encode

TREE = "tree"
RECENT = 4_000
"""Sizes whose roots are remembered: what authors have seen is seldom older."""
BATCH = 1_000


class LocalTree:
    """The ward's tree as this database has it (merkle.Nodes); only where every entry is given."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Leaves are made from their entries; of the levels above what is kept is read."""
        if level:
            return self._store.tree_nodes(level, first, count)
        return [leaf_hash(encode(entry)) for entry in self._store.entries(first, count)]


class LogTree:
    """What was taken over so far, as the service must have signed it. It follows the store."""

    def __init__(self, store: Store, team: str, state: Callable[[], ControlState]) -> None:
        """``state`` answers the control state as far as it was taken over."""
        self._store = store
        self._team = team
        self._state = state
        self.forget()

    def forget(self) -> None:
        """What was taken over last was undone: all is made again from the store when it is needed."""
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._frontier: Frontier | None = None
        self._heads: Heads | TeamHeads | None = None
        self._changed: dict[bytes, Head] = {}

    @property
    def full(self) -> bool:
        """Whether this device is given every entry."""
        return bool(home := self._state().home) and self._team == home

    def take(self, entry: Entry) -> None:
        """The next entry was taken over and stored."""
        self._changed[entry.stream] = Head(entry.sseq, entry.head)
        if self.full:
            frontier = self._tree(entry.wseq - 1)
            self._store.add_nodes(frontier.append(leaf_hash(encode(entry))))
            self._recent[frontier.size] = frontier.root()
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _tree(self, size: int) -> Frontier:
        if self._frontier is None or self._frontier.size != size:
            kept = decode(self._store.get(TREE) or encode((0, ())), tuple[int, tuple[bytes, ...]])
            self._frontier = Frontier(*kept) if kept[0] == size else self._grown(size)
        return self._frontier

    def _grown(self, size: int) -> Frontier:
        """Go through what is stored once: an older program kept no tree, or the log is fetched anew."""
        frontier = Frontier()
        while frontier.size < size:
            for entry in self._store.entries(frontier.size, min(BATCH, size - frontier.size)):
                self._store.add_nodes(frontier.append(leaf_hash(encode(entry))))
        return frontier

    def go_back(self, size: int) -> None:
        """The log is cut back to ``size`` entries, which are here: so is the tree."""
        self.forget()
        if self.full:
            frontier = frontier_at(LocalTree(self._store), size)
            self._store.put(TREE, encode((size, frontier.peaks)))

    def keep(self) -> None:
        """Keep the right edge of the tree with what was taken over."""
        if self._frontier is not None:
            self._store.put(TREE, encode((self._frontier.size, self._frontier.peaks)))

    def root(self, size: int) -> bytes:
        """The root of the whole log; of a device that is given every entry."""
        return self._tree(size).root()

    def root_at(self, size: int, here: int) -> bytes | None:
        """The root at an earlier size, as of the place after ``here`` entries; empty beyond it, None unknown."""
        if size > here:
            return b""
        if not self.full:
            return None
        if size == here:
            return self.root(here)
        found = self._recent.get(size)
        return root_at(LocalTree(self._store), size) if found is None else found

    def heads(self) -> Heads | TeamHeads:
        """The heads of all streams, brought up to what was taken over."""
        state, team = self._state(), self._team
        if self._heads is None:
            self._heads = Heads() if self.full else TeamHeads()
            self._changed = dict(self._store.stream_order())
        for stream, head in self._changed.items():
            if isinstance(self._heads, Heads):
                self._heads.put(state, stream, head)
            elif given(state, team, stream):
                self._heads.put(stream, head)
        self._changed = {}
        return self._heads
