"""The encrypted store against the model: whole runs in which both are asked everything, and agree.

What the simulation shows with the store in memory holds for the real one as far as the two answer
alike; here every answer of every call is compared, kills inside transactions included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.simulation.memory_store import MemoryStore
from tests.simulation.run import run
from tests.simulation.test_adoptions import Scene
from tests.simulation.test_restores import live
from tests.simulation.world import World
from wardclient.storage import log_store
from wardclient.storage.cipher import connect
from wardclient.storage.log_store import SqlStore
from wardclient.storage.unreduced import BULK

WRITES = (
    *("put", "add_control", "set_epoch", "append", "opened", "put_team_key", "put_stream_key", "apply"),
    *("shred", "add_draft", "put_sealed", "clear_sealed", "quarantine", "add_intent", "done_intent"),
    *("set_refusal", "incident", "cut", "rewrite", "reduce_again", "came_back"),
    *("forget_incident", "forget_incidents"),
)
READS = (
    *("get", "controls", "control_hash_at", "stream_head", "stream_head_at", "device_head", "epoch"),
    *("unopened", "team_key", "stream_key", "last_n", "next_n", "drafts", "unsent", "outbox_streams"),
    *("sealed", "quarantined", "intents", "control_at", "records_back", "set_aside"),
)
IN_ANY_ORDER = frozenset({"outbox_streams", "quarantined"})
EMPTY = {"stream_head_at": b""}
"""What one store knows of a place before the first entry, and the other leaves to its caller."""


class TwinStore(MemoryStore):
    """Both stores at once; a difference ends the run."""

    def __init__(self, folder: Path, count: list[int]) -> None:
        super().__init__()
        count[0] += 1
        self.sql = SqlStore(connect(folder / f"{count[0]}.db", bytes(32), synchronous="OFF"))
        self._inside = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Both, or neither: the model is killed first."""
        with self.sql.transaction(), super().transaction():
            yield


def plain(answer: Any) -> Any:
    """An answer that can be looked at twice."""
    return answer if answer is None or isinstance(answer, bytes | str | int) else _listed(answer)


def _listed(answer: Any) -> Any:
    return list(answer) if isinstance(answer, Iterator | list) or type(answer) is tuple else answer


def asked_of_both(name: str) -> Any:
    """A method that asks both stores, unless the model asks itself."""

    def method(self: TwinStore, *arguments: Any, **options: Any) -> Any:
        if self._inside:
            return getattr(MemoryStore, name)(self, *arguments, **options)
        self._inside = True
        try:
            answer = plain(getattr(MemoryStore, name)(self, *arguments, **options))
            other = plain(getattr(self.sql, name)(*arguments, **options))
        finally:
            self._inside = False
        if name in IN_ANY_ORDER:
            assert sorted(map(repr, answer)) == sorted(map(repr, other)), name
        else:
            assert (answer or EMPTY.get(name)) == (other or EMPTY.get(name)), (name, arguments)
        return answer

    return method


for _name in (*WRITES, *READS):
    setattr(TwinStore, _name, asked_of_both(_name))


def same_state(world: World) -> None:
    """Registers, sets of records and incidents are the same in both, after all is settled."""
    for device in world.devices:
        store = device.store
        assert isinstance(store, TwinStore)
        for stream, entity, name in store.tables.registers:
            found = store.sql.registers(stream, entity).get(name)
            assert found == store.register((stream, entity, name)), (device.name, entity, name)
        for stream, facts in store.tables.facts.items():
            for fact in facts:
                assert fact.data in store.sql.records(stream, fact.entity, fact.kind)


@pytest.mark.parametrize("bulk", [BULK, 2])
@pytest.mark.parametrize("seed", range(10))
def test_both_stores_answer_alike_through_a_whole_run(tmp_path: Path, seed: int, bulk: int) -> None:
    """People, faults, kills inside transactions, a hostile member: the real store keeps the contract.

    Also where almost every page is a bulk, which is reduced later.
    """
    make_store = partial(TwinStore, tmp_path, [0])
    with patch.object(log_store, "BULK", bulk):
        world = run(seed, spared=("back_up", "put_back"), make_store=make_store)
    same_state(world)
    for device in world.devices:
        assert isinstance(device.store, TwinStore)
        device.store.sql.close()


@pytest.mark.parametrize("seed", range(12))
def test_both_stores_answer_alike_when_the_log_was_put_back(tmp_path: Path, seed: int) -> None:
    """Cut back, set aside, sent again and known again: the real store keeps the contract there, too."""
    world = live(seed, make_store=partial(TwinStore, tmp_path, [0]))
    same_state(world)
    for device in world.devices:
        assert isinstance(device.store, TwinStore)
        device.store.sql.close()


@pytest.mark.parametrize("roles", [("cw",), ("cw", "adm")])
@pytest.mark.parametrize("author_first", [False, True])
def test_both_stores_answer_alike_when_an_adoption_was_lost(
    tmp_path: Path, roles: tuple[str, ...], author_first: bool
) -> None:
    """Laid aside with the removal of its author, brought by the author or not, taken over anew."""
    scene = Scene(1, adopter_roles=roles, make_store=partial(TwinStore, tmp_path, [0]))
    scene.acknowledge(scene.second)
    if author_first:
        scene.meet(scene.author)
    scene.meet(scene.adopter, scene.first)
    scene.take_over_again()
    scene.end()
    same_state(scene.world)
    for device in scene.world.devices:
        assert isinstance(device.store, TwinStore)
        device.store.sql.close()
