"""What a group of writes is sent to PostgreSQL as: one statement for all rows of a table, however many they are.

Rows travel as arrays, a column each (``unnest``): the server plans and the driver talks once for a whole group.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from wardcentral.inserts import Added, Insert, Row

MOST_ROWS = 1_000
MOST_BYTES = 8 * 2**20
"""Of one statement: a group of large blocks is not held twice in memory as one message."""

Message = tuple[str, tuple[Any, ...]]
"""A statement and its values."""


@lru_cache
def text(insert: Insert, *, single: bool) -> str:
    """Return the statement of an insert; its values are arrays, one a column, or those of a single row."""
    if single:
        values = ", ".join(f"%b::{kind}" for kind in insert.types)
        return f"INSERT INTO {insert.table} VALUES ({values}) {insert.conflict}"  # noqa: S608
    arrays = ", ".join(f"%b::{kind}[]" for kind in insert.types)
    return f"INSERT INTO {insert.table} SELECT * FROM unnest({arrays}) {insert.conflict}"  # noqa: S608


def messages(insert: Insert, rows: Sequence[Row]) -> Iterator[Message]:
    """Yield as many statements as the rows need."""
    part: list[Row] = []
    size = 0
    for row in rows:
        more = sum(len(value) for value in row if isinstance(value, bytes))
        if part and (len(part) == MOST_ROWS or size + more > MOST_BYTES):
            yield _message(insert, part)
            part, size = [], 0
        part.append(row)
        size += more
    if part:
        yield _message(insert, part)


def _message(insert: Insert, rows: Sequence[Row]) -> Message:
    if len(rows) == 1:
        # Who saves alone adds a row or two to each table: an array costs the driver more than the row in it.
        return text(insert, single=True), rows[0]
    return text(insert, single=False), columns(rows, len(insert.types))


def columns(rows: Sequence[Row], width: int) -> tuple[list[Any], ...]:
    """Return rows as arrays, a column each, also where there are none."""
    return tuple(map(list, zip(*rows, strict=True))) if rows else tuple([] for _ in range(width))


def together(added: Added) -> Iterator[tuple[bytes, tuple[Any, ...]]]:
    """Yield statements with their values: one for all tables where each table's rows fit one message."""
    parts = [list(messages(insert, tuple(rows.values()))) for insert, rows in added.items() if rows]
    if parts:
        *others, (last, _) = [more[0] for more in parts]
        names = [f"i{number} AS ({statement})" for number, (statement, _) in enumerate(others)]
        whole = f"WITH {', '.join(names)} {last}" if names else last
        yield whole.encode(), tuple(value for more in parts for value in more[0][1])
    for more in parts:
        for statement, values in more[1:]:
            yield statement.encode(), values
