"""A ward in a log, over each store."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.wardcentral.builders import NOON_MS, SIGNING, Pc, Ward, pc
from tests.wardcentral.postgres import cluster, make_database, owner_of
from tests.wardcentral.running import ANY_PORT, Process
from wardcentral.cli import DATABASE
from wardcentral.core import WardLog
from wardcentral.memory_store import MemoryStore
from wardcentral.postgres_store import PostgresStore
from wardcentral.sqlite_store import SqliteStore
from wardcentral.store import ServerStore
from wardproto.control import RefusedError
from wardproto.messages import ControlPush, PushItem
from wardproto.records import Receipt, Refusal


@dataclass
class Desk:
    """One ward, its log, and a clock that the test moves."""

    store: ServerStore
    secret: bytes = field(default_factory=lambda: os.urandom(32))
    now_ms: int = NOON_MS
    ward: Ward = field(init=False)
    log: WardLog = field(init=False)

    def __post_init__(self) -> None:
        """Found the ward."""
        self.ward = Ward(SIGNING.public(self.secret))
        genesis = self.ward.genesis()
        self.log = WardLog(self.store, self.ward.id, SIGNING, self.secret)
        self.took(genesis)

    def push(self, what: ControlPush | PushItem, *, relayed: bool = False) -> bytes:
        """Push, in a transaction of its own; return the signed answer."""
        with self.store.transaction():
            if isinstance(what, ControlPush):
                return self.log.push_control(what.wire, what.wraps, self.now_ms, relayed=relayed)
            return self.log.push_block(what, self.now_ms, relayed=relayed)

    def took(self, what: ControlPush | PushItem) -> Receipt:
        """Push something that must be accepted."""
        told = self.ward.settle(what, self.push(what))
        assert isinstance(told, Receipt), told
        return told

    def refused(self, what: ControlPush | PushItem, *, relayed: bool = False) -> Refusal:
        """Push something that must be refused."""
        told = self.ward.settle(what, self.push(what, relayed=relayed))
        assert isinstance(told, Refusal), told
        return told

    def code(self, what: ControlPush | PushItem) -> str:
        """Return the code that something is refused with."""
        return self.refused(what).code

    def reopen(self) -> None:
        """Make the log anew from the store, as after a restart."""
        self.log = WardLog(self.store, self.ward.id, SIGNING, self.secret)

    def joined(self, team: str, *roles: str) -> Pc:
        """Bring in a new PC; the first of a team posts the team's first generation."""
        newcomer = pc(team, *roles)
        admins = [m for m in self.ward.state.members.values() if m.active and "adm" in m.roles]
        assert admins[0].new.device == self.ward.founder.id
        invite = self.ward.invite(self.ward.founder, team, roles, self.now_ms + 3_600_000)
        self.took(invite)
        name = next(i for i in self.ward.state.invites if i not in self.ward.state.spent)
        self.took(self.ward.device_add(self.ward.founder, newcomer, name))
        if self.ward.state.teams[team].dirty:
            self.took(self.ward.team_gen(newcomer))
        return newcomer

    def stream(self, by: Pc | None = None) -> bytes:
        """Open an own stream."""
        push, ids = self.ward.streams(by or self.ward.founder)
        self.took(push)
        return ids[0]

    def joint(self, *, from_ms: int | None = None, until_ms: int | None = None) -> tuple[bytes, bytes]:
        """Record a consent; return it and its joint stream."""
        push, consent, stream = self.ward.consent(
            self.ward.founder,
            "hellowork",
            self.now_ms if from_ms is None else from_ms,
            self.now_ms + 86_400_000 if until_ms is None else until_ms,
        )
        self.took(push)
        return consent, stream

    def stranger_refused(self, device: bytes) -> bool:
        """Whether the log refuses a page to this device."""
        try:
            self.log.page(device, 0, 10, self.now_ms)
        except RefusedError:
            return True
        return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The superuser's address of a PostgreSQL of this test process."""
    with cluster() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_database(postgres: str) -> str:
    """A database that tests share: each founds wards of its own, and no key is without its ward."""
    return make_database(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def both_stores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test of the whole service on each store: a module asks for it by ``usefixtures``."""
    if request.param == "postgres":
        monkeypatch.setenv(DATABASE, request.getfixturevalue("postgres_database"))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerStore]:
    """Each store that keeps the contract."""
    made: ServerStore
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqliteStore(tmp_path / "central.db")
    else:
        made = PostgresStore(
            owner_of(request.getfixturevalue("postgres"), request.getfixturevalue("postgres_database"))
        )
    yield made
    made.close()


@pytest.fixture
def desk(store: ServerStore) -> Desk:
    """A founded ward."""
    return Desk(store)


@pytest.fixture
def cell(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A data folder and a database of its own, made by the operator's command."""
    address = make_database(postgres)
    monkeypatch.setenv(DATABASE, address)
    made = Process(tmp_path).run("init")
    assert made.returncode == 0, made.stderr
    return address, tmp_path


@pytest.fixture
def two(cell: tuple[str, Path]) -> Iterator[list[tuple[Process, str]]]:
    """Two running processes of one cell, and their addresses."""
    processes = [Process(cell[1]), Process(cell[1])]
    try:
        yield [(process, process.start(*ANY_PORT)) for process in processes]
    finally:
        for process in processes:
            if process.process is not None:
                process.end(lambda p: p.terminate())
