"""The paper as lines of text, for the terminal: what will be on it, in its order."""

from collections.abc import Iterator

from wardclient.documents.paper import Block, Heading, NextPage, Notice, Paper, Rows, Sign, Table, Text, Ticks


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
            yield f"【{text}】"
        case Text(runs):
            yield "".join(text + (f"({ruby})" if ruby else "") for text, ruby in runs)
        case Notice(text):
            yield f"※ {text}"
        case Rows(rows):
            yield from (f"{label}: {value}" for label, value in rows)
        case Ticks(items):
            yield from (f"{'[x]' if ticked else '[ ]'} {text}" for ticked, text in items)
        case Table(header, rows):
            yield " | ".join(header)
            yield from (" | ".join(row) for row in rows)
        case Sign(labels):
            yield from (f"{label} ____________" for label in labels)
        case NextPage():
            yield "── うら面 ──"
