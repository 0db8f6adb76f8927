"""Handing a paper to the system: what the printer gets, what nobody else does, and what is said when it fails."""

import os
from pathlib import Path

import pytest

from tests.printers import Cups
from wardclient.printing.system import CupsPrinting, NoAnswerError, PrintError, this_system
from wardclient.printing.windows import WindowsPrinting

PDF = b"%PDF-1.7 \x00\xff paper"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these programs are scripts with a first line")


def test_the_usual_printer_is_first(cups: Cups) -> None:
    """As CUPS names them."""
    assert CupsPrinting().printers() == ("corner", "hall")
    cups.remove("lpstat")
    assert CupsPrinting().printers() == ()


def test_a_paper_goes_through_a_pipe_under_a_name_that_says_nothing(cups: Cups, tmp_path: Path) -> None:
    """The job's name is the program's; no file is made."""
    before = set(tmp_path.rglob("*.pdf"))
    CupsPrinting().print(PDF, None, "hall")
    CupsPrinting().print(PDF, None, "")
    (named, first), (usual, second) = cups.jobs
    assert first == second == PDF
    assert named[:2] == ["-d", "hall"]
    assert named[2:4] == usual[:2] == ["-t", "wardclient"]
    assert set(tmp_path.rglob("*.pdf")) == before


def test_a_printer_that_refuses_and_one_that_is_not_there_are_told_apart(cups: Cups) -> None:
    """Both in words that say what to do, without a word of the paper."""
    cups.refuse()
    with pytest.raises(PrintError) as refused:
        CupsPrinting().print(PDF, None, "")
    assert "電源と用紙" in refused.value.ja
    cups.remove("lp")
    with pytest.raises(PrintError) as missing:
        CupsPrinting().print(PDF, None, "")
    assert "CUPS" in missing.value.ja


def test_a_printer_that_gives_no_answer_is_no_refusal_and_no_missing_program(cups: Cups) -> None:
    """It took the bytes and hangs, or was killed: whether the paper comes out is not known, and that is said."""
    cups.hang()
    with pytest.raises(NoAnswerError) as hung:
        CupsPrinting(seconds=0.5).print(PDF, None, "")
    assert "0.5 秒以内に返事がありません" in hung.value.ja
    assert "紙が出たかは分かりません" in hung.value.ja
    assert "CUPS" not in hung.value.ja
    cups.mend()
    cups.die()
    with pytest.raises(NoAnswerError) as died:
        CupsPrinting().print(PDF, None, "")
    assert "紙が出たかは分かりません" in died.value.ja


def test_a_list_of_printers_that_does_not_come_is_not_waited_for_twice(cups: Cups) -> None:
    """Without it the usual printer is used."""
    cups.hang()
    assert CupsPrinting(ask_seconds=0.5).printers() == ()
    assert (cups.folder / "asked").read_text(encoding="utf-8") == "-e\n"


def test_the_viewer_is_given_the_file_and_not_waited_for(cups: Cups, tmp_path: Path) -> None:
    """A PC without one says so."""
    paper = tmp_path / "a.pdf"
    CupsPrinting().show(paper)
    assert cups.wait_shown() == [str(paper)]
    cups.remove("xdg-open")
    with pytest.raises(PrintError):
        CupsPrinting().show(paper)


def test_each_system_has_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what Python says of the platform."""
    monkeypatch.setattr("sys.platform", "win32")
    assert isinstance(this_system(), WindowsPrinting)
    monkeypatch.setattr("sys.platform", "linux")
    assert isinstance(this_system(), CupsPrinting)
