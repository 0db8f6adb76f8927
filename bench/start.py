"""Start to first paint: the workstation's first screen against an empty Textual application.

Both run as a person runs them, a fresh interpreter on a real terminal, and count as painted when
the first readable text stands on the screen. The home folder is a new one, so the first screen
is the one a new PC shows. POSIX only (a pseudo-terminal).
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.harness import ROOT, Result, paired
from tests.terminal import Terminal

NAME = "start"
BAR = 1.3

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("ready")

Empty().run()
"""


def first_paint(command: Sequence[str], home: Path) -> Callable[[], float]:
    """Return a call that starts ``command`` and answers the seconds until its first text is on the screen."""

    def measure() -> float:
        begin = time.perf_counter()
        with Terminal(
            command,
            environment={
                "PYTHONPATH": str(ROOT / "src"),
                "HOME": str(home),
                "LANG": "ja_JP.UTF-8",
                "PYTHONUTF8": "1",
            },
            owns_terminal=False,
        ) as terminal:
            # A program that dies with a traceback paints, too, but never on the second screen.
            terminal.wait_until(
                lambda: b"\x1b[?1049h" in terminal.received and bool(terminal.screen_text().strip()),
                "the first text",
            )
            seconds = time.perf_counter() - begin
            if terminal.process.poll() is not None:
                msg = f"{command[1:]} ended instead of waiting for a person:\n{terminal.screen_text()}"
                raise RuntimeError(msg)
            return seconds

    return measure


def run(quick: bool = False) -> Result:
    """Measure at least seven interleaved rounds after one that fills the caches."""
    rounds = 7 if quick else 11
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ours = first_paint([sys.executable, "-m", "wardclient", "--home", str(home / "wardclient")], home)
        peer = first_paint([sys.executable, "-c", EMPTY], home)
        return paired(ours, peer, rounds=rounds).result(
            NAME, BAR, {"what": "spawn to first text on a terminal"}
        )
