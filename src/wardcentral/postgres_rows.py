"""What a group of writes is sent to PostgreSQL as: one statement for all rows of a table, however many they are.

Rows travel as arrays, a column each (``unnest``): the server plans and the driver talks once for a whole group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Row = tuple[Any, ...]
MOST_ROWS = 1_000
MOST_BYTES = 8 * 2**20
"""Of one statement: a group of large blocks is not held twice in memory as one message."""


@dataclass(frozen=True)
class Insert:
    """An insert into ``table`` with its columns' types; ``conflict``: what is done where the key is taken."""

    table: str
    types: tuple[str, ...]
    conflict: str = ""

    @cached_property
    def text(self) -> str:
        """The statement; its values are arrays, one a column."""
        arrays = ", ".join(f"%b::{kind}[]" for kind in self.types)
        return f"INSERT INTO {self.table} SELECT * FROM unnest({arrays}) {self.conflict}"  # noqa: S608

    def messages(self, rows: Sequence[Row]) -> Iterator[tuple[list[Any], ...]]:
        """Yield the values of as many statements as the rows need."""
        part: list[Row] = []
        size = 0
        for row in rows:
            more = sum(len(value) for value in row if isinstance(value, bytes))
            if part and (len(part) == MOST_ROWS or size + more > MOST_BYTES):
                yield columns(part, len(self.types))
                part, size = [], 0
            part.append(row)
            size += more
        if part:
            yield columns(part, len(self.types))


def columns(rows: Sequence[Row], width: int) -> tuple[list[Any], ...]:
    """Return rows as arrays, a column each, also where there are none."""
    return tuple(map(list, zip(*rows, strict=True))) if rows else tuple([] for _ in range(width))


ADD_ENTRY = Insert("entry", ("bytea", "int8", "int8", "bytea", "bytea", "int8", "bytea"))
ADD_BLOCK = Insert("block", ("bytea", "int8", "bytea", "bytea", "bytea"))
ADD_WRAP = Insert("keybox", ("bytea", "int8", "int4", "bytea"))
ADD_NODE = Insert("tree_node", ("bytea", "int4", "int8", "bytea"), "ON CONFLICT DO NOTHING")
ADD_REFUSAL = Insert("refusal", ("bytea", "bytea", "text", "bytea"))
SET_HEAD = Insert(
    "ward_head",
    ("bytea", "int8", "int8", "bytea", "bytea"),
    "ON CONFLICT (ward) DO UPDATE SET "
    "wseq = excluded.wseq, recv_ms = excluded.recv_ms, root = excluded.root, heads = excluded.heads",
)
SET_STREAM = Insert(
    "stream_head",
    ("bytea", "bytea", "int8", "bytea", "int8", "bytea", "bytea"),
    "ON CONFLICT (ward, stream) DO UPDATE SET sseq = excluded.sseq, head = excluded.head, "
    "epoch = excluded.epoch, recipients = excluded.recipients, key_commit = excluded.key_commit",
)
SET_DEVICE = Insert(
    "device_head",
    ("bytea", "bytea", "bytea", "int8", "bytea"),
    "ON CONFLICT (ward, stream, device) DO UPDATE SET bseq = excluded.bseq, hash = excluded.hash",
)
SET_JOIN = Insert(
    "join_request",
    ("bytea", "bytea", "bytea", "int8"),
    "ON CONFLICT (ward, invite) DO UPDATE SET request = excluded.request, until_ms = excluded.until_ms",
)
SET_PLACEMENT = Insert(
    "placement",
    ("bytea", "text", "text"),
    "ON CONFLICT (ward) DO UPDATE SET state = excluded.state, address = excluded.address",
)


def together(added: Mapping[Insert, Mapping[Any, Row]]) -> Iterator[tuple[bytes, tuple[Any, ...]]]:
    """Yield statements with their values: one for all tables where each table's rows fit one message."""
    parts = {insert: list(insert.messages(tuple(rows.values()))) for insert, rows in added.items() if rows}
    rest = [(insert.text.encode(), values) for insert, more in parts.items() for values in more[1:]]
    if parts:
        *others, last = parts
        names = [f"i{number} AS ({insert.text})" for number, insert in enumerate(others)]
        text = f"WITH {', '.join(names)} {last.text}" if names else last.text
        yield text.encode(), tuple(value for more in parts.values() for value in more[0])
    yield from rest
