"""Many signed callers at once for the benches of the service: plain sockets, so that the client costs little.

``Line`` is one kept-alive connection that makes one call at a time; what it sends is what a workstation sends, down to
the signature of each call. ``central`` runs ``wardcentral serve`` as a process of its own.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.wardcentral.builders import SIGNING, Pc
from tests.wardcentral.running import Process, now_ms
from wardcentral.folder import Folder

AT_ONCE = 100
"""New connections under way at a time: a service's backlog is no part of what is measured."""


class Answer(NamedTuple):
    """What came back, and when it was whole (``time.monotonic``)."""

    status: int
    body: bytes
    came: float


@dataclass
class Line:
    """One connection of one caller."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def call(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send a call and wait for its whole answer."""
        lines = [f"{method} {target} HTTP/1.1", "Host: central", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self.writer.drain()
        status = int((await self.reader.readline()).split()[1])
        length = 0
        while (line := await self.reader.readline()) not in {b"\r\n", b""}:
            name, _, text = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(text)
        content = await self.reader.readexactly(length)
        return Answer(status, content, time.monotonic())

    async def signed(self, pc: Pc, method: str, target: str, body: bytes = b"", at_ms: int = 0) -> Answer:
        """Make a call that a PC signs; ``at_ms`` where the service has a clock of its own."""
        return await self.call(method, target, pc.headers(method, target, body, at_ms or now_ms()), body)


@asynccontextmanager
async def connected(port: int, count: int) -> AsyncIterator[list[Line]]:
    """Open ``count`` connections; close them when the block is left."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def connect() -> Line:
        async with gate:
            return Line(*await asyncio.open_connection("127.0.0.1", port))

    lines = await asyncio.gather(*(connect() for _ in range(count)))
    try:
        yield lines
    finally:
        for line in lines:
            line.writer.close()


class Central(NamedTuple):
    """A service that runs: its process, port and public key."""

    pid: int
    port: int
    key: bytes


@contextmanager
def central(*options: str, database: str = "") -> Iterator[Central]:
    """Run the service in a new folder until the block is left."""
    with tempfile.TemporaryDirectory() as root:
        process = Process(Path(root) / "central")
        process.run("init", *(("--database", database) if database else ()))
        url = process.start("--listen", "127.0.0.1:0", *options)
        try:
            assert process.process is not None
            key = SIGNING.public(Folder(process.folder).secret())
            yield Central(process.process.pid, int(url.rpartition(":")[2]), key)
        finally:
            process.end(lambda running: running.terminate())


def resident(pid: int) -> int:
    """Return the resident memory of a process, in bytes (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def open_files(pid: int) -> int:
    """Return how many files and connections a process has open (Linux)."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def room_for_files(count: int) -> None:
    """Let this process and those it starts open ``count`` connections and some more; fail where it cannot be."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count + 256:
        sys.stderr.write(f"only {hard} files may be open here\n")
        raise OSError
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
