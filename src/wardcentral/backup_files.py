"""Copies on disk: folders of files that appear whole or not at all, with a signed list of what is in them.

    FOLDER/000001/manifest.json   what is in this copy, with the SHA-256 of every file
    FOLDER/000001/manifest.sig    the service's signature over manifest.json (128 hexadecimal digits)
    FOLDER/000001/WARD.log        frames: 4 bytes of length, then MessagePack

A copy names the hash of the manifest before it, so that none can be left out of the middle. What is kept is
sealed already (protocol 4.15), but it shows who wrote when: folders are 0700, files 0600.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from wardproto.signing import Signing
from wardproto.wire import signed_bytes

FORMAT = "wardcentral-backup/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MAX_FRAME = 8 * 1024 * 1024
"""Bytes of one frame: a record with its body and its wraps is far below."""
_LENGTH = 4
_CHUNK = 1024 * 1024


class BackupError(Exception):
    """A copy cannot be made or used; ``code`` names why, ``detail`` is a file, a ward or a number."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class FileOf(msgspec.Struct, frozen=True):
    """One file of a copy."""

    name: str
    bytes: int
    sha256: str


class WardOf(msgspec.Struct, frozen=True):
    """What a copy holds of one ward's log.

    The numbers ``first`` to ``last`` (none where first > last), the time of receipt of the last (ms) and its
    stream head, a digest over all entries from the first of the log on, which the next copy goes on from, and the
    root of the ward's tree there (as in a checkpoint; empty where an older program wrote the log).
    """

    ward: str
    first: int
    last: int
    recv_ms: int
    head: str
    chain: str
    root: str = ""
    refusals: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """What a copy is: ``kind`` is log or keys; ``before`` the hash of the manifest it goes on from."""

    format: str
    kind: str
    number: int
    before: str
    made_ms: int
    software: str
    server_key: str
    wards: tuple[WardOf, ...]
    files: tuple[FileOf, ...]


class Copy:
    """A copy that was read back: its folder, its manifest and the hash of that."""

    def __init__(self, path: Path, manifest: Manifest, name: str) -> None:
        self.path = path
        self.manifest = manifest
        self.name = name

    def has(self, file: str) -> bool:
        """Whether the copy has this file."""
        return any(held.name == file for held in self.manifest.files)

    def frames(self, file: str) -> Iterator[bytes]:
        """The frames of a file in order; BackupError("damaged") where one is cut off."""
        with (self.path / file).open("rb") as source:
            while head := source.read(_LENGTH):
                length = int.from_bytes(head, "big")
                frame = source.read(length) if length <= MAX_FRAME else b""
                if len(head) != _LENGTH or len(frame) != length:
                    raise BackupError("damaged", file)
                yield frame

    def check_files(self) -> None:
        """Compare every file with its hash; BackupError("damaged")."""
        for held in self.manifest.files:
            path = self.path / held.name
            if Path(held.name).name != held.name or not path.is_file() or path.stat().st_size != held.bytes:
                raise BackupError("damaged", f"{self.path.name}/{held.name}")
            if _hash_of(path) != held.sha256:
                raise BackupError("damaged", f"{self.path.name}/{held.name}")


class Writer:
    """A copy that is being written. It gets its name only when everything in it is on the disk."""

    def __init__(self, folder: Path, number: int) -> None:
        """Begin; what a run that was cut off left behind is removed. Hold the folder's lock."""
        self._folder = folder
        self._number = number
        for rest in folder.glob(".part-*"):
            shutil.rmtree(rest)
        self._part = folder / f".part-{number:06}"
        self._part.mkdir(mode=0o700)
        self._files: list[FileOf] = []

    def write(self, file: str, frames: Iterator[bytes]) -> int:
        """Write a file of frames and return how many; a file without frames is not made."""
        count = 0
        path = self._part / file
        with _create(path) as target:
            for frame in frames:
                target.write(len(frame).to_bytes(_LENGTH, "big") + frame)
                count += 1
            _to_disk(target)
        if count:
            self._files.append(FileOf(file, path.stat().st_size, _hash_of(path)))
        else:
            path.unlink()
        return count

    @property
    def files(self) -> tuple[FileOf, ...]:
        """The files so far."""
        return tuple(self._files)

    def finish(self, manifest: Manifest, signing: Signing, secret: bytes) -> Path:
        """Write the manifest and its signature, and give the copy its name."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        with _create(self._part / MANIFEST) as target:
            target.write(text)
            _to_disk(target)
        with _create(self._part / SIGNATURE) as target:
            target.write(signing.sign(secret, signed_bytes("backup", text)).hex().encode())
            _to_disk(target)
        _folder_to_disk(self._part)
        done = self._folder / f"{self._number:06}"
        self._part.rename(done)
        _folder_to_disk(self._folder)
        return done

    def give_up(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self._part, ignore_errors=True)


def copies(folder: Path, kind: str, signing: Signing, public: bytes) -> list[Copy]:
    """Return the copies in a folder, by number; BackupError where one is not what this service wrote.

    ``not_ours``: no signature of this key; ``damaged``: a manifest that cannot be read or does not go on
    from the one before. The files themselves are compared by ``check_files``.
    """
    found: list[Copy] = []
    names = sorted(path for path in folder.iterdir() if path.is_dir() and path.name.isdigit())
    for path in names:
        read = _read(path, signing, public)
        if read.manifest.kind != kind or read.manifest.number != int(path.name):
            raise BackupError("damaged", path.name)
        if found and read.manifest.before and read.manifest.before != found[-1].name:
            raise BackupError("gap", path.name)
        found.append(read)
    return found


def _read(path: Path, signing: Signing, public: bytes) -> Copy:
    try:
        text = (path / MANIFEST).read_bytes()
        signature = bytes.fromhex((path / SIGNATURE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise BackupError("damaged", path.name) from None
    if not signing.verify(public, signed_bytes("backup", text), signature):
        raise BackupError("not_ours", path.name)
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError:
        raise BackupError("damaged", path.name) from None
    if manifest.format != FORMAT:
        raise BackupError("newer", path.name)
    return Copy(path, manifest, sha256(text).hexdigest())


def make_folder(folder: Path) -> None:
    """Make a folder for copies, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def remove(copy: Copy, folder: Path) -> None:
    """Remove a copy: from its name first, so that it is never there in part."""
    gone = folder / f".part-{copy.path.name}"
    copy.path.rename(gone)
    _folder_to_disk(folder)
    shutil.rmtree(gone)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
    )


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    # Windows can neither open nor flush a folder.
    with suppress(OSError, AttributeError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _hash_of(path: Path) -> str:
    state = sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
