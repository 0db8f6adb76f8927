"""The program as an operator runs it: its commands, its files, its end, and kill -9."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.builders import SIGNING, Ward, pc
from tests.wardcentral.running import (
    START_SECONDS,
    Caller,
    Process,
    calling,
    found,
    joined,
    receipt_of,
)
from wardcentral.folder import Folder
from wardproto.messages import PushItem, PushReply, PushRequest
from wardproto.records import Entry, Receipt
from wardproto.wire import decode, encode

posix = pytest.mark.skipif(os.name != "posix", reason="signals and file modes of POSIX")


def terminate(process: subprocess.Popen[str]) -> None:
    """Stop as an operator does."""
    process.send_signal(signal.SIGTERM)


def kill(process: subprocess.Popen[str]) -> None:
    """End without warning."""
    process.kill()


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(kill)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An HTTP client."""
    with calling() as made:
        yield made


def key_of(central: Process) -> bytes:
    """Return the service's public key."""
    return SIGNING.public(Folder(central.folder).secret())


def test_init_makes_a_key_once(central: Process) -> None:
    """The key is made once, for its owner's eyes; a second init changes nothing."""
    key = central.folder / "server.key"
    before = key.read_text()
    again = central.run("init")
    assert again.returncode == 1
    assert "すでに" in again.stderr
    assert key.read_text() == before
    if os.name == "posix":
        assert key.stat().st_mode & 0o077 == 0
        assert (central.folder / "founding-token").stat().st_mode & 0o077 == 0


def test_serving_writes_its_port_when_it_accepts(central: Process, client: httpx.Client) -> None:
    """The port file holds the chosen port at the moment when calls are answered, and stays."""
    port, pid = central.folder / "port", central.folder / "pid"
    url = central.start("--listen", "127.0.0.1:0", "--port-file", str(port), "--pid-file", str(pid))
    assert url == f"http://127.0.0.1:{port.read_text()}"
    assert central.process is not None
    assert int(pid.read_text()) == central.process.pid
    assert client.get(f"{url}/health").status_code == 200
    status = json.loads(central.run("status", "--json").stdout)
    assert (status["running"], status["wards"]) == (True, [])
    second = central.run("serve", "--listen", "127.0.0.1:0")
    assert second.returncode == 1
    assert "使っています" in second.stderr
    code, log = central.end(terminate)
    if os.name == "posix":
        assert code == 0
        assert not pid.exists()
    assert "Traceback" not in log
    assert port.exists()
    assert json.loads(central.run("status", "--json").stdout)["running"] is False


def test_a_restart_goes_on_where_it_was(central: Process, client: httpx.Client) -> None:
    """After a stop and a start on the same port, the ward, its log and its numbers go on."""
    port = central.folder / "port"
    city = found(client, central.start("--listen", "127.0.0.1:0", "--port-file", str(port)), key_of(central))
    stream = city.stream()
    assert isinstance(city.blocks(city.ward.block(city.pc, stream))[0], Receipt)
    central.end(terminate)
    again = central.start("--listen", f"127.0.0.1:{port.read_text()}", "--port-file", str(port))
    assert again == city.url
    (told,) = city.blocks(city.ward.block(city.pc, stream))
    assert isinstance(told, Receipt)
    assert told.wseq == 4
    assert json.loads(central.run("status", "--json").stdout)["wards"][0]["entries"] == 4


@posix
def test_stopping_under_load_loses_no_receipt_and_ends_cleanly(
    central: Process, client: httpx.Client
) -> None:
    """SIGTERM in the middle of pushes and long polls ends the process with 0, quickly."""
    city = found(client, central.start(), key_of(central))
    stream = city.stream()
    poll = threading.Thread(target=lambda: city.call("GET", "wake?after=99"))
    poll.start()
    for _ in range(5):
        city.blocks(city.ward.block(city.pc, stream))
    code, log = central.end(terminate)
    poll.join(START_SECONDS)
    assert code == 0
    assert "Traceback" not in log
    for secret in (city.ward.id.hex(), city.pc.id.hex(), stream.hex()):
        assert secret not in log
    assert json.loads(central.run("verify", "--json").stdout)["wards"][0]["entries"] == 7


def test_an_unused_practice_service_ends_by_itself(central: Process) -> None:
    """With --exit-when-idle the process ends when nobody has called for a while."""
    central.start("--listen", "127.0.0.1:0", "--exit-when-idle", "0.1")
    code, _ = central.end(lambda _: None)
    assert code == 0


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:99999", "127.0.0.1:x", ":1"])
def test_a_wrong_address_is_a_usage_error(central: Process, listen: str) -> None:
    """A listen address that is none is answered in one sentence."""
    done = central.run("serve", "--listen", listen)
    assert done.returncode == 2
    assert "ホスト:ポート" in done.stderr


def test_a_taken_port_is_said(central: Process) -> None:
    """A port that another program holds is named, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = central.run("serve", "--listen", address)
    assert done.returncode == 1
    assert address in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("act", ["serve", "status", "verify"])
def test_a_folder_without_a_key_is_not_served(tmp_path: Path, act: str) -> None:
    """The commands say what to do first."""
    done = Process(tmp_path / "nothing").run(act)
    assert done.returncode == 1
    assert "wardcentral init" in done.stderr


@pytest.mark.parametrize("act", ["serve", "status", "verify"])
def test_a_damaged_key_or_database_is_said_and_nothing_is_changed(central: Process, act: str) -> None:
    """Neither is made anew over the damaged one."""
    database = central.folder / "central.db"
    database.write_bytes(b"no database" * 1000)
    done = central.run(act)
    assert done.returncode == 4
    assert "データベース" in done.stderr
    assert "Traceback" not in done.stderr
    assert database.read_bytes().startswith(b"no database")
    (central.folder / "server.key").write_text("not a key\n")
    done = central.run(act)
    assert done.returncode == 1
    assert "鍵ファイル" in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(central: Process) -> None:
    """An older program does not touch what it does not understand."""
    connection = sqlite3.connect(central.folder / "central.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    done = central.run("serve", "--listen", "127.0.0.1:0")
    assert done.returncode == 4
    assert "新しい版" in done.stderr


def test_a_missing_database_is_not_made_anew(central: Process) -> None:
    """A folder with a key and no database has lost its wards: the service does not start empty."""
    (central.folder / "central.db").unlink()
    for act in ("serve", "status", "verify"):
        done = central.run(act)
        assert done.returncode == 4
        assert "データベース" in done.stderr
    assert not (central.folder / "central.db").exists()


def test_verify_says_where_a_log_does_not_hold(central: Process, client: httpx.Client) -> None:
    """A changed byte in the database ends verify with 4 and the number of the entry."""
    city = found(client, central.start(), key_of(central))
    stream = city.stream()
    city.blocks(city.ward.block(city.pc, stream))
    central.end(terminate)
    whole = central.run("verify")
    assert whole.returncode == 0
    assert "異常はありません" in whole.stdout
    connection = sqlite3.connect(central.folder / "central.db")
    connection.execute("UPDATE block SET body = zeroblob(256) WHERE wseq = 3")
    connection.commit()
    connection.close()
    broken = central.run("verify")
    assert broken.returncode == 4
    assert "3 番" in broken.stdout
    report = json.loads(central.run("verify", "--json").stdout)
    assert report["wards"][0]["findings"] == [{"wseq": 3, "what": "refused"}]


def test_messages_are_english_where_the_environment_asks(
    central: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LANG=en gives English; Japanese is the source."""
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert "already has a key" in central.run("init").stderr
    assert "Everything holds" in central.run("verify").stdout


# --- kill -9


class Pusher:
    """A PC that pushes one block after the other and keeps every receipt."""

    def __init__(self, caller: Caller, stream: bytes) -> None:
        self.caller = caller
        self.stream = stream
        self.receipts: list[Receipt] = []
        self.open: PushItem | None = None

    def run(self, enough: threading.Event) -> None:
        """Push until the service is gone."""
        try:
            while not enough.is_set():
                self.once()
        except httpx.TransportError:
            return

    def once(self) -> None:
        """Push the open block again, or a new one."""
        ward = self.caller.ward
        self.open = self.open or ward.block(self.caller.pc, self.stream)
        response = self.caller.call("POST", "blocks", encode(PushRequest((self.open,))))
        assert response.status_code == 200, response.text
        answer = decode(response.content, PushReply).answers[0]
        receipt_of(ward.server_key, answer)
        told = ward.settle(self.open, answer)
        assert isinstance(told, Receipt)
        self.receipts.append(told)
        self.open = None


def test_kill_9_in_the_middle_of_pushes_loses_no_receipt(central: Process, client: httpx.Client) -> None:
    """Five times: every receipt given before the kill is in the log after it, and wseq has no gap."""
    port = central.folder / "port"
    options = ("--listen", "127.0.0.1:0", "--port-file", str(port))
    city = found(client, central.start(*options), key_of(central))
    callers = [city, *(joined(city, pc("city", "cw")) for _ in range(5))]
    pushers = [Pusher(caller, city.stream()) for caller in callers]
    for turn in range(5):
        enough = threading.Event()
        wanted = sum(len(p.receipts) for p in pushers) + 20 + 7 * turn
        with ThreadPoolExecutor(len(pushers)) as pool:
            done = [pool.submit(pusher.run, enough) for pusher in pushers]
            while sum(len(p.receipts) for p in pushers) < wanted and not any(f.done() for f in done):
                enough.wait(0.002)
            central.end(kill)
            enough.set()
        for future in done:
            future.result()
        central.start("--listen", f"127.0.0.1:{port.read_text()}")
        # An unknown outcome: the same bytes again, which may be in the log already.
        for pusher in pushers:
            if pusher.open is not None:
                pusher.once()
        entries = all_entries(city)
        assert [entry.wseq for entry in entries] == list(range(1, len(entries) + 1))
        by_hash = {entry.hash: entry for entry in entries}
        for pusher in pushers:
            for told in pusher.receipts:
                entry = by_hash[told.hash]
                assert (entry.wseq, entry.sseq, entry.head) == (told.wseq, told.sseq, told.head)
            assert sum(entry.stream == pusher.stream for entry in entries) == len(pusher.receipts)
    central.end(terminate)
    assert central.run("verify").returncode == 0


def all_entries(caller: Caller) -> list[Entry]:
    """Fetch the whole log."""
    entries: list[Entry] = []
    while True:
        page = caller.page(entries[-1].wseq if entries else 0)
        entries += [item.entry for item in page.items]
        if not page.more:
            return entries


def test_the_founding_token_is_asked_for_beyond_loopback(central: Process, client: httpx.Client) -> None:
    """With --founding token only who shows the token of the data folder founds a ward."""
    url = central.start("--listen", "127.0.0.1:0", "--founding", "token")
    ward = Ward(key_of(central))
    genesis = encode(ward.genesis())
    path = f"{url}/w/{ward.id.hex()}/control"
    assert client.post(path, content=genesis).status_code == 403
    token = (central.folder / "founding-token").read_text().strip()
    assert client.post(path, content=genesis, headers={"wc-founding": token}).status_code == 200
