"""server-streams: what an open stream of events costs the service in memory, and how soon all of them are told.

Ours: ``GET /w/{ward}/events`` at a real ``wardcentral serve``, each call signed: wards with ten PCs, four streams each, which is
what a device may have. The peer: as many long polls (``wake``) of such PCs at another process of the same program: what
a PC without streams holds there (decision 0022 says that the two are about the same). Connections are made and answered once
before memory is read, so what is counted is what listening adds; a block in every ward then ends the silence. Times go
from the sending of a ward's block to the event, as the caller sees it; callers and service share the cores.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bench.callers import Line, central, connected, resident, room_for_files
from bench.harness import Result
from bench.server_wake import EACH, SETTLE_SECONDS, Waiting, figures
from tests.wardcentral.builders import Pc
from tests.wardcentral.running import calling, found, now_ms
from wardcentral.events import PER_DEVICE

NAME = "server-streams"
BAR = 1.5
"""Memory of a stream for that of a waiting call."""
SOON_SECONDS = 1.0
WARDS, QUICK_WARDS = 25, 5
OF_A_WARD = EACH * PER_DEVICE


async def _event(line: Line, name: str) -> float:
    """Read on until an event of this name has come; return when."""
    wanted = f"event: {name}".encode()
    while (text := await line.reader.readline()).strip() != wanted:
        if not text or (text.startswith(b"HTTP/1.1") and b" 200 " not in text):
            raise RuntimeError(text)
    return time.monotonic()


async def _listen(line: Line, pc: Pc, target: str) -> None:
    """Open a stream and wait for its greeting."""
    headers = pc.headers("GET", target, b"", now_ms())
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: central",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    line.writer.write("\r\n".join([*lines, "", ""]).encode())
    await _event(line, "hello")


async def _streams(desks: Sequence[Waiting]) -> list[list["asyncio.Task[float]"]]:
    await asyncio.gather(
        *(
            _listen(line, desk.pcs[number % EACH], desk.target("events?after=0"))
            for desk in desks
            for number, line in enumerate(desk.lines)
        )
    )
    return [[asyncio.create_task(_event(line, "size")) for line in desk.lines] for desk in desks]


async def _polls(desks: Sequence[Waiting]) -> list[list["asyncio.Task[float]"]]:
    async def came(call: "asyncio.Task[Any]") -> float:
        answer = await call
        if answer.status != 200:
            raise RuntimeError(answer)
        return float(answer.came)

    return [[asyncio.create_task(came(call)) for call in desk.wait()] for desk in desks]


async def measure(wards: int, *, streams: bool) -> dict[str, Any]:
    """Let all listen in one of the two ways, push to every ward; return the figures."""
    callers = wards * OF_A_WARD
    with central() as (pid, port, key), calling() as client:
        url = f"http://127.0.0.1:{port}"
        desks = await asyncio.to_thread(lambda: [Waiting(found(client, url, key)) for _ in range(wards)])
        async with connected(port, callers) as lines, connected(port, 1) as pushing:
            for number, line in enumerate(lines):
                desks[number % wards].lines.append(line)
            for line in lines:
                await line.call("GET", "/health/live", {})
            before = resident(pid)
            listening = await (_streams(desks) if streams else _polls(desks))
            await asyncio.sleep(SETTLE_SECONDS)
            grown, waited = resident(pid) - before, list[float]()
            for desk, tasks in zip(desks, listening, strict=True):
                sent = await desk.push(pushing[0])
                waited += [moment - sent for moment in await asyncio.gather(*tasks)]
            return {"wards": wards, **figures(waited, grown, callers)}


def run(*, quick: bool = False) -> Result:
    """Measure the streams and the calls."""
    wards = QUICK_WARDS if quick else WARDS
    room_for_files(wards * OF_A_WARD)
    polls = asyncio.run(measure(wards, streams=False))
    streams = asyncio.run(measure(wards, streams=True))
    return Result(
        NAME,
        streams["bytes_each"] / 1024,
        polls["bytes_each"] / 1024,
        BAR,
        unit="KiB",
        more={"streams": streams, "polls": polls, "holds": streams["p99_ms"] <= SOON_SECONDS * 1000},
    )
