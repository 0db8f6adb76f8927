"""The terminal driver, tried on a small program of its own."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal, TimedOutError, key_bytes

TINY = (sys.executable, Path(__file__).with_name("tiny_app.py"))


@pytest.fixture
def tiny() -> Iterator[Terminal]:
    """Return the small program, painted and ready for keys."""
    with Terminal(TINY) as terminal:
        terminal.wait_for("鶴見区 就労支援")
        yield terminal


def test_typed_japanese_reaches_the_program_and_its_answer_the_screen(tiny: Terminal) -> None:
    """Full-width text goes in whole and is read back from the cells it was painted on."""
    tiny.type("髙橋")
    tiny.press("enter")
    tiny.wait_for("髙橋さん、こんにちは")


def test_function_and_control_keys_arrive_and_the_exit_code_comes_back(tiny: Terminal) -> None:
    """F3 empties the greeting, F12 ends the program, whose exit code is returned."""
    tiny.press("f3")
    tiny.wait_gone("鶴見区")
    tiny.press("f12")
    assert tiny.wait_exit() == 7


def test_a_new_size_reaches_the_program(tiny: Terminal) -> None:
    """The program repaints for the larger window."""
    tiny.resize(120, 40)
    tiny.wait_until(lambda: "╮" in tiny.screen.display[0][110:], "the border in the new place")
    tiny.press("ctrl+l")
    tiny.wait_for("120x40")


def test_what_never_comes_is_an_error_that_shows_the_screen(tiny: Terminal) -> None:
    """A wait that fails says what was missing and what stood there instead."""
    with pytest.raises(TimedOutError, match=r"(?s)紹介状.*still running.*鶴見区"):
        tiny.wait_for("紹介状", timeout=0.2)


def test_kill_ends_the_program_at_once(tiny: Terminal) -> None:
    """A killed program ends by the signal, without a last word."""
    tiny.kill()
    assert tiny.wait_exit() == -signal.SIGKILL
    assert b"\x1b[?1049l" not in tiny.received  # It never put the shell's screen back.


def test_a_program_that_ends_early_is_told_apart_from_a_slow_one() -> None:
    """Waiting for a text of a program that has ended fails at once, with its last words."""
    with (
        Terminal([sys.executable, "-c", "print('さようなら')"]) as terminal,
        pytest.raises(TimedOutError, match="さようなら"),
    ):
        terminal.wait_for("本日", timeout=30)


def test_the_program_owns_its_terminal() -> None:
    """A passphrase prompt finds /dev/tty, so that a piped standard input cannot feed it."""
    with Terminal([sys.executable, "-c", "print(open('/dev/tty').readline().strip()[::-1])"]) as terminal:
        terminal.type("abc\n")
        terminal.wait_for("cba")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("key", "sent"),
    [("a", b"a"), ("ctrl+s", b"\x13"), ("alt+x", b"\x1bx"), ("f12", b"\x1b[24~"), ("案", "案".encode())],
)
def test_keys_are_sent_as_a_terminal_sends_them(key: str, sent: bytes) -> None:
    """A key's name becomes the bytes that xterm sends."""
    assert key_bytes(key) == sent


def test_an_unknown_key_is_an_error() -> None:
    """A misspelt key fails the test that presses it."""
    with pytest.raises(KeyError):
        key_bytes("f13")
