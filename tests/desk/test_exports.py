"""Lists taken out of a real encrypted home: who may, what is in the file, what the log says."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import PASSPHRASE, Offices
from tests.desk.test_desk import opened, shared
from wardclient.desk.api import RefusedError
from wardclient.desk.export_rows import ExportOrder
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]
WORDS = "tori-ga-naku-mae-no-umi"
REFERRAL = {
    "opening_no": "14990-00000001",
    "employer_name": "架空食堂",
    "job_title": "調理補助",
    "letter_no": "R8-1",
}
WHY = "監査の準備のため"


def refused(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    """Return the codes of a refusal."""
    return {p.code for p in error.value.problems}


def table(text: str) -> list[list[str]]:
    """Return the rows of an export without its head."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1:]


def test_cases_go_out_encrypted_and_into_the_log(city: Workstation, tmp_path: Path) -> None:
    """Nothing readable in the file; it opens with its own passphrase; every step is a line of the log."""
    case_id = opened(city)
    file = tmp_path / "cases.wcx"
    made = city.export_list(ExportOrder("cases", f" {WHY} "), file, WORDS)
    assert made is not None
    assert "架空".encode() not in file.read_bytes()
    for wrong in (PASSPHRASE, WORDS + "x"):
        with pytest.raises(RefusedError):
            city.open_export(file, wrong)
    (row,) = table(city.open_export(file, WORDS))
    assert row[0] == case_id
    assert "架空" in row[1]
    log = city.exports()
    assert [(line.kind, line.rows, line.plain, line.reason) for line in log] == [
        ("open", 1, False, ""),
        ("cases", 1, False, WHY),
    ]
    assert log[1] == made
    assert (made.who, made.file) == ("CW 3係", "cases.wcx")
    acts = [act for _at, act in city.place.store.accesses(case_id)]
    assert acts.count("export") == 1
    assert city.place.store.access_broken_at() is None


def test_the_log_outlives_the_lock(offices: Offices, city: Workstation, tmp_path: Path) -> None:
    """It stands in the encrypted database."""
    opened(city)
    city.export_list(ExportOrder("cases", WHY), tmp_path / "a", WORDS)
    city.lock()
    assert [line.reason for line in offices.unlock("city").exports()] == [WHY]


@pytest.mark.parametrize(
    ("order", "words", "code"),
    [
        (ExportOrder("cases", "  "), WORDS, "reason"),
        (ExportOrder("cases", "あ" * 201), WORDS, "reason"),
        (ExportOrder("cases", "番号123456789018の人"), WORDS, "reason"),
        (ExportOrder("cases", WHY), "0451234567", "weak"),
        (ExportOrder("openings", WHY), WORDS, "openings"),
        (ExportOrder("notes", WHY), WORDS, "kind"),
    ],
)
def test_what_is_refused_leaves_no_file_and_no_line(
    city: Workstation, tmp_path: Path, order: ExportOrder, words: str, code: str
) -> None:
    """No reason, a weak passphrase, openings (terms of supply), an unknown list."""
    with pytest.raises(RefusedError) as error:
        city.export_list(order, tmp_path / "out", words)
    assert refused(error) == {code}
    assert not (tmp_path / "out").exists()
    assert city.exports() == ()


def test_a_file_is_never_overwritten_and_a_bad_place_is_told(city: Workstation, tmp_path: Path) -> None:
    """Refused before anything is read."""
    there = tmp_path / "there"
    there.write_text("大事なもの", encoding="utf-8")
    for path, code in ((there, "exists"), (tmp_path / "no" / "out", "unwritable")):
        with pytest.raises(RefusedError) as error:
            city.export_list(ExportOrder("cases", WHY), path, WORDS)
        assert refused(error) == {code}
    assert there.read_text(encoding="utf-8") == "大事なもの"


def test_plain_is_for_supervisors_and_guards_formulas(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """The ward's supervisor may; Hello Work's clerk may not. A cell that would be a formula is text."""
    shared(city, exchange)
    city.save_search("=cmd", "介護", {})
    with pytest.raises(RefusedError) as error:
        hellowork.export_list(ExportOrder("cases", WHY, plain=True), tmp_path / "hw.csv", "")
    assert refused(error) == {"plain"}
    made = city.export_list(ExportOrder("searches", WHY, plain=True), tmp_path / "s.csv", "")
    assert made is not None
    assert made.plain
    assert table((tmp_path / "s.csv").read_text(encoding="utf-8"))[0][0] == "'=cmd"


def test_the_other_side_takes_out_only_what_it_is_shown(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """After the withdrawal there is nothing left to take out."""
    case_id = shared(city, exchange)
    hellowork.export_list(ExportOrder("cases", WHY), tmp_path / "one", WORDS)
    (row,) = table(hellowork.open_export(tmp_path / "one", WORDS))
    assert row[0] == case_id
    assert row[4] == ""  # ケース番号 is the ward's alone
    city.withdraw_consent(case_id, {})
    exchange()
    hellowork.export_list(ExportOrder("cases", WHY), tmp_path / "two", WORDS)
    assert table(hellowork.open_export(tmp_path / "two", WORDS)) == []


def test_referrals_and_steps_name_their_person(
    city: Workstation, hellowork: Workstation, exchange: Exchange, tmp_path: Path
) -> None:
    """One row each, with the case they belong to."""
    case_id = shared(city, exchange)
    city.add_step(case_id, {"what": "応募書類を書く", "who": "client"})
    hellowork.refer(case_id, {**hellowork.referral_defaults(case_id), **REFERRAL})
    exchange()
    for desk, kind, word in ((city, "steps", "応募書類を書く"), (hellowork, "referrals", "架空食堂")):
        desk.export_list(ExportOrder(kind, WHY), tmp_path / kind, WORDS)
        (row,) = table(desk.open_export(tmp_path / kind, WORDS))
        assert row[0] == case_id
        assert word in row


def test_a_cancelled_export_is_none(city: Workstation, tmp_path: Path) -> None:
    """No file, no line."""
    opened(city)
    made = city.export_list(ExportOrder("cases", WHY), tmp_path / "a", WORDS, cancelled=lambda: True)
    assert made is None
    assert not (tmp_path / "a").exists()
    assert city.exports() == ()
