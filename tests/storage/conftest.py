"""A home of its own for each test, and a store in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.histories import be
from wardclient.storage.home import Home
from wardclient.storage.log_store import SqlStore
from wardclient.storage.opening import open_store

KEY = bytes(range(32))


@pytest.fixture
def key() -> bytes:
    """The database key."""
    return KEY


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new home folder."""
    found = Home(tmp_path / "home")
    found.create()
    return found


@pytest.fixture
def store(home: Home, key: bytes) -> Iterator[SqlStore]:
    """The store of the home, with its journal."""
    found = be(open_store(home, key))
    yield found
    found.close()
