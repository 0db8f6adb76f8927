"""The tables of the SQLite store, by version (PRAGMA user_version).

Every primary key begins with the ward. A step of VERSIONS is never changed once released:
later tables come as further steps. What the columns may hold is
the left column of protocol 4.15: random ids, public keys, times, sizes and sealed bytes.
"""

import sqlite3

from wardcentral.store import SchemaError

VERSIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE ward_head (
            ward BLOB PRIMARY KEY, wseq INTEGER NOT NULL, recv_ms INTEGER NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE entry (
            ward BLOB NOT NULL, wseq INTEGER NOT NULL, sseq INTEGER NOT NULL, stream BLOB NOT NULL,
            hash BLOB NOT NULL, recv_ms INTEGER NOT NULL, head BLOB NOT NULL, PRIMARY KEY (ward, wseq)
        ) WITHOUT ROWID""",
        "CREATE UNIQUE INDEX entry_hash ON entry (ward, hash)",
        "CREATE UNIQUE INDEX entry_place ON entry (ward, stream, sseq)",
        # A table with rowid: rows of up to 256 KiB do not belong into the leaves of a key tree.
        """CREATE TABLE block (
            ward BLOB NOT NULL, wseq INTEGER NOT NULL, record BLOB NOT NULL, body BLOB NOT NULL,
            wrap_hashes BLOB NOT NULL, PRIMARY KEY (ward, wseq)
        )""",
        """CREATE TABLE stream_head (
            ward BLOB NOT NULL, stream BLOB NOT NULL, sseq INTEGER NOT NULL, head BLOB NOT NULL,
            epoch INTEGER NOT NULL, recipients BLOB NOT NULL, key_commit BLOB NOT NULL,
            PRIMARY KEY (ward, stream)
        ) WITHOUT ROWID""",
        """CREATE TABLE device_head (
            ward BLOB NOT NULL, stream BLOB NOT NULL, device BLOB NOT NULL, bseq INTEGER NOT NULL,
            hash BLOB NOT NULL, PRIMARY KEY (ward, stream, device)
        ) WITHOUT ROWID""",
        # Wraps lie apart from the log, so that they can be erased and backed up on their own.
        """CREATE TABLE keybox (
            ward BLOB NOT NULL, wseq INTEGER NOT NULL, place INTEGER NOT NULL, wrap BLOB NOT NULL,
            PRIMARY KEY (ward, wseq, place)
        )""",
        """CREATE TABLE refusal (
            ward BLOB NOT NULL, hash BLOB NOT NULL, code TEXT NOT NULL, answer BLOB NOT NULL,
            PRIMARY KEY (ward, hash)
        ) WITHOUT ROWID""",
        """CREATE TABLE join_request (
            ward BLOB NOT NULL, invite BLOB NOT NULL, request BLOB NOT NULL, until_ms INTEGER NOT NULL,
            PRIMARY KEY (ward, invite)
        )""",
    ),
    (
        """CREATE TABLE placement (
            ward BLOB PRIMARY KEY, state TEXT NOT NULL, address TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE ward_head ADD COLUMN root BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE ward_head ADD COLUMN heads BLOB NOT NULL DEFAULT x'920090'",
        "CREATE INDEX entry_first ON entry (ward, wseq) WHERE sseq = 1",
        """CREATE TABLE tree_node (
            ward BLOB NOT NULL, level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,
            PRIMARY KEY (ward, level, place)
        ) WITHOUT ROWID""",
    ),
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this version; SchemaError("newer") when a newer program made it."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(VERSIONS):
        raise SchemaError("newer")
    for number, statements in enumerate(VERSIONS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
