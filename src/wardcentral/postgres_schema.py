"""Make and migrate the tables of the PostgreSQL store, and say what the service's role may do.

Two roles: the owner runs ``wardcentral init`` and may change tables; the service's own role may not, nor
may it change or delete what is in the log. Where only one role is named, it is both.
"""

from pathlib import Path

import psycopg
from psycopg import sql

from wardcentral.store import DamagedError

NEWEST = "0002"
GRANTS = {
    "ward_head": "SELECT, INSERT, UPDATE",
    "entry": "SELECT, INSERT",
    "block": "SELECT, INSERT",
    "stream_head": "SELECT, INSERT, UPDATE",
    "device_head": "SELECT, INSERT, UPDATE",
    "keybox": "SELECT, INSERT",
    "refusal": "SELECT, INSERT",
    "join_request": "SELECT, INSERT, UPDATE, DELETE",
    "placement": "SELECT",
    "tree_node": "SELECT, INSERT",
    "alembic_version": "SELECT",
}


def migrate(address: str, service_role: str = "") -> None:
    """Bring the database at a libpq address to this version, as its owner.

    ``service_role`` is granted what the service needs. psycopg.Error where the database does not
    answer or the role may not; DamagedError where a newer program made the tables.
    """
    # Only the operator's init needs these; a service that starts is not made to load them.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, exc, pool

    known = version(address)
    if known and known > NEWEST:
        raise DamagedError("made by a newer version")
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=pool.NullPool
    )
    try:
        with (
            engine.connect() as connection,
            EnvironmentContext(
                Config(),
                script,
                fn=lambda revision, _: script._upgrade_revs("head", revision),  # noqa: SLF001 - as in Alembic's own guide
            ) as environment,
        ):
            environment.configure(connection=connection, transaction_per_migration=True)
            with environment.begin_transaction():
                environment.run_migrations()
            connection.commit()
    except exc.DBAPIError as error:
        # Its text would show the statement; the driver's own error says what was wrong.
        raise psycopg.OperationalError(type(error.orig).__name__) from None
    if service_role:
        _grant(address, service_role)


def version(address: str) -> str:
    """Return the version of the tables; empty where there are none."""
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if not found or not found[0]:
            return ""
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return "" if row is None else str(row[0])


def _grant(address: str, role: str) -> None:
    with psycopg.connect(address) as connection:
        for table, rights in GRANTS.items():
            connection.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(
                    sql.SQL(rights), sql.Identifier(table), sql.Identifier(role)
                )
            )
