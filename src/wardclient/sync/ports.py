"""What the client core needs of a store. The core holds no SQL and does no I/O.

Two stores keep this contract: `storage.log_store.SqlStore` (SQLCipher) and the simulation's
in-memory one. All writes are made inside ``transaction()``, by one thread; reads see the
writes of the open transaction; leaving by an exception undoes everything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from wardclient.ledger.reduce import Decoded
from wardproto.admission import Epoch
from wardproto.records import Entry, Head

Verdict = Literal["ok", "excluded", "incident", "unreadable", "no_body", "unknown"]
"""What became of an entry: applied; broke rule W; broke E, C or K; not openable; not for us; newer kind."""

QuarantineReason = Literal["closed", "not_member", "rolled_back", "refused"]


@dataclass(frozen=True, slots=True)
class StoredControl:
    """A control record as it came."""

    sseq: int
    wire: bytes
    wrap_hashes: tuple[bytes, ...]
    recv_ms: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """An event of this device that no accepted block carries yet."""

    stream: bytes
    n: int
    event: bytes
    cas: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """The one sealed, not yet answered block of a stream: these exact bytes are sent until answered."""

    stream: bytes
    hash: bytes
    envelope: bytes
    body: bytes
    wraps: tuple[bytes, ...]
    first_n: int
    last_n: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A control act that waits to be accepted: kept over restarts, re-evaluated at every try.

    ``kind`` and ``payload`` are the core's own (see client.py); ``urgent`` ones go first
    (a withdrawal before everything).
    """

    id: int
    kind: str
    payload: bytes
    urgent: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Work that could not be delivered. It stays readable here and is never sent by itself."""

    stream: bytes
    n: int
    event: bytes
    reason: QuarantineReason
    at_ms: int


@dataclass(frozen=True, slots=True)
class EarlyKey:
    """A wrap of a team key that was seen ahead of its place in the log, and who says to have granted it."""

    wrap: bytes
    granter: bytes


class OpenedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event out of an accepted, opened block. ``author`` is the device that signed it.

    ``event`` is as it is to be applied: what its author wrote, without claims to replace versions
    that it could not have seen. ``decoded`` is the same, read once, where the core has read it.
    Thousands live at once in a first fetch; they hold no cycles, so the garbage collector passes them by.
    """

    stream: bytes
    author: bytes
    n: int
    event: bytes
    recv_ms: int
    wseq: int
    decoded: Decoded | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """How a stream stands once the log was cut back: its head, its epoch, the last block of each device in it.

    ``chains`` names only devices whose blocks were cut off; (0, b"") where a device had none before.
    """

    head: Head
    epoch: Epoch
    chains: Mapping[bytes, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event of somebody else that a restored log lost: it is readable here until its author's PC sends it again."""

    stream: bytes
    author: bytes
    n: int
    event: bytes
    recv_ms: int
    wseq: int
    """Where it stood in the log that was lost."""


class Store(Protocol):
    """The local database as the core sees it."""

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic change; durable when the block is left.

        Inside another it is part of it: the desk joins several acts into one change. An
        exception that leaves the inner block undoes at least the inner one, and the caller lets
        it leave the outer one, too.
        """

    # small values: ids, keys, cursor
    def get(self, key: str) -> bytes | None:
        """Return a small value."""

    def put(self, key: str, value: bytes) -> None:
        """Keep a small value."""

    # control plane
    def add_control(self, control: StoredControl) -> None:
        """Append a control record."""

    def controls(self) -> Iterator[StoredControl]:
        """All control records in order."""

    def control_hash_at(self, sseq: int) -> bytes | None:
        """Return the hash of the record at ``sseq``."""

    # streams
    def stream_head(self, stream: bytes) -> Head:
        """The last entry of a stream that was applied here."""

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """The head hash at ``sseq`` where it is kept, else None."""

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """Last (bseq, block hash) of a device in a stream among accepted blocks."""

    def epoch(self, stream: bytes) -> Epoch:
        """The epoch in force."""

    def set_epoch(self, stream: bytes, epoch: Epoch) -> None:
        """A new epoch began."""

    def append(
        self, entry: Entry, record: bytes, body: bytes, verdict: Verdict, device: bytes, bseq: int
    ) -> None:
        """Store an entry; moves the stream's head and, for a block, the device's head.

        ``body`` is what may be opened later; it is empty where the events were read.
        Control entries come with ``record`` empty (`add_control` keeps it); where ``device`` is
        empty no device's head moves.
        """

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        """Up to ``limit`` entries after a wseq, in order."""

    def last_entry(self) -> Entry | None:
        """The newest entry that was taken over."""

    def stream_order(self) -> Iterator[tuple[bytes, Head]]:
        """The heads of all streams that have entries, in the order of their first entries."""

    def add_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Keep nodes of the ward's tree: (level, index, hash). One that is kept already stays."""

    def tree_nodes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Kept nodes of a level, from number ``first`` on."""

    def unopened(self, stream: bytes) -> Sequence[tuple[Entry, bytes, bytes]]:
        """Entries of a stream with the verdict ``unreadable`` and a body: (entry, record, body), in order."""

    def opened(self, wseqs: Sequence[int]) -> None:
        """These entries were opened after all (the key came later).

        Their verdict is ``ok`` now; their bodies are needed no more.
        """

    # a log that was put back
    def control_at(self, size: int) -> int:
        """How many control records there are among the first ``size`` entries of the log."""

    def records_back(
        self, after: int = 0, *, stream: bytes | None = None
    ) -> Iterator[tuple[Entry, bytes, Verdict]]:
        """Entries beyond a wseq with their records, newest first; of one stream, or of all."""

    def cut(
        self,
        size: int,
        kept: Mapping[bytes, Kept],
        gens: Mapping[str, int],
        *,
        unshared: Collection[bytes],
        decisions: Collection[int],
    ) -> Mapping[int, tuple[int, int]]:
        """Go back to the first ``size`` entries of the log; ``kept`` are the streams that had more.

        Control records, tree, keys of epochs and of team generations beyond ``gens`` go with the entries. Own
        events become drafts again, exclusive where their entries are among ``decisions``; those of others are
        set aside, but not of ``unshared`` streams: they are deleted. What was made of the events stays as it was
        until `reduce_again`. Returns the first and last number of the own events of each entry that was cut off.
        """

    def rewrite(self, stream: bytes, n: int, event: bytes) -> None:
        """A draft says less than it did: what it replaces is not in the log any more."""

    def reduce_again(self, streams: Collection[bytes]) -> None:
        """Make anew what the accepted events and the drafts of these streams say."""

    def set_aside(self) -> Sequence[SetAside]:
        """What was lost and is not back, in the order of the log that was lost."""

    def came_back(self, stream: bytes, author: bytes, n: int) -> None:
        """An event that was set aside is in the log again."""

    # keys
    def team_key(self, team: str, gen: int) -> bytes | None:
        """The secret of a team generation."""

    def put_team_key(self, team: str, gen: int, secret: bytes) -> None:
        """Keep the secret of a team generation."""

    def stream_key(self, stream: bytes, epoch: int) -> bytes | None:
        """The key of an epoch."""

    def put_stream_key(self, stream: bytes, epoch: int, key: bytes) -> None:
        """Keep the key of an epoch."""

    # events and what is made of them
    def apply(self, events: Sequence[OpenedEvent]) -> None:
        """Reduce and project accepted events, in order.

        One that is here as a draft (same stream, n, and this device) becomes accepted; the
        draft row itself goes with `clear_sealed`.
        """

    def last_n(self, stream: bytes, author: bytes) -> int:
        """The highest number among a device's accepted or adopted events in a stream; 0 before any."""

    def shred(self, stream: bytes) -> None:
        """Delete keys, bodies, events, read models and index rows of a stream. Quarantine stays."""

    # this device's own work
    def next_n(self, stream: bytes) -> int:
        """The number that the next event of this device in this stream takes (from 1).

        One more than ever before, whether accepted, draft or quarantined: numbers are not reused.
        """

    def add_draft(self, draft: Draft) -> None:
        """Keep a draft, journal it, and apply it to what this PC shows."""

    def drafts(self, stream: bytes) -> Sequence[Draft]:
        """Events of this device in this stream that no accepted block carries, by n."""

    def unsent(self) -> tuple[int, int | None]:
        """How many drafts there are in all streams, and when the oldest was made."""

    def outbox_streams(self) -> Sequence[bytes]:
        """Streams with drafts or a sealed block, oldest work first."""

    def sealed(self, stream: bytes) -> Sealed | None:
        """The unanswered block of a stream."""

    def put_sealed(self, sealed: Sealed) -> None:
        """Keep the sealed block; its events stay drafts until it is accepted."""

    def clear_sealed(self, stream: bytes, accepted: bool) -> None:  # noqa: FBT001
        """The block was answered. Accepted: its drafts are done. Refused: they are drafts again."""

    def quarantine(
        self, stream: bytes, reason: QuarantineReason, at_ms: int, last_n: int | None = None
    ) -> int:
        """Move unsent work of a stream to the tray; return how many events.

        Events after ``last_n`` stay drafts. The sealed block goes, too. What was applied of it is
        undone: the stream is reduced again from its accepted events and the drafts that stay, so
        that all PCs show the same.
        """

    def quarantined(self) -> Sequence[Quarantined]:
        """The tray."""

    # control intents
    def add_intent(self, kind: str, payload: bytes, *, urgent: bool, created_ms: int) -> int:
        """Keep a control act to be done; return its id."""

    def intents(self) -> Sequence[Intent]:
        """Open intents, urgent first, then by age."""

    def done_intent(self, intent_id: int) -> None:
        """The act is accepted, or has become pointless."""

    def set_refusal(self, intent_id: int, code: str) -> None:
        """Note why an act was not accepted; it leaves the queue and stays visible in the tray."""

    # what must be shown
    def incident(self, kind: str, wseq: int, detail: bytes, at_ms: int) -> None:
        """Keep evidence of something that must not happen; shown in the inbox.

        The same incident (kind, wseq, detail) is kept once.
        """

    def forget_incidents(self, after: int, kinds: Collection[str]) -> None:
        """Incidents of these kinds about entries beyond ``after``: the entries are read anew, and judged again."""

    def forget_incident(self, kind: str, wseq: int, detail: bytes) -> None:
        """What was noted has turned out otherwise: a restore that was announced explains it."""
