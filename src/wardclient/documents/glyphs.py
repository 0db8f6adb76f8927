"""Which letters the fonts have: read from their character maps, so that no paper shows an empty box.

Variants are chosen by a selector after the letter (IVS, e.g. 葛 U+E0100); a selector that no font
knows for its letter is reported too, because the wrong variant of a name is a wrong name.
"""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from wardclient.documents import fonts
from wardclient.documents.paper import Paper

_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_END = 0xFFFF
"""Closes a table of segments; no letter."""
_SEGMENTED, _GROUPED, _VARIANTS = 4, 12, 14


class Coverage:
    """Letters of one font: ``letters`` and (letter, selector) pairs in ``variants``."""

    def __init__(self, path: Path) -> None:
        """Read the font's ``cmap`` table (OpenType 1.9, formats 4, 12 and 14)."""
        self._data = path.read_bytes()
        self.letters: set[int] = set()
        self.variants: set[tuple[int, int]] = set()
        start = self._table(b"cmap")
        (count,) = self._read(">H", start + 2)
        for offset in {self._read(">HHI", start + 4 + 8 * n)[2] for n in range(count)}:
            self._subtable(start + offset)
        self._data = b""

    def _read(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(form, self._data, at)

    def _table(self, tag: bytes) -> int:
        (count,) = self._read(">H", 4)
        for n in range(count):
            if self._data[12 + 16 * n : 16 + 16 * n] == tag:
                return self._read(">I", 20 + 16 * n)[0]
        raise ValueError(tag)

    def _subtable(self, at: int) -> None:
        form = self._read(">H", at)[0]
        if form == _SEGMENTED:
            self._segments(at)
        elif form == _GROUPED:
            for n in range(self._read(">I", at + 12)[0]):
                first, last, _ = self._read(">III", at + 16 + 12 * n)
                self.letters.update(range(first, last + 1))
        elif form == _VARIANTS:
            self._selectors(at)

    def _segments(self, at: int) -> None:
        """Add format 4: segments whose glyph is not 0."""
        size = self._read(">H", at + 6)[0]
        for n in range(0, size, 2):
            last = self._read(">H", at + 14 + n)[0]
            first = self._read(">H", at + 16 + size + n)[0]
            delta = self._read(">H", at + 16 + 2 * size + n)[0]
            where = at + 16 + 3 * size + n
            offset = self._read(">H", where)[0]
            for code in range(first, last + 1):
                glyph = (code + delta) & 0xFFFF
                if offset:
                    glyph = self._read(">H", where + offset + 2 * (code - first))[0]
                if glyph and code != _END:
                    self.letters.add(code)

    def _selectors(self, at: int) -> None:
        for n in range(self._read(">I", at + 6)[0]):
            record = at + 10 + 11 * n
            selector = int.from_bytes(self._data[record : record + 3], "big")
            default, other = self._read(">II", record + 3)
            if default:
                for k in range(self._read(">I", at + default)[0]):
                    entry = at + default + 4 + 4 * k
                    first = int.from_bytes(self._data[entry : entry + 3], "big")
                    self.variants |= {(c, selector) for c in range(first, first + self._data[entry + 3] + 1)}
            if other:
                for k in range(self._read(">I", at + other)[0]):
                    entry = at + other + 4 + 5 * k
                    self.variants.add((int.from_bytes(self._data[entry : entry + 3], "big"), selector))


@cache
def coverages(language: str = "") -> tuple[Coverage, ...]:
    """Return what each font has that a text may use, in the order in which they are tried.

    Only a text marked as Chinese or Korean may use the letters of those fonts: a Japanese name set in them
    would have the shapes of another script.
    """
    return tuple(Coverage(path) for path in fonts.paths(language))


def lacking(text: str, language: str = "") -> Iterator[str]:
    """Yield the code points of letters, and of variants, that no font for this language has."""
    previous = 0
    for code in map(ord, text):
        if any(code in selectors for selectors in _SELECTORS):
            if not any((previous, code) in font.variants for font in coverages(language)):
                yield f"U+{previous:04X} U+{code:04X}"
        elif code not in (0x0A, 0x0D, 0x09) and not any(code in font.letters for font in coverages(language)):
            yield f"U+{code:04X}"
        previous = code


def missing_glyphs(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return (name of the field, code points) for everything on the paper that cannot be shown."""
    found: dict[str, list[str]] = {}
    for name, text, language in paper.strings():
        for points in lacking(text, language):
            # The label itself may hold the letter (a column's header): then it is named by its code only.
            said = name if not any(lacking(name)) else "見出し"
            if points not in found.setdefault(said, []):
                found[said].append(points)
    return tuple((name, "、".join(points)) for name, points in found.items())
