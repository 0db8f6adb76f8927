"""Consents: what they open, and what their end takes back, at once and everywhere."""

import pytest

from tests.simulation.world import World
from tests.sync.quiet import HOUR_MS, field, next_call, share, tray, values, write
from wardclient.sync.calls import ControlCall
from wardclient.sync.client import ClosedStreamError
from wardproto import control
from wardproto.records import ConsentEnd


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
