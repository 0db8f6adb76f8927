"""How tests walk through the screens: by keys, waiting for work and never for time."""

from typing import Any, TypeVar

from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.desk_model import WORDS
from wardclient.app import WardApp

S = TypeVar("S", bound=Screen[Any])


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no worker runs and every message is handled."""
    quiet = 0
    while quiet < 2:
        await pilot.pause()
        going = [w for w in pilot.app.workers if not w.is_finished]
        keeper = getattr(pilot.app.screen, "keeper", None)
        quiet = 0 if going or (keeper is not None and keeper.busy) else quiet + 1
        if going:
            await pilot.app.workers.wait_for_complete(going)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait for what they set going."""
    await pilot.press(*keys)
    await settled(pilot)


async def unlock(pilot: Pilot[Any], words: str = WORDS) -> None:
    """Type the passphrase."""
    await settled(pilot)
    await pilot.press(*words, "enter")
    await settled(pilot)


def shown(app: WardApp) -> str:
    """Return the screen as text, one line per row."""
    return "\n".join(
        "".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()
    )


def at(app: WardApp, screen: type[Screen[Any]]) -> bool:
    """Return whether a screen of this kind is open."""
    return isinstance(app.screen, screen)


def the(app: WardApp, screen: type[S]) -> S:
    """Return the open screen, which must be of this kind."""
    assert isinstance(app.screen, screen)
    return app.screen
