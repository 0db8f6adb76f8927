"""Calls that wait for news in one process: what they cost in memory, and how soon all of them are told.

``python -m bench.waiting_polls [COUNT]`` starts the service as a process, lets COUNT signed calls of ten PCs wait over
connections of their own, pushes one block, and prints resident memory and the times from the push to the answers. No bar: the
figures are for docs/operations/capacity.md.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.harness import percentile
from tests.wardcentral.builders import SIGNING, pc
from tests.wardcentral.running import Caller, Process, calling, found, joined, now_ms
from tests.wardcentral.scraping import free_port, read, value
from wardcentral.folder import Folder

COUNT = 2_000
PCS = 10
"""Their calls are limited for each: 1,000 at once."""
AT_ONCE = 100
"""New connections under way at a time."""


async def _wait(caller: Caller, after: int, port: int, gate: asyncio.Semaphore) -> float:
    """Make one waiting call; return when its answer came."""
    target = caller.target(f"wake?after={after}")
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        headers = {"Host": "central", **caller.pc.headers("GET", target, b"", now_ms())}
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()
    status = await reader.readline()
    came = time.monotonic()
    writer.close()
    if b" 200 " not in status:
        raise RuntimeError(status)
    return came


async def _measure(caller: Caller, count: int, metrics: str) -> None:
    port = int(caller.url.rpartition(":")[2])
    stream = caller.stream()
    callers = [caller, *(joined(caller, pc("city", "cw")) for _ in range(PCS - 1))]
    size = caller.page().size
    client = caller.client

    def seen(name: str) -> float:
        return value(read(client, metrics), name)

    before = await asyncio.to_thread(seen, "process_resident_memory_bytes")
    gate = asyncio.Semaphore(AT_ONCE)
    begun = time.monotonic()
    calls = [asyncio.create_task(_wait(callers[n % PCS], size, port, gate)) for n in range(count)]
    while await asyncio.to_thread(seen, "wardcentral_waiting_polls") < count:
        await asyncio.sleep(0.2)
        if failed := [call for call in calls if call.done()]:
            failed[0].result()
    waiting = time.monotonic()
    held = await asyncio.to_thread(seen, "process_resident_memory_bytes")
    await asyncio.to_thread(caller.blocks, caller.ward.block(caller.pc, stream))
    pushed = time.monotonic()
    came = sorted(moment - pushed for moment in await asyncio.gather(*calls))
    sys.stdout.write(
        f"{count} waiting after {waiting - begun:.1f} s; resident {before / 2**20:.0f} MiB before, {held / 2**20:.0f} MiB"
        f" while they wait ({(held - before) / count / 1024:.0f} KiB each)\n"
        f"told after the receipt: half in {percentile(came, 0.5):.2f} s, all in {came[-1]:.2f} s\n"
    )


def main(count: int) -> None:
    """Run it once."""
    with tempfile.TemporaryDirectory() as folder, calling() as client:
        central = Process(Path(folder) / "central")
        central.run("init")
        port = free_port()
        url = central.start("--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
        try:
            caller = found(client, url, SIGNING.public(Folder(central.folder).secret()))
            asyncio.run(_measure(caller, count, f"http://127.0.0.1:{port}/metrics"))
        except httpx.HTTPError as error:
            sys.stderr.write(f"{type(error).__name__}\n")
        finally:
            central.end(lambda process: process.terminate())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
