"""The outbox: what is sent, again and again, until it is answered."""

import pytest

from tests.simulation.world import World
from tests.sync.quiet import HOUR_MS, case, field, header, next_call, share, tray, values, write
from wardclient.ledger.events import Put, Rec
from wardclient.sync.calls import PullCall, PushCall
from wardclient.sync.client import TooLargeError
from wardclient.sync.sealing import MAX_EVENT
from wardproto.messages import PushReply
from wardproto.signing import seal_envelope
from wardproto.wire import Envelope, decode


def test_an_unknown_outcome_sends_the_same_bytes_again(world: World) -> None:
    """A time-out says nothing: however often, the service gets one block, byte for byte."""
    device = world.devices[0]
    stream = case(world, device)
    write(device, stream, "b")
    first = next_call(world, device, PushCall)
    device.up.on_failure(first, world.now_ms)
    write(device, stream, "c")
    device.kill()
    second = next_call(world, device, PushCall)
    assert second == first
    world.serve(device, first)
    device.up.on_failure(second, world.now_ms)
    world.settle()
    assert values(world.devices[1], stream) == {"c"}
    assert [b.header.attempt for b in world.truth.blocks.values()] == [0, 0, 0]


def test_a_definite_refusal_is_named_by_the_block_that_follows_it(world: World) -> None:
    """A member was removed while a block was on its way: it is sealed anew for those who are left."""
    admin, city = world.devices[:2]
    gone = world.enrol("city-9", "city", ("cw",), admin)
    stream = case(world, city)
    write(city, stream, "b")
    call = next_call(world, city, PushCall)
    admin.up.remove_device(gone.id)
    world.drain(admin)
    world.answer(city, call, world.serve(city, call))
    again = header(next_call(world, city, PushCall))
    assert (again.attempt, again.bseq) == (1, 2)
    assert again.refusal
    assert again.new_epoch is not None
    assert again.new_epoch.recipients == (("city", 2),)


def test_new_work_does_not_bring_a_failed_try_forward_and_news_come_all_the_same(world: World) -> None:
    """The retry timer is its own: writing more changes nothing, and the log is fetched meanwhile."""
    device = world.devices[0]
    stream = case(world, device)
    write(device, stream, "b")
    call = next_call(world, device, PushCall)
    device.up.on_failure(call, world.now_ms)
    write(device, stream, "c")
    device.up.look()
    news = device.up.next_call(world.now_ms)
    assert isinstance(news, PullCall)
    assert device.up.next_call(world.now_ms) is None
    assert world.now_ms < device.up.next_due_ms(world.now_ms) <= world.now_ms + 2_000


def test_the_pause_between_tries_grows_to_a_minute_and_no_further(world: World) -> None:
    """Tries against a service that is away come ever more rarely, jittered, but never stop."""
    device = world.devices[0]
    device.up.record(device.up.new_stream(), "edit", [Rec("case", "note", b"")])
    now, pauses = world.now_ms, []
    for _ in range(12):
        call = device.up.next_call(now)
        while call is not None:
            device.up.on_failure(call, now)
            call = device.up.next_call(now)
        due = device.up.next_due_ms(now, "up")
        pauses.append(due - now)
        now = due
    assert pauses[0] <= 1_500
    assert max(pauses) <= 90_000
    assert max(pauses[-4:]) > 25_000


def test_news_heard_of_while_a_page_is_under_way_are_asked_for_after_it(world: World) -> None:
    """The page may have left the service before they were there."""
    device = world.devices[1]
    call = next_call(world, device, PullCall)
    page = world.serve(device, call)
    case(world, world.devices[0])
    device.up.look()
    world.answer(device, call, page)
    assert isinstance(device.up.next_call(world.now_ms), PullCall)


def test_many_new_cases_are_announced_in_one_record(world: World) -> None:
    """An import of hundreds of cases costs one control record."""
    device = world.devices[0]
    with device.store.transaction():
        streams = [device.up.new_stream() for _ in range(300)]
        for stream in streams:
            write(device, stream, "x")
    before = world.log.state.head.sseq
    world.settle()
    assert world.log.state.head.sseq == before + 1
    assert device.up.status().unsent == 0
    assert all(values(world.devices[1], stream) == {"x"} for stream in streams)


def test_what_fails_halfway_leaves_nothing(world: World) -> None:
    """Acts that a desk joins into one change are saved together or not at all."""
    device = world.devices[0]
    stream = case(world, device)
    before = device.store.state_hash(stream)

    def half() -> None:
        with device.store.transaction():
            write(device, stream, "b")
            device.up.new_stream()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert device.store.state_hash(stream) == before
    assert device.up.status().unsent == 0
    assert device.up.status().open_acts == 0


def test_an_act_that_is_too_large_is_refused_before_it_is_saved(world: World) -> None:
    """Nothing larger than a block gets into the outbox, where it could never leave."""
    device = world.devices[0]
    stream = case(world, device)
    with pytest.raises(TooLargeError):
        device.up.record(stream, "edit", [Rec("case", "file", bytes(MAX_EVENT))])
    assert device.up.status().unsent == 0
    device.up.record(stream, "edit", [Rec("case", "file", bytes(MAX_EVENT - 200))])
    device.up.record(stream, "edit", [Rec("case", "file", bytes(MAX_EVENT - 200))])
    world.settle()
    assert device.up.status().unsent == 0


def test_a_decision_that_was_overtaken_goes_to_the_tray(world: World) -> None:
    """Two people decide without knowing of each other: one decision stands, the other is looked at again."""
    one, two = world.devices[:2]
    stream = case(world, one)
    world.settle()
    write(one, stream, "mine", cas=True)
    write(two, stream, "yours", cas=True)
    world.drain(one)
    world.settle()
    assert values(one, stream) == values(two, stream) == {"mine"}
    assert tray(two) == {("refused", 1)}
    write(two, stream, "after")
    world.settle()
    assert values(one, stream) == {"after"}


def test_both_values_stand_when_two_people_write_without_knowing(world: World) -> None:
    """A conflict is shown, not decided, until a person writes over both."""
    one, two = world.devices[:2]
    stream = case(world, one)
    write(one, stream, "mine")
    write(two, stream, "yours")
    world.settle()
    assert values(one, stream) == values(two, stream) == {"mine", "yours"}
    write(two, stream, "agreed")
    world.settle()
    assert values(one, stream) == values(two, stream) == {"agreed"}


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_years_off_hides_nothing_and_stops_nothing(world: World, years: int) -> None:
    """I13: stamps are set right by the service's time; the later write is shown, whoever made it."""
    wrong, right = world.devices[:2]
    wrong.skew_ms = years * 366 * 24 * HOUR_MS
    stream = case(world, wrong, "early")
    world.now_ms += 10_000
    right.up.record(stream, "edit", [Put("person", "wish", "late")])
    world.settle()
    shown = field(wrong, stream).shown
    assert shown is not None
    assert shown.value == "late"
    assert abs(wrong.up.status().clock_offset_ms) > 9 * 365 * 24 * HOUR_MS
    assert abs(wrong.up.server_now_ms() - world.now_ms) < HOUR_MS


def test_an_answer_that_another_key_signed_changes_nothing(world: World) -> None:
    """Receipts and refusals count only under the key that the ward's first record names."""
    device = world.devices[0]
    stream = case(world, device)
    write(device, stream, "b")
    call = next_call(world, device, PushCall)
    reply = world.serve(device, call)
    assert isinstance(reply, PushReply)
    envelope = decode(reply.answers[0], Envelope)
    forged = seal_envelope(world.signing, b"k" * 32, envelope.context, envelope.payload)
    world.answer(device, call, PushReply((forged,)))
    sealed = device.store.sealed(stream)
    assert sealed is not None
    assert not device.store.get(f"receipt:{stream.hex()}")
    world.settle()
    assert device.up.status().unsent == 0


def test_an_act_that_the_service_refuses_goes_to_the_tray_with_the_work_that_rested_on_it(
    world: World,
) -> None:
    """A consent that had run out before it arrived: it leaves the queue and stays visible."""
    device = world.devices[0]
    share(world, device, until=1_000)
    world.now_ms += 60_000
    world.settle()
    assert device.up.status().open_acts == 0
    assert tray(device) == {("refused", 1)}
    assert list(device.store.tables.refused.values()) == ["forbidden"]
