"""Real PCs and a real service over loopback, and servers that behave badly."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.memory_store import MemoryStore
from wardclient.ledger.events import Put
from wardclient.sync import enrol
from wardclient.sync.client import Client
from wardclient.sync.loop import SyncLoop
from wardclient.sync.transport import Credentials, Transport
from wardclient.vault.sealing import HybridSealing
from wardproto.signing import Ed25519Signing

SIGNING, SEALING = Ed25519Signing(), HybridSealing()
WAIT_SECONDS = 20.0


@dataclass
class Pc:
    """A PC with its store in memory; its lane is a lock."""

    store: MemoryStore
    client: Client
    transport: Transport
    lock: threading.RLock = field(default_factory=threading.RLock)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.loop = SyncLoop(self.client, self.transport, self.in_lane, self._note)

    def in_lane(self, job: Callable[[], Any], /) -> Any:
        """Run one thing at a time."""
        with self.lock:
            return job()

    def _note(self, _: bool) -> None:
        with self.changed:
            self.changed.notify_all()

    def wait_until(self, holds: Callable[[], bool]) -> bool:
        """Wait until the loop's work has made something true."""
        with self.changed:
            return self.changed.wait_for(lambda: bool(self.in_lane(holds)), WAIT_SECONDS)

    def write(self, stream: bytes, value: str) -> None:
        """Write a field."""
        self.in_lane(lambda: self.client.record(stream, "edit", [Put("person", "wish", value)]))

    def values(self, stream: bytes) -> set[object]:
        """What stands in the field."""
        register = self.store.register((stream, "person", "wish"))
        return {head.value for head in register.heads}

    def close(self) -> None:
        """Stop everything."""
        self.loop.stop()
        self.transport.close()


def open_pc(store: MemoryStore, server: str, transport: Callable[..., Transport] = Transport) -> Pc:
    """The program starts on a PC that is enrolled."""
    client = Client(store, SIGNING, SEALING, lambda: time.time_ns() // 1_000_000)
    me = client.core.me
    way = transport(server, SIGNING, Credentials(client.core.ward, me.device, me.sign_secret))
    return Pc(store, client, way)


def found(server: str) -> Pc:
    """Found a ward with one PC of the city."""
    store = MemoryStore()
    enrol.found(store, server, label="city-1", team="city", roles=("adm", "cw"))
    return open_pc(store, server)


def join(
    admin: Pc,
    server: str,
    team: str,
    roles: tuple[str, ...],
    transport: Callable[..., Transport] = Transport,
) -> Pc:
    """Enrol a second PC as two people would: one shows eight digits, the other types them."""
    invite = enrol.make_invite(
        admin.client, server, "14101", admin.in_lane, admin.loop.sync_once, team, roles
    )
    store = MemoryStore()
    shown: list[str] = []
    on_screen = threading.Event()

    def show(code: str) -> None:
        shown.append(code)
        on_screen.set()

    newcomer = threading.Thread(
        target=lambda: enrol.join(store, invite, label=team, show_code=show, wait_seconds=WAIT_SECONDS)
    )
    newcomer.start()
    assert on_screen.wait(WAIT_SECONDS)
    enrol.admit(admin.client, admin.transport, admin.in_lane, admin.loop.sync_once, invite, shown[0])
    newcomer.join(WAIT_SECONDS)
    assert not newcomer.is_alive()
    return open_pc(store, server, transport)


def share(pc: Pc, partner: str = "hellowork") -> bytes:
    """Record a consent from now on; return its joint stream."""
    consent, stream = SEALING.random(16), SEALING.random(16)
    now = pc.client.server_now_ms()
    pc.in_lane(
        lambda: pc.client.set_consent(
            consent,
            stream,
            partner=partner,
            from_ms=now - 60_000,
            until_ms=now + 3_600_000,
            items=("S1",),
            evidence=b"paper",
        )
    )
    return stream


@contextmanager
def misbehaving(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that does ``answer`` on every connection; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(WAIT_SECONDS)
        for connection in connections:
            connection.close()


def _answer(connection: socket.socket, answer: Callable[[socket.socket], object]) -> None:
    try:
        _request(connection)
        answer(connection)
    except OSError:
        return


def _request(connection: socket.socket) -> None:
    """Read a request to its end: to close with some of it unread would take the answer away from its caller."""
    held = b""
    while b"\r\n\r\n" not in held:
        if not (part := connection.recv(65536)):
            return
        held += part
    head, _, body = held.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    left = (int(length[1]) if length else 0) - len(body)
    while left > 0 and (part := connection.recv(65536)):
        left -= len(part)


def response(status: str, body: bytes, headers: str = "") -> bytes:
    """An HTTP answer."""
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{headers}\r\n"
    return head.encode() + body


__all__ = ["Pc", "found", "join", "misbehaving", "open_pc", "response", "share"]
