"""Hybrid logical clock: 48 bits of milliseconds and a 16-bit counter in one int.

A wrong PC clock is never a reason to refuse work. The time that orders two heads is the
*effective* one: what was claimed, but never later than the server received it.
"""

COUNTER_BITS = 16
TOLERANCE_MS = 120_000


def pack(ms: int, counter: int = 0) -> int:
    """Return a stamp."""
    return (max(ms, 0) << COUNTER_BITS) | counter


def millis(stamp: int) -> int:
    """Return the milliseconds of a stamp."""
    return stamp >> COUNTER_BITS


def effective(stamp: int, recv_ms: int | None) -> int:
    """Return the stamp that orders: clamped to the time of receipt when it runs ahead of it.

    ``recv_ms`` is None for work that the server has not yet received.
    """
    if recv_ms is not None and millis(stamp) > recv_ms + TOLERANCE_MS:
        return pack(recv_ms)
    return stamp


def tick(last: int, now_ms: int) -> int:
    """Return the next local stamp: after ``last`` and, where the clock allows, at ``now_ms``."""
    return max(last + 1, pack(now_ms))
