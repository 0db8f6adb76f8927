"""What an event may say: it replaces, removes and adopts only what its author could know.

Without this a member could silence another's future writes by naming them in advance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from wardclient.ledger.events import Adopt, Del, Op, Put, Version
from wardclient.ledger.reduce import Decoded, decode_event
from wardclient.sync.core import Core
from wardproto.wire import MalformedError, encode

_ADOPT = encode("adopt")
"""The tag of an adoption, as it stands in an event that has one."""


@dataclass(slots=True)
class Numbers:
    """The highest event number of each device in each stream, and stamp, while a page is taken over."""

    core: Core
    stamp: int = 0
    """The highest effective stamp so far."""
    _known: dict[tuple[bytes, bytes], int] = field(default_factory=dict)

    def last(self, stream: bytes, device: bytes) -> int:
        """The highest number so far."""
        found = self._known.get((stream, device))
        if found is None:
            found = self._known[stream, device] = self.core.store.last_n(stream, device)
        return found

    def use(self, stream: bytes, device: bytes, n: int) -> None:
        """Note a number."""
        self._known[stream, device] = max(n, self.last(stream, device))


class Claims:
    """Whether an event replaces only what its author could have seen: what is in the log before it.

    A block's author saw the log before it and its own work; nothing else is there to be named.
    """

    def __init__(self, core: Core, stream: bytes, author: bytes, numbers: Numbers) -> None:
        self._core = core
        self._stream = stream
        self._author = author
        self._numbers = numbers

    def clean(self, decoded: Decoded, *, adopting: bool = True) -> Decoded | None:
        """Return the event without such claims, or None where there are none.

        Without ``adopting`` adoptions are left as they are: their author judges when they are sent.
        """
        event, ops = decoded.event, decoded.ops
        if not any(map(_claims, ops)):
            return None
        changed = [op if isinstance(op, Adopt) and not adopting else self._op(event.n, op) for op in ops]
        if all(after is before for after, before in zip(changed, ops, strict=True)):
            return None
        raws = tuple(
            raw if after is before else msgspec.Raw(encode(after))
            for raw, after, before in zip(event.ops, changed, ops, strict=True)
        )
        return Decoded(msgspec.structs.replace(event, ops=raws), tuple(changed))

    def _op(self, n: int, op: Op | None) -> Op | None:
        if isinstance(op, Put) and op.over:
            known = self._known(n, op.over)
            return op if len(known) == len(op.over) else msgspec.structs.replace(op, over=known)
        if isinstance(op, Del) and op.adds:
            known = self._known(n, op.adds)
            return op if len(known) == len(op.adds) else msgspec.structs.replace(op, adds=known)
        return self._adopt(op) if isinstance(op, Adopt) else op

    def _known(self, n: int, versions: Iterable[Version]) -> tuple[Version, ...]:
        return tuple(v for v in versions if self._could_see(n, v))

    def _could_see(self, n: int, version: Version) -> bool:
        device, number, _ = version
        if device == self._author:
            return number <= n
        return number <= self._numbers.last(self._stream, device)

    def _adopt(self, op: Adopt) -> Adopt:
        """Return an adoption of work that can no longer come from its own author, else an empty one."""
        if not op.events or self._core.state.member(op.author) is not None:
            return op if not op.events else msgspec.structs.replace(op, events=())
        kept: list[bytes] = []
        inner = Claims(self._core, self._stream, op.author, self._numbers)
        for data in op.events:
            try:
                decoded = decode_event(data)
            except MalformedError:
                continue
            cleaned = inner.clean(decoded)
            kept.append(data if cleaned is None else encode(cleaned.event))
            self._numbers.use(self._stream, op.author, decoded.event.n)
        return op if tuple(kept) == op.events else msgspec.structs.replace(op, events=tuple(kept))


def adopts_of_member(core: Core, event: bytes) -> bool:
    """Whether an event adopts work of a device that is a member now, so that every reader would empty it."""
    if _ADOPT not in event:
        return False
    ops = decode_event(event).ops
    return any(isinstance(op, Adopt) and op.events and core.state.member(op.author) is not None for op in ops)


def _claims(op: Op | None) -> bool:
    """Whether an operation names what it did not make itself."""
    kind = type(op)
    if kind is Put:
        return bool(op.over)  # type: ignore[union-attr]
    return kind is Del or kind is Adopt
