"""An announced restore at real desks over a real service: read in the inbox, acknowledged, and nothing is lost."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.desk.conftest import CASE, PASSPHRASE, PERSON
from tests.wardcentral.running import serving
from wardcentral.restore import Restored
from wardcentral.restore_notice import write_notices
from wardcentral.sqlite_store import SqliteReader
from wardclient.desk.api import AwayError, RefusedError
from wardclient.desk.door import HomeDoor
from wardclient.desk.setup import found
from wardclient.desk.workstation import Workstation
from wardclient.storage.home import Home
from wardproto.signing import Ed25519Signing

SECRET = b"k" * 32
SECOND = {**PERSON, "given_name": "次郎", "name_kana": "カクウ ジロウ"}


@contextmanager
def at_desk(folder: Path, url: str = "") -> Iterator[Workstation]:
    """Unlock the desk; its service is at another address now."""
    if url:
        Home(folder).note_server(url)
    desk = HomeDoor(folder, background=False).unlock(PASSPHRASE)
    try:
        yield desk
    finally:
        desk.lock()


def restored(folder: Path, copy: Path) -> None:
    """Put the copy in place, with the notice that `wardcentral restore` leaves."""
    folder.mkdir()
    shutil.copy(copy, folder / "central.db")
    reader = SqliteReader(folder / "central.db")
    (ward,) = reader.wards()
    end = reader.ward_head(ward)
    assert end is not None
    told = Restored(ward, end.wseq, end.wseq, end.recv_ms, b"", end.root, "")
    now = end.recv_ms + 600_000
    write_notices(folder, [told], Ed25519Signing(), SECRET, copied_ms=end.recv_ms, now_ms=now)


def test_the_inbox_shows_a_restore_and_its_acknowledgement_brings_the_lost_case_back(tmp_path: Path) -> None:
    """A case that only this PC still knew: readable all the while, and in the service's log again afterwards."""
    (tmp_path / "central").mkdir()
    with serving(tmp_path / "central", secret=SECRET) as service:
        found(
            tmp_path / "city", PASSPHRASE, server=service.url, ward_code="14101", label="CW 1係", team="city",
            roles=("adm", "cw"),
        )  # fmt: skip
        with at_desk(tmp_path / "city") as desk:
            kept = desk.open_case(PERSON, CASE, none_match=True)
            desk.sync_now()
            with sqlite3.connect(service.database) as live, sqlite3.connect(tmp_path / "copy.db") as copy:
                live.backup(copy)
            lost = desk.open_case(SECOND, CASE, none_match=True)
            desk.add_note(kept, {"held_on": "2026-11-20", "body": "控えの後の記録"})
            desk.sync_now()
            size = desk.status().verified
            notes = [note.body for note in desk.case(kept).notes]
    restored(tmp_path / "older", tmp_path / "copy.db")
    with ExitStack() as stack:
        service = stack.enter_context(serving(tmp_path / "older", secret=SECRET))
        desk = stack.enter_context(at_desk(tmp_path / "city", service.url))
        with suppress(AwayError):
            desk.sync_now()
        assert desk.status().state == "restored"
        (row,) = desk.inbox().restores
        assert row.kind == "waiting"
        assert 0 < row.entries < size
        assert "消えていません" in row.text
        assert "復旧" in desk.inbox().incidents[0].text
        assert desk.case(lost).row.case_id == lost
        desk.add_note(lost, {"held_on": "2026-11-21", "body": "待つ間の記録"})
        with pytest.raises(RefusedError):
            desk.resume_sync()
        desk.acknowledge_restore()
        desk.sync_now()
        assert desk.status().state == "synced"
        assert desk.status().unsent == 0
        assert desk.status().verified > row.entries
        assert [each.kind for each in desk.inbox().restores] == ["acknowledged"]
        assert [note.body for note in desk.case(kept).notes] == notes
        with pytest.raises(RefusedError):
            desk.acknowledge_restore()
    assert SqliteReader(tmp_path / "older" / "central.db").wards()
