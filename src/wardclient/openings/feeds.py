"""The files read in so far: their dates, their headers, what became of their records."""

import json

from wardclient.openings.columns import Layout
from wardclient.openings.problems import FileRefusedError, Problem
from wardclient.openings.report import Counts, ImportOptions
from wardclient.openings.store import Connection


def refuse_older_file(connection: Connection, options: ImportOptions) -> None:
    """Raise FileRefusedError ``older_file`` when a newer file of the same set was read in before."""
    newest = connection.execute(
        "SELECT max(file_date) FROM feed WHERE set_code = ?", (options.set_code,)
    ).fetchone()[0]
    if newest and options.file_date.isoformat() < newest:
        raise FileRefusedError(
            Problem(
                "",
                "older_file",
                f"このファイル({options.file_date})は、取り込み済みのもの({newest})より古いため取り込みません。",
                f"This file ({options.file_date}) is older than the one read in before ({newest}).",
            )
        )


def layout_id_of(connection: Connection, layout: Layout) -> int:
    """Return the id of this header, stored with its first file."""
    header = json.dumps(layout.header, ensure_ascii=False).encode()
    connection.execute("INSERT OR IGNORE INTO layout (header) VALUES (?)", (header,))
    found = connection.execute("SELECT layout_id FROM layout WHERE header = ?", (header,)).fetchone()
    return int(found[0])


def open_feed(connection: Connection, options: ImportOptions) -> int:
    """Return the id of a new feed without figures."""
    cursor = connection.execute(
        "INSERT INTO feed (set_code, file_name, file_date, imported_at, rows, new, changed, unchanged,"
        " vanished, reappeared, duplicates, filtered, quarantined) VALUES (?,?,?,?,0,0,0,0,0,0,0,0,0)",
        (
            options.set_code,
            options.file_name,
            options.file_date.isoformat(),
            options.imported_at.isoformat(),
        ),
    )
    return int(cursor.lastrowid)


def write_figures(connection: Connection, feed_id: int, counts: Counts) -> None:
    """Write what became of the records of a feed."""
    connection.execute(
        "UPDATE feed SET rows=?, new=?, changed=?, unchanged=?, vanished=?, reappeared=?, duplicates=?,"
        " filtered=?, quarantined=? WHERE feed_id=?",
        (
            counts.rows,
            counts.new,
            counts.changed,
            counts.unchanged,
            counts.vanished,
            counts.reappeared,
            counts.duplicates,
            counts.filtered,
            counts.quarantined,
            feed_id,
        ),
    )
