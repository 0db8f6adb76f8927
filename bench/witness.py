"""Load clients that keep every receipt, and the check of a service against what they kept.

A witness sends one block, waits for its receipt, and only then the next. When it does not know what
became of a block (no answer, an answer that is no receipt) it sends the same bytes again, to the next of
its addresses: what a workstation does. What it was given receipts for must be in the log for ever.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Self

import httpx

from tests.wardcentral.builders import Pc, Ward
from tests.wardcentral.running import Caller, found
from wardproto.messages import LogPage, PushItem, PushReply, PushRequest
from wardproto.records import Entry, Receipt, Refusal
from wardproto.wire import MalformedError, decode, encode

PAUSE_SECONDS = 0.05
"""Between two tries of the same bytes."""
CALL_SECONDS = 5.0
PAGE = 1_000


@dataclass
class Witness:
    """One PC of a ward of its own, writing into one stream."""

    addresses: Sequence[str]
    key: bytes
    client: httpx.Client = field(init=False)
    caller: Caller = field(init=False)
    stream: bytes = field(init=False)
    times: list[float] = field(default_factory=list)
    """When each receipt came (monotonic seconds)."""
    problems: list[str] = field(default_factory=list)
    """What no honest service says: a refusal of a block that was in order."""
    retries: int = 0

    def __post_init__(self) -> None:
        """Found the ward and open the stream."""
        self.client = httpx.Client(trust_env=False, timeout=CALL_SECONDS)
        self.caller = found(self.client, self.addresses[0], self.key)
        self.stream = self.caller.stream()

    @property
    def ward(self) -> Ward:
        """The ward as its PCs know it, with the receipts."""
        return self.caller.ward

    @property
    def pc(self) -> Pc:
        """The PC that signs."""
        return self.caller.pc

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def work(self, stopping: threading.Event) -> None:
        """Send blocks until told to stop; the block under way is brought to its receipt."""
        address = cycle(self.addresses)
        self.caller.url = next(address)
        while not stopping.is_set():
            item = self.ward.block(self.pc, self.stream, os.urandom(256))
            self._until_answered(item, address)

    def _until_answered(self, item: PushItem, address: Iterator[str]) -> None:
        while True:
            told = self._send(item)
            if isinstance(told, Receipt):
                self.times.append(time.monotonic())
                return
            if isinstance(told, Refusal):
                self.problems.append(told.code)
                return
            self.retries += 1
            self.caller.url = next(address)
            time.sleep(PAUSE_SECONDS)

    def _send(self, item: PushItem) -> Receipt | Refusal | None:
        """Send once; None where nothing is known of it."""
        try:
            response = self.caller.call("POST", "blocks", encode(PushRequest((item,))))
            if response.status_code != httpx.codes.OK:
                return None
            return self.ward.settle(item, decode(response.content, PushReply).answers[0])
        except (httpx.HTTPError, MalformedError):
            return None

    def check(self) -> list[str]:
        """Compare the log with the receipts; return what is wrong (I2, I3, I6)."""
        entries: list[Entry] = []
        after = 0
        while True:
            response = self.caller.call("GET", f"log?after={after}&limit={PAGE}")
            response.raise_for_status()
            page = decode(response.content, LogPage)
            entries.extend(item.entry for item in page.items)
            after = page.upto
            if not page.more:
                break
        wrong = []
        if [entry.wseq for entry in entries] != list(range(1, len(entries) + 1)):
            wrong.append("I6: the ward's numbers have a gap")
        positions: dict[bytes, list[int]] = {}
        for entry in entries:
            positions.setdefault(entry.stream, []).append(entry.sseq)
        if any(numbers != list(range(1, len(numbers) + 1)) for numbers in positions.values()):
            wrong.append("I6: a stream's numbers have a gap")
        counts = Counter(entry.hash for entry in entries)
        if any(count > 1 for count in counts.values()):
            wrong.append("I3: a block is in the log twice")
        stored = {entry.hash: (entry.wseq, entry.sseq, entry.recv_ms) for entry in entries}
        wrong.extend(
            f"I2: the receipt of wseq {receipt.wseq} is not what the log says"
            for receipt in self.ward.receipts
            if stored.get(receipt.hash) != (receipt.wseq, receipt.sseq, receipt.recv_ms)
        )
        wrong.extend(f"refused: {code}" for code in self.problems)
        return wrong


@dataclass
class Crowd:
    """Witnesses at work, each in a thread of its own."""

    witnesses: list[Witness]
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin."""
        self.threads = [
            threading.Thread(target=witness.work, args=(self.stopping,)) for witness in self.witnesses
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let each bring its last block to its receipt."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, receipts: int, seconds: float = 60.0) -> None:
        """Wait until so many receipts were given; TimeoutError."""
        end = time.monotonic() + seconds
        while self.receipts() < receipts:
            if time.monotonic() > end:
                message = f"{self.receipts()} of {receipts} receipts"
                raise TimeoutError(message)
            time.sleep(PAUSE_SECONDS)

    def receipts(self) -> int:
        """How many receipts have been given so far."""
        return sum(len(witness.times) for witness in self.witnesses)

    def first_after(self, moment: float) -> float | None:
        """Return when the first receipt after a moment came."""
        later = [t for witness in self.witnesses for t in witness.times[-1000:] if t > moment]
        return min(later, default=None)
