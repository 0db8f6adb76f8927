"""A restore that is not what the service says stays an alarm, with evidence; each check of it is needed."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from tests.simulation import restores
from tests.simulation.service import Ward
from tests.simulation.world import Device
from wardclient.sync import notices
from wardclient.sync.core import ALL_AUDITS
from wardproto.restored import CONTEXT, RestoredLog
from wardproto.signing import seal_envelope
from wardproto.wire import decode, encode, open_envelope

SEEDS = range(8)
Alter = Callable[[Ward], tuple[bytes, ...]]


def put_back(seed: int, told: Alter, **options: object) -> Ward:
    """The service goes back behind what a colleague saw, and gives out notices as ``told`` makes them."""
    ward = Ward(seed, **options)
    world = ward.world
    kept = deepcopy(world._server_store)
    ward.write(ward.author, ward.own)
    ward.write(ward.author, ward.joint)
    ward.look(ward.colleague, ward.partner)
    world.now_ms += 61_000
    world.log, world._server_store = ward.log_of(kept), kept
    world.notices = told(ward)
    for _ in range(6):
        ward.look(ward.colleague, ward.partner)
    return ward


def honest(ward: Ward) -> tuple[bytes, ...]:
    """The notice that a restore leaves behind."""
    return (restores.notice(ward.world),)


def nothing(ward: Ward) -> tuple[bytes, ...]:
    """No word of it."""
    return ()


def other_root(ward: Ward) -> tuple[bytes, ...]:
    """Another log than the one that the PC has seen up to there."""
    return (restores.notice(ward.world, root=b"x" * 32),)


def other_ward(ward: Ward) -> tuple[bytes, ...]:
    """A notice of another ward that the same service serves."""
    return (restores.notice(ward.world, ward=b"w" * 32),)


def forged(ward: Ward) -> tuple[bytes, ...]:
    """Signed by somebody else."""
    end = ward.world.log.snapshot().end
    told = RestoredLog(ward.world.ward, end.wseq, end.root, 0, end.wseq, 0, ward.world.now_ms)
    return (seal_envelope(ward.world.signing, b"e" * 32, CONTEXT, encode(told)),)


def two_of_one_place(ward: Ward) -> tuple[bytes, ...]:
    """A second notice for the same place that says otherwise."""
    return (restores.notice(ward.world), restores.notice(ward.world, root=b"x" * 32))


def too_late(ward: Ward) -> tuple[bytes, ...]:
    """A notice of a place that the service's log has left long ago: it holds less than that."""
    return (restores.notice(ward.world, size=10_000),)


FALSE: dict[str, tuple[Alter, str]] = {
    "no notice": (nothing, ""),
    "another root": (other_root, "restored_differs"),
    "another ward": (other_ward, ""),
    "another key": (forged, "forged_notice"),
    "two of one place": (two_of_one_place, "restored_differs"),
    "another place": (too_late, ""),
}


def halted(device: Device) -> str:
    """Why the exchange has stopped."""
    return device.up.core.flag("halted")


def wishes(device: Device, stream: bytes) -> set[object]:
    """What stands in the field that the ward's people write."""
    return {head.value for head in device.store.register((stream, "person", "wish")).heads}


@pytest.mark.parametrize("name", sorted(FALSE))
def test_a_notice_that_does_not_fit_explains_nothing(name: str) -> None:
    """The alarm stays, with its evidence; nobody can acknowledge it away, and what was seen stays here."""
    told, kind = FALSE[name]
    for seed in SEEDS:
        ward = put_back(seed, told)
        colleague = ward.colleague
        before = colleague.up.core.memory.cursor
        assert halted(colleague) not in {"", notices.RESTORED}, (seed, ward.alarms(colleague))
        alarms = ward.alarms(colleague)
        assert not kind or kind in alarms
        assert set(alarms) - {"old_page", "restored", "forged_notice"}
        assert not colleague.up.acknowledge()
        ward.look(colleague)
        assert colleague.up.core.memory.cursor == before
        assert halted(colleague)


def test_a_notice_that_fits_accuses_nobody_and_waits() -> None:
    """One note in the inbox, nothing sent, nothing lost from the screen; a person acknowledges, and all go on."""
    for seed in SEEDS:
        ward = put_back(seed, honest)
        shown = wishes(ward.colleague, ward.joint)
        for device in (ward.colleague, ward.partner):
            assert (halted(device), ward.alarms(device)) == (notices.RESTORED, [notices.RESTORED])
            ward.look(device)
            assert wishes(device, ward.joint) == shown
        assert ward.colleague.up.acknowledge()
        for _ in range(3):
            ward.look(ward.author, ward.colleague, ward.partner, ward.other)
        assert not any(halted(d) for d in ward.world.devices)
        assert all(wishes(d, ward.joint) == shown for d in ward.world.devices[:4])
        assert len({d.store.state_hash(ward.joint) for d in ward.world.devices[:4]}) == 1
        assert not any(d.store.set_aside() for d in ward.world.devices)


def test_what_is_lost_stays_readable_until_its_author_is_back() -> None:
    """A colleague's work is set aside where it was seen, under its name, and let go when it is in the log again."""
    ward = put_back(1, honest)
    colleague = ward.colleague
    assert colleague.up.acknowledge()
    ward.look(colleague)
    kept = colleague.store.set_aside()
    assert {each.author for each in kept} == {ward.author.id}
    assert {each.stream for each in kept} == {ward.own, ward.joint}
    ward.look(ward.author, colleague)
    ward.look(ward.author, colleague)
    assert not colleague.store.set_aside()


def test_without_the_check_of_the_root_a_fork_would_pass() -> None:
    """Switched off, a PC waits for an acknowledgement of a log that is not its own."""
    ward = put_back(0, other_root, audits=ALL_AUDITS - {"notice_root"})
    assert halted(ward.colleague) == notices.RESTORED


def test_without_the_acknowledgement_a_notice_alone_would_do() -> None:
    """Switched off, the service could put a ward back whenever it likes, and no person would have looked."""
    ward = put_back(0, honest, audits=ALL_AUDITS - {"ack"})
    assert not halted(ward.colleague)


def test_without_the_signature_anybody_could_announce_a_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off, whoever sits in between could make a PC wait for an acknowledgement of nothing."""

    def unchecked(signed: bytes, *_: object) -> RestoredLog:
        return decode(open_envelope(signed, CONTEXT).payload, RestoredLog)

    monkeypatch.setattr(notices, "read_notice", unchecked)
    ward = put_back(0, forged)
    assert halted(ward.colleague) == notices.RESTORED
