"""People and their PCs: joining, leaving, being removed, being put back or rebuilt."""

import pytest

from tests.simulation.world import World
from tests.sync.quiet import case, dirty, next_call, share, tray, values, write
from wardclient.sync.calls import PushCall
from wardclient.sync.core import REBUILD, StoppedError, keep_identity


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
