"""Power cuts: programs killed without warning, at a moment that can be seen from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.journeys.offices import ROOT, Office, environment

GROWTH_SECONDS = 20.0


def written(home: Path) -> int:
    """Return how many bytes a home folder holds now."""
    total = 0
    for entry in os.scandir(home):
        if entry.is_file():
            total += entry.stat().st_size
    return total


def wait_for_growth(home: Path, before: int) -> None:
    """Return with the first byte that is written to the home."""
    deadline = time.monotonic() + GROWTH_SECONDS
    while written(home) == before:
        assert time.monotonic() < deadline, "nothing was written"


def type_and_kill(office: Office, act: str, target: str, first: int, saves: int, *, amid: bool) -> int:
    """Let somebody type, kill the PC after ``saves`` saves (``amid``: in the next); return the last told."""
    typing = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.journeys.typist", str(office.home), str(office.words)),
            *(act, target, str(first)),
        ],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert typing.stdout is not None
    told = first - 1
    for _ in range(saves):
        told = int(typing.stdout.readline())
    if amid:
        wait_for_growth(office.home, written(office.home))
    typing.kill()
    for line in typing.stdout:
        told = int(line) if line.endswith("\n") else told
    assert typing.wait() == -signal.SIGKILL
    typing.stdout.close()
    return told
