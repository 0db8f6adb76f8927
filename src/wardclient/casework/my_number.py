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
    return bool(my_number_spans(text))


def my_number_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where in a text such numbers stand (first character, one past the last), in order."""
    folded, places = fold_digits(text)
    if sum(character.isdigit() for character in folded) < LENGTH:
        return ()
    found = [(first, end) for first, end, digits in _candidates(folded) if is_my_number(digits)]
    return tuple((places[first], places[end - 1] + 1) for first, end in found)


def fold_digits(text: str) -> tuple[str, list[int]]:
    """Return a text in half width, digits in kanji as digits, and the place of each character in the original.

    Character by character, because a fold of the whole could not be traced back to where it was.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).translate(_KANJI)
        folded.append(plain)
        places += [place] * len(plain)
    return "".join(folded), places


def _candidates(text: str) -> Iterable[tuple[int, int, str]]:
    """Yield twelve digits in a row: a whole run, or neighbouring groups of it that make twelve."""
    for run in _RUN.finditer(text):
        groups = list(re.finditer(r"\d+", run.group()))
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group.group()
                if len(digits) == LENGTH:
                    yield run.start() + groups[first].start(), run.start() + group.end(), digits
                if len(digits) >= LENGTH:
                    break
