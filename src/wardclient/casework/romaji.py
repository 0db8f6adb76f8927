"""Names in Latin letters: kana to romaji, and one key for Hepburn, kunrei and careless spellings."""

import re
import unicodedata
from functools import lru_cache

from wardclient.casework.kana import to_katakana

_ROWS = {
    "": "ア イ ウ エ オ",
    "k": "カ キ ク ケ コ",
    "s": "サ シ ス セ ソ",
    "t": "タ チ ツ テ ト",
    "n": "ナ ニ ヌ ネ ノ",
    "h": "ハ ヒ フ ヘ ホ",
    "m": "マ ミ ム メ モ",
    "r": "ラ リ ル レ ロ",
    "g": "ガ ギ グ ゲ ゴ",
    "z": "ザ ジ ズ ゼ ゾ",
    "d": "ダ ヂ ヅ デ ド",
    "b": "バ ビ ブ ベ ボ",
    "p": "パ ピ プ ペ ポ",
}
KUNREI: dict[str, str] = {
    kana: consonant + vowel
    for consonant, row in _ROWS.items()
    for vowel, kana in zip("aiueo", row.split(), strict=True)
} | {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヰ": "i", "ヱ": "e", "ヲ": "o", "ン": "n", "ヴ": "vu"}
KUNREI |= {"ヂ": "zi", "ヅ": "zu", "ヵ": "ka", "ヶ": "ke"}
KUNREI |= {
    lead + small: KUNREI[lead][:-1] + glide
    for lead in "キシチニヒミリギジヂビピ"
    for small, glide in zip("ャュョ", ("ya", "yu", "yo"), strict=True)
}
KUNREI |= {lead + "ェ": KUNREI[lead][:-1] + "ye" for lead in "シチジ"}
KUNREI |= {
    lead + small: sound + vowel
    for lead, sound in (
        ("フ", "h"),
        ("ヴ", "v"),
        ("ウ", "w"),
        ("テ", "t"),
        ("デ", "d"),
        ("ト", "t"),
        ("ド", "d"),
    )
    for small, vowel in zip("ァィゥェォ", "aiueo", strict=True)
} | {"ファ": "fa", "フィ": "fi", "フェ": "fe", "フォ": "fo"}
KUNREI |= dict(zip("ァィゥェォャュョヮ", ("a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"), strict=True))

_TO_HEPBURN = (
    ("sy", "sh"),
    ("ty", "ch"),
    ("zy", "j"),
    ("si", "shi"),
    ("ti", "chi"),
    ("tu", "tsu"),
    ("hu", "fu"),
    ("zi", "ji"),
)
_NOT_SYLLABLE = {"ティ", "トゥ"}
HEPBURN: dict[str, str] = {}
for _kana, _latin in KUNREI.items():
    HEPBURN[_kana] = _latin
    if _kana not in _NOT_SYLLABLE:
        for _plain, _hepburn in _TO_HEPBURN:
            if _latin.startswith(_plain):
                HEPBURN[_kana] = _hepburn + _latin[len(_plain) :]
                break

_KANA = re.compile("[ァ-ヺ]")
# In this order: digraphs to one spelling, then long vowels, then doubled consonants.
_SPELLINGS = (
    (re.compile(r"[tc]ch"), "ch"),
    (re.compile(r"jj+"), "j"),
    (re.compile(r"sh(?=[aueo])"), "sy"),
    (re.compile(r"shi"), "si"),
    (re.compile(r"ch(?=[aueo])"), "ty"),
    (re.compile(r"chi"), "ti"),
    (re.compile(r"tsu"), "tu"),
    (re.compile(r"j(?=[aueo])"), "zy"),
    (re.compile(r"jy"), "zy"),
    (re.compile(r"ji|di"), "zi"),
    (re.compile(r"dzu|du"), "zu"),
    (re.compile(r"dz|dy"), "zy"),
    (re.compile(r"f"), "h"),
    (re.compile(r"v"), "b"),
    (re.compile(r"l"), "r"),
    (re.compile(r"c(?=[aouk])"), "k"),
    (re.compile(r"wo"), "o"),
    (re.compile(r"m(?=[bpm])"), "n"),
    (re.compile(r"(?<=[aiueo])h(?![aiueoy])"), ""),
    (re.compile(r"o[ou]+"), "o"),
    (re.compile(r"([aiue])\1+"), r"\1"),
    (re.compile(r"([bcdghkmnprstwyz])\1+"), r"\1"),
)


def to_romaji(kana: str, *, kunrei: bool = False) -> str:
    """Return kana letter by letter in Hepburn (サトウ satou), or kunrei; what is no kana stays."""
    table = KUNREI if kunrei else HEPBURN
    text = to_katakana(kana)
    parts: list[str] = []
    doubled = False
    at = 0
    while at < len(text):
        piece = text[at : at + 2] if text[at : at + 2] in table else text[at]
        at += len(piece)
        if piece == "ッ":
            doubled = True
            continue
        latin = table.get(piece, piece)
        if piece == "ー" and parts:
            latin = parts[-1][-1]
        if doubled and latin[:1].isalpha():
            latin = ("t" if latin.startswith("ch") else latin[0]) + latin
        doubled = False
        parts.append(latin)
    return "".join(parts)


@lru_cache(maxsize=4096)
def romaji_key(text: str) -> str:
    """Return one key for a name in kana or in any usual romaji: sato, satou, satoh, SATŌ match サトウ.

    Blanks, hyphens and apostrophes go; long vowels and doubled consonants are folded, so a key may
    also match a neighbour (Kono, Konno): it is for finding, not for telling apart.
    """
    kana = to_katakana(text)
    latin = to_romaji(kana) if _KANA.search(kana) else text
    plain = unicodedata.normalize("NFKD", latin).casefold()
    plain = "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
    for spelling, key in _SPELLINGS:
        plain = spelling.sub(key, plain)
    return plain
