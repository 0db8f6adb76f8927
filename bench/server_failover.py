"""server-failover: the primary of a cell is killed under load, again and again; no receipt is lost.

A real cell (etcd, PostgreSQL under Patroni, synchronous standby) and two processes of the central
service on loopback; witnesses push blocks and keep each signed receipt. The kills take turns: PostgreSQL
alone with -9; PostgreSQL and its Patroni, started again at once; the same, started again only after another
has taken over. Ours is the median time from a kill to the next receipt; the peer, in the same
kills, a bare psycopg writer of one row a transaction at the same address. At the end every receipt is looked for in
the log (I2, I3, I6) and ``wardcentral verify`` goes over every chain (I20).
"""

import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.cluster import Cluster, Member, until
from bench.harness import ROOT, Result
from bench.witness import Crowd, Witness
from wardcentral.folder import Folder
from wardproto.signing import Ed25519Signing

NAME = "server-failover"
BAR = 2.0
KILLS, QUICK_KILLS = 50, 3
WITNESSES = 8
PROCESSES = 2
PASSWORD = secrets.token_urlsafe(18)
BEFORE_KILL_RECEIPTS = 50


@dataclass
class Bare:
    """A bare writer: one row a transaction, at whatever primary there is."""

    url: str
    times: list[float] = field(default_factory=list)

    def work(self, stopping: threading.Event) -> None:
        """Insert rows until told to stop, connecting anew after each failure."""
        while not stopping.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute("SET statement_timeout = '5s'")
                    while not stopping.is_set():
                        connection.execute("INSERT INTO bare VALUES (%s)", (os.urandom(600),))
                        self.times.append(time.monotonic())
                        time.sleep(0.005)  # it measures when, not how many
            except psycopg.Error:
                time.sleep(0.05)

    def first_after(self, moment: float) -> float | None:
        """Return when the first row after a moment was committed."""
        return min((t for t in self.times[-1000:] if t > moment), default=None)


@dataclass
class Gaps:
    """Seconds from each kill to the next receipt, to the bare writer's next row, and to a whole cell."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


@contextmanager
def running(folder: Path, url: str) -> Iterator[list[str]]:
    """Run the processes of the central service over one database; yield their addresses."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "WARDCENTRAL_DATABASE": url}
    program = [sys.executable, "-m", "wardcentral"]
    subprocess.run(
        [*program, "init", "--data", str(folder)], env=environment, check=True, capture_output=True
    )
    with ExitStack() as stack:
        addresses = []
        for _ in range(PROCESSES):
            process = stack.enter_context(
                subprocess.Popen(
                    [*program, "serve", "--data", str(folder), "--listen", "127.0.0.1:0", "--announce"],
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            )
            stack.callback(process.terminate)
            assert process.stdout is not None
            addresses.append(process.stdout.readline().split()[1])
        yield addresses


def prepare(cell: Cluster) -> str:
    """Make the database and the role of the service; return the address."""
    admin = cell.url("postgres", "postgres", cell.passwords["superuser"])
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE wardcentral LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE DATABASE wardcentral OWNER wardcentral")
        connection.execute("CREATE DATABASE bare OWNER wardcentral")
    url = cell.url("bare", "wardcentral", PASSWORD)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (body bytea)")
    return cell.url("wardcentral", "wardcentral", PASSWORD)


def strike(cell: Cluster, primary: Member, number: int) -> Callable[[], None]:
    """Kill the primary in one of three ways; return what brings the machine back."""
    if number % 3 == 0:
        primary.kill_postgres()
        return lambda: None  # its Patroni lives and starts it again as a standby
    primary.kill_machine()
    if number % 3 == 1:
        cell.start_member(primary)
        return lambda: None
    return lambda: cell.start_member(primary)


def drill(cell: Cluster, crowd: Crowd, bare: Bare, kills: int) -> Gaps:
    """Kill the primary ``kills`` times under load."""
    gaps = Gaps()
    for number in range(kills):
        until(cell.is_whole, "a whole cell before the next kill", 180)
        so_far = crowd.receipts()
        until(lambda so_far=so_far: crowd.receipts() >= so_far + BEFORE_KILL_RECEIPTS, "receipts")  # type: ignore[misc]
        primary = cell.primary()
        assert primary is not None
        moment = time.monotonic()
        back = strike(cell, primary, number)
        until(lambda at=moment: crowd.first_after(at + 0.2) is not None, "a receipt after a kill", 180)  # type: ignore[misc]
        until(lambda at=moment: bare.first_after(at + 0.2) is not None, "a bare row after a kill", 180)  # type: ignore[misc]
        back()
        ours, peer = crowd.first_after(moment + 0.2), bare.first_after(moment + 0.2)
        assert ours is not None
        assert peer is not None
        gaps.ours.append(ours - moment)
        gaps.bare.append(peer - moment)
        until(cell.is_whole, "a whole cell after a kill", 180)
        gaps.whole.append(time.monotonic() - moment)
        print(
            f"  kill {number + 1}/{kills} of {primary.name}: receipts again after {gaps.ours[-1]:.1f} s "
            f"(bare {gaps.bare[-1]:.1f} s), whole after {gaps.whole[-1]:.1f} s, {crowd.receipts()} receipts kept",
            file=sys.stderr,
            flush=True,
        )
    return gaps


def verified(folder: Path, url: str) -> bool:
    """Whether ``wardcentral verify`` finds every chain whole."""
    command = [sys.executable, "-m", "wardcentral", "verify", "--data", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "WARDCENTRAL_DATABASE": url}
    return subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0


def run(*, quick: bool = False, kills: int | None = None) -> Result:
    """Run the drill; MissingToolError names the package that is not there."""
    kills = kills or (QUICK_KILLS if quick else KILLS)
    root = Path(tempfile.mkdtemp(prefix="failover-", dir="/var/tmp"))
    root.chmod(0o755)  # the user postgres passes through
    try:
        with Cluster(root / "cell") as cell:
            url = prepare(cell)
            folder = root / "central"
            with running(folder, url) as addresses:
                key = Ed25519Signing().public(Folder(folder).secret())
                witnesses = [Witness(addresses[n % 2 :] + addresses[: n % 2], key) for n in range(WITNESSES)]
                bare = Bare(cell.url("bare", "wardcentral", PASSWORD))
                with Crowd(witnesses) as crowd:
                    writer = threading.Thread(target=bare.work, args=(crowd.stopping,))
                    writer.start()
                    gaps = drill(cell, crowd, bare, kills)
                writer.join()
                wrong = [line for witness in witnesses for line in witness.check()]
                for witness in witnesses:
                    witness.close()
            whole = verified(folder, url)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    for line in wrong[:20]:
        print(f"  {line}", file=sys.stderr)
    return Result(
        NAME,
        statistics.median(gaps.ours) * 1000,
        statistics.median(gaps.bare) * 1000,
        BAR,
        more={
            "kills": kills,
            "receipts_kept": sum(len(witness.ward.receipts) for witness in witnesses),
            "receipts_lost_or_wrong": len(wrong),
            "wrong": wrong[:20],
            "verify_whole": whole,
            "retries": sum(witness.retries for witness in witnesses),
            "seconds_without_service": {"median": statistics.median(gaps.ours), "most": max(gaps.ours)},
            "seconds_to_whole_cell": {"median": statistics.median(gaps.whole), "most": max(gaps.whole)},
            "holds": not wrong and whole,
        },
    )
