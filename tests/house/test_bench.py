"""The bench harness: what its line and its verdict mean."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.harness import Result, Rounds, paired, percentile, timed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("ours", "sense", "holds"),
    [
        (130.0, "at most", True),
        (131.0, "at most", False),
        (131.0, "at least", True),
        (129.0, "at least", False),
    ],
)
def test_a_bar_is_met_or_missed_by_its_sense(ours: float, sense: str, holds: bool) -> None:
    """Times may be at most the bar, rates must be at least it; equal is met."""
    result = Result("start", ours, 100.0, 1.3, sense="at most" if sense == "at most" else "at least")
    assert result.holds is holds


def test_a_further_bar_that_fails_makes_the_bench_short() -> None:
    """A bench with two bars, a ratio and a percentile say, holds only with both."""
    assert not Result("search-cases", 1.0, 1.0, 1.5, more={"holds": False}).holds


def test_the_line_is_the_one_that_is_read_by_machine() -> None:
    """Name, ours, peer, ratio, bar and verdict stand in that order."""
    assert Result("save", 3.0, 2.0, 2.0).line() == "save ours=3ms peer=2ms ratio=1.50 bar=2 holds"
    assert Result("save", 5.0, 2.0, 2.0).line() == "save ours=5ms peer=2ms ratio=2.50 bar=2 short"


def test_details_are_kept_as_json(tmp_path: Path) -> None:
    """The file holds the figures and the verdict, and not the name of the machine."""
    details = json.loads(Result("save", 3.0, 2.0, 2.0, more={"rounds": 7}).write(tmp_path).read_text())
    assert (details["ratio"], details["holds"], details["more"]) == (1.5, True, {"rounds": 7})
    assert set(details["machine"]) == {"system", "architecture", "python", "cores", "when"}


def test_rounds_are_interleaved_and_the_warm_up_is_left_out() -> None:
    """Both sides run in every round, each first in turn, and the first round does not count."""
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    rounds = paired(lambda: side("ours"), lambda: side("peer"), rounds=2, warm_up=1)
    assert order == ["peer", "ours", "ours", "peer", "peer", "ours"]
    assert rounds == Rounds((3.0, 6.0), (4.0, 5.0))


def test_the_result_of_rounds_is_by_medians() -> None:
    """One slow round of a busy machine does not decide."""
    result = Rounds((0.1, 0.1, 9.0), (0.2, 0.2, 0.2)).result("start", 1.3)
    assert (result.ours, result.peer, result.ratio) == (100.0, 200.0, 0.5)


@pytest.mark.parametrize(("share", "value"), [(0.95, 95), (0.5, 50), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    """The smallest value that the share does not exceed."""
    assert percentile(range(1, 101), share) == value


def test_timed_measures_the_work() -> None:
    """A call is made once a measurement."""
    calls: list[int] = []
    assert timed(lambda: calls.append(1))() >= 0
    assert calls == [1]


def test_an_unknown_bench_is_wrong_usage() -> None:
    """A misspelt name runs nothing and lists the names there are."""
    command = [sys.executable, "bench/run", "strat"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no such bench: strat" in done.stderr
    assert "start" in done.stderr.partition("there are:")[2]
