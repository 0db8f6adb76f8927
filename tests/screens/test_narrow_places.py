"""What a harsh user ran into on a real terminal, one test for each."""

from tests.screens.conftest import Make
from tests.screens.walking import press, shown, the, unlock
from wardclient.keys import MATCHES, PICK, REFER
from wardclient.screens.openings import BY_HAND, OpeningScreen, OpeningsScreen
from wardclient.screens.palette import acts_of


async def test_a_search_for_nobody_names_no_act_that_needs_a_person(make: Make) -> None:
    """Help, palette and line offer a shortlist, the order by wishes and a referral only where there is a case."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f3")
        acts = acts_of(the(app, OpeningsScreen))
        assert not {MATCHES, PICK, BY_HAND} & set(acts)
        assert "Ctrl+P ほか" in shown(app)
        await press(pilot, "f1")
        assert "求人票なし" not in shown(app)
        await press(pilot, "escape", "down", "enter")
        assert not {PICK, REFER} & set(acts_of(the(app, OpeningScreen)))
        await press(pilot, "escape", "escape", "down", "enter", "p")
        assert {MATCHES, PICK, BY_HAND} <= set(acts_of(the(app, OpeningsScreen)))
        await press(pilot, "enter")
        assert {PICK, REFER} <= set(acts_of(the(app, OpeningScreen)))
