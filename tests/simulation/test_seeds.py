"""Thousands of seeded runs: people, faults, hostile members, then peace and judgement.

The seed of a failure replays it: ``run(seed)``. WARDCLIENT_SEEDS raises the volume.
"""

import os

import pytest

from tests.simulation.run import run

SEEDS = int(os.environ.get("WARDCLIENT_SEEDS", "2400"))
TOGETHER = 100


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_every_invariant_holds_whatever_happens(first: int) -> None:
    """I1 to I8, I10, I12, I13, I14, I18 and I19 hold in each run, and an honest ward raises no alarm."""
    for seed in range(first, min(first + TOGETHER, SEEDS)):
        run(seed)


def test_a_seed_replays_the_same_story() -> None:
    """Two runs of one seed do the same, step by step: a failure can be looked at again."""
    first, second = run(77), run(77)
    assert first.steps == second.steps
    assert first.truth.size == second.truth.size
    assert [d.cursor for d in first.devices] == [d.cursor for d in second.devices]


def test_the_runs_reach_what_they_are_to_judge() -> None:
    """In a hundred runs and some every kind of verdict, tray and end comes up, so that no check is idle."""
    reasons, incidents, verdicts, ends = set[str](), set[str](), set[str](), set[str]()
    for seed in range(160):
        world = run(seed)
        for device in world.devices:
            tables = device.store.tables
            reasons |= {each.reason for each in tables.tray.values()}
            incidents |= {kind for kind, _, _ in tables.incidents.values()}
            verdicts |= {verdict for _, _, _, verdict in tables.entries.values()}
            ends.add(device.up.core.flag("stopped"))
    assert reasons == {"closed", "not_member", "rolled_back", "refused"}
    assert incidents >= {"bad_wrap", "malformed_body", "over_claim", "event_number", "rolled_back"}
    assert verdicts >= {"ok", "excluded", "unreadable", "no_body"}
    assert ends == {"", "removed", "rolled_back"}
