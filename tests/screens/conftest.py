"""Screens on a desk in memory, at a fixed time."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from tests.screens.desk_model import ModelDoor, Ward, small_ward
from wardclient.app import Clock, WardApp
from wardclient.locale import set_language
from wardclient.settings import Settings

JST = dt.timezone(dt.timedelta(hours=9))
MORNING = dt.datetime(2026, 11, 24, 10, 42, tzinfo=JST)


class Hands:
    """A clock that goes on when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> Clock:
        """Return it as the application wants it."""
        return Clock(lambda: MORNING, lambda: self.seconds)


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """Every test begins, and leaves the others, in Japanese."""
    set_language("ja")
    yield
    set_language("ja")


@pytest.fixture
def ward() -> Ward:
    """A ward of five people."""
    return small_ward()


@pytest.fixture
def hands() -> Hands:
    """A clock that stands still."""
    return Hands()


Make = Callable[..., WardApp]


@pytest.fixture
def make(ward: Ward, hands: Hands) -> Make:
    """Return what makes an application for a side of the ward."""

    def app(team: str = "city", *, practice: bool = False, **settings: object) -> WardApp:
        door = ModelDoor(ward, team, practice=practice)
        return WardApp(door, Settings(**settings), hands.clock())  # type: ignore[arg-type]

    return app
