"""Reading a stream of events (protocol.md): the sizes of a log as they come, bounded whatever a service sends."""

import json
from collections.abc import Iterable, Iterator

from wardproto.wire import MalformedError

MAX_LINE = 1_000
"""Bytes. Ours have under a hundred."""
_TOLD = frozenset({b"hello", b"size"})
"""Events that say a size; others are of a newer service, and passed over."""


def sizes(chunks: Iterable[bytes]) -> Iterator[int | None]:
    """Give the size that each event says, None for a comment (a sign of life); MalformedError for nonsense."""
    name = data = b""
    for line in _lines(chunks):
        if line.startswith(b":"):
            yield None
        elif line.startswith(b"event:"):
            name = line.removeprefix(b"event:").strip()
        elif line.startswith(b"data:"):
            data = line.removeprefix(b"data:").strip()
        elif not line:
            if data and name in _TOLD:
                yield _size(data)
            name = data = b""


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut at newlines, with or without a carriage return; a line that was cut off says nothing."""
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            if len(line) > MAX_LINE:
                raise MalformedError
            yield line.removesuffix(b"\r")
        if len(held) > MAX_LINE:
            raise MalformedError


def _size(data: bytes) -> int:
    try:
        size = json.loads(data).get("size")
    except (ValueError, AttributeError, RecursionError):
        size = None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise MalformedError
    return size
