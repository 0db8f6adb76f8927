"""The openings feed at real desks over a real service: one PC reads a file in, the others have it, signed."""

import datetime as dt
import os
import threading
from pathlib import Path

import pytest

from tests.desk.conftest import Offices
from wardclient.desk.api import RefusedError
from wardclient.desk.feed_watch import FeedWatch
from wardclient.desk.place import JAPAN
from wardclient.desk.workstation import Workstation
from wardclient.practice.openings import OpeningsSpec, write_openings

MANY = 120


def never() -> bool:
    """Nobody cancels."""
    return False


def read_in(desk: Workstation, folder: Path, count: int, days_ago: int, seed: int = 5) -> None:
    """Read an invented file in."""
    path = folder / f"openings-{count}-{days_ago}.csv"
    today = desk.place.today()
    write_openings(path, OpeningsSpec(count, today - dt.timedelta(days=10), seed))
    noon = dt.datetime.combine(today - dt.timedelta(days=days_ago), dt.time(12), JAPAN).timestamp()
    os.utime(path, (noon, noon))
    outcome = desk.import_openings(path, dry_run=False, progress=lambda _: None, cancelled=never)
    assert not outcome.problems


def found(desk: Workstation) -> set[str]:
    """The openings here that are in force."""
    return {row.opening_no for row in desk.find_openings("", {}, 1_000).rows}


def test_what_one_pc_read_in_the_others_have_by_small_deltas(
    city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """The first publication carries all; the next what changed; nothing new is nothing sent."""
    assert city.fetch_openings(cancelled=never).what == "none"
    read_in(hellowork, tmp_path, MANY, 1)
    first = hellowork.publish_openings(cancelled=never)
    assert (first.what, first.records) == ("published", MANY)
    assert hellowork.publish_openings(cancelled=never).what == "same"
    taken = city.fetch_openings(cancelled=never)
    assert (taken.what, taken.number, taken.whole) == ("taken", first.number, True)
    assert found(city) == found(hellowork)
    assert city.fetch_openings(cancelled=never).what == "same"
    read_in(hellowork, tmp_path, MANY + 5, 0)
    second = hellowork.publish_openings(cancelled=never)
    assert second.what == "published"
    assert not second.whole
    assert second.size < first.size
    taken = city.fetch_openings(cancelled=never)
    assert (taken.what, taken.whole) == ("taken", False)
    assert found(city) == found(hellowork)
    status = city.feed_status()
    assert (status.number, status.days, status.trouble) == (second.number, 0, "")
    assert status.publisher


def test_a_feed_that_was_touched_is_set_aside_and_what_was_here_stays(
    offices: Offices, city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """One bit of a chunk, or an older feed put back: told in words, nothing taken over."""
    read_in(hellowork, tmp_path, MANY, 2)
    hellowork.publish_openings(cancelled=never)
    city.fetch_openings(cancelled=never)
    before = found(city)
    folder = offices.service.database.parent / "feed"
    old = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    read_in(hellowork, tmp_path, MANY + 7, 1)
    hellowork.publish_openings(cancelled=never)
    fresh = [path for path in folder.rglob("*") if path.is_file() and path not in old]
    whole = {path: path.read_bytes() for path in fresh}
    assert fresh
    for path in fresh:
        path.write_bytes(whole[path][:-1] + bytes([whole[path][-1] ^ 1]))
    with pytest.raises(RefusedError) as refused:
        city.fetch_openings(cancelled=never)
    assert "前の求人はそのまま" in refused.value.ja
    assert found(city) == before
    for path in fresh:
        path.write_bytes(whole[path])
    assert city.fetch_openings(cancelled=never).what == "taken"
    now = found(city)
    for path in fresh:
        path.unlink()
    for path, data in old.items():
        path.write_bytes(data)
    with pytest.raises(RefusedError):
        city.fetch_openings(cancelled=never)
    assert city.feed_status().trouble == "rolled_back"
    assert found(city) == now


def test_a_newer_file_of_ones_own_is_not_overwritten(
    city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """Whoever read in a newer file keeps it."""
    read_in(hellowork, tmp_path, MANY, 3)
    hellowork.publish_openings(cancelled=never)
    read_in(city, tmp_path, 20, 0)
    mine = found(city)
    assert city.fetch_openings(cancelled=never).what == "older"
    assert found(city) == mine


def test_without_a_file_there_is_nothing_to_publish(city: Workstation) -> None:
    """Said in words."""
    with pytest.raises(RefusedError):
        city.publish_openings(cancelled=never)


def test_a_fetch_that_is_cancelled_goes_on_later(
    city: Workstation, hellowork: Workstation, tmp_path: Path
) -> None:
    """What had arrived is kept; nothing is half taken over."""
    read_in(hellowork, tmp_path, MANY, 1)
    hellowork.publish_openings(cancelled=never)
    assert city.fetch_openings(cancelled=lambda: True).what == "cancelled"
    assert found(city) == set()
    assert city.fetch_openings(cancelled=never).what == "taken"


def test_the_watch_fetches_beside_all_else(city: Workstation, hellowork: Workstation, tmp_path: Path) -> None:
    """Soon after the start, without anybody asking; it ends at once."""
    read_in(hellowork, tmp_path, 30, 1)
    hellowork.publish_openings(cancelled=never)
    done = threading.Event()
    outcomes = []

    def fetch() -> object:
        outcomes.append(city.fetch_openings(cancelled=lambda: watch.stopping, person=False))
        done.set()
        return outcomes[-1]

    watch = FeedWatch(fetch, first=0.0, every=3_600.0)  # type: ignore[arg-type]
    watch.start()
    assert done.wait(30)
    watch.stop()
    assert outcomes[0].what == "taken"
