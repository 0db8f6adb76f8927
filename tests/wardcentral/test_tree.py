"""The tree over each store: kept nodes, proofs of any size, and logs that an older program wrote."""

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.conftest import Desk
from wardcentral.core import WardLog
from wardcentral.store import WardHead
from wardcentral.tree import StoredTree, entry_leaf, prove
from wardcentral.verify import verify_ward
from wardproto import checkpoint
from wardproto.merkle import check_consistency, check_inclusion, root
from wardproto.messages import Asked

BLOCKS = 270
"""Enough for one kept node and some more."""


def filled(desk: Desk) -> list[bytes]:
    """A log of some length; return its leaves."""
    stream = desk.stream()
    for _ in range(BLOCKS):
        desk.took(desk.ward.block(desk.ward.founder, stream))
    return [entry_leaf(entry) for entry in desk.store.entries(desk.ward.id, 0, 10_000)]


def test_the_stored_end_has_the_root_of_all_entries_and_a_restart_goes_on(desk: Desk) -> None:
    """Made entry by entry, from the kept nodes after a restart, and from scratch: the same."""
    leaves = filled(desk)
    end = desk.store.ward_head(desk.ward.id)
    assert end is not None
    assert end.root == root(leaves)
    assert len(desk.store.tree_nodes(desk.ward.id, 8, 0, 10)) == 1
    desk.reopen()
    assert desk.log.snapshot().end == end
    desk.took(desk.ward.block(desk.ward.founder, desk.stream()))
    after = desk.store.ward_head(desk.ward.id)
    assert after is not None
    assert after.root == root([entry_leaf(e) for e in desk.store.entries(desk.ward.id, 0, 10_000)])


def test_proofs_are_made_from_what_is_stored(desk: Desk) -> None:
    """Consistency from any size and inclusion of any entry hold against the signed checkpoint."""
    leaves = filled(desk)
    page = desk.log.page(desk.ward.founder.id, len(leaves), 10, desk.now_ms)
    point = checkpoint.read(SIGNING, desk.ward.state.server_key, desk.ward.id, page.checkpoint)
    assert (point.size, point.root) == (len(leaves), root(leaves))
    end = desk.log.snapshot().end
    sizes = (1, 2, 255, 256, 257, len(leaves))
    for wseq in (1, 255, 256, 257, len(leaves)):
        (last,) = desk.store.entries(desk.ward.id, wseq - 1, 1)
        proof = prove(desk.store, desk.ward.id, end, Asked(sizes), last)
        assert check_inclusion(leaves[wseq - 1], wseq - 1, end.wseq, proof.last, end.root)
        assert [size for size, _ in proof.grown] == list(sizes)
        for size, path in proof.grown:
            assert check_consistency(size, end.wseq, path, root(leaves[:size]), end.root)
    beyond = prove(desk.store, desk.ward.id, end, Asked((0, len(leaves) + 1)), None)
    assert beyond.grown == ()


def test_a_log_that_an_older_program_wrote_last_is_completed(desk: Desk) -> None:
    """Its end has no roots, or those of an earlier size: they are made again, and the log verifies."""
    leaves = filled(desk)
    whole = desk.store.ward_head(desk.ward.id)
    assert whole is not None
    with desk.store.transaction():
        desk.store.set_end(desk.ward.id, WardHead(whole.wseq, whole.recv_ms))
    assert desk.store.ward_head(desk.ward.id) == WardHead(whole.wseq, whole.recv_ms)
    assert verify_ward(desk.store, desk.ward.id, SIGNING, desk.secret).findings == ()
    with desk.store.transaction():
        again = WardLog(desk.store, desk.ward.id, SIGNING, desk.secret)
    assert again.snapshot().end == desk.store.ward_head(desk.ward.id) == whole
    stale = WardHead.read(whole.wseq + 1, whole.recv_ms, *whole.row()[2:])
    assert stale.root == b""
    assert StoredTree(desk.store, desk.ward.id).nodes(0, 0, 3) == leaves[:3]


def test_a_kept_node_that_was_changed_is_found(desk: Desk) -> None:
    """`verify` compares what proofs are made of with what the entries give."""
    filled(desk)
    with desk.store.transaction():
        desk.store.add_nodes(desk.ward.id, [(16, 0, b"x" * 32)])
    assert verify_ward(desk.store, desk.ward.id, SIGNING, desk.secret).findings == ()
    wrong = WardHead(desk.log.size, desk.now_ms, b"x" * 32, desk.log.snapshot().end.heads)
    with desk.store.transaction():
        desk.store.set_end(desk.ward.id, wrong)
    assert "ward_head" in {
        f.what for f in verify_ward(desk.store, desk.ward.id, SIGNING, desk.secret).findings
    }
