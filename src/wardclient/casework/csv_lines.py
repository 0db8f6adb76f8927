"""Bytes to lines and cells of a small CSV, with the place of everything that is wrong.

A record is one line: a quote that is not closed on its line is an error there, and does not
swallow the lines after it. Line numbers are those of a text editor, the first line being 1.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_CELL = re.compile(r'[ \t]*"((?:[^"]|"")*)"[ \t]*(,|$)|([^",]*)(,|$)')
ENCODINGS = ("utf-8", "cp932")
OTHERS = (("euc_jp", "EUC-JP"), ("iso2022_jp", "ISO-2022-JP"))


class BadQuoteError(ValueError):
    """A quote where none may be, or one that is not closed. ``column`` counts from 0."""

    def __init__(self, column: int) -> None:
        """Keep the place."""
        super().__init__("quote")
        self.column = column


class WrongEncodingError(ValueError):
    """A file in an encoding that is not read. ``name`` is what it seems to be, empty if unknown."""

    def __init__(self, name: str = "") -> None:
        """Keep the name."""
        super().__init__("encoding")
        self.name = name


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty. ``text`` is None when its bytes are not in the file's encoding."""

    number: int
    text: str | None


def cells(line: str) -> list[str]:
    """Return the cells of one line; BadQuoteError."""
    found: list[str] = []
    at = 0
    while True:
        cell = _CELL.match(line, at)
        if cell is None:
            raise BadQuoteError(len(found))
        quoted, after_quoted, plain, after_plain = cell.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = cell.end()
        if not (after_plain if quoted is None else after_quoted):
            return found


def decode(data: bytes, known: Callable[[Sequence[str]], int]) -> tuple[str, Iterator[Line]]:
    """Return the encoding and the lines of a file; WrongEncodingError.

    UTF-8 (with or without a byte order mark) or cp932, whichever makes known words of the header:
    one damaged line must not decide over the whole file.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:200]:
        raise WrongEncodingError("UTF-16")
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", _lines(data[len(codecs.BOM_UTF8) :], "utf-8")
    header = next((line for line in _split(data) if line.strip()), b"")
    # UTF-8 comes first: cp932 makes something of nearly any bytes, but no header of it.
    # An English header is the same in both: then the lines below decide.
    best = max(ENCODINGS, key=lambda encoding: (_known(header, encoding, known), _readable(data, encoding)))
    if _known(header, best, known) == 0:
        for encoding, name in OTHERS:
            if _known(header, encoding, known) > 0:
                raise WrongEncodingError(name)
        if all(_decoded(header, encoding) is None for encoding in ENCODINGS):
            raise WrongEncodingError
    return best, _lines(data, best)


def _known(header: bytes, encoding: str, known: Callable[[Sequence[str]], int]) -> int:
    text = _decoded(header, encoding)
    if text is None:
        return 0
    try:
        return known(cells(text.strip()))
    except BadQuoteError:
        return known(text.replace('"', "").split(","))


def _readable(data: bytes, encoding: str) -> int:
    return sum(_decoded(line, encoding) is not None for line in _split(data))


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _split(data: bytes) -> list[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _lines(data: bytes, encoding: str) -> Iterator[Line]:
    for number, line in enumerate(_split(data), 1):
        if line.strip(b" \t,\x1a"):
            yield Line(number, _decoded(line, encoding))
