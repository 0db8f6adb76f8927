"""I9: a service that shows two logs, goes back, or hides something is found out, once, with evidence.

That an honest service never is, whatever crashes and is cut off, is shown by the runs of test_seeds.
"""

import pytest

from tests.simulation.service import TRICKS, Ward
from wardclient.sync.audit import AUDITS
from wardclient.sync.core import ALL_AUDITS, RESTORES

SEEDS = range(12)


@pytest.mark.parametrize("name", sorted(TRICKS))
def test_a_trick_raises_one_clear_alarm(name: str) -> None:
    """Every PC that it is played on stops fetching, says why once, keeps the signed bytes and its own work."""
    trick, _, kind = TRICKS[name]
    for seed in SEEDS:
        ward = Ward(seed)
        for device in trick(ward):
            halted = device.up.core.flag("halted")
            assert halted, (seed, device.name, ward.alarms(device))
            assert not kind or halted == kind, (seed, device.name, halted)
            assert ward.alarms(device).count(halted) == 1
            evidence = [
                detail for found, _, detail in device.store.tables.incidents.values() if found == halted
            ]
            assert all(evidence)
            before = device.up.status().unsent
            device.up.record(ward.joint, "edit", [])
            assert device.up.status().unsent == before + 1


@pytest.mark.parametrize("name", sorted(n for n, (_, checks, _) in TRICKS.items() if checks))
def test_without_its_checks_a_trick_goes_unnoticed(name: str) -> None:
    """Switched off, nobody notices within these seeds: the checks are what finds it out."""
    trick, checks, _ = TRICKS[name]
    unnoticed = 0
    for seed in SEEDS:
        ward = Ward(seed, audits=ALL_AUDITS - checks)
        unnoticed += any(not device.up.core.flag("halted") for device in trick(ward))
    assert unnoticed


def test_every_check_is_needed() -> None:
    """A check that is added needs a trick that it finds out."""
    assert set(AUDITS) | RESTORES == ALL_AUDITS
    assert {check for _, checks, _ in TRICKS.values() for check in checks} == ALL_AUDITS - RESTORES
