"""A newcomer's key is looked for at the end of the log first; what is found there is believed by nobody."""

import msgspec
import pytest

from tests.simulation.world import Device, World
from tests.sync.quiet import case, values, write
from wardclient.sync.calls import PullCall
from wardclient.sync.early import LAST
from wardclient.vault.team_keys import team_info
from wardproto.messages import LogItem, LogPage


@pytest.fixture
def stream(world: World) -> bytes:
    """A case in a log that is longer than what a newcomer looks at."""
    made = case(world, world.devices[0])
    lengthen(world, made)
    world.page_limit = 10
    return made


def lengthen(world: World, stream: bytes) -> None:
    """Write more entries than a newcomer looks at."""
    author = world.devices[0]
    for count in range(LAST + 5):
        write(author, stream, f"value {count}")
        world.drain(author)


def arrived(world: World) -> Device:
    """A PC of the city that was admitted and has fetched nothing yet."""
    device = world.new_device("new", "city")
    world.invite(device, "city", ("cw",), world.devices[0])
    world.settle()
    return device


def fetch(world: World, device: Device, *, forge: object = None) -> tuple[list[PullCall], int]:
    """Fetch all; return the calls, and how many bodies were kept sealed at the most."""
    calls, most = [], 0
    device.up.retry()
    while (call := device.up.next_call(world.now_ms)) is not None:
        reply = world.serve(device, call)
        if isinstance(call, PullCall):
            calls.append(call)
            if call.ahead and forge is not None:
                assert isinstance(reply, LogPage)
                reply = forge(reply)  # type: ignore[operator]
        world.answer(device, call, reply)
        streams = {stream for stream, _ in device.store.stream_order()}
        most = max(most, sum(len(device.store.unopened(stream)) for stream in streams))
    return calls, most


def test_a_newcomer_keeps_no_body_sealed_where_its_admission_is_at_the_end(
    world: World, stream: bytes
) -> None:
    """One call out of turn; then every block is opened as it comes."""
    device = arrived(world)
    calls, most = fetch(world, device)
    assert [call.ahead for call in calls].count(True) == 1
    assert most == 0
    assert values(device, stream) == values(world.devices[0], stream)
    assert device.up.core.early is None


def test_a_newcomer_whose_admission_lies_further_back_looks_once_and_opens_all_when_it_comes(
    world: World, stream: bytes
) -> None:
    """What waits is opened at the admission, as ever."""
    device = arrived(world)
    lengthen(world, stream)
    calls, most = fetch(world, device)
    assert [call.ahead for call in calls].count(True) == 1
    assert most > 0
    assert values(device, stream) == values(world.devices[0], stream)


def test_a_wrap_of_another_key_at_the_end_of_the_log_is_no_key(world: World, stream: bytes) -> None:
    """Rule K: a service that wraps a key of its own for the newcomer gains nothing, and stops nothing."""
    device = arrived(world)
    own = world.sealing.new_pair()[1]
    public = world.sealing.public_of(device.identity.wrap_secret)
    record = world.devices[0].up.core.memory.generations["city", 1].record

    def other(item: LogItem) -> LogItem:
        granter = world.devices[0].id
        info = team_info(world.ward, "city", 1, device.id, record.public, granter)
        forged = world.sealing.wrap(public, own, info)
        wraps = tuple((index, forged if index == 0 else wrap) for index, wrap in item.wraps)
        return msgspec.structs.replace(item, wraps=wraps)

    def forge(page: LogPage) -> LogPage:
        return msgspec.structs.replace(page, items=tuple(map(other, page.items)))

    _, most = fetch(world, device, forge=forge)
    assert most > 0
    assert device.store.team_key("city", 1) not in (None, own)
    assert values(device, stream) == values(world.devices[0], stream)
    assert not device.store.tables.incidents


def test_nothing_else_of_the_end_of_the_log_is_taken_over(world: World, stream: bytes) -> None:
    """An answer out of turn moves no cursor and stores no entry; one that never comes costs nothing."""
    device = arrived(world)
    device.up.retry()
    first = device.up.next_call(world.now_ms)
    assert first is not None
    world.answer(device, first, world.serve(device, first))
    ahead = device.up.next_call(world.now_ms)
    assert isinstance(ahead, PullCall)
    assert ahead.ahead
    cursor, last = device.up.core.memory.cursor, device.store.last_entry()
    world.answer(device, ahead, world.serve(device, ahead))
    assert (device.up.core.memory.cursor, device.store.last_entry()) == (cursor, last)
    device.kill()
    world.devices.append(device)
    world.settle()
    assert values(device, stream) == values(world.devices[0], stream)
