"""One file against what is stored: what is new, changed, unchanged, vanished, set aside.

Works batch by batch inside the caller's transaction; memory holds one batch and one bit for
each sheet in force.
"""

import json
from collections.abc import Iterator
from hashlib import sha256

from wardclient.openings import values
from wardclient.openings.columns import Layout
from wardclient.openings.derive import MORE, Derived, Deriver, RowRefusedError, pack
from wardclient.openings.feeds import layout_id_of, open_feed, refuse_older_file, write_figures
from wardclient.openings.names import Names
from wardclient.openings.problems import FileRefusedError, Problem, row_problem
from wardclient.openings.reader import ENCODING, Aside, Batch, Record, cells_of, one_record
from wardclient.openings.report import PROBLEMS_SHOWN, Counts, ImportOptions
from wardclient.openings.store import DOCID_DAY, Connection, progress

DIGEST_BYTES = 16
NUMBER_WITHIN = 64
BAD_ROWS_ALLOWED = 1000
SHRINK_ALLOWED = 0.5
SMALL_SET = 1000
"""A set of fewer openings may shrink as it likes."""


_Stored = tuple[int, int, bytes, int, str]
"""An opening as stored: docid, sheet, digest, listed, set."""


class Difference:
    """One file on its way in. Lives inside the caller's transaction."""

    def __init__(self, connection: Connection, layout: Layout | None, options: ImportOptions) -> None:
        """Begin with the records of a header; None when ``under`` will say which."""
        self._db = connection
        self._options = options
        self._names = Names(connection)
        refuse_older_file(connection, options)
        if layout is not None:
            self.under(layout)
        self._feed_id = open_feed(connection, options)
        self._first_sheet = progress(connection, "last_sheet") + 1
        self._next_sheet = self._first_sheet
        self._indexed = progress(connection, "indexed_sheet")
        self._seen = bytearray(self._first_sheet // 8 + 1)
        """One bit for each sheet that was in force before: whether this file still lists it."""
        self.counts = Counts()

    def under(self, layout: Layout) -> None:
        """Take what follows as records of this header: a feed may hold several."""
        self._layout = layout
        self._key_at = layout.places["opening_no"]
        self._derive = Deriver(layout, self._names)
        self._layout_id = layout_id_of(self._db, layout)
        self._salt = self._layout_id.to_bytes(4, "big")

    def take(self, batch: Batch) -> None:
        """Store one batch."""
        counts = self.counts
        counts.rows += len(batch.records) + len(batch.aside)
        for records, numbers in self._without_repeats(batch.records):
            self._take(records, numbers)
        self._set_aside(batch.aside)
        if counts.quarantined > BAD_ROWS_ALLOWED and counts.quarantined * 2 > counts.rows:
            raise FileRefusedError(_MOSTLY_DAMAGED)

    def _without_repeats(self, records: list[Record]) -> Iterator[tuple[list[Record], list[int | None]]]:
        """Cut a batch so that no part holds a number twice: the last one in the file has to win."""
        numbers = [self.number_of(record) for record in records]
        start = 0
        met: set[int] = set()
        for position, number in enumerate(numbers):
            if number is None:
                continue
            if number in met:
                yield records[start:position], numbers[start:position]
                start = position
                met.clear()
            met.add(number)
        yield records[start:], numbers[start:]

    def _take(self, records: list[Record], numbers: list[int | None]) -> None:
        fresh, known = self._compare(records, numbers)
        good, aside = cells_of(fresh, self._layout.width)
        rows: list[tuple[Record, Derived]] = []
        for record, cells in good:
            try:
                derived = self._derive(cells)
            except RowRefusedError as refused:
                aside.append(Aside(record, refused.code, refused.field))
                continue
            if derived.number not in known and not self._wanted(cells):
                self.counts.filtered += 1
            else:
                rows.append((record, derived))
        self._write(rows, known)
        self._set_aside(aside)

    def finish(self) -> None:
        """Mark what the file no longer lists and write the feed's figures."""
        self._mark_vanished()
        self.close()

    def close(self) -> None:
        """Write how far the sheets go, and the feed's figures."""
        self._db.execute("UPDATE progress SET value = ? WHERE name = 'last_sheet'", (self._next_sheet - 1,))
        write_figures(self._db, self._feed_id, self.counts)

    def _compare(
        self, records: list[Record], numbers: list[int | None]
    ) -> tuple[list[Record], dict[int, tuple[int, int]]]:
        """Return the records that differ from what is stored, and (docid, sheet) of the numbers stored.

        An unchanged record is recognised by its bytes and need not be decoded at all.
        """
        stored = {
            number: (docid, sheet, digest, listed, set_code)
            for number, docid, sheet, digest, listed, set_code in self._db.execute(
                "SELECT number, docid, sheet_id, digest, listed, set_code FROM opening"
                " WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps([number for number in numbers if number is not None]),),
            )
        }
        if not stored:
            return records, {}
        fresh: list[Record] = []
        unchanged: list[tuple[int, int]] = []
        for record, number in zip(records, numbers, strict=True):
            found = stored.get(number) if number is not None else None
            if found is None or found[2] != self._digest(record.raw):
                fresh.append(record)
            else:
                unchanged.append((found[0], found[1]))
        self._keep(unchanged, stored)
        return fresh, {number: (docid, sheet) for number, (docid, sheet, *_) in stored.items()}

    def _keep(self, unchanged: list[tuple[int, int]], stored: dict[int, _Stored]) -> None:
        here = self._options.set_code
        again = {docid for docid, _, _, listed, _ in stored.values() if not listed}
        elsewhere = {docid for docid, _, _, _, set_code in stored.values() if set_code != here}
        for docid, sheet in unchanged:
            if self._saw(sheet):
                self.counts.duplicates += 1
                continue
            self.counts.unchanged += 1
            self._see(sheet)
            if docid in again:
                self.counts.reappeared += 1
        changes = [(here, docid) for docid, _ in unchanged if docid in again or docid in elsewhere]
        if changes:
            self._db.executemany("UPDATE opening SET listed = 1, set_code = ? WHERE docid = ?", changes)

    def _write(self, rows: list[tuple[Record, Derived]], known: dict[int, tuple[int, int]]) -> None:
        openings: list[tuple[object, ...]] = []
        sheets: list[tuple[object, ...]] = []
        replaced: list[tuple[int, int, int, int]] = []
        options = self._options
        for record, derived in rows:
            number = derived.number
            sheet = self._next_sheet
            self._next_sheet += 1
            docid = derived.received * DOCID_DAY + sheet
            old = known.get(number)
            if old is not None:
                # The same day of receipt keeps its place in the order and in the search index.
                docid = old[0] if old[0] // DOCID_DAY == derived.received else docid
                replaced.append((number, old[0], old[1], docid))
            openings.append(
                (docid, number, sheet, self._digest(record.raw), options.set_code, 1, *derived.narrow)
            )
            packed = b"" if options.dry_run else pack(record.raw)
            sheets.append((sheet, docid, number, self._feed_id, self._layout_id, *derived.listed, packed))
        self._replace(replaced)
        self.counts.new += len(rows) - len(replaced)
        self._db.executemany(_INSERT_OPENING, openings)
        self._db.executemany(_INSERT_SHEET, sheets)

    def _replace(self, replaced: list[tuple[int, int, int, int]]) -> None:
        """Take the old form of each opening away; a pinned one keeps its old sheet."""
        if not replaced:
            return
        for _, docid, sheet, _ in replaced:
            if self._saw(sheet):
                self.counts.duplicates += 1
                continue
            self.counts.changed += 1
            self._see(sheet)
            listed = self._db.execute("SELECT listed FROM opening WHERE docid = ?", (docid,)).fetchone()[0]
            self.counts.reappeared += not listed
        self._db.executemany("DELETE FROM opening WHERE docid = ?", [(docid,) for _, docid, _, _ in replaced])
        moved = [(old,) for _, old, sheet, new in replaced if new != old and sheet <= self._indexed]
        self._db.executemany("DELETE FROM opening_text WHERE rowid = ?", moved)
        self._db.executemany(
            "INSERT INTO old_sheet SELECT ?, number FROM pinned WHERE number = ?",
            [(sheet, number) for number, _, sheet, _ in replaced],
        )
        self._db.executemany(
            "DELETE FROM sheet WHERE sheet_id = ? AND sheet_id NOT IN (SELECT sheet_id FROM old_sheet)",
            [(sheet,) for _, _, sheet, _ in replaced],
        )

    def _set_aside(self, aside: list[Aside]) -> None:
        if not aside:
            return
        rows = []
        for item in aside:
            record = item.record
            label = self._layout.label(item.field) if item.field else ""
            if len(self.counts.problems) < PROBLEMS_SHOWN:
                self.counts.problems.append(row_problem(item.code, record.row, record.line, label))
            rows.append((self._feed_id, record.row, record.line, item.code, label, record.raw))
            self._see_number(self.number_of(record))
        self.counts.quarantined += len(aside)
        self._db.executemany("INSERT INTO quarantine VALUES (?,?,?,?,?,?)", rows)

    def number_of(self, record: Record) -> int | None:
        """Return the opening number of a record, without decoding the rest where it stands first."""
        if self._key_at == 0:
            text = (
                record.raw[:NUMBER_WITHIN].split(b",", 1)[0].strip(b'" ').decode(ENCODING, errors="replace")
            )
        else:
            cells = one_record(record.raw, self._layout.width)
            text = "" if isinstance(cells, str) else cells[self._key_at]
        return values.opening_number(text)

    def _see_number(self, number: int | None) -> None:
        if number is not None:
            row = self._db.execute("SELECT sheet_id FROM opening WHERE number = ?", (number,)).fetchone()
            if row is not None:
                self._see(row[0])

    def _mark_vanished(self) -> None:
        listed = self._db.execute(
            "SELECT docid, sheet_id FROM opening WHERE listed = 1 AND set_code = ?", (self._options.set_code,)
        )
        before = 0
        gone = []
        for docid, sheet in listed:
            if sheet < self._first_sheet:
                before += 1
                if not self._saw(sheet):
                    gone.append((docid,))
        before += self.counts.changed
        if len(gone) > before * SHRINK_ALLOWED and before > SMALL_SET and not self._options.accept_shrink:
            raise FileRefusedError(_SHRUNK)
        self.counts.vanished = len(gone)
        self._db.executemany("UPDATE opening SET listed = 0 WHERE docid = ?", gone)

    def _wanted(self, cells: list[str]) -> bool:
        wanted = self._options.municipalities
        if not wanted:
            return True
        code, name = self._derive.municipality(cells)
        return code in wanted or code[:2] in wanted or name in wanted

    def _digest(self, raw: bytes) -> bytes:
        return sha256(self._salt + raw).digest()[:DIGEST_BYTES]

    def _saw(self, sheet: int) -> bool:
        return sheet >= self._first_sheet or bool(self._seen[sheet >> 3] & (1 << (sheet & 7)))

    def _see(self, sheet: int) -> None:
        if sheet < self._first_sheet:
            self._seen[sheet >> 3] |= 1 << (sheet & 7)


_INSERT_OPENING = f"INSERT INTO opening VALUES ({','.join('?' * (24 + len(MORE)))})"  # noqa: S608
_INSERT_SHEET = "INSERT INTO sheet VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"

_MOSTLY_DAMAGED = Problem(
    "",
    "mostly_damaged",
    "読めない行が半分を超えたため、取り込みをやめました。ファイルを取得し直してください。前の求人はそのままです。",
    "More than half of the rows cannot be read; nothing was imported. Fetch the file again.",
)
_SHRUNK = Problem(
    "",
    "shrunk",
    "前のファイルにあった求人の半分以上がこのファイルにありません。途中で切れたファイルでないか確かめてください。",
    "More than half of the openings known are missing from this file. It may be cut off.",
)
