"""What all processes of one service tell alike: notices of restores, streams; and what a request sent to each of them does."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from bench.witness import Witness
from tests.wardcentral.builders import pc
from tests.wardcentral.feeding import Publisher
from tests.wardcentral.postgres import make_database, owner_of
from tests.wardcentral.running import (
    ANY_PORT,
    Caller,
    Process,
    calling,
    found,
    joined,
    now_ms,
    problem,
    serving,
)
from tests.wardcentral.scraping import until
from tests.wardcentral.test_events import event
from tests.wardcentral.test_events import stream as events
from tests.wardcentral.test_shared import key_of, other_door
from wardcentral.cli import DATABASE
from wardcentral.folder import Folder
from wardcentral.placement import Placement
from wardcentral.postgres_reader import PostgresReader
from wardcentral.spent import KEEP_MS
from wardcentral.store import UnreachableError
from wardproto.feed import FEED_ROLES, FeedNames
from wardproto.messages import LIVE_BYTES, LivePost, PushRequest, RestoreNotices
from wardproto.records import Receipt
from wardproto.restored import read_notice
from wardproto.signing import Ed25519Signing
from wardproto.wire import decode, encode

Two = list[tuple[Process, str]]


@dataclass
class Machines:
    """Machines with a data folder each, over one database that was restored from copies."""

    folders: Sequence[Path]
    ward: Caller

    def told(self, number: int) -> tuple[bytes, ...]:
        """What the process of one machine says of restores."""
        process = Process(self.folders[number])
        try:
            caller = other_door(self.ward, process.start(*ANY_PORT))
            answer = caller.call("GET", "restored")
            assert answer.status_code == 200, answer.text
            return decode(answer.content, RestoreNotices).signed
        finally:
            process.end(lambda p: p.terminate())


@pytest.fixture
def machines(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> Machines:
    """A service is lost and restored on one machine; another has a copy of the key and nothing else."""
    lost, first, second = (Process(tmp_path / name) for name in ("lost", "first", "second"))
    copies = ("--keys", str(tmp_path / "keys"))
    monkeypatch.setenv(DATABASE, owner_of(postgres, make_database(postgres)))
    assert lost.run("init").returncode == 0
    with calling() as client:
        caller = found(client, lost.start(*ANY_PORT), key_of(lost.folder))
        caller.stream()
    lost.end(lambda process: process.terminate())
    assert lost.run("backup", "--to", str(tmp_path / "log"), *copies).returncode == 0
    service = make_database(postgres)
    monkeypatch.setenv(DATABASE, owner_of(postgres, service))
    for process in (first, second):
        assert process.run("init", "--key-from", str(lost.folder)).returncode == 0
    restored = first.run("restore", "--from", str(tmp_path / "log"), *copies)
    assert restored.returncode == 0, restored.stderr
    monkeypatch.setenv(DATABASE, service)
    return Machines((first.folder, second.folder), caller)


def test_every_process_tells_of_a_restore(
    machines: Machines, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one on another machine, and also of a restore that was made before there was a table for it."""
    with calling() as client:
        machines.ward.client = client
        told = machines.told(0)
        assert len(told) == 1
        key = Ed25519Signing().public(key_secret(machines.folders[0]))
        assert read_notice(told[0], Ed25519Signing(), key)
        assert machines.told(1) == told
        owner = owner_of(postgres, os.environ[DATABASE])
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("DELETE FROM restore_notice")
            assert machines.told(1) == ()
            monkeypatch.setenv(DATABASE, owner)
            assert Process(machines.folders[0]).run("migrate").returncode == 0
            assert machines.told(1) == told
            # Whoever can write to the table cannot announce a restore.
            connection.execute("UPDATE restore_notice SET signed = set_byte(signed, 90, 7)")
            assert machines.told(1) == ()


def key_secret(folder: Path) -> bytes:
    """The signing key of a cell."""
    return Folder(folder).secret()


# --- the same request at each process


def twice(
    caller: Caller, urls: Sequence[str], method: str, path: str, body: bytes = b""
) -> tuple[httpx.Response, httpx.Response]:
    """Send one signed request, as somebody between could, to each process, and then to the first again."""
    target = caller.target(path)
    headers = caller.pc.headers(method, target, body, now_ms())
    one, other = (caller.client.request(method, url + target, content=body, headers=headers) for url in urls)
    again = caller.client.request(method, urls[0] + target, content=body, headers=headers)
    assert problem(again) == "replay"
    return one, other


def test_a_request_is_good_once_at_whichever_process(two: Two, cell: tuple[str, Path]) -> None:
    """Every call that a device signs, sent again at the other process, is refused there; but for a push of blocks."""
    urls = [url for _, url in two]
    witness = Witness(urls, key_of(cell[1]))
    caller, stream = witness.caller, witness.stream
    publisher = Publisher(caller)
    assert FEED_ROLES & set(caller.ward.state.members[caller.pc.id].roles)
    name, packed = publisher.chunk()
    signed = publisher.signed(name)
    invited = caller.ward.invite(caller.pc, "city", ("cw",), now_ms() + 3_600_000)
    calls = [
        ("POST", "control", encode(invited), 200),
        ("POST", "live", encode(LivePost(stream, os.urandom(LIVE_BYTES))), 200),
        ("PUT", f"feed/chunk/{name.hex()}", packed, 204),
        ("PUT", "feed", signed.envelope, 204),
        ("POST", "feed/missing", encode(FeedNames((name,))), 200),
        ("GET", "feed", b"", 200),
        ("GET", f"feed/chunk/{name.hex()}", b"", 200),
        ("GET", "log?after=0", b"", 200),
        ("GET", "wake?after=0", b"", 200),
        ("GET", "restored", b"", 200),
        ("GET", f"join/{'ab' * 16}", b"", 404),
    ]
    for method, path, body, status in calls:
        one, other = twice(caller, urls, method, path, body)
        assert one.status_code == status, (path, one.text)
        assert problem(other) == "replay", path
    target = caller.target("events?after=0")
    headers = caller.pc.headers("GET", target, b"", now_ms())
    with caller.client.stream("GET", urls[0] + target, headers=headers) as answer:
        assert answer.status_code == 200
        assert problem(caller.client.get(urls[1] + target, headers=headers)) == "replay"
    witness.close()


def test_blocks_pushed_again_at_another_process_are_answered_and_have_one_effect(
    two: Two, cell: tuple[str, Path]
) -> None:
    """The answer that was given, byte for byte."""
    urls = [url for _, url in two]
    witness = Witness(urls, key_of(cell[1]))
    caller = witness.caller
    push = encode(PushRequest((caller.ward.block(caller.pc, witness.stream, epoch=True),)))
    size = len(caller.page().items)
    one, other = twice(caller, urls, "POST", "blocks", push)
    assert one.status_code == 200
    assert one.content == other.content
    assert len(caller.page().items) == size + 1
    witness.close()


def test_what_was_spent_is_forgotten_when_nobody_would_believe_it(
    two: Two, cell: tuple[str, Path], postgres: str
) -> None:
    """A process that starts sweeps; the table names no device, and is written to no WAL."""
    owner = owner_of(postgres, cell[0])
    with calling() as client, psycopg.connect(owner, autocommit=True) as connection:
        caller = found(client, two[0][1], key_of(cell[1]))
        for _ in range(3):
            caller.page()
        rows = connection.execute("SELECT ward, name FROM request_nonce").fetchall()
        assert {bytes(ward) for ward, _ in rows} == {caller.ward.id}
        assert len(rows) == 3
        assert not any(caller.pc.id in bytes(name) for _, name in rows)
        kind = connection.execute("SELECT relpersistence FROM pg_class WHERE relname = 'request_nonce'")
        assert kind.fetchone() == ("u",)
        connection.execute(
            "UPDATE request_nonce SET at_ms = at_ms - %s WHERE name <> %s", (KEEP_MS, rows[0][1])
        )
        third = Process(cell[1])
        third.start(*ANY_PORT)
        try:
            until(lambda: connection.execute("SELECT name FROM request_nonce").fetchall() == [(rows[0][1],)])
        finally:
            third.end(lambda process: process.terminate())


def test_at_a_server_that_became_a_standby_nothing_is_believed(postgres: str) -> None:
    """A connection from before it was demoted is let go; the next goes to whoever is the primary."""
    address = make_database(postgres)
    with psycopg.connect(owner_of(postgres, address), autocommit=True) as owner:
        reader = PostgresReader(address)
        assert reader.spend(bytes(32), b"first")
        name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
        turned = psycopg.sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        owner.execute(turned.format(psycopg.sql.Identifier(str(name)), psycopg.sql.Literal("on")))
        reader.close()
        with pytest.raises(UnreachableError):
            reader.spend(bytes(32), b"second")
        owner.execute("SET default_transaction_read_only = off")
        owner.execute(turned.format(psycopg.sql.Identifier(str(name)), psycopg.sql.Literal("off")))
        assert reader.spend(bytes(32), b"second")
        assert not reader.spend(bytes(32), b"first")
        reader.close()


# --- many streams of events


def test_many_streams_of_a_ward_cost_one_read_a_commit(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve PCs listen at one process, another process commits: the log is looked at once, and all are told."""
    monkeypatch.setenv(DATABASE, make_database(postgres))
    looked: list[bytes] = []
    placement = PostgresReader.placement

    def counted(self: PostgresReader, ward: bytes) -> Placement:
        looked.append(ward)
        return placement(self, ward)

    secret = os.urandom(32)
    with ExitStack() as stack:
        here, there = (stack.enter_context(serving(tmp_path, secret=secret)) for _ in range(2))
        boss = found(here.client, here.url, here.key)
        own = boss.stream()
        assert isinstance(boss.blocks(boss.ward.block(boss.pc, own, epoch=True))[0], Receipt)
        pcs = [joined(boss, pc("city", "cw")) for _ in range(12)]
        size = boss.page().items[-1].entry.wseq
        lines = [stack.enter_context(events(other_door(caller, there.url)))[1] for caller in pcs]
        assert [event(each) for each in lines] == [("hello", size)] * 12
        until(lambda: len(there.service.waited()) == 1)
        monkeypatch.setattr(PostgresReader, "placement", counted)
        for number in (size + 1, size + 2, size + 3):
            looked.clear()
            boss.blocks(boss.ward.block(boss.pc, own))
            assert [event(each) for each in lines] == [("size", number)] * 12
            # One by whoever wrote, in its request and in its transaction; one for all who listen.
            assert len(looked) <= 3
        # Who is removed is told nothing more; the others are told of it.
        gone = pcs[0]
        boss.control(boss.ward.device_remove(boss.pc, gone.pc))
        assert [event(each)[0] for each in lines] == ["", *["size"] * 11]
