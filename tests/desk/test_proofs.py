"""What the service signed of the whole log, at real desks over a real service: verified, compared, found out."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.desk.conftest import CASE, PASSPHRASE, PERSON, Offices
from tests.wardcentral.running import serving
from wardcentral.sqlite_store import SqliteReader
from wardcentral.verify import verify_ward
from wardclient.desk.api import AwayError, RefusedError
from wardclient.desk.door import HomeDoor
from wardclient.desk.setup import found
from wardclient.desk.workstation import Workstation
from wardclient.storage.home import Home


def test_both_offices_verify_the_same_log_and_can_compare_it_by_voice(
    city: Workstation, hellowork: Workstation, exchange: Callable[[], None]
) -> None:
    """The city makes both roots itself, Hello Work has them proven; the words are the same."""
    city.open_case(PERSON, CASE, none_match=True)
    exchange()
    ours, theirs = city.status(), hellowork.status()
    assert ours.state == theirs.state == "synced"
    assert ours.verified == theirs.verified > 0
    assert ours.words == theirs.words
    city.open_case({**PERSON, "given_name": "次郎", "name_kana": "カクウ ジロウ"}, CASE, none_match=True)
    exchange()
    assert city.status().verified > ours.verified
    assert city.status().words == hellowork.status().words != ours.words


def test_a_service_that_was_put_back_is_found_out_and_work_goes_on(tmp_path: Path) -> None:
    """An older database under the same key: the PC stops fetching, keeps the proof, and loses nothing."""
    central, older = tmp_path / "central", tmp_path / "older"
    central.mkdir()
    secret = b"k" * 32
    with ExitStack() as stack:
        service = stack.enter_context(serving(central, secret=secret))
        found(
            tmp_path / "city", PASSPHRASE, server=service.url, ward_code="14101", label="CW 1係", team="city",
            roles=("adm", "cw"),
        )  # fmt: skip
        desk = HomeDoor(tmp_path / "city", background=False).unlock(PASSPHRASE)
        stack.callback(desk.lock)
        desk.open_case(PERSON, CASE, none_match=True)
        desk.sync_now()
        with sqlite3.connect(service.database) as live, sqlite3.connect(tmp_path / "copy.db") as copy:
            live.backup(copy)
        case_id = desk.open_case(
            {**PERSON, "given_name": "次郎", "name_kana": "カクウ ジロウ"}, CASE, none_match=True
        )
        desk.sync_now()
        known = desk.status()
        desk.lock()
    older.mkdir()
    shutil.copy(tmp_path / "copy.db", older / "central.db")
    with ExitStack() as stack:
        service = stack.enter_context(serving(older, secret=secret))
        Home(tmp_path / "city").note_server(service.url)
        desk = HomeDoor(tmp_path / "city", background=False).unlock(PASSPHRASE)
        stack.callback(desk.lock)
        for _ in range(6):
            # One old answer may be somebody's replay; five in a row are the log itself.
            with suppress(AwayError):
                desk.sync_now()
        status = desk.status()
        assert status.state == "stopped"
        assert status.verified == known.verified
        incident = desk.inbox().incidents[0]
        assert "短くなっています" in incident.text
        desk.add_note(case_id, {"held_on": "2026-11-20", "body": "続けられる"})
        assert desk.status().unsent == 1
        out = tmp_path / "evidence.json"
        desk.write_evidence(incident.incident_id, out)
        report = json.loads(out.read_text(encoding="utf-8"))
        assert report["incident"] == "shrunk"
        assert report["service_key"] == service.key.hex()
        with pytest.raises(RefusedError):
            desk.write_evidence(incident.incident_id, out)
        with pytest.raises(RefusedError):
            desk.write_evidence("999", tmp_path / "none.json")


def test_a_log_that_an_older_program_wrote_gets_its_tree_and_is_verified(
    offices: Offices, city: Workstation, exchange: Callable[[], None]
) -> None:
    """Databases of before there were trees, on both sides: completed once, then verified as any other."""
    city.open_case(PERSON, CASE, none_match=True)
    exchange()
    words, verified = city.status().words, city.status().verified
    city.lock()
    with offices.unlock("city").place.store.transaction():
        store = offices.open_desks[-1].place.store
        store.put("tree", b"")
        store.put("checkpoint", b"")
        store.connection.execute("DELETE FROM tree_node")
    again = offices.open_desks[-1]
    assert again.status().verified == 0
    again.open_case({**PERSON, "given_name": "三郎", "name_kana": "カクウ サブロウ"}, CASE, none_match=True)
    again.sync_now()
    again.sync_now()
    assert again.status().verified > verified
    assert again.status().words != words
    reader = SqliteReader(offices.service.database)
    ward = reader.wards()[0]
    report = verify_ward(reader, ward, offices.service.service.signing, offices.service.service._secret)
    reader.close()
    assert report.findings == ()
