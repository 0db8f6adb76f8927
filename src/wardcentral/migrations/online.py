"""Steps that leave the service writing while they run."""

from alembic import op
from sqlalchemy import text


def index_online(name: str, table: str, what: str, partitions: int) -> None:
    """Add an index to a table in hash partitions without holding up a writer; a build cut off is begun again.

    Everything before it in the step is committed first, so the step's statements must bear being repeated.
    ``what`` is what follows the table in CREATE INDEX. The names come from the step, never from outside.
    """
    with op.get_context().autocommit_block():
        # A build waits for every transaction that is older than it; nobody waits for the build.
        op.execute("SET lock_timeout = 0")
        for number in range(partitions):
            part = f"{table}_{number:02}_{name}"
            if _cut_off(part):
                op.execute(f"DROP INDEX CONCURRENTLY {part}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {part} ON {table}_{number:02} {what}")
        op.execute("RESET lock_timeout")
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY {table} {what}")
        for number in range(partitions):
            op.execute(f"ALTER INDEX {name} ATTACH PARTITION {table}_{number:02}_{name}")


def _cut_off(index: str) -> bool:
    """Whether a build of the index was begun and not ended: nobody reads such an index."""
    found = op.get_bind().execute(
        text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": index}
    )
    return bool(found.scalar())
