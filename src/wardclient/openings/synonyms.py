"""Words that mean the same work (同義語): the product's own short list, and the ward's on top of it.

A word that is typed whole finds its synonyms too, and the screen says which. A word to be excluded is
never widened: that would hide openings nobody asked to hide. The ward's list lies in the openings file.
"""

from collections.abc import Mapping
from dataclasses import replace

from wardclient.openings.grams import fold, runs
from wardclient.openings.problems import OpeningsError, Problem
from wardclient.openings.query import MAX_CHARACTERS, Words
from wardclient.openings.store import Connection

GROUPS: tuple[tuple[str, ...], ...] = (
    ("介護", "ヘルパー", "ケアワーカー"),
    ("清掃", "掃除", "クリーニングスタッフ", "ビルメンテナンス"),
    ("調理", "厨房", "給食", "キッチン"),
    ("レジ", "キャッシャー"),
    ("警備", "ガードマン"),
    ("倉庫", "ピッキング", "仕分け"),
    ("保育", "保育補助"),
    ("事務", "オフィスワーク"),
    ("運転手", "ドライバー"),
    ("接客", "ホールスタッフ"),
)
"""[P] Own list; each word finds the others of its group."""
MOST = 8
_MADE = "CREATE TABLE IF NOT EXISTS synonym (word TEXT PRIMARY KEY, also TEXT NOT NULL) WITHOUT ROWID"
_BUILT_IN: Mapping[str, tuple[str, ...]] = {
    fold(word): tuple(other for other in group if other != word) for group in GROUPS for word in group
}


def of_ward(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return the ward's own list: word to what is searched with it; empty: nothing more."""
    connection.execute(_MADE)
    found = connection.execute("SELECT word, also FROM synonym ORDER BY word").fetchall()
    return {word: tuple(also.split("\t")) if also else () for word, also in found}


def everything(connection: Connection) -> list[tuple[str, tuple[str, ...], bool]]:
    """Return (word, what is searched with it, whether that is the ward's entry), the ward's first."""
    ward = of_ward(connection)
    product = [(word, group) for group in GROUPS for word in group if fold(word) not in ward]
    return [
        *((word, others, True) for word, others in ward.items()),
        *((word, tuple(other for other in group if other != word), False) for word, group in product),
    ]


def also(connection: Connection, word: str) -> tuple[str, ...]:
    """Return what is searched with a word; the ward's entry replaces the product's."""
    ward = of_ward(connection)
    return ward.get(fold(word), _BUILT_IN.get(fold(word), ()))


def write(connection: Connection, word: str, others: tuple[str, ...]) -> None:
    """Let a word find ``others`` too, and nothing more when there are none.

    Raises OpeningsError ``bad_word``, ``too_many``.
    """
    for text in (word, *others):
        if not runs(text) or len(text) > MAX_CHARACTERS or len(text.split()) != 1:
            raise OpeningsError(_BAD_WORD)
    if len(others) > MOST:
        raise OpeningsError(_TOO_MANY)
    connection.execute(_MADE)
    connection.execute(
        "INSERT OR REPLACE INTO synonym VALUES (?, ?)", (fold(word), "\t".join(dict.fromkeys(others)))
    )


def forget(connection: Connection, word: str) -> None:
    """Return a word to the product's own list."""
    connection.execute(_MADE)
    connection.execute("DELETE FROM synonym WHERE word = ?", (fold(word),))


def widen(connection: Connection, words: Words) -> tuple[Words, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the query with synonyms, and (word, what is searched with it) for the screen."""
    told: list[tuple[str, tuple[str, ...]]] = []
    groups: list[tuple[str, ...]] = []
    ward = of_ward(connection)
    for group in words.wanted:
        wide = list(group)
        for word in group:
            more = tuple(w for w in ward.get(fold(word), _BUILT_IN.get(fold(word), ())) if w not in wide)
            if more:
                told.append((word, more))
                wide.extend(more)
        groups.append(tuple(wide))
    return replace(words, wanted=tuple(groups)), tuple(told)


_BAD_WORD = Problem(
    "word", "bad_word", "同義語は、空白のない言葉で入れてください。", "Give words without blanks in them."
)
_TOO_MANY = Problem(
    "word", "too_many", f"一つの言葉の同義語は{MOST}個までです。", f"A word has at most {MOST} synonyms."
)
