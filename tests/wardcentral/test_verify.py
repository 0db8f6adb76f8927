"""The replay of everything stored: it passes what is whole and finds what is not."""

import sqlite3
from pathlib import Path

import pytest

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.conftest import Desk
from wardcentral.sqlite_store import SqliteReader, SqliteStore
from wardcentral.verify import Report, verify


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one busy ward, closed."""
    path = tmp_path / "central.db"
    store = SqliteStore(path)
    desk = Desk(store)
    partner = desk.joined("hellowork", "hw")
    stream = desk.stream()
    _, joint = desk.joint()
    for _ in range(5):
        desk.took(desk.ward.block(desk.ward.founder, stream))
        desk.took(desk.ward.block(partner, joint))
    desk.refused(desk.ward.block(partner, joint, change={"bseq": 77}))
    store.close()
    (tmp_path / "secret").write_bytes(desk.secret)
    return path


def reports(file: Path) -> list[Report]:
    """Verify a database file."""
    reader = SqliteReader(file)
    try:
        return list(verify(reader, SIGNING, (file.parent / "secret").read_bytes()))
    finally:
        reader.close()


def test_a_whole_log_holds(file: Path) -> None:
    """An honest log replays to the same entries and ends."""
    (report,) = reports(file)
    assert report.findings == ()
    assert (report.entries, report.controls, report.streams) == (16, 6, 3)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM entry WHERE wseq = 9",
        "UPDATE entry SET recv_ms = recv_ms + 1 WHERE wseq = 9",
        "UPDATE entry SET head = zeroblob(32) WHERE wseq = 9",
        "UPDATE entry SET hash = zeroblob(32) WHERE wseq = 9",
        "UPDATE block SET body = zeroblob(256) WHERE wseq = 9",
        "UPDATE block SET record = zeroblob(300) WHERE wseq = 9",
        "UPDATE block SET record = (SELECT record FROM block WHERE wseq = 11) WHERE wseq = 9",
        "UPDATE keybox SET wrap = zeroblob(80) WHERE wseq = (SELECT max(wseq) FROM keybox)",
        "DELETE FROM keybox WHERE wseq = (SELECT max(wseq) FROM keybox)",
        "UPDATE ward_head SET wseq = 17",
        "UPDATE ward_head SET recv_ms = recv_ms + 1",
        "UPDATE stream_head SET head = zeroblob(32) WHERE sseq = 5",
        "UPDATE stream_head SET epoch = 2 WHERE sseq = 5",
        "UPDATE device_head SET bseq = 4",
        "DELETE FROM device_head",
        "UPDATE refusal SET hash = (SELECT hash FROM entry WHERE wseq = 9)",
        "DELETE FROM entry WHERE wseq = 16; DELETE FROM block WHERE wseq = 16",
    ],
)
def test_damage_is_found(file: Path, damage: str) -> None:
    """Whatever is changed in the log, the replay does not come out as what is stored."""
    connection = sqlite3.connect(file)
    connection.executescript(damage)
    connection.close()
    (report,) = reports(file)
    assert report.findings
