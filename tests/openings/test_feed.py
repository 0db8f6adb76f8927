"""The openings feed between two stores: the same openings at both ends, and nothing that was not signed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.openings.room import KEY, TODAY, Room
from wardclient.openings.feed_apply import NeedsBaseError, apply_feed
from wardclient.openings.feed_pack import extent, note_published, pack
from wardclient.openings.feed_state import listing, mark, set_mark
from wardclient.openings.problems import FileRefusedError
from wardclient.openings.store import prepare
from wardclient.storage.cipher import connect
from wardproto.feed import FeedChunk, FeedManifest, FeedStep, FeedWrongError, Signed, open_chunk, pack_chunk
from wardproto.wire import encode

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
WARD = b"w" * 32


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Room]:
    """A second PC's store."""
    folder = tmp_path / "other"
    folder.mkdir()
    connection = connect(folder / "openings.db", KEY)
    prepare(connection)
    room = Room(folder, connection)
    yield room
    room.connection.close()


class Feed:
    """What would lie at the service."""

    def __init__(self) -> None:
        self.chunks: dict[bytes, bytes] = {}
        self.newest: Signed | None = None

    def publish(self, room: Room, *, whole: bool = False, file_date: object = TODAY) -> Signed:
        """Publish what a store lists."""
        whole = whole or self.newest is None
        size = extent(room.connection, "M114", whole=whole)
        packed = [each.packed for each in pack(room.connection, "M114", whole=whole)]
        names = tuple(sha256(each).digest() for each in packed)
        self.chunks |= dict(zip(names, packed, strict=True))
        steps: tuple[FeedStep, ...] = ()
        number, previous = 1, b""
        if self.newest is not None:
            number, previous = self.newest.manifest.number + 1, self.newest.hash
            steps = () if whole else self.newest.manifest.steps
            steps = (*steps[:-1], *[_closed(step, previous) for step in steps[-1:]])
        own = FeedStep(number, b"", str(file_date), names, size.records, size.gone, sum(map(len, packed)))
        room.connection.execute("BEGIN IMMEDIATE")
        note_published(room.connection, "M114")
        count, numbers = listing(room.connection)
        manifest = FeedManifest(
            WARD, number, previous, b"d" * 16, 0, "M114", str(file_date), "s", count, numbers, (*steps, own)
        )
        self.newest = Signed(manifest, sha256(encode(manifest)).digest(), b"envelope")
        set_mark(room.connection, manifest, self.newest.hash, b"envelope", NOW)
        room.connection.execute("COMMIT")
        return self.newest


def _closed(step: FeedStep, name: bytes) -> FeedStep:
    return FeedStep(step.number, name, step.file_date, step.chunks, step.records, step.gone, step.size)


def listed(room: Room) -> set[tuple[object, ...]]:
    """What a PC holds: each opening, what is shown of it, whether it is listed, its original record."""
    rows = room.connection.execute(
        "SELECT o.number, o.listed, o.set_code, o.valid_until, o.pay_min, s.title, s.record"
        " FROM opening o JOIN sheet s USING (sheet_id)"
    )
    return set(rows.fetchall())


def test_a_base_and_its_steps_make_the_other_store_equal(room: Room, other: Room) -> None:
    """Three days: new, changed, withdrawn and come back; each step brings only the difference."""
    feed = Feed()
    path, _ = room.write(rows=600)
    room.read(path)
    base = feed.publish(room)
    report = apply_feed(other.connection, base, feed.chunks.__getitem__, NOW)
    assert (report.outcome, report.rows, report.new) == ("done", 600, 600)
    assert listed(other) == listed(room)
    before = path.read_bytes()
    path, _ = room.write("day2.csv", rows=600, new=7, changed=5, vanished=4)
    day2 = room.read(path)
    assert day2.vanished
    assert day2.changed
    step = feed.publish(room)
    assert step.manifest.steps[-1].records == day2.new + day2.changed
    assert step.manifest.steps[-1].gone == day2.vanished
    report = apply_feed(other.connection, step, feed.chunks.__getitem__, NOW)
    assert (report.new, report.changed, report.vanished) == (day2.new, day2.changed, day2.vanished)
    assert listed(other) == listed(room)
    (room.folder / "day3.csv").write_bytes(before)
    day3 = room.read(room.folder / "day3.csv")
    assert day3.reappeared == day2.vanished
    apply_feed(other.connection, feed.publish(room), feed.chunks.__getitem__, NOW)
    assert listed(other) == listed(room)
    assert mark(other.connection).number == 3
    assert other.one("SELECT max(file_date) FROM feed") == str(TODAY)


def test_a_pc_that_missed_steps_takes_them_together(room: Room, other: Room) -> None:
    """Two publications later, one fetch; and a newcomer takes base and steps at once."""
    feed = Feed()
    apply_feed(other.connection, _published(room, feed, "a.csv"), feed.chunks.__getitem__, NOW)
    _published(room, feed, "b.csv", new=3, changed=3)
    last = _published(room, feed, "c.csv", new=3, changed=6, vanished=5)
    asked: list[bytes] = []

    def given(name: bytes) -> bytes:
        asked.append(name)
        return feed.chunks[name]

    apply_feed(other.connection, last, given, NOW)
    assert listed(other) == listed(room)
    assert not set(asked) & set(last.manifest.steps[0].chunks)


def test_what_a_pc_read_in_by_itself_gives_way_to_the_feed(room: Room, other: Room) -> None:
    """Another form of an opening here: the steps alone will not do, the base makes both equal."""
    feed = Feed()
    apply_feed(other.connection, _published(room, feed, "a.csv"), feed.chunks.__getitem__, NOW)
    mine, _ = other.write("mine.csv", rows=300, changed=40, new=10, vanished=30)
    other.read(mine)
    step = _published(room, feed, "b.csv", new=2)
    with pytest.raises(NeedsBaseError):
        apply_feed(other.connection, step, feed.chunks.__getitem__, NOW)
    apply_feed(other.connection, step, feed.chunks.__getitem__, NOW, base=True)
    assert {row for row in listed(other) if row[1]} == {row for row in listed(room) if row[1]}


def test_a_feed_older_than_a_file_read_in_here_changes_nothing(room: Room, other: Room) -> None:
    """The newer file stays."""
    feed = Feed()
    mine, _ = other.write("mine.csv", rows=50)
    other.read(mine, file_date=TODAY + timedelta(days=1))
    before = other.content()
    offered = _published(room, feed, "a.csv")
    with pytest.raises(FileRefusedError):
        apply_feed(other.connection, offered, feed.chunks.__getitem__, NOW)
    assert other.content() == before


@pytest.mark.parametrize("harm", ["bytes", "bomb", "listing", "header", "cut"])
def test_a_damaged_feed_leaves_the_old_openings(room: Room, other: Room, harm: str) -> None:
    """Whatever is wrong, and wherever in the feed: all as before."""
    feed = Feed()
    apply_feed(other.connection, _published(room, feed, "a.csv"), feed.chunks.__getitem__, NOW)
    before = other.content()
    step = _published(room, feed, "b.csv", new=4, changed=4, vanished=4)
    name = step.manifest.steps[-1].chunks[-1]
    manifest = step.manifest
    if harm == "bytes":
        feed.chunks[name] = feed.chunks[name][:-1] + b"x"
    elif harm == "listing":
        manifest = _with(manifest, openings=manifest.openings + 1)
    elif harm == "cut":
        manifest = _with(manifest, steps=(*manifest.steps[:-1], _shorter(manifest.steps[-1])))
    else:
        chunk = open_chunk(name, feed.chunks[name])
        bad = pack_chunk(
            FeedChunk(b'["x"]', chunk.records, ())
            if harm == "header"
            else FeedChunk(b" " * 100_000_000, (), ())
        )
        assert len(bad) < 1_000_000
        feed.chunks[sha256(bad).digest()] = bad
        last = manifest.steps[-1]
        manifest = _with(
            manifest, steps=(*manifest.steps[:-1], _named(last, (*last.chunks, sha256(bad).digest())))
        )
    with pytest.raises(FeedWrongError) as wrong:
        apply_feed(other.connection, replace(step, manifest=manifest), feed.chunks.__getitem__, NOW)
    codes = {"bytes": "chunk", "bomb": "bomb", "listing": "listing", "cut": "listing", "header": "malformed"}
    assert wrong.value.code == codes[harm]
    assert other.content() == before
    assert mark(other.connection).number == 1


def test_a_cancel_leaves_the_old_openings(room: Room, other: Room) -> None:
    """Cancelled after the first chunk."""
    feed = Feed()
    offered = _published(room, feed, "a.csv")
    before = other.content()
    report = apply_feed(other.connection, offered, feed.chunks.__getitem__, NOW, cancelled=lambda: True)
    assert report.outcome == "cancelled"
    assert other.content() == before


def _published(room: Room, feed: Feed, name: str, **spec: int) -> Signed:
    path, _ = room.write(name, **{"rows": 300, **spec})
    room.read(path)
    return feed.publish(room)


def _with(manifest: FeedManifest, **changes: object) -> FeedManifest:
    import msgspec

    return msgspec.structs.replace(manifest, **changes)


def _named(step: FeedStep, chunks: tuple[bytes, ...]) -> FeedStep:
    return FeedStep(step.number, step.manifest, step.file_date, chunks, step.records, step.gone, step.size)


def _shorter(step: FeedStep) -> FeedStep:
    return _named(step, step.chunks[:-1])
