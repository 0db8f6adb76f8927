"""What the service's role may do in PostgreSQL: add to the log, and nothing that this file can think of besides."""

import psycopg
import pytest
from psycopg import sql

from tests.wardcentral.postgres import make_database, owner_of
from wardcentral.postgres_schema import GRANTS, NEWEST, migrate

FORBIDDEN = (
    "DELETE FROM entry",
    "UPDATE entry SET head = ''",
    "DELETE FROM block",
    "UPDATE block SET body = ''",
    "DELETE FROM keybox",
    "UPDATE refusal SET answer = ''",
    "DELETE FROM tree_node",
    "DELETE FROM ward_head",
    "DELETE FROM stream_head",
    "DELETE FROM device_head",
    "INSERT INTO placement VALUES ('', 'moved', '')",
    "INSERT INTO restore_notice VALUES ('', '', '')",
    "DELETE FROM restore_notice",
    "UPDATE schema_floor SET oldest = ''",
    "UPDATE alembic_version SET version_num = ''",
    "TRUNCATE block",
    "DROP TABLE entry",
    "ALTER TABLE entry ADD COLUMN more int",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "CREATE TABLE more (x int)",
    "CREATE SCHEMA more",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink",
    "CREATE ROLE more",
    "CREATE DATABASE more",
    "ALTER SYSTEM SET fsync = off",
    "COPY entry TO '/tmp/out'",
    "COPY entry FROM PROGRAM 'true'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_user_mapping",
    "SELECT * FROM elsewhere.secrets",
    "INSERT INTO elsewhere.secrets VALUES ('x')",
    "SELECT elsewhere.tell()",
    "SET ROLE postgres",
)


@pytest.fixture(scope="module", params=["fresh", "upgraded"])
def roles(request: pytest.FixtureRequest, postgres: str) -> tuple[str, str]:
    """A database that also holds another program's schema: its address as the owner and as the service."""
    service = make_database(postgres)
    owner = owner_of(postgres, service)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA elsewhere")
        connection.execute("CREATE TABLE elsewhere.secrets (word text)")
        connection.execute("CREATE FUNCTION elsewhere.tell() RETURNS text LANGUAGE sql AS 'SELECT ''x'''")
        if request.param == "upgraded":
            # As the step before the last left it.
            connection.execute("DROP TABLE restore_notice")
            connection.execute("UPDATE alembic_version SET version_num = '0003'")
    # An upgrade grants again, to the role that was there.
    assert migrate(owner) == NEWEST
    return owner, service


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_services_role_may_not(roles: tuple[str, str], statement: str) -> None:
    """Neither change or remove what is in the log, nor move wards, nor make anything, nor read anything else."""
    with psycopg.connect(roles[1], autocommit=True) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(statement.encode())
        assert refused.value.sqlstate in {"42501", "0A000"}, refused.value


def test_the_role_is_nothing_special(roles: tuple[str, str]) -> None:
    """No superuser, makes no roles and no databases, replicates nothing, passes no rule by, belongs to no group."""
    with psycopg.connect(roles[1]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        groups = connection.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user"
        ).fetchone()
    assert row == (False,) * 5
    assert groups == (0,)


def test_what_it_is_granted_is_what_the_program_says(roles: tuple[str, str]) -> None:
    """On every table of the database, partitions included: exactly the grants of the program, and on no other."""
    owner, service = roles
    name = psycopg.conninfo.conninfo_to_dict(service)["user"]
    with psycopg.connect(owner) as connection:
        found = connection.execute(
            sql.SQL(
                "SELECT table_schema, table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type) "
                "FROM information_schema.role_table_grants WHERE grantee = {} GROUP BY 1, 2"
            ).format(sql.Literal(name))
        ).fetchall()
    granted = {(schema, table): set(kinds.split(", ")) for schema, table, kinds in found}
    assert granted == {("public", table): set(kinds.split(", ")) for table, kinds in GRANTS.items()}
