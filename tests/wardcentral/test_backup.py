"""Copies of the log and of the key box, and what comes back from them: all of it, or a refusal."""

import json
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from tests.wardcentral.builders import SIGNING, pc
from tests.wardcentral.conftest import Desk
from tests.wardcentral.postgres import make_database, owner_of
from wardcentral.backup import BackedUp, LogArchive, back_up
from wardcentral.backup_files import BackupError
from wardcentral.keybox import DAY_MS, RETENTION_DAYS, Keys
from wardcentral.memory_store import MemoryStore
from wardcentral.placement import Placement
from wardcentral.postgres_store import PostgresStore
from wardcentral.restore import THE_END, Restored, Until, check, reopen, restore
from wardcentral.restore_notice import mark_opened, notices, write_notices
from wardcentral.sqlite_store import SqliteStore
from wardcentral.store import DamagedError, Reader, ServerStore, Stored, WardHead
from wardcentral.tree import WardTree
from wardcentral.verify import verify_ward

MINUTE_MS = 60_000


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A ward with everything in it: streams of both teams, a refusal, a request to join."""
    own = desk.stream()
    corner = desk.joined("hellowork", "hw")
    _, joint = desk.joint()
    for stream, author in ((own, desk.ward.founder), (joint, desk.ward.founder), (joint, corner)):
        desk.took(desk.ward.block(author, stream))
    assert desk.code(desk.ward.block(corner, joint, change={"bseq": 9})) == "chain"
    desk.took(desk.ward.invite(desk.ward.founder, "city", ("cw",), desk.now_ms + MINUTE_MS))
    invite = next(i for i in desk.ward.state.invites if i not in desk.ward.state.spent)
    with desk.store.transaction():
        request = desk.ward.join_request(invite, pc("city", "cw"))
        desk.store.put_join_request(desk.ward.id, invite, request, desk.now_ms + MINUTE_MS)
    return desk


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerStore]:
    """An empty store to restore into."""
    made: ServerStore
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "target.db")
    else:
        superuser = request.getfixturevalue("postgres")
        made = PostgresStore(owner_of(superuser, make_database(superuser)))
    yield made
    made.close()


class OneWard:
    """A store of which only this test's ward is seen: the databases of tests hold many."""

    def __init__(self, store: ServerStore, ward: bytes) -> None:
        self._store = store
        self._ward = ward

    def wards(self) -> list[bytes]:
        """Only this one."""
        return [self._ward]

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class Otherwise(OneWard):
    """A log of the same length in which the same numbers stand for something else."""

    def record(self, ward: bytes, wseq: int) -> Stored | None:
        """Return the record with another head."""
        stored = self._store.record(ward, wseq)
        assert stored is not None
        return replace(stored, entry=msgspec.structs.replace(stored.entry, head=bytes(32)))


@dataclass
class Copies:
    """Where the copies of a test lie."""

    log: Path
    keys: Path

    def take(self, desk: Desk, reader: Reader | None = None, now_ms: int = 0) -> BackedUp:
        """Add a copy of what is new."""
        seen = reader or OneWard(desk.store, desk.ward.id)
        return back_up(
            seen,  # type: ignore[arg-type]
            self.log,
            self.keys,
            SIGNING,
            desk.secret,
            now_ms=now_ms or desk.now_ms,
            software="test",
        )

    def opened(self, desk: Desk) -> tuple[LogArchive, Keys]:
        """Read them back."""
        public = SIGNING.public(desk.secret)
        return LogArchive(self.log, SIGNING, public), Keys(self.keys, SIGNING, public)

    def restore(self, desk: Desk, target: ServerStore, until: Until = THE_END) -> list[Restored]:
        """Restore them."""
        archive, keys = self.opened(desk)
        return restore(target, archive, keys, SIGNING, desk.secret, until, announce=lambda _: None)


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """Two folders."""
    return Copies(tmp_path / "log", tmp_path / "elsewhere" / "keys")


def all_of(store: Reader, ward: bytes) -> tuple[object, ...]:
    """Return everything a store holds of a ward."""
    records = list(store.records(ward, 0))
    return (
        records,
        [store.wraps(ward, stored.entry.wseq) for stored in records],
        store.ward_head(ward),
        list(store.stream_tips(ward)),
        list(store.device_tips(ward)),
        list(store.refusals(ward)),
        list(store.join_requests(ward)),
    )


def test_what_comes_back_is_what_was_there(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """From any store into any store: every record, wrap, head, refusal and request."""
    done = copies.take(busy)
    assert done.entries == len(busy.ward.receipts)
    assert done.wraps > 0
    before = all_of(busy.store, busy.ward.id)
    assert [ward.entries for ward in copies.restore(busy, target)] == [done.entries]
    assert all_of(target, busy.ward.id) == before
    assert not verify_ward(target, busy.ward.id, SIGNING, busy.secret).findings


def test_a_restored_ward_waits_to_be_opened_and_goes_on(
    busy: Desk, target: ServerStore, copies: Copies
) -> None:
    """Reads only until the operator has asked the ward; then the numbers go on."""
    entries = copies.take(busy).entries
    copies.restore(busy, target)
    assert target.placement(busy.ward.id) == Placement("frozen")
    assert reopen(target, [busy.ward.id]) == [busy.ward.id]
    assert reopen(target, [busy.ward.id]) == []
    assert target.placement(busy.ward.id) == Placement()
    busy.store = target
    busy.reopen()
    assert busy.took(busy.ward.block(busy.ward.founder, next(iter(busy.ward.heads)))).wseq == entries + 1


def test_later_copies_hold_only_what_is_new(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """A copy every minute: records, refusals and wraps that came since, and nothing when nothing came."""
    first = copies.take(busy)
    assert copies.take(busy) == BackedUp(1, 1, 0, 0, 0, 0)
    corner = busy.joined("city", "cw")
    stream = busy.stream()
    busy.took(busy.ward.block(corner, stream))
    assert busy.code(busy.ward.block(corner, stream, change={"bseq": 9})) == "chain"
    second = copies.take(busy)
    assert (second.number, second.refusals) == (2, 1)
    assert 0 < second.entries < first.entries
    assert second.wraps > 0
    copies.restore(busy, target)
    assert all_of(target, busy.ward.id) == all_of(busy.store, busy.ward.id)


def test_back_to_a_number_or_a_moment(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """A log can be put back to where it was at any number or time of receipt; what was refused stays refused."""
    stream = busy.stream()
    kept = busy.took(busy.ward.block(busy.ward.founder, stream))
    busy.now_ms += MINUTE_MS
    for _ in range(3):
        busy.took(busy.ward.block(busy.ward.founder, stream))
    assert busy.code(busy.ward.block(busy.ward.founder, stream, change={"bseq": 99})) == "chain"
    copies.take(busy)
    for until in (Until(wseq=kept.wseq), Until(time_ms=kept.recv_ms)):
        (done,) = copies.restore(busy, target, until)
        assert (done.entries, done.known) == (kept.wseq, kept.wseq + 3)
        assert done.head == kept.head
        assert not verify_ward(target, busy.ward.id, SIGNING, busy.secret).findings
        assert list(target.refusals(busy.ward.id)) == list(busy.store.refusals(busy.ward.id))
        with target.transaction():
            target.drop_ward(busy.ward.id)
    with pytest.raises(BackupError, match="nothing"):
        copies.restore(busy, target, Until(time_ms=1))
    assert list(target.wards()) == []


def test_only_an_empty_store_is_restored_into(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """A store that serves is never touched; what a restore that was cut off has left is cleared away."""
    copies.take(busy)
    copies.restore(busy, target)
    with pytest.raises(BackupError, match="not_empty"):
        copies.restore(busy, target)
    with target.transaction():
        target.place(busy.ward.id, Placement("incoming"))
    copies.restore(busy, target)
    assert all_of(target, busy.ward.id) == all_of(busy.store, busy.ward.id)


class CutError(Exception):
    """The power goes."""


def test_a_restore_that_is_cut_off_leaves_nothing(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """A person who cancels, at the last moment: the store is empty, no ward is half there."""
    copies.take(busy)
    archive, keys = copies.opened(busy)

    def cut(_: object) -> None:
        raise CutError

    with pytest.raises(CutError):
        restore(target, archive, keys, SIGNING, busy.secret, announce=cut)
    assert list(target.wards()) == []


def test_no_wrap_is_in_a_copy_of_the_log(busy: Desk, copies: Copies) -> None:
    """What would open a stream is in the key box only."""
    copies.take(busy)
    log = b"".join(path.read_bytes() for path in copies.log.rglob("*") if path.is_file())
    keys = b"".join(path.read_bytes() for path in copies.keys.rglob("*") if path.is_file())
    wraps = [
        wrap
        for stored in busy.store.records(busy.ward.id, 0)
        for wrap in busy.store.wraps(busy.ward.id, stored.entry.wseq)
    ]
    assert len(wraps) > 2
    assert all(wrap in keys and wrap not in log for wrap in wraps)


def test_log_and_keys_are_not_put_together(busy: Desk, copies: Copies, tmp_path: Path) -> None:
    """One folder within the other would be copied on, and kept, with it."""
    for log, keys in ((tmp_path, tmp_path), (tmp_path, tmp_path / "keys"), (tmp_path / "log", tmp_path)):
        with pytest.raises(BackupError, match="same_folder"):
            Copies(log, keys).take(busy)
    assert not (tmp_path / "000001").exists()


def test_keys_are_kept_for_35_days_at_most(busy: Desk, copies: Copies) -> None:
    """A wrap that a copy held is in none 35 days later, while the log's first copy is still there."""
    target = MemoryStore()
    start = busy.now_ms
    copies.take(busy)
    first = copies.keys / "000001"
    for day in range(1, 2 * RETENTION_DAYS):
        copies.take(busy, now_ms=start + day * DAY_MS)
        made = [
            json.loads((path / "manifest.json").read_text())["made_ms"]
            for path in copies.keys.iterdir()
            if path.is_dir()
        ]
        assert start + day * DAY_MS - min(made) < RETENTION_DAYS * DAY_MS
        assert first.exists() == (day < RETENTION_DAYS)
    assert (copies.log / "000001").exists()
    copies.restore(busy, target)
    assert all_of(target, busy.ward.id) == all_of(busy.store, busy.ward.id)


def test_a_service_that_was_not_copied_for_long_is_not_left_without_keys(
    busy: Desk, target: ServerStore, copies: Copies
) -> None:
    """The new copy comes before the old one goes."""
    copies.take(busy)
    done = copies.take(busy, now_ms=busy.now_ms + 100 * DAY_MS)
    assert done.keys_removed == 1
    assert done.wraps > 0
    copies.restore(busy, target)


def test_an_old_copy_of_the_log_takes_the_newest_keys(busy: Desk, copies: Copies, tmp_path: Path) -> None:
    """The key box may be newer than the log, never older: a key that is missing is a refusal that says so."""
    copies.take(busy)
    behind = copies.opened(busy)[1]
    busy.joined("city", "cw")
    other = Copies(tmp_path / "other", copies.keys)
    other.take(busy)
    copies.restore(busy, MemoryStore())
    archive = LogArchive(other.log, SIGNING, SIGNING.public(busy.secret))
    with pytest.raises(BackupError, match="no_keys_at"):
        check(archive, behind, SIGNING, busy.secret)


def test_every_changed_byte_is_found(busy: Desk, copies: Copies) -> None:
    """One bit, in any file of either folder: nothing is restored, and the store stays empty."""
    target = MemoryStore()
    copies.take(busy)
    files = [path for path in (*copies.log.rglob("*"), *copies.keys.rglob("*")) if path.parent.name.isdigit()]
    assert {path.suffix for path in files} == {".log", ".refused", ".rest", ".keys", ".json", ".sig"}
    for path in files:
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(BackupError, match=r"damaged|not_ours"):
                copies.restore(busy, target)
            path.write_bytes(whole[:place])
            with pytest.raises(BackupError, match=r"damaged|not_ours"):
                copies.restore(busy, target)
        path.write_bytes(whole)
    assert list(target.wards()) == []
    copies.restore(busy, target)


def test_a_copy_that_is_missing_is_found(busy: Desk, copies: Copies) -> None:
    """The first or one in the middle: the chain says so."""
    for _ in range(3):
        busy.stream()
        copies.take(busy)
    for name in ("000001", "000002"):
        (copies.log / name).rename(copies.log.parent / name)
        with pytest.raises(BackupError, match="gap"):
            copies.opened(busy)
        (copies.log.parent / name).rename(copies.log / name)
    archive, keys = copies.opened(busy)
    (done,) = check(archive, keys, SIGNING, busy.secret)
    assert done.entries == len(busy.ward.receipts)


def test_copies_of_another_server_are_not_taken(busy: Desk, copies: Copies) -> None:
    """Whoever can write the folder cannot write a log into it."""
    copies.take(busy)
    busy.secret = bytes(32)
    with pytest.raises(BackupError, match="not_ours"):
        copies.opened(busy)


def test_a_store_that_lost_entries_is_not_copied_over(busy: Desk, copies: Copies) -> None:
    """A log that is shorter, or another one, than the copies say: nothing is written, somebody is told."""
    copies.take(busy)
    target = MemoryStore()
    copies.restore(busy, target, Until(wseq=3))
    with pytest.raises(BackupError, match="behind"):
        copies.take(busy, reader=target)
    reopen(target, [busy.ward.id])
    with pytest.raises(BackupError, match="other_log"):
        copies.take(busy, reader=Otherwise(busy.store, busy.ward.id))  # type: ignore[arg-type]
    assert sorted(path.name for path in copies.log.iterdir() if path.is_dir()) == ["000001"]


def test_a_damaged_store_is_not_copied(tmp_path: Path, copies: Copies) -> None:
    """A wrap that is gone from the key box: the run says so and leaves no copy behind."""
    with closing(SqliteStore(tmp_path / "central.db")) as store:
        desk = Desk(store)
        desk.joined("hellowork", "hw")
        store._db.execute("DELETE FROM keybox WHERE wseq = (SELECT max(wseq) FROM keybox)")
        with pytest.raises(DamagedError):
            copies.take(desk)
    assert not list(copies.log.glob("0*"))
    assert not list(copies.keys.glob("*0*"))


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes there")
def test_copies_are_their_owners_alone(busy: Desk, copies: Copies) -> None:
    """They show who wrote when."""
    copies.take(busy)
    for folder in (copies.log, copies.keys):
        for path in (folder, *folder.rglob("*")):
            if path.name != "lock":
                assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_moved_ward_comes_back_as_moved(busy: Desk, target: ServerStore, copies: Copies) -> None:
    """It lives elsewhere: a restore must not make a second writer of it."""
    away = Placement("moved", "https://cell2.example")
    with busy.store.transaction():
        busy.store.place(busy.ward.id, away)
    copies.take(busy)
    copies.restore(busy, target)
    assert target.placement(busy.ward.id) == away
    assert reopen(target, [busy.ward.id]) == []


def test_the_notice_of_a_restore_is_signed_and_stays(busy: Desk, copies: Copies, tmp_path: Path) -> None:
    """What was put back, to where, from a copy of when, and when it was opened; no other file counts."""
    copies.take(busy)
    done = copies.restore(busy, MemoryStore(), Until(wseq=4))
    write_notices(tmp_path, done, SIGNING, busy.secret, copied_ms=5, now_ms=6)
    public = SIGNING.public(busy.secret)
    (notice,) = notices(tmp_path, SIGNING, public)
    assert (notice.log.ward, notice.log.size, notice.opened_ms) == (busy.ward.id, 4, 0)
    root = WardTree(
        busy.store, busy.ward.id, busy.log.state, busy.store.ward_head(busy.ward.id) or WardHead(0, 0)
    )
    assert notice.log.root == root.root_at(4)
    assert notice.log.known == len(busy.ward.receipts)
    mark_opened(tmp_path, [busy.ward.id], 7)
    mark_opened(tmp_path, [busy.ward.id], 8)
    assert notices(tmp_path, SIGNING, public)[0].opened_ms == 7
    assert notices(tmp_path, SIGNING, SIGNING.public(bytes(32))) == []
