"""What a passphrase must be, what it is as bytes, and how long wrong ones make the next wait."""

import unicodedata

MIN_CHARACTERS = 12
MIN_WORDS = 4
MIN_WORD = 2
MIN_DIFFERENT = 4
WAITS = (0, 0, 0, 5, 15, 300)
"""Seconds to wait after the nth wrong try in a row; the last for all further ones."""


class WeakPassphraseError(Exception):
    """Too short, or too easily guessed, to protect a stolen PC."""

    ja = (
        "合言葉は12文字以上か、2文字以上の言葉を4つ以上にしてください。"
        "数字だけのものと、同じ文字のくり返しは使えません。"
    )
    en = (
        "Use at least 12 characters, or at least four words of two characters or more; "
        "not digits alone, and not the same few characters again and again."
    )


def check_strength(passphrase: str) -> None:
    """Raise WeakPassphraseError unless it has 12 characters, or 4 different words of 2 or more.

    Digits alone are refused whatever their number: they are telephone numbers, birth dates and
    My Numbers.
    """
    folded = unicodedata.normalize("NFKC", passphrase).strip()
    words = {word for word in folded.split() if len(word) >= MIN_WORD}
    long_enough = len(folded) >= MIN_CHARACTERS or len(words) >= MIN_WORDS
    bare = "".join(c for c in folded if c.isalnum())
    if not long_enough or bare.isdecimal() or len(set(folded)) < MIN_DIFFERENT:
        raise WeakPassphraseError


def passphrase_bytes(passphrase: str) -> bytearray:
    """Return what is stretched; the caller overwrites it after use.

    NFKC, so that full-width letters, half-width kana and an ideographic space typed in another
    input mode are the same passphrase. Stray bytes of a terminal stay what they are.
    """
    return bytearray(unicodedata.normalize("NFKC", passphrase).encode(errors="surrogatepass"))


def wait_after(wrong: int) -> float:
    """Return the seconds to wait after ``wrong`` wrong tries in a row."""
    return float(WAITS[min(wrong, len(WAITS) - 1)])
