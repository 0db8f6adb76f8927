"""The service is restored from copies and says so: nobody cries fraud, nothing is lost, all go on together."""

import os

import pytest

from tests.simulation import checks, faults, restores
from tests.simulation.memory_store import KilledError
from tests.simulation.run import _ALL, _WEIGHTS, BY_DEVICE, BY_WORLD, FailedError, _note
from tests.simulation.world import World
from wardproto.control import ADMIN_ROLE

SEEDS = int(os.environ.get("WARDCLIENT_RESTORES", "400"))
TOGETHER = 50
SPARED = frozenset({"put_back", "back_up"})


def live(seed: int, *, steps: int = 110, **options: object) -> World:
    """People work, the service is copied and restored up to twice, acknowledged soon or late; then peace."""
    world = World(seed, **options)  # type: ignore[arg-type]
    try:
        _live(world, steps)
        _heal(world)
    except (Exception, KilledError) as error:
        raise FailedError(seed, world.steps, error) from error
    return world


def _live(world: World, steps: int) -> None:
    dice = world.random
    copied = sorted(dice.sample(range(5, steps), 3))
    restored = {at + dice.randrange(0, 30) for at in copied[: dice.choice((1, 1, 2, 3))]}
    kept = restores.copy(world)
    prompt = dice.random() < 0.5
    for number in range(max(steps, *restored) + 1):
        world.now_ms += dice.randrange(3_000)
        if number in copied:
            kept = restores.copy(world)
            world.steps.append(f"{len(world.steps)} copy {kept.size}")
        if number in restored:
            _note(world, "restore", restores.restore(world, kept))
        act = dice.choices(_ALL, _WEIGHTS)[0][1]
        if act.__name__ in SPARED:
            continue
        if world.notices and prompt and dice.random() < 0.1:
            _note(world, "acknowledge", restores.acknowledge(world, dice.choice(world.devices)))
        if act in BY_DEVICE:
            _note(world, act.__name__, act(world, dice.choice(world.devices)))
        elif act in BY_WORLD:
            _note(world, act.__name__, act(world))
        restores.follow(world)


def _heal(world: World) -> None:
    world.steps.append("heal")
    for message in world.wire:
        faults.give_up(world, message)
    world.wire.clear()
    world.page_limit = 50
    for device in world.devices:
        device.skew_ms = 0
    world.settle()
    for _ in range(4):
        admins = [d for d in world.devices if _is_admin(world, d)]
        if restores.waiting(world) and not admins:
            # Nobody is left who could acknowledge: the ward must be founded anew, and its PCs wait.
            return
        for admin in admins:
            _note(world, "acknowledge", restores.acknowledge(world, admin))
        world.settle()
    world.now_ms += 12_000_000
    world.settle()
    restores.follow(world)
    checks.healed(world)


def _is_admin(world: World, device: object) -> bool:
    member = world.log.state.member(device.id)  # type: ignore[attr-defined]
    return member is not None and ADMIN_ROLE in member.roles


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_an_announced_restore_loses_nothing_and_accuses_nobody(first: int) -> None:
    """With a lost tail and without, acknowledged late, twice in a row: equal roots everywhere, no act lost."""
    for seed in range(first, first + TOGETHER):
        live(seed)


def test_the_runs_reach_what_they_are_to_judge() -> None:
    """Lost tails, work set aside, waiting, restores one after the other: all of it comes up, so that no check is idle."""
    lost = waited = again = 0
    for seed in range(40):
        world = live(seed)
        lost += any(device.gone_on for device in world.devices)
        waited += any(
            "restored" in {k for k, _, _ in d.store.tables.incidents.values()} for d in world.devices
        )
        again += len(world.notices) > 1
    assert lost > 10
    assert waited > 10
    assert again > 10
