"""The grams find what they should in a real FTS5 table, from one character on."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.names import search_key
from wardclient.casework.search_text import bigrams, case_index_text, case_query_text, index_text, query_text

PERSON = {
    "family_name": "髙﨑",
    "given_name": "由美",
    "name_kana": "タカサキ\u3000ユミ",
    "alias": "相模",
    "birth_date": "1986-04-02",
    "phone": "08000001234",
}
CASE = {"case_no": "3-00123"}


def table(*rows: str) -> sqlite3.Connection:
    """Return an index of rows, numbered from 1."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='unicode61 remove_diacritics 0')"
    )
    connection.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", enumerate(rows, 1))
    return connection


def found(connection: sqlite3.Connection, match: str) -> list[int]:
    """Return the numbers of the rows that match."""
    if not match:
        return []
    return [
        row for (row,) in connection.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", (match,))
    ]


def test_grams_are_pairs_and_the_last_character() -> None:
    """As measured: one- and two-character grams, so that surnames of two kanji are found."""
    assert bigrams("相模由") == ["相模", "模由", "由"]
    assert bigrams("森") == ["森"]
    assert bigrams("") == []


@pytest.mark.parametrize(
    "typed",
    [
        *("髙", "高", "高崎", "由美", "美", "高崎由美", "髙﨑　由美", "由美 高崎", "相模"),
        *("タカサキ", "たかさき", "ﾀｶｻｷ", "ゆみ", "takasaki", "Yumi", "takasaki yumi"),
        *("昭和61年4月2日", "S61.4.2", "1986-04-02", "19860402", "１９８６／４／２"),
        *("080-0000-1234", "0000-1234", "3-00123", "00123"),
    ],
)
def test_a_person_is_found_by_anything_known(typed: str) -> None:
    """Kanji, kana, romaji, numbers and the birth date in any form, in one box."""
    other = case_index_text({"family_name": "森", "given_name": "健", "name_kana": "モリ\u3000ケン"}, {})
    connection = table(other, case_index_text(PERSON, CASE))
    assert found(connection, case_query_text(typed)) == [2]


@pytest.mark.parametrize("typed", ["美由", "高美", "佐藤", "sato", "S61.4.3", "19860403", "9999"])
def test_a_person_is_not_found_by_what_is_not_there(typed: str) -> None:
    """A phrase does not run over names, and a near date is another date."""
    assert found(table(case_index_text(PERSON, CASE)), case_query_text(typed)) == []


def test_a_phrase_stays_within_a_run() -> None:
    """Two texts side by side do not make a word across their border."""
    connection = table(index_text("相模", "由美"), index_text("相模、由美"), index_text("相模由美"))
    assert found(connection, query_text("模由")) == [3]


@given(
    st.lists(st.text('佐藤森あアｱ\U00020bb7髙AaＡ1１ー々〇é、。(-"*', max_size=8), min_size=1, max_size=4),
    st.data(),
)
def test_every_part_of_every_text_is_found(texts: list[str], data: st.DataObject) -> None:
    """Whatever piece of an unbroken stretch is typed, the row comes, and any typed text is a valid query."""
    connection = table(*(index_text(text) for text in texts))
    number = data.draw(st.integers(0, len(texts) - 1))
    text = texts[number]
    begin = data.draw(st.integers(0, len(text)))
    piece = text[begin : data.draw(st.integers(begin, len(text)))]
    match = query_text(piece)
    if match:
        assert number + 1 in found(connection, match)
    for row in found(connection, match):
        key = search_key(texts[row - 1])
        assert all(character in key for character in search_key(piece) if character.isalnum())


@given(st.text(max_size=30))
def test_any_text_makes_a_query_that_fts_accepts(text: str) -> None:
    """No quote, star or bracket that is typed reaches the query language."""
    connection = table(index_text(text))
    found(connection, query_text(text))
    found(connection, case_query_text(text))


@pytest.mark.parametrize(
    "letter", ["\U00020bb7", "\U0002b820", "\U00030000", "\U00031350", "々", "ー", "\ue000", "é"]
)
def test_rare_letters_are_tokens(letter: str) -> None:
    """Characters beyond JIS, extensions of CJK and private ones are found alone and in words."""
    connection = table(index_text(f"山{letter}子"), index_text("山子"))
    assert found(connection, query_text(letter)) == [1]
    assert found(connection, query_text(f"山{letter}")) == [1]
