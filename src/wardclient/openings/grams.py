"""Search text of any length in Japanese: folding, and the one- and two-character grams of the index.

Folding is NFKC, hiragana to katakana, casefold and the common variant characters
(domain.md 11.2: 髙 and 高, ヶ and ケ); names and texts are stored unfolded. A run
is an unbroken stretch of letters and digits; punctuation separates runs. Of each run the
index holds every pair of neighbours in order and then its last character alone, which also
keeps a phrase from running on into the next run; every other character of the text follows
once at the end, so that a search for one character reads one list and stops at the page.
``casework.search_text`` differs on purpose: it drops blanks (names) and finds one character by
prefix, which at 200,000 openings costs a quarter of a second (measured.md, section 2).
"""

import re
import unicodedata
from itertools import pairwise

from wardclient.casework.names import VARIANTS

_FOLDED: dict[int, str] = {code: chr(code + 0x60) for code in range(0x3041, 0x3097)}
_FOLDED |= {ord(variant): plain for variant, plain in VARIANTS.items()}
_FOLDED |= {ord(small): large for small, large in ("ヵカ", "ヶケ", "ゕカ", "ゖケ")}
_RUN = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text in the form that is compared."""
    return unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold()


def runs(text: str) -> list[str]:
    """Return the unbroken stretches of letters and digits, folded."""
    return _RUN.findall(fold(text))


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, folded and without what stands between them: for a part of a name."""
    return "".join(runs(text))


def tokens(text: str) -> str:
    """Return what the index stores for a text, tokens separated by blanks."""
    found = runs(text)
    parts: list[str] = []
    last = set()
    for run in found:
        parts.extend(map("".join, pairwise(run)))
        parts.append(run[-1])
        last.add(run[-1])
    parts.extend(sorted(set().union(*found) - last))
    return " ".join(parts)


def phrase(word: str) -> str:
    """Return the FTS5 expression that finds a word anywhere inside a text, empty without letters."""
    return " AND ".join(f'"{_grams(run)}"' for run in runs(word))


def _grams(run: str) -> str:
    return run if len(run) == 1 else " ".join(map("".join, pairwise(run)))
