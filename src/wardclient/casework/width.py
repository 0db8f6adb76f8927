"""Width, hyphens, digits and addresses, folded for comparing (domain 11.3, 11.4).

What is stored stays as written, codes and phones apart; the folded forms are for keys.
"""

import re
import unicodedata

HYPHENS = "-\uff0d\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff70\u30fc"
"""Everything that people type for a hyphen, the long-vowel marks included."""
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DIGITS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_TILDES = {0x301C: "~", 0xFF5E: "~"}
_BETWEEN_DIGITS = re.compile(rf"(?<=[0-9])[ \u3000]*[{HYPHENS}][ \u3000]*(?=[0-9])")
_NOT_DIGIT = re.compile(r"[^0-9]")

_KANJI_DIGIT = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_UNIT = {"十": 10, "百": 100, "千": 1000}
_KANJI = "〇零一二三四五六七八九十百千"
_KANJI_NUMBER = re.compile(rf"[{_KANJI}]+(?=年|月|日|丁目|番|号|地割)")

_SMALL = str.maketrans("ヶヵッ之がガ", "ケカツノケケ")
_ADDRESS_WORDS = re.compile(r"(?<=\d)(?:丁目|番地ノ?|番|号室?|ノ)(?=(\d?))")
_BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
_CITY = "横浜市"
_PREFECTURE = "神奈川県"


def fold_width(text: str) -> str:
    """Return ASCII letters, digits, punctuation and blanks at half width; nothing else changes."""
    return text.translate(_WIDE)


def fold_digits(text: str) -> str:
    """Return full-width digits at half width; nothing else changes."""
    return text.translate(_DIGITS)


def fold_hyphens(text: str) -> str:
    """Return every kind of hyphen between two digits as ``-``; ー in コーポ stays."""
    return _BETWEEN_DIGITS.sub("-", fold_digits(text))


def fold_tilde(text: str) -> str:
    """Return wave dash and full-width tilde alike (for comparing only)."""
    return text.translate(_TILDES)


def code_text(text: str) -> str:
    """Return a code or number as stored: half width, one kind of hyphen, no blanks."""
    return "".join(fold_hyphens(fold_width(text)).split())


def phone_digits(text: str) -> str:
    """Return a phone number as digits alone, +81 as the leading 0; of other text the digits it has."""
    plain = fold_width(text).strip()
    digits = _NOT_DIGIT.sub("", plain)
    if plain.startswith("+81"):
        return "0" + digits.removeprefix("81").removeprefix("0")
    return digits


def kanji_number(text: str) -> int:
    """Return the number that kanji digits write, by place (二〇) or by unit (二十)."""
    if not any(kanji in _KANJI_UNIT for kanji in text):
        return int("".join(str(_KANJI_DIGIT[kanji]) for kanji in text))
    total, digit = 0, 0
    for kanji in text:
        if kanji in _KANJI_UNIT:
            total += (digit or 1) * _KANJI_UNIT[kanji]
            digit = 0
        else:
            digit = _KANJI_DIGIT[kanji]
    return total + digit


def fold_kanji_numbers(text: str) -> str:
    """Return kanji numbers before 年 月 日 丁目 番 号 as digits; those in names (三ツ境) stay."""
    return _KANJI_NUMBER.sub(lambda found: str(kanji_number(found[0])), text)


def fold_address(text: str) -> str:
    """Return an address for comparing: 鶴見中央三丁目20番1号 and 鶴見中央３－２０－１ become one.

    Prefecture and city are dropped at the front; ケ/ヶ/が, ツ/ッ, ノ/之 are one; building and
    room follow as written.
    """
    folded = unicodedata.normalize("NFKC", text.translate(_TILDES)).strip()
    folded = fold_hyphens(fold_kanji_numbers(folded).replace("の", "ノ")).translate(_SMALL)
    folded = _ADDRESS_WORDS.sub(lambda found: "-" if found[1] else "", folded)
    folded = "".join(_BLANK_BETWEEN_DIGITS.sub("-", folded).split())
    return folded.removeprefix(_PREFECTURE).removeprefix(_CITY)
