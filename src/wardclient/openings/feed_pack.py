"""What is to be published: the difference between what is listed here and what the last feed listed.

Whoever calls sees to it that nothing else writes openings meanwhile; memory holds one chunk.
"""
# ruff: noqa: S608  # the conditions below are constants of this module; values are parameters

import json
from collections.abc import Iterator
from dataclasses import dataclass

from wardclient.openings.derive import unpack
from wardclient.openings.store import Connection
from wardproto.feed import MAX_CHUNK_RECORDS, FeedChunk, pack_chunk

CHUNK_BYTES = 1024 * 1024
"""Bytes of records in a chunk before it is compressed (about a tenth after)."""

_LISTED = "o.set_code = ? AND o.listed = 1"
_CHANGED = f"{_LISTED} AND (f.digest IS NULL OR f.digest <> o.digest)"
_GONE = f"""NOT EXISTS (SELECT 1 FROM opening o WHERE o.number = f.number AND {_LISTED})"""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a publication would hold."""

    records: int
    gone: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A chunk ready to be sent, and how many records and withdrawn numbers it holds."""

    packed: bytes
    records: int
    gone: int


def extent(connection: Connection, set_code: str, *, whole: bool) -> Extent:
    """Return how much there is to publish: everything listed, or what differs from the last feed."""
    if whole:
        count = connection.execute(f"SELECT count(*) FROM opening o WHERE {_LISTED}", (set_code,))
        return Extent(int(count.fetchone()[0]), 0)
    changed = connection.execute(
        f"SELECT count(*) FROM opening o LEFT JOIN feed_row f USING (number) WHERE {_CHANGED}",
        (set_code,),
    )
    gone = connection.execute(f"SELECT count(*) FROM feed_row f WHERE {_GONE}", (set_code,))
    return Extent(int(changed.fetchone()[0]), int(gone.fetchone()[0]))


def pack(connection: Connection, set_code: str, *, whole: bool) -> Iterator[Packed]:
    """Yield the chunks. The same openings always give the same chunks, so an upload that was cut goes on."""
    if not whole:
        yield from _gone(connection, set_code)
    headers = dict(connection.execute("SELECT layout_id, header FROM layout").fetchall())
    rows = _all(connection, set_code) if whole else _few(connection, set_code)
    records: list[bytes] = []
    size, layout = 0, 0
    for layout_id, record in rows:
        if records and (layout_id != layout or size >= CHUNK_BYTES or len(records) == MAX_CHUNK_RECORDS):
            yield _chunk(headers[layout], records)
            records, size = [], 0
        layout = layout_id
        raw = unpack(record)
        records.append(raw)
        size += len(raw)
    if records:
        yield _chunk(headers[layout], records)


def note_published(connection: Connection, set_code: str) -> None:
    """Say that all that is listed was published. In the caller's transaction."""
    connection.execute("DELETE FROM feed_row AS f WHERE " + _GONE, (set_code,))
    connection.execute(
        "INSERT OR REPLACE INTO feed_row SELECT o.number, o.digest FROM opening o"
        f" LEFT JOIN feed_row f USING (number) WHERE {_CHANGED}",
        (set_code,),
    )


def _all(connection: Connection, set_code: str) -> Iterator[tuple[int, bytes]]:
    """Yield all listed records in the order of their sheets: so they lie, those of one header mostly together."""
    yield from connection.execute(
        "SELECT s.layout_id, s.record FROM sheet s CROSS JOIN opening o ON o.docid = s.docid"
        f" AND o.sheet_id = s.sheet_id WHERE {_LISTED} ORDER BY s.sheet_id",
        (set_code,),
    )


def _few(connection: Connection, set_code: str) -> Iterator[tuple[int, bytes]]:
    """Yield the changed records: the narrow rows are looked through, only theirs of the wide ones read."""
    sheets = [
        row[0]
        for row in connection.execute(
            "SELECT o.sheet_id FROM opening o LEFT JOIN feed_row f USING (number)"
            f" WHERE {_CHANGED} ORDER BY o.sheet_id",
            (set_code,),
        )
    ]
    for start in range(0, len(sheets), 500):
        part = json.dumps(sheets[start : start + 500])
        yield from connection.execute(
            "SELECT layout_id, record FROM sheet WHERE sheet_id IN (SELECT value FROM json_each(?))"
            " ORDER BY sheet_id",
            (part,),
        )


def _gone(connection: Connection, set_code: str) -> Iterator[Packed]:
    found = connection.execute(
        f"SELECT f.number FROM feed_row f WHERE {_GONE} ORDER BY f.number",
        (set_code,),
    )
    while part := found.fetchmany(MAX_CHUNK_RECORDS):
        chunk = FeedChunk(b"", (), tuple(int(row[0]) for row in part))
        yield Packed(pack_chunk(chunk), 0, len(part))


def _chunk(header: bytes, records: list[bytes]) -> Packed:
    return Packed(pack_chunk(FeedChunk(bytes(header), tuple(records), ())), len(records), 0)
