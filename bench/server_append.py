"""Acknowledged blocks: the service's whole way of a push against bare inserts of the same rows.

Ours: each client signs and pushes to a ward of its own, through admission, numbering, grouped commit and signed receipt
(``Service.push_blocks``; HTTP is left out on both sides), on both stores, with real flushing to the disk. The floor, for
both: all rows that came of it (entries, blocks, nodes of the tree, and the ends of wards, streams and devices), inserted
one by one with bare psycopg into the same tables of an empty PostgreSQL, in as many commits: no signature, no rule,
no number that must not have a gap. Each place is measured in turns, ours and the floor, and compared by the medians;
the bar holds for the worst place of the table. What a pipeline of the same inserts takes is kept beside it, and for
SQLite what bare sqlite3 takes for them on the same disk.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.harness import Result, percentile
from tests.wardcentral.builders import SIGNING, Ward
from tests.wardcentral.postgres import cluster, make_database
from wardcentral.folder import Folder
from wardcentral.founding import Founding
from wardcentral.server_key import ServerSigning
from wardcentral.service import Service
from wardcentral.stores import make, open_reader, open_shared, open_store
from wardproto.messages import PushItem
from wardproto.records import BlockHeader, Receipt, Refusal
from wardproto.wire import Envelope, block_hash, decode

NAME = "server-append"
BAR = 2.0
PLACES = (*((clients, batch) for clients in (1, 10, 50, 200) for batch in (1, 8, 64)), (500, 1), (500, 8))
QUICK_PLACES = ((1, 1), (1, 64), (50, 1), (50, 8), (50, 64))
"""Clients, each in a ward of its own, and blocks in a push; the last are 500 wards at once."""
BLOCKS, QUICK_BLOCKS = 2_000, 640
"""Blocks of one round of one place of the table, of all its clients together (at least one batch each)."""
TURNS = 3
"""Rounds of each place: other work on the machine strikes one of them, seldom the median."""
Row = tuple[Any, ...]
ENDS = ("ward_head", "stream_head", "device_head")
BEFORE = 3
"""Entries of a ward before its measured blocks: genesis, stream, and the block that set the key."""


class Client:
    """One PC with a ward and a stream of its own."""

    def __init__(self, key: bytes) -> None:
        self.ward = Ward(key)
        self.stream = b""
        self.pushes: list[tuple[PushItem, ...]] = []
        self.waited: list[float] = []

    async def settle(self, service: Service, batch: int, rounds: int) -> None:
        """Found the ward, open the stream with its first key, and seal all blocks beforehand."""
        by = self.ward.founder
        genesis = self.ward.genesis()
        self.ward.settle(genesis, await service.found(self.ward.id, genesis, ""))
        push, ids = self.ward.streams(by)
        self.ward.settle(push, await service.push_control(self.ward.id, push, by.id))
        self.stream = ids[0]
        first = self.ward.block(by, self.stream, epoch=True)
        snapshot = await service.snapshot(self.ward.id)
        self.ward.settle(first, (await service.push_blocks(snapshot, (first,), by.id))[0])
        self.pushes = [tuple(self._next() for _ in range(batch)) for _ in range(rounds)]

    def _next(self) -> PushItem:
        item = self.ward.block(self.ward.founder, self.stream)
        payload = decode(item.envelope, Envelope).payload
        bseq = decode(payload, BlockHeader).bseq
        self.ward.chains[self.stream, self.ward.founder.id] = (bseq, block_hash(payload))
        return item

    async def work(self, service: Service) -> list[tuple[PushItem, bytes]]:
        """Push everything, one push after the other; return what was answered."""
        told: list[tuple[PushItem, bytes]] = []
        for items in self.pushes:
            start = time.perf_counter()
            snapshot = await service.snapshot(self.ward.id, pushing=True)
            answers = await service.push_blocks(snapshot, items, self.ward.founder.id)
            self.waited.append(time.perf_counter() - start)
            told += zip(items, answers, strict=True)
        return told

    def check(self, told: Sequence[tuple[PushItem, bytes]]) -> None:
        """Every block must have its receipt."""
        for item, answer in told:
            if not isinstance(self.ward.settle(item, answer), Receipt):
                raise TypeError(Refusal.__name__)


async def ours(folder: Folder, clients: int, batch: int, blocks: int) -> dict[str, Any]:
    """Push through the service; return seconds, commits and the time that pushes waited."""
    secret = os.urandom(32)
    store = open_store(folder)
    service = Service(
        store,
        lambda: open_reader(folder),
        ServerSigning(),
        secret,
        lambda: time.time_ns() // 1_000_000,
        Founding(),
        shared=(lambda: open_shared(folder)) if folder.address else None,
    )
    service.start(asyncio.get_running_loop())
    try:
        rounds = max(1, blocks // (clients * batch))
        crowd = [Client(SIGNING.public(secret)) for _ in range(clients)]
        for client in crowd:
            await client.settle(service, batch, rounds)
        before = service.committer.commits
        start = time.perf_counter()
        told = await asyncio.gather(*(client.work(service) for client in crowd))
        seconds = time.perf_counter() - start
        commits = service.committer.commits - before
        for client, answers in zip(crowd, told, strict=True):
            client.check(answers)
        waited = sorted(w for client in crowd for w in client.waited)
        return {
            "seconds": seconds,
            "commits": commits,
            "p99_ms": percentile(waited, 0.99) * 1000,
            "blocks": clients * batch * rounds,
            "rows": rows_of(folder),
        }
    finally:
        service.stop()
        store.close()


TABLES: Mapping[str, tuple[str, ...]] = {
    "entry": (),
    "block": (),
    "tree_node": (),
    "ward_head": ("ward",),
    "stream_head": ("ward", "stream"),
    "device_head": ("ward", "stream", "device"),
}
"""The tables that a block writes to, and the key of those where its row takes the place of the one before."""


def rows_of(folder: Folder) -> dict[str, list[Row]]:
    """Return the rows that the wards' blocks left, by table; entries and blocks in turn as they came."""
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        order = " ORDER BY wseq, ward" if table in {"entry", "block"} else ""
        statement = f"SELECT * FROM {table}{order}"  # noqa: S608
        if folder.address:
            with psycopg.connect(folder.address) as connection:
                rows = connection.execute(statement.encode(), binary=True).fetchall()
        else:
            file = sqlite3.connect(folder.database)
            rows = file.execute(statement).fetchall()
            file.close()
        # Genesis, stream and the block that set the key were there before.
        found[table] = [row for row in rows if table not in {"entry", "block"} or row[1] > BEFORE]
    return found


def groups(rows: Mapping[str, list[Row]], commits: int) -> list[dict[str, list[Row]]]:
    """Cut the rows into as many groups as the service made commits; each moves the ends that its entries move."""
    entries, blocks = rows["entry"], rows["block"]
    size = -(-len(entries) // commits)
    heads = {
        table: {row[:1] if table == "ward_head" else row[:2]: row for row in rows[table]} for table in ENDS
    }
    nodes, each = rows["tree_node"], -(-len(entries) // size)
    cut = []
    for number, at in enumerate(range(0, len(entries), size)):
        part = entries[at : at + size]
        wards, streams = {row[:1] for row in part}, {(row[0], row[3]) for row in part}
        cut.append(
            {
                "entry": part,
                "block": blocks[at : at + size],
                "tree_node": nodes[number * len(nodes) // each : (number + 1) * len(nodes) // each],
                "ward_head": [heads["ward_head"][key] for key in wards],
                "stream_head": [heads["stream_head"][key] for key in streams],
                "device_head": [heads["device_head"][key] for key in streams],
            }
        )
    return cut


def statement(table: str, width: int, mark: str, columns: Sequence[str]) -> str:
    """Return the bare insert of a row; where it takes the place of another, by its key."""
    values = ", ".join([mark] * width)
    keys = TABLES[table]
    rest = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    upsert = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}" if keys else ""
    return f"INSERT INTO {table} VALUES ({values}){upsert}"  # noqa: S608


def floor(address: str, rows: Mapping[str, list[Row]], commits: int, *, at_once: bool = False) -> float:
    """Insert the same rows by bare psycopg in as many commits; return seconds.

    One row after the other, as design 8 has it; ``at_once`` sends a group's rows of a table in one pipeline.
    """
    grouped = groups(rows, commits)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        run = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} LIMIT 0".encode())  # noqa: S608
            names = [column.name for column in cursor.description or ()]
            run[table] = statement(table, len(names), "%s", names).encode()
        connection.commit()
        start = time.perf_counter()
        for group in grouped:
            for table, part in group.items():
                if at_once:
                    cursor.executemany(run[table], part)
                else:
                    for row in part:
                        cursor.execute(run[table], row)
            connection.commit()
        return time.perf_counter() - start


def bare_sqlite(path: Path, rows: Mapping[str, list[Row]], commits: int) -> float:
    """Insert the same rows by bare sqlite3, one by one, in as many commits; return seconds."""
    make(place := Folder(path))
    connection = sqlite3.connect(place.database, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        run = {}
        for table in TABLES:
            names = [column[0] for column in connection.execute(f"SELECT * FROM {table}").description]  # noqa: S608
            run[table] = statement(table, len(names), "?", names)
        start = time.perf_counter()
        for group in groups(rows, commits):
            connection.execute("BEGIN IMMEDIATE")
            for table, part in group.items():
                for row in part:
                    connection.execute(run[table], row)
            connection.execute("COMMIT")
        return time.perf_counter() - start
    finally:
        connection.close()


def turn(root: Path, superuser: str, kind: str, clients: int, batch: int, blocks: int) -> dict[str, Any]:
    """Measure one place once: ours, the floor, and what stands beside it."""
    with tempfile.TemporaryDirectory(dir=root) as folder:
        place = Folder(Path(folder) / "ours")
        place.path.mkdir()
        if kind == "postgres":
            place.address = make_database(superuser)
        else:
            make(place)
        got = asyncio.run(ours(place, clients, batch, blocks))
        rows, commits = got.pop("rows"), got["commits"]
        got["floor_seconds"] = floor(make_database(superuser), rows, commits)
        got["at_once_seconds"] = floor(make_database(superuser), rows, commits, at_once=True)
        if kind == "sqlite":
            bare = Path(folder) / "bare"
            bare.mkdir()
            got["bare_sqlite_seconds"] = bare_sqlite(bare, rows, commits)
        return got


def run(*, quick: bool = False) -> Result:
    """Measure each place of the table on both stores."""
    table: list[dict[str, Any]] = []
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        superuser = stack.enter_context(cluster(durable=True))
        for kind in ("sqlite", "postgres"):
            for clients, batch in QUICK_PLACES if quick else PLACES:
                blocks = QUICK_BLOCKS if quick else BLOCKS
                turns = [turn(root, superuser, kind, clients, batch, blocks) for _ in range(TURNS)]
                row: dict[str, Any] = {"store": kind, "clients": clients, "batch": batch}
                row |= {name: median(one[name] for one in turns) for name in turns[0]}
                row["per_second"] = row["blocks"] / row["seconds"]
                row["ratio"] = row["seconds"] / row["floor_seconds"]
                row["ratios"] = [one["seconds"] / one["floor_seconds"] for one in turns]
                table.append(row)
    worst = max(table, key=lambda row: float(row["ratio"]))
    return Result(
        NAME,
        worst["seconds"] * 1000,
        worst["floor_seconds"] * 1000,
        BAR,
        more={"worst": worst, "table": table},
    )
