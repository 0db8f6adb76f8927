"""Wards for journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.between import Between
from tests.journeys.wards import Ward, copied, copied_behind, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded ward of two PCs, to be copied."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def ward(template: Path, tmp_path: Path) -> Iterator[Ward]:
    """A ward of its own for this test."""
    with copied(template, tmp_path) as ward:
        yield ward


@pytest.fixture
def behind(template: Path, tmp_path: Path) -> Iterator[tuple[Ward, Between]]:
    """A ward of its own, and the network between its PCs and its service."""
    with copied_behind(template, tmp_path) as both:
        yield both
