"""The Merkle tree of RFC 6962 (section 2.1) over a ward's log: roots, proofs, and checking them.

Pure functions over hashes. Who has all leaves (the service, and PCs that are given every entry)
keeps besides them the roots of complete subtrees of every eighth level, one hash for 256 of the
level below: any root and any proof of any size then costs a few short reads (`Nodes`). Who has not
checks proofs with `check_inclusion` and `check_consistency`, after RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from typing import Protocol

EMPTY_ROOT = sha256(b"").digest()
STRIDE = 8
"""Of every so many levels one is kept."""
MOST_PROOF = 64
"""Hashes in a proof: no tree here is deeper."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees, the left one complete."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; EMPTY_ROOT over none."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: what is needed to append and to know the root, at most 64 hashes."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """``peaks`` are the roots of the complete subtrees that ``size`` leaves make, the widest first."""
        if len(peaks) != size.bit_count():
            raise ValueError("peaks")
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, the widest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> tuple[tuple[int, int, bytes], ...]:
        """Add a leaf hash; return the kept nodes that it completes: (level, index, hash)."""
        kept: list[tuple[int, int, bytes]] = []
        level, index, held = 0, self.size, leaf
        while index & 1:
            held = node_hash(self._peaks.pop(), held)
            level, index = level + 1, index >> 1
            if level % STRIDE == 0:
                kept.append((level, index, held))
        self._peaks.append(held)
        self.size += 1
        return tuple(kept)

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        held = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            held = node_hash(peak, held)
        return held

    def copy(self) -> "Frontier":
        """Return one that goes on by itself."""
        return Frontier(self.size, self._peaks)


class Shelf:
    """A small tree held whole, whose leaves change in place: each change costs one path to the root."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def put(self, index: int, leaf: bytes) -> None:
        """Set a leaf hash, or add the next one."""
        level = 0
        while True:
            row = self._levels[level]
            if index == len(row):
                row.append(leaf)
            else:
                row[index] = leaf
            if len(row) == 1:
                del self._levels[level + 1 :]
                return
            if level + 1 == len(self._levels):
                # The tree has become one level higher: what was its root is the first of the new row.
                self._levels.append([node_hash(row[0], row[1])])
            left = index & ~1
            # A last one without a neighbour is its own subtree's root: carried up as it is.
            leaf = node_hash(row[left], row[left + 1]) if left + 1 < len(row) else row[left]
            index >>= 1
            level += 1

    def root(self) -> bytes:
        """Return the root; EMPTY_ROOT of nothing."""
        return self._levels[-1][0] if self._levels[0] else EMPTY_ROOT


class Nodes(Protocol):
    """A tree as it is kept."""

    def nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """The roots of complete subtrees of 2**level leaves, level 0, 8, 16 …: ``count`` from number ``first`` on."""


def root_at(tree: Nodes, size: int) -> bytes:
    """Return the root that the tree had at ``size``."""
    return _span(tree, 0, size) if size else EMPTY_ROOT


def frontier_at(tree: Nodes, size: int) -> Frontier:
    """Return the right edge that the tree had at ``size``."""
    return Frontier(size, [_span(tree, first, first + width) for first, width in _parts(0, size)])


def inclusion(tree: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the leaf ``index`` stands in the tree of ``size`` leaves."""
    return tuple(_path(tree, index, 0, size))


def consistency(tree: Nodes, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of ``new`` leaves begins with that of ``old``; empty for the same or none."""
    if old in {0, new}:
        return ()
    return tuple(_grown(tree, old, 0, new, whole=True))


def _span(tree: Nodes, first: int, last: int) -> bytes:
    """The root over the leaves from ``first`` to before ``last``; ``first`` is aligned to what it begins."""
    parts = list(_parts(first, last))
    hashes = [_complete(tree, at, width.bit_length() - 1) for at, width in parts]
    held = hashes[-1]
    for left in reversed(hashes[:-1]):
        held = node_hash(left, held)
    return held


def _parts(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees (first leaf, width) that a span is made of, the widest first."""
    while first < last:
        width = 1 << ((last - first).bit_length() - 1)
        yield first, width
        first += width


def _complete(tree: Nodes, first: int, level: int) -> bytes:
    """The root of one complete subtree, from the nearest level that is kept."""
    base = level - level % STRIDE
    row = list(tree.nodes(base, first >> base, 1 << (level - base)))
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _split(width: int) -> int:
    """The widest complete subtree on the left of a tree of ``width`` leaves, at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _path(tree: Nodes, index: int, first: int, last: int) -> Iterator[bytes]:
    if last - first == 1:
        return
    middle = first + _split(last - first)
    if index < middle:
        yield from chain(_path(tree, index, first, middle), (_span(tree, middle, last),))
    else:
        yield from chain(_path(tree, index, middle, last), (_span(tree, first, middle),))


def _grown(tree: Nodes, old: int, first: int, last: int, *, whole: bool) -> Iterator[bytes]:
    """PROOF and SUBPROOF of RFC 6962 2.1.2; ``whole``: the old tree's root is known to the reader."""
    if old == last:
        if not whole:
            yield _span(tree, first, last)
        return
    middle = first + _split(last - first)
    if old <= middle:
        yield from chain(_grown(tree, old, first, middle, whole=whole), (_span(tree, middle, last),))
    else:
        yield from chain(_grown(tree, old, middle, last, whole=False), (_span(tree, first, middle),))


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that the leaf hash stands at ``index`` in the tree with this size and root."""
    if not 0 <= index < size or len(proof) > MOST_PROOF:
        return False
    here, last, held = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            held = node_hash(sibling, held)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            held = node_hash(held, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and held == root


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether ``proof`` shows that the tree (new, new_root) begins with the tree (old, old_root)."""
    if not 0 <= old <= new or len(proof) > MOST_PROOF:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    hashes = list(proof)
    if old & (old - 1) == 0:
        # The old tree is complete: its root is the first hash, which the reader has.
        hashes.insert(0, old_root)
    if not hashes:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = now = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root
