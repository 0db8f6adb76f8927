"""候補求人: one list whatever the order of arrival, words that nothing rewrites, openings that are never removed."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.fields import TO_CITY, TO_HW, facts
from wardclient.casework.shortlist import (
    Candidate,
    ClientWord,
    Order,
    Pick,
    Step,
    candidates,
    may_say,
    moved,
    standing,
)
from wardclient.casework.validation import validate

DAY = date(2026, 11, 24)
A, B, C = "14990-00000101", "14990-00000202", "14990-00000303"


def word(name: str, state: ClientWord, *after: str, at: int = 0, corrects: str = "") -> Step:
    """A word of the person."""
    return Step(name, state, DAY, at, after, corrects)


def test_one_opening_picked_by_two_offices_stands_once() -> None:
    """Both picks stay; the list names the opening once, in the order of picking."""
    found = candidates([Pick("p", B, DAY, 2), Pick("q", A, DAY, 1), Pick("r", A, DAY, 3)], (), ())
    assert [(c.opening_no, [p.pick_id for p in c.picks]) for c in found] == [(A, ["q", "r"]), (B, ["p"])]
    assert all(c.standing.states == () and c.printed for c in found)


def test_the_newest_order_counts_and_new_picks_follow() -> None:
    """An order is a whole list; what it does not know comes after."""
    picks = [Pick("p", A, DAY, 1), Pick("q", B, DAY, 2), Pick("r", C, DAY, 3)]
    orders = [Order("x", (B, A), 5), Order("y", (A, B), 4)]
    assert [c.opening_no for c in candidates(picks, (), orders)] == [B, A, C]


def test_what_was_taken_off_stands_last_and_stays() -> None:
    """Taken off is a word like another: it is read, struck out, and not printed."""
    picks = [Pick("p", A, DAY, 1), Pick("q", B, DAY, 2)]
    said = [(A, word("1", ClientWord.TAKEN_OFF))]
    found = candidates(picks, said, [Order("x", (A, B), 5)])
    assert [(c.opening_no, c.taken_off, c.printed) for c in found] == [(B, False, True), (A, True, False)]
    back = candidates(picks, [*said, (A, word("2", ClientWord.WANTS, at=1, corrects="1"))], [])
    assert [(c.opening_no, c.taken_off) for c in back] == [(A, False), (B, False)]


def test_two_words_apart_both_stand_until_somebody_asks_again() -> None:
    """Neither office's word is lost; a contested one keeps no opening off the paper."""
    apart = (word("1", ClientWord.DECLINES), word("2", ClientWord.WANTS))
    each = Candidate(A, (Pick("p", A, DAY, 1),), apart)
    assert each.standing.conflict
    assert each.printed
    assert not each.taken_off
    assert set(may_say(each.standing)) == set(ClientWord)
    asked = replace(each, words=(*apart, word("3", ClientWord.DECLINES, "1", "2", at=1)))
    assert asked.standing.state is ClientWord.DECLINES
    assert not asked.printed
    assert ClientWord.DECLINES not in may_say(asked.standing)


def test_a_word_struck_out_can_be_said_again() -> None:
    """To strike out leaves every word open, also the one before."""
    said = [word("1", ClientWord.WANTS), word("2", ClientWord.DECLINES, "1", at=1)]
    assert set(may_say(standing(said), standing(said, "2"))) == set(ClientWord)


numbers = st.sampled_from([A, B, C, "14990-00000404"])
picks = st.lists(
    st.builds(
        Pick,
        st.uuids().map(str),
        numbers,
        st.integers(0, 3).map(lambda n: DAY + timedelta(n)),
        st.integers(0, 9),
    ),
    max_size=8,
)
said = st.lists(
    st.tuples(
        numbers,
        st.builds(
            Step,
            st.sampled_from("abcdefgh"),
            st.sampled_from(list(ClientWord)),
            st.just(DAY),
            st.integers(0, 9),
            st.lists(st.sampled_from("abcdefgh"), max_size=2).map(tuple),
            st.sampled_from(["", "", "a", "b"]),
        ),
    ),
    unique_by=lambda pair: pair[1].step_id,
    max_size=8,
)
orders = st.lists(
    st.builds(Order, st.uuids().map(str), st.lists(numbers, max_size=4).map(tuple), st.integers(0, 5)),
    max_size=3,
)


@given(picks, said, orders, st.randoms())
def test_every_pick_stands_in_one_place_on_every_pc(
    made: list[Pick], words: list[tuple[str, Step]], ordered: list[Order], order: object
) -> None:
    """No opening leaves the list, whatever is said of it, and both offices see the same list."""
    mixed = [list(made), list(words), list(ordered)]
    for each in mixed:
        order.shuffle(each)  # type: ignore[attr-defined]
    found = candidates(made, words, ordered)
    assert candidates(*mixed) == found  # type: ignore[arg-type]
    assert sorted(p.pick_id for c in found for p in c.picks) == sorted({p.pick_id for p in made})
    assert len({c.opening_no for c in found}) == len(found) == len({p.opening_no for p in made})
    off = [c.taken_off for c in found]
    assert off == sorted(off)


@given(st.lists(numbers, unique=True, min_size=1), st.integers(-5, 5), st.data())
def test_a_move_loses_nothing(order: list[str], by: int, data: st.DataObject) -> None:
    """The same numbers, the moved one as far as the ends allow."""
    number = data.draw(st.sampled_from(order))
    found = moved(order, number, by)
    assert sorted(found) == sorted(order)
    assert found.index(number) == min(max(order.index(number) + by, 0), len(order) - 1)
    assert moved(order, "nothing", by) == tuple(order)


def test_it_crosses_by_the_box_of_referrals_alone() -> None:
    """紹介 (H3) towards the city, S6 towards Hello Work; the program's own fields never."""
    values: dict[str, dict[str, object]] = {
        "shortlist": {"case_id": "x", "opening_no": A, "job_title": "調理", "reason": "近い"},
        "shortlist_word": {"opening_no": A, "state": "wants", "note": "朝がよい", "after": ["1"]},
    }
    for items, direction, crosses in (
        (["H3"], TO_CITY, True),
        (["H1", "H2", "H4", "H5"], TO_CITY, False),
        (["S6"], TO_HW, True),
        (["S1", "S4", "S7"], TO_HW, False),
    ):
        found = {(f.kind, f.field) for f in facts(values, items, direction)}
        assert (("shortlist", "reason") in found) is crosses
        assert (("shortlist_word", "note") in found) is crosses
        assert not {name for _kind, name in found} & {"case_id", "after"}


def test_a_word_names_the_opening_and_its_day() -> None:
    """The form says what is missing, and that no word is said tomorrow."""
    wrong = validate("shortlist_word", {"opening_no": A, "state": "wants", "on": "2026-11-25"}, today=DAY)
    assert [p.field for p in wrong] == ["on"]
    assert {p.field for p in validate("shortlist_word", {}, today=DAY)} == {"opening_no", "state", "on"}
