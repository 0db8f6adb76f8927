"""The free-word box and the grams: what is typed means the same to the index as to a plain comparison."""

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from hypothesis import given, settings
from hypothesis import strategies as st

from wardclient.openings.grams import fold, phrase, runs, tokens
from wardclient.openings.problems import SearchRefusedError
from wardclient.openings.query import MAX_CHARACTERS, Words, understand


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("調理", (("調理",),), ()),
        ("調理　夜勤", (("調理",), ("夜勤",)), ()),
        ("調理 AND 夜勤", (("調理",), ("夜勤",)), ()),
        ("調理 OR 介護 夜勤", (("調理", "介護"), ("夜勤",)), ()),
        ("調理｜介護", (("調理", "介護"),), ()),
        ("調理　ＯＲ　介護", (("調理", "介護"),), ()),
        ("清掃 NOT 病院", (("清掃",),), ("病院",)),
        ("清掃　ＮＯＴ　病院", (("清掃",),), ("病院",)),
        ("清掃 -病院", (("清掃",),), ("病院",)),
        ("清掃　－病院", (("清掃",),), ("病院",)),
        ("-病院", (), ("病院",)),
        ("調理 or 介護", (("調理",), ("or",), ("介護",)), ()),
        ("調理 OR", (("調理",),), ()),
        ("OR 調理", (("調理",),), ()),
        ("調理 NOT", (("調理",),), ()),
        ("調理 -", (("調理",),), ()),
        ("", (), ()),
        ("　", (), ()),
    ],
)
def test_operators(typed: str, wanted: tuple[tuple[str, ...], ...], unwanted: tuple[str, ...]) -> None:
    """AND by blank, OR between neighbours, NOT before a word, full-width alike; half-typed ones wait."""
    words = understand(typed)
    assert (words.wanted, words.unwanted) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("！！", "no_letters"),
        ("調理 ・", "no_letters"),
        ("調理 OR NOT 介護", "or_not"),
        ("調理 -介護 OR 清掃", "or_not"),
        ("あ" * (MAX_CHARACTERS + 1), "too_long"),
    ],
)
def test_what_cannot_be_searched_is_said(typed: str, code: str) -> None:
    """A word of marks only could match nothing: that is an error, not zero hits."""
    with pytest.raises(SearchRefusedError) as refused:
        understand(typed)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｷｯﾁﾝ", "キッチン"),
        ("きっちん", "キッチン"),
        ("ＣＡＤ", "cad"),
        ("㈱アオネ", "(株)アオネ"),
        ("髙ノ宮", "高ノ宮"),
        ("保土ヶ谷", "保土ケ谷"),
    ],
)
def test_forms_that_a_reader_takes_for_the_same(one: str, other: str) -> None:
    """Width, kana, case and variants fold together."""
    assert fold(one) == fold(other)


def test_a_phrase_does_not_run_on_into_the_next_run() -> None:
    """調理・理容 holds no 調理理容 although the pairs would line up."""
    assert tokens("調理・理容") == "調理 理 理容 容 調"
    assert phrase("調理容") == '"調理 理容"'


def answer(typed: str) -> Words | SearchRefusedError:
    """Return the query understood, or its refusal."""
    try:
        return understand(typed)
    except SearchRefusedError as refused:
        return refused


def sqlite3_understands(words: Words) -> None:
    """Put the expression to a real index; a syntax error there would reach the person."""
    index = sqlcipher.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE t USING fts5(body, hidden, content='', tokenize='ascii')")
    for expression in (words.match, words.exclude):
        if expression:
            index.execute("SELECT rowid FROM t WHERE t MATCH ?", (f"{{body}} : ({expression})",)).fetchall()
    index.close()


TEXT = st.text(alphabet="調理補助清掃あアｱABab12・、 \n－ー", max_size=30)
WORD = st.text(alphabet="調理補助清掃あアｱABab12", min_size=1, max_size=5)


@given(TEXT, WORD)
@settings(max_examples=300)
def test_the_grams_of_a_text_hold_a_word_exactly_when_the_text_does(text: str, word: str) -> None:
    """The index' rule (tokens in sequence) equals plain containment in an unbroken run."""
    stored = tokens(text).split(" ")
    asked = phrase(word).strip('"').split(" ")
    found = any(stored[at : at + len(asked)] == asked for at in range(len(stored)))
    assert found == any(fold(word) in run for run in runs(text))


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    """No text of a person breaks the search; refusals carry a Japanese sentence."""
    outcome = answer(typed)
    if isinstance(outcome, SearchRefusedError):
        assert outcome.problems[0].ja.endswith("。")
    else:
        sqlite3_understands(outcome)
