"""Read an openings file as bytes: records, their cells, and what has to be set aside.

A record is cut out of the bytes before anything is decoded: in cp932 the bytes of ``"``,
``,`` and the line feed never occur inside a two-byte character, so an even number of
quotes means that a record is complete. A quote that is never closed would swallow the
rest of the file; the next line that begins like a record (an opening number and a comma)
ends it. A row with such a quote whose own text has line breaks is set aside in pieces; no
other row is lost with it. Memory depends on the batch, not on the file.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from wardclient.openings.columns import Layout, resolve
from wardclient.openings.problems import FileRefusedError, Problem

ENCODING = "cp932"
BATCH_RECORDS = 500
MAX_LINE = 1 << 20
MAX_JOINED_LINES = 200
KEPT_OF_A_LONG_LINE = 1 << 16

_RECORD_START = re.compile(
    rb'"?(?:\d|\x82[\x4f-\x58]){5}(?:-|\x81[\x5b-\x5d\x7c])(?:\d|\x82[\x4f-\x58]){1,8}"?,'
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Bytes that cp932 decoders pass through although no character stands there.
_NO_CHARACTER = ("\x80", "\xa0", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file, without its line end."""

    row: int
    line: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Aside:
    """A record set aside: why (problems.REASONS), in which column, and its raw bytes."""

    record: Record
    code: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to BATCH_RECORDS records, what was set aside among them, and how far the file is read."""

    records: list[Record]
    aside: list[Aside]
    bytes_read: int


class RecordReader:
    """Cuts a binary stream into records. The header is read at once, the rest while iterating."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._row = 1
        self._line = 1
        self._bytes = 0
        self.layout = self._read_header()

    def _read_header(self) -> Layout:
        raw = self._next_line()
        self._refuse_other_encodings(raw)
        try:
            text = raw.decode(ENCODING)
            cells = next(csv.reader([text], strict=True), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise FileRefusedError(_WRONG_FILE) from error
        if _suspicious(raw, [text]):
            raise FileRefusedError(_WRONG_FILE)
        return resolve(cells)

    def _refuse_other_encodings(self, raw: bytes) -> None:
        if not raw.strip():
            raise FileRefusedError(_EMPTY)
        if len(raw) >= MAX_LINE:
            raise FileRefusedError(_WRONG_FILE)
        if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or "求人".encode() in raw:
            raise FileRefusedError(_WRONG_ENCODING)

    def batches(self) -> Iterator[Batch]:
        """Yield the records in file order; the last batch may be empty."""
        records: list[Record] = []
        aside: list[Aside] = []
        for item in self._records():
            if isinstance(item, Record):
                records.append(item)
            else:
                aside.append(item)
            if len(records) + len(aside) >= BATCH_RECORDS:
                yield Batch(records, aside, self._bytes)
                records, aside = [], []
        yield Batch(records, aside, self._bytes)

    def _records(self) -> Iterator[Record | Aside]:
        line = self._next_line()
        while line:
            if len(line) >= MAX_LINE and not line.endswith(b"\n"):
                yield self._aside(line[:KEPT_OF_A_LONG_LINE], self._line - 1, "too_long")
                self._skip_line()
                line = self._next_line()
            elif line.count(b'"') & 1:
                item, line = self._joined(line)
                yield item
            else:
                if not line.isspace() and line != b"\x1a":
                    self._row += 1
                    yield Record(self._row, self._line - 1, line.rstrip(b"\r\n"))
                line = self._next_line()

    def _joined(self, first: bytes) -> tuple[Record | Aside, bytes]:
        """Return the record that begins with a line of odd quotes, and the line to go on with."""
        started = self._line - 1
        parts = [first]
        size = len(first)
        while True:
            line = self._next_line()
            if not line or _RECORD_START.match(line) or len(parts) >= MAX_JOINED_LINES or size >= MAX_LINE:
                raw = b"".join(parts)[:MAX_LINE].rstrip(b"\r\n")
                return self._aside(raw, started, "stray_quote"), line
            parts.append(line)
            size += len(line)
            if line.count(b'"') & 1:
                self._row += 1
                return Record(self._row, started, b"".join(parts).rstrip(b"\r\n")), self._next_line()

    def _aside(self, raw: bytes, line: int, code: str) -> Aside:
        self._row += 1
        return Aside(Record(self._row, line, raw), code)

    def _next_line(self) -> bytes:
        line = self._stream.readline(MAX_LINE)
        self._bytes += len(line)
        self._line += 1
        return line

    def _skip_line(self) -> None:
        while True:
            rest = self._stream.readline(MAX_LINE)
            self._bytes += len(rest)
            if not rest or rest.endswith(b"\n"):
                return


def cells_of(records: Sequence[Record], width: int) -> tuple[list[tuple[Record, list[str]]], list[Aside]]:
    """Return the cells of each record, and the records that cannot be read with the reason.

    A batch without damage is decoded and split in one go; one bad record sends its batch
    through the slow path that finds out which it was.
    """
    try:
        texts = [record.raw.decode(ENCODING) for record in records]
        if not _suspicious(b"\n".join([record.raw for record in records]), texts):
            rows = list(csv.reader(texts, strict=True))
            if len(rows) == len(records) and all(len(row) == width for row in rows):
                return list(zip(records, rows, strict=True)), []
    except (UnicodeDecodeError, csv.Error):
        pass
    good: list[tuple[Record, list[str]]] = []
    aside: list[Aside] = []
    for record in records:
        result = one_record(record.raw, width)
        if isinstance(result, str):
            aside.append(Aside(record, result))
        else:
            good.append((record, result))
    return good, aside


def one_record(raw: bytes, width: int) -> list[str] | str:
    """Return the cells of one record, or the reason code why it has none."""
    try:
        text = raw.decode(ENCODING)
    except UnicodeDecodeError:
        return "bad_bytes"
    if _CONTROL.search(raw):
        return "control"
    if any(character in text for character in _NO_CHARACTER):
        return "bad_bytes"
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return "bad_quotes"
    if len(rows) != 1 or len(rows[0]) != width:
        return "column_count"
    return rows[0]


def _suspicious(raw: bytes, texts: list[str]) -> bool:
    whole = "".join(texts)
    return _CONTROL.search(raw) is not None or any(character in whole for character in _NO_CHARACTER)


_EMPTY = Problem(
    "", "empty_file", "ファイルが空です。取得し直してください。", "The file is empty. Fetch it again."
)
_WRONG_ENCODING = Problem(
    "",
    "wrong_encoding",
    "文字コードが違います。求人情報のファイルはWindows-31J(cp932)です。保存し直していない元のファイルを選んでください。",
    "Wrong encoding: the openings file is cp932. Choose the original file, not a re-saved copy.",
)
_WRONG_FILE = Problem(
    "",
    "not_openings_file",
    "求人情報のファイルとして読めません。元のファイルか確かめてください。",
    "This cannot be read as an openings file. Check that it is the original.",
)
