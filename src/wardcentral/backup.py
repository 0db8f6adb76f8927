"""Back up what the service keeps, while it serves: the log on one side, the key box on the other.

A log only grows, and an entry never changes: what stands before a number that was committed is the same whenever
it is read. So a copy takes each ward's end first and then reads up to it. It locks nothing, holds no
transaction open, and is consistent on every store, because no record speaks of two wards.

A folder of copies is one chain: the first holds everything, each of the others only what came since (records,
refusals), so the command may run every minute. A copy of the log holds the wraps' hashes, never a wrap:
those are in ``keybox``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from wardcentral.backup_files import (
    FORMAT,
    BackupError,
    Copy,
    Manifest,
    WardOf,
    Writer,
    copies,
    make_folder,
)
from wardcentral.folder import Folder
from wardcentral.keybox import write_keys
from wardcentral.store import Reader, Stored
from wardproto.records import Entry
from wardproto.signing import Signing
from wardproto.wire import MalformedError, decode, digest, encode

NOTHING = WardOf("", 1, 0, 0, "", "")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a run wrote: the number of its copy of the log (the last one's where nothing was new)."""

    number: int
    wards: int
    entries: int
    refusals: int
    wraps: int
    keys_removed: int


class Rest(msgspec.Struct, frozen=True, array_like=True):
    """What of a ward is not in its log: where it lives, and who waits to join (invite, request, until_ms)."""

    state: str
    address: str
    waiting: tuple[tuple[bytes, bytes, int], ...]


class LogArchive:
    """The copies of the log in a folder."""

    def __init__(self, folder: Path, signing: Signing, public: bytes) -> None:
        """Read the manifests; BackupError where one is missing or is not this service's."""
        self.copies: Sequence[Copy] = copies(folder, "log", signing, public) if folder.is_dir() else []
        if self.copies and (self.copies[0].manifest.number != 1 or self.copies[0].manifest.before):
            raise BackupError("gap", "000001")

    def ends(self) -> Mapping[bytes, WardOf]:
        """What the chain holds of each ward: the last word on it."""
        return {bytes.fromhex(ward.ward): ward for copy in self.copies for ward in copy.manifest.wards}

    def check_files(self) -> None:
        """Compare every file with its hash."""
        for copy in self.copies:
            copy.check_files()

    def records(self, ward: bytes) -> Iterator[Stored]:
        """A ward's records in order."""
        for frame in self._frames(ward, "log"):
            try:
                entry, record, body, hashes = decode(frame, tuple[Entry, bytes, bytes, tuple[bytes, ...]])
            except MalformedError:
                raise BackupError("damaged", ward.hex()) from None
            yield Stored(entry, record, body, hashes)

    def refusals(self, ward: bytes) -> Iterator[tuple[bytes, str, bytes]]:
        """A ward's refusals."""
        for frame in self._frames(ward, "refused"):
            try:
                yield decode(frame, tuple[bytes, str, bytes])
            except MalformedError:
                raise BackupError("damaged", ward.hex()) from None

    def rest(self, ward: bytes) -> Rest:
        """What is not in the log, as of the last copy that speaks of it."""
        found = b""
        for found in self._frames(ward, "rest"):  # noqa: B007 - the last one counts
            pass
        try:
            return decode(found, Rest)
        except MalformedError:
            raise BackupError("damaged", ward.hex()) from None

    def _frames(self, ward: bytes, kind: str) -> Iterator[bytes]:
        name = f"{ward.hex()}.{kind}"
        for copy in self.copies:
            if copy.has(name):
                yield from copy.frames(name)


def chain(before: str, entry: Entry) -> str:
    """Return the digest over all entries up to this one."""
    return digest("backup", bytes.fromhex(before), encode(entry)).hex()


def back_up(
    reader: Reader,
    log: Path,
    keys: Path,
    signing: Signing,
    secret: bytes,
    *,
    now_ms: int,
    software: str,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> BackedUp:
    """Add what is new to both folders; BackupError, FolderError("in_use") or DamagedError.

    ``progress`` is told how many records of how many are written; an exception of its own ends the run, and
    nothing of it stays. ``same_folder``: wraps must not lie with the log. ``other_log`` or ``behind``: the store
    is not the one that these copies are of, or lost entries that they hold: nothing is written.
    """
    if log.resolve() == keys.resolve() or keys.resolve() in log.resolve().parents:
        raise BackupError("same_folder")
    if log.resolve() in keys.resolve().parents:
        raise BackupError("same_folder")
    make_folder(log)
    make_folder(keys)
    with Folder(log).held(), Folder(keys).held():
        archive = LogArchive(log, signing, signing.public(secret))
        before = archive.ends()
        ends = _ends(reader)
        for ward, held in before.items():
            _goes_on(reader, ward, ends.get(ward, 0), held)
        new = sum(last - before.get(ward, NOTHING).last for ward, last in ends.items())
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            progress(min(done // 2, new), new)

        kept = write_keys(reader, ends, keys, signing, secret, now_ms=now_ms, software=software, tick=tick)
        run = _Run(reader, archive, before, tick)
        number, refusals = run.write(log, ends, signing, secret, now_ms, software)
        return BackedUp(number, len(ends), new, refusals, kept.wraps, kept.removed)


def _ends(reader: Reader) -> dict[bytes, int]:
    """Where each ward ends now; one that is only being copied to this cell is its source's to back up."""
    ends = {}
    for ward in reader.wards():
        head = reader.ward_head(ward)
        if head is not None and reader.placement(ward).state != "incoming":
            ends[ward] = head.wseq
    return ends


def _goes_on(reader: Reader, ward: bytes, end: int, held: WardOf) -> None:
    """Check that the store still holds the entry at which the copies end."""
    if end < held.last:
        raise BackupError("behind", f"{held.ward[:8]} {end} < {held.last}")
    stored = reader.record(ward, held.last)
    if stored is None or (stored.entry.recv_ms, stored.entry.head.hex()) != (held.recv_ms, held.head):
        raise BackupError("other_log", held.ward[:8])


class _Run:
    """One copy of the log."""

    def __init__(
        self, reader: Reader, archive: LogArchive, before: Mapping[bytes, WardOf], tick: Callable[[], None]
    ) -> None:
        self._reader = reader
        self._archive = archive
        self._before = before
        self._tick = tick
        self._last_ms = 0
        self._head = self._chain = ""

    def write(
        self,
        folder: Path,
        ends: Mapping[bytes, int],
        signing: Signing,
        secret: bytes,
        now_ms: int,
        software: str,
    ) -> tuple[int, int]:
        """Write it; return its number and how many refusals it holds. Nothing new: the last number."""
        held = self._archive.copies
        number = len(held) + 1
        writer = Writer(folder, number)
        try:
            wards = [self._ward(writer, ward, last) for ward, last in ends.items()]
            if held and not writer.files:
                writer.give_up()
                return number - 1, 0
            manifest = Manifest(
                format=FORMAT,
                kind="log",
                number=number,
                before=held[-1].name if held else "",
                made_ms=now_ms,
                software=software,
                server_key=signing.public(secret).hex(),
                wards=tuple(wards),
                files=writer.files,
            )
            writer.finish(manifest, signing, secret)
        except BaseException:
            writer.give_up()
            raise
        return number, sum(ward.refusals for ward in wards)

    def _ward(self, writer: Writer, ward: bytes, last: int) -> WardOf:
        held = self._before.get(ward, NOTHING)
        name = ward.hex()
        self._chain, self._last_ms, self._head = held.chain, held.recv_ms, held.head
        writer.write(f"{name}.log", self._records(ward, held.last, last))
        known = {refused for refused, _, _ in self._archive.refusals(ward)} if held.ward else set()
        new = (encode(refusal) for refusal in self._reader.refusals(ward) if refusal[0] not in known)
        refusals = writer.write(f"{name}.refused", new)
        placement = self._reader.placement(ward)
        rest = Rest(placement.state, placement.address, tuple(self._reader.join_requests(ward)))
        if not held.ward or self._archive.rest(ward) != rest:
            writer.write(f"{name}.rest", iter((encode(rest),)))
        return WardOf(
            name,
            held.last + 1,
            last,
            self._last_ms,
            self._head,
            self._chain,
            self._root(ward, last),
            refusals,
        )

    def _root(self, ward: bytes, last: int) -> str:
        """The root at the copy's end, where the log has not grown past it since."""
        head = self._reader.ward_head(ward)
        return head.root.hex() if head is not None and head.wseq == last else ""

    def _records(self, ward: bytes, after: int, last: int) -> Iterator[bytes]:
        expected = after
        for stored in self._reader.records(ward, after):
            entry = stored.entry
            if entry.wseq > last:
                break
            expected += 1
            if entry.wseq != expected:
                raise BackupError("changed", ward.hex()[:8])
            self._chain = chain(self._chain, entry)
            self._last_ms, self._head = entry.recv_ms, entry.head.hex()
            self._tick()
            yield encode((entry, stored.record, stored.body, stored.wrap_hashes))
        if expected != last:
            # The ward was taken away meanwhile.
            raise BackupError("changed", ward.hex()[:8])


__all__ = ["BackedUp", "LogArchive", "Rest", "back_up", "chain"]
