"""Six words that two people compare by voice."""

import os
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from wardclient.vault.fingerprints import HEADS, TAILS, six_words


def unvoiced(word: str) -> str:
    """Return a word without its voicing marks."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def test_no_two_words_sound_alike() -> None:
    """64 beginnings and 64 ends, two kana each, all different even where a voicing mark is misheard."""
    assert len(HEADS) == len(TAILS) == 64
    assert len({unvoiced(word) for word in (*HEADS, *TAILS)}) == 128
    assert {len(word) for word in (*HEADS, *TAILS)} == {2}


@given(st.binary(max_size=64))
def test_a_hash_has_its_six_words(value: bytes) -> None:
    """The same bytes give the same six words of four kana."""
    words = six_words(value).split(" ")
    assert [len(word) for word in words] == [4] * 6
    assert all(word[:2] in HEADS and word[2:] in TAILS for word in words)
    assert six_words(value) == " ".join(words)


def test_the_words_of_a_stored_card_stay() -> None:
    """What was printed once is found on every screen of every later version."""
    assert six_words(b"x") == "まどくま へやふた なべおけ そらつる さけさる わにいし"


def test_different_hashes_have_different_words() -> None:
    """Two thousand random hashes, no two alike; every position uses its words."""
    found = [six_words(os.urandom(32)) for _ in range(2000)]
    assert len(set(found)) == 2000
    for place in range(6):
        assert len({words.split()[place] for words in found}) > 1000
