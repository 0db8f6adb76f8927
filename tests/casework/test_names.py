"""Names are found however they are typed, and never changed."""

import timeit
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.kana import is_kana, loose_kana, normalise_kana, to_katakana
from wardclient.casework.names import VARIANTS, display_name, plain_variants, search_key
from wardclient.casework.romaji import HEPBURN, romaji_key, to_romaji
from wardclient.casework.width import (
    code_text,
    fold_address,
    fold_hyphens,
    fold_tilde,
    kanji_number,
    phone_digits,
)

KATAKANA = "".join(chr(code) for code in range(0x30A1, 0x30F5))
HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3095))
HALF = "".join(chr(code) for code in range(0xFF66, 0xFF9E) if code != 0xFF70)
NAME_TEXT = st.text(KATAKANA + HIRAGANA + HALF + "ーヽ・ 　髙﨑邊佐藤由美Aaé-'ﾞﾟ\u3099\U000e0100", max_size=12)
# Syllables that a name can begin with, one or two kana, each with its romaji.
SYLLABLES = sorted(
    kana
    for kana in HEPBURN
    if kana not in "ヲヰヱァィゥェォャュョヮヵヶン" and not set(kana[1:]) & set("ァィゥェォ")
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("高橋", "髙橋"),
        ("山崎", "山﨑"),
        ("渡辺", "渡邊"),
        ("渡辺", "渡邉"),
        ("斉藤", "齋藤"),
        ("斎藤", "齊藤"),
        ("徳田", "德田"),
        ("浜田", "濵田"),
        ("広沢", "廣澤"),
        ("真", "眞"),
        ("国分", "國分"),
        ("桜井", "櫻井"),
        ("吉田", "\U00020bb7田"),
        ("柳瀬", "栁瀨"),
        ("円恵", "圓惠"),
        ("曽我", "曾我"),
        ("葛城", "葛\U000e0100城"),
        ("神", "\ufa19"),
        ("福", "\ufa1b"),
        ("佐藤 由美", "佐藤\u3000由美"),
        ("サガミ ユミ", "ｻｶﾞﾐ ﾕﾐ"),
        ("さがみゆみ", "サガミ\u3000ユミ"),
        ("は\u3099", "バ"),
        ("santos maria", "ＳＡＮＴＯＳ　ＭＡＲＩＡ"),
        ("グエンヴァンアン", "グエン・ヴァン・アン"),
    ],
)
def test_a_name_is_found_by_what_people_type(typed: str, stored: str) -> None:
    """異体字, width, kana, case, blanks and selectors make no difference to the key."""
    assert search_key(typed) == search_key(stored)


def test_different_names_keep_different_keys() -> None:
    """Folding does not go so far as to make one of two common names."""
    names = ["佐藤", "斎藤", "伊藤", "高橋", "高井", "渡辺", "渡部", "サトウ", "サトー", "コーポ", "コポ"]
    assert len({search_key(name) for name in names}) == len(names)


@given(NAME_TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    """Folding a key again changes nothing, so stored keys and typed texts meet."""
    once = search_key(text)
    assert search_key(once) == once


@given(NAME_TEXT)
def test_width_and_kana_never_matter(text: str) -> None:
    """The key of a text is that of its katakana."""
    assert search_key(to_katakana(text)) == search_key(text)


def test_a_key_is_fast_enough_for_every_keystroke() -> None:
    """Far below what one row of an import may cost (a generous bound, for slow machines)."""
    assert timeit.timeit(lambda: search_key("髙﨑　𠮷子ｻｶﾞﾐ"), number=2000) / 2000 < 0.0002


def test_variants_point_at_characters_that_are_no_variants() -> None:
    """Folding once is enough."""
    assert not set(VARIANTS.values()) & set(VARIANTS)
    assert plain_variants("髙﨑 \U00020bb7子") == "高崎 吉子"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ｻｶﾞﾐ ﾕﾐ", "サガミ\u3000ユミ"),
        ("さがみ　ゆみ", "サガミ\u3000ユミ"),
        ("ﾊﾞﾋﾟﾌﾞ", "バピブ"),
        ("か\u3099く", "ガク"),
        ("ハ゛ン", "バン"),
        ("ｳﾞｧﾝ･ｱﾝ", "ヴァン・アン"),
        ("オ-ノ", "オーノ"),
        ("ジョン－ポール", "ジョンーポール"),
        (" サトウ  ハナ ", "サトウ\u3000ハナ"),
    ],
)
def test_kana_is_stored_full_width_with_marks_joined(typed: str, stored: str) -> None:
    """Half-width, hiragana and loose voicing marks become what a form wants."""
    assert normalise_kana(typed) == stored
    assert is_kana(stored)


@given(st.text(KATAKANA + HIRAGANA + HALF + " 　", min_size=1, max_size=10).filter(lambda t: t.strip()))
def test_any_kana_becomes_kana_of_a_form(text: str) -> None:
    """Normalising settles, and leaves only full-width katakana."""
    kana = normalise_kana(text)
    assert is_kana(kana)
    assert normalise_kana(kana) == kana


@pytest.mark.parametrize("text", ["", "ー", "・", "佐藤", "サトウA", "サトウ1", "さとう", "ｻﾄｳ"])
def test_what_is_no_kana_of_a_form(text: str) -> None:
    """Kanji, Latin, hiragana, half-width and marks alone are refused."""
    assert not is_kana(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ナカジマ", "ナカシマ"),
        ("オオタ", "オータ"),
        ("オオタ", "オタ"),
        ("ユウキ", "ユキ"),
        ("コウノ", "コーノ"),
        ("マツダ", "まつた"),
    ],
)
def test_kana_that_are_near_in_sound(one: str, other: str) -> None:
    """Voiced and long sounds are folded for near matches."""
    assert loose_kana(one) == loose_kana(other)
    assert loose_kana(one) != loose_kana("キムラ")


@pytest.mark.parametrize(
    ("kana", "typed"),
    [
        ("サトウ", "sato satou satoh SATO SAT\u014c sat\u00f4 ｓａｔｏ"),
        ("オオタ", "ota oota ohta"),
        ("オオノ", "ono ohno oono"),
        ("ジュンコ", "junko zyunko jyunko"),
        ("シンイチ", "shinichi shin'ichi sin-iti sinniti"),
        ("ハットリ", "hattori"),
        ("マッチャ", "matcha maccha mattya"),
        ("バッジ", "bajji bazzi"),
        ("ホンマ", "honma homma"),
        ("フジイ", "fujii huzii fuji"),
        ("チョウ", "cho chou tyo choh"),
        ("ツヅキ", "tsuzuki tuduki tsudzuki"),
        ("ユウコ", "yuko yuuko yuhko"),
        ("リョウヘイ", "ryohei ryouhei"),
        ("シュンジ", "shunji syunzi"),
        ("ナンバ", "namba nanba"),
        ("イノウエ", "inoue"),
        ("サガミ　ユミ", "sagamiyumi"),
    ],
)
def test_romaji_of_any_spelling_matches_the_kana(kana: str, typed: str) -> None:
    """Hepburn, kunrei, long vowels and careless spellings have one key."""
    assert {romaji_key(word) for word in typed.split()} == {romaji_key(kana)}


@given(st.lists(st.sampled_from([*SYLLABLES, "ン", "ッ", "ー"]), min_size=1, max_size=6).map("".join))
def test_hepburn_and_kunrei_of_any_kana_meet(kana: str) -> None:
    """What is transcribed by either system is found by the kana."""
    assert romaji_key(to_romaji(kana)) == romaji_key(to_romaji(kana, kunrei=True)) == romaji_key(kana)


def test_romaji_keeps_names_apart() -> None:
    """Long vowels fold, other sounds do not."""
    names = ["サトウ", "サイトウ", "カトウ", "ゴトウ", "イトウ", "ムトウ", "シノ", "ヒノ"]
    assert len({romaji_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "鶴見中央３－２０－１",
        "鶴見中央三丁目20番1号",
        "鶴見中央3丁目20番地の1",
        "鶴見中央 3-20-1",
        "鶴見中央３\u2212２０\u2015１",
        "神奈川県横浜市鶴見中央３ー２０ー１",
    ],
)
def test_addresses_compare_alike_however_written(text: str) -> None:
    """Numbers, kinds of hyphens, prefecture and city make no difference."""
    assert fold_address(text) == "鶴見中央3-20-1"


def test_names_of_places_keep_their_kanji_numbers_and_long_vowels() -> None:
    """三ツ境 is no 3, コーポ no コ-ポ; ケ and ヶ are one; building and room stay apart."""
    assert fold_address("三ッ境") == fold_address("三ツ境") == "三ツ境"
    assert fold_address("保土ヶ谷区") == fold_address("保土ケ谷区")
    assert fold_address("六角橋1-2 コーポ桜201号室") == "六角橋1-2コーポ桜201"
    assert fold_address("丸山町3-20-1 201") == "丸山町3-20-1-201"
    assert kanji_number("二十三") == kanji_number("二三") == 23
    assert kanji_number("百五") == 105


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("080-0000-1234", "08000001234"),
        ("０８０（００００）１２３４", "08000001234"),
        ("+81 80-0000-1234", "08000001234"),
    ],
)
def test_phones_are_digits(typed: str, digits: str) -> None:
    """However written, also with the country code."""
    assert phone_digits(typed) == digits


def test_codes_are_half_width_and_words_keep_their_bars() -> None:
    """Hyphens fold between digits only."""
    assert code_text("１４９９０－０００１２３４５ ") == "14990-00012345"
    assert fold_hyphens("コーポ２ー１") == "コーポ2-1"
    assert fold_tilde("9時\u301c18時") == fold_tilde("9時\uff5e18時")


def test_display_joins_with_one_full_width_space() -> None:
    """A person with a single name has no space."""
    assert display_name({"family_name": "髙﨑", "given_name": "由美"}) == "髙﨑\u3000由美"
    assert display_name({"family_name": "RAVI", "given_name": None}) == "RAVI"


@given(st.text(max_size=30))
def test_keys_stand_any_text(text: str) -> None:
    """No character makes a key fail, and a key holds no blank."""
    for key in (search_key(text), romaji_key(text), loose_kana(text), fold_address(text)):
        assert unicodedata.normalize("NFC", key) is not None
        assert " " not in key
