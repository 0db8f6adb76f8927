"""The order by a person's wishes, seen and used by keys and mouse."""

import pytest
from textual.widgets import OptionList

from tests.screens.conftest import Make
from tests.screens.desk_model import Ward
from tests.screens.walking import at, press, settled, shown, unlock
from wardclient.desk.rows import OpeningRow, OpeningView
from wardclient.screens.matching import CompareScreen, MatchScreen, side_by_side
from wardclient.screens.openings import OpeningScreen
from wardclient.widgets.cells import width
from wardclient.widgets.grid import RowGrid


async def test_best_first_with_reasons_and_a_part_switched_off(make: Make, ward: Ward) -> None:
    """F5 orders, the reasons stand below, F2 leaves a part out and says so; nothing is hidden."""
    app = make("hellowork")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "p", "f5")
        assert at(app, MatchScreen)
        rows = app.screen.query_one(RowGrid).rows
        assert [m.score for m in rows] == sorted((m.score for m in rows), reverse=True)
        assert len(rows) == len(ward.openings)
        assert "30/30" in shown(app)
        await press(pilot, "f2", "enter")
        assert "数えない項目: 職種" in shown(app)
        assert "30/30" not in shown(app)
        await press(pilot, "f2")
        await pilot.click(OptionList, offset=(3, 0))
        await settled(pilot)
        assert "数えない項目" not in shown(app)
        await press(pilot, "enter")
        assert at(app, OpeningScreen)


async def test_four_side_by_side_without_the_employer(make: Make) -> None:
    """A fifth mark is refused in words; the comparison shows the client's view."""
    app = make("hellowork")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "p", "f5", *(["space", "down"] * 4), "space")
        assert "4件まで" in shown(app)
        await press(pilot, "f5")
        assert at(app, CompareScreen)
        text = shown(app)
        assert text.count("(非公開)") == 4
        assert "架空" not in text


@pytest.mark.parametrize("room", [76, 116])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_comparison_cuts_nothing(room: int, count: int) -> None:
    """Every word of every condition is there, in lines that fit."""
    row = OpeningRow("14990-1", "調理", "", "", "", "", "", "", "", listed=True)
    words = "病院の厨房での調理補助、盛り付け、洗浄。"
    view = OpeningView(
        row, (("仕事の内容", words * 3), ("賃金", "1,200円")), "出典", may_refer=True, why_not=""
    )
    text = "".join(part if isinstance(part, str) else part[0] for part in side_by_side((view,) * count, room))
    assert all(width(line) <= room for line in text.splitlines())
    for sign in set(words):
        assert text.count(sign) >= words.count(sign) * 3 * count
