"""Work of a removed PC that a colleague took over, when the service is restored to before the removal."""

import pytest

from tests.simulation import acts, checks, restores
from tests.simulation.world import Device, World
from wardclient.ledger.events import Adopt, Op, Put, read_event, read_ops

PERSON, FIELD = "person", "phone"


class Scene:
    """A ward with a case; one PC wrote offline and was removed, another took its work over; then all that is lost."""

    def __init__(self, seed: int, *, adopter_roles: tuple[str, ...], **options: object) -> None:
        self.world = World(seed, **options)  # type: ignore[arg-type]
        self.first, self.second = self.world.devices[:2]
        self.author = self.world.enrol("city-3", "city", ("cw",), self.first)
        self.adopter = self.world.enrol("city-4", "city", adopter_roles, self.first)
        self.stream = self.first.up.new_stream()
        self.write(self.first, "first")
        self.world.settle()
        self.n = self.write(self.author, "taken over")
        (draft,) = self.author.store.drafts(self.stream)
        self.work = draft.event
        kept = restores.copy(self.world)
        self.first.up.remove_device(self.author.id)
        self.meet(self.first, self.adopter)
        adoption = Adopt(self.author.id, self.author.id, b"", (draft.event,))
        self.record(self.adopter, adoption)
        self.write(self.adopter, "and more")
        self.meet(self.adopter, self.first)
        assert self.taken_over(self.adopter)
        assert self.taken_over(self.first)
        restores.restore(self.world, kept)
        assert self.world.log.state.member(self.author.id) is not None

    def write(self, device: Device, value: str) -> int:
        """Save a value; return the act's number."""
        return self.record(device, Put(PERSON, FIELD, value))

    def record(self, device: Device, op: Op) -> int:
        """Save an act that must never be lost; return its number."""
        n = device.up.record(self.stream, "edit", [op])
        acts.note(device, self.stream, n)
        return n

    def meet(self, *devices: Device) -> None:
        """Let these exchange, one after the other: first to see what is, then to go on from there."""
        for device in devices:
            for _ in range(3):
                self.world.drain(device)
                self.world.now_ms += 61_000

    def acknowledge(self, admin: Device) -> None:
        """An administrator who has seen nothing of what was lost acknowledges the restore."""
        self.meet(admin)
        assert restores.acknowledge(self.world, admin).endswith("True")
        self.meet(admin)

    def taken_over(self, device: Device) -> bool:
        """Whether the work of the removed PC is shown here, under its own name."""
        register = device.store.register((self.stream, PERSON, FIELD))
        return any(head.version[:2] == (self.author.id, self.n) for head in register.heads)

    def in_tray(self) -> list[bytes]:
        """The work of the removed PC as the adopter's tray holds it."""
        return [
            inner
            for each in self.adopter.store.quarantined()
            for op in read_ops(read_event(each.event))
            if isinstance(op, Adopt) and op.author == self.author.id
            for inner in op.events
        ]

    def take_over_again(self) -> None:
        """The person looks into the tray once the author is removed again, and takes its work over anew."""
        assert self.world.log.state.member(self.author.id) is None
        self.meet(self.adopter)
        self.record(self.adopter, Adopt(self.author.id, self.author.id, b"", tuple(self.in_tray())))

    def end(self) -> None:
        """All come, and all is well: all show one state, and the work once, under its author's name."""
        self.world.settle()
        self.world.now_ms += 12_000_000
        self.world.settle()
        restores.follow(self.world)
        assert self.world.log.state.member(self.author.id) is None
        for device in (self.first, self.second, self.adopter):
            assert self.taken_over(device), device.name
        checks.healed(self.world)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("roles", [("cw",), ("cw", "adm")])
def test_what_was_taken_over_waits_in_the_tray(seed: int, roles: tuple[str, ...]) -> None:
    """The adopter comes before the removal is said again, or says it again itself: nothing is emptied, nobody accused."""
    scene = Scene(seed, adopter_roles=roles)
    scene.acknowledge(scene.second)
    scene.meet(scene.adopter)
    removed = scene.world.log.state.member(scene.author.id) is None
    assert removed == ("adm" in roles), "who may not remove cannot say it again"
    assert scene.in_tray() == [scene.work]
    assert not scene.taken_over(scene.adopter), "it is not shown as if the others had it"
    scene.meet(scene.first)
    scene.take_over_again()
    scene.end()


@pytest.mark.parametrize("seed", range(5))
def test_an_author_who_comes_first_brings_its_own_work(seed: int) -> None:
    """It never heard of its removal and is a member again: its work is in the log by its own hand, and counts once."""
    scene = Scene(seed, adopter_roles=("cw",))
    scene.acknowledge(scene.second)
    scene.meet(scene.author)
    assert (scene.stream, scene.author.id, scene.n) in scene.world.truth.content
    scene.meet(scene.adopter, scene.first)
    assert scene.in_tray() == [scene.work]
    scene.take_over_again()
    scene.end()
