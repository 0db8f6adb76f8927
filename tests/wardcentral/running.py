"""The real service: on loopback in a thread, or as a process of its own."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.wardcentral.builders import SIGNING, Pc, Ward, answered
from tests.wardcentral.described import described_problem
from wardcentral.app import Limits, create_app
from wardcentral.cli import DATABASE
from wardcentral.feed_store import FeedFolder
from wardcentral.folder import Folder
from wardcentral.founding import Founding
from wardcentral.restore_notice import notices_of
from wardcentral.server import CentralServer, listen, make_server
from wardcentral.service import Service
from wardcentral.sqlite_store import SqliteStore
from wardcentral.store import ServerStore
from wardcentral.stores import make, open_reader, open_shared, open_store, open_watched
from wardproto.messages import (
    ControlPush,
    LogPage,
    PushItem,
    PushReply,
    PushRequest,
    Wake,
)
from wardproto.records import Receipt, Refusal
from wardproto.wire import decode, encode

START_SECONDS = 30.0
T = TypeVar("T")


def now_ms() -> int:
    """Real time, as the service's."""
    return time.time_ns() // 1_000_000


@dataclass
class Running:
    """A service that accepts on ``url``."""

    url: str
    key: bytes
    service: Service
    server: CentralServer
    database: Path
    client: httpx.Client


def calling() -> httpx.Client:
    """Return a client for many PCs at once."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    return httpx.Client(trust_env=False, timeout=30, limits=limits)


@contextmanager
def serving(
    folder: Path,
    *,
    limits: Limits | None = None,
    founding: Founding | None = None,
    wake_seconds: float = 20.0,
    clock_ms: Callable[[], int] = now_ms,
    make_store: Callable[[Path], SqliteStore] | None = None,
    secret: bytes | None = None,
) -> Iterator[Running]:
    """Run the service in a thread until the block is left."""
    secret = secret or os.urandom(32)
    database = folder / "central.db"
    place = Folder(folder, "" if make_store else os.environ.get(DATABASE, ""))
    store: ServerStore
    if make_store is not None:
        store = make_store(database)
    else:
        if not place.address:
            make(place)
        store = open_store(place)
    service = Service(
        store,
        lambda: open_reader(place),
        SIGNING,
        secret,
        clock_ms,
        founding or Founding(),
        wake_seconds=wake_seconds,
        shared=(lambda: open_shared(place)) if place.address else None,
        watched=lambda: open_watched(place),
        notices=lambda ward: notices_of(folder, SIGNING, SIGNING.public(secret), ward),
    )
    accepting = threading.Event()
    server = make_server(
        create_app(service, limits, FeedFolder(place.feed)),
        ready=accepting.set,
        stopping=service.stop_waiting,
    )
    with calling() as client, listen("127.0.0.1", 0) as sock:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])))
        thread.start()
        try:
            assert accepting.wait(START_SECONDS)
            url = f"http://127.0.0.1:{sock.getsockname()[1]}"
            yield Running(url, SIGNING.public(secret), service, server, database, client)
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
            store.close()
    assert not thread.is_alive()


@dataclass
class Caller:
    """A PC that makes signed calls."""

    url: str
    ward: Ward
    pc: Pc
    client: httpx.Client

    def target(self, path: str) -> str:
        """Return the path under the ward."""
        return f"/w/{self.ward.id.hex()}/{path}"

    def call(self, method: str, path: str, body: bytes = b"") -> httpx.Response:
        """Make one signed call."""
        target = self.target(path)
        headers = self.pc.headers(method, target, body, now_ms())
        return self.client.request(method, self.url + target, content=body, headers=headers)

    def control(self, push: ControlPush) -> Receipt | Refusal:
        """Push a control record."""
        response = self.call("POST", "control", encode(push))
        assert response.status_code == 200, response.text
        return self.ward.settle(push, decode(response.content, PushReply).answers[0])

    def blocks(self, *items: PushItem) -> list[Receipt | Refusal]:
        """Push blocks."""
        response = self.call("POST", "blocks", encode(PushRequest(items)))
        assert response.status_code == 200, response.text
        answers = decode(response.content, PushReply).answers
        return [self.ward.settle(item, answer) for item, answer in zip(items, answers, strict=True)]

    def page(self, after: int = 0, limit: int = 1000) -> LogPage:
        """Fetch a page."""
        response = self.call("GET", f"log?after={after}&limit={limit}")
        assert response.status_code == 200, response.text
        return decode(response.content, LogPage)

    def wake(self, after: int) -> Wake:
        """Wait for the log to be longer than ``after``."""
        response = self.call("GET", f"wake?after={after}")
        assert response.status_code == 200, response.text
        return decode(response.content, Wake)

    def stream(self) -> bytes:
        """Open an own stream."""
        push, ids = self.ward.streams(self.pc)
        assert isinstance(self.control(push), Receipt)
        return ids[0]


def found(client: httpx.Client, url: str, key: bytes) -> Caller:
    """Found a ward; return its first PC."""
    ward = Ward(key)
    genesis = ward.genesis()
    caller = Caller(url, ward, ward.founder, client)
    response = caller.client.post(url + caller.target("control"), content=encode(genesis))
    assert response.status_code == 200, response.text
    told = ward.settle(genesis, decode(response.content, PushReply).answers[0])
    assert isinstance(told, Receipt)
    return caller


def joined(admin: Caller, newcomer: Pc) -> Caller:
    """Bring in another PC by control records alone."""
    ward = admin.ward
    assert isinstance(
        admin.control(ward.invite(admin.pc, newcomer.new.team, newcomer.new.roles, now_ms() + 3_600_000)),
        Receipt,
    )
    invite = next(name for name in ward.state.invites if name not in ward.state.spent)
    assert isinstance(admin.control(ward.device_add(admin.pc, newcomer, invite)), Receipt)
    caller = Caller(admin.url, ward, newcomer, admin.client)
    if ward.state.teams[newcomer.new.team].dirty:
        assert isinstance(caller.control(ward.team_gen(newcomer)), Receipt)
    return caller


def problem(response: httpx.Response) -> str:
    """Return the code of a problem answer, after checking its form, and that openapi.yaml foresees it there."""
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.headers["wc-time"].isdigit()
    document: dict[str, Any] = json.loads(response.content)
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["title_ja"]
    described_problem(response, str(document["code"]))
    return str(document["code"])


@dataclass
class Process:
    """``wardcentral serve`` as a process."""

    folder: Path
    process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the program to its end."""
        return subprocess.run(
            [*COMMAND, arguments[0], "--data", str(self.folder), *arguments[1:]],
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            timeout=START_SECONDS,
        )

    def start(self, *options: str) -> str:
        """Start it and return its address once it accepts."""
        self.process = subprocess.Popen(
            [
                *COMMAND,
                "serve",
                "--data",
                str(self.folder),
                *(options or ("--listen", "127.0.0.1:0")),
                "--announce",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith(("ready http://", "ready https://")), line
        return line.split()[1]

    def end(self, how: Callable[[subprocess.Popen[str]], None]) -> tuple[int, str]:
        """End it; return its exit code and what it wrote to its log."""
        assert self.process is not None
        how(self.process)
        _, errors = self.process.communicate(timeout=START_SECONDS)
        code = self.process.returncode
        self.process = None
        return code, errors


ANY_PORT = ("--listen", "127.0.0.1:0")
COMMAND: Sequence[str] = (sys.executable, "-m", "wardcentral")


def receipt_of(key: bytes, answer: bytes) -> Receipt:
    """Return a receipt after checking its signature."""
    told = answered(key, answer)
    assert isinstance(told, Receipt)
    return told
