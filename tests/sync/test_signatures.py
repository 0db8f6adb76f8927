"""A page so long that its signatures are checked on two threads is held to each of them."""

import msgspec
import pytest

from tests.simulation.world import Device, World
from tests.sync.quiet import values, write
from wardclient.sync.calls import PullCall
from wardclient.sync.core import HALTED
from wardclient.sync.pages import MANY
from wardproto.messages import LogItem, LogPage
from wardproto.wire import CONTROL_STREAM, Envelope, decode, encode


@pytest.fixture
def streams(world: World) -> list[bytes]:
    """Many new cases of one PC, which nobody else has fetched yet."""
    world.page_limit = 4 * MANY
    reader, author = world.devices[1], world.devices[0]
    reader.kill()
    made = [author.up.new_stream() for _ in range(MANY + 1)]
    for stream in made:
        write(author, stream, "held")
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
    envelope = decode(item.record, Envelope)
    wrong = bytes(byte ^ 1 for byte in envelope.signature)
    return msgspec.structs.replace(item, record=encode(msgspec.structs.replace(envelope, signature=wrong)))


def test_a_long_page_with_good_signatures_is_taken_over(world: World, streams: list[bytes]) -> None:
    """All events stand here, and nothing has stopped."""
    reader = world.devices[1]
    call, page = fetched(world, reader)
    world.answer(reader, call, page)
    assert all(values(reader, stream) == {"held"} for stream in streams)
    assert not reader.store.get(HALTED)


@pytest.mark.parametrize("place", [0, 1, MANY - 1, MANY])
def test_nothing_of_a_long_page_with_a_forged_signature_is_kept(
    world: World, streams: list[bytes], place: int
) -> None:
    """One among many, on either thread: the exchange ends, the cursor stays, and what was stored is undone."""
    reader = world.devices[1]
    call, page = fetched(world, reader)
    cursor = reader.up.core.memory.cursor
    items = list(page.items)
    blocks = [at for at, item in enumerate(items) if item.entry.stream != CONTROL_STREAM]
    assert len(blocks) == len(streams)
    items[blocks[place]] = forged(items[blocks[place]])
    reader.up.on_page(call, msgspec.structs.replace(page, items=tuple(items)), world.now_ms)
    assert reader.store.get(HALTED) == b"forged"
    assert reader.up.core.memory.cursor == cursor
    assert not any(values(reader, stream) for stream in streams)
