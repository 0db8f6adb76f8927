"""Tables of the case database, and their versions.

The log tables carry the meaning and are migrated by ``user_version``. Read models (``case_row``
and what follows it) are disposable: `projection.rebuild` makes them anew from the events.
"""

from wardclient.storage.cipher import Connection

VERSION = 3
READ_MODELS = 4
"""Raise it when a read model changes: every PC then rebuilds in its first unlock."""

LOG_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE control (
        sseq INTEGER PRIMARY KEY, wire BLOB NOT NULL, wrap_hashes BLOB NOT NULL, recv_ms INTEGER NOT NULL,
        hash BLOB NOT NULL)""",
    """CREATE TABLE stream (
        stream BLOB PRIMARY KEY, sseq INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL DEFAULT x'',
        epoch INTEGER NOT NULL DEFAULT 0, recipients BLOB NOT NULL DEFAULT x'', commitment BLOB NOT NULL DEFAULT x''
        ) WITHOUT ROWID""",
    """CREATE TABLE entry (
        wseq INTEGER PRIMARY KEY, stream BLOB NOT NULL, sseq INTEGER NOT NULL, hash BLOB NOT NULL,
        recv_ms INTEGER NOT NULL, head BLOB NOT NULL, record BLOB NOT NULL, body BLOB NOT NULL, verdict TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX entry_place ON entry (stream, sseq)",
    """CREATE TABLE device_head (
        stream BLOB NOT NULL, device BLOB NOT NULL, bseq INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY (stream, device)) WITHOUT ROWID""",
    "CREATE TABLE team_key (team TEXT NOT NULL, gen INTEGER NOT NULL, secret BLOB NOT NULL, PRIMARY KEY (team, gen))",
    """CREATE TABLE stream_key (
        stream BLOB NOT NULL, epoch INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY (stream, epoch)) WITHOUT ROWID""",
    """CREATE TABLE event (
        stream BLOB NOT NULL, device BLOB NOT NULL, n INTEGER NOT NULL, event BLOB NOT NULL, recv_ms INTEGER NOT NULL,
        wseq INTEGER NOT NULL, PRIMARY KEY (stream, device, n)) WITHOUT ROWID""",
    """CREATE TABLE adopted (
        stream BLOB NOT NULL, device BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (stream, device, n)) WITHOUT ROWID""",
    "CREATE TABLE numbering (stream BLOB PRIMARY KEY, last_n INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE draft (
        stream BLOB NOT NULL, n INTEGER NOT NULL, event BLOB NOT NULL, cas INTEGER NOT NULL, created_ms INTEGER NOT NULL,
        PRIMARY KEY (stream, n)) WITHOUT ROWID""",
    """CREATE TABLE sealed (
        stream BLOB PRIMARY KEY, hash BLOB NOT NULL, envelope BLOB NOT NULL, body BLOB NOT NULL, wraps BLOB NOT NULL,
        first_n INTEGER NOT NULL, last_n INTEGER NOT NULL, attempt INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE quarantine (
        stream BLOB NOT NULL, n INTEGER NOT NULL, event BLOB NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL,
        name TEXT NOT NULL DEFAULT '', case_id TEXT NOT NULL DEFAULT '', PRIMARY KEY (stream, n)) WITHOUT ROWID""",
    """CREATE TABLE intent (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload BLOB NOT NULL, urgent INTEGER NOT NULL,
        created_ms INTEGER NOT NULL, refusal TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE incident (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, wseq INTEGER NOT NULL, detail BLOB NOT NULL, at_ms INTEGER NOT NULL)""",
    "CREATE TABLE form_draft (form_id TEXT PRIMARY KEY, fields BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, act TEXT NOT NULL, record TEXT NOT NULL, hash BLOB NOT NULL)""",
)

TREE_TABLES = (
    "CREATE INDEX entry_first ON entry (wseq) WHERE sseq = 1",
    """CREATE TABLE tree_node (
        level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, place)) WITHOUT ROWID""",
)
"""Since version 2: the Merkle tree of the ward's log, as far as every entry is given."""

ASIDE_TABLES = (
    """CREATE TABLE aside (
        stream BLOB NOT NULL, device BLOB NOT NULL, n INTEGER NOT NULL, event BLOB NOT NULL, recv_ms INTEGER NOT NULL,
        wseq INTEGER NOT NULL, PRIMARY KEY (stream, device, n)) WITHOUT ROWID""",
)
"""Since version 3: others' events that a restored log lost, until their PCs have sent them again."""

DERIVED_TABLES = (
    "CREATE TABLE unreduced (stream BLOB PRIMARY KEY) WITHOUT ROWID",
    """CREATE TABLE register (
        stream BLOB NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, state BLOB NOT NULL, heads INTEGER NOT NULL,
        PRIMARY KEY (stream, entity, field)) WITHOUT ROWID""",
    "CREATE INDEX register_conflict ON register (stream, entity, field) WHERE heads > 1",
    "CREATE INDEX register_entity ON register (entity, stream)",
    """CREATE TABLE member_set (
        stream BLOB NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, state BLOB NOT NULL,
        PRIMARY KEY (stream, entity, field)) WITHOUT ROWID""",
    """CREATE TABLE fact (
        stream BLOB NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, device BLOB NOT NULL, n INTEGER NOT NULL,
        i INTEGER NOT NULL, data BLOB NOT NULL, hlc INTEGER NOT NULL, staff BLOB NOT NULL, recv_ms INTEGER,
        PRIMARY KEY (stream, entity, kind, device, n, i)) WITHOUT ROWID""",
    """CREATE TABLE case_stream (
        stream BLOB PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
        consent_id TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX case_stream_case ON case_stream (case_id)",
    """CREATE TABLE case_row (
        id INTEGER NOT NULL,
        case_id VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        kana VARCHAR NOT NULL,
        kana_key VARCHAR NOT NULL,
        birth_date VARCHAR NOT NULL,
        address VARCHAR NOT NULL,
        case_no VARCHAR NOT NULL,
        target_group VARCHAR NOT NULL,
        status VARCHAR NOT NULL,
        consent VARCHAR NOT NULL,
        consent_from VARCHAR NOT NULL,
        consent_until VARCHAR NOT NULL,
        consent_stream VARCHAR NOT NULL,
        owner VARCHAR NOT NULL,
        caseworker VARCHAR NOT NULL,
        last_contact VARCHAR NOT NULL,
        next_on VARCHAR NOT NULL,
        conflicts INTEGER NOT NULL,
        "indexed" INTEGER NOT NULL,
        PRIMARY KEY (id)
)""",
    "CREATE TABLE case_block (block TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (block, case_id)) WITHOUT ROWID",
    "CREATE INDEX case_block_case ON case_block (case_id)",
    "CREATE UNIQUE INDEX case_row_case ON case_row (case_id)",
    "CREATE INDEX case_row_kana ON case_row (kana_key, id)",
    "CREATE INDEX case_row_worker ON case_row (caseworker, kana_key, id)",
    "CREATE INDEX case_row_birth ON case_row (birth_date)",
    "CREATE INDEX case_row_consent ON case_row (consent, consent_until)",
    "CREATE INDEX case_row_pending ON case_row (id) WHERE indexed = 0",
    """CREATE VIRTUAL TABLE case_text USING fts5(
        body, content='', contentless_delete=1, prefix='1', tokenize='unicode61 remove_diacritics 0')""",
)
"""What the reducer and the projection make; `projection.rebuild` drops and makes it again."""

DERIVED_NAMES = (
    "unreduced",
    "register",
    "member_set",
    "fact",
    "case_stream",
    "case_row",
    "case_block",
    "case_text",
)


def prepare(connection: Connection) -> None:
    """Bring a database to the newest form, in one transaction."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found == VERSION:
        return
    if found > VERSION:
        raise NewerDatabaseError
    connection.execute("BEGIN IMMEDIATE")
    try:
        if found < 1:
            for statement in (*LOG_TABLES, *DERIVED_TABLES):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('read_models', ?)", (str(READ_MODELS).encode(),))
        if found < 2:  # noqa: PLR2004  # a version, as its docstring says
            for statement in TREE_TABLES:
                connection.execute(statement)
        for statement in ASIDE_TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class NewerDatabaseError(Exception):
    """A newer program wrote this database: this one must not touch it."""
