"""Reference tables and code lists are whole, and known by every name they go by."""

import pytest

from wardclient.casework import codes, reference
from wardclient.casework.coding import Code


def test_the_tables_have_their_known_sizes() -> None:
    """18 wards, 15 + 99 occupations, 20 industries, 47 prefectures and overseas."""
    assert len(reference.wards()) == 18
    levels = [group.level for group in reference.occupations().values()]
    assert (levels.count("major"), levels.count("middle")) == (15, 99)
    assert len(reference.industries()) == 20
    assert len(reference.prefectures()) == 48


def test_wards_and_offices_point_at_each_other() -> None:
    """Each ward has a known office, which lists the ward."""
    for ward in reference.wards().values():
        assert ward.code in reference.offices()[ward.office].wards
    assert {ward.name for ward in reference.wards().values() if ward.pilot} == {"鶴見区", "中区", "瀬谷区"}
    assert reference.office_name(reference.office_of_ward("14101")) == "ハローワーク川崎"
    assert reference.office_name("99999") == "99999"
    assert reference.office_of_ward("x") == ""
    assert reference.PRACTICE_OFFICE not in reference.offices()


@pytest.mark.parametrize(
    "text",
    [
        "保土ケ谷区",
        "保土ヶ谷区",
        "横浜市保土ヶ谷区",
        "神奈川県横浜市保土ケ谷区",
        "ホドガヤク",
        "14106",
        "１４１０６",
        "141062",
        "保土ケ谷",
        "Hodogaya-ku",
    ],
)
def test_a_ward_is_known_by_its_names(text: str) -> None:
    """Either ケ, with and without city, kana, English, five and six digits."""
    ward = reference.find_ward(text)
    assert ward is not None
    assert ward.code == "14106"


def test_a_ward_is_read_off_an_address() -> None:
    """By the front of the folded address; elsewhere none."""
    found = reference.ward_of_address("神奈川県横浜市保土ヶ谷区川辺町２－９")
    assert found is not None
    assert found.name == "保土ケ谷区"
    assert reference.ward_of_address("川崎市川崎区南町1") is None


def test_occupations_and_industries_are_found_by_finer_codes() -> None:
    """A small group has its middle group, a small industry its major."""
    found, industry = reference.occupation("034-01"), reference.industry("091")
    assert found is not None
    assert found.code == "034"
    assert industry is not None
    assert industry.code == "E"
    assert reference.occupation("999") is None
    assert reference.industry("Z") is None


LISTS = [
    value
    for value in vars(codes).values()
    if isinstance(value, type) and issubclass(value, Code) and value is not Code
]


@pytest.mark.parametrize("codes_of", LISTS)
def test_a_code_is_read_from_its_words(codes_of: type[Code]) -> None:
    """Every member is found by its code and by its words in both languages, and by nothing else."""
    for member in codes_of:
        assert codes_of.of(member.value) is member
        assert codes_of.read(member.ja) is member
        assert codes_of.read(member.en) is member
        assert member == member.value
        assert f"{member}" == member.value
        assert member.label("en").isascii()
    assert codes_of.of("no such") is None
    assert codes_of.read("no such") is None
    with pytest.raises(ValueError, match=codes_of.__name__):
        codes_of.known("no such")
