"""The printers and the viewer of this PC.

CUPS (Linux, macOS) takes a paper through a pipe, so that printing leaves no file. Windows prints through the
program that opens PDFs, which needs one (`windows`, `files`). Job names are the program's name alone: they are shown to everybody
at the printer.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

JOB = "wardclient"
SECONDS = 30.0
"""How long a printing system may take with a paper until nobody knows what became of it."""
ASK_SECONDS = 5.0
"""How long the list of the printers is waited for; without it the usual one is used."""


class PrintError(Exception):
    """The system did not take the paper. ``ja`` and ``en`` say what to do; nothing of the paper is in them."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


class NoAnswerError(PrintError):
    """The system did not say within the time whether it took the paper: it may come out yet, or never."""


class Printing(Protocol):
    """What a system can do with a paper."""

    needs_file: bool
    """Whether `print` reads the paper from a file."""

    def printers(self) -> tuple[str, ...]:
        """Names of the printers, the usual one first; empty where only the usual one can be used."""

    def print(self, pdf: bytes, path: Path | None, printer: str) -> None:
        """Hand a paper to a printer (empty: the usual one); PrintError, NoAnswerError where nobody knows."""

    def show(self, path: Path) -> None:
        """Open a paper in the system's viewer; PrintError."""

    def wait(self) -> None:
        """Wait until the file that was handed over last has been read; whoever ends at once would take it away."""


def this_system() -> Printing:
    """Return the printing of the system that this runs on."""
    platform: str = sys.platform
    if platform != "win32":
        return CupsPrinting(_viewer())
    from wardclient.printing.windows import WindowsPrinting

    return WindowsPrinting()


def _viewer() -> tuple[str, ...]:
    return ("open",) if sys.platform == "darwin" else ("xdg-open",)


class CupsPrinting:
    """CUPS by its own commands (``lp``, ``lpstat``), which are on every system that has it."""

    needs_file = False

    def __init__(
        self,
        viewer: tuple[str, ...] = ("xdg-open",),
        *,
        seconds: float = SECONDS,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        """``seconds`` that a print may take, ``ask_seconds`` that the list of printers may."""
        self._viewer = viewer
        self._seconds = seconds
        self._ask_seconds = ask_seconds

    def printers(self) -> tuple[str, ...]:
        """The names that CUPS knows, the default one first."""
        told = _told(("lpstat", "-e"), self._ask_seconds)
        names = [line.strip() for line in told.splitlines() if line.strip()]
        # One that hangs is not asked again.
        usual = _told(("lpstat", "-d"), self._ask_seconds).rpartition(":")[2].strip() if names else ""
        return tuple(sorted(names, key=lambda name: (name != usual, name)))

    def print(self, pdf: bytes, path: Path | None, printer: str) -> None:  # noqa: ARG002 - it goes through a pipe
        """Send a paper through a pipe."""
        where = ("-d", printer) if printer else ()
        try:
            done = _run(("lp", *where, "-t", JOB, "-o", "media=A4"), pdf, self._seconds)
        except subprocess.TimeoutExpired:
            raise _no_answer(self._seconds) from None
        if done is None:
            raise PrintError(
                "この PC には印刷のしくみ (CUPS) がありません。PDF で開いて印刷してください。",
                "This PC has no printing system (CUPS). Open the paper as a PDF and print it from there.",
            )
        if done.returncode < 0:
            # Ended by a signal before it could say anything.
            raise _no_answer(None)
        if done.returncode:
            raise PrintError(
                "プリンターが受け付けませんでした。電源と用紙、プリンターの名前を確かめて、もう一度印刷してください。",
                "The printer did not take it. Check power, paper and the printer's name, then print again.",
            )

    def show(self, path: Path) -> None:
        """Open it in the desktop's viewer."""
        if shutil.which(self._viewer[0]) is None:
            raise no_viewer()
        try:
            # What it writes to its output is nobody's.
            process = subprocess.Popen(  # noqa: S603 - a program of the system, and a path that we made
                (*self._viewer, str(path)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            raise no_viewer() from None
        # A viewer stays open: nobody waits for it but this thread, which lets the system forget it when it ends.
        threading.Thread(target=process.wait, name="viewer", daemon=True).start()

    def wait(self) -> None:
        """A pipe was read when ``lp`` ended."""


def no_viewer() -> PrintError:
    """Return the error of a PC on which nothing opens PDFs."""
    return PrintError(
        "この PC には PDF を開くプログラムがありません。管理者に知らせてください。",
        "This PC has no program that opens PDFs. Tell the administrator.",
    )


def _no_answer(seconds: float | None) -> NoAnswerError:
    ja = (
        "印刷のしくみが途中で止まりました"
        if seconds is None
        else f"プリンターから {seconds:g} 秒以内に返事がありません"
    )
    en = "The printing system broke off" if seconds is None else f"No answer within {seconds:g} s"
    return NoAnswerError(
        f"{ja}。紙が出たかは分かりません。プリンターを見て確かめてください。",
        f"{en}; whether the paper comes out is not known. Look at the printer.",
    )


def _run(command: Sequence[str], given: bytes, seconds: float) -> "subprocess.CompletedProcess[bytes] | None":
    """Run a command to its end; None where there is no such command; TimeoutExpired where it does not end."""
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - a program of the system; no shell
            (program, *command[1:]), input=given, capture_output=True, check=False, timeout=seconds
        )
    except OSError:
        return None


def _told(command: Sequence[str], seconds: float) -> str:
    try:
        done = _run(command, b"", seconds)
    except subprocess.TimeoutExpired:
        return ""
    return "" if done is None or done.returncode else done.stdout.decode(errors="replace")
