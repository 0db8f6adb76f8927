"""The Merkle tree and the stream heads of one ward over a store: what its checkpoints say.

The writer keeps the right edge of the tree and the teams' heads in memory and stores, with each entry, the
roots that go with it (WardHead) and the nodes that it completes. Readers, in this or another process,
make proofs from what is stored.
"""

from collections import OrderedDict
from collections.abc import Sequence

from wardcentral.store import DamagedError, Reader, ServerStore, WardHead
from wardproto.control import ControlState
from wardproto.heads import Heads
from wardproto.merkle import Frontier, consistency, frontier_at, inclusion, leaf_hash, root_at
from wardproto.messages import Asked, LogProof
from wardproto.records import Entry, Head
from wardproto.wire import encode

BATCH = 1_000
RECENT = 2_000
"""Sizes whose roots are remembered: what authors have seen is seldom older."""


def entry_leaf(entry: Entry) -> bytes:
    """Return the leaf hash of an entry."""
    return leaf_hash(encode(entry))


class StoredTree:
    """A ward's tree as the store has it (merkle.Nodes)."""

    def __init__(self, reader: Reader, ward: bytes) -> None:
        self._reader = reader
        self._ward = ward

    def nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Leaves are made from their entries; of the levels above what is kept is read."""
        if level == 0:
            found = [entry_leaf(entry) for entry in self._reader.entries(self._ward, first, count)]
        else:
            found = list(self._reader.tree_nodes(self._ward, level, first, count))
        if len(found) != count:
            raise DamagedError("tree")
        return found


class WardTree:
    """The growing end of a ward's tree. It follows the ward's one writer."""

    def __init__(self, store: ServerStore, ward: bytes, state: ControlState, end: WardHead) -> None:
        """Take up where the store ends; a store of before there were trees is completed (within a transaction)."""
        self._store = store
        self._ward = ward
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._heads = Heads()
        try:
            self._frontier = frontier_at(StoredTree(store, ward), end.wseq)
        except DamagedError:
            self._frontier = self._complete(end.wseq)
        for stream, head in store.stream_order(ward):
            self._heads.put(state, stream, head)

    def _complete(self, size: int) -> Frontier:
        """Go through all entries once and keep the nodes that an older program did not."""
        frontier, after = Frontier(), 0
        while after < size:
            entries = self._store.entries(self._ward, after, min(BATCH, size - after))
            if not entries:
                raise DamagedError("tree")
            for entry in entries:
                self._store.add_nodes(self._ward, frontier.append(entry_leaf(entry)))
            after = entries[-1].wseq
        return frontier

    def append(self, state: ControlState, entry: Entry) -> tuple[tuple[int, int, bytes], ...]:
        """Take the next entry; return the nodes that it completes. ``state`` is the one after it."""
        self._remember()
        kept = self._frontier.append(entry_leaf(entry))
        self._heads.put(state, entry.stream, Head(entry.sseq, entry.head))
        return kept

    def _remember(self) -> None:
        self._recent[self._frontier.size] = self._frontier.root()
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def end(self, end: WardHead) -> WardHead:
        """Return the end of the log with the roots that go with it."""
        roots = tuple(self._heads.roots())
        return WardHead(end.wseq, end.recv_ms, self._frontier.root(), roots)

    def root_at(self, size: int) -> bytes | None:
        """The root at a size; None for one that the log has not reached."""
        if size > self._frontier.size:
            return None
        if size == self._frontier.size:
            return self._frontier.root()
        found = self._recent.get(size)
        if found is None:
            found = root_at(StoredTree(self._store, self._ward), size)
        return found


def prove(reader: Reader, ward: bytes, end: WardHead, asked: Asked, last: Entry | None) -> LogProof:
    """Return the proofs that a reader who is not given every entry needs of a checkpoint.

    ``last`` is the newest entry that it is given.
    """
    tree = StoredTree(reader, ward)
    sizes = tuple(size for size in asked.sizes if 0 < size <= end.wseq)
    return LogProof(
        tuple((size, consistency(tree, size, end.wseq)) for size in sizes),
        () if last is None else inclusion(tree, last.wseq - 1, end.wseq),
        end.heads,
    )
