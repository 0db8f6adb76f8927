"""Printing on Windows, against stand-ins of the system's own calls: which printers, which verb, which file."""

import ctypes
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from wardclient.printing.system import PrintError
from wardclient.printing.windows import READ_SECONDS, ExecuteInfo, PrinterInfo, WindowsPrinting

PDF = b"%PDF-1.7 paper"
STARTED, HANDED_ON = 4711, None


@dataclass
class System:
    """Answers as winspool.drv, shell32, kernel32 and ole32 do."""

    names: tuple[str, ...] = ("受付 (二階)", "\\\\server\\窓口", "会議室")
    usual: str = "会議室"
    verbs: tuple[str, ...] = ("open", "print", "printto")
    process: int | None = STARTED
    done: list[tuple[str, str, str | None]] = field(default_factory=list)
    waited: list[tuple[int, int]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    com: int = 0
    kept: list[Any] = field(default_factory=list)

    # The names of the system's own functions.
    def EnumPrintersW(  # noqa: N802
        self, flags: Any, name: Any, level: Any, buffer: Any, size: Any, needed: Any, count: Any
    ) -> int:
        """Two calls: how much room is needed, then the rows."""
        assert (flags.value, name, level.value) == (6, None, 4)
        rows = (PrinterInfo * len(self.names))(*(PrinterInfo(each, None, 0) for each in self.names))
        self.kept.append(rows)
        room = ctypes.sizeof(rows)
        needed._obj.value = room
        if buffer is None or size.value < room:
            return 0
        ctypes.memmove(buffer, rows, room)
        count._obj.value = len(self.names)
        return 1

    def GetDefaultPrinterW(self, buffer: Any, size: Any) -> int:  # noqa: N802
        """Two calls as well."""
        if buffer is None:
            size._obj.value = len(self.usual) + 1 if self.usual else 0
            return 0
        buffer.value = self.usual
        return 1

    def CoInitializeEx(self, _reserved: Any, _how: Any) -> int:  # noqa: N802
        """Begun."""
        self.com += 1
        return 0

    def CoUninitialize(self) -> None:  # noqa: N802
        """Ended."""
        self.com -= 1

    def ShellExecuteExW(self, given: Any) -> int:  # noqa: N802
        """Start the program of the verb."""
        info = given._obj
        assert isinstance(info, ExecuteInfo)
        assert info.cbSize == ctypes.sizeof(ExecuteInfo)
        assert self.com == 1
        if info.lpVerb not in self.verbs:
            return 0
        self.done.append((info.lpVerb, info.lpFile, info.lpParameters))
        info.hProcess = self.process
        return 1

    def WaitForSingleObject(self, handle: Any, milliseconds: Any) -> int:  # noqa: N802
        """The program ended."""
        self.waited.append((handle.value, milliseconds.value))
        return 0

    def CloseHandle(self, handle: Any) -> int:  # noqa: N802
        """Given back."""
        self.closed.append(handle.value)
        return 1


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    """A Windows that this is not."""
    found = System()
    monkeypatch.setattr(ctypes, "WinDLL", lambda _name: found, raising=False)
    return found


def test_the_printers_are_those_of_the_system_the_usual_one_first(system: System) -> None:
    """Japanese names and those of a server, as they are; none where the system has none."""
    assert WindowsPrinting().printers() == ("会議室", "\\\\server\\窓口", "受付 (二階)")
    system.usual = ""
    assert set(WindowsPrinting().printers()) == set(system.names)
    system.names = ()
    assert WindowsPrinting().printers() == ()


def test_a_printer_is_taken_by_its_name(system: System, tmp_path: Path) -> None:
    """``printto`` with the quoted name; without a name the usual one by ``print``; COM is ended as it began."""
    paper = tmp_path / "a.pdf"
    printing = WindowsPrinting()
    assert printing.needs_file
    printing.print(PDF, paper, "\\\\server\\窓口")
    printing.print(PDF, paper, "受付 (二階)")
    printing.print(PDF, paper, "")
    assert system.done == [
        ("printto", str(paper), '"\\\\server\\窓口"'),
        ("printto", str(paper), '"受付 (二階)"'),
        ("print", str(paper), None),
    ]
    assert system.com == 0


def test_a_name_that_the_system_does_not_know_is_given_to_nobody(system: System, tmp_path: Path) -> None:
    """Neither a removed printer nor words that would be read as further arguments."""
    for name in ("倉庫", '会議室" "/x'):
        with pytest.raises(PrintError) as error:
            WindowsPrinting().print(PDF, tmp_path / "a.pdf", name)
        assert "この名前のプリンターはありません" in error.value.ja
    system.names = (*system.names, 'a"b')
    with pytest.raises(PrintError):
        WindowsPrinting().print(PDF, tmp_path / "a.pdf", 'a"b')
    assert system.done == []


def test_a_program_that_knows_no_printto_is_told_apart_from_none(system: System, tmp_path: Path) -> None:
    """The first still prints on the usual printer and from its own window."""
    system.verbs = ("open", "print")
    with pytest.raises(PrintError) as named:
        WindowsPrinting().print(PDF, tmp_path / "a.pdf", "会議室")
    assert "名前で選べません" in named.value.ja
    WindowsPrinting().print(PDF, tmp_path / "a.pdf", "")
    system.verbs = ()
    with pytest.raises(PrintError) as nothing:
        WindowsPrinting().print(PDF, tmp_path / "a.pdf", "")
    assert "PDF を開くプログラムがありません" in nothing.value.ja


def test_who_ends_at_once_waits_until_the_paper_is_read(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the program that was started, no longer than is set; for one that ran before, that long; once for a paper."""
    printing = WindowsPrinting()
    printing.wait()
    assert system.waited == []
    printing.print(PDF, tmp_path / "a.pdf", "")
    printing.print(PDF, tmp_path / "b.pdf", "")
    assert system.closed == [STARTED]
    printing.wait()
    printing.wait()
    assert system.waited == [(STARTED, READ_SECONDS * 1000)]
    assert system.closed == [STARTED, STARTED]
    system.process = HANDED_ON
    slept: list[float] = []
    monkeypatch.setattr("threading.Event.wait", lambda _self, seconds: slept.append(seconds))
    printing.print(PDF, tmp_path / "a.pdf", "")
    printing.wait()
    printing.wait()
    assert slept == [READ_SECONDS]


def test_the_viewer_opens_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nothing opens PDFs, or this is no Windows, it is said."""
    done: list[tuple[Path, str]] = []
    monkeypatch.setattr(os, "startfile", lambda path, verb: done.append((path, verb)), raising=False)
    paper = tmp_path / "a.pdf"
    WindowsPrinting().show(paper)
    assert done == [(paper, "open")]

    def fails(_path: Path, _verb: str) -> None:
        raise OSError(1155, "no application")

    monkeypatch.setattr(os, "startfile", fails, raising=False)
    with pytest.raises(PrintError):
        WindowsPrinting().show(paper)


@pytest.mark.skipif(os.name == "nt", reason="there it would print")
def test_elsewhere_it_says_that_it_cannot(tmp_path: Path) -> None:
    """No traceback where the calls are missing."""
    assert WindowsPrinting().printers() == ()
    with pytest.raises(PrintError):
        WindowsPrinting().print(PDF, tmp_path / "a.pdf", "")
    with pytest.raises(PrintError):
        WindowsPrinting().show(tmp_path / "a.pdf")
