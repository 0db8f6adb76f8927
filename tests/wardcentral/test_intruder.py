"""A day of real work, then the machine of the service is taken: what is learnt is what the threat model says.

Real PCs and a real service, on SQLite and on PostgreSQL. The service is killed amid its work, so that WAL and journal
stand as they were. Then every table, file and log is read.
"""

import hashlib
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from tests.journeys.offices import Central
from tests.planted import files
from tests.wardcentral.intruder import (
    Column,
    Loot,
    Value,
    compresses,
    found_in,
    found_in_files,
    leaves,
    take_postgres,
    take_sqlite,
)
from tests.wardcentral.planted_day import JOINT_NOTE, OWN_NOTE, PLANTED, live
from tests.wardcentral.postgres import cluster, make_database, owner_of
from tests.wardcentral.running import Process
from wardcentral.cli import DATABASE
from wardcentral.postgres_schema import NEWEST
from wardclient.sync.consents import item_hash
from wardproto import control, records
from wardproto.control import ROLES, TEAMS
from wardproto.records import REFUSALS, ConsentSet, ControlHeader, ControlWire
from wardproto.wire import CONTEXTS, decode, pad_length

ROOT = Path(__file__).resolve().parents[2]
TAGS = {
    kind.__struct_config__.tag for kind in vars(records).values() if getattr(kind, "__struct_config__", None)
}
VOCABULARY = {
    *TEAMS,
    *ROLES,
    *CONTEXTS,
    *REFUSALS,
    *(tag for tag in TAGS if isinstance(tag, str)),
    *(
        "own",
        "restricted",
        "joint",
        "feed",
        "events",
        NEWEST,
        "0002",
        "here",
        "frozen",
        "incoming",
        "moved",
        "",
    ),
}
"""Every text that the service may ever be told: kinds, codes, teams, roles. None is about a person."""


@dataclass(frozen=True)
class Taken:
    """What was taken from a killed service, and its log."""

    loot: Loot
    central: Path
    log: Path
    kept: Path
    """What an operator has: copies of the log and of the key box, and what the commands say."""
    store: str


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Live a day, kill the service, take everything."""
    folder = tmp_path_factory.mktemp("taken")
    with ExitStack() as stack:
        owner = ""
        if request.param == "postgres":
            superuser = stack.enter_context(cluster())
            address = make_database(superuser)
            owner = owner_of(superuser, address)
            stack.enter_context(pytest.MonkeyPatch.context()).setenv(DATABASE, address)
        # The log that says the most.
        central = Central(folder / "central", log=folder / "log", options=("--log-requests",))
        central.directory.mkdir()
        central.start()
        try:
            live(folder, central)
        finally:
            central.kill()
        if owner:
            loot = take_postgres(owner)
        else:
            assert list(central.directory.glob("*-wal"))
            loot = take_sqlite(central.directory / "central.db", folder / "copy")
        yield Taken(
            loot, central.directory, folder / "log", operated(central, folder / "kept"), request.param
        )


def operated(central: Central, kept: Path) -> Path:
    """Back the service up and ask of it what an operator asks; return where that lies."""
    copies = ("--to", str(kept / "log"), "--keys", str(kept / "keys"))
    kept.mkdir()
    for arguments in (("backup", *copies, "--json"), ("status", "--json"), ("verify", "--json")):
        done = Process(central.directory).run(*arguments)
        assert done.returncode == 0, done.stderr
        (kept / arguments[0]).write_text(done.stdout + done.stderr, encoding="utf-8")
    return kept


def documented() -> set[Column]:
    """Return the columns that the threat model lists."""
    text = (ROOT / "docs" / "engineering" / "threat-model.md").read_text(encoding="utf-8")
    part = text.split("\n### Column by column\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \| (.+?) \| (.*?) ?\|$", part, re.MULTILINE)
    assert all(holds.strip() for _, _, holds, _ in rows)
    return {(table, column) for table, column, *_ in rows}


def test_the_day_left_its_traces(taken: Taken) -> None:
    """There is something to look at: every table was used but for moves, restores and long logs, and all of the day came in."""
    filled = {value.column[0] for value in taken.loot.values}
    assert {table for table, _ in taken.loot.columns} - filled <= {"placement", "tree_node", "restore_notice"}
    assert len([body for body in taken.loot.of("block", "body") if body]) >= 8
    assert sum(map(len, taken.loot.of("block", "body"))) > 5_000
    assert "closed" in taken.loot.of("refusal", "code")
    assert len(taken.loot.of("join_request", "request")) == 1
    assert taken.log.stat().st_size > 0


def test_every_column_is_in_the_threat_model(taken: Taken) -> None:
    """What is not listed is not stored; what is listed for this store is there."""
    assert taken.loot.columns <= documented()
    alone = (
        {"alembic_version", "schema_floor", "restore_notice", "request_nonce"}
        if taken.store == "sqlite"
        else set()
    )
    assert {table for table, _ in documented() - taken.loot.columns} <= alone


def test_no_planted_word_stands_in_any_table(taken: Taken) -> None:
    """Not in any encoding, way of writing, common hash or compression."""
    assert found_in(taken.loot.values, PLANTED) == []


def test_no_planted_word_stands_in_any_file(taken: Taken) -> None:
    """Nor in the bytes of the folder, of the database's own files and WAL, of copies, of the logs."""
    assert taken.store == "sqlite" or taken.loot.folders, "a given database shows no files"
    assert found_in_files([taken.central, taken.log, taken.kept, *taken.loot.folders], PLANTED) == []
    assert "/w/{ward}/blocks" in taken.log.read_text(encoding="utf-8"), "each request has its line"
    assert len([path for path in files([taken.kept]) if path.stat().st_size > 1_000]) >= 2


def test_copies_hold_what_the_tables_hold(taken: Taken) -> None:
    """Frame by frame, through every layer, a copy has no text but of the vocabulary."""
    frames = [
        frame
        for path in files([taken.kept])
        if path.suffix not in {".json", ".sig", ""}
        for frame in framed(path)
    ]
    texts = {leaf for frame in frames for leaf in leaves(frame) if isinstance(leaf, str)}
    assert texts <= VOCABULARY
    assert "consent_set" in texts
    assert found_in([Value(("copy", "frame"), frame) for frame in frames], PLANTED) == []


def framed(path: Path) -> Iterator[bytes]:
    """Yield the frames of a file: four bytes of length, then as many bytes."""
    data = path.read_bytes()
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + length]
        at += 4 + length
    assert at == len(data), path.name


def test_every_text_is_from_the_fixed_vocabulary(taken: Taken) -> None:
    """Through every layer of encoding there is no text but kinds, codes, teams and roles: no free text at all."""
    texts = {leaf for value in taken.loot.values for leaf in leaves(value.value) if isinstance(leaf, str)}
    assert texts <= VOCABULARY
    assert {"city", "hellowork", "consent_set", "block", "refusal"} <= texts


def test_bodies_are_padded_unlike_and_do_not_compress(taken: Taken) -> None:
    """A body tells its padded size: the same words twice are two unlike bodies, nothing in them is regular."""
    bodies = taken.loot.of("block", "body")
    sealed = [body for body in bodies if body]
    assert all(len(body) - 16 == pad_length(len(body) - 16) for body in sealed)
    starts = [body[at : at + 16] for body in sealed for at in range(0, len(body), 16)]
    assert len(set(starts)) == len(starts)
    regular = [v.column for v in taken.loot.values for leaf in leaves(v.value) if compresses(as_bytes(leaf))]
    assert regular == []


def as_bytes(leaf: bytes | str) -> bytes:
    """Return a leaf as bytes."""
    return leaf if isinstance(leaf, bytes) else leaf.encode()


def consents(loot: Loot) -> list[ConsentSet]:
    """Return the consents in the control stream."""
    found: list[ConsentSet] = []
    for record in loot.of("block", "record"):
        try:
            body = control.body_of(decode(decode(record, ControlWire).payload, ControlHeader))
        except Exception:  # noqa: BLE001, S112  # a block's envelope
            continue
        found += [body] if isinstance(body, ConsentSet) else []
    return found


def test_what_was_agreed_cannot_be_guessed(taken: Taken) -> None:
    """Two consents with the same items share no hash, and no byte string that is stored is their salt."""
    one, two = consents(taken.loot)
    assert len(one.items) == len(two.items) >= 8
    assert not set(one.items) & set(two.items)
    assert one.evidence != two.evidence
    hashes = {*one.items, *two.items, one.evidence, two.evidence}
    salts = {leaf for v in taken.loot.values for leaf in leaves(v.value) if isinstance(leaf, bytes)} | {b""}
    codes = [f"{side}{number}" for side in "SH" for number in range(1, 10)]
    assert not any(item_hash(salt, code) in hashes for salt in salts for code in codes)


def test_the_search_is_not_blind(taken: Taken, tmp_path: Path) -> None:
    """The same search finds a planted word in each way in which a careless service might have stored it."""
    ways: dict[str, bytes | str] = {
        "a text": "来所者は鵜飼沢さん",
        "wide romaji": "ＵＫＡＩＺＡＷＡ",
        "half-width kana": "ｳｶｲｻﾞﾜ",
        "hiragana": "うかいざわ",
        "within MessagePack": msgspec.msgpack.encode(["x", {"y": OWN_NOTE}]),
        "compressed": zlib.compress(OWN_NOTE.encode() * 3),
        "hashed": hashlib.sha256(b"QZ88-5253").digest(),
        "UTF-16": "鵜飼沢".encode("utf-16le"),
    }
    for way, value in ways.items():
        planted = Value(("block", "body"), value)
        assert found_in([planted], PLANTED), way
    column = ("block", "body")
    assert {"鵜飼沢"} == set(leaves(msgspec.msgpack.encode([msgspec.msgpack.encode("鵜飼沢")]))) - VOCABULARY
    assert compresses(b"abc" * 100)
    assert column in documented()
    database = tmp_path / "central.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE note (ward BLOB, words TEXT)")
        connection.execute("INSERT INTO note VALUES (x'00', ?)", (JOINT_NOTE,))
        connection.commit()
        forged = take_sqlite(database, tmp_path / "copy")
        assert found_in_files([tmp_path / "copy"], PLANTED)
    connection.close()
    assert not replace(taken.loot, columns=taken.loot.columns | forged.columns).columns <= documented()
