"""Text in terminal cells."""

import pytest

from wardclient.widgets.cells import after, before, cut, fit, graphemes, width, wrap

NAMES = [
    ("佐藤", 2),
    ("𠮷田", 2),
    ("葛\U000e0100城", 2),
    ("か\u3099んだ", 3),
    ("ﾊﾞﾝﾄﾞｳ", 6),
    ("髙﨑", 2),
    ("Đặng", 4),
    ("a\u0301b", 2),
    ("神\ufe00社", 2),
    ("👩\u200d👧家", 2),
    ("", 0),
    ("渡邉 一", 4),
]


@pytest.mark.parametrize(("name", "characters"), NAMES)
def test_written_characters_are_counted_whole(name: str, characters: int) -> None:
    """A kanji with its selector, a kana with its mark and a joined sign are one written character each."""
    found = list(graphemes(name))
    assert len(found) == characters
    assert "".join(found) == name


@pytest.mark.parametrize(("name", "_characters"), NAMES)
def test_steps_to_the_left_and_right_meet_the_same_places(name: str, _characters: int) -> None:
    """Walking right through a name and back left stops at the same places."""
    right = [0]
    while right[-1] < len(name):
        right.append(after(name, right[-1]))
    left = [len(name)]
    while left[-1] > 0:
        left.append(before(name, left[-1]))
    assert right == left[::-1]


@pytest.mark.parametrize("room", range(12))
@pytest.mark.parametrize("text", ["戸部 健一", "調理補助スタッフ", "abc", "ｻﾄｳ", "葛\U000e0100城"])
def test_fitted_text_takes_exactly_its_room(text: str, room: int) -> None:
    """Padded or cut, the result is as wide as asked, never a cell more."""
    assert width(fit(text, room)) == room
    assert width(cut(text, room)) <= room


def test_a_line_does_not_begin_with_a_closing_sign() -> None:
    """The character before 。 or 」 moves down with it."""
    lines = wrap("朝の時間帯に働きたい。」と話した。", 20)
    assert all(not line.startswith(("。", "」")) for line in lines)
    assert "".join(lines) == "朝の時間帯に働きたい。」と話した。"
    assert max(map(width, lines)) <= 20
