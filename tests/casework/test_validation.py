"""The rules of section 4, each with a record that breaks it and one that does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.fields import FIELDS
from wardclient.casework.messages import MESSAGES
from wardclient.casework.my_number import check_digit, holds_my_number
from wardclient.casework.normalise import normalise
from wardclient.casework.validation import offer_kana, validate, warnings

TODAY = date(2026, 11, 24)
ELEVEN = "12345678901"
MY_NUMBER = f"{ELEVEN}{check_digit(ELEVEN)}"

PERSON: dict[str, object] = {
    "family_name": "架空",
    "given_name": "試子",
    "name_kana": "カクウ\u3000タメシコ",
    "birth_date": "1986-04-02",
    "municipality": "14101",
    "address1": "鶴見中央９－９９－９",
}
CASE: dict[str, object] = {
    "target_group": "C1",
    "ward": "14101",
    "status": "intake",
    "opened_on": "2026-11-24",
    "episode": 1,
}
CONSENT: dict[str, object] = {
    "form_version": "同意書 第1版",
    "signed_on": "2026-11-24",
    "signer_kind": "1",
    "method": "1",
    "explained_by": "CW 3係",
    "recipients": ["14040"],
    "purpose": ["1"],
    "scope_to_hw": ["S1", "S2"],
    "scope_to_city": ["H1"],
    "valid_from": "2026-11-24",
    "valid_until": "2027-05-31",
    "paper_location": "3係 キャビネットB-12",
}
NOTE: dict[str, object] = {
    "held_on": "2026-11-24",
    "place": "2",
    "kind": "1",
    "visibility": "2",
    "body": "来所。",
}
REFERRAL: dict[str, object] = {
    "channel": "1",
    "letter_no": "R8-0001",
    "referred_on": "2026-11-20",
    "opening_no": "14990-00012345",
    "employer_name": "架空食堂",
    "job_title": "調理補助",
    "office_code": "14040",
    "referred_by": "HW 3番窓口",
    "selection_kind": ["2"],
}
WHOLE = {"person": PERSON, "case": CASE, "consent": CONSENT, "note": NOTE, "referral": REFERRAL}


def problems(
    of: str, /, team: str = "", roles: tuple[str, ...] = (), **changes: object
) -> set[tuple[str, str]]:
    """Return (field, code) of what is wrong with the usual record of a kind after changes."""
    found = validate(of, {**WHOLE.get(of, {}), **changes}, today=TODAY, team=team, roles=roles)
    return {(p.field, p.code) for p in found}


@pytest.mark.parametrize("kind", WHOLE)
def test_the_usual_records_are_right(kind: str) -> None:
    """The records that the other tests break have nothing wrong with them."""
    assert problems(kind) == set()
    assert normalise(kind, WHOLE[kind]) == WHOLE[kind]


@pytest.mark.parametrize(
    ("kind", "changes", "field", "code"),
    [
        ("person", {"family_name": ""}, "family_name", "required"),
        ("person", {"family_name": " \u3000"}, "family_name", "required"),
        ("person", {"family_name": "あ" * 41}, "family_name", "too_long"),
        ("person", {"family_name": "架\n空"}, "family_name", "control"),
        ("person", {"family_name": "架\u202e空"}, "family_name", "control"),
        ("person", {"family_name": "〓田"}, "family_name", "geta"),
        ("person", {"name_kana": "かくう"}, "name_kana", "kana"),
        ("person", {"name_kana": "ｶｸｳ"}, "name_kana", "kana"),
        ("person", {"birth_date": "2026-11-25"}, "birth_date", "future"),
        ("person", {"birth_date": "H31.5.1"}, "birth_date", "date_era"),
        ("person", {"birth_date": "S61.4.2"}, "birth_date", "date"),
        ("person", {"sex": "9"}, "sex", "code"),
        ("person", {"postal_code": "2300051"}, "postal_code", "postal_code"),
        ("person", {"municipality": "鶴見"}, "municipality", "municipality"),
        ("person", {"phone": "080-0000-1234"}, "phone", "phone"),
        ("person", {"phone": "12345"}, "phone", "phone"),
        ("person", {"family_name": 5}, "family_name", "type"),
        ("person", {"religion": "x"}, "religion", "unknown_field"),
        ("case", {"target_group": "D1"}, "target_group", "code"),
        ("case", {"ward": "99999"}, "ward", "municipality"),
        ("case", {"status": "active"}, "support_from", "required"),
        ("case", {"status": "suspended"}, "review_on", "required"),
        ("case", {"status": "closed"}, "closure_reason", "required"),
        (
            "case",
            {"support_from": "2026-11-24", "support_until": "2026-11-24"},
            "support_until",
            "not_before",
        ),
        ("case", {"household_type": "2"}, "household_type", "group_household"),
        ("case", {"episode": 0.5}, "episode", "number"),
        ("case", {"episode": 100}, "episode", "too_big"),
        ("consent", {"signed_on": "2026-11-25"}, "signed_on", "future"),
        ("consent", {"valid_until": "2026-11-24"}, "valid_until", "not_before"),
        ("consent", {"valid_until": "2026-11-01"}, "valid_until", "not_before"),
        ("consent", {"valid_until": "2027-11-25"}, "valid_until", "year"),
        ("consent", {"valid_from": "2026-11-23"}, "valid_from", "not_earlier"),
        ("consent", {"recipients": []}, "recipients", "required"),
        ("consent", {"recipients": ["川崎"]}, "recipients", "office"),
        ("consent", {"scope_to_hw": [], "scope_to_city": []}, "scope_to_hw", "nobody"),
        ("consent", {"scope_to_hw": ["S2"]}, "scope_to_hw", "s1_always"),
        ("consent", {"scope_to_hw": ["S1", "H1"]}, "scope_to_hw", "code"),
        ("consent", {"paper_location": ""}, "paper_location", "required"),
        ("consent", {"signer_kind": "2"}, "signer", "required"),
        ("consent", {"withdrawn_on": "2026-11-24"}, "withdrawn_how", "required"),
        ("note", {"held_on": "2026-11-25"}, "held_on", "future"),
        ("note", {"body": "あ" * 4001}, "body", "too_long"),
        ("note", {"from": "14:00", "to": "13:00"}, "to", "not_before"),
        ("note", {"to": "13:00"}, "from", "required"),
        ("note", {"from": "25:00"}, "from", "time_form"),
        ("note", {"kind": "3"}, "attendees", "both_sides"),
        ("note", {"kind": "3", "attendees": ["city:CW", "本人"]}, "attendees", "both_sides"),
        ("referral", {"letter_no": ""}, "letter_no", "required"),
        ("referral", {"office_code": ""}, "office_code", "required"),
        ("referral", {"opening_no": "14990-12345"}, "opening_no", "opening_no"),
        ("referral", {"channel": "2", "opening_no": ""}, "opening_no", "required"),
        ("referral", {"referred_on": "2026-11-25"}, "referred_on", "future"),
        ("referral", {"selection_kind": []}, "selection_kind", "required"),
        ("referral", {"interview_at": "あした"}, "interview_at", "moment_form"),
        ("referral", {"result": "1"}, "result_on", "required"),
        (
            "referral",
            {"result": "2", "result_on": "2026-11-24", "result_source": "1"},
            "reject_reason",
            "required",
        ),
        (
            "referral",
            {"result": "1", "result_on": "2026-11-24", "result_source": "1", "reject_reason": "3"},
            "reject_reason",
            "reject_only",
        ),
        (
            "referral",
            {"result": "1", "result_on": "2026-11-19", "result_source": "1"},
            "result_on",
            "not_earlier",
        ),
        ("referral", {"result_on": "2026-11-24"}, "result", "result_first"),
        (
            "referral",
            {"result": "1", "result_on": "2026-11-24", "result_source": "1", "condition_diff": True},
            "condition_note",
            "required",
        ),
        ("registration", {"jobseeker_no": "14990-123456789"}, "jobseeker_no", "jobseeker_no"),
        ("placement", {"occupation_code": "999-01"}, "occupation_code", "occupation"),
        ("placement", {"industry_major": "Z"}, "industry_major", "industry"),
        ("placement", {"establishment_no": "1499-12345-1"}, "establishment_no", "establishment_no"),
        ("placement", {"started_on": "2026-11-01", "left_on": "2026-10-31"}, "left_on", "not_earlier"),
        ("assessment", {"wishes": ["x"] * 13}, "wishes", "too_many"),
        ("assessment", {"wishes": "x"}, "wishes", "type"),
        ("assessment", {"obstacles": ["1", "12"]}, "obstacles", "code"),
        ("assessment", {"health_consideration": "あ" * 201}, "health_consideration", "too_long"),
        ("case", {"wishes_support": "はい"}, "wishes_support", "type"),
        ("action", {"what": "履歴書を直す", "who": "x"}, "who", "code"),
    ],
)
def test_each_rule_refuses_what_breaks_it(
    kind: str, changes: dict[str, object], field: str, code: str
) -> None:
    """The problem names its field and has a sentence in each language without what was typed."""
    found = validate(kind, {**WHOLE.get(kind, {}), **changes}, today=TODAY)
    (one,) = [p for p in found if p.field == field]
    assert one.code == code
    assert one.text("ja")
    assert one.text("en_GB").isascii()


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("person", {"given_name": ""}),
        ("person", {"family_name": "葛\U000e0100城", "given_name": "\U00020bb7子"}),
        ("person", {"birth_date": "2026-11-24"}),
        ("case", {"status": "active", "support_from": "2026-11-24", "support_until": "2027-05-24"}),
        ("case", {"target_group": "A1", "household_type": "2"}),
        ("consent", {"valid_until": "2027-11-24"}),
        ("consent", {"valid_from": "2027-02-28", "valid_until": "2028-02-28"}),
        ("consent", {"scope_to_hw": [], "scope_to_city": ["H1"]}),
        ("consent", {"signer_kind": "3", "signer": "立会 CW 3係"}),
        ("note", {"kind": "3", "visibility": "1", "attendees": ["city:CW", "hellowork:3番", "本人"]}),
        ("note", {"body": "一行目\n二行目"}),
        ("referral", {"channel": "3", "letter_no": "", "opening_no": "", "office_code": ""}),
        ("referral", {"result": "8"}),
        ("referral", {"interview_at": "2026-11-27T14:00:00+09:00"}),
    ],
)
def test_what_the_rules_allow(kind: str, changes: dict[str, object]) -> None:
    """Single names, rare glyphs, a year of consent, own applications and joint notes are right."""
    assert validate(kind, {**WHOLE[kind], **changes}, today=TODAY) == ()


def test_a_channel_belongs_to_its_side() -> None:
    """Only Hello Work makes channel 1, only the specialist channel 2."""
    wrong = {("channel", "channel_hw")}
    assert problems("referral", "city", ("cw", "es")) == wrong
    assert problems("referral", "hellowork", ("hw", "adm")) == set()
    assert problems("referral", "hellowork", ("hw",), channel="2") == {("channel", "channel_city")}
    assert problems("referral", "city", ("cw", "sv"), channel="2") == {("channel", "channel_city")}
    assert problems("referral", "city", ("es",), channel="2") == set()


def test_rules_that_look_beyond_the_record() -> None:
    """The deadline of the opening, free placement of the ward, the side of people by name."""
    found = validate("referral", REFERRAL, today=TODAY, deadline=date(2026, 11, 19))
    assert [p.code for p in found] == ["past_deadline"]
    assert validate("referral", REFERRAL, today=TODAY, deadline=date(2026, 11, 20)) == ()
    city = {**REFERRAL, "channel": "2"}
    assert [p.code for p in validate("referral", city, today=TODAY, free_placement=False)] == [
        "no_free_placement"
    ]
    teams = {"CW 3係": "city", "HW 3番窓口": "hellowork"}
    joint = {**NOTE, "kind": "3", "visibility": "1", "attendees": list(teams)}
    assert validate("note", joint, today=TODAY, teams=teams) == ()
    assert [p.code for p in validate("note", joint, today=TODAY)] == ["both_sides"]
    explained = {**CONSENT, "explained_by": "HW 3番窓口"}
    assert [p.code for p in validate("consent", explained, today=TODAY, teams=teams)] == ["explainer"]


def test_a_note_is_written_for_ones_own_side() -> None:
    """Neither side writes in the other's name or for the other's eyes alone."""
    assert problems("note", "hellowork") == {("kind", "own_kind"), ("visibility", "other_visibility")}
    assert problems("note", "hellowork", kind="2", visibility="3") == set()
    assert problems("note", "city", kind="2") == {("kind", "own_kind")}


@pytest.mark.parametrize(
    "text",
    [
        MY_NUMBER,
        f"{MY_NUMBER[:4]} {MY_NUMBER[4:8]} {MY_NUMBER[8:]}",
        f"{MY_NUMBER[:4]}-{MY_NUMBER[4:8]}-{MY_NUMBER[8:]}",
        f"{MY_NUMBER[:4]}－{MY_NUMBER[4:8]}－{MY_NUMBER[8:]}".translate(
            {c: c + 0xFEE0 for c in range(0x30, 0x3A)}
        ),
        " ".join(MY_NUMBER),
        f"番号は{MY_NUMBER}です",
        f"{MY_NUMBER[:6]}\u3000{MY_NUMBER[6:]}",
        MY_NUMBER.translate({ord(str(n)): kanji for n, kanji in enumerate("〇一二三四五六七八九")}),
        f"電話0450001234、番号{MY_NUMBER[:4]}\n{MY_NUMBER[4:8]}\n{MY_NUMBER[8:]}",
    ],
)
def test_a_my_number_is_found_however_it_is_written(text: str) -> None:
    """Full-width, spaced, hyphened, in kanji digits, among words."""
    assert holds_my_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        MY_NUMBER[:-1],
        f"{ELEVEN}{(check_digit(ELEVEN) + 1) % 10}",
        f"9{MY_NUMBER}",
        f"{MY_NUMBER}0",
        "080-0000-1234",
        "14990-00012345",
        "令和8年11月24日 14:00から",
    ],
)
def test_other_numbers_are_no_my_number(text: str) -> None:
    """A wrong check digit, other lengths, phones, opening numbers and dates pass."""
    assert not holds_my_number(text)


def test_the_check_digit_is_that_of_the_ordinance() -> None:
    """The published example 12345678901 has check digit 8."""
    assert MY_NUMBER == "123456789018"


@pytest.mark.parametrize("kind", FIELDS)
def test_no_text_of_any_record_takes_a_my_number(kind: str) -> None:
    """Each field that takes a text, or a list of texts, refuses twelve digits that look like one."""
    for field in FIELDS[kind]:
        for value in (MY_NUMBER, [MY_NUMBER], f"{MY_NUMBER[:4]} {MY_NUMBER[4:8]} {MY_NUMBER[8:]}"):
            found = {p.field for p in validate(kind, {field.name: value}, today=TODAY)}
            assert field.name in found


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", " ", "-", "\u3000", "\u2212"]))
def test_every_my_number_is_refused_and_only_its_digit_counts(eleven: str, between: str) -> None:
    """Of the ten possible last digits exactly one makes a My Number."""
    made = [between.join(eleven + str(last)) for last in range(10)]
    assert [holds_my_number(text) for text in made] == [last == check_digit(eleven) for last in range(10)]


@pytest.mark.parametrize(
    ("kind", "name", "typed", "stored"),
    [
        ("person", "birth_date", "Ｓ６１．４．２", "1986-04-02"),
        ("person", "birth_date", "H31.5.1", "H31.5.1"),
        ("person", "name_kana", "ｶｸｳ ﾀﾒｼｺ", "カクウ\u3000タメシコ"),
        ("person", "phone", "０８０－００００－１２３４", "08000001234"),
        ("person", "phone", "なし", "なし"),
        ("person", "postal_code", "〒２３０ー００５１", "230-0051"),
        ("person", "municipality", "横浜市保土ヶ谷区", "14106"),
        ("person", "municipality", "どこか", "どこか"),
        ("person", "sex", "女", "2"),
        ("case", "target_group", "ｃ１", "C1"),
        ("case", "target_group", "ひとり親", "C1"),
        ("case", "wishes_support", "はい", True),
        ("case", "wishes_support", "false", False),
        ("case", "wishes_support", "たぶん", "たぶん"),
        ("case", "episode", "２", 2),
        ("referral", "opening_no", "１４９９０－１２３４５", "14990-00012345"),
        ("referral", "opening_no", "1499000012345", "14990-00012345"),
        ("referral", "interview_at", "R8.11.27 14:00", "2026-11-27T14:00:00+09:00"),
        ("referral", "interview_at", "2026-11-27T14:00", "2026-11-27T14:00:00+09:00"),
        ("registration", "jobseeker_no", "14990ー1234", "14990-1234"),
        ("registration", "wish_pay", "１８０，０００円", 180000),
        ("consent", "scope_to_hw", "S1", ["S1"]),
        ("consent", "scope_to_hw", ("Ｓ１", "s2", "S1"), ["S1", "S2"]),
        ("consent", "recipients", ["１４０４０"], ["14040"]),
        ("note", "from", "９時半", "09:30"),
    ],
)
def test_values_are_stored_in_one_form(kind: str, name: str, typed: object, stored: object) -> None:
    """Dates, kana, widths and codes settle; what cannot be read stays as typed."""
    once = normalise(kind, {name: typed})
    assert once == {name: stored}
    assert normalise(kind, once) == once


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_names_are_never_touched(family: str, given_name: str, alias: str) -> None:
    """Not a character of a name changes, whatever it is."""
    typed = {"family_name": family, "given_name": given_name, "alias": alias}
    assert normalise("person", typed) == typed


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.lists(st.text(max_size=14), max_size=4)
)


@given(st.sampled_from(sorted(FIELDS)), st.data())
def test_any_values_are_answered_with_problems_not_errors(kind: str, data: st.DataObject) -> None:
    """Whatever a script or a damaged form passes, rules answer; normalising settles at once."""
    names = [field.name for field in FIELDS[kind]] + ["no_such_field"]
    values = data.draw(st.dictionaries(st.sampled_from(names), VALUES))
    stored = normalise(kind, values)
    assert normalise(kind, stored) == stored
    for version in (values, stored):
        found = validate(kind, version, today=TODAY, team="city", roles=("cw",))
        assert all(p.ja and p.en for p in found)
        assert len({(p.field, p.code) for p in found}) == len(found)
        warnings(kind, version, today=TODAY)


def test_warnings_ask_and_do_not_stop() -> None:
    """Ages outside 15 to 100, a wish not asked, and words of health or money in what could be shared."""
    young = {**PERSON, "birth_date": "2015-04-02"}
    assert [p.code for p in warnings("person", young, today=TODAY)] == ["birth_age"]
    assert warnings("person", PERSON, today=TODAY) == ()
    assert [p.code for p in warnings("case", CASE, today=TODAY)] == ["wishes_support"]
    assert warnings("case", {**CASE, "wishes_support": False}, today=TODAY) == ()
    shared = {**NOTE, "visibility": "1", "body": "うつの診断。生活保護の収入認定について。"}
    assert {p.code for p in warnings("note", shared, today=TODAY)} == {"sensitive_health", "sensitive_money"}
    assert warnings("note", {**shared, "visibility": "2"}, today=TODAY) == ()


def test_kana_is_offered_for_what_can_be_kana() -> None:
    """Half-width and hiragana are offered as katakana, kanji are not guessed."""
    assert offer_kana("ｻｶﾞﾐ ゆみ") == "サガミ\u3000ユミ"
    assert offer_kana("相模") == ""


def test_no_sentence_is_without_its_words() -> None:
    """Each message has both languages with the same places to fill."""
    for ja, en in MESSAGES.values():
        assert en.isascii()
        for place in ("{label}", "{other}"):
            assert (place in ja) == (place in en)


def test_a_date_of_blanks_is_a_problem_and_no_fault() -> None:
    """A line break where a day belongs."""
    assert validate("case", {"opened_on": "\r"}, today=TODAY, team="city", roles=("cw",))
