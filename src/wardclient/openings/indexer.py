"""Fill the search index in background batches after an import. Each batch is a transaction of its own."""

import csv
import json

from wardclient.openings.columns import Layout, resolve
from wardclient.openings.derive import MORE, Deriver, unpack
from wardclient.openings.grams import tokens
from wardclient.openings.names import Names
from wardclient.openings.reader import ENCODING
from wardclient.openings.store import Connection, progress

BATCH_SHEETS = 2000
SEARCHED = (
    "job_title",
    "job_description",
    "workplace_municipality_name",
    "workplace_address",
    "nearest_station",
    "nearest_station_text",
    "industry_name",
    "business",
    "employment_type_name",
    "full_part_name",
    "license1",
    "license2",
    "license3",
    "license_other",
    "experience",
    "education",
    "pc_skill",
    "holidays",
    "holidays_note",
    "hours_note",
    "special_note",
    "receiving_office_name",
)
"""Fields whose text is found whoever sits in front of the screen."""
SEARCHED_EMPLOYER = (
    "employer_name",
    "employer_kana",
    "employer_municipality_name",
    "employer_address",
    "employer_feature",
)
"""Fields that say who the employer is: found by all only when the employer is public."""
EMPLOYER_PUBLIC = frozenset({"1", "2"})
"""公開範囲: with the name to all, or to registered seekers (domain.md 7.5)."""


class Layouts:
    """The headers under which stored records are to be read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, Layout] = {}

    def __getitem__(self, layout_id: int) -> Layout:
        layout = self._known.get(layout_id)
        if layout is None:
            found = self._connection.execute("SELECT header FROM layout WHERE layout_id = ?", (layout_id,))
            layout = self._known[layout_id] = resolve(json.loads(found.fetchone()[0]))
        return layout


def cells(packed: bytes) -> list[str]:
    """Return the cells of a stored record, exactly as in the file."""
    return next(csv.reader([unpack(packed).decode(ENCODING)], strict=True))


def searched_text(layout: Layout, row: list[str]) -> tuple[str, str]:
    """Return (open, hidden) search text: what everyone may find it by, and what only staff may."""
    at = layout.places
    body = [row[at[field]] for field in SEARCHED if field in at]
    employer = [row[at[field]] for field in SEARCHED_EMPLOYER if field in at]
    scope = row[at["disclosure_scope"]] if "disclosure_scope" in at else ""
    if scope in EMPLOYER_PUBLIC:
        return "\n".join(body + employer), ""
    return "\n".join(body), "\n".join(employer)


def index_pending(connection: Connection, limit: int = BATCH_SHEETS) -> int:
    """Index up to ``limit`` sheets that the index has not seen; return how many are left, at most.

    Call it again until it returns 0. Killed in between, it goes on where the last batch ended.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        left = _index_batch(connection, limit) or _derive_batch(connection, limit)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return left


def _derive_batch(connection: Connection, limit: int) -> int:
    """Read again what an older program stored; return 1 while there may be more."""
    if not progress(connection, "to_derive"):
        return 0
    rows = connection.execute(
        "SELECT o.docid, s.layout_id, s.record FROM opening o JOIN sheet s ON s.sheet_id = o.sheet_id "
        "WHERE o.docid > ? ORDER BY o.docid LIMIT ?",
        (progress(connection, "derived"), limit),
    ).fetchall()
    layouts, names, derivers = Layouts(connection), Names(connection), dict[int, Deriver]()
    marks = ", ".join(f"{column} = ?" for column in MORE)
    for docid, layout_id, record in rows:
        if layout_id not in derivers:
            derivers[layout_id] = Deriver(layouts[layout_id], names)
        more = derivers[layout_id].more(cells(record))
        connection.execute(f"UPDATE opening SET {marks} WHERE docid = ?", (*more, docid))  # noqa: S608
    if rows:
        connection.execute("UPDATE progress SET value = ? WHERE name = 'derived'", (rows[-1][0],))
    if len(rows) < limit:
        connection.execute(
            "DELETE FROM station WHERE station_id NOT IN "
            "(SELECT station_id FROM opening WHERE station_id IS NOT NULL)"
        )
        connection.execute("UPDATE progress SET value = 0 WHERE name = 'to_derive'")
    return progress(connection, "to_derive")


def _index_batch(connection: Connection, limit: int) -> int:
    indexed = progress(connection, "indexed_sheet")
    last = progress(connection, "last_sheet")
    layouts = Layouts(connection)
    rows: list[tuple[int, str, str]] = []
    reached = last
    pending = connection.execute(
        "SELECT s.sheet_id, s.docid, s.layout_id, s.record FROM sheet s"
        " WHERE s.sheet_id > ? ORDER BY s.sheet_id LIMIT ?",
        (indexed, limit),
    ).fetchall()
    if len(pending) == limit:
        reached = pending[-1][0]
    for sheet_id, docid, layout_id, record in pending:
        in_force = connection.execute("SELECT sheet_id FROM opening WHERE docid = ?", (docid,)).fetchone()
        if in_force is not None and in_force[0] == sheet_id:
            body, hidden = searched_text(layouts[layout_id], cells(record))
            rows.append((docid, tokens(body), tokens(hidden)))
    # Within a batch the index wants ascending ids: a step back would make it flush each time.
    rows.sort()
    connection.executemany("DELETE FROM opening_text WHERE rowid = ?", [(docid,) for docid, _, _ in rows])
    connection.executemany("INSERT INTO opening_text (rowid, body, hidden) VALUES (?, ?, ?)", rows)
    connection.execute("UPDATE progress SET value = ? WHERE name = 'indexed_sheet'", (reached,))
    return last - reached
