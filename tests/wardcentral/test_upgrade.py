"""An upgrade under load: the tables change and processes are replaced one by one, and no receipt is lost.

Real processes of two versions over one PostgreSQL. The version before is taken out of the repository's
history where there is one; that of today against the next one always runs.
"""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.wardcentral.versions import (
    AFTER_NEXT,
    NEXT,
    Version,
    drained,
    free_ports,
    later,
    load,
    older,
    today,
)
from wardcentral.folder import Folder
from wardcentral.postgres_reader import PostgresReader
from wardcentral.postgres_schema import NEWEST, migrate, version
from wardproto.signing import Ed25519Signing

RETRYABLE = {"200", "429", "503"}
BEFORE_THE_TREE = "4cb64dfb92661bdc1c17d0286429cc5ac819e721"
BEFORE_THE_FLOOR = "447d6f398c753b0db5cf3c573d568d53144e1c4e"


@dataclass
class Cell:
    """A database with two roles, and the data folder of its processes."""

    owner: str
    service: str
    role: str
    folder: Path

    @property
    def key(self) -> bytes:
        """The cell's public key."""
        return Ed25519Signing().public(Folder(self.folder).secret())

    def made(self, by: Version) -> None:
        """Make it with a version's own command."""
        done = by.run(self.owner, "init", self.folder, "--service-role", self.role)
        assert done.returncode == 0, done.stderr

    def verified(self) -> None:
        """Every record holds, and every ward has its roots."""
        done = today().run(self.service, "verify", self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        reader = PostgresReader(self.service)
        heads = [reader.ward_head(ward) for ward in reader.wards()]
        reader.close()
        assert heads
        assert all(head is not None and head.root and head.heads for head in heads)


@pytest.fixture
def cell(tmp_path: Path, postgres: str) -> Cell:
    """An empty database and its two roles."""
    name = f"wc_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    owner = make_conninfo(postgres, dbname=name)
    return Cell(owner, make_conninfo(owner, user=name), name, tmp_path / "cell")


@pytest.fixture
def versions() -> Iterator[list[Version]]:
    """Versions whose processes are ended with the test."""
    made: list[Version] = []
    yield made
    for each in made:
        each.end()


def replace_under_load(cell: Cell, before: Version, after: Version, newest: str) -> None:
    """Migrate, start the newer beside the older, drain the older; its own clients go on all the while."""
    ports = free_ports(3)
    cell.made(before)
    first = before.serve(cell.service, cell.folder, ports[0])
    second = before.serve(cell.service, cell.folder, ports[1])
    with load(before, cell.key, ports) as clients:
        clients.on(60)
        done = after.run(cell.owner, "migrate", cell.folder)
        assert done.returncode == 0, done.stderr
        assert version(cell.service) == newest
        clients.on(60)  # the older ones write under the newer tables
        third = after.serve(cell.service, cell.folder, ports[2])
        clients.on(60)  # both versions write the same wards
        assert drained(first)
        clients.on(30)
        assert drained(second)
        clients.on(60)
        told = clients.told()
    assert told["wrong"] == []
    assert set(told["statuses"]) <= RETRYABLE
    assert told["receipts"] >= 270
    assert drained(third)
    cell.verified()


@pytest.mark.parametrize("commit", [BEFORE_THE_TREE, BEFORE_THE_FLOOR], ids=["before-tree", "before-floor"])
def test_an_older_version_is_replaced_under_load(
    cell: Cell, versions: list[Version], tmp_path: Path, commit: str
) -> None:
    """A version of the past, with its own clients, gives way to today's."""
    versions += [older(commit, tmp_path / "older"), today()]
    replace_under_load(cell, versions[0], versions[1], NEWEST)


def test_todays_version_is_replaced_under_load(cell: Cell, versions: list[Version], tmp_path: Path) -> None:
    """A version to come, with one step more, takes over from today's."""
    versions += [today(), later(tmp_path / "next")]
    replace_under_load(cell, versions[0], versions[1], NEXT)


def test_the_older_version_is_put_back(cell: Cell, versions: list[Version], tmp_path: Path) -> None:
    """The new version disappoints: today's is started again over the migrated tables and goes on."""
    now, after = today(), later(tmp_path / "next")
    versions += [now, after]
    ports = free_ports(2)
    cell.made(now)
    assert after.run(cell.owner, "migrate", cell.folder).returncode == 0
    new = after.serve(cell.service, cell.folder, ports[0])
    with load(now, cell.key, ports) as clients:
        clients.on(30)
        now.serve(cell.service, cell.folder, ports[1])
        assert drained(new)
        clients.on(30)
        told = clients.told()
    assert told["wrong"] == []
    assert set(told["statuses"]) <= RETRYABLE
    cell.verified()


def test_a_floor_ends_the_way_back_in_words(cell: Cell, versions: list[Version], tmp_path: Path) -> None:
    """Two versions on, a step may say that today's cannot serve any more: it says so and writes nothing."""
    now, after = today(), later(tmp_path / "after", floor=True)
    versions += [now, after]
    cell.made(now)
    assert after.run(cell.owner, "migrate", cell.folder).returncode == 0
    assert version(cell.service) == AFTER_NEXT
    for act, address in (("serve", cell.service), ("verify", cell.service), ("migrate", cell.owner)):
        refused = now.run(address, act, cell.folder)
        assert refused.returncode == 4
        assert "newer version that this one cannot serve" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_newer_program_does_not_start_over_older_tables(
    cell: Cell, versions: list[Version], tmp_path: Path
) -> None:
    """Whoever forgot to migrate is told the command."""
    now, after = today(), later(tmp_path / "next")
    versions += [now, after]
    cell.made(now)
    refused = after.run(cell.service, "serve", cell.folder)
    assert refused.returncode == 4
    assert "wardcentral migrate" in refused.stderr


def test_a_migration_waits_for_nobody_long_and_goes_on_where_it_was(cell: Cell, tmp_path: Path) -> None:
    """A table that somebody holds is asked for again and again; an index cut off is built anew; twice is once."""
    after = later(tmp_path / "next")
    cell.made(today())
    steps = after.root / "src" / "wardcentral" / "migrations"
    with psycopg.connect(cell.owner) as holder, psycopg.connect(cell.owner, autocommit=True) as other:
        holder.execute("LOCK TABLE entry IN ACCESS SHARE MODE")
        # An index that a cut left behind: there, and not to be used.
        index = f"entry_07_more_index_{NEXT}"
        other.execute(f"CREATE INDEX {index} ON entry_07 (ward, recv_ms)".encode())
        other.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", (index,))
        holding = Held(holder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("wardcentral.postgres_schema.LOCK_MS", 50)
            patch.setattr("wardcentral.postgres_schema.time.sleep", holding.let_go_at_the_third)
            assert migrate(cell.owner, steps=steps) == NEXT
        assert holding.asked == 3
        assert migrate(cell.owner, steps=steps) == NEXT
        invalid = other.execute(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE NOT indisvalid AND c.relname LIKE '%more_index%'"
        ).fetchone()
    assert invalid == (0,)


def test_two_migrations_at_once_are_one(cell: Cell, tmp_path: Path) -> None:
    """Two operators, or a script on every host: one does it, the others find it done."""
    after = later(tmp_path / "next")
    cell.made(today())
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(after.run, cell.owner, "migrate", cell.folder) for _ in range(3)]
        for each in running:
            assert each.result().returncode == 0, each.result().stderr
    assert version(cell.owner) == NEXT


def test_a_migration_grants_what_is_new_to_whoever_served_before(cell: Cell) -> None:
    """Without naming the role again; and a table of the log stays what the role cannot change."""
    cell.made(today())
    with psycopg.connect(cell.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("REVOKE ALL ON schema_floor FROM {}").format(sql.Identifier(cell.role)))
    assert today().run(cell.owner, "migrate", cell.folder).returncode == 0
    with psycopg.connect(cell.service) as connection:
        assert connection.execute("SELECT oldest FROM schema_floor").fetchone() == ("0002",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE schema_floor SET oldest = '9999'")


@dataclass
class Held:
    """A transaction that ends when it has been waited for three times."""

    connection: psycopg.Connection
    asked: int = 0

    def let_go_at_the_third(self, _seconds: float) -> None:
        """Stand in for the pause between two tries."""
        self.asked += 1
        if self.asked == 3:
            self.connection.commit()
