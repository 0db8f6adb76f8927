"""The operator's commands: init, migrate, serve, status, verify, move-ward; those of backup_cli.

Exit codes: 0 done, 1 refused or not possible, 2 wrong usage, 4 what is stored does not hold.
"""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from wardcentral.backup_options import BACKUP_ACTS, add_options, run_backup_act
from wardcentral.folder import Folder, FolderError, write_atomically
from wardcentral.options import add_serve_options
from wardcentral.refused import REFUSED, USAGE, CommandError
from wardcentral.store import DamagedError, SchemaError, UnreachableError
from wardcentral.texts import say

if TYPE_CHECKING:
    from wardcentral.store import Reader
    from wardcentral.stores import Database

DATABASE = "WARDCENTRAL_DATABASE"
DONE, BROKEN = 0, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    acts: dict[str, Callable[[argparse.Namespace, Folder], int]] = {
        "init": _init,
        "migrate": _migrate,
        "serve": _serve,
        "status": _status,
        "verify": _verify,
        "move-ward": _move_ward,
        **dict.fromkeys(BACKUP_ACTS, run_backup_act),
    }
    folder = Folder(Path(options.data), options.database or os.environ.get(DATABASE, ""))
    try:
        return acts[options.act](options, folder)
    except CommandError as refused:
        print(refused.text, file=sys.stderr)
        return refused.code
    except FolderError as error:
        print(say(error.code), file=sys.stderr)
    except SchemaError as error:
        print(say(f"tables_{error.code}"), file=sys.stderr)
        return BROKEN
    except (sqlite3.Error, DamagedError, UnreachableError):
        print(say("bad_database"), file=sys.stderr)
        return BROKEN
    except OSError:
        print(say("no_folder", path=folder.path), file=sys.stderr)
    except KeyboardInterrupt:
        pass
    return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wardcentral", description=say("about"))
    acts = parser.add_subparsers(dest="act", required=True)
    for name in ("init", "migrate", "serve", "status", "verify", "move-ward", *BACKUP_ACTS):
        act = acts.add_parser(name, help=say(name), description=say(name))
        act.add_argument("--data", required=True, metavar="DIR", help=say("data"))
        act.add_argument("--database", metavar="URL", help=say("database"))
        if name not in {"init", "migrate", "serve"}:
            act.add_argument("--json", action="store_true", help=say("json"))
    add_options(acts.choices)
    init = acts.choices["init"]
    for act in (init, acts.choices["migrate"]):
        act.add_argument("--service-role", default="", metavar="ROLE", help=say("service_role"))
    init.add_argument("--key-from", type=Path, metavar="DIR", help=say("key_from"))
    move = acts.choices["move-ward"]
    move.add_argument("ward", metavar="WARD", help=say("which_ward"))
    move.add_argument("--to", required=True, type=Path, metavar="DIR", help=say("to_cell"))
    move.add_argument("--address", required=True, metavar="URL", help=say("cell_address"))
    move.add_argument("--to-database", default="", metavar="URL", help=say("to_database"))
    move.add_argument("--feed", type=Path, metavar="DIR", help=say("feed"))
    move.add_argument("--to-feed", type=Path, metavar="DIR", help=say("to_feed"))
    move.add_argument("--map", type=Path, metavar="FILE", help=say("map"))
    add_serve_options(acts.choices["serve"])
    return parser


def _init(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.stores import make
    from wardcentral.verify import fingerprint
    from wardproto.signing import Ed25519Signing

    secret = Folder(options.key_from).secret() if options.key_from else None
    if folder.address and not folder.key.exists():
        make(folder, options.service_role)  # first: a folder with a key is a whole one
    folder.make(secret)
    if not folder.address:
        make(folder)
    print(say("made", path=folder.path))
    print(say("key", key=fingerprint(Ed25519Signing().public(folder.secret()))))
    print(say("token_at", path=folder.token))
    print(say("back_up_key"))
    return DONE


def _migrate(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.backup_cli import share_notices
    from wardcentral.stores import make

    folder.secret()
    if not folder.address and not folder.database.exists():
        raise DamagedError  # an empty one in its place would tell every ward that it never was here
    version = make(folder, options.service_role)
    share_notices(folder)
    print(say("migrated", version=version))
    return DONE


def _serve(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.serve import serve

    serve(options, folder)
    return DONE


def _reader(folder: Folder) -> "Database":
    from wardcentral.stores import open_reader

    folder.secret()
    return open_reader(folder)


def _status(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.backup_cli import restored_lines
    from wardcentral.verify import fingerprint
    from wardproto.signing import Ed25519Signing

    reader = _reader(folder)
    try:
        heads = [(ward, reader.ward_head(ward)) for ward in reader.wards()]
    finally:
        reader.close()
    wards = [
        {"ward": ward.hex(), "entries": head.wseq, "last_received_ms": head.recv_ms}
        for ward, head in heads
        if head is not None
    ]
    key = fingerprint(Ed25519Signing().public(folder.secret()))
    running = folder.in_use()
    restored = restored_lines(folder)
    if options.json:
        shown = {"key": key, "running": running, "wards": wards, "restored": restored}
        print(json.dumps(shown, ensure_ascii=False))
        return DONE
    print(say("running" if running else "not_running"))
    print(say("key", key=key))
    print(say("wards", count=len(wards), entries=sum(head.wseq for _, head in heads if head is not None)))
    for ward, head in heads:
        if head is not None:
            print(say("ward", ward=ward.hex()[:8], entries=head.wseq))
    for line in restored:
        print(say("restored_at" if line["opened_ms"] else "restored_closed", **line))
    return DONE


def _move_ward(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.backup_cli import take_notices
    from wardcentral.feed_store import FeedDiffersError, FeedFolder
    from wardcentral.moving import NotMovedError, move_ward
    from wardcentral.placement import write_map
    from wardcentral.stores import open_store
    from wardproto.signing import Ed25519Signing

    target = Folder(options.to, options.to_database)
    secret = folder.secret()
    if target.secret() != secret:
        raise CommandError(say("other_key"))
    with ExitStack() as stack:
        stores = [open_store(place) for place in (folder, target)]
        for store in stores:
            stack.callback(store.close)
        ward = _ward(stores[0], options.ward)
        feeds = FeedFolder(options.feed or folder.feed), FeedFolder(options.to_feed or target.feed)

        def carry() -> None:
            try:
                feeds[0].carry(ward, feeds[1])
            except FeedDiffersError:
                raise NotMovedError("feed_differs") from None
            take_notices(folder, target, ward)

        try:
            moved = move_ward(
                stores[0], stores[1], ward, options.address.rstrip("/"), Ed25519Signing(), secret, carry=carry
            )
        except NotMovedError as error:
            raise CommandError(
                say(f"not_{error.code}"), BROKEN if error.code.endswith("differs") else REFUSED
            ) from None
    if options.map is not None:
        write_map(options.map, ward, options.address.rstrip("/"), write_atomically)
    if options.json:
        print(json.dumps({"ward": ward.hex(), "address": options.address, **asdict(moved)}))
    else:
        print(say("moved", ward=ward.hex()[:8], address=options.address, **asdict(moved)))
    return DONE


def _ward(reader: "Reader", named: str) -> bytes:
    """Return the ward whose id begins as named."""
    found = [ward for ward in reader.wards() if named and ward.hex().startswith(named.lower())]
    if len(found) != 1:
        raise CommandError(say("no_such_ward"), USAGE)
    return found[0]


def _verify(options: argparse.Namespace, folder: Folder) -> int:
    from wardcentral.verify import verify
    from wardproto.signing import Ed25519Signing

    reader = _reader(folder)
    try:
        damage = reader.damage()
        if damage:
            raise DamagedError(damage)
        reports = list(verify(reader, Ed25519Signing(), folder.secret()))
    finally:
        reader.close()
    broken = any(report.findings for report in reports)
    if options.json:
        shown = [
            {
                "ward": report.ward.hex(),
                "entries": report.entries,
                "findings": [{"wseq": finding.wseq, "what": finding.what} for finding in report.findings],
            }
            for report in reports
        ]
        print(json.dumps({"whole": not broken, "wards": shown}, ensure_ascii=False))
        return BROKEN if broken else DONE
    for report in reports:
        ward = report.ward.hex()[:8]
        for finding in report.findings:
            print(say("broken", ward=ward, wseq=finding.wseq, what=finding.what))
        if not report.findings:
            numbers = {"entries": report.entries, "controls": report.controls, "streams": report.streams}
            print(say("whole", ward=ward, **numbers))
    print(say("some_broken" if broken else "all_whole"))
    return BROKEN if broken else DONE
