"""Search and lists: however it is typed, own cases first, and only what stands in the registers now."""

import pytest

from tests.storage.histories import NOON, OTHERS, draft, index_all, opened, person
from wardclient.ledger.events import Op, Put
from wardclient.storage import case_search
from wardclient.storage.log_store import SqlStore

MINE = "鶴見3"


def stream(number: int) -> bytes:
    """Return the own stream of the n-th case."""
    return number.to_bytes(16, "big")


def case(number: int) -> str:
    """Return the id of the n-th case."""
    return f"{number:032x}"


def put_case(store: SqlStore, number: int, ops: list[Op]) -> None:
    """Take over one case."""
    with store.transaction():
        store.apply([opened(stream(number), OTHERS[0], 1, ops)])


@pytest.fixture
def people(store: SqlStore) -> SqlStore:
    """Four people: a plain name, a variant of a kanji, one from abroad, one with a single kanji."""
    put_case(
        store,
        1,
        person(
            case(1),
            "髙橋",
            "花子",
            "タカハシ ハナコ",
            birth_date="1986-04-02",
            phone="045-123-4567",
            case_case_no="14101-26-00071",
            case_status="active",
            case_caseworker_id=MINE,
        ),
    )
    put_case(
        store,
        2,
        person(
            case(2),
            "高橋",
            "太郎",
            "タカハシ タロウ",
            birth_date="1990-12-31",
            case_status="closed",
            case_caseworker_id="鶴見4",
        ),
    )
    put_case(
        store, 3, person(case(3), "グエン", "ヴァン アン", "グエン ヴァン アン", case_caseworker_id="鶴見4")
    )
    put_case(store, 4, person(case(4), "森", "", "モリ", case_caseworker_id="鶴見4"))
    return store


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("髙橋", {1, 2}),
        ("高橋", {1, 2}),
        ("高", {1, 2}),
        ("髙橋花子", {1}),
        ("髙橋 花子", {1}),
        ("花子 高橋", {1}),
        ("たかはし", {1, 2}),
        ("タカハシ", {1, 2}),
        ("ﾀｶﾊｼ", {1, 2}),
        ("タ", {1, 2}),
        ("takahashi", {1, 2}),
        ("TAKAHASHI hanako", {1}),
        ("森", {4}),
        ("もり", {4}),
        ("mori", {4}),
        ("ぐえん", {3}),
        ("昭和61年4月2日", {1}),
        ("S61.4.2", {1}),
        ("1986-04-02", {1}),
        ("1986/4/2", {1}),
        ("19860402", {1}),
        ("０４５１２３４５６７", {1}),
        ("045-123-4567", {1}),
        ("1234567", {1}),
        ("14101-26-00071", {1}),
        ("00071", {1}),
        ("高橋 昭和61年4月2日", {1}),
        ("山田", set()),
        ("橋高", set()),
        ("花子髙橋", set()),
        ("--", set()),
        ('"', set()),
        ("* OR NEAR(", set()),
        ("birth", set()),
        ("b", {3}),
        ("w", set()),
        ("窓", set()),
    ],
)
def test_case_is_found_however_it_is_typed(people: SqlStore, typed: str, found: set[int]) -> None:
    """Kanji and their variants, kana, romaji, numbers, birth dates in either calendar, from one character on."""
    hits = people.find_cases(typed, mine=MINE)
    assert {int(hit.case_id, 16) for hit in hits.hits} == found
    assert hits.total == len(found)


def test_own_cases_come_first_then_kana(people: SqlStore) -> None:
    """With or without text the caseworker's own stand first, the rest in the order of kana."""
    for typed in ("", " "):
        assert [int(h.case_id, 16) for h in people.find_cases(typed, mine="鶴見4").hits] == [3, 2, 4, 1]
    assert [int(h.case_id, 16) for h in people.find_cases("", mine=MINE).hits] == [1, 3, 2, 4]
    assert [int(h.case_id, 16) for h in people.find_cases("高橋", mine="鶴見4").hits] == [2, 1]


def test_own_cases_come_first_among_very_many(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """When more match than are looked at, the caseworker's own are among those shown all the same."""
    monkeypatch.setattr(case_search, "CAP", 5)
    for number in range(1, 12):
        worker = MINE if number in (1, 2) else "鶴見4"
        put_case(
            store, number, person(case(number), "架空", "花子", "カクウ ハナコ", case_caseworker_id=worker)
        )
    found = store.find_cases("架空", mine=MINE, limit=4)
    assert [hit.caseworker for hit in found.hits] == [MINE, MINE, "鶴見4", "鶴見4"]
    assert (found.total, found.more_than) == (5, True)


def test_filters_narrow_list_and_search(people: SqlStore) -> None:
    """A filter holds for the list and for the search, and for the total."""
    for typed in ("", "高橋"):
        found = people.find_cases(typed, mine=MINE, where=[("status", "closed")])
        assert [int(h.case_id, 16) for h in found.hits] == [2]
        assert found.total == 1
    mine = people.find_cases("", mine=MINE, where=[("caseworker", MINE)])
    assert [int(h.case_id, 16) for h in mine.hits] == [1]


def test_consent_filters_look_at_the_day(store: SqlStore) -> None:
    """A consent whose last day is past counts as expired and not as given."""
    for number, until in ((1, "2026-11-30"), (2, "2026-11-01")):
        ops = person(case(number), "架空", f"花子{number}", "カクウ ハナコ")
        ops += [Put("consent:9", "state", "given"), Put("consent:9", "valid_until", until)]
        put_case(store, number, ops)
    for wanted, number in (("given", 1), ("expired", 2)):
        found = store.find_cases("", mine="", where=[("consent", wanted)], today="2026-11-20")
        assert [int(h.case_id, 16) for h in found.hits] == [number]


def test_limit_bounds_the_page_and_not_the_total(store: SqlStore) -> None:
    """A page holds as many lines as asked for; the total says how many there are."""
    for number in range(1, 8):
        put_case(store, number, person(case(number), "架空", f"花子{number}", "カクウ ハナコ"))
    for typed in ("", "架空"):
        found = store.find_cases(typed, mine="", limit=3)
        assert (len(found.hits), found.total, found.more_than) == (3, 7, False)


def test_changed_name_is_found_and_the_old_one_is_not(people: SqlStore) -> None:
    """The index follows a change in the same transaction."""
    over = people.registers(stream(4), "person")["family_name"].versions
    with people.transaction():
        people.add_draft(draft(people, stream(4), [Put("person", "family_name", "林", over)], at_ms=NOON + 1))
    assert people.find_cases("林", mine="").total == 1
    assert people.find_cases("森", mine="").total == 0


def test_bulk_is_indexed_in_steps(store: SqlStore) -> None:
    """After a bulk the list is there at once; the search follows in batches and says how far behind it is."""
    with store.transaction():
        store.apply(
            [
                opened(stream(i), OTHERS[0], 1, person(case(i), "架空", f"花子{i}", "カクウ ハナコ"))
                for i in range(1, 101)
            ]
        )
    assert store.find_cases("", mine="").total == 100
    assert store.find_cases("架空", mine="").behind == 100
    assert store.index_pending(40) == 60
    assert store.find_cases("架空", mine="").total == 40
    index_all(store)
    found = store.find_cases("架空", mine="")
    assert (found.total, found.behind) == (100, 0)


def test_person_who_shares_a_key_is_a_candidate(people: SqlStore) -> None:
    """Name, kana, birth date or phone number alone bring somebody up for comparison; a stranger does not."""
    for like in (
        {"family_name": "高橋", "given_name": "花子"},
        {"name_kana": "タカハシ ハナコ"},
        {"birth_date": "1986-04-02"},
        {"phone": "０４５(１２３)４５６７"},
    ):
        assert [k.case_id for k in people.people_like(dict(like))] == [case(1)]
    (known,) = people.people_like({"birth_date": "1986-04-02"})
    assert known.person["family_name"] == "髙橋"
    assert (
        people.people_like({"family_name": "無関係", "given_name": "次郎", "birth_date": "2000-01-01"}) == []
    )
    assert people.people_like({}) == []


def test_log_of_access_is_a_chain(store: SqlStore) -> None:
    """A line that is changed, taken out or put between others is found; an untouched log is whole."""
    for n in range(4):
        store.note_access("view", case(n), NOON + n)
    assert store.access_broken_at() is None
    for statement, at in (
        ("UPDATE audit SET record = 'x' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE id = 4", 4),
    ):
        store.connection.execute("BEGIN")
        store.connection.execute(statement)
        assert store.access_broken_at() == at
        store.connection.execute("ROLLBACK")
    assert store.access_broken_at() is None
