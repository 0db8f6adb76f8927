"""How openings are held against a person's wishes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.openings.room import TODAY, Room
from wardclient.openings import matching
from wardclient.openings.derive import FULL, PART
from wardclient.openings.filters import Filters
from wardclient.openings.matching import Facts, Part, SheetFacts, Wishes
from wardclient.openings.problems import OpeningsError
from wardclient.openings.ranking import CancelledError, match_of, rank
from wardclient.openings.search import search

FACTS = Facts((5501,), "調理補助", "14101", PART, 1300, 1500, ((540, 900),))
WISHES = Wishes(
    occupations=("055-01",),
    areas=("14101",),
    home="14102",
    commute_minutes=40,
    full_part=PART,
    pay=1200,
    pay_by=PART,
    earliest=540,
    latest=960,
)
EVERYTHING = replace(
    WISHES,
    occupations=("調理", "031"),
    licences_stated=True,
    licences=("普通自動車運転免許",),
    overtime_ok=False,
    considerations=("重い物", "夜勤"),
)


def points(wishes: Wishes, facts: Facts) -> dict[str, int]:
    """Return the points by part."""
    return {part.part: part.points for part in matching.narrow_parts(wishes, facts)}


def test_all_wishes_met_is_a_hundred() -> None:
    """All wishes met is a hundred."""
    assert matching.score(matching.narrow_parts(WISHES, FACTS)).score == 100


@pytest.mark.parametrize(
    ("change", "part", "expected"),
    [
        ({"occupations": (5502,)}, Part.OCCUPATION, 20),
        ({"occupations": (5601,)}, Part.OCCUPATION, 8),
        ({"occupations": (101,)}, Part.OCCUPATION, 0),
        ({"place": "14102"}, Part.PLACE, 8),
        ({"place": "14206"}, Part.PLACE, 0),
        ({"place": "14206"}, Part.COMMUTE, 0),
        ({"place": "01101"}, Part.COMMUTE, 8),
        ({"pay_min": 1100}, Part.PAY, 8),
        ({"pay_min": 1000, "pay_max": 1100}, Part.PAY, 0),
        ({"full_part": FULL, "pay_min": 200_000, "pay_max": 250_000}, Part.PAY, 8),
        ({"full_part": FULL}, Part.EMPLOYMENT, 0),
        ({"spans": ((540, 980),)}, Part.HOURS, 10),
        ({"spans": ((540, 1080),)}, Part.HOURS, 0),
        ({"spans": ((540, 1080), (600, 900))}, Part.HOURS, 20),
        ({"spans": ()}, Part.HOURS, 10),
    ],
)
def test_each_part_by_its_rule(change: dict[str, object], part: Part, expected: int) -> None:
    """Each part by its rule."""
    facts = replace(FACTS, **change)  # type: ignore[arg-type]
    assert points(WISHES, facts)[part] == expected


def test_a_wish_that_is_not_stated_is_no_part() -> None:
    """A wish that is not stated is no part."""
    assert matching.narrow_parts(Wishes(), FACTS) == []
    assert matching.score([]).score == 0


def test_a_part_switched_off_does_not_count() -> None:
    """A part switched off does not count."""
    far = replace(FACTS, place="14206")
    parts = matching.narrow_parts(WISHES, far)
    assert matching.score(parts).score < 100
    without = matching.score(parts, (Part.PLACE, Part.COMMUTE))
    assert without.score == 100
    assert {part.part for part in without.parts}.isdisjoint({Part.PLACE, Part.COMMUTE})


def test_a_required_licence_that_is_missing_is_named() -> None:
    """A required licence that is missing is named."""
    wishes = Wishes(licences=("普通自動車運転免許",), licences_stated=True)
    (part,) = matching.sheet_parts(wishes, SheetFacts(("介護福祉士", "普通自動車運転免許"), "", ""))
    assert part.points == 0
    assert "介護福祉士" in part.ja
    assert "普通自動車" not in part.ja


def test_health_words_ask_for_a_talk_and_promise_nothing() -> None:
    """Health words ask for a talk and promise nothing."""
    wishes = Wishes(considerations=matching.considerations_in("腰痛のため重い物は持てない"))
    assert set(wishes.considerations) == {"重い物", "腰"}
    (bad,) = matching.sheet_parts(wishes, SheetFacts((), "", "重量物の運搬あり"))
    (good,) = matching.sheet_parts(wishes, SheetFacts((), "", "事務"))
    assert (bad.points, "重量物" in bad.ja) == (0, True)
    assert (good.points, "要確認" in good.ja) == (15, True)


@pytest.mark.parametrize(
    ("wished", "constraints", "expected"),
    [
        ("9:00-15:00", (), (540, 900)),
        ("９時～１５時３０分", (), (540, 930)),
        ("22:00~6:00", (), (1320, 1800)),
        ("9:00-18:00", ("保育園のお迎え17時まで",), (540, 1020)),
        ("", ("8時半以降なら可",), (510, None)),
        ("17時まで", (), (None, 1020)),
        ("いつでも", ("母の介護",), (None, None)),
    ],
)
def test_possible_hours(
    wished: str, constraints: tuple[str, ...], expected: tuple[int | None, int | None]
) -> None:
    """Possible hours."""
    assert matching.possible_hours(wished, constraints) == expected


codes = st.sampled_from(["14101", "14102", "14109", "14131", "13111", "14206", "01101", ""])
amounts = st.none() | st.integers(0, 400_000)
facts_of = st.builds(
    Facts,
    st.lists(st.sampled_from([5501, 5502, 5601, 101, 0]), max_size=3).map(tuple),
    st.sampled_from(["調理補助", "清掃", ""]),
    codes,
    st.sampled_from([0, FULL, PART]),
    amounts,
    amounts,
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(1, 720)).map(lambda s: (s[0], s[0] + s[1])), max_size=3
    ).map(tuple),
)


@given(facts=facts_of, off=st.frozensets(st.sampled_from(list(Part))))
def test_a_score_is_what_its_parts_say(facts: Facts, off: frozenset[Part]) -> None:
    """A score is what its parts say."""
    match = matching.score(matching.narrow_parts(EVERYTHING, facts), off)
    assert 0 <= match.score <= 100
    assert off.isdisjoint(part.part for part in match.parts)
    assert all(0 <= part.points <= part.most and part.ja and part.en for part in match.parts)
    most = sum(part.most for part in match.parts)
    assert not most or match.score == round(100 * sum(part.points for part in match.parts) / most)


@given(facts=facts_of, more=st.integers(1, 100_000))
def test_more_pay_never_fits_worse(facts: Facts, more: int) -> None:
    """More pay never fits worse."""

    def raised(amount: int | None) -> int | None:
        return None if amount is None else amount + more

    better = replace(facts, pay_min=raised(facts.pay_min), pay_max=raised(facts.pay_max))
    assert points(WISHES, better)[Part.PAY] >= points(WISHES, facts)[Part.PAY]


def filled(room: Room, rows: int = 300) -> None:
    """Read a file in and index it."""
    path, _ = room.write(rows=rows)
    room.read(path)
    room.index()


@pytest.mark.parametrize("text", ["", "調理", "-清掃"])
@pytest.mark.parametrize("wishes", [WISHES, EVERYTHING])
def test_ranking_orders_and_hides_nothing(room: Room, text: str, wishes: Wishes) -> None:
    """Ranking orders and hides nothing."""
    filled(room)
    plain = search(room.connection, text, Filters(), TODAY, limit=1000)
    page = rank(room.connection, text, Filters(), TODAY, wishes, limit=1000)
    assert page.total == plain.total > 0
    assert {r.row.opening_no for r in page.rows} == {r.opening_no for r in plain.rows}
    scores = [r.match.score for r in page.rows]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1


def test_the_first_page_is_the_best_by_the_whole_sheet(room: Room) -> None:
    """The first page is the best by the whole sheet."""
    filled(room)
    docids = [row[0] for row in room.connection.execute("SELECT docid FROM opening")]
    by_hand = sorted((match_of(room.connection, d, WISHES).score for d in docids), reverse=True)
    page = rank(room.connection, "", Filters(listed_only=False), TODAY, WISHES, limit=10)
    assert [r.match.score for r in page.rows] == by_hand[:10]


def test_filters_and_wrong_parts(room: Room) -> None:
    """Filters and wrong parts."""
    filled(room, 60)
    part_time = Filters(full_part="part")
    page = rank(room.connection, "", part_time, TODAY, WISHES, limit=100)
    assert {r.row.full_part for r in page.rows} == {"パート"}
    with pytest.raises(OpeningsError) as refused:
        rank(room.connection, "", Filters(), TODAY, WISHES, off=("luck",))
    assert refused.value.problems[0].code == "unknown_part"


def test_a_withheld_employer_stays_withheld(room: Room) -> None:
    """A withheld employer stays withheld."""
    filled(room)
    page = rank(room.connection, "", Filters(), TODAY, WISHES, limit=1000, client_facing=True)
    hidden = [r.row for r in page.rows if r.row.scope == 3]
    assert hidden
    assert all(row.masked and "非公開" in row.employer for row in hidden)


def test_ranking_can_be_stopped(room: Room) -> None:
    """Ranking can be stopped."""
    filled(room, 20)
    with pytest.raises(CancelledError):
        rank(room.connection, "", Filters(), TODAY, WISHES, cancelled=lambda: True)
