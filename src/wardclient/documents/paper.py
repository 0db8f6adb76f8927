"""What a sheet of paper says, before it is typeset: blocks of plain values, never markup.

The same blocks make the PDF (`documents.typeset`), the outline in the terminal
(`documents.outline`) and the checks (`documents.guard`), so that none of them can see
something that the others do not.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar, NamedTuple

Runs = tuple[tuple[str, str], ...]
"""Text in parts (text, ふりがな); an empty reading sets no ruby."""
Said = str | Runs
"""A text of ours, with or without readings. What a person typed is always a plain ``str``."""
_READING = re.compile(r"([\u3400-\u9fff\u3005]+)《([^》]+)》")


def ruby(text: str) -> Runs:
    """Return a constant text of a form in runs: ``区役所《くやくしょ》と`` reads the kanji before the brackets."""
    runs: list[tuple[str, str]] = []
    end = 0
    for found in _READING.finditer(text):
        if found.start() > end:
            runs.append((text[end : found.start()], ""))
        runs.append((found[1], found[2]))
        end = found.end()
    return (*runs, *([(text[end:], "")] if end < len(text) else []))


def base(text: Said) -> str:
    """Return a text without its readings."""
    return text if isinstance(text, str) else "".join(part for part, _ in text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading; ``language``: a key of `words.CONSENT_IN` where it is not Japanese."""

    kind: ClassVar[str] = "heading"
    text: Said
    language: str = ""
    quoted: bool = False
    """Words of the openings file, exactly as they stand there (domain 7.6): not ours to judge or to leave out."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    runs: Runs
    language: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed sentence that must not be overlooked."""

    kind: ClassVar[str] = "notice"
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels and values, one a line; an empty value leaves room for handwriting."""

    kind: ClassVar[str] = "rows"
    rows: tuple[tuple[Said, str], ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes, ticked or open; ``beside``: each item once more in ``language``, in the same order."""

    kind: ClassVar[str] = "ticks"
    items: tuple[tuple[bool, Said], ...]
    beside: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table with a header."""

    kind: ClassVar[str] = "table"
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """Lines to sign on, one per label."""

    kind: ClassVar[str] = "sign"
    labels: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class NextPage:
    """The back of the sheet."""

    kind: ClassVar[str] = "page"


class Words(NamedTuple):
    """One text on a paper: the name of its field, and the language whose letters it may use."""

    name: str
    text: str
    language: str = ""


Block = Heading | Text | Notice | Rows | Ticks | Table | Sign | NextPage


@dataclass(frozen=True, slots=True)
class Paper:
    """One document (様式). ``date``: era text at the top right; ``to``, ``sender``: the letter's head.

    ``for_employer``: it leaves the office for an employer, and `documents.guard` must pass it.
    """

    title: str
    blocks: tuple[Block, ...]
    title_read: Runs = ()
    """The title with its readings, where the form has them."""
    date: str = ""
    to: tuple[str, ...] = ()
    sender: tuple[str, ...] = ()
    for_employer: bool = False

    def data(self) -> dict[str, object]:
        """Return the values for the template, each block with its kind."""
        return {
            "title": self.title,
            "shown_title": self.title_read or self.title,
            "date": self.date,
            "to": self.to,
            "sender": self.sender,
            "blocks": [{"kind": block.kind, **asdict(block)} for block in self.blocks],
        }

    def strings(self, *, ours: bool = False) -> Iterator[Words]:
        """Yield every text on the paper with the name of its field, for checks; ``ours``: none that is quoted."""
        yield from _said("表題", self.title_read or self.title)
        yield Words("日付", self.date)
        yield from (Words("宛先", text) for text in self.to)
        yield from (Words("発信者", text) for text in self.sender)
        for block in self.blocks:
            if not (ours and isinstance(block, Heading | Rows | Table) and block.quoted):
                yield from _strings(block)


def plain(text: str, language: str = "") -> Text:
    """Return a paragraph without readings."""
    return Text(((text, ""),), language)


def _said(name: str, text: Said, language: str = "") -> Iterator[Words]:
    yield Words(name, base(text), language)
    if not isinstance(text, str):
        yield from (Words("ふりがな", reading) for _, reading in text if reading)


def _strings(block: Block) -> Iterator[Words]:
    match block:
        case Heading(text, language, _):
            yield from _said("見出し", text, language)
        case Notice(text):
            yield Words("見出し", text)
        case Text(runs, language):
            yield from _said("本文", runs, language)
        case Rows(rows, _):
            for label, value in rows:
                yield from _said(base(label), label)
                yield Words(base(label), value)
        case Ticks(items, beside, language):
            for _, text in items:
                yield from _said("選択欄", text)
            yield from (Words("選択欄", text, language) for text in beside)
        case Table(header, lines, _):
            for line in (header, *lines):
                yield from map(Words, header, line)
        case Sign(labels):
            for label in labels:
                yield from _said(base(label), label)
