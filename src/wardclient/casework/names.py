"""Names are stored exactly as typed; here are the keys by which they are found (domain 11.2).

Nothing here is ever stored over a name. `search_key` runs for each keystroke and each row of
an import, so it is one NFKC and one table look-up.
"""

import unicodedata
from collections.abc import Mapping

from wardclient.casework.kana import TO_KATAKANA, is_kana, loose_kana, normalise_kana, to_katakana
from wardclient.casework.romaji import romaji_key, to_romaji
from wardclient.casework.width import fold_address, fold_digits, fold_hyphens, phone_digits

__all__ = [
    "VARIANTS",
    "display_name",
    "fold_address",
    "fold_digits",
    "fold_hyphens",
    "is_kana",
    "kana_key",
    "loose_kana",
    "name_key",
    "normalise_kana",
    "phone_digits",
    "plain_variants",
    "romaji_key",
    "search_key",
    "to_katakana",
    "to_romaji",
]

_FOLDED = {
    # domain.md 11.2
    "高": "髙",
    "崎": "﨑嵜",
    "辺": "邊邉",
    "斉": "齋齊斎",
    "徳": "德",
    "浜": "濵濱",
    "広": "廣",
    "沢": "澤",
    "真": "眞",
    "国": "國",
    "桜": "櫻",
    "吉": "\U00020bb7",
    "柳": "栁",
    "瀬": "瀨",
    "円": "圓",
    "恵": "惠",
    "曽": "曾",
    # Old forms of the same kind that surnames and given names keep.
    "島": "嶋嶌",
    "富": "冨",
    "竜": "龍",
    "条": "條",
    "浅": "淺",
    "関": "關",
    "実": "實",
    "栄": "榮",
    "学": "學",
    "寿": "壽",
    "蔵": "藏",
    "黒": "黑",
    "弥": "彌",
    "豊": "豐",
    "万": "萬",
    "与": "與",
    "来": "來",
    "静": "靜",
    "塩": "鹽",
    "滝": "瀧",
    "峰": "峯",
    "秋": "穐",
    "礼": "禮",
    "亀": "龜",
    "帯": "帶",
    "渋": "澁",
    "礒": "磯",
    "桑": "桒",
    "舘": "館",
    "将": "將",
    "浄": "淨",
    "薫": "薰",
    "亜": "亞",
    "穂": "穗",
    "緑": "綠",
    "巌": "巖",
    "梅": "楳",
    "渡": "渡",
}
VARIANTS: Mapping[str, str] = {
    variant: plain for plain, variants in _FOLDED.items() for variant in variants if variant != plain
}
"""異体字 to the character that search takes for it."""

_TABLE: dict[int, int | str | None] = {
    **TO_KATAKANA,
    **{ord(variant): plain for variant, plain in VARIANTS.items()},
    **dict.fromkeys(map(ord, " \t\r\n\u3000\u00a0\u00ad\u200b\ufeff"), None),
    **dict.fromkeys(map(ord, "-'.,\u2018\u2019\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fb\u00b7"), None),
    **dict.fromkeys(range(0xFE00, 0xFE10), None),
    **dict.fromkeys(range(0xE0100, 0xE01F0), None),
}
# NFKC would turn these marks into a blank and a combining mark.
_BEFORE: dict[int, int | str | None] = {0x309B: 0x3099, 0x309C: 0x309A, 0x301C: "~"}
_ASCII = str.maketrans("", "", " \t\r\n-'.,")


def search_key(text: str) -> str:
    """Return the folded form in which texts are compared: width, kana, case, variants, no blanks.

    NFKC, hiragana to katakana, 異体字 to their usual form, variation selectors and punctuation of
    names (・ - ' .) dropped. A long-vowel mark stays.
    """
    if text.isascii():
        return text.translate(_ASCII).lower()
    folded = unicodedata.normalize("NFKC", text.translate(_BEFORE))
    return to_katakana(folded.translate(_TABLE)).casefold()


def plain_variants(text: str) -> str:
    """Return ``text`` with 異体字 replaced by their usual form; all else as it is."""
    return "".join(VARIANTS.get(character, character) for character in text)


def name_key(person: Mapping[str, object]) -> str:
    """Return the search key of 姓 and 名 together."""
    return search_key(f"{person.get('family_name') or ''}{person.get('given_name') or ''}")


def kana_key(person: Mapping[str, object]) -> str:
    """Return フリガナ for near matches: voiced, small and long sounds folded."""
    return loose_kana(str(person.get("name_kana") or ""))


def display_name(person: Mapping[str, object]) -> str:
    """Return 姓 名 with one full-width space; a person with one name has no space."""
    parts = (str(person.get(part) or "").strip() for part in ("family_name", "given_name"))
    return "\u3000".join(part for part in parts if part)
