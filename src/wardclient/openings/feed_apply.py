"""Take a feed over: one transaction, the same door as a file (importer), all of it or nothing.

What a reader ends up with is checked against what was signed: the numbers listed, by their hash. A PC
that read other files in by itself may hold another form of an opening than the feed; where the steps
alone would not make it equal, the base is taken too (``NeedsBaseError``).
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from wardclient.openings.columns import Layout, resolve
from wardclient.openings.difference import Difference
from wardclient.openings.feed_state import Mark, listing, mark, set_mark
from wardclient.openings.problems import FileRefusedError
from wardclient.openings.reader import BATCH_RECORDS, Batch, Record
from wardclient.openings.report import ImportOptions, ImportReport
from wardclient.openings.store import Connection
from wardproto.feed import FeedChunk, FeedStep, FeedWrongError, Signed, open_chunk

OnChunk = Callable[[int, int, int], None]
"""Called per chunk with (chunks taken, chunks in all, records read)."""
Cancelled = Callable[[], bool]


class NeedsBaseError(Exception):
    """What is here cannot be brought up to the feed by its latest steps alone."""


def wanted_steps(known: Mark, offered: Signed, *, base: bool = False) -> tuple[tuple[FeedStep, ...], bool]:
    """Return the steps to take, and whether they begin with the base. ``follows`` was asked before."""
    steps = offered.manifest.steps
    before = {step.number: step.manifest for step in steps[:-1]}
    if base or known.number == 0 or known.number not in before:
        # The step before may also be the base of which this manifest tells the hash as ``previous``.
        return steps, True
    return tuple(step for step in steps if step.number > known.number), False


def apply_feed(
    connection: Connection,
    offered: Signed,
    chunk: Callable[[bytes], bytes],
    now: datetime,
    *,
    base: bool = False,
    on_progress: OnChunk = lambda _done, _all, _records: None,
    cancelled: Cancelled = lambda: False,
) -> ImportReport:
    """Take the feed over and return what became of its records.

    ``chunk`` gives the bytes that arrived under a name. Raises FeedWrongError when the feed is not what
    was signed, NeedsBaseError (then try with ``base``), FileRefusedError ``older_file`` when a newer file
    was read in here. Whatever is raised, the openings are as before.
    """
    manifest = offered.manifest
    options = ImportOptions(
        datetime.fromisoformat(manifest.file_date).date(),
        now,
        file_name=f"feed {manifest.number}",
        set_code=manifest.set_code,
    )
    connection.execute("BEGIN IMMEDIATE")
    try:
        steps, whole = wanted_steps(mark(connection), offered, base=base)
        names = [name for step in steps for name in step.chunks]
        if whole:
            connection.execute("DELETE FROM feed_row")
        taking = _Taking(connection, options)
        for position, name in enumerate(names):
            if cancelled():
                connection.execute("ROLLBACK")
                return taking.work.counts.report("cancelled")
            taking.take(open_chunk(name, chunk(name)))
            on_progress(position + 1, len(names), taking.work.counts.rows)
        if listing(connection) != (manifest.openings, manifest.listing):
            raise FeedWrongError("listing")  # noqa: TRY301  # the transaction is undone by it
        taking.settle(whole=whole)
        set_mark(connection, manifest, offered.hash, offered.envelope, now)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return taking.work.counts.report("done")


class _Taking:
    """A feed on its way in."""

    def __init__(self, connection: Connection, options: ImportOptions) -> None:
        self._db = connection
        self._set = options.set_code
        self.work = Difference(connection, None, options)
        self._header = b""
        self._row = 0

    def take(self, chunk: FeedChunk) -> None:
        """Take one chunk."""
        if chunk.gone:
            self._db.execute(
                "DELETE FROM feed_row WHERE number IN (SELECT value FROM json_each(?))", _many(chunk.gone)
            )
        if not chunk.records:
            return
        if chunk.header != self._header:
            self.work.under(_layout(chunk.header))
            self._header = chunk.header
        for start in range(0, len(chunk.records), BATCH_RECORDS):
            self._batch(chunk.records[start : start + BATCH_RECORDS])

    def _batch(self, raw: Sequence[bytes]) -> None:
        records = [Record(self._row + at, self._row + at, each) for at, each in enumerate(raw, 1)]
        self._row += len(records)
        self.work.take(Batch(records, [], 0))
        numbers = [number for number in map(self.work.number_of, records) if number is not None]
        if len(numbers) < len(records):
            raise FeedWrongError("malformed")
        self._db.execute(
            "INSERT OR REPLACE INTO feed_row SELECT value, coalesce((SELECT digest FROM opening"
            " WHERE number = value), x'') FROM json_each(?)",
            _many(numbers),
        )

    def settle(self, *, whole: bool) -> None:
        """Make what is listed here what the feed lists, and write the figures."""
        other = self._db.execute(
            "SELECT 1 FROM feed_row f LEFT JOIN opening o USING (number)"
            " WHERE f.digest <> x'' AND (o.number IS NULL OR o.digest <> f.digest) LIMIT 1"
        ).fetchone()
        if other is not None:
            if whole:
                raise FeedWrongError("listing")
            raise NeedsBaseError
        counts = self.work.counts
        counts.vanished = self._db.execute(
            "UPDATE opening SET listed = 0 WHERE listed = 1 AND set_code = ?"
            " AND number NOT IN (SELECT number FROM feed_row)",
            (self._set,),
        ).rowcount
        counts.reappeared += self._db.execute(
            "UPDATE opening SET listed = 1, set_code = ?1 WHERE (listed = 0 OR set_code <> ?1)"
            " AND number IN (SELECT number FROM feed_row)",
            (self._set,),
        ).rowcount
        self.work.close()


def _layout(header: bytes) -> Layout:
    try:
        return resolve(msgspec.json.decode(header, type=list[str]))
    except (msgspec.MsgspecError, FileRefusedError):
        raise FeedWrongError("malformed") from None


def _many(numbers: Sequence[int]) -> tuple[str]:
    return (json.dumps(list(numbers)),)
