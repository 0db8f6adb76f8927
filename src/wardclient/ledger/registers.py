"""Multi-value registers and observed-remove sets: pure merge functions.

A register keeps every value that nobody has knowingly replaced. Two people who change one
field without knowing of each other leave two heads: a conflict that a person decides, never
a lost value.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wardclient.ledger.clock import effective
from wardclient.ledger.events import Value, Version


@dataclass(frozen=True, slots=True)
class Write:
    """One value as one device wrote it. ``recv_ms`` is None until the server has it."""

    version: Version
    value: Value
    hlc: int
    staff: bytes
    recv_ms: int | None = None

    def order(self) -> tuple[int, Version]:
        """Return what decides which of several heads is shown."""
        return effective(self.hlc, self.recv_ms), self.version


@dataclass(frozen=True, slots=True)
class Register:
    """Heads, by version; and versions known to be replaced that have not arrived yet."""

    heads: tuple[Write, ...] = ()
    awaited: frozenset[Version] = frozenset()

    @property
    def shown(self) -> Write | None:
        """The head to display: highest effective time, ties by version."""
        return max(self.heads, key=Write.order, default=None)

    @property
    def conflict(self) -> bool:
        """Whether more than one value stands."""
        return len(self.heads) > 1

    @property
    def versions(self) -> tuple[Version, ...]:
        """What a new write that has seen everything here replaces."""
        return tuple(head.version for head in self.heads)


def put(
    register: Register, write: Write, over: Iterable[Version], seen: Callable[[Version], bool]
) -> Register:
    """Return the register after a write.

    ``seen`` answers whether a version was already applied: only replaced versions that are
    still to come need to be remembered. A version never replaces itself.
    """
    replaced = frozenset(over) - {write.version}
    heads = [head for head in register.heads if head.version not in replaced]
    known = {head.version for head in register.heads}
    awaited = register.awaited | {v for v in replaced if v not in known and not seen(v)}
    if write.version in awaited:
        awaited -= {write.version}
    elif all(head.version != write.version for head in heads):
        heads.append(write)
    return Register(tuple(sorted(heads, key=lambda head: head.version)), awaited)


def accepted(register: Register, version: Version, recv_ms: int) -> Register:
    """Return the register once the server has received ``version`` (its time may be clamped).

    The same register where there is nothing to note: a time of receipt never changes.
    """
    for at, head in enumerate(register.heads):
        if head.version == version and head.recv_ms is None:
            noted = replace(head, recv_ms=recv_ms)
            return replace(register, heads=(*register.heads[:at], noted, *register.heads[at + 1 :]))
    return register


@dataclass(frozen=True, slots=True)
class Members:
    """An observed-remove set: additions that stand, and removals of additions still to come."""

    adds: frozenset[tuple[Version, str]] = frozenset()
    awaited: frozenset[Version] = frozenset()

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements, sorted."""
        return tuple(sorted({element for _, element in self.adds}))

    def versions_of(self, element: str) -> tuple[Version, ...]:
        """Return the additions of ``element`` that a removal must name."""
        return tuple(sorted(version for version, e in self.adds if e == element))


def add(members: Members, version: Version, element: str) -> Members:
    """Return the set after an addition, unless its removal came first."""
    if version in members.awaited:
        return replace(members, awaited=members.awaited - {version})
    return replace(members, adds=members.adds | {(version, element)})


def delete(members: Members, versions: Iterable[Version], seen: Callable[[Version], bool]) -> Members:
    """Return the set without the additions named."""
    gone = frozenset(versions)
    kept = frozenset(pair for pair in members.adds if pair[0] not in gone)
    return Members(kept, members.awaited | {v for v in gone if not seen(v)})
