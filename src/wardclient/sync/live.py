"""Soft presence: sealing a hint that a case is open here, and opening the hints of others.

A hint is sealed under the key in force of its stream, all hints at one length; inside it is an
envelope of context ``live`` signed by its sender. So the service learns neither what is edited
nor can it make a hint up, move one to another stream, or show an old one again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wardclient.sync.core import Core
from wardclient.vault.sealing import SALT_BYTES, CannotOpenError, commit
from wardproto.messages import LIVE_BYTES, LIVE_MS, LIVE_PLAIN
from wardproto.readers import audience
from wardproto.records import Record
from wardproto.signing import check_envelope, seal_envelope
from wardproto.wire import SUITE, MalformedError, decode, encode, open_envelope

EPOCH_BYTES = 4
SIZE_BYTES = 2
MAX_NAME = 64
"""Bytes of the name of a field."""
AHEAD_MS = 5_000
"""How far in the future a hint may say it was made."""


class LiveHint(Record, frozen=True):
    """What a hint says: who has the case open, when, and which field is being edited (or neither)."""

    ward: bytes
    stream: bytes
    device: bytes
    at_ms: int
    kind: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class _Key:
    number: int
    key: bytes


def make_hint(core: Core, stream: bytes, kind: str = "", field: str = "") -> bytes:
    """Return this device's hint for a stream, LIVE_BYTES long; empty where no key is in force here.

    After a change of the readers there is none until somebody writes: a key that somebody who
    left still holds is not used for anything new.
    """
    key = _current(core, stream)
    if key is None:
        return b""
    if max(len(kind.encode()), len(field.encode())) > MAX_NAME:
        kind = field = ""
    hint = LiveHint(core.ward, stream, core.me.device, core.now_ms(), kind, field)
    signed = seal_envelope(core.signing, core.me.sign_secret, "live", encode(hint))
    plain = (len(signed).to_bytes(SIZE_BYTES, "big") + signed).ljust(LIVE_PLAIN, b"\0")
    salt = core.sealing.random(SALT_BYTES)
    sealed = core.sealing.seal(key.key, salt, _info(core, stream, key.number), plain)
    return key.number.to_bytes(EPOCH_BYTES, "big") + salt + sealed


def read_hints(core: Core, stream: bytes, hints: Iterable[bytes]) -> tuple[LiveHint, ...]:
    """Return what hints say that can be believed now; the others are passed over in silence."""
    key = _current(core, stream)
    if key is None:
        return ()
    opened = (_opened(core, stream, key, hint) for hint in hints)
    newest: dict[bytes, LiveHint] = {}
    for hint in opened:
        if hint is not None and (hint.device not in newest or newest[hint.device].at_ms < hint.at_ms):
            newest[hint.device] = hint
    return tuple(newest.values())


def _opened(core: Core, stream: bytes, key: _Key, sealed: bytes) -> LiveHint | None:
    number, rest = int.from_bytes(sealed[:EPOCH_BYTES], "big"), sealed[EPOCH_BYTES:]
    if len(sealed) != LIVE_BYTES or number != key.number:
        return None
    try:
        info = _info(core, stream, number)
        plain = core.sealing.open(key.key, rest[:SALT_BYTES], info, rest[SALT_BYTES:])
        end = SIZE_BYTES + int.from_bytes(plain[:SIZE_BYTES], "big")
        envelope = open_envelope(plain[SIZE_BYTES:end], "live")
        hint = decode(envelope.payload, LiveHint)
    except (CannotOpenError, MalformedError):
        return None
    sender = core.state.member(hint.device)
    if sender is None or sender.team not in audience(core.state, stream, core.now_ms()).teams:
        return None
    if not check_envelope(core.signing, sender.new.sign_key, envelope):
        return None
    in_time = -AHEAD_MS <= core.now_ms() - hint.at_ms < LIVE_MS
    if (hint.ward, hint.stream) != (core.ward, stream) or hint.device == core.me.device or not in_time:
        return None
    return hint


def _current(core: Core, stream: bytes) -> _Key | None:
    """The key in force, where it is wrapped to exactly those who may read the stream now."""
    epoch, readers = core.store.epoch(stream), audience(core.state, stream, core.now_ms())
    if core.member is None or readers.state != "open" or core.team not in readers.teams:
        return None
    if not epoch.number or epoch.recipients != readers.recipients:
        return None
    key = core.store.stream_key(stream, epoch.number)
    if key is None or commit(core.ward, stream, epoch.number, key) != epoch.commit:
        return None
    return _Key(epoch.number, key)


def _info(core: Core, stream: bytes, epoch: int) -> bytes:
    """The place of a hint: never that of a block, whatever else is the same."""
    return encode((SUITE, "live", core.ward, stream, epoch))
