"""Real cryptography for the vault's tests; it is fast enough that no test needs a model."""

import pytest

from wardclient.vault.sealing import HybridSealing
from wardproto.signing import Ed25519Signing


@pytest.fixture(scope="session")
def sealing() -> HybridSealing:
    """The sealing of suite 1."""
    return HybridSealing()


@pytest.fixture(scope="session")
def signing() -> Ed25519Signing:
    """The signing of suite 1."""
    return Ed25519Signing()
