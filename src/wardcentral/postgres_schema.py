"""Make and migrate the tables of the PostgreSQL store, and say what the service's role may do.

Two roles: the owner runs ``wardcentral init`` and may change tables; the service's own role may not, nor
may it change or delete what is in the log. Where only one role is named, it is both.

The contract of an upgrade without downtime, kept by every step: it only adds, so that processes of the
version before go on writing and may even be started again; it holds no lock that a writer would wait for
longer than LOCK_MS; cut off anywhere, it is run again. A step that must end an older program says so by
raising the floor (table schema_floor), and comes a version after the program that no longer needs what it takes away.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from wardcentral.store import SchemaError

NEWEST = "0005"
"""The newest step that this program knows."""
LOCK_MS = 2_000
"""What a change of a table waits for its lock at most: whoever comes after it waits as long."""
LOCK_TRIES = 60
PAUSE_SECONDS = 0.5
_ADVISORY = 0x77617264  # "ward": one migration at a time
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
    "schema_floor": "SELECT",
    "restore_notice": "SELECT",
    "request_nonce": "SELECT, INSERT, DELETE",
}


def migrate(address: str, service_role: str = "", steps: Path | None = None) -> str:
    """Bring the database at a libpq address to this version, as its owner, while others serve it; return the version.

    ``service_role`` is granted what the service needs; without it, whoever could serve before.
    ``steps`` is the folder of the steps. psycopg.Error where the database does not answer, the role may not, or
    no lock is given for a long time (what is done stays: run it again); SchemaError where the tables are
    of a newer program that no longer lets this one serve.
    """
    known = version(address)
    if known > NEWEST:
        check(address)
    with _alone(address):
        for left in reversed(range(LOCK_TRIES)):
            try:
                _run_steps(address, steps or Path(__file__).parent / "migrations")
                break
            except psycopg.errors.LockNotAvailable:
                # Whoever waited behind this step goes first.
                if not left:
                    raise
                time.sleep(PAUSE_SECONDS)
        for role in (service_role,) if service_role else _serving_roles(address):
            _grant(address, role)
    return version(address)


def _run_steps(address: str, steps: Path) -> None:
    # Only the operator's commands need these; a service that starts is not made to load them.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, exc, pool

    def connect() -> psycopg.Connection:
        connection = psycopg.connect(address)
        connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(LOCK_MS)))
        connection.commit()
        return connection

    script = ScriptDirectory(str(steps))
    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=pool.NullPool)
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
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise error.orig from None
        raise psycopg.OperationalError(type(error.orig).__name__) from None


@contextmanager
def _alone(address: str) -> Iterator[None]:
    """Be the only one who changes tables. It asks again and again: one who waits in the database holds up an index."""
    with psycopg.connect(address, autocommit=True) as connection:
        for left in reversed(range(LOCK_TRIES)):
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_ADVISORY,)).fetchone()
            if row and row[0]:
                break
            if not left:
                raise psycopg.errors.LockNotAvailable
            time.sleep(PAUSE_SECONDS)
        yield


def check(address: str) -> None:
    """Return where this program may serve the tables; SchemaError("older") or ("newer") where not."""
    found = version(address)
    if found < NEWEST:
        raise SchemaError("older")
    if found > NEWEST:
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute("SELECT max(oldest) FROM schema_floor").fetchone()
        if row is None or row[0] is None or row[0] > NEWEST:
            raise SchemaError("newer")


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


def _serving_roles(address: str) -> list[str]:
    """Return the roles that may write to the log beside its owner."""
    with psycopg.connect(address, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee "
            "WHERE c.oid = 'ward_head'::regclass AND a.privilege_type = 'UPDATE' AND a.grantee <> c.relowner"
        ).fetchall()
    return [str(name) for (name,) in rows]
