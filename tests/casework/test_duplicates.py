"""Who may be the same person: found by every near form, with reasons, and nobody else."""

from collections.abc import Mapping
from datetime import date

import pytest

from wardclient.casework.duplicates import DuplicateIndex, KnownPerson, candidates_for
from wardclient.practice.people import people

ONE: dict[str, object] = {
    "family_name": "髙﨑",
    "given_name": "由美",
    "name_kana": "タカサキ\u3000ユミ",
    "birth_date": "1986-04-02",
    "municipality": "14101",
    "address1": "鶴見中央３－２０－１",
    "phone": "08000001234",
}


def reasons(**changes: object) -> tuple[set[str], bool]:
    """Return why a person with these changes may be ONE, and whether it is as good as sure."""
    found = candidates_for({**ONE, **changes}, [KnownPerson("c1", ONE)])
    return ({r.code for match in found for r in match.reasons}, any(match.sure for match in found))


ALONE = {"phone": "", "address1": ""}


@pytest.mark.parametrize(
    ("changes", "expected", "sure"),
    [
        ({}, {"same_name", "same_kana", "same_birth", "same_phone", "same_address"}, True),
        ({**ALONE, "family_name": "高崎"}, {"variant_name", "same_kana", "same_birth"}, True),
        ({**ALONE, "name_kana": "タカザキ\u3000ユミ"}, {"same_name", "near_kana", "same_birth"}, False),
        ({**ALONE, "birth_date": "1986-02-04"}, {"same_name", "same_kana", "swapped_birth"}, False),
        ({**ALONE, "birth_date": "1949-04-02"}, set(), False),
        ({**ALONE, "birth_date": "2049-04-02"}, {"same_name", "same_kana", "era_birth"}, False),
        ({**ALONE, "birth_date": "1986-04-03"}, {"same_name", "same_kana", "near_birth"}, False),
        ({**ALONE, "birth_date": ""}, {"same_name", "same_kana", "no_birth"}, False),
        (
            {**ALONE, "family_name": "TAKASAKI", "given_name": "YUMI", "name_kana": ""},
            {"same_romaji", "same_birth"},
            False,
        ),
        (
            {**ALONE, "family_name": "相模", "name_kana": "サガミ\u3000ユミ", "alias": "髙﨑"},
            {"former_name", "same_birth"},
            False,
        ),
        (
            {
                "family_name": "相模",
                "name_kana": "サガミ\u3000ユミ",
                "address1": "鶴見区鶴見中央三丁目20番1号",
                "phone": "",
            },
            {"given_name", "same_birth", "same_address"},
            False,
        ),
        ({**ALONE, "family_name": "相模", "name_kana": "サガミ\u3000ユミ"}, set(), False),
        (
            {**ALONE, "family_name": "山本", "given_name": "誠", "name_kana": "ヤマモト\u3000マコト"},
            set(),
            False,
        ),
        ({**ALONE, "birth_date": "1990-12-31"}, set(), False),
        ({"birth_date": "2010-12-31"}, {"same_name", "same_kana", "same_phone", "same_address"}, False),
    ],
)
def test_what_makes_a_candidate(changes: dict[str, object], expected: set[str], sure: bool) -> None:
    """Name and birth date must both speak for it; one of them alone does not, but for a shared phone."""
    assert reasons(**changes) == (expected, sure)


def test_candidates_are_shown_as_a_list_needs_them() -> None:
    """Display name, ward before the street, reasons in both languages, the surest first."""
    near = {**ONE, "birth_date": "1986-04-03"}
    found = candidates_for(ONE, [KnownPerson("near", near), KnownPerson("same", ONE)])
    assert [match.case_id for match in found] == ["same", "near"]
    assert found[0].name == "髙﨑\u3000由美"
    assert found[0].address == "鶴見区鶴見中央３－２０－１"
    assert all(reason.ja and reason.en.isascii() for match in found for reason in match.reasons)
    assert len(candidates_for(ONE, [KnownPerson(str(n), ONE) for n in range(30)])) == 20


def test_empty_people_match_nobody() -> None:
    """Missing values are never taken for equal ones."""
    assert candidates_for({}, [KnownPerson("c1", {}), KnownPerson("c2", ONE)]) == ()


def test_the_index_answers_like_a_look_at_everybody() -> None:
    """Over a ward's worth of people with near copies among them, no candidate is lost or added."""
    ward: list[Mapping[str, object]] = [one.person for one in people(200, 3, today=date(2026, 11, 24))]
    known = [KnownPerson(f"c{n}", person) for n, person in enumerate(ward)]
    known += [
        KnownPerson(f"v{n}", {**person, "birth_date": "1986-04-02"}) for n, person in enumerate(ward[:40])
    ]
    index = DuplicateIndex(known)
    asked = [
        *ward[:60],
        *({**person, "alias": person["family_name"], "family_name": "新姓"} for person in ward[:20]),
    ]
    for person in asked:
        assert index.candidates(person) == candidates_for(person, known)


def test_a_case_leaves_and_changes_in_the_index() -> None:
    """A corrected name is found by the new form only, a discarded case not at all."""
    index = DuplicateIndex(
        [KnownPerson("c1", {**ONE, "family_name": "山本", "name_kana": "ヤマモト\u3000ユミ", **ALONE})]
    )
    assert index.candidates({**ONE, **ALONE}) == ()
    index.add(KnownPerson("c1", ONE))
    assert [match.case_id for match in index.candidates(ONE)] == ["c1"]
    index.discard("c1")
    index.discard("unknown")
    assert index.candidates(ONE) == ()
