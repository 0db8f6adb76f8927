"""A quiet ward for tests of the client core."""

import pytest

from tests.simulation.world import World


@pytest.fixture
def world() -> World:
    """A ward of four PCs, two of each team."""
    made = World(11)
    made.page_limit = 50
    return made
