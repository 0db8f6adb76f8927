"""Several processes over one PostgreSQL: numbers without gaps, waking across processes, and a kill in the middle."""

import contextlib
import os
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.wardcentral.builders import pc
from tests.wardcentral.postgres import owner_of
from tests.wardcentral.running import Caller, Process, calling, found, joined, problem
from tests.wardcentral.test_events import event
from tests.wardcentral.test_events import stream as events
from tests.wardcentral.test_hostile import wait_until
from wardcentral.folder import Folder
from wardcentral.live_relay import LiveRelay, Passed
from wardcentral.stores import open_line
from wardproto.messages import LIVE_BYTES, LivePost, LiveReply, PushItem, PushReply, PushRequest
from wardproto.records import Receipt
from wardproto.signing import Ed25519Signing
from wardproto.wire import decode, encode

WRITERS = 6
BLOCKS = 25


def key_of(folder: Path) -> bytes:
    """The public key of a cell."""
    return Ed25519Signing().public(Folder(folder).secret())


def other_door(caller: Caller, url: str) -> Caller:
    """The same PC at another process."""
    return Caller(url, caller.ward, caller.pc, caller.client)


def push_until_told(caller: Caller, urls: list[str], item: PushItem) -> bytes:
    """Push as a workstation does: the same bytes again, at the next process, until there is an answer."""
    body = encode(PushRequest((item,)))
    for turn in range(100):
        try:
            response = other_door(caller, urls[turn % len(urls)]).call("POST", "blocks", body)
        except httpx.TransportError:
            continue
        if response.status_code == 200:
            return decode(response.content, PushReply).answers[0]
        assert problem(response) in {"busy", "storage"}
    raise AssertionError("no answer")


def write_together(
    callers: list[Caller], urls: list[str], stream: bytes, wrote: threading.Event
) -> list[Receipt]:
    """Let every PC push its blocks, half of them first at each process; return all receipts."""

    def write(number: int) -> list[Receipt]:
        caller, order = callers[number], urls[number % 2 :] + urls[: number % 2]
        receipts = []
        for _ in range(BLOCKS):
            item = caller.ward.block(caller.pc, stream)
            told = caller.ward.settle(item, push_until_told(caller, order, item))
            assert isinstance(told, Receipt), told
            receipts.append(told)
            wrote.set()
        return receipts

    with ThreadPoolExecutor(len(callers)) as pool:
        return [receipt for some in pool.map(write, range(len(callers))) for receipt in some]


def crew(url: str, key: bytes, client: httpx.Client) -> tuple[list[Caller], bytes]:
    """A ward with several PCs and a stream whose first key is set."""
    city = found(client, url, key)
    callers = [city, *(joined(city, pc("city", "cw")) for _ in range(WRITERS - 1))]
    stream = city.stream()
    assert isinstance(city.blocks(city.ward.block(city.pc, stream, epoch=True))[0], Receipt)
    return callers, stream


def check_log(caller: Caller, receipts: list[Receipt], folder: Path) -> None:
    """Every receipt's entry is in the log where the receipt says, and nothing is missing between."""
    items = caller.page().items
    assert [i.entry.wseq for i in items] == list(range(1, len(items) + 1))
    held = {i.entry.hash: i.entry for i in items}
    for receipt in receipts:
        entry = held[receipt.hash]
        assert (entry.wseq, entry.sseq, entry.recv_ms, entry.head) == (
            receipt.wseq,
            receipt.sseq,
            receipt.recv_ms,
            receipt.head,
        )
    verified = Process(folder).run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_two_processes_number_one_ward_without_gaps(
    two: list[tuple[Process, str]], cell: tuple[str, Path]
) -> None:
    """PCs that push to both at once get consecutive numbers, and both hand out the same log."""
    urls = [url for _, url in two]
    with calling() as client:
        callers, stream = crew(urls[0], key_of(cell[1]), client)
        receipts = write_together(callers, urls, stream, threading.Event())
        numbers = sorted(receipt.wseq for receipt in receipts)
        assert numbers == list(range(numbers[0], numbers[0] + WRITERS * BLOCKS))
        for url in urls:
            check_log(other_door(callers[0], url), receipts, cell[1])


def test_a_kill_of_one_process_loses_no_receipt(
    two: list[tuple[Process, str]], cell: tuple[str, Path]
) -> None:
    """``kill -9`` of one process under load: the other goes on, and what was acknowledged stays."""
    urls = [url for _, url in two]
    wrote = threading.Event()
    with calling() as client, ThreadPoolExecutor(1) as pool:
        callers, stream = crew(urls[0], key_of(cell[1]), client)
        writing = pool.submit(write_together, callers, urls, stream, wrote)
        assert wrote.wait(20)
        two[0][0].end(lambda process: process.kill())
        receipts = writing.result(60)
        assert len(receipts) == WRITERS * BLOCKS
        check_log(other_door(callers[0], urls[1]), receipts, cell[1])


def test_who_waits_at_one_process_is_woken_by_another(
    two: list[tuple[Process, str]], cell: tuple[str, Path]
) -> None:
    """A commit of the first process answers a client that waits at the second."""
    with calling() as client, ThreadPoolExecutor(1) as pool:
        here = found(client, two[0][1], key_of(cell[1]))
        size = here.page().items[-1].entry.wseq
        waiting = pool.submit(other_door(here, two[1][1]).wake, size)
        here.stream()
        assert waiting.result(10).size == size + 1


def test_a_stream_at_one_process_tells_of_what_another_wrote(two: list[tuple[Process, str]]) -> None:
    """Server-sent events across processes, without anything of the database held."""
    (first, url), (_, other_url) = two
    with calling() as client:
        caller = found(client, url, key_of(first.folder))
        own = caller.stream()
        there = other_door(caller, other_url)
        with events(there) as (_, lines):
            assert event(lines) == ("hello", 2)
            caller.blocks(caller.ward.block(caller.pc, own))
            assert event(lines) == ("size", 3)


def test_presence_reaches_a_colleague_at_the_other_process(two: list[tuple[Process, str]]) -> None:
    """A hint that one process was told is handed out by the other, until it is taken back."""
    (first, url), (_, other_url) = two
    with calling() as client:
        here, there = crew(url, key_of(first.folder), client)[0][:2]
        there = other_door(there, other_url)
        stream = here.stream()
        assert isinstance(here.blocks(here.ward.block(here.pc, stream, epoch=True))[0], Receipt)
        mine, theirs = os.urandom(LIVE_BYTES), os.urandom(LIVE_BYTES)
        for come in ((mine,), ()):
            hint = come[0] if come else b""
            wait_until(
                lambda hint=hint, come=come: (
                    (present(here, stream, hint), present(there, stream, theirs))[1] == come
                )
            )
        wait_until(lambda: present(here, stream) == (theirs,))


def present(caller: Caller, stream: bytes, hint: bytes = b"") -> tuple[bytes, ...]:
    """Say that a PC has a stream open (or no longer has); return the hints of the others."""
    answer = caller.call("POST", "live", encode(LivePost(stream, hint)))
    assert answer.status_code == 200, answer.text
    return decode(answer.content, LiveReply).hints


def test_the_line_between_processes_is_taken_up_again(cell: tuple[str, Path], postgres: str) -> None:
    """A relay whose connection was cut passes hints on as soon as the database answers; nonsense is passed over."""
    came: queue.Queue[Passed] = queue.Queue()
    folder = Folder(cell[1], cell[0])
    ear, mouth = LiveRelay(lambda: open_line(folder)), LiveRelay(lambda: open_line(folder))
    ear.start(came.put)
    mouth.start(lambda _: None)
    try:
        wait_until(lambda: heard(mouth, came, b"one"))
        with psycopg.connect(owner_of(postgres, cell[0]), autocommit=True) as connection:
            connection.execute("SELECT pg_notify('wardcentral_live', 'nonsense')")
            connection.execute("SELECT pg_notify('wardcentral_live', 'bm9uc2Vuc2U=')")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        wait_until(lambda: heard(mouth, came, b"two"))
    finally:
        ear.stop()
        mouth.stop()


def heard(mouth: LiveRelay, came: "queue.Queue[Passed]", hint: bytes) -> bool:
    """Say a hint; return whether it has come."""
    mouth.say(bytes(32), bytes(16), bytes(16), hint, 1)
    with contextlib.suppress(queue.Empty):
        return came.get(timeout=0.3).hint == hint
    return False


def test_a_newcomer_is_known_at_the_other_process_at_once(
    two: list[tuple[Process, str]], cell: tuple[str, Path]
) -> None:
    """No process answers from an older state than a receipt that was given anywhere."""
    with calling() as client:
        here = found(client, two[0][1], key_of(cell[1]))
        there = other_door(here, two[1][1])
        for _ in range(10):
            here.stream()
            assert len(there.page().items) == len(here.page().items)
        newcomer = joined(here, pc("city", "cw"))
        assert other_door(newcomer, two[1][1]).call("GET", "log?after=0&limit=10").status_code == 200


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM entry", "UPDATE block SET body = ''", "DROP TABLE entry", "CREATE TABLE more (x int)"],
)
def test_the_services_role_cannot_change_the_log(cell: tuple[str, Path], statement: str) -> None:
    """The role that serves may add to the log and nothing else."""
    with psycopg.connect(cell[0]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_every_primary_key_begins_with_the_ward(cell: tuple[str, Path], postgres: str) -> None:
    """Partitions by ward: every table of the log has 32, and its key begins with the ward."""
    with psycopg.connect(owner_of(postgres, cell[0])) as connection:
        rows = connection.execute(
            "SELECT t.relname, a.attname, (SELECT count(*) FROM pg_inherits WHERE inhparent = t.oid) "
            "FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] WHERE t.relkind = 'p'"
        ).fetchall()
    assert len(rows) == 10
    assert {(column, count) for _, column, count in rows} == {("ward", 32)}


def test_an_address_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    """No traceback and no secret: a sentence and an exit code."""
    address = "postgresql://central:hush-hush@127.0.0.1:9/none?connect_timeout=1"
    told = Process(tmp_path).run("init", "--database", address)
    assert told.returncode == 4
    assert "hush" not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
