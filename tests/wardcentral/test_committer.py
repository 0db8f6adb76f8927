"""Grouped commits: what waits together is committed together, and only then answered."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.wardcentral.builders import pc
from tests.wardcentral.running import found, joined, serving
from wardcentral import committer
from wardcentral.committer import Committer, FullError
from wardcentral.memory_store import MemoryStore
from wardcentral.sqlite_store import SqliteStore
from wardproto.records import Receipt


class HeldStore(MemoryStore):
    """A store whose commit waits until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.fail_commits = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block, then wait before it counts as committed."""
        with super().transaction():
            yield
            self.reached.release()
            self.go_on.acquire()
            if self.fail_commits:
                self.fail_commits -= 1
                raise OSError


@pytest.fixture
def held() -> HeldStore:
    """A store under the test's control."""
    return HeldStore()


@pytest.fixture
def made(held: HeldStore) -> Iterator[tuple[Committer, list[str]]]:
    """A running committer and what it reported."""
    told: list[str] = []
    made = Committer(held, committed=lambda: told.append("committed"), undone=lambda: told.append("undone"))
    made.start()
    yield made, told
    for _ in range(100):
        held.go_on.release()
    made.stop()


def number(value: int) -> int:
    """A job."""
    return value


def test_jobs_that_wait_are_committed_together(held: HeldStore, made: tuple[Committer, list[str]]) -> None:
    """Twenty jobs that arrive during a commit take one further commit, in order."""
    made_committer, _ = made
    first = made_committer.submit(lambda: number(0))
    assert held.reached.acquire(timeout=10)
    order: list[int] = []

    def job(value: int) -> int:
        order.append(value)
        return value

    rest = [made_committer.submit(partial(job, v)) for v in range(20)]
    held.go_on.release()
    assert first.result(10) == 0
    assert held.reached.acquire(timeout=10)
    held.go_on.release()
    assert [future.result(10) for future in rest] == list(range(20)) == order
    assert made_committer.commits == 2


def test_nothing_is_answered_before_its_commit(held: HeldStore, made: tuple[Committer, list[str]]) -> None:
    """A job that has run is not answered while its commit is under way, and readers hear of it first."""
    made_committer, told = made
    future = made_committer.submit(lambda: number(7))
    assert held.reached.acquire(timeout=10)
    assert not future.done()
    assert told == []
    future.add_done_callback(lambda _: told.append("answered"))
    held.go_on.release()
    assert future.result(10) == 7
    assert told == ["committed", "answered"]


def test_a_failed_commit_answers_nobody_with_success(
    held: HeldStore, made: tuple[Committer, list[str]]
) -> None:
    """When the commit itself fails the job is told so."""
    made_committer, told = made
    held.fail_commits = 1
    held.go_on.release()
    with pytest.raises(OSError):  # noqa: PT011
        made_committer.submit(lambda: number(7)).result(10)
    assert told == ["undone"]


def test_one_bad_job_takes_no_other_down(held: HeldStore, made: tuple[Committer, list[str]]) -> None:
    """A group with a job that fails is undone, and each of its jobs is tried alone."""
    made_committer, told = made
    first = made_committer.submit(lambda: number(0))
    assert held.reached.acquire(timeout=10)
    good = [made_committer.submit(partial(number, v)) for v in (1, 2)]
    bad: Future[float] = made_committer.submit(lambda: 1 / 0)
    for _ in range(10):
        held.go_on.release()
    assert first.result(10) == 0
    assert [future.result(10) for future in good] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        bad.result(10)
    assert told == ["committed", "undone", "committed", "committed", "undone"]


def test_too_many_waiting_jobs_are_not_taken_on(
    held: HeldStore, made: tuple[Committer, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full queue says so at once instead of growing."""
    monkeypatch.setattr(committer, "MOST_WAITING", 5)
    made_committer, _ = made
    made_committer.submit(lambda: number(0))
    assert held.reached.acquire(timeout=10)
    for value in range(4):
        made_committer.submit(partial(number, value))
    with pytest.raises(FullError):
        made_committer.submit(lambda: number(9))


def test_stopping_finishes_what_was_taken_on() -> None:
    """Jobs taken on before the stop are committed, later ones are refused."""
    made = Committer(MemoryStore(), committed=lambda: None, undone=lambda: None)
    futures = [made.submit(partial(number, v)) for v in range(50)]
    made.start()
    made.stop()
    assert [future.result(0) for future in futures] == list(range(50))
    with pytest.raises(FullError):
        made.submit(lambda: number(1))
    made.stop()


class SlowStore(SqliteStore):
    """A store that waits, in its first commit after ``armed``, until ``expected`` pushes wait."""

    armed = False
    gate = threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold one commit until the gate opens."""
        with super().transaction():
            yield
            if self.armed:
                SlowStore.armed = False
                assert self.gate.wait(20)


def test_concurrent_pushes_share_commits_and_stay_gapless(tmp_path: Path) -> None:
    """Pushes of many PCs that arrive during one commit go to the disk in one more."""
    with serving(tmp_path, make_store=SlowStore) as running:
        city = found(running.client, running.url, running.key)
        others = [joined(city, pc("city", "cw")) for _ in range(12)]
        stream = city.stream()
        items = [(other, other.ward.block(other.pc, stream, epoch=other is others[0])) for other in others]
        assert isinstance(others[0].blocks(items[0][1])[0], Receipt)
        items = [(other, other.ward.block(other.pc, stream)) for other in others]
        before = running.service.committer.commits
        SlowStore.armed = True
        with ThreadPoolExecutor(len(items)) as pool:
            pushes = [pool.submit(other.blocks, item) for other, item in items]
            waiting = running.service.committer._waiting
            until = threading.Event()
            for _ in range(2000):
                if waiting.qsize() == len(items) - 1:
                    break
                until.wait(0.005)
            SlowStore.gate.set()
            told = [push.result(20)[0] for push in pushes]
        assert running.service.committer.commits - before == 2
        numbers = sorted(t.wseq for t in told if isinstance(t, Receipt))
        assert numbers == list(range(numbers[0], numbers[0] + len(items)))
