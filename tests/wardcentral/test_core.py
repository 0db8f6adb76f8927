"""Admission, numbering, receipts and refusals of one ward, over each store."""

import os
from dataclasses import replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wardcentral.builders import DAY_MS, SIGNING, Ward, answered, pc
from tests.wardcentral.conftest import Desk
from wardcentral.core import WardLog
from wardcentral.memory_store import MemoryStore
from wardcentral.store import DamagedError, ServerStore, Stored, WardHead
from wardproto.control import Stream
from wardproto.messages import ControlPush, PushItem
from wardproto.records import (
    BlockHeader,
    ControlWire,
    Head,
    Receipt,
    Refusal,
    Role,
    StreamClose,
    StreamCreate,
)
from wardproto.signing import seal_envelope
from wardproto.wire import (
    CONTROL_STREAM,
    MAX_BLOCK,
    MAX_WRAPS,
    Envelope,
    block_hash,
    decode,
    encode,
    signed_bytes,
    stream_head,
)


def test_a_receipt_says_where_the_record_is_and_is_signed(desk: Desk) -> None:
    """A receipt is signed by the key of the genesis record and its head follows from the entry."""
    stream = desk.stream()
    item = desk.ward.block(desk.ward.founder, stream)
    told = desk.took(item)
    assert told.hash == block_hash(decode(item.envelope, Envelope).payload)
    assert (told.wseq, told.sseq) == (3, 1)
    assert told.head == stream_head(b"", told.hash, 1, 3, told.recv_ms)


def test_numbers_have_no_gaps_and_heads_form_a_chain(desk: Desk) -> None:
    """Refused pushes in between use up no number, and each head follows from the one before."""
    streams = [desk.stream(), desk.stream()]
    for turn in range(6):
        desk.took(desk.ward.block(desk.ward.founder, streams[turn % 2]))
        desk.refused(desk.ward.block(desk.ward.founder, streams[0], change={"bseq": 99}))
    entries = desk.store.entries(desk.ward.id, 0, 100)
    assert [entry.wseq for entry in entries] == list(range(1, desk.log.size + 1))
    for stream in (CONTROL_STREAM, *streams):
        mine = [entry for entry in entries if entry.stream == stream]
        assert [entry.sseq for entry in mine] == list(range(1, len(mine) + 1))
        head = b""
        for entry in mine:
            head = stream_head(head, entry.hash, entry.sseq, entry.wseq, entry.recv_ms)
            assert entry.head == head


def test_the_same_bytes_get_the_same_answer(desk: Desk) -> None:
    """A push again after a lost answer changes nothing and is answered with identical bytes."""
    opened, (stream,) = desk.ward.streams(desk.ward.founder)
    first_control = desk.push(opened)
    desk.ward.settle(opened, first_control)
    item = desk.ward.block(desk.ward.founder, stream)
    first_block = desk.push(item)
    desk.ward.settle(item, first_block)
    desk.took(desk.ward.block(desk.ward.founder, stream))
    size = desk.log.size
    desk.now_ms += DAY_MS
    desk.reopen()
    assert desk.push(opened) == first_control
    assert desk.push(item) == first_block
    assert desk.log.size == size


def test_a_definite_refusal_is_remembered(desk: Desk) -> None:
    """A block refused for a gap stays refused, in the same bytes, when the gap is filled later."""
    stream = desk.stream()
    first = desk.ward.block(desk.ward.founder, stream)
    payload = decode(first.envelope, Envelope).payload
    second = desk.ward.block(
        desk.ward.founder,
        stream,
        epoch=False,
        change={"bseq": 2, "prev": block_hash(payload), "epoch": 1},
    )
    answer = desk.push(second)
    told = answered(desk.ward.server_key, answer)
    assert isinstance(told, Refusal)
    assert told.code == "chain"
    desk.took(first)
    desk.reopen()
    assert desk.push(second) == answer
    assert desk.log.size == 3


def test_a_passing_refusal_may_be_followed_by_acceptance(desk: Desk) -> None:
    """A block that came before its stream or before the consent begins is accepted later."""
    desk.joined("hellowork", "hw")
    opened, (stream,) = desk.ward.streams(desk.ward.founder)
    before = desk.ward.state
    desk.ward.state = replace(before, streams={**before.streams, stream: Stream("own", "city")})
    block = desk.ward.block(desk.ward.founder, stream, change={"ctl": before.head})
    desk.ward.state = before
    assert desk.code(block) == "unknown_stream"
    desk.took(opened)
    assert desk.took(block).sseq == 1
    _, joint = desk.joint(from_ms=desk.now_ms + 1000)
    desk.ward.state = replace(desk.ward.state, recv_ms=desk.now_ms + 1000)
    early = desk.ward.block(desk.ward.founder, joint)
    desk.ward.state = replace(desk.ward.state, recv_ms=desk.now_ms)
    assert desk.code(early) == "early"
    desk.now_ms += 1000
    assert desk.took(early).sseq == 1


def test_the_time_of_receipt_never_goes_back(desk: Desk) -> None:
    """A server clock that jumps back does not show in the log."""
    stream = desk.stream()
    before = desk.took(desk.ward.block(desk.ward.founder, stream)).recv_ms
    desk.now_ms -= 3650 * DAY_MS
    assert desk.took(desk.ward.block(desk.ward.founder, stream)).recv_ms == before
    desk.reopen()
    assert desk.took(desk.ward.block(desk.ward.founder, stream)).recv_ms == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bseq": 2}, "chain"),
        ({"prev": bytes(32)}, "chain"),
        ({"epoch": 5}, "epoch_race"),
        ({"proto": 0}, "proto_floor"),
        ({"body_len": MAX_BLOCK + 1}, "too_big"),
        ({"body_len": 100}, "malformed"),
        ({"body_hash": bytes(32)}, "malformed"),
        ({"blobs": (bytes(32),)}, "blob_missing"),
        ({"attempt": 1}, "malformed"),
        ({"refusal": bytes(32)}, "malformed"),
        ({"ward": bytes(32)}, "malformed"),
        ({"stream": bytes(range(16))}, "unknown_stream"),
        ({"ctl": Head(1, bytes(32))}, "fork"),
        ({"head": Head(7, bytes(32))}, "fork"),
        ({"cas": True, "head": Head(7, bytes(32))}, "fork"),
    ],
)
def test_each_broken_header_has_its_code(desk: Desk, change: dict[str, object], code: str) -> None:
    """What one rule forbids is refused with that rule's code, and never stored."""
    stream = desk.stream()
    size = desk.log.size
    told = desk.refused(desk.ward.block(desk.ward.founder, stream, change=change))
    assert told.code == code
    assert desk.log.size == size


def test_a_refusal_tells_where_its_author_stands(desk: Desk) -> None:
    """A refusal names the heads and the author's last block, so that a client can go on from there."""
    stream = desk.stream()
    last = desk.took(desk.ward.block(desk.ward.founder, stream))
    told = desk.refused(desk.ward.block(desk.ward.founder, stream, change={"bseq": 9}))
    assert (told.device_bseq, told.device_hash) == (1, last.hash)
    assert told.head == Head(1, last.head)
    assert told.ctl == desk.ward.state.head


def test_an_epoch_must_name_exactly_the_readers(desk: Desk) -> None:
    """After a removal the old epoch is refused, and the new generation is accepted."""
    colleague = desk.joined("city", "cw")
    desk.joined("hellowork", "hw")
    stream = desk.stream()
    desk.took(desk.ward.block(desk.ward.founder, stream))
    desk.took(desk.ward.device_remove(desk.ward.founder, colleague))
    assert desk.code(desk.ward.block(desk.ward.founder, stream, epoch=False)) == "stale_epoch"
    desk.took(desk.ward.block(desk.ward.founder, stream))


def test_a_removed_or_foreign_device_does_not_write(desk: Desk) -> None:
    """A removed device, the other team's device and an observer are refused as no members."""
    colleague = desk.joined("city", "cw")
    partner = desk.joined("hellowork", "hw")
    observer = desk.joined("city", "aud")
    stream = desk.stream()
    for other in (partner, observer):
        assert desk.code(desk.ward.block(other, stream)) == "not_member"
    desk.took(desk.ward.device_remove(desk.ward.founder, colleague))
    assert desk.code(desk.ward.block(colleague, stream)) == "not_member"


def test_a_withdrawn_or_expired_consent_closes_the_joint_stream(desk: Desk) -> None:
    """After the withdrawal, and after the last day, neither team writes to the joint stream."""
    partner = desk.joined("hellowork", "hw")
    consent, stream = desk.joint()
    desk.took(desk.ward.block(desk.ward.founder, stream))
    desk.took(desk.ward.block(partner, stream))
    in_flight = desk.ward.block(partner, stream)
    desk.took(desk.ward.consent_end(desk.ward.founder, consent))
    assert desk.code(in_flight) == "closed"
    _, short = desk.joint(until_ms=desk.now_ms + 1000)
    late = desk.ward.block(desk.ward.founder, short)
    desk.now_ms += 1000
    assert desk.code(late) == "closed"


def test_an_exclusive_decision_is_taken_once(desk: Desk) -> None:
    """Of two exclusive blocks that saw the same head, the second is refused."""
    colleague = desk.joined("city", "cw")
    stream = desk.stream()
    desk.took(desk.ward.block(desk.ward.founder, stream))
    mine = desk.ward.block(desk.ward.founder, stream, change={"cas": True})
    yours = desk.ward.block(colleague, stream, change={"cas": True})
    desk.took(mine)
    assert desk.code(yours) == "cas"


def test_a_closed_stream_takes_no_more(desk: Desk) -> None:
    """Blocks for a closed stream are refused."""
    stream = desk.stream()
    late = desk.ward.block(desk.ward.founder, stream)
    desk.took(desk.ward.control(desk.ward.founder, StreamClose(stream)))
    assert desk.code(late) == "closed"


def test_control_records_are_taken_one_after_the_other(desk: Desk) -> None:
    """Of two control records after the same head, the second is refused and stays refused."""
    first, _ = desk.ward.streams(desk.ward.founder)
    second, _ = desk.ward.streams(desk.ward.founder)
    desk.took(first)
    told = desk.refused(second)
    assert told.code == "cas"
    assert told.ctl == desk.ward.state.head
    assert desk.code(second) == "cas"


def test_an_act_without_the_right_role_is_forbidden(desk: Desk) -> None:
    """A caseworker who is no admin cannot give roles."""
    colleague = desk.joined("city", "cw")
    assert desk.code(desk.ward.control(colleague, Role(colleague.id, ("adm",)))) == "forbidden"


def test_a_ward_must_pin_the_key_of_this_server(store: ServerStore) -> None:
    """A genesis record that names another server's key is refused, and nothing is kept of it."""
    ward = Ward(SIGNING.public(os.urandom(32)))
    genesis = ward.genesis()
    secret = os.urandom(32)
    log = WardLog(store, ward.id, SIGNING, secret)
    told = answered(SIGNING.public(secret), log.push_control(genesis.wire, genesis.wraps, 1))
    assert isinstance(told, Refusal)
    assert told.code == "forbidden"
    assert store.ward_head(ward.id) is None


def test_nobody_has_anothers_block_refused_by_damaging_it(desk: Desk) -> None:
    """A relayed copy with another body, other wraps or a wrong signature refuses only that delivery."""
    stream = desk.stream()
    item = desk.ward.block(desk.ward.founder, stream)
    envelope = decode(item.envelope, Envelope)
    forged = encode(msgspec.structs.replace(envelope, signature=bytes(64)))
    name = block_hash(envelope.payload)
    for damaged in (
        PushItem(item.envelope, os.urandom(256), item.wraps),
        PushItem(item.envelope, item.body, ()),
        PushItem(forged, item.body, item.wraps),
        PushItem(item.envelope, item.body, (os.urandom(5000),)),
    ):
        told = desk.refused(damaged, relayed=True)
        assert told.code == "malformed"
        assert told.hash != name
    desk.took(item)


def test_a_damaged_block_of_the_author_himself_is_refused_for_good(desk: Desk) -> None:
    """When the author delivers a body that is not the signed one, the refusal names the block."""
    stream = desk.stream()
    item = desk.ward.block(desk.ward.founder, stream)
    told = desk.refused(PushItem(item.envelope, os.urandom(256), item.wraps))
    assert (told.code, told.hash) == ("malformed", block_hash(decode(item.envelope, Envelope).payload))
    assert desk.code(item) == "malformed"


def test_a_stranger_leaves_no_trace(desk: Desk) -> None:
    """Blocks and control records of unknown devices are refused by delivery and not remembered."""
    stranger = pc("city", "cw", "adm")
    stream = desk.stream()
    block = desk.ward.block(stranger, stream)
    control = desk.ward.control(stranger, StreamCreate("own", "city", (os.urandom(16),)))
    for pushed in (block, control):
        told = desk.refused(pushed)
        assert told.code == "not_member"
        assert desk.store.refusal(desk.ward.id, told.hash) is None


def test_a_block_read_before_its_author_joined_is_checked_again(desk: Desk) -> None:
    """A signature that could not be checked when the block came is checked at admission."""
    newcomer = pc("city", "cw")
    stream = desk.stream()
    desk.took(desk.ward.invite(desk.ward.founder, "city", ("cw",), desk.now_ms + 1000))
    invite = next(iter(desk.ward.invites))
    waiting = desk.log.prepare(desk.ward.block(newcomer, stream))
    forged = desk.ward.block(newcomer, stream)
    envelope = decode(forged.envelope, Envelope)
    wrong = PushItem(
        encode(msgspec.structs.replace(envelope, signature=bytes(64))), forged.body, forged.wraps
    )
    waiting_wrong = desk.log.prepare(wrong)
    desk.took(desk.ward.device_add(desk.ward.founder, newcomer, invite))
    refused = answered(desk.ward.server_key, desk.log.admit(waiting_wrong, desk.now_ms))
    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"
    assert isinstance(answered(desk.ward.server_key, desk.log.admit(waiting, desk.now_ms)), Receipt)


def test_a_wrong_signature_on_a_control_record_is_refused(desk: Desk) -> None:
    """A control record that another key signed is refused, and the right one accepted after it."""
    push, _ = desk.ward.streams(desk.ward.founder)
    record = decode(push.wire, ControlWire)
    signature = SIGNING.sign(os.urandom(32), signed_bytes("ctl", record.payload))
    assert desk.code(ControlPush(encode(ControlWire(record.payload, signature)), ())) == "malformed"
    desk.took(push)


def test_control_wraps_are_bounded_and_bound(desk: Desk) -> None:
    """Too many, too large and unnamed wraps are refused; a relay's do not refuse the record itself."""
    push = desk.ward.team_gen(desk.ward.founder)
    assert desk.refused(ControlPush(push.wire, (bytes(5000),))).code == "too_big"
    assert desk.refused(ControlPush(push.wire, (b"w",) * (MAX_WRAPS + 1)), relayed=True).code == "too_big"
    assert desk.refused(ControlPush(push.wire, (b"w",)), relayed=True).code == "malformed"
    desk.took(push)


def test_an_unknown_kind_of_control_record_is_not_admitted(desk: Desk) -> None:
    """The server does not put into the log what it cannot judge."""
    state = desk.ward.state
    payload = encode(
        (state.ward, state.head.sseq + 1, state.head.hash, desk.ward.founder.id, 1, 1, ("later_kind", 7))
    )
    signature = SIGNING.sign(desk.ward.founder.secret, signed_bytes("ctl", payload))
    assert desk.code(ControlPush(encode(ControlWire(payload, signature)), ())) == "proto_floor"


def test_a_control_stream_that_does_not_fold_is_reported(desk: Desk) -> None:
    """A ward whose stored control records contradict each other is not served."""
    broken = MemoryStore()
    first = next(iter(desk.store.controls(desk.ward.id)))
    tip = desk.store.stream_tip(desk.ward.id, CONTROL_STREAM)
    broken.append(desk.ward.id, Stored(first.entry, first.record, b"", ()), (), tip, None, WardHead(1, 1))
    with pytest.raises(DamagedError):
        WardLog(broken, desk.ward.id, SIGNING, desk.secret)


def test_an_undone_transaction_leaves_no_trace(desk: Desk) -> None:
    """When the commit fails the log made anew is as before, and the same bytes are accepted then."""
    stream = desk.stream()
    item = desk.ward.block(desk.ward.founder, stream)
    opened, _ = desk.ward.streams(desk.ward.founder)
    wrong = desk.ward.block(desk.ward.founder, stream, change={"bseq": 4})
    size, state = desk.log.size, desk.log.state.state_hash()

    def fail_at_the_end() -> None:
        with desk.store.transaction():
            desk.log.push_block(item, desk.now_ms)
            desk.log.push_control(opened.wire, opened.wraps, desk.now_ms)
            desk.log.push_block(wrong, desk.now_ms)
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        fail_at_the_end()
    desk.reopen()
    assert (desk.log.size, desk.log.state.state_hash()) == (size, state)
    assert desk.took(item).wseq == size + 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(envelope=st.binary(max_size=400), body=st.binary(max_size=300), wraps=st.lists(st.binary(max_size=90)))
def test_any_bytes_are_answered_with_a_signed_refusal(
    desk: Desk, envelope: bytes, body: bytes, wraps: list[bytes]
) -> None:
    """Bytes that are no record get a signed refusal and leave the log as it was."""
    size = desk.log.size
    assert desk.code(PushItem(envelope, body, tuple(wraps))) == "malformed"
    told = answered(desk.ward.server_key, desk.log.push_control(envelope, tuple(wraps[:600]), desk.now_ms))
    assert isinstance(told, Refusal)
    assert desk.log.size == size


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_header_with_any_one_field_changed_never_breaks_the_log(desk: Desk, data: st.DataObject) -> None:
    """Signed headers with wild numbers and bytes are refused or accepted, never an error."""
    stream = desk.stream()
    name = data.draw(st.sampled_from(BlockHeader.__struct_fields__))
    kinds: dict[str, st.SearchStrategy[object]] = {
        "new_epoch": st.none(),
        "cas": st.booleans(),
        "kind": st.text(max_size=20),
        "blobs": st.tuples(st.binary(max_size=40)),
        "ctl": st.builds(Head, st.integers(-5, 2**64 - 1), st.binary(max_size=40)),
        "head": st.builds(Head, st.integers(-5, 2**64 - 1), st.binary(max_size=40)),
    }
    old = getattr(decode(decode(_plain(desk, stream).envelope, Envelope).payload, BlockHeader), name)
    usual = st.integers(-(2**63), 2**64 - 1) if isinstance(old, int) else st.binary(max_size=70)
    wild = data.draw(kinds.get(name, usual if name != "seen" else st.just(old)))
    answer = desk.push(desk.ward.block(desk.ward.founder, stream, change={name: wild}))
    assert isinstance(answered(desk.ward.server_key, answer), Receipt | Refusal)


def _plain(desk: Desk, stream: bytes) -> PushItem:
    return desk.ward.block(desk.ward.founder, stream)


def test_an_envelope_in_another_context_is_no_block(desk: Desk) -> None:
    """A signature made for something else is not taken for a block."""
    stream = desk.stream()
    item = desk.ward.block(desk.ward.founder, stream)
    payload = decode(item.envelope, Envelope).payload
    other = seal_envelope(SIGNING, desk.ward.founder.secret, "ctl", payload)
    assert desk.code(PushItem(other, item.body, item.wraps)) == "malformed"
    relabelled = encode(msgspec.structs.replace(decode(other, Envelope), context="block"))
    assert desk.code(PushItem(relabelled, item.body, item.wraps)) == "malformed"
    desk.took(item)
