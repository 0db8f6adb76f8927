"""Kana: forms want full-width katakana; people type half-width and hiragana (domain 11.2)."""

import re
import unicodedata

_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
# Half-width katakana and its punctuation; the two marks become combining ones, joined below.
_HALF = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFF9E)}
_MARKS = {0xFF9E: 0x3099, 0x309B: 0x3099, 0xFF9F: 0x309A, 0x309C: 0x309A}
TO_KATAKANA: dict[int, int | str | None] = {**_HIRAGANA, **_HALF, **_MARKS}
"""Table for str.translate: hiragana and half-width to full-width katakana, voiced marks to combining ones."""

_VOICED = re.compile("[ウカ-トハ-ホワヰヱヲヽ][\u3099\u309a]")
_KANA = re.compile("[ァ-ヺー・ヽヾ\u3000]+")
_KANA_LETTER = re.compile("[ァ-ヺ]")
_LONG = re.compile("(?<=[ァ-ヺ])[-\uff0d\u2010-\u2015\u2212]")
# Small to large, voiced to plain: what hearing and handwriting confuse.
_LOOSE = str.maketrans(
    "ァィゥェォッャュョヮヵヶガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴヰヱヲ",
    "アイウエオツヤユヨワカケカキクケコサシスセソタチツテトハヒフヘホハヒフヘホウイエオ",
)
_VOWEL = str.maketrans(
    {
        kana: vowel
        for vowel, row in {
            "ア": "アカサタナハマヤラワ",
            "イ": "イキシチニヒミリ",
            "ウ": "ウクスツヌフムユル",
            "エ": "エケセテネヘメレ",
            "オ": "オコソトノホモヨロ",
        }.items()
        for kana in row
    }
)


def to_katakana(text: str) -> str:
    """Return hiragana and half-width kana as full-width katakana with voiced marks joined; all else stays."""
    kana = text.translate(TO_KATAKANA)
    if "\u3099" in kana or "\u309a" in kana:
        return _VOICED.sub(lambda found: unicodedata.normalize("NFC", found[0]), kana)
    return kana


def normalise_kana(text: str) -> str:
    """Return フリガナ as stored: full-width katakana, one full-width space between names, hyphens as ー."""
    kana = "\u3000".join(to_katakana(text).split())
    return _LONG.sub("ー", kana)


def is_kana(text: str) -> bool:
    """Return whether ``text`` is フリガナ as a form wants it, with at least one letter."""
    return _KANA.fullmatch(text) is not None and _KANA_LETTER.search(text) is not None


def loose_kana(text: str) -> str:
    """Return kana for near matches: voiced as plain, small as large, long vowels as short, no blanks.

    ナカジマ and ナカシマ, オオタ and オータ and オタ, ユウキ and ユキ become one.
    """
    plain = "".join(to_katakana(text).translate(_LOOSE).replace("ー", "").replace("・", "").split())
    kept: list[str] = []
    before = ""
    for kana in plain:
        vowel = before.translate(_VOWEL)
        lengthens = kana == vowel or (kana == "ウ" and vowel == "オ")
        if not (before and lengthens):
            kept.append(kana)
        before = kana
    return "".join(kept)
