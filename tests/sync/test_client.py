"""The client core, act by act, against the real service core in a quiet world."""

import pytest

from tests.simulation.world import Device, World
from wardclient.ledger.events import Put, Rec
from wardclient.ledger.registers import Register
from wardclient.sync.calls import ControlCall, PullCall, PushCall
from wardclient.sync.client import ClosedStreamError, TooLargeError
from wardclient.sync.core import REBUILD, StoppedError, keep_identity
from wardclient.sync.sealing import MAX_EVENT
from wardproto import control
from wardproto.messages import PushReply
from wardproto.records import BlockHeader, ConsentEnd
from wardproto.signing import seal_envelope
from wardproto.wire import Envelope, decode, open_envelope

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    """A ward of four PCs, two of each team."""
    made = World(11)
    made.page_limit = 50
    return made


def case(world: World, device: Device, value: object = "a") -> bytes:
    """Open a case and let everybody hear of it."""
    stream = device.up.new_stream()
    write(device, stream, value)
    world.settle()
    return stream


def write(device: Device, stream: bytes, value: object, *, cas: bool = False) -> int:
    """Write a field, replacing what is seen."""
    seen = field(device, stream).versions
    assert isinstance(value, str | int)
    return device.up.record(stream, "edit", [Put("person", "wish", value, seen)], cas=cas)


def field(device: Device, stream: bytes) -> Register:
    """The field as a PC has it."""
    return device.store.register((stream, "person", "wish"))


def values(device: Device, stream: bytes) -> set[object]:
    """What stands in the field."""
    return {head.value for head in field(device, stream).heads}


def share(world: World, owner: Device, *, begin: int = -1, until: int = HOUR_MS) -> tuple[bytes, bytes]:
    """Record a consent; return its id and its joint stream."""
    consent, stream = world.sealing.random(16), world.sealing.random(16)
    now = owner.up.server_now_ms()
    partner = "hellowork" if owner.team == "city" else "city"
    owner.up.set_consent(
        consent,
        stream,
        partner=partner,
        from_ms=now + begin,
        until_ms=now + until,
        items=("S1", "H2"),
        evidence=b"paper",
    )
    return consent, stream


def next_call(world: World, device: Device, kind: type) -> ControlCall | PushCall | PullCall:
    """The next call of a kind; the others are answered on the way."""
    for _ in range(20):
        call = device.up.next_call(world.now_ms)
        assert call is not None
        if isinstance(call, kind):
            return call
        world.answer(device, call, world.serve(device, call))
    raise AssertionError(kind)


def header(call: object) -> BlockHeader:
    """The header of the first block of a push."""
    assert isinstance(call, PushCall)
    return decode(open_envelope(call.request.items[0].envelope, "block").payload, BlockHeader)


def dirty(world: World) -> set[str]:
    """The teams without a valid key generation."""
    return {name for name, team in world.log.state.teams.items() if team.dirty}


def tray(device: Device) -> set[tuple[str, int]]:
    """What lies in a PC's tray: (reason, number)."""
    return {(each.reason, each.n) for each in device.store.quarantined()}


# --- delivering


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


# --- consent


def test_a_consent_opens_a_stream_for_both_and_a_withdrawal_goes_before_everything(world: World) -> None:
    """Withdrawn with other acts waiting: the next call of all is the end of the consent."""
    city, partner = world.devices[0], world.devices[2]
    consent, joint = share(world, city)
    write(city, joint, "shared")
    world.settle()
    assert values(partner, joint) == {"shared"}
    assert city.up.consent_state(joint) == partner.up.consent_state(joint) == "open"
    city.up.new_stream()
    city.up.end_consent(consent)
    call = city.up.next_call(world.now_ms)
    assert isinstance(call, ControlCall)
    assert isinstance(control.body_of(control.read(call.push.wire)[1]), ConsentEnd)


def test_from_the_withdrawal_on_nothing_more_is_sealed_here(world: World) -> None:
    """The service is away: the PC that withdrew stops at once, and what waited goes to the tray."""
    city, partner = world.devices[0], world.devices[2]
    consent, joint = share(world, city)
    world.settle()
    write(city, joint, "too late")
    city.up.end_consent(consent)
    assert not city.up.is_open(joint)
    with pytest.raises(ClosedStreamError):
        write(city, joint, "later still")
    world.settle()
    assert tray(city) == {("closed", 2)}
    assert not field(partner, joint).heads
    assert city.up.consent_state(joint) == "ended"


def test_after_a_withdrawal_the_partner_deletes_and_says_so_and_the_owner_keeps(world: World) -> None:
    """Each of the partner's PCs signs its deletion; the owner sees whose statement is missing."""
    city, partner, colleague = world.devices[0], world.devices[2], world.devices[3]
    consent, joint = share(world, city)
    write(city, joint, "shared")
    world.settle()
    write(partner, joint, "on its way")
    city.up.end_consent(consent)
    world.drain(city)
    world.drain(partner)
    world.drain(city)
    assert city.up.partner_devices(joint, without_ack=True) == (colleague.id,)
    assert set(city.up.partner_devices(joint)) == {partner.id, colleague.id}
    world.settle()
    assert city.up.partner_devices(joint, without_ack=True) == ()
    assert values(city, joint) == {"shared"}
    assert not field(partner, joint).heads
    assert not partner.store.tables.stream_keys
    assert tray(partner) == {("closed", 1)}


def test_either_side_may_end_a_consent(world: World) -> None:
    """Hello Work hears a withdrawal, too, and its PC may pass it on."""
    city, partner = world.devices[0], world.devices[2]
    consent, joint = share(world, city)
    world.settle()
    partner.up.end_consent(consent)
    world.settle()
    assert city.up.consent_state(joint) == "ended"


def test_a_consent_withdrawn_before_it_left_this_pc_never_leaves_it(world: World) -> None:
    """Recorded and withdrawn offline: the service hears of neither."""
    city = world.devices[0]
    before = world.truth.size
    consent, joint = share(world, city)
    city.up.end_consent(consent)
    world.settle()
    assert world.truth.size == before
    assert tray(city) == {("closed", 1)}
    assert city.up.consent_state(joint) == "unknown"


def test_a_consent_that_may_have_arrived_is_ended_all_the_same(world: World) -> None:
    """The record was sent and no answer came: it is ended as soon as it turns out to be in the log."""
    city = world.devices[0]
    consent, joint = share(world, city)
    call = next_call(world, city, ControlCall)
    world.serve(city, call)
    city.up.on_failure(call, world.now_ms)
    city.up.end_consent(consent)
    world.settle()
    assert city.up.consent_state(joint) == "ended"
    assert not [b for b in world.truth.blocks.values() if b.header.stream == joint]


def test_a_consent_that_begins_later_lets_work_wait_until_then(world: World) -> None:
    """Written today for a consent from tomorrow: nothing is sent before, everything after."""
    city, partner = world.devices[0], world.devices[2]
    _, joint = share(world, city, begin=5 * HOUR_MS, until=9 * HOUR_MS)
    world.settle()
    assert city.up.consent_state(joint) == "early"
    assert city.up.status().unsent == 1
    world.now_ms += 5 * HOUR_MS
    world.settle()
    assert city.up.status().unsent == 0
    assert partner.store.tables.facts[joint]


def test_a_consent_that_runs_out_ends_by_the_services_time_only(world: World) -> None:
    """A PC whose clock is ten years ahead deletes nothing; when the service's time comes, it does."""
    city, partner = world.devices[0], world.devices[2]
    _, joint = share(world, city)
    write(city, joint, "shared")
    world.settle()
    partner.skew_ms = 10 * 366 * 24 * HOUR_MS
    world.settle()
    assert values(partner, joint) == {"shared"}
    world.now_ms += 2 * HOUR_MS
    world.settle()
    assert not field(partner, joint).heads
    assert partner.up.consent_state(joint) == "expired"
    assert values(city, joint) == {"shared"}


# --- people and their PCs


def test_a_removed_pc_learns_of_it_and_its_unsent_work_stays_readable_there(world: World) -> None:
    """Its work goes to its tray; what is written afterwards it is not given and cannot open."""
    admin, gone = world.devices[:2]
    stream = case(world, admin)
    write(gone, stream, "unsent")
    admin.up.remove_device(gone.id)
    world.drain(admin)
    write(admin, stream, "after")
    world.settle()
    assert gone.up.status().stopped == "removed"
    assert tray(gone) == {("not_member", 1)}
    assert values(gone, stream) == {"a"}
    with pytest.raises(StoppedError):
        write(gone, stream, "more")
    assert world.log.state.teams["city"].gen == 2


def test_a_removed_pc_counts_what_it_has_a_receipt_for_as_delivered(world: World) -> None:
    """It is handed no more entries; the signed receipt tells that its last block is in the log."""
    admin, gone = world.devices[:2]
    stream = case(world, admin)
    write(gone, stream, "delivered")
    call = next_call(world, gone, PushCall)
    world.answer(gone, call, world.serve(gone, call))
    world.drain(admin)
    admin.up.remove_device(gone.id)
    world.drain(admin)
    world.settle()
    assert tray(gone) == set()
    assert gone.up.status().unsent == 0


def test_who_leaves_by_its_own_act_leaves_work_waiting_until_a_colleague_has_made_a_key(
    world: World,
) -> None:
    """A dirty team: nobody seals for it, its next member makes a generation unasked, and work goes on."""
    city, leaving, partner = world.devices[:3]
    _, joint = share(world, city)
    world.settle()
    leaving.up.remove_device(leaving.id)
    world.drain(leaving)
    write(partner, joint, "waits")
    world.drain(partner)
    assert partner.up.status().unsent == 1
    assert dirty(world) == {"city"}
    world.settle()
    assert dirty(world) == set()
    assert values(city, joint) == {"waits"}


def test_a_newcomer_reads_the_teams_history_through_all_generations(world: World) -> None:
    """One wrap opens the key of today, and that one all before it."""
    admin = world.devices[0]
    stream = case(world, admin, "first")
    old = world.enrol("city-9", "city", ("cw",), admin)
    admin.up.remove_device(old.id)
    world.settle()
    write(admin, stream, "second")
    world.settle()
    fresh = world.enrol("city-10", "city", ("cw",), admin)
    assert values(fresh, stream) == {"second"}
    assert set(fresh.store.tables.team_keys) == {("city", 1), ("city", 2)}
    assert fresh.up.label(admin.id) == "city-1"
    assert fresh.up.team_of(old.id) == "city"


def test_the_citys_admin_never_holds_hello_works_key(world: World) -> None:
    """It admitted Hello Work's first PC, which made that team's key itself."""
    assert {team for team, _ in world.devices[0].store.tables.team_keys} == {"city"}
    assert {team for team, _ in world.devices[2].store.tables.team_keys} == {"hellowork"}


def test_who_only_looks_on_writes_nothing_into_the_log(world: World) -> None:
    """Roles were changed while work waited: it goes to the tray, where its author sees it."""
    admin, other = world.devices[:2]
    stream = case(world, admin)
    write(other, stream, "waits")
    admin.up.set_roles(other.id, ["aud"])
    world.drain(admin)
    world.settle()
    assert tray(other) == {("not_member", 1)}
    assert values(admin, stream) == {"a"}


def test_an_old_copy_of_the_database_stops_writing_and_is_noted(world: World) -> None:
    """A virtual machine was set back: its chain is behind the log's, so its key writes no more."""
    device, other = world.devices[:2]
    stream = case(world, device)
    backup = device.store.tables.copy()
    write(device, stream, "sent")
    world.settle()
    device.kill()
    device.cursor = device.checked_head = 0
    device.store = type(device.store)(backup)
    write(device, stream, "conflicting")
    world.settle()
    assert device.up.status().stopped == "rolled_back"
    assert tray(device) == {("rolled_back", 2)}
    assert values(device, stream) == values(other, stream) == {"sent"}
    with pytest.raises(StoppedError):
        device.up.new_stream()


def test_from_an_old_copy_a_withdrawal_still_goes_out(world: World) -> None:
    """To stop sharing is always safe, so even a PC that may begin nothing does that."""
    device = world.devices[0]
    consent, joint = share(world, device)
    stream = case(world, device)
    backup = device.store.tables.copy()
    write(device, stream, "sent")
    world.settle()
    device.kill()
    device.cursor = device.checked_head = 0
    device.store = type(device.store)(backup)
    write(device, stream, "conflicting")
    world.settle()
    device.up.end_consent(consent)
    world.settle()
    assert world.devices[2].up.consent_state(joint) == "ended"


def test_a_rebuilt_database_takes_its_own_work_for_history_and_goes_on(world: World) -> None:
    """In rebuild mode own blocks are fetched back; writing waits for the end of it, numbers go on."""
    device, other = world.devices[:2]
    stream = case(world, device)
    write(device, stream, "b")
    world.settle()
    device.kill()
    device.cursor = device.checked_head = 0
    device.store = type(device.store)()
    keep_identity(device.store, device.identity, world.ward, "city")
    with device.store.transaction():
        device.store.put(REBUILD, b"1")
    assert device.up.status().rebuilding
    with pytest.raises(StoppedError):
        write(device, stream, "too early")
    world.settle()
    assert not device.up.status().rebuilding
    assert device.up.status().stopped == ""
    assert write(device, stream, "c") == 3
    world.settle()
    assert values(other, stream) == {"c"}
    assert not device.store.tables.incidents


# --- clocks


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


# --- answers that are not the service's


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
