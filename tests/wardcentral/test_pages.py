"""What of the log each device is handed, over each store."""

import os

import pytest

from tests.wardcentral.builders import DAY_MS
from tests.wardcentral.conftest import Desk
from wardcentral import pages
from wardproto.messages import MAX_PAGE_BYTES, LogItem, LogPage
from wardproto.records import BlockHeader, StreamCreate
from wardproto.wire import CONTROL_STREAM, Envelope, decode, encode, wrap_hash


def read(desk: Desk, device: bytes, limit: int = 1000, after: int = 0) -> tuple[list[LogItem], LogPage]:
    """Return all items that a device is handed from ``after`` on, and the last page."""
    items: list[LogItem] = []
    while True:
        page = desk.log.page(device, after, limit, desk.now_ms)
        items += page.items
        after = page.upto
        if not page.more:
            return items, page


def test_the_founding_team_is_given_every_entry(desk: Desk) -> None:
    """A home device sees gapless wseq, whatever the size of the pages."""
    stream = desk.stream()
    for _ in range(7):
        desk.took(desk.ward.block(desk.ward.founder, stream))
    for limit in (1, 3, 1000):
        items, page = read(desk, desk.ward.founder.id, limit)
        assert [item.entry.wseq for item in items] == list(range(1, desk.log.size + 1))
        assert page.full
        assert (page.upto, page.size) == (desk.log.size, desk.log.size)


def test_the_other_team_is_given_control_and_its_own_streams(desk: Desk) -> None:
    """The partner gets no entry of a stream that it does not share, and its cursor moves past them."""
    partner = desk.joined("hellowork", "hw")
    secret = desk.stream()
    theirs = desk.stream(partner)
    _, joint = desk.joint()
    for stream, author in ((secret, desk.ward.founder), (theirs, partner), (joint, desk.ward.founder)) * 2:
        desk.took(desk.ward.block(author, stream))
    for limit in (1, 1000):
        items, page = read(desk, partner.id, limit)
        streams = {item.entry.stream for item in items}
        assert streams == {CONTROL_STREAM, theirs, joint}
        assert page.upto == desk.log.size
        assert not page.full
        for stream in streams:
            mine = [item.entry.sseq for item in items if item.entry.stream == stream]
            assert mine == list(range(1, len(mine) + 1))


def test_bodies_go_only_to_readers(desk: Desk) -> None:
    """The city gets Hello Work's entries without their bodies and without a wrap."""
    partner = desk.joined("hellowork", "hw")
    theirs = desk.stream(partner)
    body = os.urandom(256)
    desk.took(desk.ward.block(partner, theirs, body))
    (city,) = [i for i in read(desk, desk.ward.founder.id)[0] if i.entry.stream == theirs]
    assert (city.body, city.has_body, city.wraps) == (b"", False, ())
    assert len(city.wrap_hashes) == 1
    (own,) = [i for i in read(desk, partner.id)[0] if i.entry.stream == theirs]
    assert (own.body, own.has_body) == (body, True)


def test_a_wrap_goes_only_to_its_recipient(desk: Desk) -> None:
    """Each team gets its own wrap of a joint stream's epoch, and the hashes of both."""
    partner = desk.joined("hellowork", "hw")
    _, joint = desk.joint()
    item = desk.ward.block(desk.ward.founder, joint)
    new = decode(decode(item.envelope, Envelope).payload, BlockHeader).new_epoch
    assert new is not None
    desk.took(item)
    for device, team in ((desk.ward.founder.id, "city"), (partner.id, "hellowork")):
        (got,) = [i for i in read(desk, device)[0] if i.entry.stream == joint]
        place = [name for name, _ in new.recipients].index(team)
        assert got.wraps == ((place, item.wraps[place]),)
        assert got.wrap_hashes == tuple(wrap_hash(wrap) for wrap in item.wraps)


def test_control_wraps_go_to_their_device(desk: Desk) -> None:
    """Of a team's generation a device is handed its own wrap and no other."""
    colleague = desk.joined("city", "cw")
    push = desk.ward.team_gen(desk.ward.founder)
    desk.took(push)
    order = desk.ward.state.team_devices("city")
    for device in (desk.ward.founder.id, colleague.id):
        last = read(desk, device)[0][-1]
        place = order.index(device)
        assert last.wraps == ((place, push.wraps[place]),)


def test_after_withdrawal_or_expiry_the_partner_is_handed_nothing_more(desk: Desk) -> None:
    """Bodies and wraps of a joint stream stop for the partner; the owner keeps its history."""
    partner = desk.joined("hellowork", "hw")
    consent, joint = desk.joint()
    _, short = desk.joint(until_ms=desk.now_ms + DAY_MS)
    for stream in (joint, short):
        desk.took(desk.ward.block(desk.ward.founder, stream))
    desk.took(desk.ward.consent_end(desk.ward.founder, consent))

    def handed(device: bytes) -> dict[bytes, tuple[bool, int]]:
        items = [i for i in read(desk, device)[0] if i.entry.stream in (joint, short)]
        return {i.entry.stream: (i.has_body, len(i.wraps)) for i in items}

    assert handed(partner.id) == {joint: (False, 0), short: (True, 1)}
    desk.now_ms += DAY_MS
    assert handed(partner.id) == {joint: (False, 0), short: (False, 0)}
    assert handed(desk.ward.founder.id) == {joint: (True, 1), short: (True, 1)}


def test_a_removed_device_learns_of_its_removal_and_nothing_else(desk: Desk) -> None:
    """It is given the control stream up to its own removal, without wraps."""
    colleague = desk.joined("city", "cw")
    stream = desk.stream()
    desk.took(desk.ward.block(colleague, stream))
    removal = desk.took(desk.ward.device_remove(desk.ward.founder, colleague))
    desk.stream()
    items, page = read(desk, colleague.id, 2)
    assert items[-1].entry.wseq == removal.wseq
    assert {item.entry.stream for item in items} == {CONTROL_STREAM}
    assert not any(item.wraps for item in items)
    assert (page.size, page.full) == (removal.wseq, False)


def test_a_stranger_is_given_nothing(desk: Desk) -> None:
    """A device that never joined gets no page."""
    assert desk.stranger_refused(os.urandom(16))


def test_a_page_is_bounded_in_bytes(desk: Desk) -> None:
    """Large blocks end a page before it grows past the limit, and none is left out."""
    stream = desk.stream()
    for _ in range(36):
        desk.took(desk.ward.block(desk.ward.founder, stream, os.urandom(250 * 1024)))
    page = desk.log.page(desk.ward.founder.id, 0, 1000, desk.now_ms)
    assert page.more
    assert len(encode(page)) <= MAX_PAGE_BYTES
    items, _ = read(desk, desk.ward.founder.id)
    assert [item.entry.wseq for item in items] == list(range(1, desk.log.size + 1))


def test_a_page_passes_over_a_bounded_number_of_entries(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is for a reader it still gets an answer soon, and its cursor moves."""
    partner = desk.joined("hellowork", "hw")
    start = desk.log.size
    stream = desk.stream()
    for _ in range(9):
        desk.took(desk.ward.block(desk.ward.founder, stream))
    monkeypatch.setattr(pages, "MAX_SCAN", 5)
    monkeypatch.setattr(pages, "SCAN", 2)
    page = desk.log.page(partner.id, start + 1, 1000, desk.now_ms)
    assert (page.items, page.upto, page.more) == ((), start + 6, True)
    assert read(desk, partner.id, after=start + 1)[1].upto == desk.log.size


@pytest.mark.parametrize("after", [0, 2, 3, 4, 2**40])
def test_any_cursor_is_answered(desk: Desk, after: int) -> None:
    """A cursor past the end is answered with where the log ends."""
    desk.stream()
    desk.took(desk.ward.control(desk.ward.founder, StreamCreate("own", "city", (os.urandom(16),))))
    page = desk.log.page(desk.ward.founder.id, after, 10, desk.now_ms)
    assert page.upto == 3
    assert len(page.items) == max(0, 3 - after)
