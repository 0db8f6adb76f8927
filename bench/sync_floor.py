"""sync-floor: a fresh PC takes over a ward, against the least that moving the same bytes costs.

Ours: fetch every page of a ward of 20,000 records of 600 bytes from a real central service, verify,
open, reduce, project and store them in SQLCipher. The peer: the same pages by bare HTTP GET, and the
same rows by ``executemany`` into SQLCipher.
"""

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.harness import ROOT, Result, paired
from wardclient.ledger.events import Put
from wardclient.storage.cipher import connect
from wardclient.storage.log_store import SqlStore
from wardclient.sync import enrol
from wardclient.sync.client import Client
from wardclient.sync.core import keep_identity
from wardclient.sync.loop import SyncLoop
from wardclient.sync.transport import Credentials, Transport
from wardclient.vault.identity import Identity
from wardclient.vault.sealing import HybridSealing
from wardproto.signing import Ed25519Signing

NAME = "sync-floor"
BAR = 2.5
RECORDS, QUICK_RECORDS = 20_000, 4_000
PER_CASE = 20
RECORD_BYTES = 600
KEY = bytes(range(32))
SIGNING, SEALING = Ed25519Signing(), HybridSealing()


def clock() -> int:
    """Return this PC's clock, in milliseconds."""
    return time.time_ns() // 1_000_000


def exchange(store: SqlStore, server: str) -> Client:
    """Exchange until there is nothing left to do."""
    client = Client(store, SIGNING, SEALING, clock)
    me = client.core.me
    transport = Transport(server, SIGNING, Credentials(client.core.ward, me.device, me.sign_secret))
    try:
        SyncLoop(client, transport, lambda job: job(), lambda _: None).sync_once()
    finally:
        transport.close()
    return client


def start_service(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a central service of its own process; return it and its address."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "wardcentral"]
    subprocess.run(
        [*command, "init", "--data", str(folder)], check=True, capture_output=True, env=environment
    )
    port = folder / "port"
    process = subprocess.Popen(
        [
            *command,
            "serve",
            "--data",
            str(folder),
            "--listen",
            "127.0.0.1:0",
            "--port-file",
            str(port),
            "--announce",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process, f"http://127.0.0.1:{port.read_text().strip()}"


def fill(store: SqlStore, server: str, records: int) -> None:
    """Write a ward's records: cases of 20 notes each, sent as a device sends its offline work."""
    client = Client(store, SIGNING, SEALING, clock)
    text = "あ" * (RECORD_BYTES // 3)
    with store.transaction():
        for case in range(records // PER_CASE):
            stream = client.new_stream()
            case_id = f"{case:032x}"
            client.record(
                stream, "open_case", [Put("case", "case_id", case_id), Put("person", "family_name", "架空")]
            )
            for note in range(PER_CASE - 1):
                entity = f"note:{note:032x}"
                client.record(
                    stream, "hold_session", [Put(entity, "body", text), Put(entity, "held_on", "2026-11-01")]
                )
    exchange(store, server)


def join(folder: Path, admin: SqlStore, server: str) -> tuple[Identity, bytes]:
    """Enrol the PC that will be fresh; return who it is."""
    client = Client(admin, SIGNING, SEALING, clock)
    me = client.core.me
    transport = Transport(server, SIGNING, Credentials(client.core.ward, me.device, me.sign_secret))
    loop = SyncLoop(client, transport, lambda job: job(), lambda _: None)
    invite = enrol.make_invite(client, server, "14101", lambda job: job(), loop.sync_once, "city", ("cw",))
    codes: queue.SimpleQueue[str] = queue.SimpleQueue()
    fresh = SqlStore(connect(folder / "joined.db", KEY))

    def arrive() -> None:
        enrol.join(fresh, invite, label="新しい端末", show_code=codes.put, wait_seconds=60)

    thread = threading.Thread(target=arrive)
    thread.start()
    enrol.admit(client, transport, lambda job: job(), loop.sync_once, invite, codes.get(timeout=60))
    thread.join()
    transport.close()
    identity = Client(fresh, SIGNING, SEALING, clock).core.me
    fresh.close()
    return identity, client.core.ward


def run(quick: bool = False) -> Result:
    """Measure paired rounds over one ward."""
    records = QUICK_RECORDS if quick else RECORDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, server = start_service(folder / "central")
        try:
            store = SqlStore(connect(folder / "author.db", KEY))
            enrol.found(store, server, label="CW", team="city", roles=("adm", "cw"))
            fill(store, server, records)
            identity, ward = join(folder, store, server)
            store.close()
            ours = take_over(folder, server, identity, ward, records)
            peer = bare(folder, server, identity, ward, records)
            more = {"records": records, "record_bytes": RECORD_BYTES, "per_case": PER_CASE}
            return paired(ours, peer, rounds=3 if quick else 5).result(NAME, BAR, more)
        finally:
            process.terminate()
            process.wait()


def take_over(
    folder: Path, server: str, identity: Identity, ward: bytes, records: int
) -> Callable[[], float]:
    """Return a measured first sync into an empty database."""

    def measure() -> float:
        path = folder / f"fresh-{time.monotonic_ns()}.db"
        store = SqlStore(connect(path, KEY))
        keep_identity(store, identity, ward, "city")
        begin = time.perf_counter()
        exchange(store, server)
        seconds = time.perf_counter() - begin
        count = store.connection.execute("SELECT count(*) FROM event").fetchone()[0]
        store.close()
        path.unlink()
        assert count >= records, count
        return seconds

    return measure


def bare(folder: Path, server: str, identity: Identity, ward: bytes, records: int) -> Callable[[], float]:
    """Return a measured GET of the same pages and insert of the same rows."""

    def measure() -> float:
        path = folder / f"bare-{time.monotonic_ns()}.db"
        connection = connect(path, KEY)
        connection.execute(
            "CREATE TABLE event (stream BLOB, device BLOB, n INTEGER, event BLOB, recv INTEGER)"
        )
        rows = [(os.urandom(16), identity.device, n, os.urandom(RECORD_BYTES), n) for n in range(records)]
        transport = Transport(server, SIGNING, Credentials(ward, identity.device, identity.sign_secret))
        begin = time.perf_counter()
        after, more = 0, True
        while more:
            page = transport.log(after, 1000)
            after, more = page.upto, page.more
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        seconds = time.perf_counter() - begin
        transport.close()
        connection.close()
        path.unlink()
        return seconds

    return measure
