"""Versions of the service as real processes: an older one out of the repository's history, today's, and the next one.

The next one is today's source with one step more in its migrations.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.wardcentral.running import START_SECONDS
from wardcentral.cli import DATABASE
from wardcentral.postgres_schema import NEWEST

ROOT = Path(__file__).parents[2]
LOAD = Path(__file__).with_name("load.py")
NEXT = f"{int(NEWEST) + 1:04}"
AFTER_NEXT = f"{int(NEWEST) + 2:04}"
STEP = '''
"""A step of a version to come."""
from alembic import op
from wardcentral.migrations.online import index_online
revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None


def upgrade() -> None:
    op.execute("ALTER TABLE ward_head ADD COLUMN IF NOT EXISTS more_{revision} bytea NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE entry ADD COLUMN IF NOT EXISTS more_{revision} bigint NOT NULL DEFAULT 0")
    op.execute("CREATE TABLE IF NOT EXISTS more_{revision} (ward bytea PRIMARY KEY)")
    {more}
    index_online("more_index_{revision}", "entry", "(ward, recv_ms)", 32)
'''


@dataclass
class Version:
    """The source of a version: a folder with ``src``, and ``tests`` and ``bench`` for its clients."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, address: str = "") -> dict[str, str]:
        """Return the environment in which a process of this version runs."""
        path = os.pathsep.join(str(self.root / name) for name in ("src", "."))
        return {**os.environ, "PYTHONPATH": path, "LANG": "en_US.UTF-8", DATABASE: address}

    def run(self, address: str, act: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program to its end."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "wardcentral", act, "--data", str(folder), *arguments],
            env=self.environment(address), cwd=self.root, capture_output=True, check=False, text=True,
            encoding="utf-8", timeout=START_SECONDS,
        )  # fmt: skip

    def serve(self, address: str, folder: Path, port: int, *options: str) -> subprocess.Popen[str]:
        """Start a process and return it once it accepts."""
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "wardcentral", "serve", "--data", str(folder)),
                *("--listen", f"127.0.0.1:{port}", "--announce", *options),
            ],
            env=self.environment(address), cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8",
        )  # fmt: skip
        self.started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        return process

    def end(self) -> None:
        """End what is still running."""
        for process in self.started:
            process.kill()
            process.communicate()


def drained(process: subprocess.Popen[str]) -> bool:
    """Let a process end as a supervisor does; whether it ended in good order."""
    process.terminate()
    process.communicate(timeout=START_SECONDS)
    return process.returncode == 0


def older(commit: str, folder: Path) -> Version:
    """Take a version out of the repository's history; skip where there is none, as in a copy without history."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    archive = subprocess.run(
        [git, "-C", str(ROOT), "archive", commit, "src", "tests", "bench"], capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip("this copy has no history with that version")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return Version(folder)


def today() -> Version:
    """The version that is tested."""
    return Version(ROOT)


def later(folder: Path, *, floor: bool = False) -> Version:
    """Make the next version; with ``floor`` the one after it, which lets today's serve no longer."""
    for name in ("wardcentral", "wardproto"):
        shutil.copytree(
            ROOT / "src" / name, folder / "src" / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    source = folder / "src" / "wardcentral"
    schema = source / "postgres_schema.py"
    text = schema.read_text(encoding="utf-8")
    newest = AFTER_NEXT if floor else NEXT
    assert f'NEWEST = "{NEWEST}"' in text
    schema.write_text(text.replace(f'NEWEST = "{NEWEST}"', f'NEWEST = "{newest}"'), encoding="utf-8")
    raised = f"op.execute(\"UPDATE schema_floor SET oldest = '{NEXT}'\")"  # noqa: S608 - a source text
    for revision, before, more in ((NEXT, NEWEST, "pass"), (AFTER_NEXT, NEXT, raised))[: 1 + floor]:
        step = source / "migrations" / "versions" / f"v{revision}_more.py"
        step.write_text(STEP.format(revision=revision, before=before, more=more), encoding="utf-8")
    return Version(folder)


@dataclass
class Load:
    """Clients of some version, at work in a process of their own."""

    process: subprocess.Popen[str]

    def on(self, receipts: int) -> None:
        """Return after so many further receipts."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{receipts}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip().isdigit()

    def told(self) -> dict[str, Any]:
        """Stop, and return what was wrong and which answers came."""
        out, _ = self.process.communicate(timeout=120)
        told: dict[str, Any] = json.loads(out)
        return told


@contextmanager
def load(version: Version, key: bytes, ports: list[int]) -> Iterator[Load]:
    """Put the service at these ports under the load of a version's own clients."""
    addresses = ",".join(f"http://127.0.0.1:{port}" for port in ports)
    process = subprocess.Popen(
        [sys.executable, "-P", str(LOAD), key.hex(), addresses],
        env=version.environment(), cwd=version.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        yield Load(process)
    finally:
        process.kill()
        process.communicate()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    socks = [socket.socket() for _ in range(count)]
    try:
        for sock in socks:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in socks]
    finally:
        for sock in socks:
            sock.close()
