"""The warning of a text for the other office, and the key that keeps it on one's own side."""

from textual.widgets import TextArea

from tests.screens.conftest import Make
from tests.screens.desk_model import Ward
from tests.screens.walking import at, press, settled, shown, unlock
from wardclient.screens.note import NoteScreen
from wardclient.screens.session import SessionScreen
from wardclient.widgets.form import FormBody

SHARED = "b" * 32
TEXT = "夕方は18時まで。先月まで入院していた。土曜は月2回。"
WARNING = "相手側に渡してよいか確認"


def fill(screen: object, **values: object) -> None:
    """Type into the form that is open."""
    form = screen.query_one(FormBody)  # type: ignore[attr-defined]
    for name, value in values.items():
        form.field(name).fill(value)


async def test_a_joint_text_warns_while_one_types_and_f3_moves_the_sentences(make: Make, ward: Ward) -> None:
    """The words are named, writing goes on, F3 keeps the rest shared and makes an own-office note."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s")
        area = app.screen.query_one("#mine", TextArea)
        area.insert("夕方は18時まで。")
        await settled(pilot)
        assert WARNING not in shown(app)
        area.insert("先月まで入院していた。土曜は月2回。")
        await settled(pilot)
        assert f"{WARNING}: 入院  F3 で自分側のメモへ移す" in shown(app)
        (session,) = ward.sessions.values()
        assert session.texts["city"] == TEXT
        await press(pilot, "f3")
        assert session.texts["city"] == area.text == "夕方は18時まで。土曜は月2回。"
        assert WARNING not in shown(app)
        assert "自分側のメモへ移しました" in shown(app)
        note = ward.cases[SHARED].notes[-1]
        assert (note.body, note.shared) == ("先月まで入院していた。", False)
        await press(pilot, *"aiu")
        assert session.texts["city"].endswith("aiu")


async def test_the_line_itself_can_be_clicked_and_nothing_moves_without_a_word(
    make: Make, ward: Ward
) -> None:
    """F3 on a clean text only says so; a click on the warning is F3."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s", "f3")
        assert "見つかっていません" in shown(app)
        area = app.screen.query_one("#mine", TextArea)
        area.insert(TEXT)
        await settled(pilot)
        await pilot.click("#words")
        await settled(pilot)
        assert "入院" not in area.text
        assert ward.cases[SHARED].notes[-1].body == "先月まで入院していた。"
        assert at(app, SessionScreen)


async def test_a_shared_note_warns_and_f5_keeps_it_here(make: Make, ward: Ward) -> None:
    """Only while 共有 is chosen; saving as it is stays possible."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "n")
        fill(app.screen, body="先月まで入院していた。")
        await settled(pilot)
        assert WARNING not in shown(app)
        await press(pilot, "shift+tab", "shift+tab", "shift+tab", "shift+tab", "right")
        assert f"{WARNING}: 入院" in shown(app)
        await press(pilot, "f5")
        assert WARNING not in shown(app)
        assert at(app, NoteScreen)
        await press(pilot, "ctrl+s")
        note = ward.cases[SHARED].notes[-1]
        assert (note.body, note.shared) == ("先月まで入院していた。", False)


async def test_what_was_agreed_warns_as_well_and_is_not_held_back(make: Make, ward: Ward) -> None:
    """A step that names a diagnosis: a line above the keys, and saving works."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s", "f2")
        fill(app.screen, what="診断書をもらう", who="client")
        await settled(pilot)
        assert f"{WARNING}: 診断" in shown(app)
        await press(pilot, "ctrl+s")
        (session,) = ward.sessions.values()
        assert len(session.actions) == 1
