"""The admission rules: what each refuses, and that without it the same block would pass."""

import os
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from tests.wardproto.ward import DAY, HOUR, NOW, Pc, Place, Ward, block, founded, pc, refused
from wardproto.admission import RULES, Block, Epoch, check, epoch_after
from wardproto.control import RefusedError
from wardproto.records import ConsentEnd, DeviceRemove, Head, NewEpoch, Role, Seen, StreamClose
from wardproto.wire import MAX_BLOCK, NO_HASH, block_hash, encode, wraps_hash


class Setting:
    """A ward with one PC on each side, an own and a joint stream, at one position of its log."""

    def __init__(self) -> None:
        self.ward: Ward = founded()
        self.city: Pc = self.ward.founder
        self.worker: Pc = pc("hellowork", "adm", "hw")
        self.ward.admit(self.city, self.worker).rotate(self.worker)
        self.own = self.ward.stream(self.city)
        self.consent = self.ward.consent(self.city)
        self.joint = self.consent.stream
        self.place = Place(self.ward)

    def block(self, by: Pc | None = None, stream: bytes | None = None, **changed: Any) -> Block:
        """Return a block that every rule admits, but for what is changed."""
        return block(self.place, by or self.city, stream or self.own, **changed)

    def take(self, taken: Block) -> Block:
        """Go on after a block."""
        assert check(self.place, taken) is None
        header = taken.header
        self.place.epochs[header.stream] = epoch_after(self.place, header)
        self.place.chains[header.stream, header.device] = (header.bseq, block_hash(encode(header)))
        before = self.place.stream_head(header.stream)
        self.place.old_heads[header.stream, before.sseq] = before.hash
        self.place.heads[header.stream] = Head(before.sseq + 1, os.urandom(32))
        return taken

    def later(self, **changed: Any) -> Block:
        """Return a block in the epoch that is in force."""
        plain = {"new_epoch": None, "epoch": self.place.epoch(self.own).number}
        return altered(self.block(**(plain | changed)), wrap_hashes=())


def altered(original: Block, **changed: Any) -> Block:
    """Return a block with parts outside its header changed."""
    parts: dict[str, Any] = {
        "header": original.header,
        "body": original.body,
        "wrap_hashes": original.wrap_hashes,
        "recv_ms": original.recv_ms,
    }
    return Block(**(parts | changed))


@pytest.fixture
def setting() -> Setting:
    """A fresh setting."""
    return Setting()


# --- what is admitted -----------------------------------------------------------------------


def test_the_first_block_and_the_next_are_admitted(setting: Setting) -> None:
    """An epoch begins with a block; the following use it."""
    setting.take(setting.block())
    setting.take(setting.later())
    setting.take(setting.later(cas=True))
    assert setting.place.epoch(setting.own).number == 1


def test_both_sides_write_a_joint_stream(setting: Setting) -> None:
    """One after the other, in one epoch wrapped to both."""
    setting.take(setting.block(stream=setting.joint))
    second = setting.block(setting.worker, setting.joint, new_epoch=None, epoch=1)
    setting.take(altered(second, wrap_hashes=()))
    assert setting.place.epoch(setting.joint).recipients == (("city", 1), ("hellowork", 1))


def test_a_reader_without_the_body_checks_the_rest(setting: Setting) -> None:
    """A team that may not read a stream still follows its chain."""
    assert check(setting.place, altered(setting.block(), body=None)) is None


def test_a_resealed_block_names_its_refusal(setting: Setting) -> None:
    """The second attempt is admitted with the hash of the refusal that allowed it."""
    assert check(setting.place, setting.block(attempt=1, refusal=b"r" * 32)) is None


def test_heads_that_are_no_longer_known_are_let_pass(setting: Setting) -> None:
    """A client keeps not every head: what it cannot compare it does not call a fork."""
    setting.take(setting.block())
    setting.take(setting.later())
    setting.place.old_heads.clear()
    assert check(setting.place, setting.later(head=Head(1, b"?" * 32))) is None
    assert check(setting.place, setting.later(ctl=Head(1, b"?" * 32))) is None


def test_a_checkpoint_that_was_verified_is_admitted_and_one_that_is_not_known_is_let_pass(
    setting: Setting,
) -> None:
    """A partner knows few roots: what it cannot compare it has proven to it."""
    setting.place.roots |= {3: b"r" * 32, 9: b"s" * 32}
    assert check(setting.place, setting.block(seen=Seen(3, b"r" * 32))) is None
    assert check(setting.place, setting.block(seen=Seen(5, b"x" * 32))) is None


# --- one test a refusal ------------------------------------------------------------------------

Spoil = Callable[[Setting], Block]


def _other_ward(setting: Setting) -> Block:
    return setting.block(ward=bytes(32))


def _no_body(setting: Setting) -> Block:
    return altered(setting.block(body_len=0, body_hash=sha256(b"").digest()), body=b"")


def _huge_body(setting: Setting) -> Block:
    body = bytes(MAX_BLOCK + 1)
    return altered(setting.block(body_len=len(body), body_hash=sha256(body).digest()), body=body)


def _other_body(setting: Setting) -> Block:
    return altered(setting.block(), body=os.urandom(256))


def _shorter_body(setting: Setting) -> Block:
    body = os.urandom(255)
    return altered(setting.block(body_hash=sha256(body).digest()), body=body)


def _below_the_floor(setting: Setting) -> Block:
    return setting.block(proto=0)


def _stranger(setting: Setting) -> Block:
    return setting.block(pc("city", "cw"))


def _removed(setting: Setting) -> Block:
    second = pc("city", "cw")
    setting.ward.admit(setting.city, second)
    setting.ward.act(second, DeviceRemove(second.id, None)).rotate(setting.city)
    return setting.block(second)


def _observer(setting: Setting) -> Block:
    setting.ward.act(setting.city, Role(setting.city.id, ("adm", "lb")))
    return setting.block()


def _other_team(setting: Setting) -> Block:
    return setting.block(setting.worker)


def _no_stream(setting: Setting) -> Block:
    return setting.block(stream=os.urandom(16))


def _closed_stream(setting: Setting) -> Block:
    good = setting.block()
    setting.ward.act(setting.city, StreamClose(setting.own))
    return altered(good)


def _withdrawn(setting: Setting) -> Block:
    good = setting.block(stream=setting.joint)
    setting.ward.act(setting.worker, ConsentEnd(setting.consent.consent))
    return good


def _expired(setting: Setting) -> Block:
    return altered(setting.block(stream=setting.joint), recv_ms=setting.consent.until_ms)


def _too_early(setting: Setting) -> Block:
    consent = setting.ward.consent(setting.city, from_ms=NOW + HOUR, until_ms=NOW + DAY)
    setting.ward.now = NOW + HOUR
    good = setting.block(stream=consent.stream)
    setting.ward.now = NOW
    return altered(good, recv_ms=NOW)


def _first_attempt_with_refusal(setting: Setting) -> Block:
    return setting.block(refusal=b"r" * 32)


def _second_attempt_without(setting: Setting) -> Block:
    return setting.block(attempt=1)


def _gap(setting: Setting) -> Block:
    return setting.block(bseq=2)


def _twice(setting: Setting) -> Block:
    setting.take(setting.block())
    return setting.later(bseq=1, prev=NO_HASH)


def _other_chain(setting: Setting) -> Block:
    setting.take(setting.block())
    return setting.later(prev=b"x" * 32)


def _other_control(setting: Setting) -> Block:
    return setting.block(ctl=Head(setting.ward.state.head.sseq, b"x" * 32))


def _future_control(setting: Setting) -> Block:
    return setting.block(ctl=Head(setting.ward.state.head.sseq + 1, b"x" * 32))


def _other_head(setting: Setting) -> Block:
    setting.take(setting.block())
    return setting.later(head=Head(1, b"x" * 32))


def _future_head(setting: Setting) -> Block:
    return setting.block(head=Head(7, b"x" * 32))


def _other_root(setting: Setting) -> Block:
    setting.place.roots[3] = b"r" * 32
    return setting.block(seen=Seen(3, b"x" * 32))


def _future_root(setting: Setting) -> Block:
    return setting.block(seen=Seen(7, b"x" * 32))


def _root_of_nothing(setting: Setting) -> Block:
    return setting.block(seen=Seen(0, b"x" * 32))


def _no_epoch(setting: Setting) -> Block:
    return setting.later(epoch=0)


def _old_epoch(setting: Setting) -> Block:
    setting.take(setting.block())
    return setting.later(epoch=0)


def _epoch_again(setting: Setting) -> Block:
    setting.take(setting.block())
    return setting.block(epoch=1)


def _epoch_skipped(setting: Setting) -> Block:
    return setting.block(epoch=2)


def _readers(setting: Setting, recipients: tuple[tuple[str, int], ...], stream: bytes | None = None) -> Block:
    wraps = tuple(os.urandom(32) for _ in recipients)
    new = NewEpoch(os.urandom(32), recipients, wraps_hash(wraps))
    return altered(setting.block(stream=stream, new_epoch=new), wrap_hashes=wraps)


def _reader_slipped_in(setting: Setting) -> Block:
    return _readers(setting, (("city", 1), ("hellowork", 1)))


def _reader_left_out(setting: Setting) -> Block:
    return _readers(setting, (("city", 1),), setting.joint)


def _old_generation(setting: Setting) -> Block:
    setting.ward.rotate(setting.city)
    return _readers(setting, (("city", 1),))


def _epoch_of_before_a_removal(setting: Setting) -> Block:
    setting.take(setting.block())
    setting.ward.rotate(setting.city)
    return setting.later()


def _dirty_team(setting: Setting) -> Block:
    second = pc("city", "cw")
    setting.ward.admit(setting.city, second)
    good = setting.block()
    setting.ward.act(second, DeviceRemove(second.id, None))
    return altered(good)


def _wrap_missing(setting: Setting) -> Block:
    return altered(setting.block(stream=setting.joint), wrap_hashes=(os.urandom(32),))


def _wraps_exchanged(setting: Setting) -> Block:
    good = setting.block(stream=setting.joint)
    return altered(good, wrap_hashes=good.wrap_hashes[::-1])


def _wrap_too_many(setting: Setting) -> Block:
    good = setting.block()
    return altered(good, wrap_hashes=(*good.wrap_hashes, os.urandom(32)))


def _wraps_without_epoch(setting: Setting) -> Block:
    setting.take(setting.block())
    return altered(setting.later(), wrap_hashes=(os.urandom(32),))


def _decision_overtaken(setting: Setting) -> Block:
    before = setting.place.stream_head(setting.own)
    setting.take(setting.block())
    return setting.later(cas=True, head=before)


def _chunk_missing(setting: Setting) -> Block:
    return setting.block(blobs=(b"b" * 32,))


REFUSED: tuple[tuple[str, Spoil, str], ...] = (
    ("ward", _other_ward, "malformed"),
    ("size", _no_body, "too_big"),
    ("size", _huge_body, "too_big"),
    ("size", _other_body, "malformed"),
    ("size", _shorter_body, "malformed"),
    ("proto", _below_the_floor, "proto_floor"),
    ("member", _stranger, "not_member"),
    ("member", _removed, "not_member"),
    ("member", _observer, "not_member"),
    ("readers", _other_team, "not_member"),
    ("readers", _no_stream, "unknown_stream"),
    ("open", _closed_stream, "closed"),
    ("open", _withdrawn, "closed"),
    ("open", _expired, "closed"),
    ("open", _too_early, "early"),
    ("attempt", _first_attempt_with_refusal, "malformed"),
    ("attempt", _second_attempt_without, "malformed"),
    ("chain", _gap, "chain"),
    ("chain", _twice, "chain"),
    ("chain", _other_chain, "chain"),
    ("no_fork", _other_control, "fork"),
    ("no_fork", _future_control, "fork"),
    ("no_fork", _other_head, "fork"),
    ("no_fork", _future_head, "fork"),
    ("seen", _other_root, "fork"),
    ("seen", _future_root, "fork"),
    ("seen", _root_of_nothing, "malformed"),
    ("epoch_number", _no_epoch, "stale_epoch"),
    ("epoch_number", _old_epoch, "stale_epoch"),
    ("epoch_number", _epoch_again, "epoch_race"),
    ("epoch_number", _epoch_skipped, "epoch_race"),
    ("epoch_readers", _reader_slipped_in, "stale_epoch"),
    ("epoch_readers", _reader_left_out, "stale_epoch"),
    ("epoch_readers", _old_generation, "stale_epoch"),
    ("epoch_readers", _epoch_of_before_a_removal, "stale_epoch"),
    ("epoch_readers", _dirty_team, "stale_epoch"),
    ("wraps", _wrap_missing, "malformed"),
    ("wraps", _wraps_exchanged, "malformed"),
    ("wraps", _wrap_too_many, "malformed"),
    ("wraps", _wraps_without_epoch, "malformed"),
    ("cas", _decision_overtaken, "cas"),
    ("blobs", _chunk_missing, "blob_missing"),
)
"""The rule that refuses, the block, the code."""

ALSO: dict[Spoil, set[str]] = {
    _stranger: {"readers"},
    _closed_stream: {"epoch_readers"},
    _withdrawn: {"epoch_readers"},
    _expired: {"epoch_readers"},
    _too_early: {"epoch_readers"},
    _no_stream: {"open", "epoch_readers"},
    _no_epoch: {"epoch_readers"},
}
"""What else holds the same block back: these rules stand one behind the other."""


def _named(part: object) -> str:
    return getattr(part, "__name__", str(part)).lstrip("_")


@pytest.mark.parametrize(("rule", "spoil", "code"), REFUSED, ids=_named)
def test_each_breach_has_its_code(setting: Setting, rule: str, spoil: Spoil, code: str) -> None:
    """The first rule that is broken answers, and it is the one meant here."""
    spoiled = spoil(setting)
    assert check(setting.place, spoiled) == code
    assert check(setting.place, spoiled, {rule: RULES[rule]}) == code


@pytest.mark.parametrize(("rule", "spoil", "code"), REFUSED, ids=_named)
def test_without_its_rule_the_breach_would_pass(setting: Setting, rule: str, spoil: Spoil, code: str) -> None:
    """Each rule is needed: switched off (with those that stand behind it), the block is admitted."""
    assert code
    spoiled = spoil(setting)
    kept = {name: r for name, r in RULES.items() if name != rule and name not in ALSO.get(spoil, set())}
    assert check(setting.place, spoiled, kept) is None


def test_every_rule_has_a_breach() -> None:
    """A new rule comes with its test."""
    assert {rule for rule, _, _ in REFUSED} == set(RULES)


def test_rules_that_stand_behind_hold_alone() -> None:
    """Where a consent is over, rule E refuses too: with rule C switched off nothing gets in."""
    for spoil in (_closed_stream, _withdrawn, _expired, _too_early):
        setting = Setting()
        spoiled = spoil(setting)
        kept = {name: rule for name, rule in RULES.items() if name != "open"}
        assert check(setting.place, spoiled, kept) == "stale_epoch"


def test_the_epoch_after_a_block(setting: Setting) -> None:
    """It is the new one where the block begins one, else the one before."""
    first = setting.block()
    assert first.header.new_epoch is not None
    begun = Epoch(1, (("city", 1),), first.header.new_epoch.commit)
    assert epoch_after(setting.place, first.header) == begun
    setting.take(first)
    assert epoch_after(setting.place, setting.later().header) == begun


def test_refusals_carry_no_content() -> None:
    """The error of a control record says its code and nothing of what was in it."""
    error = RefusedError("forbidden")
    assert (str(error), error.code) == ("forbidden", "forbidden")
    with refused("forbidden"):
        raise error
