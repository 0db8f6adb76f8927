"""What the commands backup, check-backup, restore and reopen are told; nothing is loaded for it."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from wardcentral.folder import Folder
from wardcentral.texts import say

BACKUP_ACTS = ("backup", "check-backup", "restore", "reopen")


def add_options(acts: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add the options of these commands."""
    acts["backup"].add_argument("--to", required=True, type=Path, metavar="DIR", help=say("backup_to"))
    acts["backup"].add_argument("--every", type=float, metavar="SECONDS", help=say("backup_every"))
    for name in ("check-backup", "restore"):
        acts[name].add_argument(
            "--from", required=True, type=Path, metavar="DIR", help=say("backup_to"), dest="source"
        )
    for name in ("backup", "check-backup", "restore"):
        acts[name].add_argument("--keys", required=True, type=Path, metavar="DIR", help=say("backup_keys"))
    acts["restore"].add_argument("--until", default="", metavar="TIME|NUMBER", help=say("until"))


def run_backup_act(options: argparse.Namespace, folder: Folder) -> int:
    """Run one of BACKUP_ACTS; return its exit code."""
    from wardcentral.backup_cli import run

    return run(options, folder)
