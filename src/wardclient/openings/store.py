"""The openings database: its tables, its versions, and small reads about itself.

Plain SQL on a DBAPI connection made by ``storage.cipher.connect``; the file is the
openings' own and holds no personal datum of a client. One opening has one narrow row of
what is filtered (``opening``) and one wide row of what is shown (``sheet``), so that a
filter never drags the texts through the cipher.

``opening.docid`` is the day of receipt * 2^32 + the sheet's number. The newest openings
therefore have the highest docid, in the table and in the search index alike, and the first
page of any search needs no sorting.

What is kept of a row: the whole original record, byte for byte as in the file (compressed).
The terms of use ask for exact quotation and no dropped condition, and three quarters of
the 418 columns have no published meaning yet: a column understood later can be shown
without importing again.
"""

from typing import Any

from wardclient.openings.problems import OpeningsError, Problem

Connection = Any
"""A sqlcipher3 connection with explicit transactions (isolation_level None)."""

DOCID_DAY = 1 << 32
VERSION = 5

BULK_CACHE_KIB = 32_768
"""Pages that an import, a publication or a feed keeps in memory: enough for the index of numbers."""

_SCHEMA_1 = (
    """CREATE TABLE feed (
        feed_id INTEGER PRIMARY KEY, set_code TEXT NOT NULL, file_name TEXT NOT NULL, file_date TEXT NOT NULL,
        imported_at TEXT NOT NULL, rows INTEGER NOT NULL, new INTEGER NOT NULL, changed INTEGER NOT NULL,
        unchanged INTEGER NOT NULL, vanished INTEGER NOT NULL, reappeared INTEGER NOT NULL,
        duplicates INTEGER NOT NULL, filtered INTEGER NOT NULL, quarantined INTEGER NOT NULL)""",
    "CREATE TABLE layout (layout_id INTEGER PRIMARY KEY, header BLOB NOT NULL UNIQUE)",
    "CREATE TABLE municipality (place_id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL UNIQUE)",
    "CREATE INDEX municipality_code ON municipality (code)",
    """CREATE TABLE code_name (
        kind TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
        PRIMARY KEY (kind, code)) WITHOUT ROWID""",
    """CREATE TABLE opening (
        docid INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, sheet_id INTEGER NOT NULL,
        digest BLOB NOT NULL, set_code TEXT NOT NULL, listed INTEGER NOT NULL, valid_until INTEGER NOT NULL,
        deadline INTEGER NOT NULL, place_id INTEGER NOT NULL, occupation1 INTEGER, occupation2 INTEGER,
        occupation3 INTEGER, employment TEXT NOT NULL, full_part INTEGER NOT NULL, pay_min INTEGER,
        pay_max INTEGER, start1 INTEGER, end1 INTEGER, start2 INTEGER, end2 INTEGER, start3 INTEGER,
        end3 INTEGER, kind TEXT NOT NULL, scope INTEGER NOT NULL)""",
    "CREATE INDEX opening_place ON opening (place_id)",
    "CREATE INDEX opening_deadline ON opening (deadline)",
    """CREATE TABLE sheet (
        sheet_id INTEGER PRIMARY KEY, docid INTEGER NOT NULL, number INTEGER NOT NULL,
        feed_id INTEGER NOT NULL, layout_id INTEGER NOT NULL, title TEXT NOT NULL,
        employer TEXT NOT NULL, place TEXT NOT NULL, pay TEXT NOT NULL, hours TEXT NOT NULL,
        employment TEXT NOT NULL, full_part TEXT NOT NULL, record BLOB NOT NULL)""",
    "CREATE TABLE pinned (number INTEGER PRIMARY KEY)",
    "CREATE TABLE old_sheet (sheet_id INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
    "CREATE INDEX old_sheet_number ON old_sheet (number)",
    """CREATE TABLE quarantine (
        feed_id INTEGER NOT NULL, row INTEGER NOT NULL, line INTEGER NOT NULL, code TEXT NOT NULL,
        column_name TEXT NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (feed_id, row)) WITHOUT ROWID""",
    # The ascii tokenizer splits at ASCII punctuation only; folding is done before (grams.py).
    """CREATE VIRTUAL TABLE opening_text USING fts5(
        body, hidden, content='', contentless_delete=1, tokenize='ascii')""",
    "INSERT INTO opening_text (opening_text, rank) VALUES ('hashsize', 16777216)",
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO progress VALUES ('indexed_sheet', 0), ('last_sheet', 0)",
)

_SCHEMA_2 = (
    # What the newest feed taken or published lists, each with the digest its record has in ``opening``;
    # an empty digest where this program could not read the record.
    "CREATE TABLE feed_row (number INTEGER PRIMARY KEY, digest BLOB NOT NULL)",
    """CREATE TABLE feed_mark (
        only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL, hash BLOB NOT NULL,
        envelope BLOB NOT NULL, taken_at TEXT NOT NULL)""",
    "CREATE TABLE feed_chunk (name BLOB PRIMARY KEY, packed BLOB NOT NULL)",
    """CREATE TABLE feed_refused (
        hash BLOB PRIMARY KEY, code TEXT NOT NULL, refused_at TEXT NOT NULL, envelope BLOB NOT NULL)""",
)

_SCHEMA_3 = (
    # What the filters of the state's own form ask for. A row of before has no ``traits`` until the background has
    # read its record again (`indexer.index_pending`).
    "CREATE TABLE station (station_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    *(
        f"ALTER TABLE opening ADD COLUMN {column}"
        for column in (
            *("traits INTEGER", "overtime INTEGER", "holidays INTEGER", "age_min INTEGER", "age_max INTEGER"),
            *(
                "staff INTEGER",
                "retirement INTEGER",
                "base_pay INTEGER",
                "industry TEXT",
                "station_id INTEGER",
            ),
        )
    ),
    "INSERT INTO progress SELECT 'to_derive', EXISTS (SELECT 1 FROM opening)",
)

_SCHEMA_4: tuple[str, ...] = ()
# It was to have all read again and did not; the next one does.

_SCHEMA_5 = (
    # What a sheet takes back (禁煙ではない) was taken for stated, and stations were kept with the way from them:
    # read all again, from the first docid on. What is there serves meanwhile.
    "UPDATE progress SET value = EXISTS (SELECT 1 FROM opening) WHERE name = 'to_derive'",
    "INSERT INTO progress VALUES ('derived', 0)",
    # Beside the other filters, not in the wide sheet alone: a word that many sheets mention and no employer has in
    # its name read tens of thousands of sheets.
    "ALTER TABLE opening ADD COLUMN employer TEXT",
)

_MIGRATIONS = (_SCHEMA_1, _SCHEMA_2, _SCHEMA_3, _SCHEMA_4, _SCHEMA_5)


def prepare(connection: Connection) -> None:
    """Bring the file to the newest form, in one transaction.

    Raises OpeningsError ``newer_store`` when a newer program wrote it.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > VERSION:
        raise OpeningsError(_NEWER)
    if found == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in _MIGRATIONS[found:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def hold_little(connection: Connection) -> None:
    """Let a connection that goes through all openings keep few pages: its memory must not grow with the file."""
    connection.execute(f"PRAGMA cache_size=-{BULK_CACHE_KIB}")


def progress(connection: Connection, name: str) -> int:
    """Return a stored counter: ``indexed_sheet``, ``last_sheet``, ``to_derive`` (0 or 1) or ``derived`` (a docid)."""
    return int(connection.execute("SELECT value FROM progress WHERE name = ?", (name,)).fetchone()[0])


def index_behind(connection: Connection) -> int:
    """Return how many sheets the search index has not seen yet, at most; 0 when it is complete.

    Openings of an older program whose details are to be read again count too.
    """
    behind = progress(connection, "last_sheet") - progress(connection, "indexed_sheet")
    if progress(connection, "to_derive"):
        left = "SELECT count(*) FROM opening WHERE docid > ?"
        behind += int(connection.execute(left, (progress(connection, "derived"),)).fetchone()[0])
    return behind


def pin(connection: Connection, number: int) -> int:
    """Keep all later versions of an opening (a referral points at it); return the sheet now in force.

    Raises KeyError when the opening is unknown. The caller's transaction, if any, is used.
    """
    row = connection.execute("SELECT sheet_id FROM opening WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise KeyError(number)
    connection.execute("INSERT OR IGNORE INTO pinned VALUES (?)", (number,))
    return int(row[0])


def unpin(connection: Connection, number: int) -> None:
    """Let old versions of an opening go; those already kept are removed."""
    connection.execute("DELETE FROM pinned WHERE number = ?", (number,))
    connection.execute(
        "DELETE FROM sheet WHERE sheet_id IN (SELECT sheet_id FROM old_sheet WHERE number = ?)", (number,)
    )
    connection.execute("DELETE FROM old_sheet WHERE number = ?", (number,))


_NEWER = Problem(
    "",
    "newer_store",
    "求人のデータは新しい版のプログラムで作られています。プログラムを更新してください。",
    "The openings were written by a newer program. Update this one.",
)
