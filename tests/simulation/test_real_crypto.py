"""The same runs with the real algorithms: Ed25519, ML-KEM-768 + X25519, AES-256-GCM.

Their keys are really random, so a seed gives the same people and faults, not the same bytes.
"""

import os

import pytest

from tests.simulation.run import run
from wardclient.vault.sealing import HybridSealing
from wardproto.signing import Ed25519Signing

SEEDS = max(60, int(os.environ.get("WARDCLIENT_SEEDS", "0")) // 100)


@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_every_invariant_holds_with_real_cryptography(first: int) -> None:
    """What holds for tokens holds for keys: nobody opens what is not theirs, everybody else does."""
    signing, sealing = Ed25519Signing(), HybridSealing()
    for seed in range(first, min(first + 10, SEEDS)):
        run(seed, signing=signing, sealing=sealing)
