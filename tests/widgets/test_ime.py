"""Text fields under an input method."""

from collections.abc import Callable

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from wardclient.widgets.choices import ChecksField, ChoiceField
from wardclient.widgets.ime import ImeInput, ImeTextArea, clean_paste
from wardclient.widgets.typed import KanaInput, MomentInput, WarekiInput


class Host(App[None]):
    """One widget under a line that may go away."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make

    def get_css_variables(self) -> dict[str, str]:
        names = ("ward-key", "ward-text", "ward-quiet", "ward-accent")
        return {**super().get_css_variables(), **dict.fromkeys(names, "#ffffff")}

    def compose(self) -> ComposeResult:
        yield Static("上の行", id="above")
        yield self._make()
        yield ImeInput(id="other")


@pytest.mark.parametrize(("typed", "cells"), [("", 0), ("a", 1), ("佐藤", 4), ("ｻﾄｳ", 3), ("𠮷", 2)])
async def test_terminal_cursor_marks_the_insertion_point(typed: str, cells: int) -> None:
    """The input method draws at the terminal's cursor: exactly after what is typed."""
    app = Host(ImeInput)
    async with app.run_test() as pilot:
        await pilot.press(*typed)
        await pilot.pause()
        field = app.query(ImeInput).first()
        assert app.cursor_position.x == field.content_region.x + cells


async def test_terminal_cursor_follows_when_the_layout_moves() -> None:
    """A line above that disappears takes the cursor up with its field."""
    app = Host(ImeInput)
    async with app.run_test() as pilot:
        await pilot.press(*"佐藤")
        app.query_one("#above").display = False
        await pilot.pause()
        field = app.query(ImeInput).first()
        assert app.cursor_position.y == field.content_region.y == 0


@pytest.mark.parametrize("name", ["葛\U000e0100", "か\u3099", "𠮷", "神\ufe00"])
async def test_backspace_takes_the_whole_character_in_both_fields(name: str) -> None:
    """Backspace never leaves a kanji without its selector or a kana without its mark."""
    app = Host(lambda: ImeTextArea(f"鶴{name}"))
    async with app.run_test() as pilot:
        area = app.query_one(ImeTextArea)
        area.focus()
        area.move_cursor(area.document.end)
        await pilot.press("backspace")
        assert area.text == "鶴"
        field = app.query_one("#other", ImeInput)
        field.focus()
        field.value = f"鶴{name}"
        field.cursor_position = len(field.value)
        await pilot.press("left")
        assert field.cursor_position == 1
        await pilot.press("delete")
        assert field.value == "鶴"


@pytest.mark.parametrize(
    ("given", "line", "lines"),
    [
        ("佐藤\n太郎\t様", "佐藤 太郎 様", "佐藤\n太郎 様"),
        ("か\u3099く\x07", "がく", "がく"),
        ("葛\U000e0100", "葛\U000e0100", "葛\U000e0100"),
        ("神\uf9d0", "神\uf9d0", "神\uf9d0"),
        ("  ", "", "  "),
    ],
)
def test_paste_is_cleaned_and_names_are_left_alone(given: str, line: str, lines: str) -> None:
    """Controls go, kana marks join, kanji of any kind stay as they are."""
    assert clean_paste(given) == line
    assert clean_paste(given, lines=True) == lines


async def test_paste_replaces_the_selection() -> None:
    """What is selected goes, what is pasted comes, on one line."""
    app = Host(ImeInput)
    async with app.run_test() as pilot:
        field = app.query(ImeInput).first()
        field.value = "旧姓"
        field.select_all()
        field.post_message(events.Paste("佐藤\n花子"))
        await pilot.pause()
        assert field.value == "佐藤 花子"


async def test_a_passphrase_is_drawn_with_signs_of_certain_width() -> None:
    """Neither the words nor a dot of uncertain width is drawn."""
    app = Host(lambda: ImeInput(password=True))
    async with app.run_test() as pilot:
        await pilot.press(*"himitsu")
        drawn = "".join(segment.text for segment in app.query(ImeInput).first().render_line(0))
        assert "*******" in drawn
        assert "himitsu" not in drawn


@pytest.mark.parametrize(
    "typed", ["R8.11.24", "令和8年11月24日", "2026/11/24", "Ｒ８．１１．２４", "20261124"]
)
async def test_every_form_of_a_date_is_one_day_in_both_calendars(typed: str) -> None:
    """However it is written, the day is stored once and shown in both calendars."""
    app = Host(WarekiInput)
    async with app.run_test():
        field = app.query_one(WarekiInput)
        field.value = typed
        assert field.read() == "2026-11-24"
        assert field.note() == "令和8年11月24日 (2026/11/24)"
        field.fill("2026-11-24")
        assert field.value == "R8.11.24"


async def test_a_date_outside_its_era_is_asked_about_not_changed() -> None:
    """平成31年5月1日 stays as typed; the day it may mean is offered."""
    app = Host(WarekiInput)
    async with app.run_test():
        field = app.query_one(WarekiInput)
        field.value = "H31.5.1"
        assert field.read() == "H31.5.1"
        assert "令和元年5月1日" in field.note()


async def test_a_moment_is_read_and_shown() -> None:
    """Day and time go in as people write them and come out as stored."""
    app = Host(MomentInput)
    async with app.run_test():
        field = app.query_one(MomentInput)
        field.value = "R8.11.27 14:00"
        assert field.read() == "2026-11-27T14:00:00+09:00"
        field.fill("2026-11-27T14:00:00+09:00")
        assert field.value == "R8.11.27 14:00"


async def test_kana_becomes_full_width_katakana_on_leaving_the_field() -> None:
    """Hiragana and half-width kana are offered as katakana; other text stays for the rule to refuse."""
    app = Host(KanaInput)
    async with app.run_test() as pilot:
        field = app.query_one(KanaInput)
        field.focus()
        field.value = "さがみ ﾕﾐ"
        await pilot.press("tab")
        await pilot.pause()
        assert field.value == "サガミ\u3000ユミ"
        field.value = "相模"
        assert field.read() == "相模"


async def test_checks_say_yes_and_no_in_words_and_keep_what_is_fixed() -> None:
    """Space switches はい and いいえ; what must stay on stays on."""
    app = Host(lambda: ChecksField((("S1", "氏名"), ("S5", "健康")), one_column=True, fixed=("S1",)))
    async with app.run_test() as pilot:
        field = app.query_one(ChecksField)
        field.focus()
        await pilot.press("space", "down", "space")
        assert field.value == ["S1", "S5"]
        assert str(field.render()).count("[はい]") == 2
        await pilot.press("space")
        assert "[いいえ]" in str(field.render())


async def test_a_choice_is_marked_with_brackets_and_moves_by_arrows() -> None:
    """The chosen one stands in brackets; what is required cannot be emptied."""
    app = Host(lambda: ChoiceField((("1", "本人"), ("2", "代理人")), required=True))
    async with app.run_test() as pilot:
        field = app.query_one(ChoiceField)
        field.fill("1")
        field.focus()
        await pilot.press("right", "delete")
        assert field.value == "2"
        assert "[代理人]" in str(field.render())


async def test_a_long_text_scrolls_within_its_field() -> None:
    """At the end of a text wider than the field the cursor is inside it; Home shows the beginning."""
    app = Host(ImeInput)
    async with app.run_test(size=(24, 6)) as pilot:
        field = app.query(ImeInput).first()
        field.insert_text_at_cursor("鶴見中央九丁目九十九番九号架空荘百一号室")
        await pilot.pause()
        region = field.content_region
        assert region.x <= app.cursor_position.x <= region.right
        assert "号室" in "".join(segment.text for segment in field.render_line(0))
        await pilot.press("home")
        assert "鶴見" in "".join(segment.text for segment in field.render_line(0))


@pytest.mark.parametrize("make", [ImeInput, ImeTextArea])
async def test_a_full_width_blank_is_typed_like_any_other_sign(
    make: type[ImeInput] | type[ImeTextArea],
) -> None:
    """Between family and given name people type the blank of their input method; a control sign stays out."""
    app = Host(make)
    async with app.run_test() as pilot:
        field = app.query(make).first()
        field.focus()
        await pilot.press("青", "木")
        field.post_message(events.Key("ideographic_space", "\u3000"))
        await pilot.press("葵", "left")
        # As a terminal reports it; the pilot knows no name for this key.
        field.post_message(events.Key("ideographic_space", "\u3000"))
        field.post_message(events.Key("ctrl+b", "\x02"))
        await pilot.pause()
        assert (field.value if isinstance(field, ImeInput) else field.text) == "青木\u3000\u3000葵"
        assert app.query(ImeInput).last().value == ""
