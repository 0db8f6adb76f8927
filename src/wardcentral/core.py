"""One ward's log: admission, numbering, receipts and refusals. No I/O, no clock of its own.

Writes go to the store within the transaction that the caller has open. When that transaction
is undone, the WardLog that took part in it is thrown away and made anew.

What a refusal names. A refusal with a definite code is a promise that the named record will
never be in the log, so it names a record only when its author's signature was verified and
the record did come as its author signed it, or came from the author himself. Otherwise it
names the delivery (a hash of the bytes that came), and nothing is remembered: nobody can
have another's block refused by sending it damaged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wardcentral import pages
from wardcentral.incoming import MAX_WRAP, Incoming, delivery, read_block
from wardcentral.notes import Notes
from wardcentral.store import DamagedError, DeviceTip, Reader, ServerStore, Stored, StreamTip, WardHead
from wardcentral.tree import WardTree
from wardproto import control
from wardproto.admission import RULES, Block, Epoch, RuleCheck, check, epoch_after
from wardproto.control import ControlState, RefusedError
from wardproto.messages import NOT_ASKED, Asked, LogPage, PushItem
from wardproto.records import (
    PASSING,
    BlockHeader,
    ControlHeader,
    ControlWire,
    DeviceAdd,
    Entry,
    Genesis,
    Head,
    Receipt,
    Refusal,
)
from wardproto.signing import Signing, seal_envelope
from wardproto.wire import (
    CONTROL_STREAM,
    NO_HASH,
    MalformedError,
    control_hash,
    digest,
    encode,
    signed_bytes,
    stream_head,
    ward_id,
)

_NO_ENTRY = Entry(0, 0, b"", b"", 0, b"")


@dataclass(frozen=True, slots=True)
class LogView:
    """The place where one block would go, as the admission rules ask about it: several ask for the same."""

    store: ServerStore
    ward: bytes
    state: ControlState
    tree: WardTree
    _tips: dict[bytes, StreamTip] = field(default_factory=dict)

    def tip(self, stream: bytes) -> StreamTip:
        """The end of a stream, read once."""
        found = self._tips.get(stream)
        if found is None:
            found = self._tips[stream] = self.store.stream_tip(self.ward, stream)
        return found

    def stream_head(self, stream: bytes) -> Head:
        """The head of a stream."""
        return self.tip(stream).head

    def stream_head_at(self, stream: bytes, sseq: int) -> bytes | None:
        """The head hash at ``sseq``; everything is known here."""
        if sseq == 0:
            return NO_HASH
        head = self.stream_head(stream)
        if sseq == head.sseq:
            return head.hash
        entry = self.store.entry_at(self.ward, stream, sseq)
        return None if entry is None else entry.head

    def control_head_at(self, sseq: int) -> bytes | None:
        """The hash of the control record at ``sseq``."""
        if sseq == 0:
            return NO_HASH
        if sseq == self.state.head.sseq:
            return self.state.head.hash
        entry = self.store.entry_at(self.ward, CONTROL_STREAM, sseq)
        return None if entry is None else entry.hash

    def root_at(self, size: int) -> bytes | None:
        """The root of the log at a size; empty for one that it has not reached."""
        return b"" if (found := self.tree.root_at(size)) is None else found

    def device_head(self, stream: bytes, device: bytes) -> tuple[int, bytes]:
        """The last block of a device in a stream."""
        return self.store.device_tip(self.ward, stream, device)

    def epoch(self, stream: bytes) -> Epoch:
        """The epoch in force."""
        return self.tip(stream).epoch

    def has_blob(self, blob: bytes) -> bool:  # noqa: ARG002
        """Whether an attachment chunk is here: this version keeps none."""
        return False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ward as of one commit. Immutable, so that readers need no lock."""

    ward: bytes
    state: ControlState
    end: WardHead

    @property
    def size(self) -> int:
        """Its last wseq."""
        return self.end.wseq


class WardLog:
    """The log of one ward over a store. One writer at a time."""

    def __init__(
        self,
        store: ServerStore,
        ward: bytes,
        signing: Signing,
        secret: bytes,
        rules: Mapping[str, RuleCheck] = RULES,
    ) -> None:
        self._store = store
        self._ward = ward
        self._signing = signing
        self._secret = secret
        self._public = signing.public(secret)
        self._notes = Notes(signing, secret)
        self._rules = rules
        self._state = load_state(store, ward, signing)
        self._end = store.ward_head(ward) or WardHead(0, 0)
        self._tree = WardTree(store, ward, self._state, self._end)
        self._keep_roots()

    def catch_up(self) -> None:
        """Take in what other processes have added; call it while the ward is locked."""
        end = self._store.ward_head(self._ward) or WardHead(0, 0)
        if end != self._end:
            self._state = load_state(self._store, self._ward, self._signing, self._state)
            while self._end.wseq < end.wseq:
                for entry in self._store.entries(self._ward, self._end.wseq, 1_000):
                    self._store.add_nodes(self._ward, self._tree.append(self._state, entry))
                    self._end = WardHead(entry.wseq, entry.recv_ms)
            self._end = end
            self._keep_roots()

    def _keep_roots(self) -> None:
        """Write the roots that a program of before there were trees did not."""
        if self._end.wseq and not self._end.root:
            self._end = self._tree.end(self._end)
            self._store.set_end(self._ward, self._end)

    @property
    def state(self) -> ControlState:
        """The control state after the last record."""
        return self._state

    @property
    def size(self) -> int:
        """How many entries the ward has: the last wseq."""
        return self._end.wseq

    def snapshot(self) -> Snapshot:
        """The ward as it is now; hand it to readers only after the commit."""
        return Snapshot(self._ward, self._state, self._end)

    def view(self) -> LogView:
        """The place where the next block would go."""
        return LogView(self._store, self._ward, self._state, self._tree)

    def page(self, device: bytes, after: int, limit: int, now_ms: int, asked: Asked = NOT_ASKED) -> LogPage:
        """Return what ``device`` is given of the log after a wseq; RefusedError for a stranger."""
        return pages.page(self._store, self.snapshot(), device, after, limit, now_ms, asked, self._notes)

    # --- control records

    def push_control(
        self, wire: bytes, wraps: tuple[bytes, ...], now_ms: int, *, relayed: bool = False
    ) -> bytes:
        """Admit a control record; return a signed receipt or refusal.

        ``relayed`` says that another device than the author brought it.
        """
        wrap_hashes = control.hashes(wraps)
        came = digest("delivery", wire, *wrap_hashes)
        if any(len(wrap) > MAX_WRAP for wrap in wraps):
            return self._refuse(came, "too_big", now_ms)
        try:
            record, header = control.read(wire)
            founding = self._founding(record.payload, header)
        except RefusedError as refused:
            return self._refuse(came, refused.code, now_ms)
        name = control_hash(record.payload)
        answered = self._answered(name)
        if answered is not None:
            return answered
        recv_ms = self._received(now_ms)
        try:
            after = control.apply(self._state, wire, recv_ms, self._signing, wrap_hashes, allow_unknown=False)
        except RefusedError as refused:
            in_doubt = relayed and refused.code in {"malformed", "too_big"}
            if founding or in_doubt or not self._signed(record, header):
                return self._refuse(came, refused.code, now_ms)
            return self._refuse(name, refused.code, now_ms, keep=True)
        self._state = after
        stored = Stored(_NO_ENTRY, wire, b"", wrap_hashes)
        tip = self._store.stream_tip(self._ward, CONTROL_STREAM)
        entry = self._append(CONTROL_STREAM, name, recv_ms, stored, wraps, tip)
        self._after_control(header, recv_ms)
        return self._sealed(entry)

    def _answered(self, name: bytes) -> bytes | None:
        """The answer that this record has had already: a receipt is rebuilt, a refusal was kept."""
        entry = self._store.entry_by_hash(self._ward, name)
        return self._store.refusal(self._ward, name) if entry is None else self._sealed(entry)

    def _signed(self, record: ControlWire, header: ControlHeader) -> bool:
        author = self._state.members.get(header.device)
        message = signed_bytes("ctl", record.payload)
        return author is not None and self._signing.verify(author.new.sign_key, message, record.signature)

    def _founding(self, payload: bytes, header: ControlHeader) -> bool:
        """Whether this is the record that would found the ward; RefusedError when it must not."""
        try:
            body = control.body_of(header)
        except MalformedError:
            raise RefusedError("malformed") from None
        if not isinstance(body, Genesis):
            return False
        if ward_id(payload) != self._ward:
            raise RefusedError("malformed")
        # A ward that pins another server's key could check none of this one's receipts.
        if body.server_key != self._public:
            raise RefusedError("forbidden")
        return True

    def _after_control(self, header: ControlHeader, recv_ms: int) -> None:
        body = control.body_of(header)
        if isinstance(body, DeviceAdd):
            self._store.drop_join_requests(self._ward, (body.invite,), recv_ms)

    # --- blocks

    def prepare(self, item: PushItem) -> Incoming:
        """Read a block and check its signature: what is done before anything is locked."""
        return read_block(item, self._state, self._signing)

    def push_block(self, item: PushItem, now_ms: int, *, relayed: bool = False) -> bytes:
        """Admit one block; return a signed receipt or refusal."""
        return self.admit(self.prepare(item), now_ms, relayed=relayed)

    def admit(self, block: Incoming, now_ms: int, *, relayed: bool = False) -> bytes:
        """Admit a prepared block; return a signed receipt or refusal."""
        answer = self.decide(block, now_ms, relayed=relayed)
        return answer if isinstance(answer, bytes) else seal_receipt(self._signing, self._secret, answer)

    def decide(self, block: Incoming, now_ms: int, *, relayed: bool = False) -> bytes | Receipt:
        """Admit a prepared block; return a signed refusal, or the receipt, to be signed once it is committed."""
        if block.signed is None:
            # The author may have joined since it was read.
            block = read_block(block.item, self._state, self._signing)
        header = block.header
        if header is None:
            return self._refuse(block.hash, "malformed", now_ms)
        entry = self._store.entry_by_hash(self._ward, block.hash)
        if entry is not None:
            return self._receipt(entry)
        answered = self._store.refusal(self._ward, block.hash)
        if answered is not None:
            return answered
        if not block.signed:
            unknown = header.device not in self._state.members
            return self._refuse(delivery(block.item), "not_member" if unknown else "malformed", now_ms)
        recv_ms = self._received(now_ms)
        view = self.view()
        code = check(view, Block(header, block.item.body, block.wrap_hashes, recv_ms), self._rules)
        if code is not None and relayed and not block.whole:
            return self._refuse(delivery(block.item), code, now_ms)
        if code is not None:
            return self._refuse(block.hash, code, now_ms, header=header, keep=True)
        stored = Stored(_NO_ENTRY, block.item.envelope, block.item.body, block.wrap_hashes)
        device = DeviceTip(header.device, header.bseq, block.hash)
        tip = StreamTip(view.stream_head(header.stream), epoch_after(view, header))
        return self._receipt(
            self._append(header.stream, block.hash, recv_ms, stored, block.item.wraps, tip, device)
        )

    # --- the log

    def _received(self, now_ms: int) -> int:
        """The time of receipt: it never goes back along the log."""
        return max(now_ms, self._end.recv_ms)

    def _append(
        self,
        stream: bytes,
        name: bytes,
        recv_ms: int,
        stored: Stored,
        wraps: tuple[bytes, ...],
        tip: StreamTip,
        device: DeviceTip | None = None,
    ) -> Entry:
        """Add a record at the end of its stream; ``tip``: the end so far, with the epoch in force after it."""
        wseq, sseq = self._end.wseq + 1, tip.head.sseq + 1
        head = stream_head(tip.head.hash, name, sseq, wseq, recv_ms)
        entry = Entry(wseq, sseq, stream, name, recv_ms, head)
        placed = Stored(entry, stored.record, stored.body, stored.wrap_hashes)
        after = StreamTip(Head(sseq, head), tip.epoch)
        nodes = self._tree.append(self._state, entry)
        self._end = self._tree.end(WardHead(wseq, recv_ms))
        self._store.append(self._ward, placed, wraps, after, device, self._end)
        if nodes:
            self._store.add_nodes(self._ward, nodes)
        return entry

    def _receipt(self, entry: Entry) -> Receipt:
        return Receipt(self._ward, entry.hash, entry.wseq, entry.sseq, entry.recv_ms, entry.head)

    def _sealed(self, entry: Entry) -> bytes:
        return seal_receipt(self._signing, self._secret, self._receipt(entry))

    def _refuse(
        self, name: bytes, code: str, now_ms: int, *, header: BlockHeader | None = None, keep: bool = False
    ) -> bytes:
        stream = CONTROL_STREAM if header is None else header.stream
        head = self._store.stream_tip(self._ward, stream).head
        bseq, last = (
            (0, NO_HASH) if header is None else self._store.device_tip(self._ward, stream, header.device)
        )
        refusal = Refusal(self._ward, name, code, self._received(now_ms), self._state.head, head, bseq, last)
        answer = seal_envelope(self._signing, self._secret, "refusal", encode(refusal))
        if keep and code not in PASSING:
            self._store.add_refusal(self._ward, name, code, answer)
        return answer


def seal_receipt(signing: Signing, secret: bytes, receipt: Receipt) -> bytes:
    """Return a receipt as it is sent."""
    return seal_envelope(signing, secret, "receipt", encode(receipt))


def load_state(
    store: Reader, ward: bytes, signing: Signing, known: ControlState | None = None, upto: int | None = None
) -> ControlState:
    """Fold the stored control stream, from ``known`` on and up to a wseq; DamagedError when it does not fold."""
    state = ControlState() if known is None else known
    for stored in store.controls(ward, state.head.sseq):
        if upto is not None and stored.entry.wseq > upto:
            break
        try:
            state = control.apply(
                state, stored.record, stored.entry.recv_ms, signing, stored.wrap_hashes, allow_unknown=False
            )
        except RefusedError as refused:
            raise DamagedError from refused
    return state
