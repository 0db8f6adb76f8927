"""Where the feeds of openings lie: chunks and manifests as files, one folder for each ward.

    feed/<ward>/<hash>.chunk
    feed/<ward>/<number>.manifest

Whoever makes a manifest's file first has that number: the link is made only where there is none, so
that several processes over one shared folder agree without a lock. What no longer belongs to the newest
manifests goes when it is a day old, so that a reader under way and a publisher under way both finish.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from wardproto.feed import MAX_FEED, chunk_name

KEPT_MANIFESTS = 2
UNNAMED_SECONDS = 24 * 3600.0
"""How long a chunk lies without a manifest that names it."""
WARD_BYTES = 2 * MAX_FEED


class FeedFullError(Exception):
    """The ward has no room for more chunks."""


class FeedDiffersError(Exception):
    """A chunk is not what its name says."""


class FeedStore(Protocol):
    """What the endpoints need. Every call may be made from any thread."""

    def chunk(self, ward: bytes, name: bytes) -> bytes | None:
        """A chunk's bytes."""

    def missing(self, ward: bytes, names: Sequence[bytes]) -> tuple[bytes, ...]:
        """Those of the names that are not here."""

    def put_chunk(self, ward: bytes, name: bytes, packed: bytes) -> None:
        """Keep a chunk; FeedFullError."""

    def manifest(self, ward: bytes) -> bytes | None:
        """The newest manifest."""

    def put_manifest(self, ward: bytes, number: int, envelope: bytes, chunks: Sequence[bytes]) -> bool:
        """Make a manifest the newest one; False where that number, or a later one, is taken."""


class FeedFolder:
    """A feed store in a folder, which the processes of one installation may share."""

    def __init__(self, path: Path, ward_bytes: int = WARD_BYTES) -> None:
        """Nothing is made before the first chunk comes."""
        self._path = path
        self._ward_bytes = ward_bytes

    def chunk(self, ward: bytes, name: bytes) -> bytes | None:
        """A chunk's bytes."""
        return _read(self._chunk(ward, name))

    def missing(self, ward: bytes, names: Sequence[bytes]) -> tuple[bytes, ...]:
        """Those of the names that are not here; the others are as good as new again."""
        gone = []
        for name in names:
            try:
                # A chunk that a publisher counts on must not be cleared away before its manifest comes.
                os.utime(self._chunk(ward, name))
            except OSError:
                gone.append(name)
        return tuple(gone)

    def put_chunk(self, ward: bytes, name: bytes, packed: bytes) -> None:
        """Keep a chunk; FeedFullError."""
        place = self._chunk(ward, name)
        if place.exists():
            return
        held = sum(each.stat().st_size for each in self.place(ward).glob("*.chunk"))
        if held + len(packed) > self._ward_bytes:
            raise FeedFullError
        part = _written(place, packed)
        part.replace(place)

    def manifest(self, ward: bytes) -> bytes | None:
        """The newest manifest."""
        numbered = self._manifests(ward)
        return _read(numbered[-1]) if numbered else None

    def put_manifest(self, ward: bytes, number: int, envelope: bytes, chunks: Sequence[bytes]) -> bool:
        """Make a manifest the newest one; False where that number, or a later one, is taken."""
        place = self.place(ward) / f"{number:012d}.manifest"
        numbered = self._manifests(ward)
        if numbered and numbered[-1].name >= place.name:
            return False
        part = _written(place, envelope)
        try:
            os.link(part, place)
        except FileExistsError:
            return False
        finally:
            part.unlink(missing_ok=True)
        self._clear(ward, frozenset(name.hex() for name in chunks))
        return True

    def carry(self, ward: bytes, target: "FeedFolder") -> int:
        """Copy a ward's feed to another folder, manifests last; return how many files it has there.

        FeedDiffersError where a chunk that the newest manifest may name is not what its name says. Done again it copies
        what is missing. Nothing is written here while it runs.
        """
        here, there = self.place(ward), target.place(ward)
        if not here.exists() or (there.exists() and there.samefile(here)):
            return 0  # no feed, or one folder for all cells
        files = sorted([*here.glob("*.chunk"), *here.glob("*.manifest")])
        # What the target kept from an earlier stay would take room from what comes.
        for old in {*there.glob("*.chunk"), *there.glob("*.manifest")} - {
            there / each.name for each in files
        }:
            old.unlink(missing_ok=True)
        for each in sorted(files, key=lambda file: file.suffix):
            data = each.read_bytes()
            if each.suffix == ".chunk" and chunk_name(data).hex() != each.stem:
                raise FeedDiffersError
            if _read(there / each.name) != data:
                _written(there / each.name, data).replace(there / each.name)
        return len(files)

    def place(self, ward: bytes) -> Path:
        """Return the folder of a ward's feed."""
        return self._path / ward.hex()

    def _clear(self, ward: bytes, named: frozenset[str]) -> None:
        for old in self._manifests(ward)[:-KEPT_MANIFESTS]:
            old.unlink(missing_ok=True)
        before = time.time() - UNNAMED_SECONDS
        for each in self.place(ward).glob("*.chunk"):
            if each.stem not in named and each.stat().st_mtime < before:
                each.unlink(missing_ok=True)

    def _manifests(self, ward: bytes) -> list[Path]:
        return sorted(self.place(ward).glob("*.manifest"))

    def _chunk(self, ward: bytes, name: bytes) -> Path:
        return self.place(ward) / f"{name.hex()}.chunk"


def _written(place: Path, data: bytes) -> Path:
    """Write a file beside its place, on disk before it gets its name."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_name(f".{place.name}.{os.getpid()}.{time.monotonic_ns()}")
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return part


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
