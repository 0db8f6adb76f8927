"""What the service needs of a store. Every key begins with the ward; no call crosses two wards.

Writes happen inside ``transaction()``, by one thread; reads there see its writes, and leaving
by an exception undoes everything. What is read outside (``Reader``) is committed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from wardcentral.placement import Placement
from wardproto.admission import Epoch
from wardproto.records import Entry, Head
from wardproto.wire import encode

_heads = msgspec.msgpack.Decoder(tuple[int, tuple[tuple[str, bytes], ...]])
NO_HEAD = Head()
NO_EPOCH = Epoch()


class DamagedError(Exception):
    """What is stored contradicts itself. Carries no content."""


class UnreachableError(Exception):
    """The database does not answer or does not let this role in. Carries no address: it may hold a password."""


class SchemaError(UnreachableError):
    """The tables are ``older`` than this program (they are to be migrated) or too new for it (``newer``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class WardHead:
    """Where a ward's log ends: the last wseq, the last time of receipt (ms), and the roots there.

    ``root`` is that of the Merkle tree, ``heads`` (team, root of the heads of its streams) by team. They are
    empty where an older program wrote last.
    """

    wseq: int
    recv_ms: int
    root: bytes = b""
    heads: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def read(cls, wseq: int, recv_ms: int, root: bytes, heads: bytes) -> "WardHead":
        """Return the end as a row has it; roots of another size are those of an older program's last entry."""
        size, pairs = _heads.decode(heads)
        return cls(wseq, recv_ms, root, pairs) if size == wseq else cls(wseq, recv_ms)

    def row(self) -> tuple[int, int, bytes, bytes]:
        """Return the end for a row: the heads with the size they belong to."""
        return self.wseq, self.recv_ms, self.root, encode((self.wseq if self.root else 0, self.heads))

    def agrees(self, other: "WardHead | None") -> bool:
        """Whether ``other`` is the same end; roots that an older program did not write are left out."""
        if other is None or (self.wseq, self.recv_ms) != (other.wseq, other.recv_ms):
            return False
        return not (self.root and other.root) or self == other


@dataclass(frozen=True, slots=True)
class StreamTip:
    """The end of a stream and the key epoch in force there."""

    head: Head = NO_HEAD
    epoch: Epoch = NO_EPOCH


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry with the bytes that came: ``record`` a control wire or a block's envelope.

    ``body`` is empty for control records.
    """

    entry: Entry
    record: bytes
    body: bytes
    wrap_hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DeviceTip:
    """A device's last block in a stream."""

    device: bytes
    bseq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a push of blocks will be asked for: its names, and the (stream, device) that it goes on from."""

    ward: bytes
    names: tuple[bytes, ...]
    ends: tuple[tuple[bytes, bytes], ...]


class Reader(Protocol):
    """Committed records."""

    def close(self) -> None:
        """Let go of the store."""

    def wards(self) -> Sequence[bytes]:
        """All wards, sorted."""

    def ward_head(self, ward: bytes) -> WardHead | None:
        """The end of a ward's log; None for a ward that was not founded here."""

    def entry_by_hash(self, ward: bytes, record_hash: bytes) -> Entry | None:
        """The entry of a block or control record."""

    def entry_at(self, ward: bytes, stream: bytes, sseq: int) -> Entry | None:
        """The entry at a position of a stream."""

    def entries(self, ward: bytes, after: int, limit: int) -> Sequence[Entry]:
        """Up to ``limit`` entries after a wseq, in order."""

    def records(self, ward: bytes, after: int) -> Iterator[Stored]:
        """All records after a wseq, in order, read as they are asked for."""

    def record(self, ward: bytes, wseq: int) -> Stored | None:
        """One record."""

    def controls(self, ward: bytes, after: int = 0) -> Iterator[Stored]:
        """The control records after an sseq, in order."""

    def wraps(self, ward: bytes, wseq: int) -> tuple[bytes, ...]:
        """The wraps of one record, in order."""

    def stream_tip(self, ward: bytes, stream: bytes) -> StreamTip:
        """The end of a stream."""

    def stream_tips(self, ward: bytes) -> Iterator[tuple[bytes, StreamTip]]:
        """The ends of all streams that have entries."""

    def stream_order(self, ward: bytes) -> Iterator[tuple[bytes, Head]]:
        """The heads of all streams that have entries, in the order of their first entries."""

    def tree_nodes(self, ward: bytes, level: int, first: int, count: int) -> Sequence[bytes]:
        """Kept nodes of a level of the ward's tree (merkle.Nodes), from number ``first`` on."""

    def device_tip(self, ward: bytes, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last (bseq, block hash) of a device in a stream; (0, b"") before the first."""

    def device_tips(self, ward: bytes) -> Iterator[tuple[bytes, DeviceTip]]:
        """All (stream, tip)."""

    def refusal(self, ward: bytes, record_hash: bytes) -> bytes | None:
        """The signed refusal of a record that was definitely refused."""

    def refusals(self, ward: bytes) -> Iterator[tuple[bytes, str, bytes]]:
        """All definite refusals: (record hash, code, answer)."""

    def join_request(self, ward: bytes, invite: bytes) -> bytes | None:
        """The request that waits under an invite."""

    def join_requests(self, ward: bytes) -> Iterator[tuple[bytes, bytes, int]]:
        """All requests that wait: (invite, request, until_ms)."""

    def placement(self, ward: bytes) -> Placement:
        """What this cell does with a ward; HERE where nothing was said.

        Read within a transaction it holds until that transaction ends: a ward that is being frozen
        waits for writes that saw it open.
        """


class WatchedReader(Reader, Protocol):
    """What the watch asks."""

    def sizes(self, wards: Sequence[bytes]) -> Mapping[bytes, int]:
        """The last wseq of each of these wards that is served here, at the cost of one query."""


class SharedReader(WatchedReader, Protocol):
    """A reader of a store that other processes write too."""

    def notices(self, ward: bytes) -> tuple[bytes, ...]:
        """The signed notices of restores of a ward."""

    def spend(self, ward: bytes, name: bytes) -> bool:
        """Return whether no process has spent this name of a request before, and remember it for all."""

    def forget_spent(self, after_ms: int) -> bool:
        """Forget the names that were spent more than ``after_ms`` ago, of all wards; whether there were any."""


class ServerStore(Reader, Protocol):
    """The store as its one writer sees it."""

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic change, durable when the block is left."""

    def lock(self, wards: Sequence[bytes], wanted: Sequence[Wanted] = ()) -> None:
        """Be the only writer of these wards, in any process, until the transaction ends.

        Called once, first thing in a transaction. A store with one writer has nothing to do. ``wanted`` is a
        hint: what a group will ask for can be read at once; nothing depends on it.
        """

    def append(
        self,
        ward: bytes,
        stored: Stored,
        wraps: tuple[bytes, ...],
        tip: StreamTip,
        device: DeviceTip | None,
        end: WardHead,
    ) -> None:
        """Add the next entry; move the ward's, the stream's and (for a block) the device's end."""

    def add_nodes(self, ward: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree: (level, index, hash)."""

    def set_end(self, ward: bytes, end: WardHead) -> None:
        """Keep the roots of a log that an older program wrote."""

    def add_refusal(self, ward: bytes, record_hash: bytes, code: str, answer: bytes) -> None:
        """Remember a definite refusal and the bytes that said so."""

    def put_join_request(self, ward: bytes, invite: bytes, request: bytes, until_ms: int) -> None:
        """Keep a request to join until the invite ends."""

    def place(self, ward: bytes, placement: Placement) -> None:
        """Say what this cell does with a ward."""

    def drop_ward(self, ward: bytes) -> None:
        """Remove all of a ward: a copy that did not come out right."""

    def drop_join_requests(self, ward: bytes, invites: Sequence[bytes], before_ms: int) -> None:
        """Forget the requests of these invites and those that ended before ``before_ms``."""
