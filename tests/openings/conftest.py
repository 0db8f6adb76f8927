"""An empty openings store for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.openings.room import KEY, Room
from wardclient.openings.store import prepare
from wardclient.storage.cipher import connect


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Return an empty store."""
    connection = connect(tmp_path / "openings.db", KEY)
    prepare(connection)
    made = Room(tmp_path, connection)
    yield made
    made.connection.close()
