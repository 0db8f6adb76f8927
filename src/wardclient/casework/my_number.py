"""個人番号 (My Number) has no place in the product: it is refused in any text (domain 10).

Twelve digits whose last is their check digit, however they are written: full-width, in kanji
digits, with blanks or hyphens between.
"""

import re
import unicodedata
from collections.abc import Iterable

LENGTH = 12
_MODULUS = 11
_LOW_DIGITS = 6
_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")
_BETWEEN = "[\\s\u00b7\u2010-\u2015\u2212\u30fb\u30fc_./-]{0,2}"
_RUN = re.compile(rf"(?<!\d)\d(?:{_BETWEEN}\d)*(?!\d)", re.ASCII)
_DIGITS = re.compile(r"\d", re.ASCII)


def check_digit(digits: str) -> int:
    """Return the check digit of the first eleven digits (番号法の省令第5条)."""
    total = 0
    for place, digit in enumerate(reversed(digits[: LENGTH - 1]), 1):
        total += int(digit) * (place + 1 if place <= _LOW_DIGITS else place - 5)
    rest = total % _MODULUS
    return 0 if rest <= 1 else _MODULUS - rest


def is_my_number(digits: str) -> bool:
    """Return whether twelve digits are a number with its right check digit."""
    return len(digits) == LENGTH and int(digits[-1]) == check_digit(digits)


def holds_my_number(text: str) -> bool:
    """Return whether a text holds one, alone or among words. Longer numbers are other numbers."""
    folded = unicodedata.normalize("NFKC", text).translate(_KANJI)
    if sum(character.isdigit() for character in folded) < LENGTH:
        return False
    return any(is_my_number(digits) for digits in _candidates(folded))


def _candidates(text: str) -> Iterable[str]:
    """Yield twelve digits in a row: a whole run, or neighbouring groups of it that make twelve."""
    for run in _RUN.findall(text):
        groups = re.findall(r"\d+", run)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group
                if len(digits) == LENGTH:
                    yield digits
                if len(digits) >= LENGTH:
                    break
