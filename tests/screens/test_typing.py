"""What a key in the search box costs: the list is drawn again, and nothing is laid out again."""

import pytest
from textual.screen import Screen

from tests.screens.conftest import Make
from tests.screens.walking import press, the, unlock
from wardclient.screens.cases import CasesScreen


async def test_no_key_lays_the_screen_out_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laying out asks every widget for its size, and is the dearest part of a key."""
    app = make()
    laid_out: list[str] = []
    whole = Screen._refresh_layout  # Textual tells nobody when it lays out

    def counted(screen: Screen[object], *given: object, **named: object) -> None:
        laid_out.append(app.screen.query_one("#search").value)  # type: ignore[attr-defined]
        whole(screen, *given, **named)  # type: ignore[arg-type]

    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = the(app, CasesScreen)
        await press(pilot, *"sa", "backspace", "backspace")
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        await press(pilot, *"satou", *["backspace"] * 5)
        assert screen.searched == ""
        assert laid_out == []
