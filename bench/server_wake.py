"""server-wake: how soon everybody who waits knows of a commit, and what a waiting PC costs in memory.

Ours: ``GET /w/{ward}/wake`` at a real ``wardcentral serve``, each call signed and checked: one ward with 2,000 who
wait (ten PCs with 200 connections each, since a PC is let in a thousand times at once), and 200 wards with ten PCs each, whose
blocks come one after the other. The floor: a bare asyncio server with as many connections, which reads a request to its blank line,
holds it, and writes as many bytes to all at a signal: no HTTP, no signature, no disk. Times go from the sending of
the block (of the signal) to the whole answer, as the caller sees it; callers and service share the cores. The ratio
is of the 99th percentiles of the one ward; the further bar is a second for everybody, in both.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.callers import Line, central, connected, resident, room_for_files
from bench.harness import ROOT, Result, percentile
from tests.wardcentral.builders import Pc, Ward, pc
from tests.wardcentral.running import Caller, calling, found, joined
from wardproto.messages import PushReply, PushRequest
from wardproto.wire import decode, encode

NAME = "server-wake"
BAR = 20.0
"""Times a floor that does nothing but hold connections and write to them."""
SOON_SECONDS = 1.0
CROWD, QUICK_CROWD = 2_000, 200
WARDS, QUICK_WARDS = 200, 20
EACH = 10
"""PCs of a ward."""
ROUNDS, QUICK_ROUNDS = 5, 2
SETTLE_SECONDS = 1.0
"""After the last request was sent, the service has taken it on and its memory is what it is."""
FLOOR = """
import asyncio, resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
ANSWER = b"HTTP/1.1 200 OK\\r\\ncontent-length: 20\\r\\n\\r\\n" + bytes(20)
held = []
async def serve(reader, writer):
    while True:
        try:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return writer.close()
        if head.startswith(b"POST"):
            for other in held:
                other.write(ANSWER)
            held.clear()
            writer.write(ANSWER)
        else:
            held.append(writer)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def figures(waited: Sequence[float], grown: int, callers: int) -> dict[str, Any]:
    """Return what one side came to."""
    ordered = sorted(waited)
    return {
        "callers": callers,
        "wakes": len(ordered),
        "p50_ms": percentile(ordered, 0.5) * 1000,
        "p99_ms": percentile(ordered, 0.99) * 1000,
        "most_ms": ordered[-1] * 1000,
        "bytes_each": grown / callers,
    }


class Waiting:
    """A ward whose PCs wait over their lines, and the stream that its first PC writes to."""

    def __init__(self, admin: Caller) -> None:
        self.ward: Ward = admin.ward
        self.stream = admin.stream()
        self.pcs: list[Pc] = [admin.pc, *(joined(admin, pc("city", "cw")).pc for _ in range(EACH - 1))]
        self.lines: list[Line] = []

    def target(self, path: str) -> str:
        """Return a path under the ward."""
        return f"/w/{self.ward.id.hex()}/{path}"

    def wait(self) -> list["asyncio.Task[Any]"]:
        """Let every line wait for news."""
        target = self.target(f"wake?after={max(receipt.wseq for receipt in self.ward.receipts)}")
        return [
            asyncio.create_task(line.signed(self.pcs[number % EACH], "GET", target))
            for number, line in enumerate(self.lines)
        ]

    async def push(self, line: Line) -> float:
        """Push a block; return when it was sent."""
        item = self.ward.block(self.pcs[0], self.stream)
        body = encode(PushRequest((item,)))
        sent = time.monotonic()
        answer = await line.signed(self.pcs[0], "POST", self.target("blocks"), body)
        self.ward.settle(item, decode(answer.body, PushReply).answers[0])
        return sent


async def ours(wards: int, callers: int, rounds: int) -> dict[str, Any]:
    """Let them wait, push to every ward, and so on; return the figures."""
    with central() as (pid, port, key), calling() as client:
        url = f"http://127.0.0.1:{port}"
        desks = await asyncio.to_thread(lambda: [Waiting(found(client, url, key)) for _ in range(wards)])
        async with connected(port, callers) as lines, connected(port, 1) as pushing:
            for number, line in enumerate(lines):
                desks[number % wards].lines.append(line)
            for line in lines:  # answered once, so that each connection has its share of memory before
                await line.call("GET", "/health/live", {})
            before, grown, waited = resident(pid), 0, list[float]()
            for _ in range(rounds):
                waiting = [desk.wait() for desk in desks]
                await asyncio.sleep(SETTLE_SECONDS)
                if early := [call for calls in waiting for call in calls if call.done()]:
                    raise RuntimeError(early[0].result())
                grown = grown or resident(pid) - before
                for desk, calls in zip(desks, waiting, strict=True):
                    sent = await desk.push(pushing[0])
                    answers = await asyncio.gather(*calls)
                    if bad := [answer for answer in answers if answer.status != 200]:
                        raise RuntimeError(bad[0])
                    waited += [answer.came - sent for answer in answers]
            return {"wards": wards, **figures(waited, grown, callers)}


@contextmanager
def bare() -> Iterator[tuple[int, int]]:
    """Run the floor; give its process and port."""
    command = [sys.executable, "-c", FLOOR]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield process.pid, int(process.stdout.readline())
        finally:
            process.terminate()


async def floor(callers: int, rounds: int) -> dict[str, Any]:
    """The same with a server that does nothing."""
    with bare() as (pid, port):
        async with connected(port, callers) as lines, connected(port, 1) as signalling:
            await signalling[0].call("POST", "/", {})
            before, grown, waited = resident(pid), 0, list[float]()
            for _ in range(rounds):
                waiting = [asyncio.create_task(line.call("GET", "/", {})) for line in lines]
                await asyncio.sleep(SETTLE_SECONDS)
                grown = grown or resident(pid) - before
                sent = time.monotonic()
                await signalling[0].call("POST", "/", {})
                waited += [answer.came - sent for answer in await asyncio.gather(*waiting)]
            return figures(waited, grown, callers)


def run(*, quick: bool = False) -> Result:
    """Measure the one ward, the many, and the floor."""
    callers, wards, rounds = (QUICK_CROWD, QUICK_WARDS, QUICK_ROUNDS) if quick else (CROWD, WARDS, ROUNDS)
    room_for_files(callers)
    bottom = asyncio.run(floor(callers, rounds))
    crowd = asyncio.run(ours(1, callers, rounds))
    many = asyncio.run(ours(wards, wards * EACH, rounds))
    return Result(
        NAME,
        crowd["p99_ms"],
        bottom["p99_ms"],
        BAR,
        more={
            "one_ward": crowd,
            "many_wards": many,
            "floor": bottom,
            "holds": max(crowd["p99_ms"], many["p99_ms"]) <= SOON_SECONDS * 1000,
        },
    )
