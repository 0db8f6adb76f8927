"""What tests/conftest.py promises to every test."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_connection_to_another_machine_is_refused() -> None:
    """A test that would leave this machine fails before the first packet (192.0.2.0/24 is for documents)."""
    with socket.socket() as line, pytest.raises(AssertionError, match=r"tried to reach 192\.0\.2\.1"):
        line.connect(("192.0.2.1", 80))


def test_loopback_is_free() -> None:
    """Services of tests are reached on this machine."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as line,
    ):
        assert line.getpeername() == server.getsockname()


def test_programs_find_an_empty_home_and_japanese(clean_environment: Path) -> None:
    """Neither a developer's home nor the language of a shell reaches what tests start."""
    assert Path.home() == clean_environment
    assert os.environ["LANG"] == "ja_JP.UTF-8"
    assert [name for name in os.environ if name.startswith(("WARDCLIENT_", "LC_", "XDG_"))] == []


def test_programs_under_test_are_those_of_this_folder(tmp_path: Path) -> None:
    """A process that a test starts elsewhere imports the sources beside these tests."""
    code = "import wardclient; print(wardclient.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(Path(__file__).resolve().parents[2] / "src")
