"""Japanese search text for FTS5: own one- and two-character grams (measured.md, section 2).

For a table ``fts5(..., content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0")``.
A run is an unbroken stretch of letters and digits of a folded text. The index holds every
pair of neighbours, then the run's last character alone, then a separator, so that a phrase
cannot run on into the next run. One character is found by prefix, longer words by phrase.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from wardclient.casework.calendar import DateError, parse_date
from wardclient.casework.names import phone_digits, romaji_key, search_key

SEPARATOR = "\uf8ff"
"""A private-use character: unicode61 keeps it as a token, and no name holds it."""
BIRTH = f"{SEPARATOR}birth"
"""Beginning of the token that is a birth date (birth19860402): one that no typed character begins."""
LEAST_PHONE = 4
# Besides what this Python takes for letters: private use, and every plane of CJK characters.
_RARE = "\ue000-\uf8fe\U00020000-\U0003fffd\U000f0000-\U000ffffd"
_RUN = re.compile(rf"(?:[^\W_]|[{_RARE}])+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")
_WORDS = re.compile(r"\s+")


def bigrams(run: str) -> list[str]:
    """Return the pairs of neighbours of one run, then its last character: 相模由 gives 相模, 模由, 由."""
    return [a + b for a, b in pairwise(run)] + ([run[-1]] if run else [])


def index_text(*texts: str) -> str:
    """Return what the index stores for texts: grams separated by blanks, runs by a separator token."""
    found: list[str] = []
    for text in texts:
        for run in _RUN.findall(search_key(text)):
            found += bigrams(run)
            found.append(SEPARATOR)
    return " ".join(found)


def query_text(typed: str) -> str:
    """Return the FTS5 expression that finds every word typed, in any order; empty without letters."""
    phrases = [phrase for word in _WORDS.split(typed) if (phrase := _phrase(search_key(word)))]
    return " AND ".join(phrases)


def _phrase(key: str) -> str:
    """Return the expression for one folded word: its runs one after the other, each a phrase."""
    parts = []
    for run in _RUN.findall(key):
        grams = bigrams(run)[:-1]
        parts.append(f'"{" ".join(grams)}"' if grams else f'"{run}"*')
    return " AND ".join(parts)


# --- people ---------------------------------------------------------------------


def case_index_text(person: Mapping[str, object], case: Mapping[str, object]) -> str:
    """Return what the index of cases stores for one: names, kana, romaji, numbers, birth date."""
    family, given = _text(person, "family_name"), _text(person, "given_name")
    kana = _text(person, "name_kana")
    texts = [family + given, _text(person, "alias"), kana, phone_digits(_text(person, "phone"))]
    texts += [_text(case, "case_no"), _text(case, "district"), _text(person, "jobseeker_no")]
    texts += [romaji_key(kana)] + [romaji_key(part) for part in kana.split()]
    found = [index_text(*texts)]
    birth = _text(person, "birth_date").replace("-", "")
    if birth:
        found.append(BIRTH + birth)
    return " ".join(found)


def case_query_text(typed: str) -> str:
    """Return the FTS5 expression for the one search box of cases.

    Each word is looked for as it is folded and, where it can be read so, as romaji, as a phone
    number or as a birth date in any form (昭和61年4月2日, S61.4.2, 1986/4/2, 19860402).
    """
    whole = _birth(typed)
    words = [typed] if whole else [word for word in _WORDS.split(typed) if word]
    parts = []
    for word in words:
        ways = [f"({way})" for way in _ways(word)]
        if ways:
            parts.append(ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})")
    return " AND ".join(parts)


def _ways(word: str) -> Iterable[str]:
    ways = [_phrase(search_key(word)), _birth(word)]
    if _LATIN.search(word):
        ways.append(_phrase(romaji_key(word)))
    digits = phone_digits(word)
    if len(digits) >= LEAST_PHONE and not _LATIN.search(word):
        ways.append(_phrase(digits))
    return dict.fromkeys(way for way in ways if way)


def _birth(text: str) -> str:
    try:
        day = parse_date(text)
    except DateError as error:
        if error.suggestion is None:
            return ""
        day = error.suggestion
    return f'"{BIRTH}{day:%Y%m%d}"'


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
