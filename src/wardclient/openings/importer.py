"""Read an openings file into the store: one transaction, one difference.

Either the whole file is in afterwards or the store is as it was: a cancel, a kill, a full
disk or a file that turns out to be wrong rolls everything back, and a second run begins
anew. A dry run is the same work rolled back, so its counts are the real ones.

A later file of the same set is compared by the bytes of each record: new, changed,
unchanged; what it no longer lists is kept and marked ``not_listed`` (取消・充足の可能性,
domain.md 7.4). A record that had to be set aside but whose number can be read counts as
still listed, in its old form.
"""

from collections.abc import Callable
from typing import BinaryIO

import sqlcipher3.dbapi2 as sqlcipher

from wardclient.openings.difference import Difference
from wardclient.openings.problems import FileRefusedError, Problem
from wardclient.openings.reader import RecordReader
from wardclient.openings.report import ImportOptions, ImportReport
from wardclient.openings.store import Connection

__all__ = ["ImportOptions", "ImportReport", "import_file"]

OnProgress = Callable[[int, int, int], None]
"""Called per batch with (bytes read, bytes in all, rows read)."""
Cancelled = Callable[[], bool]
"""Asked per batch; True rolls everything back."""


def import_file(
    connection: Connection,
    stream: BinaryIO,
    total_bytes: int,
    options: ImportOptions,
    *,
    on_progress: OnProgress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportReport:
    """Read the file and return what happened.

    Raises FileRefusedError when the file as a whole cannot stand (wrong file or encoding, older
    than what is there, mostly damaged, suspiciously small, disk full); the store is then as before.
    """
    reader = RecordReader(stream)
    connection.execute("BEGIN IMMEDIATE")
    try:
        work = Difference(connection, reader.layout, options)
        for batch in reader.batches():
            if cancelled is not None and cancelled():
                connection.execute("ROLLBACK")
                return work.counts.report("cancelled")
            work.take(batch)
            if on_progress is not None:
                on_progress(batch.bytes_read, total_bytes, work.counts.rows)
        work.finish()
        connection.execute("ROLLBACK" if options.dry_run else "COMMIT")
    except BaseException as error:
        _roll_back(connection)
        if isinstance(error, sqlcipher.OperationalError) and "full" in str(error):
            raise FileRefusedError(_DISK_FULL) from error
        raise
    if not options.dry_run:
        # The write-ahead log is as large as the file was; give the disk back.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return work.counts.report("dry_run" if options.dry_run else "done")


def _roll_back(connection: Connection) -> None:
    # A full disk has SQLite roll back by itself; asking again would hide the first error.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


_DISK_FULL = Problem(
    "",
    "disk_full",
    "ディスクの空きが足りないため、取り込みを取り消しました。空きを作ってもう一度取り込んでください。前の求人はそのままです。",
    "The disk is full; the import was undone. Make room and import again. The openings are as before.",
)
