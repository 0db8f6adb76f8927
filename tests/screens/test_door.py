"""Unlocking, locking, the curtain, and what happens to work in progress."""

import pytest
from textual.events import Key as KeyEvent

from tests.screens.conftest import Hands, Make
from tests.screens.desk_model import ModelDoor, Ward, conflict
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.screens.base import WorkScreen
from wardclient.screens.case import CaseScreen
from wardclient.screens.cases import CasesScreen
from wardclient.screens.curtain import CurtainScreen
from wardclient.screens.note import NoteScreen
from wardclient.screens.unlock import UnlockScreen
from wardclient.widgets.form import FormBody

SHARED = "b" * 32


async def test_a_wrong_passphrase_says_so_and_changes_nothing(make: Make) -> None:
    """The sentence of the door stands on the screen, the field is empty again."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, "wrong")
        assert "合言葉がちがいます。データはそのままです。" in shown(app)
        assert at(app, UnlockScreen)
        await unlock(pilot)
        assert at(app, CasesScreen)


async def test_the_practice_ward_is_named_on_every_screen(make: Make) -> None:
    """練習区 stands at the right of the title, before and after unlocking."""
    app = make(practice=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "練習区" in shown(app).splitlines()[0]
        await unlock(pilot)
        for key in ("enter", "e", "escape", "escape", "f3", "escape", "f4", "f1"):
            await press(pilot, key)
            assert "練習区" in shown(app).splitlines()[0]


async def test_the_sync_state_is_in_words_on_every_screen_and_changes_with_the_desk(make: Make) -> None:
    """Top right: 同期済 with the time, 切断中 after cutting, 未送信 with its number."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert shown(app).splitlines()[0].rstrip().endswith("同期済 10:42")
        app.desk.unsent = 3  # type: ignore[attr-defined]
        await press(pilot, "ctrl+o")
        assert shown(app).splitlines()[0].rstrip().endswith("切断中 未送信 3件")
        await press(pilot, "enter")
        assert shown(app).splitlines()[0].rstrip().endswith("切断中 未送信 3件")


async def test_the_lock_takes_everything_off_the_screen_and_closes_the_desk(make: Make) -> None:
    """After Ctrl+L no name stands anywhere and the desk is locked."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter")
        desk = app.desk
        assert "戸部" in shown(app)
        await press(pilot, "ctrl+l")
        assert at(app, UnlockScreen)
        assert "戸部" not in shown(app)
        assert desk.locked  # type: ignore[attr-defined]
        await press(pilot, "f4", "f12", "enter")
        assert at(app, UnlockScreen)


async def test_after_unlocking_the_same_screens_stand_with_what_was_typed(make: Make, ward: Ward) -> None:
    """A note in progress survives a lock to the last letter, kept in the database."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "n")
        await pilot.press(*"asa")
        await press(pilot, "ctrl+l")
        assert ward.forms[f"city:note:{SHARED}"] == {"body": "asa"}
        await unlock(pilot)
        assert at(app, NoteScreen)
        assert app.screen.query_one(FormBody).field("body").value == "asa"
        assert "前に書きかけた内容を戻しました" in shown(app)
        await press(pilot, "escape")
        assert at(app, CaseScreen)


async def test_the_desk_locks_when_nobody_types_for_the_time_that_is_set(make: Make, hands: Hands) -> None:
    """Just before the time nothing happens; a key begins it anew; at the time the desk locks."""
    app = make(idle_minutes=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        hands.seconds = 299
        app.look_idle()
        await settled(pilot)
        assert not at(app, UnlockScreen)
        await press(pilot, "down")
        hands.seconds = 299 + 299
        app.look_idle()
        await settled(pilot)
        assert not at(app, UnlockScreen)
        hands.seconds = 299 + 300
        app.look_idle()
        await settled(pilot)
        assert at(app, UnlockScreen)


async def test_the_curtain_blanks_even_an_open_question_and_any_key_returns(make: Make) -> None:
    """F12 over a question: nothing of the case can be read; a key brings the question back."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "c", "w", "ctrl+s")
        assert "撤回を記録します" in shown(app)
        await press(pilot, "f12")
        assert at(app, CurtainScreen)
        text = shown(app)
        assert "戸部" not in text
        assert "撤回" not in text
        await press(pilot, "x")
        assert "撤回を記録します" in shown(app)
        assert not app.locked


async def test_behind_the_curtain_the_desk_locks_after_the_grace(make: Make) -> None:
    """The curtain's own timer locks; what stood behind comes back after unlocking."""
    app = make(curtain_seconds=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter")
        await press(pilot, "f12")
        assert at(app, CurtainScreen)
        the(app, CurtainScreen)._lock()
        await settled(pilot)
        assert app.locked
        await unlock(pilot)
        assert at(app, CaseScreen)


async def test_an_unexpected_fault_gives_a_number_keeps_the_screen_and_leaks_nothing(
    make: Make, ward: Ward
) -> None:
    """A bug below becomes one sentence; the record in the database names places, never values."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        app.desk.explode = ValueError("戸部 健一 08000001234")  # type: ignore[attr-defined]
        await press(pilot, "x")
        assert "思わぬ不具合がありました" in shown(app)
        assert "11241042-1" in shown(app)
        record = ward.forms["city:fault:11241042-1"]
        assert record["kind"] == "ValueError"
        assert "戸部" not in str(record)
        app.desk.explode = None  # type: ignore[attr-defined]
        await press(pilot, "backspace")
        assert "戸部" in shown(app)


class BrokenScreen(WorkScreen):
    """A screen with a bug."""

    async def on_key(self, event: KeyEvent) -> None:
        """Fail at a key."""
        raise KeyError("戸部 健一", event.key)


async def test_a_fault_in_a_screen_makes_the_screens_anew_and_the_work_goes_on(make: Make) -> None:
    """When a screen's own loop ends with an error, the list comes back with one sentence."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        app.push_screen(BrokenScreen())
        await press(pilot, "z")
        assert at(app, CasesScreen)
        assert "思わぬ不具合がありました" in shown(app)
        await press(pilot, "down", "enter")
        assert at(app, CaseScreen)


async def test_the_theme_changes_by_key_and_is_kept(ward: Ward) -> None:
    """Ctrl+T goes through the three themes; each choice is handed to whoever keeps the settings."""
    from wardclient.app import WardApp

    kept: list[str] = []
    app = WardApp(ModelDoor(ward), keep_settings=lambda chosen: kept.append(chosen.theme))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "ctrl+t", "ctrl+t", "ctrl+t")
        assert kept == ["light", "contrast", "dark"]


@pytest.mark.parametrize("key", ["escape", "tab", "enter", "f5", "ctrl+s", "ctrl+g", "ctrl+o", "1", "2", "3"])
async def test_no_key_at_the_inbox_or_a_form_brings_the_program_down(
    make: Make, ward: Ward, key: str
) -> None:
    """Keys pressed where they mean little leave the program running, without a traceback."""
    conflict(ward)
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f4", key, key)
        await press(pilot, "escape", "escape", "enter", "e", key, key)
        assert app.is_running
        assert "思わぬ不具合" not in shown(app)


async def test_leaving_asks_first_and_locks(make: Make) -> None:
    """Ctrl+Q asks; the safe answer stays; the verb locks and ends."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        desk = app.desk
        await press(pilot, "ctrl+q", "enter")
        assert at(app, CasesScreen)
        await press(pilot, "ctrl+q", "right", "enter")
        await settled(pilot)
        assert desk.locked  # type: ignore[attr-defined]
    assert app.return_value == 0


async def test_papers_that_a_viewer_holds_open_are_told_until_they_are_gone(
    make: Make, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the door after a lock and on the first screen of work; the door looks again by itself."""
    monkeypatch.setattr("wardclient.screens.unlock.LOOK_AGAIN", 0.02)
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "PDF" not in shown(app)
        ward.papers_held = 2
        await press(pilot, "ctrl+l")
        await settled(pilot)
        assert "開いたままの PDF 2件" in shown(app)
        await unlock(pilot)
        assert at(app, CasesScreen)
        assert "開いたままの PDF 2件" in shown(app)
        await press(pilot, "ctrl+l")
        ward.papers_held = 0
        for _ in range(500):
            await pilot.pause(0.01)
            if "PDF" not in shown(app):
                break
        assert "PDF" not in shown(app)
