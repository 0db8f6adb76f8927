"""Acknowledged blocks: the service's whole way of a push against bare inserts of the same rows.

Ours: each client signs and pushes to a ward of its own, through admission, numbering, grouped commit and signed receipt
(``Service.push_blocks``; HTTP is left out on both sides). The floor: the rows that came of it, inserted
with the bare driver into the same tables of a second, empty database, in as many commits. Both stores, in the same
run, with real flushing to the disk. The bar holds for the worst place of the table.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench.harness import Result, percentile
from tests.wardcentral.builders import SIGNING, Ward
from tests.wardcentral.postgres import cluster, make_database
from wardcentral.folder import Folder
from wardcentral.founding import Founding
from wardcentral.service import Service
from wardcentral.store import Reader
from wardcentral.stores import make, open_reader, open_shared, open_store
from wardproto.messages import PushItem
from wardproto.records import BlockHeader, Receipt, Refusal
from wardproto.wire import Envelope, block_hash, decode

NAME = "server-append"
BAR = 2.0
CLIENTS, QUICK_CLIENTS = (1, 10, 50, 200), (1, 10)
BATCHES = (1, 8, 64)
BLOCKS, QUICK_BLOCKS = 2_000, 320
"""Blocks of one place of the table, of all its clients together (at least one batch each)."""
Row = tuple[Any, ...]


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
            snapshot = await service.snapshot(self.ward.id)
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
        SIGNING,
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
            "rows": rows_of(store, [client.ward.id for client in crowd]),
        }
    finally:
        service.stop()
        store.close()


def rows_of(reader: Reader, wards: Sequence[bytes]) -> list[tuple[Row, Row]]:
    """Return the (entry, block) rows of these wards' blocks, in turn as they came."""
    found = []
    for ward in wards:
        for stored in reader.records(ward, 3):  # genesis, stream, and the block that set the key
            e = stored.entry
            entry = (ward, e.wseq, e.sseq, e.stream, e.hash, e.recv_ms, e.head)
            found.append((entry, (ward, e.wseq, stored.record, stored.body, b"".join(stored.wrap_hashes))))
    return sorted(found, key=lambda pair: (pair[0][1], pair[0][0]))


def groups(rows: Sequence[tuple[Row, Row]], commits: int) -> list[Sequence[tuple[Row, Row]]]:
    """Cut the rows into as many groups as the service made commits."""
    size = -(-len(rows) // commits)
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def statements(mark: str) -> tuple[str, str, str]:
    """The three statements of a bare insert: the entry, the block, the ward's end."""
    return (
        f"INSERT INTO entry VALUES ({', '.join([mark] * 7)})",  # noqa: S608
        f"INSERT INTO block VALUES ({', '.join([mark] * 5)})",  # noqa: S608
        (
            f"INSERT INTO ward_head VALUES ({mark}, {mark}, {mark}) "  # noqa: S608
            "ON CONFLICT (ward) DO UPDATE SET wseq = excluded.wseq, recv_ms = excluded.recv_ms"
        ),
    )


def floor(folder: Folder, rows: Sequence[tuple[Row, Row]], commits: int) -> float:
    """Insert the same rows with the bare driver in as many commits; return seconds."""
    grouped = groups(rows, commits)
    if folder.address:
        entry, block, head = statements("%s")
        with psycopg.connect(folder.address) as connection, connection.cursor() as cursor:
            start = time.perf_counter()
            for group in grouped:
                cursor.executemany(entry.encode(), [pair[0] for pair in group])
                cursor.executemany(block.encode(), [pair[1] for pair in group])
                cursor.executemany(
                    head.encode(), list({p[0][0]: (p[0][0], p[0][1], p[0][5]) for p in group}.values())
                )
                connection.commit()
            return time.perf_counter() - start
    entry, block, head = statements("?")
    file = sqlite3.connect(folder.database)
    try:
        file.execute("PRAGMA synchronous = FULL")
        start = time.perf_counter()
        for group in grouped:
            file.executemany(entry, [pair[0] for pair in group])
            file.executemany(block, [pair[1] for pair in group])
            file.executemany(head, list({p[0][0]: (p[0][0], p[0][1], p[0][5]) for p in group}.values()))
            file.commit()
        return time.perf_counter() - start
    finally:
        file.close()


def run(*, quick: bool = False) -> Result:
    """Measure each place of the table on both stores."""
    table = []
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        superuser = stack.enter_context(cluster(durable=True))
        for kind in ("sqlite", "postgres"):
            for clients in QUICK_CLIENTS if quick else CLIENTS:
                for batch in BATCHES:
                    places = []
                    for part in ("ours", "floor"):
                        place = Folder(root / f"{kind}-{clients}-{batch}-{part}")
                        place.path.mkdir()
                        if kind == "postgres":
                            place.address = make_database(superuser)
                        else:
                            make(place)
                        places.append(place)
                    got = asyncio.run(ours(places[0], clients, batch, QUICK_BLOCKS if quick else BLOCKS))
                    bare = floor(places[1], got.pop("rows"), got["commits"])
                    row = {"store": kind, "clients": clients, "batch": batch, **got, "floor_seconds": bare}
                    row["per_second"] = got["blocks"] / got["seconds"]
                    row["ratio"] = got["seconds"] / bare
                    table.append(row)
    worst = max(table, key=lambda row: float(row["ratio"]))
    return Result(
        NAME,
        worst["seconds"] * 1000,
        worst["floor_seconds"] * 1000,
        BAR,
        more={"worst": worst, "table": table},
    )
