"""The practice ward: built by one command, opened from two terminals, one service between them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.offices import environment
from tests.terminal import Terminal

COMMAND = (sys.executable, "-m", "wardclient", "demo")
CASES, OPENINGS = 48, 60


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small practice ward; its service is ended with the tests."""
    folder = tmp_path_factory.mktemp("practice")
    size = ("--cases", str(CASES), "--openings", str(OPENINGS))
    subprocess.run(
        [*COMMAND, "--dir", str(folder), "--build-only", *size],
        env=environment(),
        capture_output=True,
        check=True,
        timeout=180,
    )
    yield folder
    subprocess.run([*COMMAND, "--dir", str(folder), "--stop"], env=environment(), check=True, timeout=60)


def opened(practice: Path, *arguments: str) -> Terminal:
    """Open one side of the practice ward on a terminal of its own."""
    return Terminal([*COMMAND, "--dir", practice, *arguments], environment=environment())


def test_both_sides_open_and_see_what_is_theirs(practice: Path) -> None:
    """The city sees its caseload, Hello Work those who consented; both say that this is practice."""
    with opened(practice) as city, opened(practice, "--as", "hellowork") as hellowork:
        for seat in (city, hellowork):
            seat.wait_for("すべて架空です")
            seat.press("enter")
            seat.wait_for("ケース一覧")
            seat.wait_for("練習区")
        city.wait_for(f"{CASES}件")
        hellowork.wait_until(lambda: 0 < count(hellowork) < CASES, "some cases, not all")
        city.press("f3")
        city.wait_for("求人検索")
        # A few lapse by their own date.
        city.wait_until(lambda: OPENINGS * 0.8 < count(city) <= OPENINGS, "most of the openings")
        assert (practice / "central" / "pid").read_text(encoding="ascii").isdigit()


def count(seat: Terminal) -> int:
    """Return the number of lines that the list says it has."""
    row = next((line for line in seat.screen_text().splitlines() if "さがす" in line), "")
    digits = "".join(c for c in row.rpartition("件")[0][-5:] if c.isdigit())
    return int(digits or 0)


def test_the_ward_is_there_again_after_its_service_was_killed(practice: Path) -> None:
    """Without a service the screen opens all the same; the next demo starts it on the same address."""
    port = (practice / "central" / "port").read_text(encoding="ascii")
    pid = int((practice / "central" / "pid").read_text(encoding="ascii"))
    subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(pid)], check=True)
    with opened(practice, "--offline") as city:
        city.wait_for("合言葉")
        city.press("enter")
        city.wait_for(f"{CASES}件")
    with opened(practice) as city:
        city.wait_for("合言葉")
        city.press("enter")
        city.wait_for("同期済")
    assert (practice / "central" / "port").read_text(encoding="ascii") == port
