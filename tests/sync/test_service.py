"""What a service that is not honest hands out: the client applies nothing of it and keeps the evidence.

Each case alters the pages of one PC on their way; the other PCs see the honest ones.
"""

from collections.abc import Callable
from unittest.mock import patch

import msgspec
import pytest

from tests.simulation import secrets
from tests.simulation.attacks import forge, fresh_epoch
from tests.simulation.truth import BrokenError
from tests.simulation.world import Device, World
from wardclient.ledger.events import Put
from wardclient.sync import opening
from wardclient.sync.client import Client
from wardclient.sync.pages import MOST_OLD_PAGES
from wardclient.sync.sealing import frozen_key
from wardproto.admission import RULES
from wardproto.messages import LogItem, LogPage
from wardproto.readers import Audience
from wardproto.wire import CONTROL_STREAM, Envelope, decode, encode

Alter = Callable[[LogPage], LogPage]


class Ward:
    """A ward in which the city has written, and its second PC has not looked since."""

    def __init__(self) -> None:
        self.world = World(3)
        self.world.page_limit = 50
        self.author, self.victim, self.partner = self.world.devices[:3]
        self.victim.start()
        self.stream = self.author.up.new_stream()
        self.world.drain(self.author)
        for number in range(3):
            self.author.up.record(self.stream, "edit", [Put("person", "wish", number)])
            self.world.drain(self.author)

    def fetch(self, alter: Alter, device: Device | None = None) -> Client:
        """Let a PC fetch with its pages altered."""
        device = device or self.victim
        self.world.tamper = lambda asking, page: alter(page) if asking is device else page
        self.world.drain(device)
        return device.up

    def incidents(self, device: Device | None = None) -> list[str]:
        """What a PC noted."""
        return [kind for kind, _, _ in (device or self.victim).store.tables.incidents.values()]


def share(world: World, owner: Device) -> bytes:
    """Record a consent from now on; return its joint stream."""
    consent, stream = world.sealing.random(16), world.sealing.random(16)
    now = owner.up.server_now_ms()
    owner.up.set_consent(
        consent,
        stream,
        partner="hellowork",
        from_ms=now - 1,
        until_ms=now + 10**9,
        items=("S1",),
        evidence=b"paper",
    )
    return stream


def with_items(page: LogPage, items: list[LogItem]) -> LogPage:
    """The page with other items."""
    return msgspec.structs.replace(page, items=tuple(items))


def last_block(page: LogPage) -> int:
    """Where the last block of a page stands."""
    return max(at for at, item in enumerate(page.items) if item.entry.stream != CONTROL_STREAM)


def altered(page: LogPage, at: int, **fields: object) -> LogPage:
    """The page with fields of one item replaced."""
    items = list(page.items)
    items[at] = msgspec.structs.replace(items[at], **fields)
    return with_items(page, items)


def altered_entry(page: LogPage, at: int, **fields: object) -> LogPage:
    """The page with fields of one entry replaced."""
    return altered(page, at, entry=msgspec.structs.replace(page.items[at].entry, **fields))


def drop_one(page: LogPage) -> LogPage:
    """An entry left out."""
    items = list(page.items)
    if items:
        del items[last_block(page)]
    return with_items(page, items)


def withhold_tail_as_done(page: LogPage) -> LogPage:
    """The last entry left out, the page still said to cover it."""
    return with_items(page, list(page.items[:-1]))


def swap_two(page: LogPage) -> LogPage:
    """Two entries in the other order."""
    items = list(page.items)
    items[-1], items[-2] = items[-2], items[-1]
    return with_items(page, items)


def renumber(page: LogPage) -> LogPage:
    """An entry at another time than the one its head was made for."""
    at = last_block(page)
    return altered_entry(page, at, recv_ms=page.items[at].entry.recv_ms + 1)


def back_in_time(page: LogPage) -> LogPage:
    """An entry received before its predecessor."""
    return altered_entry(page, last_block(page), recv_ms=5)


def other_record(page: LogPage) -> LogPage:
    """Another block's bytes under an entry's name."""
    at = last_block(page)
    return altered(page, at, record=page.items[at - 1].record)


def no_block(page: LogPage) -> LogPage:
    """Bytes that are no block."""
    return altered(page, last_block(page), record=b"\xc1")


def other_signature(page: LogPage) -> LogPage:
    """A block that its author did not sign."""
    at = last_block(page)
    envelope = decode(page.items[at].record, Envelope)
    forged = msgspec.structs.replace(envelope, signature=b"s" * len(envelope.signature))
    return altered(page, at, record=encode(forged))


def other_wrap(page: LogPage) -> LogPage:
    """A wrap that the author did not send."""
    at = next(i for i, item in enumerate(page.items) if item.wraps)
    index, _ = page.items[at].wraps[0]
    return altered(page, at, wraps=((index, b"another"),))


def control_twice(page: LogPage) -> LogPage:
    """A control record that says once more what was said, under the next number."""
    at = next(i for i, item in enumerate(page.items) if item.entry.stream == CONTROL_STREAM)
    return altered(page, at, record=page.items[at].record[:-1] + b"\x00")


def not_all(page: LogPage) -> LogPage:
    """A device of the founding team given a choice of entries, as if it were a partner's."""
    kept = [item for item in page.items if item.entry.stream == CONTROL_STREAM]
    return msgspec.structs.replace(with_items(page, kept), full=False)


@pytest.mark.parametrize(
    ("alter", "kind"),
    [
        (drop_one, "gap"),
        (withhold_tail_as_done, "gap"),
        (swap_two, "gap"),
        (renumber, "head"),
        (back_in_time, "time_went_back"),
        (other_record, "block"),
        (no_block, "block"),
        (other_signature, "forged"),
        (other_wrap, "wrap"),
        (control_twice, "control"),
        (not_all, "not_full"),
    ],
)
def test_what_no_honest_service_hands_out_ends_the_exchange(alter: Alter, kind: str) -> None:
    """I6: nothing of such a page is applied, the cursor stays, and nothing more is sent."""
    ward = Ward()
    before = ward.victim.up.core.memory.cursor
    client = ward.fetch(alter)
    assert ward.incidents() == [kind]
    assert client.status().halted == kind
    assert client.core.memory.cursor == before
    assert ward.victim.store.register((ward.stream, "person", "wish")).heads == ()
    assert client.next_call(ward.world.now_ms + 10**9, "up") is None
    ward.victim.start()
    assert ward.victim.up.next_call(ward.world.now_ms + 10**9, "up") is None


def test_work_goes_on_here_while_the_exchange_is_halted() -> None:
    """What a person writes meanwhile is saved and stays in the outbox."""
    ward = Ward()
    mine = ward.victim.up.new_stream()
    client = ward.fetch(drop_one)
    client.record(mine, "edit", [Put("person", "name", "x")])
    assert client.status().unsent == 1


def test_a_log_that_has_become_shorter_ends_the_exchange() -> None:
    """A service put back to an older state has forgotten what it gave receipts for: it says so every time."""
    ward = Ward()
    client = ward.fetch(lambda page: page)
    for times in range(1, MOST_OLD_PAGES + 1):
        client = ward.fetch(lambda page: msgspec.structs.replace(page, size=4, upto=4, items=()))
        assert bool(client.status().halted) == (times == MOST_OLD_PAGES)
    assert ward.incidents() == ["old_page", "shrunk"]
    assert client.next_call(ward.world.now_ms + 10**9, "up") is None


def test_after_a_look_at_the_evidence_a_person_resumes() -> None:
    """The exchange goes on from where it was, the incidents stay; the same fault stops it again."""
    ward = Ward()
    client = ward.fetch(drop_one)
    assert client.status().halted == "gap"
    assert client.resume()
    assert not client.resume()
    client = ward.fetch(drop_one)
    assert client.status().halted == "gap"
    assert client.resume()
    client = ward.fetch(lambda page: page)
    assert client.status().halted == ""
    assert client.core.memory.cursor == ward.author.up.core.memory.cursor
    assert ward.incidents() == ["gap", "resumed"]
    assert ward.victim.store.state_hash(ward.stream) == ward.author.store.state_hash(ward.stream)


def test_an_old_page_in_place_of_a_new_one_is_not_taken_over_again() -> None:
    """A service that answers with what it said before is caught; what is here stays as it is."""
    ward = Ward()
    seen: list[LogPage] = []

    def keep(page: LogPage) -> LogPage:
        seen.append(page)
        return page

    client = ward.fetch(keep)
    cursor = client.core.memory.cursor
    before = ward.victim.store.state_hash(ward.stream)
    client = ward.fetch(lambda _: seen[0])
    assert ward.incidents() == ["old_page"]
    assert client.core.memory.cursor == cursor
    assert client.status().halted == ""
    assert ward.victim.store.state_hash(ward.stream) == before
    ward.author.up.record(ward.stream, "edit", [Put("person", "wish", 99)])
    ward.world.drain(ward.author)
    client = ward.fetch(lambda page: page)
    assert client.core.memory.cursor == ward.author.up.core.memory.cursor
    assert ward.incidents() == ["old_page"]


def test_a_body_withheld_from_its_owner_is_noted() -> None:
    """The owner's team is always given its bodies; one that is missing is evidence, not a stop."""
    ward = Ward()

    def without_body(page: LogPage) -> LogPage:
        at = last_block(page) if page.items else -1
        return altered(page, at, body=b"", has_body=False) if page.items else page

    client = ward.fetch(without_body)
    assert ward.incidents() == ["withheld_body"]
    assert client.status().halted == ""


def test_a_receipt_that_the_log_does_not_bear_out_convicts_the_service() -> None:
    """What was acknowledged and is hidden from its author stays in the outbox, with the signed receipt."""
    ward = Ward()
    world, partner = ward.world, ward.partner
    joint = share(world, ward.author)
    world.settle()
    partner.up.record(joint, "edit", [Put("person", "wish", 9)])

    def without_mine(page: LogPage) -> LogPage:
        kept = [i for i in page.items if i.entry.stream != joint]
        return with_items(page, kept)

    client = ward.fetch(without_mine, partner)
    assert ward.incidents(partner) == ["receipt_broken"]
    assert client.status().unsent == 1
    assert client.status().halted == "receipt_broken"


def offered_outside_the_readers() -> Ward:
    """A member and the service together have offered Hello Work a key to the city's own case."""
    ward = Ward()
    world = ward.world
    world.rules = {name: rule for name, rule in RULES.items() if name != "epoch_readers"}
    world.crash_server(None)
    made = forge(world, ward.author, ward.stream)
    assert made is not None
    state = world.log.state
    everybody = tuple((team, state.teams[team].gen) for team in ("city", "hellowork"))
    fresh_epoch(made, world.view().epoch(ward.stream), everybody)
    assert made.push() == "receipt"
    world.rules = RULES
    ward.partner.start()

    def everything(page: LogPage) -> LogPage:
        full = world.log.page(ward.author.id, ward.partner.up.core.memory.cursor, 50, world.now_ms)
        items = [_for_partner(world, item) for item in full.items]
        # As a service of before there were checkpoints: its proofs would show more than this test is about.
        return msgspec.structs.replace(
            with_items(page, items), upto=full.upto, more=False, checkpoint=b"", proof=None
        )

    ward.fetch(everything, ward.partner)
    return ward


def test_a_wrap_offered_outside_the_readers_is_not_opened() -> None:
    """Rule X: the wrap stays shut, the offer is noted, and the stream is written to no more."""
    ward = offered_outside_the_readers()
    secrets.unwrapped_by_readers(ward.world)
    assert "grant_without_consent" in ward.incidents(ward.partner)
    assert ward.partner.up.status().halted == ""
    assert not ward.partner.store.tables.stream_keys
    assert ward.partner.store.get(frozen_key(ward.stream))


def test_without_that_rule_the_key_would_be_opened() -> None:
    """I5 breaks where the client does not ask whether its team may read."""
    everyone = Audience("open", (("city", 1), ("hellowork", 1)))
    with patch.object(opening, "audience", lambda *_: everyone):
        ward = offered_outside_the_readers()
    with pytest.raises(BrokenError, match="I5"):
        secrets.unwrapped_by_readers(ward.world)


def _for_partner(world: World, item: LogItem) -> LogItem:
    """An entry with the wraps for Hello Work, honest or not."""
    wraps = world.wraps(item.entry.wseq)
    mine = tuple((i, wrap) for i, wrap in enumerate(wraps) if i == 1)
    return msgspec.structs.replace(item, wraps=mine)
