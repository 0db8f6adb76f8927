"""Checking and making signatures beside the event loop and the writing thread, in as many parts as are worth a thread."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from wardcentral.core import seal_receipt
from wardcentral.incoming import Incoming, read_block
from wardproto.control import ControlState
from wardproto.messages import PushItem
from wardproto.records import Receipt
from wardproto.signing import Signing

FEW_CHECKS, FEW_SEALS = 4, 12
"""Up to so many are checked, or made, in the event loop; a thread would cost more. To sign takes a third of the time."""
PART = 16
"""As many, at least, are given to one thread: two that share eight wait for each other."""

S = TypeVar("S")
T = TypeVar("T")


async def check_blocks(
    pool: Executor, threads: int, signing: Signing, state: ControlState, items: Sequence[PushItem]
) -> list[Incoming]:
    """Read pushed blocks and check their authors' signatures."""
    return await _in_parts(
        pool, threads, lambda part: [read_block(one, state, signing) for one in part], items, FEW_CHECKS
    )


async def seal_answers(
    pool: Executor, threads: int, signing: Signing, secret: bytes, answers: Sequence[bytes | Receipt]
) -> list[bytes]:
    """Sign the receipts among answers; call it once they are committed."""

    def seal(part: Sequence[bytes | Receipt]) -> list[bytes]:
        return [one if isinstance(one, bytes) else seal_receipt(signing, secret, one) for one in part]

    return await _in_parts(pool, threads, seal, answers, FEW_SEALS)


async def _in_parts(
    pool: Executor, threads: int, work: Callable[[Sequence[S]], list[T]], items: Sequence[S], few: int
) -> list[T]:
    if len(items) <= few:
        return work(items)
    loop = asyncio.get_running_loop()
    size = max(PART, -(-len(items) // threads))
    parts = (items[at : at + size] for at in range(0, len(items), size))
    done = await asyncio.gather(*(loop.run_in_executor(pool, work, part) for part in parts))
    return [one for part in done for one in part]
