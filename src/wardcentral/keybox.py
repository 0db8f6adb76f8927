"""Copies of the key box (鍵箱): the wraps, apart from the copies of the log, and for 35 days at most.

A wrap is a stream's or a team's key, sealed for one device. Whoever destroys a wrap makes what it opened
unreadable; a copy that keeps wraps for ever would undo that (protocol 4.13). So the log's copies, which are
kept as long as one likes, hold no wrap, and these are thrown away: a day's first copy holds everything, the others
what came since, and a whole day's copies go before the first of them is 35 days old.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from wardcentral.backup_files import FORMAT, BackupError, Copy, Manifest, WardOf, Writer, copies, remove
from wardcentral.store import DamagedError, Reader
from wardproto.signing import Signing
from wardproto.wire import MalformedError, decode, encode, wrap_hash

DAY_MS = 86_400_000
RETENTION_DAYS = 35
"""Protocol 4.13: 鍵箱の控えは 35 日まで."""
WHOLE_MS = DAY_MS
"""After so long the next copy holds everything again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run did: wraps written, copies that were too old and are gone."""

    wraps: int
    removed: int


def write_keys(
    reader: Reader,
    upto: Mapping[bytes, int],
    folder: Path,
    signing: Signing,
    secret: bytes,
    *,
    now_ms: int,
    software: str,
    tick: Callable[[], None] = lambda: None,
) -> Kept:
    """Copy the wraps of each ward's records up to a number, then drop what is too old.

    The new copy comes first: a service that was not backed up for 35 days is never left without keys.
    DamagedError where a wrap is missing or not the one that its record names.
    """
    public = signing.public(secret)
    held = copies(folder, "keys", signing, public)
    generation = _generation(held)
    whole = not generation or now_ms - generation[0].manifest.made_ms >= WHOLE_MS
    done = {} if whole else {bytes.fromhex(ward.ward): ward.last for ward in generation[-1].manifest.wards}
    if any(done.get(ward, 0) > last for ward, last in upto.items()):
        raise BackupError("behind")
    number = held[-1].manifest.number + 1 if held else 1
    count = 0
    if whole or any(done.get(ward, 0) < last for ward, last in upto.items()):
        writer = Writer(folder, number)
        try:
            wards = []
            for ward, last in upto.items():
                after = done.get(ward, 0)
                count += writer.write(f"{ward.hex()}.keys", _frames(reader, ward, after, last, tick))
                wards.append(WardOf(ward.hex(), after + 1, last, 0, "", ""))
            manifest = Manifest(
                format=FORMAT,
                kind="keys",
                number=number,
                before="" if whole else held[-1].name,
                made_ms=now_ms,
                software=software,
                server_key=public.hex(),
                wards=tuple(wards),
                files=writer.files,
            )
            writer.finish(manifest, signing, secret)
        except BaseException:
            writer.give_up()
            raise
    return Kept(count, _drop_old(copies(folder, "keys", signing, public), folder, now_ms))


def _frames(reader: Reader, ward: bytes, after: int, last: int, tick: Callable[[], None]) -> Iterator[bytes]:
    for stored in reader.records(ward, after):
        if stored.entry.wseq > last:
            break
        tick()
        if not stored.wrap_hashes:
            continue
        wraps = reader.wraps(ward, stored.entry.wseq)
        if tuple(wrap_hash(wrap) for wrap in wraps) != stored.wrap_hashes:
            raise DamagedError
        yield encode((stored.entry.wseq, wraps))


def _generation(held: list[Copy]) -> list[Copy]:
    """The last copy that holds everything, and those that go on from it."""
    starts = [at for at, copy in enumerate(held) if not copy.manifest.before]
    return held[starts[-1] :] if starts else []


def _drop_old(held: list[Copy], folder: Path, now_ms: int) -> int:
    """Drop every generation whose first copy would be 35 days old before the next day's copy is made."""
    newest = _generation(held)
    keep = len(held) - len(newest)
    starts = [at for at, copy in enumerate(held[:keep]) if not copy.manifest.before]
    gone = 0
    for start, end in pairwise([*starts, keep]):
        if now_ms - held[start].manifest.made_ms > (RETENTION_DAYS - 1) * DAY_MS:
            # The later ones first: what is cut off in the middle is still a whole beginning.
            for copy in reversed(held[start:end]):
                remove(copy, folder)
                gone += 1
    return gone


class Keys:
    """The newest copy of the key box."""

    def __init__(self, folder: Path, signing: Signing, public: bytes) -> None:
        """Open it and compare every file with its hash; BackupError("no_keys") where there is none."""
        held = copies(folder, "keys", signing, public) if folder.is_dir() else []
        self._copies = _generation(held)
        if not self._copies:
            raise BackupError("no_keys")
        for copy in self._copies:
            copy.check_files()

    @property
    def made_ms(self) -> int:
        """When the newest was made."""
        return self._copies[-1].manifest.made_ms

    def wraps(self, ward: bytes) -> "WardKeys":
        """The wraps of a ward, to be asked for in the order of the log."""
        return WardKeys(self._of(ward))

    def _of(self, ward: bytes) -> Iterator[tuple[int, tuple[bytes, ...]]]:
        name = f"{ward.hex()}.keys"
        for copy in self._copies:
            if copy.has(name):
                for frame in copy.frames(name):
                    try:
                        yield decode(frame, tuple[int, tuple[bytes, ...]])
                    except MalformedError:
                        raise BackupError("damaged", name) from None


class WardKeys:
    """The wraps of one ward, read as the log is read: never all in memory."""

    def __init__(self, frames: Iterator[tuple[int, tuple[bytes, ...]]]) -> None:
        self._frames = frames
        self._next = next(frames, None)

    def at(self, wseq: int) -> tuple[bytes, ...]:
        """Return the wraps of a record; numbers are asked for in rising order. Empty where there are none."""
        while self._next is not None and self._next[0] < wseq:
            self._next = next(self._frames, None)
        return self._next[1] if self._next is not None and self._next[0] == wseq else ()
