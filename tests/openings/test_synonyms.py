"""Words that mean the same work."""

import pytest

from tests.openings.room import TODAY, Room
from wardclient.openings import synonyms
from wardclient.openings.filters import Filters
from wardclient.openings.problems import OpeningsError
from wardclient.openings.query import understand
from wardclient.openings.search import search


def filled(room: Room) -> None:
    """Read a file in and index it."""
    path, _ = room.write(rows=300)
    room.read(path)
    room.index()


def numbers(room: Room, text: str, *, widened: bool = True) -> set[str]:
    """Return the openings that a text finds."""
    page = search(room.connection, text, Filters(), TODAY, limit=1000, widened=widened)
    return {row.opening_no for row in page.rows}


def test_a_word_finds_what_its_synonyms_find_and_says_so(room: Room) -> None:
    """A widened search is the union; the page names the words."""
    filled(room)
    synonyms.write(room.connection, "調理", ("清掃",))
    both = numbers(room, "調理")
    assert both == numbers(room, "調理", widened=False) | numbers(room, "清掃", widened=False)
    assert both > numbers(room, "調理", widened=False)
    assert search(room.connection, "調理", Filters(), TODAY, widened=True).also == (("調理", ("清掃",)),)
    assert search(room.connection, "調", Filters(), TODAY, widened=True).also == ()


def test_an_excluded_word_is_not_widened(room: Room) -> None:
    """Nothing is hidden that nobody asked to hide."""
    filled(room)
    synonyms.write(room.connection, "調理", ("清掃",))
    assert numbers(room, "-調理") == numbers(room, "-調理", widened=False)


def test_the_ward_replaces_the_own_list_and_can_return(room: Room) -> None:
    """介護 has synonyms from the start; the ward changes, empties, resets them; a closed file keeps them."""
    assert "ヘルパー" in synonyms.also(room.connection, "介護")
    synonyms.write(room.connection, "介護", ("看護補助",))
    room.reopen()
    assert synonyms.also(room.connection, "介護") == ("看護補助",)
    synonyms.write(room.connection, "介護", ())
    assert synonyms.widen(room.connection, understand("介護"))[1] == ()
    synonyms.forget(room.connection, "介護")
    assert "ヘルパー" in synonyms.also(room.connection, "介護")


@pytest.mark.parametrize(
    ("word", "others"),
    [("", ("a",)), ("二 語", ("a",)), ("調理", ("、、",)), ("調理", tuple(map(str, range(9))))],
)
def test_what_is_no_word_is_refused(room: Room, word: str, others: tuple[str, ...]) -> None:
    """Refused in words; nothing is written."""
    with pytest.raises(OpeningsError):
        synonyms.write(room.connection, word, others)
    assert synonyms.of_ward(room.connection) == {}
