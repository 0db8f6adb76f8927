"""A real terminal for tests: a program on a pseudo-terminal, read by a terminal emulator.

with Terminal([sys.executable, "-m", "wardclient"]) as terminal:
    terminal.wait_for("解錠")
    terminal.type("合言葉")
    terminal.press("enter")
    terminal.wait_for("本日")

Nothing here sleeps: every wait is a ``select`` on the terminal with a deadline, so it ends
with the very byte that completes what was waited for. POSIX only.
"""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte
from wcwidth import wcwidth

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "insert": "\x1b[2~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f11": "\x1b[23~",
    "f12": "\x1b[24~",
    "shift+up": "\x1b[1;2A",
    "shift+down": "\x1b[1;2B",
    "ctrl+home": "\x1b[1;5H",
    "ctrl+end": "\x1b[1;5F",
}
"""What a terminal sends for a named key. ``ctrl+LETTER`` and single characters need no entry."""

# The program becomes owner of its terminal, as a shell would make it: Ctrl+C reaches it as a
# signal and a passphrase prompt finds /dev/tty. Done in the child, since Python may not fork safely
# while threads run.
OWN_TERMINAL = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
WIDE = 2
PATIENCE = 20.0
"""Seconds a wait may take on a busy machine before it counts as never."""


class TimedOutError(AssertionError):
    """What was waited for did not come; the text holds the screen as it stands."""


class Terminal:
    """One program on one terminal. Leaving the ``with`` block ends the program if it still runs."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        owns_terminal: bool = True,
    ) -> None:
        """Start ``command``. ``environment`` is added to this process's own.

        ``owns_terminal=False`` starts it some milliseconds sooner, without a controlling terminal.
        """
        self.screen: Any = pyte.Screen(columns, rows)
        self._stream: Any = pyte.ByteStream(self.screen)
        self.received = bytearray()
        """Every byte the program has written, for tests that search them."""
        self._master, slave = pty.openpty()
        set_size(slave, columns, rows)
        wrapper = [sys.executable, "-I", "-S", "-c", OWN_TERMINAL] if owns_terminal else []
        self.process = subprocess.Popen(
            [*wrapper, *map(str, command)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            # The emulator knows 24-bit colours and does not know the kitty keyboard protocol.
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "TEXTUAL_DISABLE_KITTY_KEY": "1",
                **(environment or {}),
            },
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        os.close(self._master)

    def screen_text(self) -> str:
        """Return what the screen shows, a line per row, without trailing blanks."""
        return "\n".join(
            line_text(self.screen.buffer[row], self.screen.columns).rstrip()
            for row in range(self.screen.lines)
        )

    def wait_for(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until ``text`` stands on one line of the screen."""
        self.wait_until(lambda: text in self.screen_text(), f"「{text}」 on the screen", timeout)

    def wait_gone(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until ``text`` stands nowhere on the screen."""
        self.wait_until(lambda: text not in self.screen_text(), f"「{text}」 gone from the screen", timeout)

    def wait_until(self, holds: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Wait until ``holds()``, asked again after each piece of output; ``what`` names it in the error."""
        deadline = time.monotonic() + timeout
        while not holds():
            if not self._read(deadline):
                # The program may have written its last words between the question and its end.
                if holds():
                    return
                raise TimedOutError(self._complaint(what))

    def wait_quiet(self, seconds: float = 0.3, timeout: float = PATIENCE) -> None:
        """Wait until nothing has been painted for ``seconds``. For pictures; tests wait for a text."""
        deadline = time.monotonic() + timeout
        while self._read(min(deadline, time.monotonic() + seconds)):
            if time.monotonic() > deadline:
                raise TimedOutError(self._complaint(f"{seconds} s without output"))

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait until the program has ended and return its exit code (negative: the signal)."""
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            pass
        try:
            return self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TimedOutError(self._complaint("the end of the program")) from None

    def press(self, *keys: str) -> None:
        """Press keys by their Textual names (``enter``, ``f3``, ``ctrl+s``, ``a``), one after the other."""
        for key in keys:
            self._write(key_bytes(key))

    def type(self, text: str) -> None:
        """Type ``text`` as an input method hands it over: whole, in UTF-8."""
        self._write(text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal; the program is told as by a window."""
        self.screen.resize(rows, columns)
        set_size(self._master, columns, rows)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGWINCH)

    def kill(self) -> None:
        """End the program at once (SIGKILL), as a power cut would. Nothing happens when it has ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _read(self, deadline: float) -> bool:
        """Take what the program has written; False when the deadline came first or it wrote its last."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux answers EIO once the last process has let go of the terminal.
            return False
        self.received += data
        self._stream.feed(data)
        return bool(data)

    def _write(self, data: bytes) -> None:
        while data:
            # A program busy painting must be read from, or both sides wait for the other.
            readable, writable, _ = select.select([self._master], [self._master], [], PATIENCE)
            if readable and not self._read(0.0):
                raise TimedOutError(self._complaint("a program that reads its keys"))
            if writable:
                data = data[os.write(self._master, data) :]
            elif not readable:
                raise TimedOutError(self._complaint("a program that reads its keys"))

    def _complaint(self, missing: str) -> str:
        code = self.process.poll()
        state = "still running" if code is None else f"ended with {code}"
        return f"waited in vain for {missing}; program {state}; screen:\n{self.screen_text()}"


def line_text(cells: Any, columns: int) -> str:
    """Return a row of the emulator as text.

    Its own ``display`` stumbles over the right half of a full-width character whose left half has
    been painted over: a state in which a screen is often seen in the middle of a repaint.
    """
    found, column = [], 0
    while column < columns:
        character = cells[column].data or " "
        found.append(character)
        column += 2 if wcwidth(character[0]) == WIDE else 1
    return "".join(found)


def key_bytes(key: str) -> bytes:
    """Return what a terminal sends for ``key``. Raises KeyError for a key it has no name for."""
    if key in KEYS:
        return KEYS[key].encode()
    if len(key) == 1:
        return key.encode()
    held, _, letter = key.rpartition("+")
    if held == "ctrl" and len(letter) == 1 and letter.isascii() and letter.isalpha():
        return bytes([ord(letter) & 0x1F])
    if held == "alt" and len(letter) == 1:
        return b"\x1b" + letter.encode()
    raise KeyError(key)


def set_size(descriptor: int, columns: int, rows: int) -> None:
    """Tell the terminal behind ``descriptor`` how large it is."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
