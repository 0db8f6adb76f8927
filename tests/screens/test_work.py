"""What people do: search, open, edit, consent, withdraw, note, session, referral, inbox, import."""

import threading
from pathlib import Path

import pytest

from tests.screens.conftest import Make
from tests.screens.desk_model import Ward, conflict
from tests.screens.walking import at, press, settled, shown, the, unlock
from wardclient.desk.api import DiskFullError
from wardclient.desk.rows import TrayRow
from wardclient.screens.case import CaseScreen
from wardclient.screens.cases import CasesScreen
from wardclient.screens.consent import PreviewScreen
from wardclient.screens.consent_state import ConsentStateScreen
from wardclient.screens.new_case import NewCaseScreen, SameScreen
from wardclient.screens.openings import OpeningScreen
from wardclient.screens.session import SessionScreen
from wardclient.widgets.bars import Confirm
from wardclient.widgets.form import FormBody
from wardclient.widgets.grid import RowGrid
from wardclient.widgets.ime import ImeInput

ALONE, SHARED = "a" * 32, "b" * 32


def fill(screen: object, **values: object) -> None:
    """Type into the form that is open."""
    form = screen.query_one(FormBody)  # type: ignore[attr-defined]
    for name, value in values.items():
        form.field(name).fill(value)


async def test_search_narrows_while_typing_and_enter_opens_the_row(make: Make) -> None:
    """Kana typed in the box leaves one case; Enter opens it; Esc returns to the same search."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *"トベ")
        assert "戸部 健一" in shown(app)
        assert "相模 由美" not in shown(app)
        assert "1件" in shown(app)
        await press(pilot, "enter")
        assert at(app, CaseScreen)
        await press(pilot, "escape")
        assert app.screen.query_one("#search", ImeInput).value == "トベ"


async def test_an_answer_that_a_newer_keystroke_overtook_is_dropped(make: Make) -> None:
    """A slow first query never replaces the result of what the box now holds."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        desk = app.desk
        desk.held = threading.Event()  # type: ignore[attr-defined]
        await pilot.press(*"相模")
        await pilot.press("backspace", "backspace")
        await pilot.pause()
        desk.held.set()  # type: ignore[attr-defined]
        await settled(pilot)
        assert len(app.screen.query_one(RowGrid).rows) == 5


async def test_a_new_case_needs_a_search_first(make: Make) -> None:
    """Without a search F2 asks for one; with hits it asks whether the person is among them."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f2")
        assert "先に、氏名かフリガナで検索してください" in shown(app)
        await press(pilot, *"相模", "f2")
        assert at(app, Confirm)
        await press(pilot, "enter")
        assert at(app, CasesScreen)
        await press(pilot, *"大介", "f2")
        assert at(app, NewCaseScreen)
        assert app.screen.query_one(FormBody).field("family_name").value == "相模大介"


async def test_a_known_person_is_put_beside_before_a_case_is_opened(make: Make, ward: Ward) -> None:
    """Same reading and birth date: both stand side by side, and 1 opens the known case, nothing new."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *"さがみゆみこ", "f2")
        fill(
            app.screen,
            family_name="相模",
            given_name="由美",
            name_kana="サガミ\u3000ユミ",
            birth_date="1986-04-02",
            address1="鶴見中央9-99-9",
            target_group="C1",
        )
        await press(pilot, "ctrl+s")
        assert at(app, SameScreen)
        assert shown(app).count("昭和61年4月2日") == 2
        await press(pilot, "1")
        assert at(app, CaseScreen)
        assert the(app, CaseScreen).case_id == ALONE
        assert len(ward.cases) == 5


async def test_nobody_matches_opens_the_new_case(make: Make, ward: Ward) -> None:
    """2 opens the case after the candidates were seen; its draft is gone."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *"ほど", "f2")
        fill(
            app.screen,
            family_name="程",
            given_name="翔",
            name_kana="ホド\u3000ショウ",
            birth_date="1999-08-21",
            address1="鶴見中央9-1",
            target_group="A1",
        )
        await press(pilot, "ctrl+s", "2")
        assert at(app, CaseScreen)
        assert "程 翔" in shown(app)
        assert len(ward.cases) == 6
        assert "city:new_case" not in ward.forms


async def test_what_is_wrong_is_said_under_its_field_and_the_cursor_goes_there(
    make: Make, ward: Ward
) -> None:
    """A My Number in a text is refused on saving; nothing was written."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "e")
        fill(app.screen, address2="1234 5678 9018")
        await press(pilot, "ctrl+s")
        text = shown(app)
        assert "個人番号" in text
        assert "保存していません" in text
        assert app.focused is app.screen.query_one(FormBody).field("address2").editor
        assert ("person", "address2") not in ward.cases[ALONE].values


async def test_a_saved_field_is_on_every_screen_and_its_draft_is_gone(make: Make, ward: Ward) -> None:
    """Saved by key; the case shows it after going back; the draft is forgotten."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "e")
        fill(app.screen, phone="080-0000-7777")
        await press(pilot, "ctrl+s")
        assert at(app, CaseScreen)
        assert "080-0000-7777" in shown(app)
        assert ward.forms == {}


async def test_a_full_disk_is_said_at_once_and_the_form_stays(make: Make, ward: Ward) -> None:
    """The save fails: one sentence, every letter still in the form; after making room it saves."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "e")
        app.desk.refuse_saves = DiskFullError(  # type: ignore[attr-defined]
            "ディスクに空きがなく、保存できませんでした。", "The disk is full."
        )
        fill(app.screen, address2="架空荘101")
        await press(pilot, "ctrl+s")
        assert "ディスクに空きがなく" in shown(app)
        assert "架空荘101" in shown(app)
        app.desk.refuse_saves = None  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert ward.cases[ALONE].values["person", "address2"] == "架空荘101"


async def test_going_back_keeps_the_draft_and_says_so_later(make: Make, ward: Ward) -> None:
    """Esc in the middle of a form loses nothing; Ctrl+G gives it up."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "n", *"memo", "escape")
        assert at(app, CaseScreen)
        await press(pilot, "n")
        assert "前に書きかけた内容を戻しました" in shown(app)
        assert app.screen.query_one(FormBody).field("body").value == "memo"
        await press(pilot, "ctrl+g")
        assert app.screen.query_one(FormBody).field("body").value == ""
        assert ward.forms == {}


async def test_consent_goes_by_three_steps_and_shares_exactly_the_preview(make: Make, ward: Ward) -> None:
    """Nothing is shared by form or preview; the third step's verb shares; the state says so."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter")
        assert "同意なし  HWには何も見えません" in shown(app)
        await press(pilot, "c")
        fill(app.screen, paper_location="3係 キャビネットB-12", scope_to_hw=["S1", "S2"])
        await press(pilot, "ctrl+s")
        assert at(app, PreviewScreen)
        text = shown(app)
        assert "サガミ" in text
        assert "調理師免許" not in text
        await press(pilot, "ctrl+s", "enter")
        assert ward.cases[ALONE].state == "none"
        await press(pilot, "ctrl+s", "right", "enter")
        assert at(app, ConsentStateScreen)
        assert "HWに見えるもの: 氏名等 区分" in shown(app)
        assert ward.cases[ALONE].state == "given"
        assert ward.forms == {}
        await press(pilot, "escape")
        assert at(app, CaseScreen)


async def test_a_refused_consent_is_its_own_state(make: Make, ward: Ward) -> None:
    """F2 in the form records that the person was asked and said no."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "c", "f2", "right", "enter")
        assert ward.cases[ALONE].state == "refused"
        assert "同意しない (記録済み)" in shown(app)


async def test_withdrawal_shows_what_cannot_be_recalled_and_needs_the_verb(make: Make, ward: Ward) -> None:
    """Enter on the question is the safe answer; the verb withdraws."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "c", "w")
        assert "すでに読まれた内容は消せません" in shown(app)
        await press(pilot, "ctrl+s", "enter")
        assert ward.cases[SHARED].state == "given"
        await press(pilot, "ctrl+s", "right", "enter")
        assert ward.cases[SHARED].state == "withdrawn"
        assert "同意撤回  HWには何も見えません" in shown(app)


async def test_a_note_is_for_ones_own_side_unless_shared_is_chosen(make: Make, ward: Ward) -> None:
    """The form begins with 自分の側だけ; 共有 says who will see it before saving."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "n")
        assert "HWには見えません" in shown(app)
        await press(pilot, *"jibun", "ctrl+s")
        assert ward.cases[SHARED].notes[-1].shared is False
        await press(pilot, "n", "shift+tab", "shift+tab", "shift+tab", "shift+tab", "right")
        assert "HWにも見えます" in shown(app)
        fill(app.screen, body="共有する内容")
        await press(pilot, "ctrl+s")
        assert ward.cases[SHARED].notes[-1].shared is True


async def test_both_sides_write_confirm_and_the_session_is_sealed(make: Make, ward: Ward) -> None:
    """What one side types the other sees; both confirm; then neither can write."""
    city, hellowork = make(), make("hellowork")
    async with city.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s", *"yuugata")
        (session,) = ward.sessions.values()
        assert session.texts["city"] == "yuugata"
    async with hellowork.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "s")
        assert "yuugata" in shown(hellowork)
        await press(pilot, *"soudan", "f2")
        fill(hellowork.screen, what="履歴書を直す", who="hw", by_when="2026-11-25")
        await press(pilot, "ctrl+s")
        assert "履歴書を直す" in shown(hellowork)
        await press(pilot, "ctrl+s", "right", "enter")
        assert "相手側の確認を待っています" in shown(hellowork)
        session.confirmed["city"] = "2026-11-24T10:51:00+09:00"
        await press(pilot, "ctrl+s", "right", "enter")
        assert "封をしました" in shown(hellowork)
        await press(pilot, *"ato")
        assert session.texts["hellowork"] == "soudan"
        assert at(hellowork, SessionScreen)


async def test_the_other_sides_text_arrives_while_one_types(make: Make, ward: Ward) -> None:
    """A change from elsewhere repaints their half and leaves mine, cursor and all."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "s", *"ai")
        (session,) = ward.sessions.values()
        session.texts["hellowork"] = "添削は25日に。"
        app.desk.tell("session", case=SHARED)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "u")
        assert "添削は25日に。" in shown(app)
        assert session.texts["city"] == "aiu"


async def test_from_opening_to_referral_to_result(make: Make, ward: Ward) -> None:
    """P searches, the sheet shows every condition, the form is filled from it, the result follows."""
    app = make("hellowork")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "p", *"清掃", "enter")
        assert at(app, OpeningScreen)
        assert "仕事の内容" in shown(app)
        await press(pilot, "v")
        assert "(非公開)" in shown(app)
        await press(pilot, "p", *"R8-0042", "ctrl+s")
        assert at(app, CaseScreen), shown(app)
        assert ward.cases[SHARED].referrals[-1].letter_no == "R8-0042"
        assert ward.cases[SHARED].referrals[-1].job_title == "清掃"
        await press(pilot, "r")
        fill(app.screen, result="1")
        await press(pilot, "ctrl+s")
        assert ward.cases[SHARED].referrals[-1].result == "1"
        await press(pilot, "right", "right")
        assert "採用" in shown(app)


async def test_filters_are_chosen_from_words(make: Make) -> None:
    """Tab to a filter, Space opens its choices, the list follows."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f3", "tab", "tab", "space", "down", "down", "enter")
        assert "働き方 [パート]" in shown(app)
        assert {row.employment_type for row in app.screen.query_one(RowGrid).rows} == {"パート"}


@pytest.mark.parametrize(("key", "value"), [("1", "08000001234"), ("2", "08000001243")])
async def test_a_conflict_shows_both_values_with_both_authors_until_decided(
    make: Make, ward: Ward, key: str, value: str
) -> None:
    """Both stand side by side; 1 keeps the left one, 2 the right one."""
    conflict(ward)
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f4")
        text = shown(app)
        for part in ("080-0000-1234", "080-0000-1243", "CW 3係 (区)", "HW 3番窓口 (HW)", "重なった変更 1"):
            assert part in text
        await press(pilot, key)
        assert ward.cases[SHARED].values["person", "phone"] == value
        assert "重なった変更 0" in shown(app)


async def test_a_conflict_may_be_written_anew_but_only_rightly(make: Make, ward: Ward) -> None:
    """3 asks for the value; a wrong one is refused in words; a right one decides."""
    conflict(ward)
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f4", "3", "end", "9", "9", "9", "enter")
        assert "0で始まる10桁か11桁" in shown(app)
        app.screen.query_one(ImeInput).value = "080-0000-5555"
        await press(pilot, "enter")
        assert ward.cases[SHARED].values["person", "phone"] == "08000005555"


async def test_work_that_was_not_accepted_stays_readable_and_can_be_written_out(
    make: Make, ward: Ward, tmp_path: Path
) -> None:
    """The tray shows what and why; F2 writes it to a file."""
    ward.tray.append(
        TrayRow("t1", SHARED, "戸部 健一", "電話: 080", "同意が終わったあとの記録です", "2026-11-24")
    )
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f4", "right")
        assert "同意が終わったあとの記録です" in shown(app)
        await press(pilot, "f2")
        app.screen.query_one(ImeInput).value = str(tmp_path / "out.sealed")
        await press(pilot, "enter")
        assert (tmp_path / "out.sealed").read_bytes() == b"sealed t1"


async def test_an_import_is_tried_first_and_says_row_and_column(make: Make, tmp_path: Path) -> None:
    """A wrong line is named by row and column, and nothing is read in."""
    file = tmp_path / "jobs.csv"
    file.write_text("a,b\nwrong\n", encoding="utf-8")
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f3", "ctrl+r")
        app.screen.query_one("#path", ImeInput).value = str(file)
        await press(pilot, "f5")
        text = shown(app)
        assert "番号がありません" in text
        assert "求人番号" in text
        app.screen.query_one("#path", ImeInput).value = str(tmp_path / "none.csv")
        await press(pilot, "f2")
        assert "ファイルを読めませんでした" in shown(app)


async def test_an_import_can_be_cancelled(make: Make, tmp_path: Path) -> None:
    """Esc while reading stops it and says that all is as before; a second Esc goes back."""
    file = tmp_path / "jobs.csv"
    file.write_text("a,b\n" * 50, encoding="utf-8")
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f3", "ctrl+r")
        app.desk.held = threading.Event()  # type: ignore[attr-defined]
        app.screen.query_one("#path", ImeInput).value = str(file)
        await pilot.press("f5")
        await pilot.pause()
        await press(pilot, "escape")
        assert "前の状態のままです" in shown(app)
        app.desk.held.set()  # type: ignore[attr-defined]
        await press(pilot, "escape")
        assert "求人検索" in shown(app)


async def test_duplicates_of_a_caseload_are_proposed_and_need_a_word(
    make: Make, ward: Ward, tmp_path: Path
) -> None:
    """People who are here already stop the import until somebody says that they are others."""
    file = tmp_path / "cases.csv"
    file.write_text("相模 由美\n新井 恵\n", encoding="utf-8")
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "ctrl+r")
        app.screen.query_one("#path", ImeInput).value = str(file)
        await press(pilot, "f2")
        assert "同じ人かも" in shown(app)
        await press(pilot, "f5")
        assert at(app, Confirm)
        await press(pilot, "enter")
        assert len(ward.cases) == 5
        await press(pilot, "f5", "right", "enter")
        assert len(ward.cases) == 7


async def test_the_mouse_does_what_the_keys_do(make: Make) -> None:
    """A key of the line, a tab and a row of the list answer to a click."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.click("RowGrid", offset=(3, 2), times=2)
        await settled(pilot)
        assert at(app, CaseScreen)
        assert the(app, CaseScreen).case_id == SHARED
        await pilot.click("TabLine", offset=(10, 0))
        await settled(pilot)
        assert "[面談]" in shown(app)
        places = the(app, CaseScreen).key_line.places()
        back = next(start for start, _end, key in places if key.face == "Esc")
        await pilot.click("KeyLine", offset=(back + 1, 0))
        await settled(pilot)
        assert at(app, CasesScreen)


async def test_a_full_width_letter_is_the_key_it_stands_for(make: Make) -> None:
    """With the input method left on, ｃ works as c."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter", "ｃ")
        assert at(app, ConsentStateScreen)


async def test_a_change_from_the_other_side_repaints_the_open_case(make: Make, ward: Ward) -> None:
    """Whoever wrote it, the open screen shows it without a key."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter")
        ward.cases[SHARED].values["person", "phone"] = "08000008888"
        app.desk.tell("case", case=SHARED)  # type: ignore[attr-defined]
        await settled(pilot)
        assert "080-0000-8888" in shown(app)


async def test_a_list_of_thousands_is_drawn_a_screen_at_a_time(make: Make, ward: Ward) -> None:
    """End and the way there bring rows in pages; the last row is right."""
    first = ward.cases[ALONE]
    for number in range(3000):
        ward.cases[f"{number:032x}"] = type(first)(
            {**first.values, ("person", "given_name"): f"番号{number}"}, first.caseworker
        )
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        grid = app.screen.query_one(RowGrid)
        assert len(grid.rows) == 200
        grid.action_last()
        await settled(pilot)
        assert len(grid.rows) == 1000
        assert "番号194" in shown(app)


async def test_an_open_case_drawn_anew_is_one_look(make: Make) -> None:
    """Changes that arrive redraw the case without a new line of access; opening it again is a new look."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "down", "enter")
        desk = app.desk
        viewed = desk.viewed  # type: ignore[attr-defined]
        assert len(viewed) == 1
        ward = desk.ward  # type: ignore[attr-defined]
        ward.cases[viewed[0]].values["person", "family_name"] = "改姓"
        desk.tell("case", case=viewed[0])  # type: ignore[attr-defined]
        await settled(pilot)
        assert "改姓" in shown(app)
        assert len(viewed) == 1
        await press(pilot, "escape", "enter")
        assert viewed == [viewed[0]] * 2
