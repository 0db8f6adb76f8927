"""The log of a real process: what it says, what it never says, and that it survives rotation."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import Process, calling, found, problem
from wardcentral.folder import Folder
from wardcentral.logs import JsonFormatter, LineFormatter

posix = pytest.mark.skipif(os.name != "posix", reason="a file that is open can be moved on POSIX only")


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An HTTP client."""
    with calling() as made:
        yield made


def lines(file: Path) -> list[dict[str, object]]:
    """Return the lines of a log, each of which is an object."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_log_of_a_day_is_json_and_names_nobody(
    central: Process, client: httpx.Client, tmp_path: Path
) -> None:
    """With a line for each request: templates, results and times; no id, address, query or body."""
    file = tmp_path / "log"
    url = central.start("--listen", "127.0.0.1:0", "--log", str(file), "--log-requests")
    city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
    stream = city.stream()
    city.blocks(city.ward.block(city.pc, stream, b"\xaa" * 512))
    city.page(after=1, limit=77)
    assert problem(client.get(f"{url}{city.target('log')}?after=1&name=yamada")) == "signature"
    assert problem(client.request("YAMADA", f"{url}/yamada?x=yamada")) == "not_found"
    central.end(lambda process: process.terminate())
    noted = lines(file)
    requests = [line for line in noted if line["logger"] == "wardcentral.request"]
    assert [(line["route"], line["method"], line["status"]) for line in requests] == [
        ("/w/{ward}/control", "POST", 200),
        ("/w/{ward}/control", "POST", 200),
        ("/w/{ward}/blocks", "POST", 200),
        ("/w/{ward}/log", "GET", 200),
        ("/w/{ward}/log", "GET", 401),
        ("none", "other", 404),
    ]
    assert requests[4]["code"] == "signature"
    assert all(isinstance(line["ms"], int) for line in requests)
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in noted)
    text = file.read_text(encoding="utf-8").lower()
    for secret in (
        city.ward.id.hex(),
        city.pc.id.hex(),
        stream.hex(),
        "yamada",
        "limit",
        "aaaaaaaa",
        "user-agent",
    ):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{16}", text)
    assert [line for line in text.splitlines() if "127.0.0.1" in line] == [
        line for line in text.splitlines() if url in line
    ]


def test_requests_are_not_noted_unless_asked_for(
    central: Process, client: httpx.Client, tmp_path: Path
) -> None:
    """When each of them came would be a ward's rhythm of work."""
    file = tmp_path / "log"
    url = central.start("--listen", "127.0.0.1:0", "--log", str(file))
    found(client, url, SIGNING.public(Folder(central.folder).secret()))
    central.end(lambda process: process.terminate())
    assert not [line for line in lines(file) if line["logger"] == "wardcentral.request"]


@posix
def test_a_log_that_was_moved_away_is_begun_anew(
    central: Process, client: httpx.Client, tmp_path: Path
) -> None:
    """As logrotate does it: nothing is signalled, no line is lost, none goes to both."""
    file = tmp_path / "log"
    url = central.start("--listen", "127.0.0.1:0", "--log", str(file), "--log-requests")
    for _ in range(3):
        client.get(f"{url}/server")
    file.rename(tmp_path / "log.1")
    for _ in range(2):
        client.get(f"{url}/server")
    central.end(lambda process: process.terminate())
    counted = [
        sum(line["message"] == "request" for line in lines(tmp_path / name)) for name in ("log.1", "log")
    ]
    # The line of an answer may be written after its caller has it: the third may be the first of the new file.
    assert sum(counted) == 5
    assert counted in ([3, 2], [2, 3])


def test_a_log_that_cannot_be_opened_is_said(central: Process, tmp_path: Path) -> None:
    """Nothing is served without the log that was asked for."""
    done = central.run("serve", "--log", str(tmp_path / "nowhere" / "log"))
    assert done.returncode == 1
    assert "ログ" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("size", ["0", "-1", "x", "10001"])
def test_a_wrong_size_is_a_usage_error(central: Process, size: str) -> None:
    """It is said at once."""
    assert central.run("serve", "--log-size", size).returncode == 2


def test_a_process_that_rotates_by_itself_keeps_a_few_files(tmp_path: Path) -> None:
    """Six megabytes of lines into files of one megabyte: the newest, and five before it at most."""
    program = (
        "import logging, sys; from pathlib import Path; from wardcentral import logs\n"
        "logs.set_up(Path(sys.argv[1]), 'json', megabytes=1)\n"
        "for number in range(8000): logging.getLogger('wardcentral').info('%d %s', number, 'x' * 1000)\n"
    )
    file = tmp_path / "log"
    subprocess.run([sys.executable, "-c", program, str(file)], check=True, timeout=60)
    kept = sorted(tmp_path.iterdir())
    assert [each.name for each in kept] == ["log", *(f"log.{n}" for n in range(1, 6))]
    assert all(each.stat().st_size <= 1024 * 1024 for each in kept)
    assert str(lines(file)[-1]["message"]).startswith("7999 ")


@given(st.text(), st.binary(min_size=8, max_size=32), st.sampled_from(["json", "text"]))
def test_whatever_a_library_says_becomes_one_line_without_ids_and_messages_of_errors(
    said: str, name: bytes, form: str
) -> None:
    """Line ends, ids and what an exception tells of its values do not get through."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else LineFormatter())
    try:
        raise ValueError(name.hex() + " secret-of-the-error")  # noqa: TRY301
    except ValueError:
        record = logging.LogRecord(
            "library", logging.ERROR, "", 1, f"{said} {name.hex()} end", (), sys.exc_info()
        )
    record.__dict__.update(address="192.0.2.77", status=500)
    handler.handle(record)
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert len(text.splitlines()) == 1
    assert name.hex() not in text
    assert "secret-of-the-error" not in text
    assert "192.0.2.77" not in text
    assert "ValueError at test_whatever" in text
    assert "500" in text
