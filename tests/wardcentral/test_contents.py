"""What the service keeps and can do: nothing but what it was given, and nothing that opens."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.wardcentral.builders import pc
from tests.wardcentral.running import found, joined, now_ms, serving
from wardproto.heads import Heads
from wardproto.merkle import leaf_hash, root
from wardproto.records import Head, Receipt
from wardproto.wire import CONTROL_STREAM, encode, stream_head, wrap_hash

COLUMNS = {
    "block": {"ward", "wseq", "record", "body", "wrap_hashes"},
    "device_head": {"ward", "stream", "device", "bseq", "hash"},
    "entry": {"ward", "wseq", "sseq", "stream", "hash", "recv_ms", "head"},
    "join_request": {"ward", "invite", "request", "until_ms"},
    "keybox": {"ward", "wseq", "place", "wrap"},
    "placement": {"ward", "state", "address"},
    "refusal": {"ward", "hash", "code", "answer"},
    "stream_head": {"ward", "stream", "sseq", "head", "epoch", "recipients", "key_commit"},
    "tree_node": {"ward", "level", "place", "hash"},
    "ward_head": {"ward", "wseq", "recv_ms", "root", "heads"},
}
"""All that is stored: ids, places, times, hashes, and the bytes that came (protocol 4.15)."""


def test_the_database_holds_only_what_was_given(tmp_path: Path) -> None:
    """Every byte string in it was pushed, or is an id, a hash, a head or an answer of this server."""
    given: set[bytes] = {CONTROL_STREAM}
    with serving(tmp_path) as running:
        city = found(running.client, running.url, running.key)
        corner = joined(city, pc("hellowork", "hw"))
        stream = city.stream()
        push, _, joint = city.ward.consent(city.pc, "hellowork", now_ms() - 1000, now_ms() + 3_600_000)
        assert isinstance(city.control(push), Receipt)
        for caller, where in ((city, stream), (city, joint), (corner, joint)):
            item = caller.ward.block(caller.pc, where)
            given |= {item.envelope, item.body, *item.wraps, b"".join(map(wrap_hash, item.wraps))}
            assert isinstance(caller.blocks(item)[0], Receipt)
        newcomer = pc("city", "cw")
        assert isinstance(
            city.control(city.ward.invite(city.pc, "city", ("cw",), now_ms() + 60_000)), Receipt
        )
        invite = next(i for i in city.ward.state.invites if i not in city.ward.state.spent)
        request = city.ward.join_request(invite, newcomer)
        city.client.put(city.url + city.target(f"join/{invite.hex()}"), content=request)
        refused = city.ward.block(city.pc, stream, change={"bseq": 9})
        answer = city.call("POST", "blocks", encode(((refused,),))).content
        items = city.page().items
        for item_ in items:
            given |= {item_.record} if item_.entry.stream == CONTROL_STREAM else set()
            given |= {b"".join(item_.wrap_hashes), item_.entry.hash, item_.entry.head}
        given |= {city.ward.id, stream, joint, city.pc.id, corner.pc.id, invite, request, b""}
        given |= {encode(e.recipients) for e in city.ward.epochs.values()} | {encode(())}
        given |= {epoch.commit for epoch in city.ward.epochs.values()}
        given.add(root([leaf_hash(encode(item_.entry)) for item_ in items]))
        heads = Heads()
        for item_ in items:
            heads.put(city.ward.state, item_.entry.stream, Head(item_.entry.sseq, item_.entry.head))
        given.add(encode((len(items), tuple(heads.roots()))))
    control_wraps = {wrap_hash_of for item_ in items for wrap_hash_of in item_.wrap_hashes}
    connection = sqlite3.connect(tmp_path / "central.db")
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == set(COLUMNS)
    for table, columns in COLUMNS.items():
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        assert {column[0] for column in cursor.description} == columns
        for row in cursor:
            for (column, *_), value in zip(cursor.description, row, strict=True):
                if isinstance(value, int):
                    continue
                if (table, column) == ("keybox", "wrap"):
                    assert wrap_hash(value) in control_wraps
                elif (table, column) == ("refusal", "answer"):
                    assert value in answer
                elif (table, column) == ("refusal", "hash"):
                    assert len(value) == 32
                elif (table, column) == ("refusal", "code"):
                    assert value == "chain"
                else:
                    assert value in given, (table, column)
    connection.close()


def test_nothing_else_is_written_beside_the_database(tmp_path: Path) -> None:
    """A stopped service leaves its database and no other file."""
    with serving(tmp_path) as running:
        found(running.client, running.url, running.key).stream()
    assert {path.name for path in tmp_path.iterdir()} == {"central.db"}


def test_the_service_loads_nothing_that_opens_a_body() -> None:
    """Importing every module of the service loads neither the workstation nor a cipher or HPKE."""
    program = """
import importlib, pkgutil, sys, wardcentral
for found in pkgutil.walk_packages(wardcentral.__path__, "wardcentral."):
    # The migrations are run in the operator's init alone.
    if not found.name.endswith("__main__") and ".migrations" not in found.name:
        importlib.import_module(found.name)
bad = ("wardclient", "sqlcipher3", "cryptography.hazmat.primitives.hpke",
       "cryptography.hazmat.primitives.ciphers.aead", "httpx", "textual", "sqlalchemy")
print([name for name in sys.modules if name.startswith(bad)])
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_heads_can_be_recomputed_by_a_reader(tmp_path: Path) -> None:
    """A reader that recomputes the stream heads from the entries comes to the stored ones."""
    with serving(tmp_path) as running:
        city = found(running.client, running.url, running.key)
        stream = city.stream()
        for _ in range(4):
            assert isinstance(city.blocks(city.ward.block(city.pc, stream))[0], Receipt)
        heads: dict[bytes, bytes] = {}
        for item in city.page().items:
            entry = item.entry
            before = heads.get(entry.stream, b"")
            heads[entry.stream] = stream_head(before, entry.hash, entry.sseq, entry.wseq, entry.recv_ms)
            assert entry.head == heads[entry.stream]
