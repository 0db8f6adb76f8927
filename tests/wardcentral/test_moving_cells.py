"""Wards between cells of either store: there and back under load, with the feed, cut off anywhere."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.witness import Crowd, Witness
from tests.wardcentral.feeding import Publisher
from tests.wardcentral.running import Caller, problem
from tests.wardcentral.test_events import event
from tests.wardcentral.test_events import stream as events
from tests.wardcentral.versions import Version, free_ports, today
from wardcentral.folder import Folder
from wardcentral.placement import HERE, Placement
from wardcentral.restore import Restored
from wardcentral.restore_notice import write_notices
from wardcentral.stores import open_reader
from wardproto.messages import LIVE_BYTES, LivePost, RestoreNotices
from wardproto.signing import Ed25519Signing
from wardproto.wire import decode, encode


@dataclass
class Cell:
    """A cell: its folder, its database as the owner and as the service see it (empty for SQLite), its address."""

    folder: Path
    owner: str
    service: str
    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def placement(self, ward: bytes) -> Placement | None:
        """What it does with a ward; None where it does not hold it."""
        reader = open_reader(Folder(self.folder, self.owner))
        try:
            return None if reader.ward_head(ward) is None else reader.placement(ward)
        finally:
            reader.close()


@dataclass
class Cells:
    """Two running cells of one installation."""

    program: Version
    cells: tuple[Cell, Cell]
    map: Path

    @property
    def key(self) -> bytes:
        """The key of the installation."""
        return Ed25519Signing().public(Folder(self.cells[0].folder).secret())

    def arguments(self, ward: bytes, source: Cell, target: Cell) -> list[str]:
        """Return what the operator types to move a ward."""
        named = ["--to-database", target.owner] if target.owner else []
        where = ["--to", str(target.folder), "--address", target.url, "--map", str(self.map)]
        return ["move-ward", "--data", str(source.folder), ward.hex()[:12], *where, *named, "--json"]

    def begin(self, ward: bytes, source: Cell, target: Cell) -> "subprocess.Popen[str]":
        """Start a move."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "wardcentral", *self.arguments(ward, source, target)],
            env=self.program.environment(source.owner), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8",
        )  # fmt: skip

    def move(self, ward: bytes, source: Cell, target: Cell) -> tuple[int, str]:
        """Move a ward; return the exit code and what was said."""
        process = self.begin(ward, source, target)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        return process.returncode, out + err

    def verified(self) -> None:
        """Both hold."""
        for cell in self.cells:
            done = self.program.run(cell.owner, "verify", cell.folder)
            assert done.returncode == 0, done.stdout + done.stderr


def make_cell(folder: Path, kind: str, postgres: str, port: int) -> Cell:
    """Make what a cell needs, but not its folder."""
    if kind == "sqlite":
        return Cell(folder, "", "", port)
    name = f"wc_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    owner = make_conninfo(postgres, dbname=name)
    return Cell(folder, owner, make_conninfo(owner, user=name), port)


@pytest.fixture(params=["postgres-postgres"])
def cells(request: pytest.FixtureRequest, postgres: str, tmp_path: Path) -> Iterator[Cells]:
    """Two cells that serve, of the kinds the test asks for."""
    program, ward_map = today(), tmp_path / "map.json"
    kinds, ports = request.param.split("-"), free_ports(2)
    first, second = (make_cell(tmp_path / str(n), kinds[n], postgres, ports[n]) for n in range(2))
    try:
        for cell in (first, second):
            role = (
                ["--service-role", psycopg.conninfo.conninfo_to_dict(cell.service)["user"]]
                if cell.owner
                else []
            )
            key = ["--key-from", str(first.folder)] if cell is second else []
            done = program.run(cell.owner, "init", cell.folder, *map(str, role), *key)
            assert done.returncode == 0, done.stderr
            program.serve(cell.service, cell.folder, cell.port, "--map", str(ward_map))
        yield Cells(program, (first, second), ward_map)
    finally:
        program.end()


def redirected(caller: Caller, stream: bytes, url: str) -> None:
    """Who waits, who is present, who reads the feed or the notices at the old cell: all are told the new address."""
    post = encode(LivePost(stream, bytes(LIVE_BYTES)))
    for method, path, body in (
        ("POST", "live", post),
        ("GET", "wake?after=99999", b""),
        ("GET", "feed", b""),
        ("GET", f"feed/chunk/{'ab' * 32}", b""),
        ("GET", "restored", b""),
        ("GET", "log?after=0", b""),
    ):
        answer = caller.call(method, path, body)
        assert problem(answer) == "moved", path
        assert answer.headers["location"] == url + caller.target(path)


@pytest.mark.parametrize("cells", ["sqlite-postgres", "postgres-sqlite", "postgres-postgres"], indirect=True)
def test_a_ward_goes_there_and_back_under_load(cells: Cells) -> None:
    """Every receipt is kept, the feed is served where the ward is, the old cell names the new one for every call."""
    first, second = cells.cells
    witness = Witness([first.url, second.url], cells.key)
    ward = witness.ward.id
    publisher = Publisher(Caller(first.url, witness.ward, witness.pc, witness.client))
    publisher.publish()
    for source, target in ((first, second), (second, first)):
        with Crowd([witness]) as crowd:
            crowd.wait_for(crowd.receipts() + 30)
            code, said = cells.move(ward, source, target)
            assert code == 0, said
            crowd.wait_for(crowd.receipts() + 30)
        assert json.loads(said)["address"] == target.url
        assert source.placement(ward) == Placement("moved", target.url)
        publisher.check(target.url)
        redirected(Caller(source.url, witness.ward, witness.pc, witness.client), witness.stream, target.url)
        publisher.caller.url = source.url
        assert publisher.refused() == "moved"
        publisher.caller.url = target.url
        publisher.publish()
    witness.caller.url = first.url
    assert witness.check() == []
    witness.close()
    cells.verified()


@pytest.mark.parametrize("cells", ["sqlite-postgres", "postgres-sqlite"], indirect=True)
def test_who_waits_at_the_old_cell_is_told_at_once(cells: Cells) -> None:
    """A poll ends and a stream closes when the ward is moved, long before their time; the next call says where."""
    first, second = cells.cells
    witness = Witness([first.url], cells.key)
    caller = Caller(first.url, witness.ward, witness.pc, witness.client)
    size = caller.page().size
    with ThreadPoolExecutor(1) as pool, events(caller) as (_, lines):
        assert event(lines) == ("hello", size)
        waiting = pool.submit(caller.wake, size)
        code, said = cells.move(witness.ward.id, first, second)
        assert code == 0, said
        # A poll lasts 50 s and a stream minutes: neither could have ended by itself.
        assert waiting.result(20).size > size
        assert event(lines) == ("", 0)
    redirected(caller, witness.stream, second.url)
    witness.close()


@pytest.mark.parametrize("cells", ["sqlite-postgres", "postgres-sqlite"], indirect=True)
def test_what_is_told_of_a_restore_goes_along(cells: Cells) -> None:
    """A PC that waits for the notice of a restore finds it at the cell that its ward was moved to."""
    first, second = cells.cells
    witness = Witness([first.url], cells.key)
    ward, secret = witness.ward.id, Folder(first.folder).secret()
    done = Restored(ward, 2, 2, 1, b"", bytes(32), "here")
    write_notices(first.folder, [done], Ed25519Signing(), secret, copied_ms=2, now_ms=3)

    def told(cell: Cell) -> tuple[bytes, ...]:
        answer = Caller(cell.url, witness.ward, witness.pc, witness.client).call("GET", "restored")
        assert answer.status_code == 200, answer.text
        return decode(answer.content, RestoreNotices).signed

    (before,) = told(first)
    for source, target in ((first, second), (second, first)):
        code, said = cells.move(ward, source, target)
        assert code == 0, said
        assert told(target) == (before,)
    witness.close()


def test_a_frozen_ward_is_read_and_nothing_is_published(cells: Cells) -> None:
    """What would come after the copy is refused with "again", so no publication is promised and left behind."""
    first, _ = cells.cells
    witness = Witness([first.url], cells.key)
    publisher = Publisher(witness.caller)
    publisher.publish()
    with psycopg.connect(first.owner, autocommit=True) as connection:
        connection.execute("INSERT INTO placement VALUES (%s, 'frozen', '')", (witness.ward.id,))
        assert publisher.refused() == "moving"
        publisher.check(first.url)
        connection.execute("DELETE FROM placement")
    publisher.publish()
    witness.close()


def plant_record(cells: Cells, ward: bytes) -> None:
    """One bit of a block on the source's disk."""
    with psycopg.connect(cells.cells[0].owner, autocommit=True) as connection:
        connection.execute(
            "UPDATE block SET body = set_byte(body, 5, get_byte(body, 5) # 1) WHERE ward = %s AND wseq = 3",
            (ward,),
        )


def plant_chunk(cells: Cells, ward: bytes) -> None:
    """One bit of a chunk of the feed."""
    chunk = next(Folder(cells.cells[0].folder).feed.joinpath(ward.hex()).glob("*.chunk"))
    data = bytearray(chunk.read_bytes())
    data[5] ^= 1
    chunk.write_bytes(data)


@pytest.mark.parametrize("plant", [plant_record, plant_chunk])
def test_a_planted_difference_ends_the_move(cells: Cells, plant: Callable[[Cells, bytes], None]) -> None:
    """The copy is gone, the operator is told in words, the ward goes on where it was."""
    first, second = cells.cells
    witness = Witness([first.url], cells.key)
    Publisher(witness.caller).publish()
    with Crowd([witness]) as crowd:
        crowd.wait_for(10)
        plant(cells, witness.ward.id)
        code, said = cells.move(witness.ward.id, first, second)
        assert code == 4
        assert "goes on where it was" in said
        crowd.wait_for(crowd.receipts() + 10)
    assert second.placement(witness.ward.id) is None
    assert first.placement(witness.ward.id) == HERE
    assert not witness.problems
    witness.close()


class Parked:
    """Holds tables, so that the mover waits at a known place."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._held: dict[tuple[str, str], psycopg.Connection] = {}

    def hold(self, cell: Cell, table: str) -> None:
        """Take a table."""
        connection = self._stack.enter_context(psycopg.connect(cell.owner))
        # Where a ward is may still be read: the service and the mover ask for it at every step.
        mode = "EXCLUSIVE" if table == "placement" else "ACCESS EXCLUSIVE"
        connection.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(sql.Identifier(table), sql.SQL(mode)))
        self._held[cell.owner, table] = connection

    def let_go(self, cell: Cell, table: str) -> None:
        """Give it back."""
        self._held.pop((cell.owner, table)).rollback()

    def let_all_go(self) -> None:
        """Give all back."""
        for connection in self._held.values():
            connection.rollback()
        self._held.clear()


def waits(cell: Cell, table: str, mover: "subprocess.Popen[str]") -> None:
    """Return when the mover (nobody else is the owner) waits for this table of the cell."""
    with psycopg.connect(cell.owner, autocommit=True) as connection:
        while not connection.execute(
            "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted "
            "AND l.relation = to_regclass(%s) AND a.datname = current_database() AND a.usename = current_user",
            (table,),
        ).fetchone():
            assert mover.poll() is None, mover.communicate()


AT = {
    # step: where the mover waits first, and where it waits when that is given back
    "freeze": ((0, "placement"), None),
    "incoming": ((1, "placement"), None),
    "copy": ((1, "entry"), None),
    "compare": ((1, "join_request"), None),
    "flip": ((1, "join_request"), (0, "placement")),
    "thaw": ((1, "join_request"), (1, "placement")),
}


@pytest.mark.parametrize("step", AT)
def test_a_mover_killed_at_any_step_is_run_again(cells: Cells, step: str) -> None:
    """``kill -9`` while it waits at each step, under load: never two writers, and the same command ends the move."""
    first, second = cells.cells
    witness = Witness([first.url, second.url], cells.key)
    ward = witness.ward.id
    Publisher(witness.caller).publish()
    before, after = AT[step]
    with Crowd([witness]) as crowd, ExitStack() as stack:
        crowd.wait_for(20)
        parked = Parked(stack)
        parked.hold(cells.cells[before[0]], before[1])
        mover = cells.begin(ward, first, second)
        waits(cells.cells[before[0]], before[1], mover)
        if after is not None:
            parked.hold(cells.cells[after[0]], after[1])
            parked.let_go(cells.cells[before[0]], before[1])
            waits(cells.cells[after[0]], after[1], mover)
        mover.kill()
        mover.communicate()
        parked.let_all_go()
        states = [cell.placement(ward) for cell in cells.cells]
        code, said = cells.move(ward, first, second)
        assert code == 0, said
        crowd.wait_for(crowd.receipts() + 20)
    assert states.count(HERE) <= 1
    # The commit that it was killed in may still have taken place: its rows and its end are sent at once.
    assert states[0] is not None
    assert states[0].state in {
        "freeze": {"here", "frozen"},
        "flip": {"frozen", "moved"},
        "thaw": {"moved"},
    }.get(step, {"frozen"})
    assert [cell.placement(ward) for cell in cells.cells] == [Placement("moved", second.url), HERE]
    witness.caller.url = second.url
    assert witness.check() == []
    witness.close()
    cells.verified()
