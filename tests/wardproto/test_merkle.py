"""The Merkle tree: vectors from outside, a second implementation, and properties."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from wardproto.merkle import (
    EMPTY_ROOT,
    Frontier,
    Shelf,
    check_consistency,
    check_inclusion,
    consistency,
    frontier_at,
    inclusion,
    leaf_hash,
    root,
    root_at,
)

CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""Leaves and results of the reference tests of Certificate Transparency (google/certificate-transparency,
cpp/merkletree/merkle_tree_test.cc; transparency-dev/merkle, testonly/constants.go)."""
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION: dict[int, tuple[str, ...]] = {
    0: (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    5: (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
CT_CONSISTENCY: dict[tuple[int, int], tuple[str, ...]] = {
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


class Kept:
    """A tree that keeps its leaves and every eighth level."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = [leaf_hash(leaf) for leaf in leaves]
        self.kept: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for leaf in self.leaves:
            self.kept |= {(level, index): held for level, index, held in frontier.append(leaf)}

    def nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return self.leaves[first : first + count]
        return [self.kept[level, index] for index in range(first, first + count)]


BIG = Kept([b"%d" % number for number in range(1_500)])
LARGE = 70_000


def hexes(proof: Sequence[bytes]) -> tuple[str, ...]:
    """Proofs as the vectors write them."""
    return tuple(part.hex() for part in proof)


def test_the_reference_roots_and_proofs_come_out() -> None:
    """Every published root and proof."""
    tree = Kept(CT_LEAVES)
    assert [root_at(tree, size).hex() for size in range(9)] == CT_ROOTS
    assert [root(tree.leaves[:size]).hex() for size in range(9)] == CT_ROOTS
    for index, proof in CT_INCLUSION.items():
        assert hexes(inclusion(tree, index, 8)) == proof
        parts = [bytes.fromhex(part) for part in proof]
        assert check_inclusion(tree.leaves[index], index, 8, parts, bytes.fromhex(CT_ROOTS[8]))
    for (old, new), proof in CT_CONSISTENCY.items():
        assert hexes(consistency(tree, old, new)) == proof
        roots = bytes.fromhex(CT_ROOTS[old]), bytes.fromhex(CT_ROOTS[new])
        assert check_consistency(old, new, [bytes.fromhex(part) for part in proof], *roots)


@given(st.integers(0, 1_500), st.integers(0, 1_500))
def test_another_implementation_agrees(size: int, index: int) -> None:
    """The tree of pymerkle has the same roots and the same inclusion proofs; ours between its roots hold."""
    other = InmemoryTree(algorithm="sha256")
    size = size % 300 + 1
    for number in range(size):
        other.append_entry(b"%d" % number)
    index %= size
    assert other.get_root() == root_at(BIG, size)
    theirs = other.prove_inclusion(index + 1, size).serialize()["path"]
    assert [part.hex() for part in inclusion(BIG, index, size)] == theirs[1:]
    old = index + 1
    proof = consistency(BIG, old, size)
    assert check_consistency(old, size, proof, other.get_root(old), other.get_root())


@given(st.integers(1, 1_500), st.integers(0, 1_499))
def test_every_leaf_is_proven_in_every_size_and_nothing_else_is(size: int, index: int) -> None:
    """Another leaf, place, size or length of the proof is not."""
    index %= size
    top, proof = root_at(BIG, size), inclusion(BIG, index, size)
    leaf = BIG.leaves[index]
    assert check_inclusion(leaf, index, size, proof, top)
    assert not check_inclusion(leaf_hash(b"other"), index, size, proof, top)
    assert not check_inclusion(leaf, index, size, (*proof, b"x" * 32), top)
    assert size == 1 or not check_inclusion(leaf, index, size, proof[:-1], top)
    assert size == 1 or not check_inclusion(leaf, (index + 1) % size, size, proof, top)
    assert not check_inclusion(leaf, size, size, proof, top)


@given(st.integers(0, 1_500), st.integers(0, 1_500), st.integers(0, 40))
def test_a_later_tree_is_proven_to_begin_with_the_earlier_one(one: int, other: int, at: int) -> None:
    """And no other root, and no bent proof, is."""
    old, new = sorted((one, other))
    was, now, proof = root_at(BIG, old), root_at(BIG, new), consistency(BIG, old, new)
    assert check_consistency(old, new, proof, was, now)
    assert not check_consistency(old, new, (*proof, b"x" * 32), was, now)
    if 0 < old < new:
        assert not check_consistency(old, new, proof, b"x" * 32, now)
        assert not check_consistency(old, new, proof, was, b"x" * 32)
        assert not check_consistency(old, new, proof[:-1], was, now)
        bent = list(proof)
        bent[at % len(bent)] = b"y" * 32
        assert not check_consistency(old, new, bent, was, now)


@given(st.integers(0, 1_500))
def test_the_right_edge_is_found_again(size: int) -> None:
    """What a restarted service makes from the kept nodes goes on as if it had never stopped."""
    frontier = frontier_at(BIG, size)
    assert frontier.root() == root_at(BIG, size)
    for number in range(size, min(size + 5, 1_500)):
        kept = frontier.append(BIG.leaves[number])
        assert all(BIG.kept[level, index] == held for level, index, held in kept)
        assert frontier.root() == root_at(BIG, number + 1)


def test_two_kept_levels_are_enough_for_a_large_tree() -> None:
    """Around 256 and 65,536 leaves, where kept nodes are completed."""
    tree = Kept([b"%d" % number for number in range(LARGE)])
    assert (16, 0) in tree.kept
    assert root_at(tree, LARGE) == root(tree.leaves)
    for old in (255, 256, 257, 65_535, 65_536, 65_537, LARGE - 1):
        proof = consistency(tree, old, LARGE)
        assert check_consistency(old, LARGE, proof, root(tree.leaves[:old]), root_at(tree, LARGE))


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=4)), max_size=120))
def test_a_shelf_has_the_root_of_its_leaves(puts: list[tuple[int, bytes]]) -> None:
    """Whatever is put where, in whatever order."""
    shelf, leaves = Shelf(), list[bytes]()
    assert shelf.root() == EMPTY_ROOT
    for at, data in puts:
        index = min(at, len(leaves))
        leaves[index : index + 1] = [leaf_hash(data)]
        shelf.put(index, leaf_hash(data))
        assert shelf.root() == root(leaves)
        assert len(shelf) == len(leaves)


def test_a_frontier_needs_the_peaks_of_its_size() -> None:
    """A damaged frontier is not taken."""
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [b"x" * 32])
