"""What this PC knows of the openings feed: the newest one taken, chunks on their way, feeds refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wardclient.openings.store import Connection
from wardproto.feed import FeedManifest, listing_hash
from wardproto.wire import decode, open_envelope

MAX_ENVELOPE = 1 << 20


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest feed taken or published here. ``number`` 0: none yet."""

    number: int = 0
    hash: bytes = b""
    envelope: bytes = b""
    taken_at: str = ""

    @property
    def manifest(self) -> FeedManifest | None:
        """Its manifest, which was verified when it was taken."""
        if not self.envelope:
            return None
        return decode(open_envelope(self.envelope, "feed", MAX_ENVELOPE).payload, FeedManifest)


@dataclass(frozen=True, slots=True)
class Refused:
    """A feed that was set aside: why (FeedWrongError.code) and when."""

    code: str
    refused_at: str


def mark(connection: Connection) -> Mark:
    """Return the newest feed taken or published here."""
    row = connection.execute("SELECT number, hash, envelope, taken_at FROM feed_mark").fetchone()
    return Mark() if row is None else Mark(*row)


def set_mark(
    connection: Connection, manifest: FeedManifest, name: bytes, envelope: bytes, at: datetime
) -> None:
    """Say which feed ``feed_row`` now holds; its chunks and what was refused before are done with."""
    connection.execute(
        "INSERT OR REPLACE INTO feed_mark VALUES (1,?,?,?,?)",
        (manifest.number, name, envelope, at.isoformat()),
    )
    connection.execute("DELETE FROM feed_chunk")
    connection.execute("DELETE FROM feed_refused")


def kept_chunk(connection: Connection, name: bytes) -> bytes | None:
    """Return the bytes of a chunk that has arrived."""
    row = connection.execute("SELECT packed FROM feed_chunk WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def keep_chunk(connection: Connection, name: bytes, packed: bytes) -> None:
    """Keep a chunk until the feed is taken: a connection that is cut costs one chunk at most."""
    connection.execute("INSERT OR REPLACE INTO feed_chunk VALUES (?,?)", (name, packed))


def drop_chunks(connection: Connection) -> None:
    """Forget the chunks of a feed that will not be taken."""
    connection.execute("DELETE FROM feed_chunk")


def refused(connection: Connection, name: bytes | None = None) -> Refused | None:
    """Return why a feed was set aside; without ``name`` the newest of all that were."""
    row = connection.execute(
        "SELECT code, refused_at FROM feed_refused WHERE ?1 IS NULL OR hash = ?1 ORDER BY refused_at DESC",
        (name,),
    ).fetchone()
    return None if row is None else Refused(*row)


def set_aside(connection: Connection, name: bytes, code: str, at: datetime, envelope: bytes) -> None:
    """Set a feed aside with its signed bytes: evidence, and not asked for again."""
    connection.execute(
        "INSERT OR REPLACE INTO feed_refused VALUES (?,?,?,?)", (name, code, at.isoformat(), envelope)
    )


def listing(connection: Connection) -> tuple[int, bytes]:
    """Return how many openings the feed lists, and the hash over their numbers."""
    return _hashed(connection.execute("SELECT number FROM feed_row ORDER BY number"))


def listing_here(connection: Connection, set_code: str) -> tuple[int, bytes]:
    """Return the same of what a publication of now would list."""
    return _hashed(
        connection.execute(
            "SELECT number FROM opening WHERE set_code = ? AND listed = 1 ORDER BY number", (set_code,)
        )
    )


def newest_file(connection: Connection) -> tuple[str, str] | None:
    """Return (set, ISO date) of the newest file taken in here, None before the first."""
    row = connection.execute(
        "SELECT set_code, file_date FROM feed ORDER BY file_date DESC, feed_id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def _hashed(rows: Iterable[tuple[int]]) -> tuple[int, bytes]:
    numbers = bytearray()
    for (number,) in rows:
        numbers += int(number).to_bytes(8, "big")
    return len(numbers) // 8, listing_hash(bytes(numbers))
