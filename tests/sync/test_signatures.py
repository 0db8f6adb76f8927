"""A page so long that its signatures are checked beside the storing is held to them like any other."""

import msgspec
import pytest

from tests.simulation.world import Device, World
from tests.sync.quiet import case, values, write
from wardclient.sync.calls import PullCall
from wardclient.sync.core import HALTED
from wardclient.sync.pages import MANY
from wardproto.messages import LogItem, LogPage
from wardproto.wire import CONTROL_STREAM, Envelope, decode, encode


@pytest.fixture
def stream(world: World) -> bytes:
    """A case that everybody has, and on which one PC has written much more."""
    author = world.devices[0]
    made = case(world, author)
    for count in range(MANY + 10):
        write(author, made, f"value {count}")
    world.drain(author)
    return made


def fetched(world: World, device: Device) -> tuple[PullCall, LogPage]:
    """The page that brings it."""
    device.up.retry()
    while True:
        call = device.up.next_call(world.now_ms)
        assert call is not None
        reply = world.serve(device, call)
        if isinstance(call, PullCall):
            assert isinstance(reply, LogPage)
            return call, reply
        world.answer(device, call, reply)


def forged(item: LogItem) -> LogItem:
    """A block with the signature of nobody; its name does not cover the signature."""
    if item.entry.stream == CONTROL_STREAM:
        return item
    envelope = decode(item.record, Envelope)
    wrong = bytes(byte ^ 1 for byte in envelope.signature)
    return msgspec.structs.replace(item, record=encode(msgspec.structs.replace(envelope, signature=wrong)))


def test_a_long_page_with_good_signatures_is_taken_over(world: World, stream: bytes) -> None:
    """All events stand here, and nothing has stopped."""
    reader = world.devices[1]
    call, page = fetched(world, reader)
    world.answer(reader, call, page)
    assert values(reader, stream) == {f"value {MANY + 9}"}
    assert not reader.store.get(HALTED)


def test_nothing_of_a_long_page_with_a_forged_signature_is_kept(world: World, stream: bytes) -> None:
    """The exchange ends, the cursor stays, and the events that were stored meanwhile are undone."""
    reader = world.devices[1]
    call, page = fetched(world, reader)
    cursor, before = reader.up.core.memory.cursor, values(reader, stream)
    page = msgspec.structs.replace(page, items=tuple(map(forged, page.items)))
    reader.up.on_page(call, page, world.now_ms)
    assert reader.store.get(HALTED) == b"forged"
    assert reader.up.core.memory.cursor == cursor
    assert values(reader, stream) == before
