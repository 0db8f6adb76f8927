"""What somebody does who took a service's machine: read every table, every file, every byte, in every way."""

import base64
import hashlib
import shutil
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from tests.planted import LEAST, forms

Column = tuple[str, str]
"""Table and column."""
HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "sha3_256")
LEAST_BYTES = 6
"""Bytes of a form from which on it is no coincidence in megabytes of ciphertext."""
LEAST_COMPRESSED = 128
"""Bytes from which on it shows whether something is ciphertext: shorter ones do not compress anyway."""
PAGES = ("utf-8", "utf-16le", "utf-16be", "cp932", "euc-jp")
"""Forms looked for in raw pages: the other forms are looked for in what the tables hold."""

NARROW = {
    unicodedata.normalize("NFKC", chr(code) + mark): chr(code) + mark
    for mark in ("ﾟ", "ﾞ", "")
    for code in range(0xFF66, 0xFF9E)
    if len(unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}
"""Katakana and its half-width writing."""


@dataclass(frozen=True)
class Value:
    """One value of one row."""

    column: Column
    value: bytes | str | int | None

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return self.value if isinstance(self.value, bytes) else str(self.value).encode()


@dataclass(frozen=True)
class Loot:
    """What was taken: the columns of all tables, all values, and the folders they lie in."""

    columns: frozenset[Column]
    values: tuple[Value, ...]
    folders: tuple[Path, ...]

    def of(self, table: str, column: str) -> list[Any]:
        """Return the values of a column."""
        return [value.value for value in self.values if value.column == (table, column)]


def take_sqlite(database: Path, aside: Path) -> Loot:
    """Read a database as it lies there, its WAL included; what is read is a copy, so that the files stay as they are."""
    aside.mkdir()
    for path in database.parent.glob(f"{database.name}*"):
        shutil.copy(path, aside)
    connection = sqlite3.connect(aside / database.name)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [read(table, connection.execute(f'SELECT * FROM "{table}"')) for table in tables]  # noqa: S608
    connection.close()
    return loot(found, (database.parent,))


def take_postgres(owner: str) -> Loot:
    """Read every table of a database, and make the server write all that it holds to its files."""
    with psycopg.connect(owner, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition"
            " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        found = []
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            found.append(read(table, rows))
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        where = Path(connection.info.host)
    data = where / "data"
    mine = tuple(path for path in data.iterdir() if path.name != "base") if data.is_dir() else ()
    return loot(found, (*mine, data / "base" / str(row[0]), where / "log") if mine else ())


def read(table: str, cursor: Any) -> tuple[frozenset[Column], list[Value]]:
    """Return the columns and the values of a table."""
    names = [column[0] for column in cursor.description]
    values = [Value((table, name), value) for row in cursor for name, value in zip(names, row, strict=True)]
    return frozenset((table, name) for name in names), values


def loot(found: Iterable[tuple[frozenset[Column], list[Value]]], folders: tuple[Path, ...]) -> Loot:
    """Put together what was read."""
    parts = list(found)
    columns = frozenset(column for some, _ in parts for column in some)
    return Loot(columns, tuple(value for _, values in parts for value in values), folders)


# --- looking


def variants(needle: str) -> set[str]:
    """Return the ways of writing a word: normal forms, kana, width, case; none so short that chance writes it."""
    written = {needle, needle.upper(), needle.lower()}
    written |= {turn(word) for turn in (hiragana, katakana) for word in (*written,)}
    written |= {turn(word) for turn in (narrow, wide) for word in (*written,)}
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        written |= {unicodedata.normalize(form, word) for word in (*written,)}
    return {word for word in written if len(word.encode()) >= LEAST}


def hiragana(text: str) -> str:
    """Return katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def katakana(text: str) -> str:
    """Return hiragana as katakana."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def narrow(text: str) -> str:
    """Return katakana in half width."""
    return "".join(NARROW.get(c, c) for c in unicodedata.normalize("NFC", text))


def wide(text: str) -> str:
    """Return ASCII in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def patterns(needle: str) -> dict[bytes, str]:
    """Return every byte form of a word, its common hashes among them, and what each is."""
    made: dict[bytes, str] = {}
    for word in variants(needle):
        for name, pattern in forms(word).items():
            if len(pattern) < LEAST_BYTES:
                continue  # half-width kana are one byte each in cp932: three bytes stand in any ciphertext by chance
            made.setdefault(pattern, f"{word} as {name}")
        for name in HASHES:
            digest = hashlib.new(name, word.encode()).digest()
            # A stored digest may be cut; the first 12 bytes are no coincidence.
            for pattern in (digest[:12], digest.hex()[:24].encode(), base64.b64encode(digest)[:16]):
                made.setdefault(pattern, f"{name} of {word}")
    return made


def found_in(values: Iterable[Value], needles: Iterable[str]) -> list[str]:
    """Return where a word stands in values, as it is or under compression."""
    wanted = {pattern: what for needle in needles for pattern, what in patterns(needle).items()}
    seen: list[str] = []
    for value in values:
        for data in (value.data, *inflated(value.data)):
            seen += [f"{value.column}: {what}" for pattern, what in wanted.items() if pattern in data]
    return seen


def inflated(data: bytes) -> Iterator[bytes]:
    """Yield what compressed bytes stand for."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        try:
            yield zlib.decompress(data, wbits)
        except zlib.error:
            continue


def found_in_files(folders: Iterable[Path], needles: Iterable[str]) -> list[str]:
    """Return where a word stands in the bytes of files: tables, WAL, logs, whatever lies there."""
    wanted = {
        pattern: word
        for needle in needles
        for word in variants(needle)
        for name, pattern in forms(word).items()
        if name in PAGES and len(pattern) >= LEAST_BYTES
    }
    seen: list[str] = []
    for path in lying_in(folders):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            # A database that still runs clears its caches away; its tables and WAL stay.
            assert not path.name.isdigit(), path
            continue
        # The unwritten rest of a WAL segment is zeros.
        data = data.rstrip(b"\0")
        seen += [f"{path.name}: {word}" for pattern, word in wanted.items() if pattern in data]
    return seen


def lying_in(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the files in folders, of which some may go while one looks."""
    for folder in folders:
        assert folder.exists(), folder
        yield from (path for path in [folder, *folder.rglob("*")] if path.is_file())


def leaves(value: object) -> Iterator[bytes | str]:
    """Yield every byte string and text in a value, through each layer of MessagePack in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        inner = opened(value)
        if inner is None:
            yield value
        else:
            yield from leaves(inner)
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from leaves(key)
            yield from leaves(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from leaves(held)


def opened(data: bytes) -> object | None:
    """Return what bytes mean as MessagePack where they are a structure or a text; None for mere bytes."""
    try:
        value: object = msgspec.msgpack.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return value if isinstance(value, list | dict | str | bytes) else None


def compresses(data: bytes) -> bool:
    """Whether bytes are too regular for ciphertext."""
    return len(data) >= LEAST_COMPRESSED and len(zlib.compress(data, 9)) < len(data)
