"""Texts for the other office: numbers by shape, matters by words; ordinary sentences stay quiet."""

import datetime as dt
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wardclient.casework.my_number import check_digit, holds_my_number
from wardclient.casework.text_checks import Matter, findings, part_out, words_found
from wardclient.casework.validation import warnings

FULL = str.maketrans("0123456789", "０１２３４５６７８９")
HYPHENS = ("-", "－", "‐", "–", "—", "−", "ー", "ｰ", " ", "\u3000")
MATTERS = {
    "うつ病の治療中です。": (Matter.HEALTH, "うつ"),
    "母はうつで休んでいる": (Matter.HEALTH, "うつ"),
    "がんの手術をした": (Matter.HEALTH, "がん"),
    "HIVの検査を": (Matter.HEALTH, "HIV"),
    "ｈｉｖの検査を": (Matter.HEALTH, "ｈｉｖ"),
    "先月まで入院していた": (Matter.HEALTH, "入院"),
    "適応障害と診断された": (Matter.HEALTH, "適応障害"),
    "保護費から返す": (Matter.MONEY, "保護費"),
    "自己破産を考えている": (Matter.MONEY, "自己破産"),
    "前科があると話した": (Matter.CRIME, "前科"),
    "本籍は県外": (Matter.FORBIDDEN, "本籍"),
}
ORDINARY = (
    "もうつかれたと言いながら最後までがんばった。",
    "がんばって続けたいとのこと。",
    "そうつたえておきました。",
    "職場をうつる予定。うつわの販売を希望。",
    "うつくしい字を書く。",
    "雇入れ時の健康診断は会社が行う。",
    "中小企業診断士の資格を取りたい。",
    "ハローワークの適職診断を受けた。",
    "歯科矯正の受付事務に応募。",
    "国籍不問の求人を三件見た。",
    "宗教法人の清掃の求人。",
    "認知症対応のグループホームで働いた経験がある。",
    "生活保護受給者等就労自立促進事業の説明をした。",
    "スローガンを考える仕事。エレクトーンとオルガンの講師。",
    "固定資産の台帳を扱う経理の求人。",
    "連絡は 080-0000-0123 へ。",
    "連絡は08000000123へ。",
    "求人番号 14990-12345671 に応募した。",
    "面接は2026-11-30 10:00から。",
    "夕方は18時まで、土曜は月2回なら出られる。",
    "希望は月給二十万円くらい、通勤は30分以内。",
)


@pytest.mark.parametrize("text", MATTERS)
def test_a_matter_is_found_with_its_words_as_typed(text: str) -> None:
    """The kind, and the very characters."""
    matter, words = MATTERS[text]
    assert (matter, words) in [(one.matter, one.words) for one in findings(text)]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_raise_no_alarm(text: str) -> None:
    """Words that only contain a watched word, telephone and opening numbers, days."""
    assert findings(text) == ()


def my_number(digits: str, shape: int, hyphen: str) -> str:
    """Return a number with its check digit, written in one of four ways."""
    number = digits + str(check_digit(digits))
    parted = hyphen.join((number[:4], number[4:8], number[8:]))
    return (number, parted, number.translate(FULL), parted.translate(FULL))[shape]


@given(
    st.text("あいう、。", max_size=9),
    st.text("0123456789", min_size=11, max_size=11),
    st.integers(0, 3),
    st.sampled_from(HYPHENS),
)
def test_a_my_number_is_found_however_it_is_written(
    around: str, digits: str, shape: int, hyphen: str
) -> None:
    """Its span is the number alone, and the refusal and the warning agree."""
    number = my_number(digits, shape, hyphen)
    text = f"{around}{number}{around}"
    (found,) = findings(text)
    assert (found.matter, found.words) == (Matter.MY_NUMBER, number)
    assert holds_my_number(text)
    assert words_found((found,)) == ("個人番号",)


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(HYPHENS), st.booleans())
def test_an_insured_number_is_found_by_four_six_one(digits: str, hyphen: str, wide: bool) -> None:
    """With any hyphen, in full and half width; its digits are never shown again."""
    number = hyphen.join((digits[:4], digits[4:10], digits[10]))
    number = number.translate(FULL) if wide else number
    (found,) = findings(f"番号は{number}です。")
    assert (found.matter, found.words) == (Matter.INSURED_NUMBER, number)
    assert words_found((found,), "en") == ("insured-person number",)


def test_eleven_digits_are_an_insured_number_only_after_its_name() -> None:
    """In a row they could be a mobile number."""
    assert [one.words for one in findings("被保険者番号は09012345678")] == ["09012345678"]
    assert findings("09012345678") == ()
    assert findings("被保険者番号は本人が探す。見つかったら次の面談で聞く。電話は09012345678") == ()


@given(st.text(st.sampled_from("うつがん病診断入院を。\n 0123456789-０ｱﾞ㈱HIVﾊ𠮷葛\U000e0100"), max_size=60))
@example("入院。\n\n診断")
def test_spans_are_in_order_and_say_what_stands_there(text: str) -> None:
    """Also among characters that fold to more or fewer."""
    found = findings(text)
    assert all(text[one.start : one.end] == one.words and one.words for one in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@given(st.lists(st.sampled_from((*MATTERS, *ORDINARY, "改行\n", "\n", "。")), max_size=8))
def test_parting_loses_nothing_and_what_stays_is_clean(sentences: list[str]) -> None:
    """Every character is in exactly one part, in order; what was found left with its sentence."""
    text = "".join(sentences)
    stays, leaves = part_out(text)
    assert sorted(stays + leaves) == sorted(text)
    assert all(one.words in leaves for one in findings(text))
    assert bool(leaves) == bool(findings(text))


def test_what_stays_keeps_its_own_words() -> None:
    """Whole sentences move; their neighbours stay as they were."""
    text = "夕方は18時まで。先月まで入院していた。\n土曜は月2回。"
    assert part_out(text) == ("夕方は18時まで。土曜は月2回。", "先月まで入院していた。\n")


def test_warnings_name_each_matter_once_and_never_the_words() -> None:
    """They may be logged. An own-office note has none."""
    note = {"visibility": "1", "body": "入院と診断。前科。番号は1234-567890-1"}
    found = warnings("note", note, today=dt.date(2026, 11, 24))
    assert [p.code for p in found] == ["sensitive_health", "sensitive_crime", "sensitive_insured_number"]
    assert not any("入院" in p.ja or "1234" in p.ja for p in found)
    assert warnings("note", {**note, "visibility": "3"}, today=dt.date(2026, 11, 24)) == ()
