"""From an accepted block to its events, or to the reason why there are none.

Every rule that the server applied is applied again at the entry's position. What breaks one is
stored with a verdict and an incident and never stops the rest (protocol 4.6): bad authority is
left out, a wrong epoch is shown, a stream shared without consent is frozen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wardclient.ledger.clock import effective
from wardclient.ledger.events import read_body
from wardclient.ledger.reduce import Decoded, decode_event
from wardclient.sync.claims import Claims, Numbers
from wardclient.sync.core import Core
from wardclient.sync.grants import WAITING, Grant, keep_waiting, open_grant, open_grants
from wardclient.sync.ports import OpenedEvent, Verdict
from wardclient.sync.sealing import frozen_key, header_of, number
from wardclient.vault.sealing import CannotOpenError, block_info
from wardproto.admission import Block, Epoch, check
from wardproto.control import ControlState
from wardproto.messages import LogItem
from wardproto.readers import audience
from wardproto.records import BlockHeader, Entry, Head, NewEpoch
from wardproto.wire import NO_HASH, MalformedError, encode

TOGETHER = 5_000
"""Events handed to the store at once when a newcomer's key has opened what waited for it."""
_LEFT_OUT: dict[str, Verdict] = {"not_member": "excluded", "chain": "excluded", "malformed": "excluded"}
_WRONG_EPOCH = frozenset({"stale_epoch", "epoch_race"})
_NO_CONSENT = frozenset({"closed", "early", "unknown_stream"})


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a block. ``device`` is empty where its chain does not move."""

    verdict: Verdict
    device: bytes
    events: Sequence[OpenedEvent] = ()


class Position:
    """The place after everything taken over so far, as the admission rules ask about it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def state(self) -> ControlState:
        """The control state here."""
        return self._core.memory.state

    def stream_head(self, stream: bytes) -> Head:
        """The head of a stream."""
        return self._core.store.stream_head(stream)

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """The head at ``sseq``, None where it is not kept."""
        return NO_HASH if sseq == 0 else self._core.store.stream_head_at(stream, sseq)

    def control_head_at(self, sseq: int) -> bytes | None:
        """The hash of a control record."""
        return NO_HASH if sseq == 0 else self._core.store.control_hash_at(sseq)

    def root_at(self, size: int) -> bytes | None:  # noqa: ARG002
        """Nothing: what an author had verified is looked at by audit.hear, which ends synchronising."""
        return None

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last block of a device in a stream."""
        return self._core.store.device_head(stream, device)

    def epoch(self, stream: bytes) -> Epoch:
        """The epoch in force."""
        return self._core.store.epoch(stream)

    def has_blob(self, blob: bytes) -> bool:  # noqa: ARG002
        """Attachments are the server's to check: a reader fetches them when they are wanted."""
        return True


def open_waiting(core: Core) -> None:
    """A team key came: open the epochs that waited for it, and the blocks under them."""
    numbers = Numbers(core)
    events: list[OpenedEvent] = []
    done: list[int] = []
    for stream in open_grants(core):
        _open_stream(core, stream, numbers, events, done)
        if len(events) > TOGETHER:
            _keep_opened(core, events, done)
    _keep_opened(core, events, done)
    core.see_stamp(numbers.stamp)


def _keep_opened(core: Core, events: list[OpenedEvent], done: list[int]) -> None:
    # In this order, so that the pages which the sealed bodies leave take the events in.
    core.store.opened(done)
    core.store.apply(events)
    events.clear()
    done.clear()


def open_block(core: Core, item: LogItem, header: BlockHeader, numbers: Numbers) -> Opened:
    """Check a block at its position and open it where it is for this device."""
    view = Position(core)
    entry = item.entry
    body = item.body if item.has_body else None
    code = check(view, Block(header, body, item.wrap_hashes, entry.recv_ms), core.rules)
    if code is not None:
        core.incident(code, entry.wseq, entry.hash)
    if code is not None and code not in _WRONG_EPOCH:
        return _not_shown(core, view, header, code)
    if header.new_epoch is not None:
        _take_epoch(core, item, header, header.new_epoch)
    if not item.has_body:
        _expect_body(core, header, entry)
        return Opened("no_body", header.device)
    key = core.store.stream_key(header.stream, header.epoch)
    if key is None:
        return Opened("unreadable", header.device)
    opened = read_events(core, header, entry, item.body, key, numbers)
    if code is not None and opened.verdict == "ok":
        return Opened("incident", header.device, opened.events)
    return opened


def _not_shown(core: Core, view: Position, header: BlockHeader, code: str) -> Opened:
    """A block that is in the log and must not be: its numbers count, its content does not."""
    if header.new_epoch is not None and header.epoch == view.epoch(header.stream).number + 1:
        # No recipients: nobody will write under a key that such a block brought.
        core.store.set_epoch(header.stream, Epoch(header.epoch, (), header.new_epoch.commit))
    if code in _NO_CONSENT:
        core.store.put(frozen_key(header.stream), code.encode())
        return Opened("incident", header.device)
    return Opened(_LEFT_OUT.get(code, "excluded"), b"" if code == "chain" else header.device)


def _expect_body(core: Core, header: BlockHeader, entry: Entry) -> None:
    stream = core.state.streams.get(header.stream)
    if stream is not None and stream.owner == core.team:
        core.incident("withheld_body", entry.wseq, entry.hash)


def _take_epoch(core: Core, item: LogItem, header: BlockHeader, new: NewEpoch) -> None:
    """Note a new epoch; open its key where this team is among its recipients and may be (rules K, X)."""
    core.store.set_epoch(header.stream, Epoch(header.epoch, new.recipients, new.commit))
    offered = {index: wrap for index, wrap in item.wraps if index < len(new.recipients)}
    mine = [i for i, (team, _) in enumerate(new.recipients) if team == core.team and i in offered]
    if not mine:
        return
    readers = audience(core.state, header.stream, item.entry.recv_ms)
    if core.team not in readers.teams:
        core.incident("grant_without_consent", item.entry.wseq, item.entry.hash)
        core.store.put(frozen_key(header.stream), b"grant_without_consent")
        return
    grant = Grant(header.stream, header.epoch, new, mine[0], offered[mine[0]], header.device)
    if not open_grant(core, grant, item.entry.wseq):
        keep_waiting(core, [grant], first=number(core, WAITING))


def _open_stream(
    core: Core, stream: bytes, numbers: Numbers, events: list[OpenedEvent], done: list[int]
) -> None:
    """Open the blocks of a stream whose keys have come since they were taken over."""
    for entry, record, body in core.store.unopened(stream):
        header = header_of(record)
        key = core.store.stream_key(stream, header.epoch)
        if key is None:
            continue
        opened = read_events(core, header, entry, body, key, numbers)
        if opened.verdict == "ok":
            done.append(entry.wseq)
            events.extend(opened.events)


def read_events(
    core: Core, header: BlockHeader, entry: Entry, body: bytes, key: bytes, numbers: Numbers
) -> Opened:
    """Open a body and read its events; the block as a whole is taken or left."""
    info = block_info(core.ward, header.stream, header.device, header.bseq, header.epoch)
    try:
        raw = read_body(core.sealing.open(key, header.salt, info, body))
        decoded = [decode_event(data) for data in raw]
    except CannotOpenError:
        core.incident("cannot_open", entry.wseq, entry.hash)
        return Opened("unreadable", header.device)
    except MalformedError:
        core.incident("malformed_body", entry.wseq, entry.hash)
        return Opened("excluded", header.device)
    if not _numbered(header, decoded, numbers):
        core.incident("event_number", entry.wseq, entry.hash)
        return Opened("excluded", header.device)
    return Opened("ok", header.device, _events(core, header, entry, raw, decoded, numbers))


def _numbered(header: BlockHeader, decoded: Sequence[Decoded], numbers: Numbers) -> bool:
    """Whether event numbers go up: an event id occurs once in the log (they may skip what was refused)."""
    last = numbers.last(header.stream, header.device)
    for each in decoded:
        if each.event.n <= last:
            return False
        last = each.event.n
    return True


def _events(
    core: Core,
    header: BlockHeader,
    entry: Entry,
    raw: Sequence[bytes],
    decoded: Sequence[Decoded],
    numbers: Numbers,
) -> list[OpenedEvent]:
    """Return the events of a block as they are to be applied."""
    stream, author, recv_ms, wseq = header.stream, header.device, entry.recv_ms, entry.wseq
    claims = Claims(core, stream, author, numbers)
    found = []
    for data, each in zip(raw, decoded, strict=True):
        cleaned = claims.clean(each)
        if cleaned is None:
            found.append(OpenedEvent(stream, author, each.event.n, data, recv_ms, wseq, each))
        else:
            core.incident("over_claim", wseq, entry.hash)
            whole = encode(cleaned.event)
            found.append(OpenedEvent(stream, author, each.event.n, whole, recv_ms, wseq, cleaned))
    if decoded:
        numbers.use(stream, author, decoded[-1].event.n)
        latest = max(effective(each.event.hlc, recv_ms) for each in decoded)
        numbers.stamp = max(numbers.stamp, latest)
    return found
