"""How tests walk through the screens: by keys, waiting for work and never for time."""

from typing import Any

from textual.pilot import Pilot

from tests.screens.desk_model import WORDS
from wardclient.app import WardApp
from wardclient.screens.base import WorkScreen


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


def current(app: WardApp) -> WorkScreen:
    """Return the open screen of work."""
    assert isinstance(app.screen, WorkScreen)
    return app.screen
