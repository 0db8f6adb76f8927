"""Notices of restores, so that every process tells of one, not only those beside whose data folder it was made."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; ``wardcentral migrate`` brings along what lies in its data folder."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS restore_notice (ward bytea NOT NULL, hash bytea NOT NULL, "
        "signed bytea NOT NULL, PRIMARY KEY (ward, hash))"
    )


def downgrade() -> None:
    """Refuse: a log is never thrown away by a migration."""
    raise NotImplementedError  # on purpose: the log would go with the tables
