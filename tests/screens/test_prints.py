"""様式の印刷 by keys: the list, the preview, language and record, printing, the viewer, a jam, undoing."""

import pytest

from tests.desk.conftest import PASSPHRASE, Offices, city, exchange, hellowork, offices  # noqa: F401
from tests.desk.test_desk import opened
from tests.printers import Cups
from tests.screens.conftest import Make
from tests.screens.desk_model import ModelDesk
from tests.screens.prints_model import PrintRoom
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.print_rows import PrintRow
from wardclient.desk.print_sources import TITLES
from wardclient.desk.workstation import Workstation
from wardclient.screens.case import CaseScreen
from wardclient.screens.prints import PrintScreen
from wardclient.settings import Settings
from wardclient.widgets.choices import Choose


def room(app: WardApp) -> PrintRoom:
    """Return what was printed at the desk in memory."""
    assert isinstance(app.desk, ModelDesk)
    return app.desk.room


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_paper_is_read_before_it_is_printed(make: Make, size: tuple[int, int]) -> None:
    """What can be made comes first; the chosen one is shown in words; p prints it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "t")
        screen = the(app, PrintScreen)
        assert "個人情報の提供に関する同意書" in shown(app)
        assert [row.why_not != "" for row in screen.grid.rows] == [False] * 12 + [True] * 2
        await press(pilot, "p")
        assert "印刷番号 A1B2C3-00001" in shown(app)
        assert room(app).jobs == [("consent", "", "")]
        await press(pilot, "end")
        assert "次回の日が決まっていません" in shown(app)
        await press(pilot, "p")
        assert len(room(app).jobs) == 1
        await press(pilot, "escape")
        assert at(app, CaseScreen)


async def test_language_record_and_printer_are_chosen(make: Make) -> None:
    """A language for the consent, a record where there are two, a printer; where there is no choice it is said."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "t", "l")
        the(app, Choose)
        await press(pilot, "down", "down", "down", "enter")
        assert "한국어" in "\n".join(
            str(line) for line in app.desk.preview_paper("", "consent", language="ko")
        )
        await press(pilot, "f2", "down", "enter", "p")
        assert room(app).jobs[-1] == ("consent", "ko", "hall")
        await press(pilot, "r")
        assert "ほかに選べる記録はありません" in shown(app)
        rows = [row.kind for row in the(app, PrintScreen).grid.rows]
        await press(pilot, *["down"] * rows.index("session"), "r", "down", "enter", "l", "o")
        assert "この様式は日本語だけ" not in shown(app) or room(app).jobs[-1][0] == "session"
        assert room(app).jobs[-1] == ("session", "s1", "viewer")


async def test_a_jam_is_told_and_a_print_can_be_undone(make: Make) -> None:
    """The list says what became of the last print."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "t")
        room(app).jammed = True
        await press(pilot, "p")
        assert "受け付けませんでした" in shown(app)
        room(app).jammed = False
        await press(pilot, "p", "e", "right", "enter")
        await settled(pilot)
        assert [bool(row.undone) for row in room(app).rows] == [True, True]
        assert "取りやめ" in shown(app)
        await press(pilot, "e")
        assert "取りやめる印刷がありません" in shown(app)


async def test_what_became_of_a_print_without_an_answer_is_asked(make: Make) -> None:
    """The list says that it is not known; e asks, and either answer is kept."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "t")
        room(app).silent = True
        for keys, fate in (
            (("p", "e", "escape"), ("", "プリンターの返事がない")),
            (("e", "enter"), ("", "")),
            (("p", "e", "down", "enter"), ("紙が出なかった・捨てた", "")),
        ):
            await press(pilot, *keys)
            await settled(pilot)
            assert (room(app).rows[0].undone, room(app).rows[0].unsure) == fate
            assert ("出たか不明" in shown(app)) == bool(fate[1])
        assert room(app).jobs == []


async def test_a_paper_goes_from_the_screen_to_the_printer_at_a_real_desk(
    offices: Offices,  # noqa: F811
    city: Workstation,  # noqa: F811
    cups: Cups,
) -> None:
    """And its file, where the viewer had one, is gone after the lock."""
    opened(city)
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        await press(pilot, "down", "enter", "t")
        the(app, PrintScreen)
        assert "架空　試子" in shown(app)
        await press(pilot, "p")
        assert len(cups.jobs) == 1
        assert "印刷番号" in shown(app)
        await press(pilot, "o")
        assert len(list((offices.homes / "city" / "papers").iterdir())) == 1
        await press(pilot, "ctrl+l")
        await settled(pilot)
    assert list((offices.homes / "city" / "papers").iterdir()) == []


async def test_a_print_of_the_other_office_is_seen_as_it_comes_and_the_reader_stays(make: Make) -> None:
    """What came by a sync names no case; the list has it, and the paper is not scrolled back to its top."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "t", "tab", "pagedown")
        await settled(pilot)
        below = app.screen.query_one(".below")
        assert below.scroll_y > 0
        at_line = below.scroll_y
        row = PrintRow("D4E5F6-00007", TITLES["consent"], "2026-11-24", "HW 3番窓口", "hellowork")
        room(app).rows.insert(0, row)
        app.desk.tell("case")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "D4E5F6-00007" in shown(app)
        assert below.scroll_y == at_line
