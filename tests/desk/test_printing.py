"""Printing at real desks: the printer, the viewer's files, the record in both offices, the signed form."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import PASSPHRASE, Offices
from tests.desk.test_desk import form, opened, shared
from tests.documents.pages import text
from tests.printers import Cups
from wardclient.cli import main
from wardclient.desk.api import RefusedError
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.printing.system import CupsPrinting

Exchange = Callable[[], None]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts with a first line")


def papers(offices: Offices, home: str = "city") -> list[Path]:
    """Return the files that a viewer was given and that are still there."""
    return list((offices.homes / home / "papers").glob("*"))


def test_a_print_reaches_the_printer_and_the_history_of_both_offices(
    city: Workstation,
    hellowork: Workstation,
    exchange: Exchange,
    cups: Cups,
    offices: Offices,
) -> None:
    """Its kind and serial cross with the notes' box; the paper itself is on no disk."""
    case_id = shared(city, exchange)
    made = city.print_paper(case_id, "consent", printer="hall")
    ((arguments, pdf),) = cups.jobs
    assert arguments[:2] == ["-d", "hall"]
    assert made.serial in text(pdf)
    assert papers(offices) == []
    exchange()
    for desk in (city, hellowork):
        (row,) = desk.prints(case_id)
        assert (row.title, row.serial, row.team, row.undone) == ("同意書", made.serial, "city", "")
        assert any("印刷" in line.text and made.serial in line.text for line in desk.case(case_id).timeline)


def test_the_other_offices_print_cannot_be_undone(
    city: Workstation, hellowork: Workstation, exchange: Exchange, cups: Cups
) -> None:
    """Whoever holds the paper says what became of it."""
    case_id = shared(city, exchange)
    serial = city.print_paper(case_id, "handover").serial
    exchange()
    with pytest.raises(RefusedError):
        hellowork.undo_print(case_id, serial, "x")
    exchange()
    assert city.prints(case_id)[0].undone == ""
    assert len(cups.jobs) == 1


def test_a_print_stays_with_its_office_where_the_box_is_open(
    city: Workstation,
    hellowork: Workstation,
    exchange: Exchange,
    cups: Cups,
) -> None:
    """Without S6 the other side learns of no print; without a consent nobody does."""
    case_id = shared(city, exchange, scope_to_hw=["S1"])
    city.print_paper(case_id, "handover")
    exchange()
    assert len(city.prints(case_id)) == 1
    assert hellowork.prints(case_id) == ()
    assert len(cups.jobs) == 1


def test_a_print_that_the_printer_refused_is_recorded_as_undone(city: Workstation, cups: Cups) -> None:
    """The serial is used up, so it is told; the next print goes on from it."""
    case_id = opened(city)
    cups.refuse()
    with pytest.raises(RefusedError) as error:
        city.print_paper(case_id, "consent")
    (row,) = city.prints(case_id)
    assert row.undone
    assert row.serial in error.value.ja
    cups.mend()
    assert city.print_paper(case_id, "consent").serial.endswith("-00002")
    city.undo_print(case_id, city.prints(case_id)[0].serial, "紙づまり")
    assert [row.undone for row in city.prints(case_id)] == ["紙づまり", "印刷できなかった"]
    with pytest.raises(RefusedError):
        city.undo_print(case_id, "ABCDEF-00009", "x")


def test_a_print_without_an_answer_is_neither_done_nor_undone(
    city: Workstation, hellowork: Workstation, exchange: Exchange, cups: Cups
) -> None:
    """It stands as not known in both offices until somebody looked at the printer and says what is there."""
    case_id = shared(city, exchange)
    city.printing = CupsPrinting(seconds=0.5)
    cups.hang()
    with pytest.raises(RefusedError) as error:
        city.print_paper(case_id, "consent")
    (row,) = city.prints(case_id)
    assert row.unsure
    assert not row.undone
    assert row.serial in error.value.ja
    assert "出たか不明" in error.value.ja
    assert "取りやめ" not in error.value.ja
    # Whoever signs a form signs the one that came out of the printer.
    assert city.consent_defaults(case_id)["form_serial"] == row.serial
    exchange()
    assert hellowork.prints(case_id)[0].unsure == row.unsure
    assert any("出たか不明" in line.text for line in hellowork.case(case_id).timeline)
    with pytest.raises(RefusedError):
        hellowork.confirm_print(case_id, row.serial)
    city.confirm_print(case_id, row.serial)
    exchange()
    for desk in (city, hellowork):
        assert [(each.unsure, each.undone) for each in desk.prints(case_id)] == [("", "")]
        assert any("紙が出たことを確かめた" in line.text for line in desk.case(case_id).timeline)
    with pytest.raises(RefusedError):
        city.confirm_print(case_id, row.serial)
    with pytest.raises(RefusedError):
        city.print_paper(case_id, "handover")
    city.undo_print(case_id, city.prints(case_id)[0].serial, "紙が出なかった")
    assert (city.prints(case_id)[0].unsure, city.prints(case_id)[0].undone) == ("", "紙が出なかった")


def test_what_a_viewer_was_given_goes_with_the_lock(
    city: Workstation,
    cups: Cups,
    offices: Offices,
) -> None:
    """One file while the desk is open, under a name that says nothing; none afterwards."""
    case_id = opened(city)
    made = city.view_paper(case_id, "consent")
    (path,) = papers(offices)
    assert path.read_bytes() == made.pdf
    assert made.serial not in path.name
    assert cups.folder.exists()
    city.lock()
    assert papers(offices) == []


def test_a_pc_without_a_viewer_keeps_no_file_for_it_beyond_the_lock(
    city: Workstation,
    cups: Cups,
    offices: Offices,
) -> None:
    """It is said, and recorded as undone."""
    cups.remove("xdg-open")
    case_id = opened(city)
    with pytest.raises(RefusedError) as error:
        city.view_paper(case_id, "consent")
    assert "PDF を開くプログラム" in error.value.ja
    assert city.prints(case_id)[0].undone
    city.lock()
    assert papers(offices) == []


def test_what_a_killed_program_left_goes_before_anybody_unlocks(city: Workstation, offices: Offices) -> None:
    """A process of its own shows a paper and dies; the next start of the program sweeps, without a passphrase."""
    case_id = opened(city)
    city.lock()
    script = (
        "import os, sys, pathlib\n"
        "from wardclient.desk.door import HomeDoor\n"
        "desk = HomeDoor(pathlib.Path(sys.argv[1]), offline=True, background=False).unlock(sys.argv[2])\n"
        "desk.printing.show = lambda path: None\n"
        "desk.view_paper(sys.argv[3], 'consent')\n"
        "os._exit(9)\n"
    )
    home = offices.homes / "city"
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), PASSPHRASE, case_id], check=False, capture_output=True
    )
    assert done.returncode == 9, done.stderr
    assert len(papers(offices)) == 1
    sweep = (
        "import sys, pathlib\n"
        "from wardclient.desk import door\n"
        "door.HomeDoor(pathlib.Path(sys.argv[1])).warm_up().join()\n"
    )
    subprocess.run([sys.executable, "-c", sweep, str(home)], check=True)
    assert papers(offices) == []


def test_a_paper_that_a_viewer_holds_at_the_lock_is_told_and_goes_as_soon_as_it_may(
    city: Workstation, cups: Cups, offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door says how many, the desk that is opened meanwhile says it too, and either removes it later."""
    case_id = opened(city)
    city.view_paper(case_id, "consent")
    door = HomeDoor(offices.homes / "city", offline=True, background=False)
    assert (city.papers_held(), door.clear_papers()) == (0, 0)
    unlink = Path.unlink

    def held(path: Path, **options: bool) -> None:
        if path.parent.name == "papers":
            raise PermissionError
        unlink(path, **options)

    with monkeypatch.context() as viewer:
        viewer.setattr(Path, "unlink", held)
        city.lock()
        assert door.clear_papers() == 1
        desk = door.unlock(PASSPHRASE)
        assert desk.papers_held() == 1
    try:
        assert len(papers(offices)) == 1
        assert desk.papers_held() == 0
        assert papers(offices) == []
    finally:
        desk.lock()
    assert door.clear_papers() == 0
    assert cups.folder.exists()


def test_a_desk_that_is_open_elsewhere_keeps_its_papers(
    city: Workstation, offices: Offices, cups: Cups
) -> None:
    """A second start sweeps nothing from under the first."""
    city.view_paper(opened(city), "consent")
    HomeDoor(offices.homes / "city").warm_up().join()
    assert len(papers(offices)) == 1
    assert cups.folder.exists()


def test_the_signed_form_is_tied_to_the_print(city: Workstation, cups: Cups) -> None:
    """The consent proposes the serial of the form that was printed last and keeps it."""
    case_id = opened(city)
    assert "form_serial" not in city.consent_defaults(case_id)
    city.print_paper(case_id, "consent")
    last = city.print_paper(case_id, "consent", language="vi").serial
    city.print_paper(case_id, "handover")
    assert city.consent_defaults(case_id)["form_serial"] == last
    city.record_consent(case_id, form(city, case_id))
    assert city.case(case_id).consent.values["form_serial"] == last
    assert len(cups.jobs) == 3


def test_a_preview_is_no_print(city: Workstation) -> None:
    """It says what would be on the paper, in the language that was asked for, and uses no serial."""
    case_id = opened(city)
    assert "個人情報の提供に関する同意書" in city.preview_paper(case_id, "consent")[0]
    assert "중" not in "".join(city.preview_paper(case_id, "consent"))
    assert "한국어" in "".join(city.preview_paper(case_id, "consent", language="ko"))
    assert city.prints(case_id) == ()
    assert {code for code, _ in city.paper_languages("consent")} >= {"en", "zh", "ko", "vi"}
    assert city.paper_languages("plan") == ()
    assert isinstance(city.printing, CupsPrinting)


def test_a_command_that_leaves_a_paper_held_open_says_so(
    city: Workstation,
    cups: Cups,
    offices: Offices,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On standard error, so that nobody leaves papers that lie readable on the PC without knowing it."""
    city.view_paper(opened(city), "consent")
    words = tmp_path / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    unlink = Path.unlink

    def held(path: Path, **options: bool) -> None:
        if path.parent.name == "papers":
            raise PermissionError
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", held)
    city.lock()
    home = str(offices.homes / "city")
    assert main(["--home", home, "--offline", "--passphrase-file", str(words), "status"]) == 0
    told = capsys.readouterr()
    assert "開いたままの PDF 1件" in told.err
    assert "PDF" not in told.out
    assert len(papers(offices)) == 1
    assert cups.folder.exists()


def test_a_command_leaves_the_paper_until_the_printing_program_has_read_it(
    city: Workstation, offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program prints a file (Windows), and starts only after the command has handed it over."""
    case_id = opened(city)
    city.lock()
    words = tmp_path / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    read: list[bytes] = []

    class Slow:
        """A program for PDFs that opens its file late."""

        needs_file = True

        def printers(self) -> tuple[str, ...]:
            return ("hall",)

        def print(self, pdf: bytes, path: Path | None, printer: str) -> None:
            assert (pdf[:4], printer) == (b"%PDF", "hall")
            self.path = path

        def show(self, path: Path) -> None:
            raise AssertionError

        def wait(self) -> None:
            assert self.path is not None
            read.append(self.path.read_bytes())

    monkeypatch.setattr("wardclient.desk.printing_acts.this_system", Slow)
    home = str(offices.homes / "city")
    before = ["--home", home, "--offline", "--passphrase-file", str(words)]
    assert main([*before, "print", "consent", case_id, "--printer", "hall"]) == 0
    assert [pdf[:4] for pdf in read] == [b"%PDF"]
    assert papers(offices) == []
