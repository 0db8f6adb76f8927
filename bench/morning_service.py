"""The service as a process whose day passes faster: ``python -m bench.morning_service FOLDER T0_MS FACTOR``.

Everything that it forgets after a time (nonces, presence, buckets) is forgotten as much sooner, so that a whole morning's
memory can be seen in minutes. It ends when its standard input does.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.wardcentral.running import now_ms, serving


def fast_clock(begun_ms: int, factor: float) -> Callable[[], int]:
    """Return a clock that showed real time at ``begun_ms`` and runs ``factor`` times as fast."""
    return lambda: begun_ms + int((now_ms() - begun_ms) * factor)


def main(folder: str, begun_ms: str, factor: str) -> None:
    """Serve until standard input ends."""
    with serving(Path(folder), clock_ms=fast_clock(int(begun_ms), float(factor))) as running:
        sys.stdout.write(f"{running.url} {running.key.hex()}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
