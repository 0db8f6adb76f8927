"""The same world driven by hypothesis, which shrinks what it finds to the fewest steps."""

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation import attacks, checks
from tests.simulation.run import BY_DEVICE, BY_WORLD, heal
from tests.simulation.world import World

NAMES = sorted({act.__name__ for act in BY_DEVICE})
WORLD_NAMES = sorted({act.__name__ for act in BY_WORLD})


class Ward(RuleBasedStateMachine):
    """One ward, one step at a time; each step brings its own luck, so that steps can be left out."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(0)

    @initialize(seed=st.integers(0, 1000), hostile=st.booleans())
    def begin(self, seed: int, *, hostile: bool) -> None:
        """Found the ward; perhaps one of its members does not keep the rules."""
        self.world = World(seed)
        if hostile:
            enemy = self.world.devices[1]
            enemy.hostile = True
            self.world.truth.hostile.add(enemy.id)

    @rule(name=st.sampled_from(NAMES), who=st.integers(0, 6), luck=st.integers(0, 999))
    def somebody_acts(self, name: str, who: int, luck: int) -> None:
        """A person acts at a PC, or something happens to it."""
        self._pass_time(luck)
        device = self.world.devices[who % len(self.world.devices)]
        if not device.hostile or name in {"ask", "exchange"}:
            act = next(act for act in BY_DEVICE if act.__name__ == name)
            self.world.steps.append(f"{name} {device.name} {luck} {act(self.world, device)}")

    @rule(name=st.sampled_from(WORLD_NAMES), luck=st.integers(0, 999))
    def something_happens(self, name: str, luck: int) -> None:
        """Something happens on the wire or at the service."""
        self._pass_time(luck)
        act = next(act for act in BY_WORLD if act.__name__ == name)
        self.world.steps.append(f"{name} {luck} {act(self.world)}")

    @rule(name=st.sampled_from(attacks.ALL), luck=st.integers(0, 999))
    def a_member_attacks(self, name: str, luck: int) -> None:
        """The hostile member, where there is one, tries something."""
        self._pass_time(luck)
        for device in self.world.devices:
            if device.hostile:
                self.world.steps.append(attacks.attack(self.world, device, (name,)))

    def _pass_time(self, luck: int) -> None:
        self.world.random = random.Random(luck)  # noqa: S311  # drawn, so that it shrinks
        self.world.now_ms += 3 * luck
        checks.nothing_lost(self.world, quiet=False)

    def teardown(self) -> None:
        """Let the faults stop, and judge."""
        heal(self.world)


TestWard = Ward.TestCase
TestWard.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
