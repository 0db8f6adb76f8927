"""server-morning: eight hours of a city in four minutes, and what the memory of the service does meanwhile.

18 wards, each with five PCs that wait for news, fetch what is new and wait again, and write 1,200 blocks between them (a ward
writes about that in a working day: docs/engineering/scale.md). The service's clock runs as much faster as the day is
shorter, so that what it forgets after minutes is forgotten here too. Ours is the most resident memory of the last two
"hours"; the peer the most of the second and third, when every path has been walked. Open files and waiting calls
are kept beside it; at the end every ward's log must hold all that was receipted, in order and without a gap.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from bench.callers import Answer, Line, connected, open_files, resident, room_for_files
from bench.harness import ROOT, Result, percentile
from bench.morning_service import fast_clock
from tests.wardcentral.builders import Pc, Ward, pc
from tests.wardcentral.running import calling, found, now_ms
from wardproto.messages import ControlPush, LogPage, PushItem, PushReply, PushRequest, Wake
from wardproto.records import Receipt
from wardproto.wire import decode, encode

NAME = "server-morning"
BAR = 1.10
HOURS = 8
WARDS, QUICK_WARDS = 18, 4
PCS = 5
BLOCKS, QUICK_BLOCKS = 1_200, 60
"""Of a ward in the day."""
SECONDS, QUICK_SECONDS = 240.0, 24.0
PAGE = 200
WARM, LAST = (1, 3), (6, 8)
"""The hours (from, to) whose most memory is compared."""


class Clocked(NamedTuple):
    """A running service whose day is fast."""

    pid: int
    port: int
    key: bytes
    clock: Any


@contextmanager
def clocked(factor: float) -> Iterator[Clocked]:
    """Run the service with a fast clock until the block is left."""
    begun = now_ms()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.morning_service", folder, str(begun), str(factor)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            url, key = process.stdout.readline().split()
            yield Clocked(
                process.pid, int(url.rpartition(":")[2]), bytes.fromhex(key), fast_clock(begun, factor)
            )
            process.stdin.close()


class Office:
    """One ward in its morning."""

    def __init__(self, ward: Ward, service: Clocked) -> None:
        self.ward = ward
        self.service = service
        self.stream = b""
        self.pcs: list[Pc] = []
        self.end = 0
        """How long the log is at the end of the day; 0 before."""
        self.waited: list[float] = []
        self.fetched = 0

    async def call(self, line: Line, by: Pc, method: str, path: str, body: bytes = b"") -> Answer:
        """Make a signed call; again where the fast clock went on too far between signing and reading."""
        target = f"/w/{self.ward.id.hex()}/{path}"
        answer = Answer(0, b"", 0.0)
        for _ in range(20):
            answer = await line.signed(by, method, target, body, self.service.clock())
            if answer.status == 200:
                return answer
            if b'"clock"' not in answer.body:
                break
        raise RuntimeError(answer)

    async def push(self, line: Line, by: Pc, item: PushItem | ControlPush) -> Receipt:
        """Push one thing; it must be taken."""
        path, body = (
            ("control", encode(item))
            if isinstance(item, ControlPush)
            else ("blocks", encode(PushRequest((item,))))
        )
        answer = await self.call(line, by, "POST", path, body)
        told = self.ward.settle(item, decode(answer.body, PushReply).answers[0])
        if not isinstance(told, Receipt):
            raise TypeError(told)
        return told

    async def open(self, line: Line) -> None:
        """Bring in the PCs and open a stream."""
        founder = self.ward.founder
        self.pcs = [founder]
        for _ in range(PCS - 1):
            newcomer = pc("city", "cw")
            until = self.service.clock() + 24 * 3_600_000
            await self.push(line, founder, self.ward.invite(founder, "city", ("cw",), until))
            invite = next(name for name in self.ward.state.invites if name not in self.ward.state.spent)
            await self.push(line, founder, self.ward.device_add(founder, newcomer, invite))
            self.pcs.append(newcomer)
        push, ids = self.ward.streams(founder)
        await self.push(line, founder, push)
        self.stream = ids[0]

    async def write(self, line: Line, blocks: int, seconds: float, chance: random.Random) -> None:
        """Write the day's blocks, one PC after the other, at moments as they come in an office."""
        begun = time.monotonic()
        for moment in sorted(chance.uniform(0, seconds) for _ in range(blocks)):
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            by = chance.choice(self.pcs)
            sent = time.monotonic()
            await self.push(
                line, by, self.ward.block(by, self.stream, os.urandom(chance.choice((1024, 2048, 4096))))
            )
            self.waited.append(time.monotonic() - sent)

    async def follow(self, line: Line, by: Pc) -> int:
        """Wait, fetch, wait again until the day is over and everything was fetched; return the size seen."""
        size = 0
        while True:
            page = decode((await self.call(line, by, "GET", f"log?after={size}&limit={PAGE}")).body, LogPage)
            if [item.entry.wseq for item in page.items] != list(range(size + 1, page.upto + 1)):
                raise RuntimeError(size)
            size = page.upto
            self.fetched += len(page.items)
            if size < page.size:
                continue
            if 0 < self.end <= size:
                return size
            decode((await self.call(line, by, "GET", f"wake?after={size}")).body, Wake)


async def watched(pid: int, seconds: float, until: "asyncio.Task[Any]") -> list[list[int]]:
    """Return [resident bytes, open files] of each sample, 25 an hour, until the task is done."""
    samples, begun, step = [], time.monotonic(), seconds / HOURS / 25
    while not until.done():
        samples.append([resident(pid), open_files(pid)])
        await asyncio.wait({until}, timeout=max(0.0, begun + len(samples) * step - time.monotonic()))
    until.result()
    return samples


def hours(samples: list[list[int]], between: tuple[int, int], column: int) -> int:
    """Return the most of a column between two hours."""
    each = len(samples) / HOURS
    return max(sample[column] for sample in samples[int(between[0] * each) : int(between[1] * each) + 1])


async def morning(wards: int, blocks: int, seconds: float) -> dict[str, Any]:
    """Let the day pass; return what was seen."""
    chance = random.Random(8)
    with clocked(HOURS * 3600 / seconds) as service, calling() as client:
        url = f"http://127.0.0.1:{service.port}"
        founded = await asyncio.to_thread(
            lambda: [found(client, url, service.key).ward for _ in range(wards)]
        )
        offices = [Office(ward, service) for ward in founded]
        async with connected(service.port, wards * (PCS + 1)) as lines:
            writing = lines[:wards]
            for office, line in zip(offices, writing, strict=True):
                await office.open(line)

            async def day(office: Office, number: int) -> None:
                mine = lines[wards + number * PCS : wards + (number + 1) * PCS]
                async with asyncio.TaskGroup() as tasks:
                    following = [
                        tasks.create_task(office.follow(line, by))
                        for line, by in zip(mine, office.pcs, strict=True)
                    ]
                    await office.write(writing[number], blocks, seconds, chance)
                    office.end = office.ward.receipts[-1].wseq
                    last = office.ward.block(office.pcs[0], office.stream)
                    await office.push(writing[number], office.pcs[0], last)  # wakes those who wait
                if min(task.result() for task in following) < office.end:
                    raise RuntimeError(office.end)

            whole = asyncio.gather(*(day(office, number) for number, office in enumerate(offices)))
            samples = await watched(service.pid, seconds, asyncio.ensure_future(whole))
    waited = sorted(w for office in offices for w in office.waited)
    return {
        "wards": wards,
        "pcs": wards * PCS,
        "blocks": len(waited),
        "entries_fetched": sum(office.fetched for office in offices),
        "push_p50_ms": percentile(waited, 0.5) * 1000,
        "push_p99_ms": percentile(waited, 0.99) * 1000,
        "resident_mib_each_hour": [hours(samples, (h, h + 1), 0) / 2**20 for h in range(HOURS)],
        "open_files_each_hour": [hours(samples, (h, h + 1), 1) for h in range(HOURS)],
        "warm": hours(samples, WARM, 0),
        "last": hours(samples, LAST, 0),
    }


def run(*, quick: bool = False) -> Result:
    """Measure one morning."""
    size = (QUICK_WARDS, QUICK_BLOCKS, QUICK_SECONDS) if quick else (WARDS, BLOCKS, SECONDS)
    room_for_files(size[0] * (PCS + 1))
    seen = asyncio.run(morning(*size))
    files = seen["open_files_each_hour"]
    return Result(
        NAME,
        seen["last"] / 2**20,
        seen["warm"] / 2**20,
        BAR,
        unit="MiB",
        more={**seen, "holds": files[-1] <= files[1]},
    )
