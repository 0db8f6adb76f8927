"""What a sheet of paper says, before it is typeset: blocks of plain values, never markup.

The same blocks make the PDF (`documents.typeset`), the outline in the terminal
(`documents.outline`) and the checks (`documents.guard`), so that none of them can see
something that the others do not.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of (text, ふりがな); an empty reading sets no ruby."""

    kind: ClassVar[str] = "text"
    runs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed sentence that must not be overlooked."""

    kind: ClassVar[str] = "notice"
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels and values, one a line; an empty value leaves room for handwriting."""

    kind: ClassVar[str] = "rows"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes, ticked or open."""

    kind: ClassVar[str] = "ticks"
    items: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table with a header."""

    kind: ClassVar[str] = "table"
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Lines to sign on, one per label."""

    kind: ClassVar[str] = "sign"
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextPage:
    """The back of the sheet."""

    kind: ClassVar[str] = "page"


Block = Heading | Text | Notice | Rows | Ticks | Table | Sign | NextPage


@dataclass(frozen=True, slots=True)
class Paper:
    """One document (様式). ``date``: era text at the top right; ``to``, ``sender``: the letter's head.

    ``for_employer``: it leaves the office for an employer, and `documents.guard` must pass it.
    """

    title: str
    blocks: tuple[Block, ...]
    date: str = ""
    to: tuple[str, ...] = ()
    sender: tuple[str, ...] = ()
    for_employer: bool = False

    def data(self) -> dict[str, object]:
        """Return the values for the template, each block with its kind."""
        return {
            "title": self.title,
            "date": self.date,
            "to": self.to,
            "sender": self.sender,
            "blocks": [{"kind": block.kind, **asdict(block)} for block in self.blocks],
        }

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield every text on the paper with the name of its field, for checks."""
        yield "表題", self.title
        yield "日付", self.date
        yield from (("宛先", text) for text in self.to)
        yield from (("発信者", text) for text in self.sender)
        for block in self.blocks:
            yield from _strings(block)


def plain(text: str) -> Text:
    """Return a paragraph without readings."""
    return Text(((text, ""),))


def _strings(block: Block) -> Iterator[tuple[str, str]]:
    match block:
        case Heading(text) | Notice(text):
            yield "見出し", text
        case Text(runs):
            yield "本文", "".join(text for text, _ in runs)
            yield from (("ふりがな", ruby) for _, ruby in runs if ruby)
        case Rows(rows):
            for label, value in rows:
                yield label, label
                yield label, value
        case Ticks(items):
            yield from (("選択欄", text) for _, text in items)
        case Table(header, lines):
            yield from ((text, text) for text in header)
            for line in lines:
                yield from zip(header, line, strict=True)
        case Sign(labels):
            yield from ((text, text) for text in labels)
        case NextPage():
            return
