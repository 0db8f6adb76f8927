"""Restore notices (復旧通知): that a log was put back from copies is said, signed, and never taken away.

A client that holds receipts beyond a restored log sees numbers go back. Without a notice that is the same
sight as a service that hides entries; with one, the ward's people know when it was, to which number the log was
put back, and whom to ask. The notice proves nothing away: whoever holds a receipt for a lost entry still holds it.

It lies in the data folder where the restore was made, for the operator; where several processes serve one database it is in
its table restore_notice as well, so that each of them tells it. One file a ward and restore:
``restored/WARD-NUMBER-TIME`` holds the signed bytes as they would be sent, and ``….opened`` beside it the time (ms) at
which the operator let the ward be written again.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wardcentral.restore import Restored
from wardproto.messages import MAX_NOTICES
from wardproto.restored import CONTEXT, RestoredLog, read_notice
from wardproto.signing import Signing, seal_envelope
from wardproto.wire import encode


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept: what it says, the bytes that are signed, when the ward was opened (0: not yet)."""

    log: RestoredLog
    signed: bytes
    opened_ms: int


def write_notices(
    folder: Path, done: Iterable[Restored], signing: Signing, secret: bytes, *, copied_ms: int, now_ms: int
) -> None:
    """Sign and keep a notice of each restored ward."""
    place = folder / "restored"
    place.mkdir(mode=0o700, exist_ok=True)
    for ward in done:
        told = RestoredLog(ward.ward, ward.entries, ward.root, ward.recv_ms, ward.known, copied_ms, now_ms)
        name = f"{ward.ward.hex()}-{ward.entries}-{now_ms}"
        _write(place / name, seal_envelope(signing, secret, CONTEXT, encode(told)))


def take_along(folder: Path, told: Iterable[bytes], signing: Signing, public: bytes) -> None:
    """Keep notices that another cell of the installation holds of a ward that moves here."""
    for signed in in_order(told, signing, public):
        (folder / "restored").mkdir(mode=0o700, exist_ok=True)
        log = read_notice(signed, signing, public)
        if log is not None:
            place = folder / "restored" / f"{log.ward.hex()}-{log.size}-{log.restored_ms}"
            _write(place, signed)
            # Where it was served, and so could be moved, it was open.
            _write(place.with_name(f"{place.name}.opened"), str(log.restored_ms).encode())


def notices(folder: Path, signing: Signing, public: bytes) -> list[Notice]:
    """Return the notices of a data folder, oldest first; a file that this service did not sign is left out."""
    found = []
    for path in sorted((folder / "restored").glob("*-*-*")):
        if path.suffix:
            continue
        signed = path.read_bytes()
        log = read_notice(signed, signing, public)
        if log is not None:
            opened = path.with_name(f"{path.name}.opened")
            found.append(
                Notice(log, signed, int(opened.read_text(encoding="ascii")) if opened.exists() else 0)
            )
    return sorted(found, key=lambda notice: notice.log.restored_ms)


def notices_of(folder: Path, signing: Signing, public: bytes, ward: bytes) -> tuple[bytes, ...]:
    """Return the signed notices of a ward that lie in a data folder, oldest first."""
    return tuple(notice.signed for notice in notices(folder, signing, public) if notice.log.ward == ward)


def in_order(found: Iterable[bytes], signing: Signing, public: bytes) -> tuple[bytes, ...]:
    """Return notices once each, oldest first, the newest MAX_NOTICES; what this service did not sign is left out."""
    read = {signed: read_notice(signed, signing, public) for signed in found}
    told = sorted((log.restored_ms, signed) for signed, log in read.items() if log is not None)
    return tuple(signed for _, signed in told[-MAX_NOTICES:])


def mark_opened(folder: Path, wards: Iterable[bytes], now_ms: int) -> None:
    """Keep when these wards were opened."""
    for ward in wards:
        for path in (folder / "restored").glob(f"{ward.hex()}-*"):
            opened = path.with_name(f"{path.name}.opened")
            if not path.suffix and not opened.exists():
                _write(opened, str(now_ms).encode())


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
