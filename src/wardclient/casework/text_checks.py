"""What a text for the other office should not hold: numbers by their shape, matters by their words.

A warning, never a refusal: a word list errs both ways, and the person who writes knows more. The one
exception is 個人番号, which `validation` refuses in any text. Diagnoses and income belong to the
welfare system; race, creed, union and the family's work may not be collected for placement at all
(domain 10, 13). The words stand in ``reference/watched_words.csv``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from wardclient.casework import reference
from wardclient.casework.my_number import fold_digits, my_number_spans


class Matter(StrEnum):
    """What a text speaks of."""

    MY_NUMBER = "my_number"
    INSURED_NUMBER = "insured_number"
    HEALTH = "health"
    MONEY = "money"
    CRIME = "crime"
    FORBIDDEN = "forbidden"

    def label(self, language: str = "ja") -> str:
        """Return its name on a screen."""
        return _LABELS[self][not language.startswith("ja")]


_LABELS = {
    Matter.MY_NUMBER: ("個人番号", "My Number"),
    Matter.INSURED_NUMBER: ("被保険者番号", "insured-person number"),
    Matter.HEALTH: ("病気・障害", "health"),
    Matter.MONEY: ("保護や収入・資産", "benefits, income or assets"),
    Matter.CRIME: ("犯罪歴", "criminal record"),
    Matter.FORBIDDEN: ("集めてはならない事項", "matters that may not be collected"),
}
NUMBERS = frozenset({Matter.MY_NUMBER, Matter.INSURED_NUMBER})
"""Matters whose own characters are never shown again: only their name is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a text: ``text[start:end]`` is ``words``, as it was typed."""

    matter: Matter
    start: int
    end: int
    words: str


_HYPHEN = "[-\u2010-\u2015\u2212\u30fc\uff70_ ]"
_INSURED = re.compile(rf"(?<![\d-])\d{{4}}{_HYPHEN}\d{{6}}{_HYPHEN}\d(?!{_HYPHEN}?\d)", re.ASCII)
_INSURED_RUN = re.compile(r"(?<!\d)\d{11}(?!\d)", re.ASCII)
_INSURED_NAMED = re.compile(r"被保険者(?:証)?の?番号|雇用保険の?番号")
_NAMED_WITHIN = 16
"""Eleven digits in a row are a mobile number as well: they count only this soon after the number's name."""
_KANA = re.compile(r"[ぁ-ん]")
_KATAKANA = re.compile(r"[ァ-ヶー]")
_PARTICLES = "はがのにでをとやへ"
_SENTENCE = re.compile(r"[^。\n]*(?:[。\n]+|$)")


def findings(text: str) -> tuple[Finding, ...]:
    """Return what stands in ``text``, in order, no two overlapping (the earlier and longer one counts)."""
    found = [*_numbers(text), *_words(text)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def words_found(found: tuple[Finding, ...], language: str = "ja") -> tuple[str, ...]:
    """Return what to show of findings, each once: words as typed, numbers by their name alone."""
    shown = (one.matter.label(language) if one.matter in NUMBERS else one.words for one in found)
    return tuple(dict.fromkeys(shown))


def part_out(text: str) -> tuple[str, str]:
    """Return (what may stay, the whole sentences in which something was found). Nothing is lost or changed."""
    found = findings(text)
    stays: list[str] = []
    leaves: list[str] = []
    for sentence in _SENTENCE.finditer(text):
        hit = any(one.start < sentence.end() and one.end > sentence.start() for one in found)
        (leaves if hit else stays).append(sentence.group())
    return "".join(stays), "".join(leaves)


def _numbers(text: str) -> Iterator[Finding]:
    for start, end in my_number_spans(text):
        yield Finding(Matter.MY_NUMBER, start, end, text[start:end])
    folded, places = fold_digits(text)
    spans = [match.span() for match in _INSURED.finditer(folded)]
    for match in _INSURED_RUN.finditer(folded):
        names = list(_INSURED_NAMED.finditer(folded, 0, match.start()))
        if names and match.start() - names[-1].end() <= _NAMED_WITHIN:
            spans.append(match.span())
    for first, last in spans:
        start, end = places[first], places[last - 1] + 1
        yield Finding(Matter.INSURED_NUMBER, start, end, text[start:end])


def _words(text: str) -> Iterator[Finding]:
    folded, places = fold_digits(text)
    folded = folded.translate(_CAPITALS)
    for matter, word, apart in _watched():
        for match in re.finditer(re.escape(word), folded):
            if _says(folded, match.start(), match.end(), apart):
                start, end = places[match.start()], places[match.end() - 1] + 1
                yield Finding(matter, start, end, text[start:end])


def _says(text: str, start: int, end: int, apart: tuple[str, ...]) -> bool:
    """Return whether a word stands for itself: not in a longer ordinary word, not inside other kana."""
    for longer in apart:
        at = text.find(longer, max(0, end - len(longer)), start + len(longer))
        if at != -1 and at <= start and end <= at + len(longer):
            return False
    before, after = text[start - 1 : start], text[end : end + 1]
    if _KATAKANA.match(text[start]) and (_KATAKANA.match(before) or _KATAKANA.match(after)):
        return False  # スローガン, ガンダム
    return not (_KANA.match(text[start]) and _KANA.match(before) and before not in _PARTICLES)


_CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@cache
def _watched() -> tuple[tuple[Matter, str, tuple[str, ...]], ...]:
    return tuple(
        (Matter(row["kind"]), row["word"], tuple(filter(None, (row["not_in"] or "").split(";"))))
        for row in reference.rows("watched_words")
    )
