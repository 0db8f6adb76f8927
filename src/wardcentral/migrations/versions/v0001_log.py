"""The log: the tables of sqlite_schema in 32 hash partitions by ward.

Every primary key begins with the ward, so every query names one partition, and a partition can be
vacuumed, dumped and moved on its own.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONS = 32
TABLES = {
    "ward_head": """ward bytea NOT NULL, wseq bigint NOT NULL, recv_ms bigint NOT NULL,
        PRIMARY KEY (ward)""",
    "entry": """ward bytea NOT NULL, wseq bigint NOT NULL, sseq bigint NOT NULL, stream bytea NOT NULL,
        hash bytea NOT NULL, recv_ms bigint NOT NULL, head bytea NOT NULL,
        PRIMARY KEY (ward, wseq), UNIQUE (ward, hash), UNIQUE (ward, stream, sseq)""",
    "block": """ward bytea NOT NULL, wseq bigint NOT NULL, record bytea NOT NULL, body bytea NOT NULL,
        wrap_hashes bytea NOT NULL, PRIMARY KEY (ward, wseq)""",
    "stream_head": """ward bytea NOT NULL, stream bytea NOT NULL, sseq bigint NOT NULL, head bytea NOT NULL,
        epoch bigint NOT NULL, recipients bytea NOT NULL, key_commit bytea NOT NULL,
        PRIMARY KEY (ward, stream)""",
    "device_head": """ward bytea NOT NULL, stream bytea NOT NULL, device bytea NOT NULL,
        bseq bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (ward, stream, device)""",
    "keybox": """ward bytea NOT NULL, wseq bigint NOT NULL, place integer NOT NULL, wrap bytea NOT NULL,
        PRIMARY KEY (ward, wseq, place)""",
    "refusal": """ward bytea NOT NULL, hash bytea NOT NULL, code text NOT NULL, answer bytea NOT NULL,
        PRIMARY KEY (ward, hash)""",
    "join_request": """ward bytea NOT NULL, invite bytea NOT NULL, request bytea NOT NULL,
        until_ms bigint NOT NULL, PRIMARY KEY (ward, invite)""",
    "placement": """ward bytea NOT NULL, state text NOT NULL, address text NOT NULL,
        PRIMARY KEY (ward)""",
}
SEALED = {"block": ("record", "body"), "keybox": ("wrap",), "join_request": ("request",)}
"""What is sealed does not compress: trying to costs time at every append."""


def upgrade() -> None:
    """Make the tables."""
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns}) PARTITION BY HASH (ward)")
        for column in SEALED.get(table, ()):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
        for number in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {table}_{number:02} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
            )


def downgrade() -> None:
    """Refuse: a log is never thrown away by a migration."""
    raise NotImplementedError  # on purpose: the log would go with the tables
