"""The operator's commands backup, check-backup, restore and reopen."""

import argparse
import importlib.metadata
import json
import sqlite3
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from wardcentral.backup import BackedUp, LogArchive, back_up
from wardcentral.backup_files import BackupError
from wardcentral.folder import Folder
from wardcentral.keybox import DAY_MS, RETENTION_DAYS, Keys
from wardcentral.restore import Restored, Until, check, reopen, restore
from wardcentral.restore_notice import mark_opened, notices, notices_of, take_along, write_notices
from wardcentral.store import UnreachableError
from wardcentral.stores import keep_notices, open_reader, open_shared, open_store
from wardcentral.texts import say
from wardproto.signing import Ed25519Signing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DONE, REFUSED, USAGE, BROKEN = 0, 1, 2, 4
_CODES = {"damaged": BROKEN, "gap": BROKEN, "differs": BROKEN, "bad_until": USAGE, "which_ward": USAGE}
_EVERY = 0.2
"""Seconds between two lines of progress."""
SIGNING = Ed25519Signing()


def run(options: argparse.Namespace, folder: Folder) -> int:
    """Run one of BACKUP_ACTS; return its exit code."""
    acts: dict[str, Callable[[argparse.Namespace, Folder], int]] = {
        "backup": _backup,
        "check-backup": _check,
        "restore": _restore,
        "reopen": _reopen,
    }
    try:
        return acts[options.act](options, folder)
    except BackupError as error:
        _tell(say(f"backup_{error.code}", detail=error.detail), sys.stderr)
        return _CODES.get(error.code, REFUSED)
    except Exception as error:
        # The driver of PostgreSQL is loaded only where it is used, and its text may show the address.
        if not type(error).__module__.startswith("psycopg"):
            raise
        _tell(say("backup_not_owner"), sys.stderr)
        return REFUSED


def until_of(text: str) -> Until:
    """Read a number of the log or a time (ISO 8601, the machine's zone where none is named)."""
    if text.isascii() and text.isdigit():
        return Until(wseq=int(text))
    if not text:
        return Until()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BackupError("bad_until", text) from None
    return Until(time_ms=int(moment.timestamp() * 1_000))


def restored_lines(folder: Folder) -> list[dict[str, object]]:
    """What was restored here, for ``status``."""
    return [
        {
            "ward": notice.log.ward.hex(),
            "restored_ms": notice.log.restored_ms,
            "entries": notice.log.size,
            "known": notice.log.known,
            "copied_ms": notice.log.copied_ms,
            "opened_ms": notice.opened_ms,
        }
        for notice in notices(folder.path, SIGNING, SIGNING.public(folder.secret()))
    ]


def _backup(options: argparse.Namespace, folder: Folder) -> int:
    once = options.every is None
    while True:
        try:
            done = _one(options, folder)
        except (BackupError, OSError, sqlite3.Error, UnreachableError) as error:
            if once or isinstance(error, BackupError):
                raise
            # A full disk or a database that is away for a moment must not end what runs for months.
            _tell(say("backup_later"), sys.stderr)
        else:
            if options.json:
                _tell(json.dumps(asdict(done)))
            elif once or done.entries or done.keys_removed:
                _tell(say("backed_up", **asdict(done)))
        if once:
            return DONE
        threading.Event().wait(options.every)


def _one(options: argparse.Namespace, folder: Folder) -> BackedUp:
    secret = folder.secret()
    with closing(open_reader(folder)) as reader:
        return back_up(
            reader, options.to, options.keys, SIGNING, secret,
            now_ms=_now_ms(), software=_software(), progress=_progress("backup_progress"),
        )  # fmt: skip


def _sources(options: argparse.Namespace, secret: bytes) -> tuple[LogArchive, Keys]:
    public = SIGNING.public(secret)
    archive = LogArchive(options.source, SIGNING, public)
    if not archive.copies:
        raise BackupError("nothing")
    keys = Keys(options.keys, SIGNING, public)
    if _now_ms() - keys.made_ms > RETENTION_DAYS * DAY_MS:
        _tell(say("keys_old", days=RETENTION_DAYS), sys.stderr)
    return archive, keys


def _check(options: argparse.Namespace, folder: Folder) -> int:
    secret = folder.secret()
    archive, keys = _sources(options, secret)
    done = check(archive, keys, SIGNING, secret, progress=_progress("check_progress"))
    if options.json:
        _tell(json.dumps({"wards": _shown(done), "copies": len(archive.copies)}))
    else:
        entries = sum(ward.entries for ward in done)
        _tell(say("backup_holds", copies=len(archive.copies), wards=len(done), entries=entries))
    return DONE


def _restore(options: argparse.Namespace, folder: Folder) -> int:
    secret = folder.secret()
    until = until_of(options.until)
    archive, keys = _sources(options, secret)
    copied_ms = archive.copies[-1].manifest.made_ms

    def announce(done: "Sequence[Restored]") -> None:
        write_notices(folder.path, done, SIGNING, secret, copied_ms=copied_ms, now_ms=_now_ms())
        share_notices(folder)

    with folder.held(), closing(open_store(folder)) as store:
        done = restore(
            store, archive, keys, SIGNING, secret, until,
            announce=announce, progress=_progress("restore_progress"),
        )  # fmt: skip
    if options.json:
        _tell(json.dumps({"wards": _shown(done), "copied_ms": copied_ms}))
        return DONE
    for ward in done:
        _tell(say("restored", ward=ward.ward.hex()[:8], entries=ward.entries, known=ward.known))
    _tell(say("restored_next"))
    return DONE


def _reopen(options: argparse.Namespace, folder: Folder) -> int:
    secret = folder.secret()
    waiting = [notice.log.ward for notice in notices(folder.path, SIGNING, SIGNING.public(secret))]
    with closing(open_store(folder)) as store:
        opened = reopen(store, list(dict.fromkeys(waiting)))
    mark_opened(folder.path, opened, _now_ms())
    if options.json:
        _tell(json.dumps({"opened": [ward.hex() for ward in opened]}))
    else:
        _tell(say("reopened", count=len(opened)))
    return DONE


def share_notices(folder: Folder) -> None:
    """Give the notices of a data folder to all processes of its database; UnreachableError."""
    if folder.address:
        found = notices(folder.path, SIGNING, SIGNING.public(folder.secret()))
        keep_notices(folder, [(notice.log.ward, notice.signed) for notice in found])


def take_notices(source: Folder, target: Folder, ward: bytes) -> None:
    """Give what one cell tells of a ward's restores to the cell that the ward moves to; UnreachableError."""
    public = SIGNING.public(source.secret())
    told = notices_of(source.path, SIGNING, public, ward)
    if source.address:
        with closing(open_shared(source)) as reader:
            told += reader.notices(ward)
    take_along(target.path, told, SIGNING, public)
    share_notices(target)


def _shown(done: list[Restored]) -> list[dict[str, object]]:
    return [{"ward": ward.ward.hex(), "entries": ward.entries, "known": ward.known} for ward in done]


def _progress(text: str) -> "Callable[[int, int], None]":
    """Tell a person at a terminal how far it is; nothing where nobody looks."""
    shown = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if sys.stderr.isatty() and (now - shown > _EVERY or done == total):
            shown = now
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{say(text, done=done, total=total)}{end}")

    return progress


def _tell(text: str, where: TextIO | None = None) -> None:
    where = where or sys.stdout
    where.write(text + "\n")
    where.flush()


def _software() -> str:
    try:
        return "wardclient " + importlib.metadata.version("wardclient")
    except importlib.metadata.PackageNotFoundError:
        return "wardclient"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
