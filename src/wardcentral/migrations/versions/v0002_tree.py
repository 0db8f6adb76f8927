"""The Merkle tree: roots with the ward's end, kept nodes, and the order of first entries."""

from alembic import op

from wardcentral.migrations.online import index_online

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTITIONS = 32


def upgrade() -> None:
    """Add them; the service completes the tree of a ward when it next writes there."""
    op.execute("ALTER TABLE ward_head ADD COLUMN IF NOT EXISTS root bytea NOT NULL DEFAULT '\\x'")
    op.execute("ALTER TABLE ward_head ADD COLUMN IF NOT EXISTS heads bytea NOT NULL DEFAULT '\\x920090'")
    op.execute(
        "CREATE TABLE IF NOT EXISTS tree_node (ward bytea NOT NULL, level integer NOT NULL, "
        "place bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (ward, level, place)) PARTITION BY HASH (ward)"
    )
    for number in range(PARTITIONS):
        op.execute(
            f"CREATE TABLE IF NOT EXISTS tree_node_{number:02} PARTITION OF tree_node "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
    index_online("entry_first", "entry", "(ward, wseq) WHERE sseq = 1", PARTITIONS)


def downgrade() -> None:
    """Refuse: a log is never thrown away by a migration."""
    raise NotImplementedError  # on purpose: the log would go with the tables
