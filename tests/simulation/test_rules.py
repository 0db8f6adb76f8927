"""Each admission rule is needed: switched off, at the service and on every PC, something breaks.

Where another rule or the seal itself stands in for it, a direct scenario shows that instead: the
rule refuses what is forged here, and without it the other one keeps the harm away.
"""

from collections.abc import Mapping

import pytest

from tests.simulation import attacks
from tests.simulation.attacks import Forge, forge
from tests.simulation.run import first_failure, run
from tests.simulation.world import Device, World
from wardclient.ledger.events import Put, make_body
from wardproto.admission import RULES, RuleCheck
from wardproto.records import Head


def without(name: str) -> Mapping[str, RuleCheck]:
    """The rules but one."""
    return {kept: rule for kept, rule in RULES.items() if kept != name}


BREAKS = {
    "size": "I2 nothing lost",
    "member": "I12 authority",
    "readers": "I12 authority",
    "open": "I5 consent",
    "chain": "I8 no equivocation",
    "epoch_number": "I",
    "epoch_readers": "I4 confidentiality",
    "wraps": "I",
    "cas": "decision is exclusive",
    "seen": "",
}
"""Rule and what its absence breaks; ``I`` where more than one invariant may be the first to break."""


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_without_the_rule_an_invariant_breaks(name: str) -> None:
    """The simulation finds out, within some seeds, that a rule is missing."""
    kinds = (name,) if name in attacks.REFUSED else attacks.ALL
    failed = first_failure(hostile=True, kinds=kinds, rules=without(name))
    assert str(failed.cause).startswith(BREAKS[name]), failed
    run(failed.seed, hostile=True, kinds=kinds)


def test_every_rule_is_seen_to_here() -> None:
    """A rule that is added needs its proof in this file."""
    assert set(RULES) == set(BREAKS) | {"ward", "proto", "attempt", "no_fork", "blobs"}


# --- rules that another one stands in for


class Case:
    """A case of the city with one entry, and a member who forges."""

    def __init__(self, rules: Mapping[str, RuleCheck]) -> None:
        self.world = World(5, rules=rules)
        self.author, self.reader = self.world.devices[:2]
        self.stream = self.author.up.new_stream()
        self.author.up.record(self.stream, "edit", [Put("person", "wish", "before")])
        self.world.settle()

    def forged(self) -> Forge:
        """A block of the author that would be right as it is."""
        made = forge(self.world, self.author, self.stream)
        assert made is not None
        return made

    def shown(self, device: Device) -> object:
        """What a PC shows of the field."""
        shown = device.store.register((self.stream, "person", "wish")).shown
        return None if shown is None else shown.value

    def incidents(self, device: Device) -> set[str]:
        """What a PC noted."""
        return {kind for kind, _, _ in device.store.tables.incidents.values()}


def test_a_block_of_another_ward_is_refused_and_could_not_be_opened() -> None:
    """`ward`: the seal is bound to the ward, so a block carried over from another one is unreadable."""
    refused = Case(RULES).forged()
    refused.set(ward=b"w" * 32)
    assert refused.push() == "malformed"

    case = Case(without("ward"))
    made = case.forged()
    made.set(ward=b"w" * 32)
    made.ward = b"w" * 32
    assert made.push() == "receipt"
    case.world.drain(case.reader)
    assert case.shown(case.reader) == "before"
    assert case.incidents(case.reader) == {"cannot_open"}


def test_a_block_below_the_floor_is_refused() -> None:
    """`proto`: nothing raises the floor yet, so without the rule such a block does no harm today."""
    refused = Case(RULES).forged()
    refused.set(proto=0)
    assert refused.push() == "proto_floor"

    case = Case(without("proto"))
    made = case.forged()
    made.set(proto=0)
    assert made.push() == "receipt"
    case.world.drain(case.reader)
    assert case.incidents(case.reader) == set()


def test_sealing_again_needs_the_refusal_and_cannot_deliver_twice() -> None:
    """`attempt`: an accepted event that is sealed again is left out by its number on every PC."""
    refused = Case(RULES).forged()
    refused.set(attempt=1)
    assert refused.push() == "malformed"

    case = Case(without("attempt"))
    again = case.forged()
    again.set(attempt=1)
    again.plain = make_body([next(iter(case.world.truth.content.values()))])
    case.world.truth.hostile.add(case.author.id)
    assert again.push() == "receipt"
    case.world.drain(case.reader)
    assert case.incidents(case.reader) == {"event_number"}
    assert case.shown(case.reader) == "before"


def test_a_head_that_never_was_is_refused_by_the_service_and_seen_by_every_reader() -> None:
    """`no_fork`: a block that relies on another history is refused; a service that admits it is caught."""
    refused = Case(RULES).forged()
    refused.set(ctl=Head(refused.header.ctl.sseq, b"x" * 32))
    assert refused.push() == "fork"

    case = Case(without("no_fork"))
    case.reader.world.rules = RULES
    case.reader.start()
    made = case.forged()
    made.set(ctl=Head(made.header.ctl.sseq, b"x" * 32))
    assert made.push() == "receipt"
    case.world.drain(case.reader)
    assert case.incidents(case.reader) == {"fork"}
    assert case.shown(case.reader) == "before"


def test_an_attachment_that_is_not_there_is_refused_and_does_not_hide_the_rest() -> None:
    """`blobs`: without the rule the events are read all the same; only the attachment is missing."""
    refused = Case(RULES).forged()
    refused.set(blobs=(b"b" * 32,))
    assert refused.push() == "blob_missing"

    case = Case(without("blobs"))
    made = case.forged()
    made.set(blobs=(b"b" * 32,))
    assert made.push() == "receipt"
    case.world.drain(case.reader)
    assert case.incidents(case.reader) == set()
    register = case.reader.store.register((case.stream, "person", "wish"))
    assert {head.value for head in register.heads} == {"before", 2}
