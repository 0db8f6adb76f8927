"""What a person types into the free-word box, read as AND, OR and NOT.

A blank (also the full-width one) means AND; ``OR`` or ``|`` joins its two neighbours before
AND does; ``NOT`` or a leading ``-`` excludes the next word. Operators may be full-width and
are capitals: ``or`` is a word. An operator still waiting for its word is ignored, because
the search runs while the person types.
"""

import re
import unicodedata
from dataclasses import dataclass

from wardclient.openings.grams import phrase, runs
from wardclient.openings.problems import Problem, SearchRefusedError

MAX_CHARACTERS = 200
_AND = frozenset({"AND", "&", "&&"})
_OR = frozenset({"OR", "|", "||"})
_MINUS = "-\u2212\u2010\u2013"
_SPLIT = re.compile(r"\s+|(\|+|&+)")


@dataclass(frozen=True, slots=True)
class Words:
    """A query understood: each group of ``wanted`` must match in one of its words, no ``unwanted`` may."""

    wanted: tuple[tuple[str, ...], ...]
    unwanted: tuple[str, ...]

    @property
    def match(self) -> str:
        """The FTS5 expression of what must match, empty when nothing must."""
        groups = [_any(group) for group in self.wanted]
        if not groups:
            return ""
        wanted = " AND ".join(groups)
        return f"({wanted}) NOT {_any(self.unwanted)}" if self.unwanted else wanted

    @property
    def exclude(self) -> str:
        """The FTS5 expression of what must not match when nothing else is asked, otherwise empty."""
        return _any(self.unwanted) if self.unwanted and not self.wanted else ""

    def holds(self, text: str) -> bool:
        """Say whether a text answers this query, by plain comparison: the meaning the index must give."""
        return all(any(_within(word, text) for word in group) for group in self.wanted) and not any(
            _within(word, text) for word in self.unwanted
        )


def understand(text: str) -> Words:
    """Return the query that was typed.

    Raises SearchRefusedError: ``too_long``, ``or_not`` (OR beside NOT) or ``no_letters`` (a word of
    punctuation only, which could match nothing).
    """
    if len(text) > MAX_CHARACTERS:
        raise SearchRefusedError(_TOO_LONG)
    groups: list[list[str]] = []
    unwanted: list[str] = []
    joining = excluding = dangling = last_unwanted = False
    for raw in _SPLIT.split(unicodedata.normalize("NFKC", text)):
        if not raw or raw in _AND:
            continue
        if raw in _OR:
            joining, dangling = bool(groups), last_unwanted
            continue
        minus = raw[0] in _MINUS
        word = raw.lstrip(_MINUS) if minus else raw
        excluding = excluding or minus or raw == "NOT"
        if not word or raw == "NOT":
            continue
        if not runs(word):
            raise SearchRefusedError(NO_LETTERS)
        if (excluding and joining) or dangling:
            raise SearchRefusedError(_OR_NOT)
        if excluding:
            unwanted.append(word)
        elif joining:
            groups[-1].append(word)
        else:
            groups.append([word])
        last_unwanted = excluding
        joining = excluding = dangling = False
    return Words(tuple(map(tuple, groups)), tuple(unwanted))


def _any(words: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"({phrase(word)})" for word in words) + ")"


def _within(word: str, text: str) -> bool:
    inside = runs(text)
    return all(any(part in run for run in inside) for part in runs(word))


_TOO_LONG = Problem(
    "text",
    "too_long",
    f"検索の言葉は{MAX_CHARACTERS}文字までです。",
    f"The search text may have {MAX_CHARACTERS} characters.",
)
_OR_NOT = Problem("text", "or_not", "ORの隣にNOTは使えません。", "NOT cannot stand beside OR.")
NO_LETTERS = Problem(
    "text",
    "no_letters",
    "記号だけの言葉では検索できません。文字か数字を入れてください。",
    "A word of punctuation only cannot be searched. Type letters or digits.",
)
