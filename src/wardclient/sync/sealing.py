"""Sealing drafts into a block.

A block is sealed once: its bytes are kept until the server answers them. Only a definite, signed
refusal lets the same events be sealed again, and the new block names that refusal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from wardclient.ledger.events import make_body
from wardclient.sync.core import Core
from wardclient.sync.ports import Draft, Sealed
from wardclient.vault.sealing import SALT_BYTES, block_info, commit
from wardclient.vault.team_keys import new_epoch
from wardproto.admission import Epoch
from wardproto.control import WRITER_ROLES
from wardproto.readers import Audience, audience
from wardproto.records import BlockHeader, NewEpoch, Recipient, Record, Seen
from wardproto.signing import seal_envelope
from wardproto.wire import MAX_BLOCK, NO_HASH, block_hash, decode, encode, open_envelope, pad_length

MAX_EVENT = 200 * 1024
"""Bytes of one event."""
MAX_PLAIN = 220 * 1024
"""Bytes of the events of one block: padded and sealed they stay below MAX_BLOCK."""
assert pad_length(MAX_PLAIN + 64) + 64 < MAX_BLOCK  # noqa: S101


CHECKED = "checkpoint"


def refusal_key(name: bytes) -> str:
    """The store's key of the signed refusal of a block that was refused for good."""
    return f"refusal:{name.hex()}"


class Checked(Record, frozen=True):
    """The last checkpoint that was verified here, and the note as it was signed."""

    size: int
    root: bytes
    heads: bytes
    at_ms: int
    note: bytes


class Refused(Record, frozen=True):
    """What the last definite refusal of a stream's block said; a new one waits until that is known here."""

    attempt: int
    refusal: bytes
    ctl: int
    head: int


@dataclass(frozen=True, slots=True)
class _Key:
    """The epoch a block is sealed in; ``new`` and ``wraps`` where it begins with this block."""

    number: int
    key: bytes
    new: NewEpoch | None = None
    wraps: tuple[bytes, ...] = ()


def ending_key(stream: bytes) -> str:
    """The store's mark of a stream whose consent was withdrawn here."""
    return f"ending:{stream.hex()}"


def frozen_key(stream: bytes) -> str:
    """The store's mark of a stream that is not written to because of an incident."""
    return f"frozen:{stream.hex()}"


def refused_key(stream: bytes) -> str:
    """The store's place of the last definite refusal (`Refused`)."""
    return f"refused:{stream.hex()}"


def receipt_key(stream: bytes) -> str:
    """The store's place of the receipt of the sealed block, until the log brings the entry."""
    return f"receipt:{stream.hex()}"


def last_cas_key(stream: bytes) -> str:
    """The store's place of the number of the last exclusive decision made here."""
    return f"cas:{stream.hex()}"


def late_cas_key(stream: bytes) -> str:
    """The store's place of the highest decision that somebody else's entry has overtaken."""
    return f"late:{stream.hex()}"


def number(core: Core, key: str) -> int:
    """Return a number kept in the store, 0 where there is none."""
    kept = core.store.get(key)
    return decode(kept, int) if kept else 0


def readers_now(core: Core, stream: bytes) -> Audience:
    """R as far as it is known here, at the server's time as far as it is known here."""
    return audience(core.state, stream, core.now_ms())


def may_seal(core: Core, stream: bytes) -> bool:
    """Whether a block of this stream may be sealed now. What may not waits as drafts."""
    member = core.member
    if member is None or not WRITER_ROLES & set(member.roles):
        return False
    if core.store.get(ending_key(stream)) or core.store.get(frozen_key(stream)):
        return False
    if core.store.get(receipt_key(stream)):
        return False
    readers = readers_now(core, stream)
    if readers.state != "open" or core.team not in readers.teams:
        return False
    refused = last_refusal(core, stream)
    if refused is None:
        return True
    # What the server knew when it refused must be known here, or the same mistake follows.
    return core.state.head.sseq >= refused.ctl and core.store.stream_head(stream).sseq >= refused.head


def last_refusal(core: Core, stream: bytes) -> Refused | None:
    """Return the last definite refusal since this stream's last accepted block."""
    kept = core.store.get(refused_key(stream))
    return decode(kept, Refused) if kept else None


def checked(core: Core) -> Checked | None:
    """Return the last checkpoint that was verified here."""
    kept = core.store.get(CHECKED)
    return decode(kept, Checked) if kept else None


def _seen(core: Core) -> Seen:
    known = checked(core)
    return Seen() if known is None else Seen(known.size, known.root)


def seal(core: Core, stream: bytes, drafts: Sequence[Draft]) -> Sealed:
    """Seal the first drafts of a stream into one block and keep its bytes."""
    taken = _batch(drafts)
    refused = last_refusal(core, stream)
    current = core.store.epoch(stream)
    epoch = _epoch(core, stream, current, readers_now(core, stream).recipients)
    bseq, prev = core.store.device_head(stream, core.me.device)
    salt = core.sealing.random(SALT_BYTES)
    info = block_info(core.ward, stream, core.me.device, bseq + 1, epoch.number)
    body = core.sealing.seal(epoch.key, salt, info, make_body([draft.event for draft in taken]))
    header = encode(
        BlockHeader(
            ward=core.ward,
            stream=stream,
            device=core.me.device,
            bseq=bseq + 1,
            prev=prev,
            attempt=0 if refused is None else refused.attempt,
            refusal=NO_HASH if refused is None else refused.refusal,
            ctl=core.state.head,
            head=core.store.stream_head(stream),
            cas=taken[0].cas,
            seen=_seen(core),
            epoch=epoch.number,
            new_epoch=epoch.new,
            salt=salt,
            body_hash=sha256(body).digest(),
            body_len=len(body),
        )
    )
    envelope = seal_envelope(core.signing, core.me.sign_secret, "block", header)
    sealed = Sealed(
        stream,
        block_hash(header),
        envelope,
        body,
        epoch.wraps,
        taken[0].n,
        taken[-1].n,
        0 if refused is None else refused.attempt,
    )
    core.store.put_sealed(sealed)
    return sealed


def _batch(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Return the first drafts that go into one block; an exclusive decision goes alone."""
    size = 0
    for count, draft in enumerate(drafts):
        size += len(draft.event) + 8
        if count and (draft.cas or size > MAX_PLAIN):
            return drafts[:count]
        if draft.cas:
            return drafts[:1]
    return drafts


def _epoch(core: Core, stream: bytes, current: Epoch, recipients: tuple[Recipient, ...]) -> _Key:
    """Return the epoch in force where it is wrapped to exactly R and its key is here, else a new one."""
    if current.number and current.recipients == recipients:
        key = core.store.stream_key(stream, current.number)
        if key is not None and commit(core.ward, stream, current.number, key) == current.commit:
            return _Key(current.number, key)
    publics = {team: core.state.teams[team].public for team, _ in recipients}
    number = current.number + 1
    key, new, wraps = new_epoch(core.sealing, core.ward, stream, number, recipients, publics, core.me.device)
    return _Key(number, key, new, wraps)


def header_of(envelope: bytes) -> BlockHeader:
    """Return the header inside a block's envelope; MalformedError."""
    return decode(open_envelope(envelope, "block").payload, BlockHeader)
