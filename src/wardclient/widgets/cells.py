"""Text in terminal cells: how wide it is, how to fit it, where one written character ends.

A kanji takes two cells, a combining mark none. Nothing here counts characters.
"""

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len

CUT = ".."
"""Stands where a text was cut: the usual sign has no certain width."""
_JOINER = "\u200d"
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x1F3FB, 0x1F400))
"""Variant selectors of kanji and signs, and tones of emoji: each belongs to what stands before it."""
_MARKS = ("Mn", "Me", "Mc")


def width(text: str) -> int:
    """Return the cells that ``text`` takes on one line."""
    return cell_len(text)


def fit(text: str, room: int) -> str:
    """Return ``text`` in exactly ``room`` cells: padded on the right, or cut with two dots."""
    return pad(cut(text, room), room)


def cut(text: str, room: int) -> str:
    """Return ``text`` in at most ``room`` cells; what was cut off is marked with two dots."""
    plain = "".join(text.splitlines()) if "\n" in text or "\r" in text else text
    if cell_len(plain) <= room:
        return plain
    kept, taken = "", 0
    for character in graphemes(plain):
        cells = cell_len(character)
        if taken + cells > max(0, room - cell_len(CUT)):
            break
        kept, taken = kept + character, taken + cells
    return kept + CUT[: max(0, room - taken)]


def pad(text: str, room: int) -> str:
    """Return ``text`` with blanks up to ``room`` cells; longer text is not cut."""
    return text + " " * max(0, room - cell_len(text))


def pad_left(text: str, room: int) -> str:
    """Return ``text`` moved to the right end of ``room`` cells."""
    return " " * max(0, room - cell_len(text)) + text


def wrap(text: str, room: int) -> list[str]:
    """Return ``text`` in lines of at most ``room`` cells; a line does not begin with 。 or 」 if it can.

    A long line may end in the two cells beyond for such a sign only where ``room`` leaves them,
    so the sign's predecessor moves down with it instead (追い出し).
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrap_line(list(graphemes(paragraph)), max(2, room))
    return lines


_NOT_FIRST = frozenset("、。，．,.)）」』】〕］}｝ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ!?！？:;：；・")


def _wrap_line(characters: list[str], room: int) -> list[str]:
    lines: list[str] = []
    line: list[str] = []
    taken = 0
    for character in characters:
        cells = cell_len(character)
        if taken + cells > room and line:
            carried: list[str] = []
            while len(line) > 1 and (character if not carried else carried[0]) in _NOT_FIRST:
                carried.insert(0, line.pop())
            lines.append("".join(line))
            line, taken = carried, sum(map(cell_len, carried))
        line.append(character)
        taken += cells
    lines.append("".join(line))
    return lines


def graphemes(text: str) -> Iterator[str]:
    """Yield each written character whole: kana with its mark, a kanji with its variant selector."""
    start = 0
    for end in _ends(text):
        yield text[start:end]
        start = end


def before(text: str, position: int) -> int:
    """Return where the written character that ends at or before ``position`` begins; 0 at the start."""
    start = 0
    for end in _ends(text):
        if end >= position:
            return start
        start = end
    return start


def after(text: str, position: int) -> int:
    """Return where the written character at ``position`` ends; the end of the text at its end."""
    return next((end for end in _ends(text) if end > position), len(text))


def _ends(text: str) -> Iterator[int]:
    for index in range(1, len(text)):
        if not _joins(text[index - 1], text[index]):
            yield index
    if text:
        yield len(text)


def _joins(left: str, right: str) -> bool:
    """Return whether ``right`` belongs to the character of ``left``."""
    if _JOINER in (left, right):
        return True
    return unicodedata.category(right) in _MARKS or any(ord(right) in span for span in _SELECTORS)
