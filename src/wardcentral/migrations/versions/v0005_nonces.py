"""Nonces of requests that were believed, so that no process believes one that another has answered."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, without WAL: no copy and no standby holds it, and writing to it waits for no disk."""
    op.execute(
        "CREATE UNLOGGED TABLE IF NOT EXISTS request_nonce (ward bytea NOT NULL, name bytea NOT NULL, "
        "at_ms bigint NOT NULL, PRIMARY KEY (ward, name)) "
        "WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
    )


def downgrade() -> None:
    """Refuse: a log is never thrown away by a migration."""
    raise NotImplementedError  # on purpose: the log would go with the tables
