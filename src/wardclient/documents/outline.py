"""The paper as lines of text, for the terminal: what will be on it, in its order."""

from collections.abc import Iterator

from wardclient.documents.paper import (
    Block,
    Heading,
    NextPage,
    Notice,
    Paper,
    Rows,
    Sign,
    Table,
    Text,
    Ticks,
    base,
)


def outline(paper: Paper, serial: str = "") -> tuple[str, ...]:
    """Return the lines; furigana stand in brackets behind their word."""
    lines = [paper.title, *([paper.date] if paper.date else []), *paper.to, *paper.sender]
    for block in paper.blocks:
        lines += _lines(block)
    return (*lines, *([f"印刷番号 {serial}"] if serial else []))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield ""
            yield f"【{base(text)}】"
        case Text(runs):
            yield "".join(text + (f"({reading})" if reading else "") for text, reading in runs)
        case Notice(text):
            yield f"※ {text}"
        case Rows(rows):
            yield from (f"{base(label)}: {value}" for label, value in rows)
        case Ticks():
            yield from _ticks(block)
        case Table(header, rows):
            yield " | ".join(header)
            yield from (" | ".join(row) for row in rows)
        case Sign(labels):
            yield from (f"{base(label)} ____________" for label in labels)
        case NextPage():
            yield "── うら面 ──"


def _ticks(block: Ticks) -> Iterator[str]:
    beside = block.beside or ("",) * len(block.items)
    for (ticked, text), other in zip(block.items, beside, strict=True):
        yield f"{'[x]' if ticked else '[ ]'} {base(text)}" + (f" / {other}" if other else "")
