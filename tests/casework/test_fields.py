"""What crosses is what the paper's boxes say: the fields, and the facts of a consent."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.codes import SCOPE_SHORT, SCOPE_TO_CITY, SCOPE_TO_HW
from wardclient.casework.fields import (
    FIELDS,
    NEVER,
    TO_CITY,
    TO_HW,
    Form,
    facts,
    field_of,
    referral_state,
    shown,
)
from wardclient.practice.people import invented

TODAY = date(2026, 11, 24)
S_ITEMS = sorted(SCOPE_TO_HW)
H_ITEMS = sorted(SCOPE_TO_CITY)


def anything(kind: str) -> st.SearchStrategy[dict[str, object]]:
    """Return values for any of the fields of a kind, codes real, the rest marked by the field's own name."""
    made: dict[str, st.SearchStrategy[object]] = {}
    for field in FIELDS[kind]:
        if field.codes is not None:
            codes = [member.value for member in field.codes]
            made[field.name] = (
                st.lists(st.sampled_from(codes), unique=True)
                if field.form is Form.CODES
                else st.sampled_from(codes)
            )
        elif field.form is Form.TEXTS:
            made[field.name] = st.just([f"<{kind}.{field.name}>"])
        else:
            made[field.name] = st.just(f"<{kind}.{field.name}>")
    return st.fixed_dictionaries({}, optional=made)


CASE_FILES = st.fixed_dictionaries(
    {
        "person": anything("person"),
        "case": anything("case"),
        "welfare": anything("welfare"),
        "assessment": anything("assessment"),
        "registration": anything("registration"),
        "note:1": anything("note"),
        "referral:1": anything("referral"),
        "placement:1": anything("placement"),
        "consent:1": anything("consent"),
        "session:1": anything("session"),
        "action:1": anything("action"),
    }
)


@given(CASE_FILES, st.sets(st.sampled_from(S_ITEMS + H_ITEMS)), st.sampled_from([TO_HW, TO_CITY]))
def test_nothing_crosses_that_is_not_ticked(
    file: Mapping[str, Mapping[str, object]], ticked: set[str], direction: str
) -> None:
    """Never a fact of the city, of Hello Work or of the program's own; never one of an unticked item."""
    shared = facts(file, ticked, direction)
    letter = "S" if direction == TO_HW else "H"
    allowed = {item for item in ticked if item.startswith(letter)}
    allowed |= {"S1"} if allowed and direction == TO_HW else set()
    for fact in shared:
        field = field_of(fact.kind, fact.field)
        assert field is not None
        assert fact.item in allowed
        assert field.item not in NEVER or field.item_to_city
        assert fact.kind != "welfare"
        assert fact.shown
        if fact.field == "obstacles":
            assert isinstance(fact.value, list)
            assert "11" not in fact.value
            assert set(fact.value) <= {"1", "2", "3", "4"}
            assert "S5" in ticked or not {"1", "2"} & set(fact.value)
            assert "S4" in ticked or not {"3", "4"} & set(fact.value)
        else:
            assert fact.value == file[fact.kind][fact.field]
    assert len({(fact.kind, fact.field) for fact in shared}) == len(shared)


@given(CASE_FILES, st.sets(st.sampled_from(S_ITEMS)))
def test_more_boxes_share_more_and_never_something_else(
    file: Mapping[str, Mapping[str, object]], ticked: set[str]
) -> None:
    """Every fact of a narrower consent is in the wider one, obstacles by their elements."""
    wide = {(f.kind, f.field): f.value for f in facts(file, S_ITEMS, TO_HW)}
    for fact in facts(file, ticked, TO_HW):
        value = wide[fact.kind, fact.field]
        if fact.field == "obstacles":
            assert isinstance(fact.value, list)
            assert isinstance(value, list)
            assert set(fact.value) <= set(value)
        else:
            assert fact.value == value


def test_no_box_shares_with_nobody() -> None:
    """An empty scope gives no fact, not even the name."""
    one = invented(0, 1, ward="14101", today=TODAY)
    assert facts({"person": one.person}, (), TO_HW) == ()
    assert facts({"person": one.person}, (), TO_CITY) == ()


def test_the_person_always_goes_with_a_consent() -> None:
    """S1 is on even when only another box is named."""
    shared = facts({"person": {"family_name": "架空"}, "case": {"target_group": "C1"}}, ["S2"], TO_HW)
    assert [(f.item, f.shown) for f in shared] == [("S1", "架空"), ("S2", "ひとり親")]


def test_the_preview_of_a_usual_consent() -> None:
    """Names, dates and codes are shown in words; health stays without S5, the case number always."""
    file: dict[str, dict[str, object]] = {
        "person": {"family_name": "架空", "birth_date": "1986-04-02", "municipality": "14101", "sex": "2"},
        "case": {"case_no": "3-1", "target_group": "C1", "status": "candidate"},
        "assessment": {
            "licences": ["調理師免許", "簿記3級"],
            "wishes": ["週30時間"],
            "health_consideration": "立ち仕事は4時間まで",
            "obstacles": ["1", "3", "6", "11"],
            "readiness": "2",
            "debts": "あり",
        },
        "welfare": {"benefit_since": "2020-01-01"},
    }
    shared = [(f.item, f.label_ja, f.shown) for f in facts(file, ["S1", "S2", "S3", "S4"], TO_HW)]
    assert shared == [
        ("S1", "姓", "架空"),
        ("S1", "生年月日", "昭和61年4月2日"),
        ("S1", "市区町村", "鶴見区"),
        ("S2", "支援対象", "ひとり親"),
        ("S3", "免許・資格", "調理師免許、簿記3級"),
        ("S4", "希望", "週30時間"),
        ("S4", "就労阻害要因", "育児"),
    ]
    with_health = {f.field: (f.item, f.shown) for f in facts(file, ["S4", "S5"], TO_HW)}
    assert with_health["obstacles"] == ("S5", "健康、育児")
    assert with_health["health_consideration"] == ("S5", "立ち仕事は4時間まで")


def test_each_side_gives_its_own_referrals_and_shared_notes_only() -> None:
    """Channel 1 goes to the city by H3 and H4, channel 2 to Hello Work by S6; own-office notes stay."""
    file = {
        "referral:1": {"channel": "1", "employer_name": "架空食堂", "result": "2"},
        "referral:2": {"channel": "2", "employer_name": "見本清掃"},
        "note:1": {"visibility": "1", "body": "共有の記録"},
        "note:2": {"visibility": "2", "body": "区だけの記録"},
        "note:3": {"visibility": "3", "body": "HWだけの記録"},
        "note:4": {"body": "範囲の決まらない記録"},
    }
    to_hw = {f.shown for f in facts(file, ["S6"], TO_HW)}
    assert {"見本清掃", "共有の記録"} <= to_hw
    assert not to_hw & {"架空食堂", "区だけの記録", "HWだけの記録", "範囲の決まらない記録"}
    assert {f.shown for f in facts(file, ["H3"], TO_CITY)} == {"ハローワーク", "架空食堂"}
    assert {f.item for f in facts(file, ["H3", "H4"], TO_CITY)} == {"H3", "H4"}


@pytest.mark.parametrize("kind", FIELDS)
def test_the_tables_are_sound(kind: str) -> None:
    """Names are unique, words are there, items exist, codes and their forms go together."""
    names = [field.name for field in FIELDS[kind]]
    assert len(set(names)) == len(names)
    for field in FIELDS[kind]:
        assert field.ja
        assert field.en
        assert field.item in NEVER or field.item in SCOPE_SHORT
        assert not field.item_to_city or field.item_to_city in SCOPE_TO_CITY
        assert (field.codes is not None) == (field.form in (Form.CODE, Form.CODES))


def test_every_box_of_the_paper_has_fields() -> None:
    """No box can be ticked that could never share anything."""
    there = {
        field.item_for(direction)
        for fields in FIELDS.values()
        for field in fields
        for direction in (TO_HW, TO_CITY)
    }
    assert there - {""} == {*S_ITEMS, *H_ITEMS}
    assert set(SCOPE_SHORT) == {*S_ITEMS, *H_ITEMS}


def test_values_are_shown_in_words_and_never_hidden() -> None:
    """Codes, flags, moments and phones read well; what does not fit is shown as it is."""
    assert shown(FIELDS["person"][7], "2", "en") == "Female"
    assert shown(FIELDS["person"][7], "x") == "x"
    assert [shown(FIELDS["case"][9], v) for v in (True, False, None)] == ["はい", "いいえ", ""]
    phone, interview = field_of("person", "phone"), field_of("referral", "interview_at")
    birth, recipients = field_of("person", "birth_date"), field_of("consent", "recipients")
    assert phone is not None
    assert interview is not None
    assert birth is not None
    assert recipients is not None
    assert shown(phone, "08000001234") == "080-0000-1234"
    assert shown(phone, "0450001234") == "045-000-1234"
    assert shown(phone, "0980001234") == "0980001234"
    assert shown(interview, "2026-11-27T14:00:00+09:00") == "令和8年11月27日 14:00"
    assert shown(birth, "H31.5.1") == "H31.5.1"
    assert shown(recipients, ["14040", "99999"]) == "ハローワーク川崎、99999"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"referred_on": "2026-11-24"}, "紹介済み"),
        ({"referred_on": "2026-11-20", "interview_at": "2026-11-27T14:00:00+09:00"}, "面接 11月27日"),
        ({"referred_on": "2026-11-10", "interview_at": "2026-11-20T14:00:00+09:00"}, "連絡待ち"),
        ({"referred_on": "2026-10-21"}, "返事なし 34日"),
        ({"referred_on": "2026-10-21", "result": "8"}, "返事なし 34日"),
        ({"referred_on": "2026-10-21", "result": "2"}, "不採用"),
        ({"referred_on": "2026-10-21", "result": "1"}, "採用"),
    ],
)
def test_where_a_referral_stands(values: dict[str, object], text: str) -> None:
    """The silence of an employer is told, never taken for a refusal."""
    assert referral_state(values, TODAY) == text
