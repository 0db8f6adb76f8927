"""Hashes that two people can compare by voice: six words of four kana."""

from wardproto.wire import digest

_HEADS = (
    "あさ",
    "あめ",
    "いけ",
    "うみ",
    "えき",
    "おか",
    "かぜ",
    "かわ",
    "きた",
    "くも",
    "こめ",
    "さか",
    "しお",
    "すな",
    "そら",
    "たけ",
)
_TAILS = (
    "いし",
    "いぬ",
    "うま",
    "かい",
    "かさ",
    "くさ",
    "さる",
    "しか",
    "たか",
    "つき",
    "つる",
    "とり",
    "ねこ",
    "はな",
    "まつ",
    "ゆき",
)
WORDS = 6


def six_words(value: bytes) -> str:
    """Return six words (48 bits) for a hash or id."""
    found = digest("words", value)[:WORDS]
    return " ".join(_HEADS[byte >> 4] + _TAILS[byte & 15] for byte in found)
