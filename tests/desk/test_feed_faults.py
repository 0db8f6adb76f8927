"""The openings feed at real desks over a real service: one PC reads a file in, the other has it."""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.desk.conftest import Offices
from wardclient.desk.api import AwayError, RefusedError
from wardclient.desk.feed_rows import FeedOutcome
from wardclient.desk.workstation import Workstation
from wardclient.practice.openings import OpeningsSpec, write_openings
from wardclient.sync.transport import TransportError


def read_in(desk: Workstation, folder: Path, rows: int = 300, **spec: int) -> None:
    """Read a file in."""
    path = folder / "openings.csv"
    write_openings(path, OpeningsSpec(rows, desk.place.today() - timedelta(days=1), **spec))  # type: ignore[arg-type]
    desk.import_openings(path, dry_run=False, progress=lambda _: None, cancelled=lambda: False)


def publish(desk: Workstation) -> FeedOutcome:
    """Publish."""
    return desk.publish_openings(cancelled=lambda: False)


def fetch(desk: Workstation) -> FeedOutcome:
    """Fetch."""
    return desk.fetch_openings(cancelled=lambda: False)


def found(desk: Workstation) -> set[tuple[str, bool]]:
    """All openings that a search finds."""
    return {(row.opening_no, row.listed) for row in desk.find_openings("", {}, 1000).rows}


def test_one_pc_publishes_and_the_other_has_it(offices: Offices, tmp_path: Path) -> None:
    """The base, then a small step; what was new for a saved search at the other PC is told there."""
    city = offices.unlock("city")
    assert fetch(city).what == "none"
    read_in(city, tmp_path)
    base = publish(city)
    assert (base.what, base.number, base.records, base.whole) == ("published", 1, 300, True)
    assert publish(city).what == "same"
    theirs = offices.unlock("hellowork")
    assert fetch(theirs).what == "taken"
    assert found(theirs) == found(city)
    theirs.save_search("全部", "", {})
    read_in(city, tmp_path, new=3, changed=2, vanished=2)
    step = publish(city)
    assert (step.number, step.whole) == (2, False)
    assert 0 < step.size < base.size / 5
    theirs.sync_now()
    assert found(theirs) == found(city)
    assert len(theirs.saved_searches()[0].new) == step.records
    state = theirs.feed_status()
    assert (state.number, state.publisher, state.trouble) == (2, "CW 3係", "")
    assert fetch(theirs).what == "same"


def test_a_damaged_chunk_at_the_service_leaves_the_openings_and_heals(
    offices: Offices, tmp_path: Path
) -> None:
    """Told in words, nothing taken; the same feed is taken once the chunk is whole again."""
    city, theirs = offices.unlock("city"), offices.unlock("hellowork")
    read_in(city, tmp_path)
    publish(city)
    fetch(theirs)
    before = found(theirs)
    known = set(chunks(offices))
    read_in(city, tmp_path, new=3)
    publish(city)
    (new,) = set(chunks(offices)) - known
    whole = new.read_bytes()
    new.write_bytes(whole[:-1] + b"x")
    with pytest.raises(RefusedError) as told:
        fetch(theirs)
    assert told.value.problems[0].code == "feed_chunk"
    assert found(theirs) == before
    assert theirs.feed_status().trouble == "chunk"
    new.write_bytes(whole)
    assert fetch(theirs).what == "taken"
    assert found(theirs) == found(city)
    assert theirs.feed_status().trouble == ""


def test_an_older_feed_is_not_taken(offices: Offices, tmp_path: Path) -> None:
    """The service puts yesterday's manifest in place of today's: told, and the openings stay."""
    city, theirs = offices.unlock("city"), offices.unlock("hellowork")
    read_in(city, tmp_path)
    publish(city)
    read_in(city, tmp_path, new=3)
    publish(city)
    fetch(theirs)
    before = found(theirs)
    newest = max((offices.service.database.parent / "feed").glob("*/*.manifest"))
    newest.unlink()
    with pytest.raises(RefusedError) as told:
        fetch(theirs)
    assert told.value.problems[0].code == "feed_rolled_back"
    assert found(theirs) == before
    publish(city)
    assert fetch(theirs).what == "taken"


def test_a_cut_connection_goes_on_where_it_was(
    offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrived before the cut is not fetched again."""
    monkeypatch.setattr("wardclient.openings.feed_pack.CHUNK_BYTES", 20_000)
    city, theirs = offices.unlock("city"), offices.unlock("hellowork")
    read_in(city, tmp_path)
    publish(city)
    asked: list[bytes] = []
    real = theirs.transport.feed_chunk

    def cut(name: bytes) -> bytes:
        if len(asked) == 3:
            raise TransportError("cut")
        asked.append(name)
        return real(name)

    monkeypatch.setattr(theirs.transport, "feed_chunk", cut)
    with pytest.raises(AwayError):
        fetch(theirs)
    assert found(theirs) == set()

    def whole(name: bytes) -> bytes:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(theirs.transport, "feed_chunk", whole)
    assert fetch(theirs).what == "taken"
    assert len(asked) == len(set(asked)) == len(chunks(offices)) > 4
    assert found(theirs) == found(city)


def test_who_may_not_publish_is_told(offices: Offices, tmp_path: Path) -> None:
    """An auditor's PC reads the feed and publishes none; the service refuses its chunks, too."""
    city = offices.unlock("city")
    offices.enrol(city, "audit", "city", ("aud",))
    read_in(city, tmp_path)
    publish(city)
    audit = offices.unlock("audit")
    assert fetch(audit).what == "taken"
    with pytest.raises(RefusedError) as told:
        publish(audit)
    assert told.value.problems[0].code == "feed_role"
    packed = os.urandom(100)
    with pytest.raises(TransportError) as refused:
        audit.transport.put_feed_chunk(sha256(packed).digest(), packed)
    assert refused.value.code == "forbidden"


def chunks(offices: Offices) -> list[Path]:
    """The chunks that lie at the service."""
    return list((offices.service.database.parent / "feed").glob("*/*.chunk"))
