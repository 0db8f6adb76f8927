"""The floor: the oldest program that may still serve these tables, so that it can be put back."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Programs of 0002 lose nothing here; but they cannot read the floor, so 0003 is the first that asks."""
    op.execute("CREATE TABLE IF NOT EXISTS schema_floor (oldest text PRIMARY KEY)")
    op.execute("INSERT INTO schema_floor VALUES ('0002') ON CONFLICT DO NOTHING")


def downgrade() -> None:
    """Refuse: a log is never thrown away by a migration."""
    raise NotImplementedError  # on purpose: the log would go with the tables
