"""A ward goes from one cell to another: nothing of it changes, and never do two cells write it."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.witness import Crowd, Witness
from tests.sync.http import found as found_by_client
from tests.wardcentral.builders import SIGNING, pc
from tests.wardcentral.conftest import Desk
from tests.wardcentral.postgres import make_database, owner_of
from tests.wardcentral.running import Process, found, problem, serving
from wardcentral import moving
from wardcentral.folder import Folder, write_atomically
from wardcentral.memory_store import MemoryStore
from wardcentral.moving import NotMovedError, move_ward
from wardcentral.placement import HERE, Placement, WardMap, read_map, write_map
from wardcentral.postgres_store import PostgresStore
from wardcentral.sqlite_store import SqliteStore
from wardcentral.store import ServerStore, Stored
from wardcentral.verify import verify_ward
from wardclient.sync.transport import Credentials, Transport
from wardproto.messages import PushRequest
from wardproto.wire import encode

ADDRESS = "https://cell2.example"


@pytest.fixture(scope="session")
def other_database(postgres: str) -> str:
    """A database that is another cell's, as its owner."""
    return owner_of(postgres, make_database(postgres))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerStore]:
    """The store of the cell that the ward goes to."""
    made: ServerStore
    if request.param == "postgres":
        made = PostgresStore(request.getfixturevalue("other_database"))
    else:
        made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "target.db")
    yield made
    made.close()


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A ward with everything in it: streams of both teams, a refusal, a request to join."""
    own = desk.stream()
    corner = desk.joined("hellowork", "hw")
    _, joint = desk.joint()
    for stream, author in (
        (own, desk.ward.founder),
        (joint, desk.ward.founder),
        (joint, corner),
        (own, desk.ward.founder),
    ):
        desk.took(desk.ward.block(author, stream))
    assert desk.code(desk.ward.block(corner, joint, change={"bseq": 9})) == "chain"
    newcomer = pc("city", "cw")
    desk.took(desk.ward.invite(desk.ward.founder, "city", ("cw",), desk.now_ms + 60_000))
    invite = next(i for i in desk.ward.state.invites if i not in desk.ward.state.spent)
    with desk.store.transaction():
        request = desk.ward.join_request(invite, newcomer)
        desk.store.put_join_request(desk.ward.id, invite, request, desk.now_ms + 60_000)
    return desk


def all_of(store: ServerStore, ward: bytes) -> tuple[object, ...]:
    """Return everything a store holds of a ward."""
    records = list(store.records(ward, 0))
    return (
        records,
        [store.wraps(ward, stored.entry.wseq) for stored in records],
        store.ward_head(ward),
        list(store.stream_tips(ward)),
        list(store.device_tips(ward)),
        list(store.refusals(ward)),
        list(store.join_requests(ward)),
    )


def test_what_arrives_is_what_was_there(busy: Desk, target: ServerStore) -> None:
    """Every record, wrap, head, refusal and request; and the log goes on at the target under the same numbers."""
    before = all_of(busy.store, busy.ward.id)
    moved = move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    assert all_of(target, busy.ward.id) == before
    assert moved.entries == len(busy.ward.receipts)
    assert busy.store.placement(busy.ward.id).address == ADDRESS
    assert not verify_ward(target, busy.ward.id, SIGNING, busy.secret).findings
    block = busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads)))
    assert goes_on(busy, target).took(block).wseq == moved.entries + 1


def test_moving_again_changes_nothing(busy: Desk, target: ServerStore) -> None:
    """The operator types the command twice."""
    first = move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    assert move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret) == first
    with pytest.raises(NotMovedError, match="moved"):
        move_ward(busy.store, MemoryStore(), busy.ward.id, "https://cell3.example", SIGNING, busy.secret)


def test_a_ward_that_is_not_here_is_not_moved(busy: Desk, target: ServerStore) -> None:
    """A mistyped id."""
    with pytest.raises(NotMovedError, match="unknown_ward"):
        move_ward(busy.store, target, bytes(32), ADDRESS, SIGNING, busy.secret)


def test_a_target_that_has_the_ward_is_left_alone(busy: Desk, target: ServerStore) -> None:
    """Two cells hold the ward, as after a mistake: no command makes it worse."""
    move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    with busy.store.transaction():
        busy.store.place(busy.ward.id, HERE)
    with pytest.raises(NotMovedError, match="taken"):
        move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)


def goes_on(busy: Desk, store: ServerStore) -> Desk:
    """The same ward, served from another store."""
    there = Desk.__new__(Desk)
    there.store, there.secret, there.now_ms, there.ward = store, busy.secret, busy.now_ms, busy.ward
    there.reopen()
    return there


def test_a_ward_comes_back_to_where_it_was(busy: Desk, target: ServerStore) -> None:
    """Written at the other cell meanwhile, a request to join answered there: all of it comes back, and goes again."""
    ward, home = busy.ward.id, "https://cell1.example"
    move_ward(busy.store, target, ward, ADDRESS, SIGNING, busy.secret)
    there = goes_on(busy, target)
    for _ in range(3):
        there.took(busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads))))
    assert there.code(busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads)), change={"bseq": 99}))
    with target.transaction():
        target.drop_join_requests(ward, [invite for invite, _, _ in target.join_requests(ward)], 0)
    kept = all_of(target, ward)
    move_ward(target, busy.store, ward, home, SIGNING, busy.secret)
    assert all_of(busy.store, ward) == kept
    assert target.placement(ward) == Placement("moved", home)
    assert not verify_ward(busy.store, ward, SIGNING, busy.secret).findings
    goes_on(busy, busy.store).took(busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads))))
    move_ward(busy.store, target, ward, ADDRESS, SIGNING, busy.secret)
    assert all_of(target, ward) == all_of(busy.store, ward)
    # Two cells that both say it is theirs, as after a mistake.
    with busy.store.transaction():
        busy.store.place(ward, HERE)
    with pytest.raises(NotMovedError, match="taken"):
        move_ward(target, busy.store, ward, home, SIGNING, busy.secret)


def test_a_difference_on_the_way_back_destroys_nothing(busy: Desk, target: ServerStore) -> None:
    """The cell keeps what it had of the ward and goes on naming the other one; so does a move that is cut off."""
    ward, before = busy.ward.id, all_of(busy.store, busy.ward.id)
    move_ward(busy.store, target, ward, ADDRESS, SIGNING, busy.secret)
    goes_on(busy, target).took(busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads))))
    source: Any = Tampered(target, len(busy.ward.receipts))
    for _ in range(2):
        with pytest.raises(NotMovedError, match="differs"):
            move_ward(source, busy.store, ward, "https://cell1.example", SIGNING, busy.secret)
        assert all_of(busy.store, ward) == before
        assert busy.store.placement(ward) == Placement("moved", ADDRESS)
        assert target.placement(ward) == HERE


def test_a_cell_that_gave_the_ward_on_does_not_get_it_again(busy: Desk, target: ServerStore) -> None:
    """From the first cell to the second, on to the third; then somebody repeats the first command."""
    third = MemoryStore()
    move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    move_ward(target, third, busy.ward.id, "https://cell3.example", SIGNING, busy.secret)
    with pytest.raises(NotMovedError, match="moved"):
        move_ward(busy.store, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    assert target.placement(busy.ward.id) == Placement("moved", "https://cell3.example")


class Tampered:
    """A source whose disk gives back something else for one record."""

    def __init__(self, store: ServerStore, wseq: int) -> None:
        self._store, self._wseq = store, wseq

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def records(self, ward: bytes, after: int) -> Iterator[Stored]:
        """Give back one record changed."""
        for stored in self._store.records(ward, after):
            if stored.entry.wseq != self._wseq:
                yield stored
            else:
                changed = stored.record[:-1] + bytes([stored.record[-1] ^ 1])
                yield Stored(stored.entry, changed, stored.body, stored.wrap_hashes)


@pytest.mark.parametrize("last", [1, 4, 0])
def test_a_difference_ends_the_move_and_the_ward_goes_on(busy: Desk, target: ServerStore, last: int) -> None:
    """One bit differs somewhere: the copy is dropped, the source writes again."""
    wseq = last or len(busy.ward.receipts)
    source: Any = Tampered(busy.store, wseq)
    with pytest.raises(NotMovedError, match="differs"):
        move_ward(source, target, busy.ward.id, ADDRESS, SIGNING, busy.secret)
    assert target.ward_head(busy.ward.id) is None
    assert busy.store.placement(busy.ward.id) == HERE


class CutError(Exception):
    """The machine that moves loses power."""


class Dying:
    """A store that a test lets die before its n-th transaction; both stores count together."""

    def __init__(self, store: ServerStore, left: list[int]) -> None:
        self._store, self._left = store, left

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Die instead of the transaction that is one too many."""
        self._left[0] -= 1
        if self._left[0] < 0:
            raise CutError
        with self._store.transaction():
            yield


def test_a_move_cut_off_anywhere_is_never_written_by_two(
    busy: Desk, target: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power is lost before each transaction in turn; the same command then ends the move."""
    monkeypatch.setattr(moving, "BATCH", 3)
    before = all_of(busy.store, busy.ward.id)
    cuts = 0
    while True:
        left = [cuts]
        source: Any = Dying(busy.store, left)
        dying: Any = Dying(target, left)
        try:
            move_ward(source, dying, busy.ward.id, ADDRESS, SIGNING, busy.secret)
            break
        except CutError:
            cuts += 1
        here = busy.store.placement(busy.ward.id).state == "here"
        there = target.ward_head(busy.ward.id) is not None and target.placement(busy.ward.id).state == "here"
        assert not (here and there)
    assert cuts > 5
    assert all_of(target, busy.ward.id) == before
    assert busy.store.placement(busy.ward.id).state == "moved"


def place(database: Path, ward: bytes, placement: Placement) -> None:
    """Do what the operator's command does to the store of a cell that is being served."""
    with closing(SqliteStore(database)) as store, store.transaction():
        store.place(ward, placement)


def test_a_cell_says_where_the_ward_went(tmp_path: Path) -> None:
    """While it is copied nothing is written; afterwards every call is answered with the new address."""
    with serving(tmp_path) as cell:
        city = found(cell.client, cell.url, cell.key)
        stream = city.stream()
        place(cell.database, city.ward.id, Placement("frozen"))
        push = encode(PushRequest((city.ward.block(city.pc, stream),)))
        refused = city.call("POST", "blocks", push)
        assert problem(refused) == "moving"
        assert refused.headers["retry-after"]
        assert city.page().size == 2
        place(cell.database, city.ward.id, Placement("moved", ADDRESS))
        invite = os.urandom(16).hex()
        for method, path in (("POST", "blocks"), ("GET", "log?after=0"), ("GET", "log?after=1")):
            answer = city.call(method, path, push if method == "POST" else b"")
            assert problem(answer) == "moved", path
            assert answer.headers["location"] == ADDRESS + city.target(path)
            assert answer.json()["address"] == ADDRESS
        assert problem(city.call("GET", f"join/{invite}")) == "moved"
        assert problem(city.call("GET", "wake?after=99")) == "moved"


def test_a_workstation_follows_its_ward(tmp_path: Path) -> None:
    """The next call goes to the new cell by itself, the address is remembered, work goes on there."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    secret = os.urandom(32)
    with serving(tmp_path / "old", secret=secret) as old, serving(tmp_path / "new", secret=secret) as new:
        pc = found_by_client(old.url)
        told: list[str] = []
        me = pc.client.core.me
        who = Credentials(pc.client.core.ward, me.device, me.sign_secret)
        transport = Transport(old.url, SIGNING, who, moved=told.append)
        size = transport.log(0, 10).size
        with closing(SqliteStore(old.database)) as source, closing(SqliteStore(new.database)) as target:
            move_ward(source, target, pc.client.core.ward, new.url, SIGNING, secret)
        assert transport.log(0, 10).size == size
        assert told == [new.url]
        assert transport.server == new.url
        transport.close()
        stream = pc.client.new_stream()
        pc.write(stream, "written after the move")
        pc.loop.sync_once()
        assert pc.client.core.memory.cursor > size
        assert pc.transport.server == new.url
        pc.close()


def test_a_ward_moves_under_load(tmp_path: Path) -> None:
    """Two real cells, witnesses that push all the while: every receipt is in the log of the new cell."""
    cells = Process(tmp_path / "old"), Process(tmp_path / "new")
    assert cells[0].run("init").returncode == 0
    assert cells[1].run("init", "--key-from", str(cells[0].folder)).returncode == 0
    ward_map = tmp_path / "map.json"
    key = SIGNING.public(Folder(cells[0].folder).secret())
    try:
        addresses = [cell.start("--listen", "127.0.0.1:0", "--map", str(ward_map)) for cell in cells]
        witnesses = [Witness(addresses, key) for _ in range(2)]
        with Crowd(witnesses) as crowd:
            for witness in witnesses:
                crowd.wait_for(crowd.receipts() + 20)
                done = cells[0].run(
                    *("move-ward", witness.ward.id.hex()[:12], "--to", str(cells[1].folder)),
                    *("--address", addresses[1], "--map", str(ward_map), "--json"),
                )
                assert done.returncode == 0, done.stderr
                assert json.loads(done.stdout)["entries"] >= 3
            crowd.wait_for(crowd.receipts() + 40)
        for witness in witnesses:
            witness.caller.url = addresses[1]
            assert witness.check() == []
            gone = witness.client.get(addresses[0] + witness.caller.target("log"))
            assert problem(gone) in {"signature", "moved"}
            witness.close()
        assert cells[1].run("verify").returncode == 0
        assert set(read_map(ward_map)) == {witness.ward.id for witness in witnesses}
    finally:
        for cell in cells:
            if cell.process is not None:
                cell.end(lambda process: process.kill())


def test_cells_with_different_keys_take_nothing_over(tmp_path: Path) -> None:
    """A ward pinned its key: a cell that signs with another could never serve it."""
    cells = Process(tmp_path / "old"), Process(tmp_path / "new")
    for cell in cells:
        assert cell.run("init").returncode == 0
    refused = cells[0].run("move-ward", "00", "--to", str(cells[1].folder), "--address", ADDRESS)
    assert refused.returncode == 1
    assert "init --key-from" in refused.stderr


def test_a_cell_that_never_had_the_ward_knows_it_from_the_map(tmp_path: Path) -> None:
    """Any cell of the installation answers for any ward; a broken map changes nothing."""
    ward_map = WardMap(tmp_path / "map.json")
    ward = os.urandom(32)
    assert ward_map.address(ward) == ""
    write_map(ward_map.path, ward, ADDRESS, write_atomically)
    assert ward_map.address(ward) == ADDRESS
    ward_map.path.write_text("{")
    assert ward_map.address(ward) == ADDRESS
