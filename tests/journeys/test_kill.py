"""Power cuts: a PC or the service killed at any moment loses nothing that was saved or acknowledged."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import typist
from tests.journeys.between import Between, Call, Fault
from tests.journeys.offices import Central, Office, environment
from tests.journeys.power import type_and_kill, wait_for_growth, written
from tests.journeys.wards import PERSON, Ward, phone_of, share
from wardclient.practice.people import make_caseload_csv

ROWS = 300


def started(office: Office, *arguments: str) -> "subprocess.Popen[str]":
    """Start a command of a PC."""
    return subprocess.Popen(
        office.command(*arguments),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def clean(office: Office) -> None:
    """The PC's own check finds nothing, and what is shown is what the stored record gives."""
    assert office.do("verify", "--rebuild")["ok"] is True


def whole(central: Central) -> list[dict[str, Any]]:
    """The service's own check of every chain finds nothing; return its wards."""
    done = subprocess.run(
        [sys.executable, "-m", "wardcentral", "verify", "--data", str(central.directory), "--json"],
        env=environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    found = json.loads(done.stdout)
    assert found["whole"] is True, done.stdout
    wards: list[dict[str, Any]] = found["wards"]
    return wards


def note_bodies(office: Office, case_id: str) -> list[str]:
    """Return the texts of a case's notes, sorted."""
    return sorted(note["body"] for note in office.do("cases", "show", case_id)["notes"])


def another_case(office: Office) -> None:
    """Open the same person's case once more: any case makes a new stream."""
    office.do("cases", "open", "--none-match", values=dict(PERSON))


def test_no_save_that_was_told_is_lost_with_the_pc(ward: Ward) -> None:
    """Killed after and amid saves, five times: the last save told is there, and the other side gets it."""
    case_id = share(ward)
    last = 0
    for saves, amid in ((1, True), (3, False), (6, True), (2, True), (11, False)):
        last = type_and_kill(ward.city, "phone", case_id, last + 1, saves, amid=amid)
        # The save that was under way may have been finished too; nothing older may stand there.
        assert phone_of(ward.city, case_id) in {typist.phone(last), typist.phone(last + 1)}
        last += 1
    clean(ward.city)
    ward.everyone_syncs()
    assert phone_of(ward.hellowork, case_id) == phone_of(ward.city, case_id)
    for office in (ward.city, ward.hellowork):
        assert office.do("inbox", "list") == {"conflicts": [], "tray": [], "incidents": [], "restores": []}


def test_a_joint_note_survives_both_writers_being_killed(ward: Ward) -> None:
    """Both sides are killed while they write one note; each side's last told text reaches both."""
    case_id = share(ward)
    session = ward.city.do("session", "start", case_id)["session_id"]
    ward.everyone_syncs()
    told = {
        office.label: type_and_kill(office, "session", session, 1, saves, amid=True)
        for office, saves in ((ward.city, 3), (ward.hellowork, 5))
    }
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        texts = {author: text for _, author, text in office.do("session", "show", session)["texts"]}
        for label, number in told.items():
            assert texts[label] in {typist.text(number), typist.text(number + 1)}
        clean(office)


def at(kind: str, *, answered: bool, then: Callable[[], None]) -> Callable[[Call], Fault | None]:
    """Do ``then`` at the first call of ``kind``: before the service hears of it, or once it has answered."""

    def fault(call: Call) -> None:
        if answered:
            call.forward()
        then()
        call.hang_up()

    hit: list[Call] = []

    def choose(call: Call) -> Fault | None:
        if call.kind == kind and not hit:
            hit.append(call)
            return fault
        return None

    return choose


MOMENTS = (
    ("control", False),
    ("control", True),
    ("blocks", False),
    ("blocks", True),
    ("log", True),
)


def test_a_pc_killed_amid_its_sync_sends_everything_once(behind: tuple[Ward, Between]) -> None:
    """Killed before and after each kind of call was answered: afterwards each note is there, once."""
    ward, between = behind
    case_id = share(ward)
    expected = []
    for number, (kind, answered) in enumerate(MOMENTS):
        body = f"同期中の停電 {number}"
        expected.append(body)
        ward.city.do("notes", "add", case_id, values={"visibility": "1", "body": body})
        # A new case makes a new stream, so that there is a control record to send, too.
        another_case(ward.city)
        syncing = started(ward.city, "sync", "--once")
        between.misbehave = at(kind, answered=answered, then=syncing.kill)
        out, error = syncing.communicate(timeout=60)
        assert syncing.returncode == -signal.SIGKILL, (kind, answered, out, error)
        between.misbehave = lambda _: None
        assert ward.city.sync()["unsent"] == 0
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        assert note_bodies(office, case_id) == expected
        clean(office)
    whole(ward.central)


def test_the_service_killed_amid_pushes_loses_no_acknowledged_work(behind: tuple[Ward, Between]) -> None:
    """Killed before and after it took what two PCs push; restarted, both sides have everything once."""
    ward, between = behind
    case_id = share(ward)
    expected = []
    for number, (kind, answered) in enumerate(MOMENTS):
        for office in (ward.city, ward.hellowork):
            body = f"{office.label} {number}"
            expected.append(body)
            office.do("notes", "add", case_id, values={"visibility": "1", "body": body})
        another_case(ward.city)
        between.misbehave = at(kind, answered=answered, then=ward.central.kill)
        pushing = [started(office, "sync", "--once") for office in (ward.city, ward.hellowork)]
        codes = set()
        for process in pushing:
            _, error = process.communicate(timeout=120)
            assert "Traceback" not in error
            codes.add(process.returncode)
        assert 5 in codes, (kind, answered, codes)
        assert codes <= {0, 5}
        between.misbehave = lambda _: None
        ward.central.start()
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        assert note_bodies(office, case_id) == sorted(expected)
        assert office.do("status")["unsent"] == 0
        clean(office)
    whole(ward.central)


@pytest.mark.parametrize("moment", ["checked", "growing"])
def test_a_caseload_import_that_is_killed_leaves_all_or_nothing(
    ward: Ward, tmp_path: Path, moment: str
) -> None:
    """Killed before or while its rows are written, the import has opened no case, or every one."""
    file = tmp_path / "caseload.csv"
    file.write_bytes(make_caseload_csv(ROWS, 7, encoding="cp932").data)
    command = [part for part in ward.city.command("cases", "import", str(file)) if part != "--json"]
    importing = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert importing.stderr is not None
    # Progress is told at 0 and at 200 rows checked; then the rows are written in one transaction.
    for _ in range(2):
        assert importing.stderr.readline()
    if moment == "growing":
        wait_for_growth(ward.city.home, written(ward.city.home))
    importing.kill()
    importing.wait()
    importing.stderr.close()
    total = ward.city.do("cases", "list", "--limit", "1")["total"]
    assert total in {0, ROWS}
    clean(ward.city)
    again = ward.city.run("cases", "import", str(file))
    assert (again.code == 0) == (total == 0)
    assert ward.city.do("cases", "list", "--limit", "1")["total"] == ROWS
