"""What benches share: paired rounds, the result and its one line.

A bench is a module of this folder with ``NAME`` (as in design 8, with hyphens; the module's name
has underscores), ``BAR`` and ``run(quick: bool) -> Result``. Ours and the peer are measured in the
same run, in turn, because this machine is never as quiet as the last: only the ratio means anything.
"""

import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"

Sense = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Result:
    """One measured comparison. ``ours`` and ``peer`` are in ``unit``; the bar is a ratio."""

    name: str
    ours: float
    peer: float
    bar: float
    unit: str = "ms"
    sense: Sense = "at most"
    """Whether the ratio may be at most (times) or must be at least (rates) the bar."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What explains the figures: sizes, rounds, percentiles, a second bar that holds or not."""

    @property
    def ratio(self) -> float:
        """Ours for one of the peer's."""
        return self.ours / self.peer if self.peer else float("inf")

    @property
    def holds(self) -> bool:
        """Whether the bar is met, with every further bar that ``more`` names as ``holds``."""
        met = self.ratio <= self.bar if self.sense == "at most" else self.ratio >= self.bar
        return met and bool(self.more.get("holds", True))

    def line(self) -> str:
        """Return the line that bench/run prints."""
        return (
            f"{self.name} ours={self.ours:.4g}{self.unit} peer={self.peer:.4g}{self.unit} "
            f"ratio={self.ratio:.2f} bar={self.bar:g} {'holds' if self.holds else 'short'}"
        )

    def write(self, folder: Path = RESULTS) -> Path:
        """Leave the details as JSON in ``folder`` and return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.name}.json"
        details = {**asdict(self), "ratio": self.ratio, "holds": self.holds, "machine": machine()}
        file.write_text(
            json.dumps(details, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8"
        )
        return file


def machine() -> dict[str, Any]:
    """Return what the figures depend on, without the name of the machine or of a person."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


class Rounds(NamedTuple):
    """Seconds of each round, ours and the peer's, in the order they were run."""

    ours: tuple[float, ...]
    peer: tuple[float, ...]

    def result(self, name: str, bar: float, more: Mapping[str, Any] | None = None) -> Result:
        """Return the result by medians, in milliseconds."""
        rounds = {
            "rounds": len(self.ours),
            "ours_ms": spread(self.ours),
            "peer_ms": spread(self.peer),
            "median_of_paired_ratios": statistics.median(
                a / b for a, b in zip(self.ours, self.peer, strict=True)
            ),
        }
        return Result(
            name,
            statistics.median(self.ours) * 1000,
            statistics.median(self.peer) * 1000,
            bar,
            more={**rounds, **(more or {})},
        )


def paired(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int, warm_up: int = 1) -> Rounds:
    """Measure both sides in turn; each call returns its own seconds.

    The first ``warm_up`` rounds do not count.
    Which side goes first changes with every round, so that neither always finds the caches warm.
    """
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(warm_up + rounds):
        for side in (0, 1) if number % 2 else (1, 0):
            gc.collect()
            taken = (ours, peer)[side]()
            if number >= warm_up:
                seconds[side].append(taken)
    return Rounds(tuple(seconds[0]), tuple(seconds[1]))


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Return a call that does ``work`` and answers its seconds."""

    def measure() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    return measure


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return least, median, 95th percentile and greatest, in milliseconds."""
    ordered = sorted(seconds)
    return {
        "least": ordered[0] * 1000,
        "median": statistics.median(ordered) * 1000,
        "p95": percentile(ordered, 0.95) * 1000,
        "greatest": ordered[-1] * 1000,
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest of the ``ordered`` values that at least ``share`` of them do not exceed."""
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]
