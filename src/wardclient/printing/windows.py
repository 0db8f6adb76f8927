"""Windows: papers go to a printer through the program that is registered for PDFs.

``print`` takes the usual printer, ``printto`` one by its name; not every program knows ``printto`` (a browser may
not), and that is said. The names come from the system's own list. Written after the documentation of ShellExecuteEx and
EnumPrinters and held by tests with stand-ins of these calls.
"""

import ctypes
import os
import threading
from ctypes import wintypes
from pathlib import Path
from typing import Any

from wardclient.printing.system import PrintError, no_viewer

READ_SECONDS = 20
"""By when the program has surely read its file; sooner when it ends sooner."""
LOCAL_AND_CONNECTED = 0x2 | 0x4
"""PRINTER_ENUM_LOCAL | PRINTER_ENUM_CONNECTIONS."""
KEEP_PROCESS, WAIT_FOR_START, NO_DIALOGUE = 0x40, 0x100, 0x400
"""SEE_MASK_NOCLOSEPROCESS, SEE_MASK_NOASYNC, SEE_MASK_FLAG_NO_UI."""
BEHIND = 7
"""SW_SHOWMINNOACTIVE: the window of the program does not come before ours."""
COM_OF_A_WINDOW = 0x2 | 0x4
"""COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE, as ShellExecuteEx wants it."""


class PrinterInfo(ctypes.Structure):
    """PRINTER_INFO_4W: the list that needs no answer from the printers themselves."""

    _fields_ = [
        ("pPrinterName", wintypes.LPWSTR),
        ("pServerName", wintypes.LPWSTR),
        ("Attributes", wintypes.DWORD),
    ]


class ExecuteInfo(ctypes.Structure):
    """SHELLEXECUTEINFOW."""

    _fields_ = [
        ("cbSize", wintypes.DWORD),
        ("fMask", wintypes.ULONG),
        ("hwnd", wintypes.HWND),
        ("lpVerb", wintypes.LPCWSTR),
        ("lpFile", wintypes.LPCWSTR),
        ("lpParameters", wintypes.LPCWSTR),
        ("lpDirectory", wintypes.LPCWSTR),
        ("nShow", ctypes.c_int),
        ("hInstApp", wintypes.HINSTANCE),
        ("lpIDList", ctypes.c_void_p),
        ("lpClass", wintypes.LPCWSTR),
        ("hkeyClass", wintypes.HKEY),
        ("dwHotKey", wintypes.DWORD),
        ("hIconOrMonitor", wintypes.HANDLE),
        ("hProcess", wintypes.HANDLE),
    ]


class WindowsPrinting:
    """Windows by the program that is registered for PDFs."""

    needs_file = True

    def __init__(self) -> None:
        """Nothing was handed over yet."""
        self._process: int | None = None
        self._handed = False

    def printers(self) -> tuple[str, ...]:
        """The names that the system knows, the usual one first; none where it does not say."""
        try:
            names, usual = _names(), _usual()
        except (AttributeError, OSError):
            return ()
        return tuple(sorted(set(names), key=lambda name: (name != usual, name)))

    def print(self, pdf: bytes, path: Path | None, printer: str) -> None:  # noqa: ARG002 - it goes by its file
        """Let the PDF program print the file, on the usual printer or on one by its name."""
        assert path is not None  # noqa: S101 - needs_file
        if not printer:
            self._execute(path, "print", "")
            return
        if printer not in self.printers() or '"' in printer:
            raise PrintError(
                "この名前のプリンターはありません。F2 で選び直してください。",
                "There is no printer of this name. Choose again with F2.",
            )
        self._execute(path, "printto", f'"{printer}"')

    def show(self, path: Path) -> None:
        """Open it in the PDF program."""
        try:
            start = os.startfile  # type: ignore[attr-defined,unused-ignore]
            start(path, "open")
        except (AttributeError, OSError):
            raise no_viewer() from None

    def wait(self) -> None:
        """Wait until the program has read the last file: it ended, or had time enough."""
        if not self._handed:
            return
        self._handed = False
        process, self._process = self._process, None
        if process is None:
            # It was running before and took the file over: nothing tells when it has read it.
            threading.Event().wait(READ_SECONDS)
            return
        kernel = _library("kernel32")
        kernel.WaitForSingleObject(wintypes.HANDLE(process), wintypes.DWORD(READ_SECONDS * 1000))
        kernel.CloseHandle(wintypes.HANDLE(process))

    def _execute(self, path: Path, verb: str, parameters: str) -> None:
        info = ExecuteInfo()
        info.cbSize = ctypes.sizeof(info)
        info.fMask = KEEP_PROCESS | WAIT_FOR_START | NO_DIALOGUE
        info.lpVerb, info.lpFile, info.lpParameters = verb, str(path), parameters or None
        info.nShow = BEHIND
        try:
            ole, shell, kernel = _library("ole32"), _library("shell32"), _library("kernel32")
            # Only who began with COM ends it; another mode that the thread has already will do.
            began = ole.CoInitializeEx(None, wintypes.DWORD(COM_OF_A_WINDOW)) in (0, 1)
            try:
                done = bool(shell.ShellExecuteExW(ctypes.byref(info)))
            finally:
                if began:
                    ole.CoUninitialize()
            if self._process is not None:
                kernel.CloseHandle(wintypes.HANDLE(self._process))
                self._process = None
        except (AttributeError, OSError):
            raise no_viewer() from None
        if not done and verb == "printto":
            raise PrintError(
                "この PC の PDF のプログラムは、プリンターを名前で選べません。o で PDF を開き、そこで選んでください。",
                "The PDF program of this PC cannot take a printer by its name. Open the PDF with o and choose there.",
            )
        if not done:
            raise no_viewer()
        self._process, self._handed = info.hProcess or None, True


def _library(name: str) -> Any:
    """Return a library of the system; AttributeError elsewhere."""
    return getattr(ctypes, "WinDLL")(name)  # noqa: B009 - there is none to name on other systems


def _names() -> list[str]:
    spool = _library("winspool.drv")
    needed, count = wintypes.DWORD(0), wintypes.DWORD(0)

    def ask(buffer: Any, size: int) -> bool:
        flags, level = wintypes.DWORD(LOCAL_AND_CONNECTED), wintypes.DWORD(4)
        given = (buffer, wintypes.DWORD(size), ctypes.byref(needed), ctypes.byref(count))
        return bool(spool.EnumPrintersW(flags, None, level, *given))

    ask(None, 0)
    if not needed.value:
        return []
    buffer = ctypes.create_string_buffer(needed.value)
    if not ask(buffer, needed.value):
        return []
    rows = ctypes.cast(buffer, ctypes.POINTER(PrinterInfo))
    return [str(rows[number].pPrinterName) for number in range(count.value)]


def _usual() -> str:
    spool = _library("winspool.drv")
    size = wintypes.DWORD(0)
    spool.GetDefaultPrinterW(None, ctypes.byref(size))
    if not size.value:
        return ""
    buffer = ctypes.create_unicode_buffer(size.value)
    return buffer.value if spool.GetDefaultPrinterW(buffer, ctypes.byref(size)) else ""
