"""One seeded run: people, faults and a hostile member in any order, then peace, then judgement."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tests.simulation import acts, attacks, checks, faults
from tests.simulation.memory_store import KilledError
from tests.simulation.population import members
from tests.simulation.truth import BrokenError
from tests.simulation.world import Device, World

STEPS = 120
LOOK_EVERY = 40

ByDevice = Callable[[World, Device], str]
ByWorld = Callable[[World], str]


def ask(world: World, device: Device) -> str:
    """A client does what is next."""
    return device.name if world.ask(device) else ""


DEVICE_ACTS: tuple[tuple[int, ByDevice], ...] = (
    (24, ask),
    (40, faults.exchange),
    (34, acts.write),
    (5, acts.open_case),
    (5, acts.consent),
    (3, acts.withdraw),
    (2, acts.remove),
    (2, acts.newcomer),
    (1, acts.roles),
    (3, faults.kill),
    (3, faults.kill_inside),
    (2, faults.jump),
    (2, faults.back_up),
    (1, faults.put_back),
)
WORLD_ACTS: tuple[tuple[int, ByWorld], ...] = (
    (36, faults.deliver),
    (4, faults.lose),
    (3, faults.time_out),
    (4, faults.duplicate),
    (2, faults.relay_damaged),
    (1, faults.crash),
)
BY_DEVICE: tuple[Any, ...] = tuple(act for _, act in DEVICE_ACTS)
BY_WORLD: tuple[Any, ...] = tuple(act for _, act in WORLD_ACTS)
_ALL: tuple[Any, ...] = (*DEVICE_ACTS, *WORLD_ACTS)
_WEIGHTS = tuple(weight for weight, _ in _ALL)


class FailedError(AssertionError):
    """A run failed: the seed that replays it, and the steps that led there."""

    def __init__(self, seed: int, steps: list[str], cause: BaseException) -> None:
        shown = "\n".join(steps)
        super().__init__(f"seed {seed}: {type(cause).__name__}: {cause}\nsteps:\n{shown}")
        self.seed = seed
        self.cause = cause


def run(
    seed: int,
    *,
    hostile: bool | None = None,
    steps: int = STEPS,
    kinds: Sequence[str] = attacks.ALL,
    spared: Collection[str] = (),
    **options: Any,
) -> World:
    """Run a seed; FailedError with its story when something does not hold.

    Every other seed has a ``hostile`` member, who tries attacks of the ``kinds`` given. Acts and
    faults that are ``spared`` do not happen.
    """
    world: World | None = None
    try:
        world = World(seed, **options)
        if hostile is None:
            hostile = seed % 2 == 1
        _live(world, steps, kinds if hostile else (), spared)
        heal(world)
    except (Exception, KilledError) as error:
        raise FailedError(seed, [] if world is None else world.steps, error) from error
    return world


def first_failure(*, most: int = 160, **options: Any) -> FailedError:
    """Run odd seeds until an invariant breaks; AssertionError where none does."""
    for seed in range(1, 2 * most, 2):
        try:
            run(seed, **options)
        except FailedError as failed:
            if isinstance(failed.cause, BrokenError):
                return failed
            raise
    raise AssertionError(f"{most} seeds broke nothing")


def _live(world: World, steps: int, kinds: Sequence[str], spared: Collection[str]) -> None:
    enemy = None
    if kinds:
        enemy = world.random.choice([d for d in world.devices if d.name in ("city-2", "hw-2")])
        enemy.hostile = True
        world.truth.hostile.add(enemy.id)
    everyone = world.devices
    for number in range(steps):
        world.now_ms += world.random.randrange(3_000)
        act = world.random.choices(_ALL, _WEIGHTS)[0][1]
        if enemy is not None and world.random.random() < 0.06:
            _note(world, "attack", attacks.attack(world, enemy, kinds))
        if act.__name__ in spared:
            continue
        if act in BY_DEVICE:
            device = world.random.choice(everyone)
            if device.hostile and act is not ask:
                continue
            _note(world, act.__name__, act(world, device))
        else:
            _note(world, act.__name__, act(world))
        if number % LOOK_EVERY == LOOK_EVERY - 1:
            checks.nothing_lost(world, quiet=False)


def _note(world: World, act: str, said: str) -> None:
    world.steps.append(f"{len(world.steps)} {act} {said}")


def heal(world: World) -> None:
    """Stop the faults, let all come to rest, and judge."""
    world.steps.append("heal")
    for message in world.wire:
        faults.give_up(world, message)
    world.wire.clear()
    world.page_limit = 50
    for device in world.devices:
        device.skew_ms = 0
        if world.random.random() < 0.5:
            device.kill()
    world.settle()
    world.now_ms += 12_000_000
    world.settle()
    checks.healed(world)
    survivors = [d for d in members(world) if not d.up.core.flag("stopped")]
    if survivors and world.random.random() < 0.5:
        checks.replayed(world, world.random.choice(survivors))


__all__ = ["BY_DEVICE", "BY_WORLD", "BrokenError", "FailedError", "first_failure", "heal", "run"]
