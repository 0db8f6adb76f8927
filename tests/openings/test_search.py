"""Searching the store: filters, words, order, pages, and what a client may see."""

import random
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.openings.room import KEY, TODAY, Room
from wardclient.openings import search as search_module
from wardclient.openings.filters import Filters
from wardclient.openings.indexer import Layouts, cells, index_pending, searched_text
from wardclient.openings.names import choices
from wardclient.openings.problems import SearchRefusedError
from wardclient.openings.query import understand
from wardclient.openings.search import MASKED, OpeningRow, Order, search
from wardclient.openings.sheet import OpeningSheet, get
from wardclient.openings.store import index_behind, prepare
from wardclient.practice.openings_words import BENEFITS, JOBS
from wardclient.storage.cipher import connect

ALL = Filters(listed_only=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Return an indexed store of 700 openings; tests here only read it."""
    folder = tmp_path_factory.mktemp("openings")
    connection = connect(folder / "openings.db", KEY)
    prepare(connection)
    room = Room(folder, connection)
    path, _ = room.write(rows=700)
    room.read(path)
    room.index()
    yield room
    connection.close()


def every(
    room: Room, text: str, filters: Filters, order: Order = "received", limit: int = 50
) -> list[OpeningRow]:
    """Return all rows of a search, page after page."""
    rows: list[OpeningRow] = []
    after = ""
    while True:
        page = search(room.connection, text, filters, TODAY, order=order, limit=limit, after=after)
        rows += page.rows
        assert len(page.rows) <= limit
        after = page.after
        if not after:
            return rows


@pytest.fixture(scope="module")
def sheets(filled: Room) -> list[OpeningSheet]:
    """Return every opening in full: what filters are compared with."""
    numbers = [row.opening_no for row in every(filled, "", ALL, limit=200)]
    return [get(filled.connection, number, TODAY) for number in numbers]


@pytest.fixture(scope="module")
def read_texts(filled: Room) -> dict[bool, dict[str, str]]:
    """Return the texts that words are compared with, by whether a client looks on."""
    return {facing: texts(filled, client_facing=facing) for facing in (False, True)}


def texts(room: Room, *, client_facing: bool = False) -> dict[str, str]:
    """Return the whole searchable text of each opening, read without the index."""
    layouts = Layouts(room.connection)
    found = {}
    for number, layout, record in room.connection.execute("SELECT number, layout_id, record FROM sheet"):
        body, hidden = searched_text(layouts[layout], cells(record))
        office, serial = divmod(number, 10**8)
        found[f"{office:05d}-{serial:08d}"] = body if client_facing else f"{body}\n{hidden}"
    return found


def word(draw: random.Random, pool: list[str]) -> str:
    """Return a piece of one to six characters of some text, so that most queries have hits."""
    text = draw.choice(pool)
    start = draw.randrange(len(text))
    return text[start : start + draw.randrange(1, 7)]


POOL = [text for job in JOBS for text in job.titles + job.tasks] + list(BENEFITS)


@given(seed=st.integers(0, 10**9), client_facing=st.booleans())
@settings(max_examples=60)
def test_hits_are_those_of_a_plain_comparison(
    filled: Room, read_texts: dict[bool, dict[str, str]], seed: int, client_facing: bool
) -> None:
    """For words cut from the texts, with AND, OR and NOT: the index finds what reading all texts finds."""
    draw = random.Random(seed)  # noqa: S311 - chance for tests
    parts = [word(draw, POOL)]
    for _ in range(draw.randrange(3)):
        parts += [draw.choice(["", "OR", "NOT", "AND", "　"]), word(draw, POOL)]
    typed = " ".join(parts)
    try:
        asked = understand(typed)
    except SearchRefusedError:
        return
    found = search(filled.connection, typed, ALL, TODAY, limit=1000, client_facing=client_facing)
    expected = {number for number, text in read_texts[client_facing].items() if asked.holds(text)}
    assert {row.opening_no for row in found.rows} == expected
    assert (found.total, found.more_than) == (len(expected), False)


@pytest.mark.parametrize(
    "typed", ["調", "ト", "2", "夜勤", "ピッキング", "ﾋﾟｯｷﾝｸﾞ", "ぴっきんぐ", "２ｔトラック", "2T"]
)
def test_texts_of_any_length_are_found(
    filled: Room, read_texts: dict[bool, dict[str, str]], typed: str
) -> None:
    """One character is enough, in any form."""
    asked = understand(typed)
    expected = {number for number, text in read_texts[False].items() if asked.holds(text)}
    assert expected
    assert {row.opening_no for row in every(filled, typed, ALL)} == expected


@pytest.mark.parametrize(
    ("filters", "keeps"),
    [
        (Filters(municipalities=("14101",)), lambda s: s.row.municipality == "神奈川県横浜市鶴見区"),
        (Filters(municipalities=("13",)), lambda s: s.row.municipality.startswith("東京都")),
        (
            Filters(municipalities=("14101", "01")),
            lambda s: s.row.municipality in {"神奈川県横浜市鶴見区", "北海道札幌市中央区"},
        ),
        (Filters(occupations=("055",)), lambda s: s.text("occupation_code1") == "055-01"),
        (Filters(occupations=("055-01",)), lambda s: s.text("occupation_code1") == "055-01"),
        (Filters(occupations=("15",)), lambda s: s.text("occupation_code1") in {"096-01", "098-01"}),
        (Filters(employment_types=("1",)), lambda s: s.row.employment_type == "正社員"),
        (Filters(full_part="part"), lambda s: s.row.full_part == "パート"),
        (Filters(full_part="full"), lambda s: s.row.full_part == "フルタイム"),
        (
            Filters(pay_floor_month=220_000),
            lambda s: s.row.full_part == "フルタイム" and int(s.text("pay_min_yen")) >= 220_000,
        ),
        (
            Filters(pay_floor_hour=1300),
            lambda s: s.row.full_part == "パート" and int(s.text("pay_min_yen")) >= 1300,
        ),
        (
            Filters(starts_from="9:00", ends_by="18:00"),
            lambda s: (
                s.row.hours_text in {"(1)9時00分～18時00分", "(1)9時00分～13時00分", "(1)13時00分～18時00分"}
            ),
        ),
        (Filters(starts_from="17:00"), lambda s: s.row.hours_text == "(1)17時00分～9時00分"),
        (Filters(ends_by="13:00"), lambda s: s.row.hours_text == "(1)9時00分～13時00分"),
        (Filters(received_since="令和8年11月10日"), lambda s: s.row.received_on >= "2026-11-10"),
        (Filters(within_days=2), lambda s: s.row.received_on >= "2026-11-18"),
        (
            Filters(full_part="part", municipalities=("14",), within_days=30),
            lambda s: (
                s.row.full_part == "パート"
                and s.row.municipality.startswith("神奈川県")
                and s.row.received_on >= "2026-10-21"
            ),
        ),
    ],
)
def test_filters_keep_exactly_what_they_say(
    filled: Room, sheets: list[OpeningSheet], filters: Filters, keeps: Callable[[OpeningSheet], bool]
) -> None:
    """Compared with every sheet read in full; filters and the default (in force today) are both needed."""
    in_force = [sheet for sheet in sheets if sheet.row.deadline_on >= TODAY.isoformat()]
    expected = {sheet.row.opening_no for sheet in in_force if keeps(sheet)}
    assert {row.opening_no for row in every(filled, "", filters)} == expected


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (Filters(municipalities=("99999",)), "municipalities"),
        (Filters(municipalities=("14101", "1410")), "municipalities"),
        (Filters(municipalities=("鶴見区",)), "municipalities"),
        (Filters(municipalities=("",)), "municipalities"),
        (Filters(occupations=("777",)), "occupations"),
        (Filters(occupations=("055-02",)), "occupations"),
        (Filters(occupations=("055-1",)), "occupations"),
        (Filters(occupations=("0",)), "occupations"),
        (Filters(employment_types=("Z",)), "employment_types"),
        (Filters(full_part="half"), "full_part"),
        (Filters(pay_floor_month=-1), "pay_floor_month"),
        (Filters(starts_from="9時"), "starts_from"),
        (Filters(ends_by="9:60"), "ends_by"),
        (Filters(received_since="きのう"), "received_since"),
        (Filters(within_days=-1), "within_days"),
    ],
)
def test_a_wrong_code_is_an_error_never_zero_hits(filled: Room, filters: Filters, field: str) -> None:
    """The problem names its field and has a Japanese sentence."""
    with pytest.raises(SearchRefusedError) as refused:
        search(filled.connection, "", filters, TODAY)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert refused.value.problems[0].ja.endswith("。")


def test_all_wrong_filters_are_said_at_once(filled: Room) -> None:
    """A form marks every field that is wrong, the text among them."""
    with pytest.raises(SearchRefusedError) as refused:
        search(filled.connection, "！", Filters(municipalities=("99999",), occupations=("777",)), TODAY)
    assert [problem.field for problem in refused.value.problems] == ["municipalities", "occupations", "text"]


@pytest.mark.parametrize("order", ["received", "deadline"])
@pytest.mark.parametrize("typed", ["", "清掃", "-清掃"])
def test_pages_give_every_hit_once_in_order(filled: Room, order: Order, typed: str) -> None:
    """Paging by the last row shown neither repeats nor skips."""
    whole = search(filled.connection, typed, ALL, TODAY, order=order, limit=1000).rows
    paged = every(filled, typed, ALL, order, limit=7)
    assert tuple(paged) == whole
    keys = [row.received_on if order == "received" else row.deadline_on for row in whole]
    assert keys == sorted(keys, reverse=order == "received")


def test_the_count_is_exact_and_stays_on_later_pages(filled: Room) -> None:
    """The count belongs to the search, not to the page."""
    first = search(filled.connection, "調理", ALL, TODAY, limit=10)
    second = search(filled.connection, "調理", ALL, TODAY, limit=10, after=first.after)
    assert first.total == second.total == len(every(filled, "調理", ALL))
    assert first.total_text == str(first.total)


def test_a_large_count_is_capped(filled: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the cap the screen says so and does not count on."""
    monkeypatch.setattr(search_module, "COUNT_CAP", 100)
    page = search(filled.connection, "", ALL, TODAY)
    assert (page.total, page.more_than, page.total_text) == (100, True, "100以上")


def test_a_broken_page_mark_is_refused(filled: Room) -> None:
    """A mark that no page gave is an error."""
    with pytest.raises(SearchRefusedError):
        search(filled.connection, "", ALL, TODAY, after="1.x.2")


@pytest.mark.parametrize(
    "typed", ["14990-00000011", "１４９９０－００００００１１", "14990-11", "14990‐00000011"]
)
def test_an_opening_number_finds_its_opening(filled: Room, typed: str) -> None:
    """Full-width, short or with another dash: the number is the opening."""
    page = search(filled.connection, typed, ALL, TODAY)
    assert "14990-00000011" in [row.opening_no for row in page.rows]


def test_the_beginning_of_a_number_narrows(filled: Room) -> None:
    """While the number is typed the list narrows."""
    page = search(filled.connection, "14990-000001", ALL, TODAY)
    # Ten begin so; the eleventh is the whole number 1 written short.
    beginning = [row for row in page.rows if row.opening_no.startswith("14990-000001")]
    assert (page.total, len(beginning)) == (11, 10)


def test_the_index_follows_in_batches_and_says_how_far_it_is(room: Room) -> None:
    """Filters see all openings at once, words as far as the index is, and the page tells."""
    path, _ = room.write(rows=300)
    room.read(path)
    page = search(room.connection, "の", ALL, TODAY)
    assert (page.total, page.index_behind) == (0, 300)
    assert search(room.connection, "", ALL, TODAY).total == 300
    assert index_pending(room.connection, 100) == 200
    assert search(room.connection, "の", ALL, TODAY).index_behind == 200
    room.index()
    page = search(room.connection, "の", ALL, TODAY)
    assert (page.total, page.index_behind) == (300, 0)
    assert index_pending(room.connection, 100) == 0


def test_an_index_batch_that_dies_is_done_again(room: Room) -> None:
    """Killed between batches the index goes on where it was; nothing is found twice."""
    path, _ = room.write(rows=300)
    room.read(path)
    index_pending(room.connection, 100)
    room.connection.execute("BEGIN")
    room.connection.execute("DELETE FROM opening_text WHERE rowid > 0")
    room.reopen()
    assert index_behind(room.connection) == 200
    room.index()
    assert len(every(room, "の", ALL)) == 300


def test_a_changed_opening_is_found_by_its_new_words_only(room: Room) -> None:
    """After a second file and the index' round, old words are gone and vanished openings are not listed."""
    first, _ = room.write(rows=200)
    second, _ = room.write("day2.csv", rows=200, seed=9, vanished=2)
    room.read(first)
    room.index()
    room.read(second)
    room.index()
    current = {
        number: text for number, text in texts(room).items() if get(room.connection, number, TODAY).row.listed
    }
    for typed in ("調理", "夜勤", "架空鶴見"):
        asked = understand(typed)
        assert {row.opening_no for row in every(room, typed, Filters())} == {
            number
            for number, text in current.items()
            if asked.holds(text) and get(room.connection, number, TODAY).row.deadline_on >= TODAY.isoformat()
        }


def test_expired_and_unlisted_openings_are_left_out_unless_asked_for(filled: Room) -> None:
    """The list for work shows what may be referred; the full one is there for looking back."""
    later = date(2027, 1, 1)
    rows = search(filled.connection, "", Filters(), later, limit=1000).rows
    assert 0 < len(rows) < 700
    assert all(row.deadline_on >= "2027-01-01" for row in rows)
    assert search(filled.connection, "", ALL, later, limit=1000).total == 700


def test_a_client_facing_search_hides_employers_who_are_not_public(filled: Room) -> None:
    """Neither the row nor a search by the firm's name tells who it is; staff see and find it."""
    staff = {row.opening_no: row for row in every(filled, "", ALL)}
    hidden = next(row for row in staff.values() if row.scope == 3)
    shown = search(filled.connection, hidden.opening_no, ALL, TODAY, client_facing=True).rows[0]
    assert (shown.employer, shown.masked) == (MASKED, True)
    assert shown.place == shown.municipality
    assert hidden.employer not in repr(shown)
    by_name = search(filled.connection, hidden.employer, ALL, TODAY, client_facing=True)
    assert hidden.opening_no not in [row.opening_no for row in by_name.rows]
    assert hidden.opening_no in [row.opening_no for row in every(filled, hidden.employer, ALL)]
    public = next(row for row in staff.values() if row.scope == 1)
    assert public.opening_no in [
        row.opening_no
        for row in search(filled.connection, public.employer, ALL, TODAY, client_facing=True).rows
    ]


def test_an_employer_withdrawn_from_the_public_is_hidden_before_the_index_knows(room: Room) -> None:
    """Between a second file and the index' round a client cannot find the firm by its old public name."""
    path, _ = room.write(rows=100)
    room.read(path)
    room.index()
    row = next(row for row in every(room, "", ALL) if row.scope == 1)
    path.write_bytes(path.read_bytes().replace("タイム）,1,".encode("cp932"), "タイム）,3,".encode("cp932")))
    assert room.read(path).changed > 50
    found = search(room.connection, row.employer, ALL, TODAY, client_facing=True)
    assert found.rows == ()
    assert row.opening_no in [hit.opening_no for hit in every(room, row.employer, ALL)]


def test_pick_lists_come_from_the_files(filled: Room) -> None:
    """Codes a person may choose are those that occur, with the file's own names."""
    assert ("14101", "神奈川県横浜市鶴見区") in choices(filled.connection, "municipality")
    assert choices(filled.connection, "employment") == (
        ("1", "正社員"),
        ("2", "正社員以外"),
        ("3", "パート労働者"),
    )


def test_words_taken_out_of_an_opening_no_longer_find_it(room: Room) -> None:
    """The same opening of the same day with another title: the index forgets the old one."""
    path, _ = room.write(rows=150)
    room.read(path)
    room.index()
    before = {row.opening_no for row in every(room, "理補", ALL)}
    assert before
    path.write_bytes(path.read_bytes().replace("調理補助".encode("cp932"), "配膳担当".encode("cp932")))
    assert room.read(path).changed == len(before)
    room.index()
    assert every(room, "理補", ALL) == []
    assert {row.opening_no for row in every(room, "配膳担当", ALL)} == before


@pytest.mark.parametrize(
    ("filters", "right"),
    [
        (Filters(municipalities=("14100",)), "14110"),
        (Filters(occupations=("199",)), "099"),
        (Filters(full_part="ful"), "full"),
    ],
)
def test_a_wrong_code_is_refused_with_the_nearest_right_ones(
    filled: Room, filters: Filters, right: str
) -> None:
    """Say what would be right, in both languages."""
    with pytest.raises(SearchRefusedError) as refused:
        search(filled.connection, "", filters, TODAY)
    (problem,) = refused.value.problems
    assert problem.code == "unknown_code"
    assert "近いもの" in problem.ja
    assert right in problem.ja
    assert right in problem.en
