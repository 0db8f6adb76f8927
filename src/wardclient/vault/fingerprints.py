"""Hashes that two people can compare by voice: six words of four kana, 72 bits.

Each word is one of 64 beginnings and one of 64 ends, two kana each. No word is a beginning and an
end, and no two differ only by a voicing mark, so that a word heard half tells which half it was.
72 bits are out of reach for somebody who would make another ward with the same words.
"""

from wardproto.wire import digest

HEADS = (
    *(
        "あさ",
        "あめ",
        "いけ",
        "いと",
        "うし",
        "うみ",
        "うめ",
        "えき",
        "おか",
        "おび",
        "かぜ",
        "かに",
        "かわ",
        "きた",
        "きり",
        "くも",
    ),
    *(
        "くり",
        "けさ",
        "こけ",
        "こめ",
        "さけ",
        "さと",
        "しお",
        "しま",
        "しろ",
        "すな",
        "すみ",
        "せき",
        "そら",
        "たけ",
        "たに",
        "たび",
    ),
    *(
        "ちず",
        "つゆ",
        "てら",
        "とし",
        "なつ",
        "なべ",
        "にし",
        "にわ",
        "ぬの",
        "ねじ",
        "のり",
        "はし",
        "はと",
        "ひる",
        "ふえ",
        "ふね",
    ),
    *(
        "へや",
        "ほし",
        "まど",
        "みず",
        "みち",
        "むぎ",
        "むら",
        "めし",
        "もち",
        "もり",
        "やね",
        "ゆめ",
        "よる",
        "らん",
        "りす",
        "わに",
    ),
)
TAILS = (
    *(
        "いし",
        "いぬ",
        "いわ",
        "うた",
        "うま",
        "うら",
        "おけ",
        "おに",
        "かい",
        "かき",
        "かさ",
        "かた",
        "かま",
        "くさ",
        "くつ",
        "くま",
    ),
    *(
        "くら",
        "こま",
        "さお",
        "さら",
        "さる",
        "しか",
        "すし",
        "すず",
        "せみ",
        "そば",
        "たか",
        "たこ",
        "たま",
        "つえ",
        "つき",
        "つち",
    ),
    *(
        "つの",
        "つる",
        "とら",
        "とり",
        "なす",
        "なみ",
        "なわ",
        "ねこ",
        "はこ",
        "はな",
        "はね",
        "ひも",
        "ふく",
        "ふた",
        "へび",
        "ほね",
    ),
    *(
        "まい",
        "まつ",
        "まめ",
        "みせ",
        "みそ",
        "みの",
        "むし",
        "むね",
        "もも",
        "やぎ",
        "やま",
        "ゆき",
        "ゆず",
        "ゆみ",
        "わた",
        "わら",
    ),
)
WORDS = 6
_HALF_BITS = 6
_HALF = (1 << _HALF_BITS) - 1


def six_words(value: bytes) -> str:
    """Return six words for a hash or id."""
    number = int.from_bytes(digest("words", value), "big")
    words = []
    for _ in range(WORDS):
        words.append(HEADS[number & _HALF] + TAILS[number >> _HALF_BITS & _HALF])
        number >>= 2 * _HALF_BITS
    return " ".join(words)
