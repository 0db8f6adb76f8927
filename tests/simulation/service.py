"""A service that does not keep its word, and what a ward must make of it (I9).

Each trick is played on a ward in which people have worked. The service has its real key and the real
code; it only uses them against its clients. A trick returns the PCs that must raise the alarm.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy

from msgspec import structs

from tests.simulation.world import START_MS, Device, World
from wardcentral.core import WardLog
from wardcentral.tree import StoredTree
from wardclient.ledger.events import Put
from wardproto import checkpoint
from wardproto.admission import RULES
from wardproto.merkle import inclusion
from wardproto.messages import LogPage, PushItem, PushReply
from wardproto.records import Refusal
from wardproto.signing import seal_envelope
from wardproto.wire import encode, open_envelope

Trick = Callable[["Ward"], Sequence[Device]]
BLIND = {name: rule for name, rule in RULES.items() if name not in {"seen", "no_fork", "cas"}}
"""The rules of a service that mixes two logs."""


class Ward:
    """A ward with a case of the city, one that both offices share, and some work in both."""

    def __init__(self, seed: int, **options: object) -> None:
        self.world = World(seed, **options)  # type: ignore[arg-type]
        self.world.page_limit = 50
        self.author, self.colleague, self.partner, self.other = self.world.devices[:4]
        self.own = self.author.up.new_stream()
        self.joint = self._share()
        for device, stream in (
            (self.author, self.own),
            (self.author, self.joint),
            (self.partner, self.joint),
        ):
            for _ in range(self.world.random.randrange(1, 4)):
                self.write(device, stream)
        self.world.settle()
        # From here on there is no one truth that the log could be compared with.
        self.world._watch = lambda: None  # type: ignore[method-assign]
        self.world.look = lambda device: None  # type: ignore[method-assign]  # noqa: ARG005

    def _share(self) -> bytes:
        world, now = self.world, self.author.up.server_now_ms()
        stream = world.sealing.random(16)
        self.author.up.set_consent(
            world.sealing.random(16),
            stream,
            partner="hellowork",
            from_ms=now - 1,
            until_ms=now + 10**9,
            items=("S1",),
            evidence=b"paper",
        )
        self.world.settle()
        return stream

    def write(self, device: Device, stream: bytes) -> None:
        """Somebody writes, and the PC exchanges."""
        value = self.world.random.randrange(1000)
        device.up.record(stream, "edit", [Put("person", "wish", value)])
        self.look(device)

    def look(self, *devices: Device) -> None:
        """Let PCs exchange until they ask for nothing more; time passes."""
        for device in devices:
            self.world.now_ms += 61_000
            self.world.drain(device)

    def alarms(self, device: Device) -> list[str]:
        """What a PC noted."""
        return [kind for kind, _, _ in device.store.tables.incidents.values()]

    def log_of(self, store: object, *, blind: bool = False) -> WardLog:
        """A log of the service over a store."""
        world = self.world
        rules = BLIND if blind else RULES
        return WardLog(store, world.ward, world.signing, world._server_secret, rules)  # type: ignore[arg-type]

    @contextmanager
    def serving(self, log: WardLog, store: object) -> Iterator[None]:
        """Serve from another log meanwhile."""
        world = self.world
        before = world.log, world._server_store
        world.log, world._server_store = log, store  # type: ignore[assignment]
        try:
            yield
        finally:
            world.log, world._server_store = before

    def tamper(self, device: Device, alter: Callable[[LogPage], LogPage]) -> None:
        """From now on the pages of one PC are altered."""
        self.world.tamper = lambda asking, page: alter(page) if asking is device else page

    def sign(self, page: LogPage, **changed: object) -> LogPage:
        """The page with a checkpoint that says something else, signed by the service."""
        world = self.world
        said = checkpoint.read(
            world.signing,
            world.signing.public(world._server_secret),
            world.ward,
            page.checkpoint,
        )
        fields = {name: getattr(said, name) for name in ("ward", "size", "root", "heads", "at_ms")}
        made = checkpoint.Checkpoint(**{**fields, **changed})
        return structs.replace(
            page,
            checkpoint=checkpoint.sign(world.signing, world._server_secret, made),
        )


def fork(ward: Ward, stream: bytes, writer: Device, victims: Sequence[Device]) -> Sequence[Device]:
    """Show the writer one log and the victims another; then let the writer's blocks cross over."""
    world = ward.world
    other = deepcopy(world._server_store)
    log = ward.log_of(other, blind=True)
    with ward.serving(log, other):
        for victim in victims:
            victim_stream = ward.own if victim.team == "city" else ward.joint
            ward.write(victim, victim_stream)
    size = world.log.size
    ward.write(writer, stream)
    ward.write(writer, stream)
    store = world._server_store
    for stored in store.records(world.ward, size):
        item = PushItem(stored.record, stored.body, store.wraps(world.ward, stored.entry.wseq))
        with other.transaction():
            log.push_block(item, world.now_ms)
    with ward.serving(log, other):
        ward.look(*victims)
    return victims


def fork_before_a_colleague(ward: Ward) -> Sequence[Device]:
    """The colleague, who is given every entry, sees what the author had verified."""
    return fork(ward, ward.own, ward.author, [ward.colleague])


def fork_before_a_partner(ward: Ward) -> Sequence[Device]:
    """The other team's PC has it proven, or not."""
    return fork(ward, ward.joint, ward.author, [ward.partner])


def fork_between_partners(ward: Ward) -> Sequence[Device]:
    """A block of the other team crosses over to the founding team."""
    return fork(ward, ward.joint, ward.partner, [ward.colleague])


def roll_back(ward: Ward) -> Sequence[Device]:
    """Go back to an older state and go on from there, further than before."""
    world = ward.world
    old = deepcopy(world._server_store)
    ward.write(ward.author, ward.own)
    ward.look(ward.colleague, ward.partner)
    log = ward.log_of(old)
    world.log, world._server_store = log, old
    newcomer = ward.other
    for _ in range(4):
        ward.write(newcomer, ward.joint)
    ward.look(ward.colleague, ward.partner)
    return [ward.colleague, ward.partner]


def withhold_tail(ward: Ward) -> Sequence[Device]:
    """Keep the end of a stream from the other team; everything else is handed out, with its proofs."""
    ward.write(ward.author, ward.joint)
    hidden = ward.world.log.size
    ward.tamper(ward.partner, lambda page: _without(ward, page, ward.joint, hidden))
    ward.write(ward.author, ward.own)
    ward.look(ward.partner)
    return [ward.partner]


def withhold_stream(ward: Ward) -> Sequence[Device]:
    """Keep a whole stream that has been opened to the other team from it."""
    fresh = ward._share()
    ward.tamper(ward.partner, lambda page: _without(ward, page, fresh, 0))
    ward.write(ward.author, fresh)
    ward.look(ward.partner)
    return [ward.partner]


def _without(ward: Ward, page: LogPage, stream: bytes, first: int) -> LogPage:
    """The page without a stream from a number on, and the proof of what is then the last entry."""
    kept = tuple(i for i in page.items if i.entry.stream != stream or i.entry.wseq < first)
    last = kept[-1].entry if kept else ward.partner.store.last_entry()
    if page.proof is None or last is None:
        return structs.replace(page, items=kept)
    world = ward.world
    proof = inclusion(StoredTree(world._server_store, world.ward), last.wseq - 1, page.size)
    return structs.replace(page, items=kept, proof=structs.replace(page.proof, last=proof))


def shorten(ward: Ward) -> Sequence[Device]:
    """Tell one PC that the log ends earlier than what was signed."""
    before = ward.world.log.size
    ward.write(ward.author, ward.own)

    def shorter(page: LogPage) -> LogPage:
        kept = tuple(item for item in page.items if item.entry.wseq <= before)
        return structs.replace(page, items=kept, upto=before, size=before)

    ward.tamper(ward.colleague, shorter)
    ward.look(ward.colleague)
    return [ward.colleague]


def other_root(ward: Ward) -> Sequence[Device]:
    """Sign another root than that of the entries that are handed out."""
    ward.tamper(ward.colleague, lambda page: ward.sign(page, root=b"x" * 32) if page.checkpoint else page)
    ward.write(ward.author, ward.own)
    ward.look(ward.colleague)
    return [ward.colleague]


def other_root_for_a_partner(ward: Ward) -> Sequence[Device]:
    """The same for who is not given everything: the proofs do not fit."""
    ward.tamper(ward.partner, lambda page: ward.sign(page, root=b"x" * 32) if page.checkpoint else page)
    ward.write(ward.author, ward.joint)
    ward.look(ward.partner)
    return [ward.partner]


def other_heads(ward: Ward) -> Sequence[Device]:
    """Sign heads that hide something from the other team: who is given everything audits them."""
    ward.tamper(ward.colleague, lambda page: ward.sign(page, heads=b"x" * 32) if page.checkpoint else page)
    ward.write(ward.author, ward.joint)
    ward.look(ward.colleague)
    return [ward.colleague]


def forget_a_receipt(ward: Ward) -> Sequence[Device]:
    """Give a receipt and then sign, later, a log without that entry."""
    world = ward.world
    old = deepcopy(world._server_store)
    author = ward.author
    author.up.record(ward.own, "edit", [Put("person", "wish", 1)])
    call = author.up.next_call(world.now_ms, "up")
    assert call is not None
    world.answer(author, call, world.serve(author, call))
    world.log, world._server_store = ward.log_of(old), old
    ward.look(author)
    return [author]


def refuse_then_include(ward: Ward) -> Sequence[Device]:
    """Refuse a block for good, signed, and put it into the log all the same."""
    world, author = ward.world, ward.author
    author.up.record(ward.own, "edit", [Put("person", "wish", 1)])
    call = author.up.next_call(world.now_ms, "up")
    assert call is not None
    reply = world.serve(author, call)
    assert isinstance(reply, PushReply)
    receipt = open_envelope(reply.answers[0], "receipt")
    name = call.blocks[0][1]  # type: ignore[union-attr]
    assert receipt.context == "receipt"
    head, bseq = world.log.view().stream_head(ward.own), world.log.view().device_head(ward.own, author.id)
    refusal = Refusal(
        world.ward, name, "stale_epoch", world.now_ms, world.log.state.head, head, bseq[0] - 1, b""
    )
    secret = world._server_secret
    lie = seal_envelope(world.signing, secret, "refusal", encode(refusal))
    world.answer(author, call, structs.replace(reply, answers=(lie,)))
    ward.look(author)
    return [author]


def wrong_key(ward: Ward) -> Sequence[Device]:
    """A checkpoint signed by somebody else."""

    def forged(page: LogPage) -> LogPage:
        said = checkpoint.Checkpoint(ward.world.ward, page.size, b"r" * 32, b"h" * 32, START_MS)
        note = checkpoint.sign(ward.world.signing, b"e" * 32, said)
        return structs.replace(page, checkpoint=note) if page.checkpoint else page

    ward.tamper(ward.colleague, forged)
    ward.look(ward.colleague)
    return [ward.colleague]


TRICKS: dict[str, tuple[Trick, frozenset[str], str]] = {
    "fork before a colleague": (fork_before_a_colleague, frozenset({"gossip"}), "forked"),
    "fork before a partner": (fork_before_a_partner, frozenset({"gossip"}), "forked"),
    "fork between partners": (fork_between_partners, frozenset({"gossip"}), "forked"),
    "roll back": (roll_back, frozenset(), ""),
    "withhold a tail": (withhold_tail, frozenset({"heads"}), "withheld"),
    "withhold a stream": (withhold_stream, frozenset({"heads"}), "withheld"),
    "shorten": (shorten, frozenset({"size", "root", "heads"}), "withheld"),
    "another root": (other_root, frozenset({"root", "grown"}), "forked"),
    "another root for a partner": (
        other_root_for_a_partner,
        frozenset({"root", "grown", "gossip"}),
        "forked",
    ),
    "other heads": (other_heads, frozenset({"heads"}), "withheld"),
    "forget a receipt": (forget_a_receipt, frozenset({"receipts", "grown", "root"}), "receipt_broken"),
    "refuse, then include": (refuse_then_include, frozenset(), "refused_included"),
    "another key": (wrong_key, frozenset(), "forged_checkpoint"),
}
"""What the service does, the checks without which nobody notices (none: other rules do), and the alarm."""
