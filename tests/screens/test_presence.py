"""The line that says where else a case is open."""

import pytest

from tests.screens.conftest import Make
from tests.screens.walking import at, press, settled, shown, unlock
from wardclient.app import WardApp
from wardclient.desk.rows import PresenceRow
from wardclient.screens.case import CaseScreen
from wardclient.screens.curtain import CurtainScreen
from wardclient.screens.edit import EditScreen
from wardclient.screens.presence import Presence, presence_text

OPEN = "ほかの端末で開いています"
THERE = PresenceRow("窓口 2番", "hellowork", "person", "phone")


def told(app: WardApp) -> list[tuple[str, tuple[str, str], bool]]:
    """What the screens told the desk."""
    return app.desk.told  # type: ignore[attr-defined,no-any-return]


def line(app: WardApp) -> Presence:
    """The line of the open case."""
    return next(s for s in app.screen_stack if isinstance(s, CaseScreen)).query_one(Presence)


async def test_the_line_comes_and_goes(make: Make) -> None:
    """Absent while nobody is there; then name, office and field; taken away when they have left."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *"トベ", "enter")
        assert at(app, CaseScreen)
        assert OPEN not in shown(app)
        assert not line(app).display
        app.desk.others = (THERE, PresenceRow("CW 1係", "city"))  # type: ignore[attr-defined]
        line(app).beat()
        await settled(pilot)
        assert f"{OPEN}: 窓口 2番(HW)・編集中: 電話、CW 1係(区役所)" in shown(app)
        app.desk.others = ()  # type: ignore[attr-defined]
        line(app).beat()
        await settled(pilot)
        assert OPEN not in shown(app)
        await press(pilot, "escape")
        assert told(app)[0][1:] == (("", ""), False)
        assert told(app)[-1][2] is True


async def test_the_focused_field_of_the_form_above_is_told(make: Make) -> None:
    """While a field is edited the case below says which; behind the curtain it says nothing."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *"トベ", "enter")
        await press(pilot, "e")
        assert at(app, EditScreen)
        line(app).beat()
        await settled(pilot)
        case_id, (kind, field), leaving = told(app)[-1]
        assert (kind, leaving) == ("person", False)
        assert field
        before = len(told(app))
        await app.push_screen(CurtainScreen(60, app.lock))
        line(app).beat()
        await settled(pilot)
        assert at(app, CurtainScreen)
        assert len(told(app)) == before
        assert case_id


async def test_switched_off_nothing_is_told_or_shown(make: Make) -> None:
    """With the setting off the desk is not asked, on opening or on leaving."""
    app = make(presence=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        app.desk.others = (THERE,)  # type: ignore[attr-defined]
        await press(pilot, *"トベ", "enter")
        assert at(app, CaseScreen)
        assert OPEN not in shown(app)
        await press(pilot, "escape")
        assert told(app) == []


@pytest.mark.parametrize("field", ["", "no_such_field"])
def test_an_unknown_field_is_not_named(field: str) -> None:
    """What another version may call a field is not printed raw."""
    assert presence_text([PresenceRow("CW", "city", "person", field)]) == f"{OPEN}: CW(区役所)"
    assert presence_text([]) == ""
