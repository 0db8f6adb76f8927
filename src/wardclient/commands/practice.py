"""``wardclient demo``: open a practice ward, building it the first time."""

import argparse
import shutil
from pathlib import Path

from platformdirs import user_data_path

from wardclient.commands.output import Printer

FORMAT = "3"
"""Raise it when a practice ward built by an older version can no longer be opened."""


def run_demo(arguments: argparse.Namespace, printer: Printer) -> int:
    """Build the practice ward if it is missing, start its service, open one side's screen."""
    from wardclient.demo import service, ward

    directory: Path = arguments.dir or user_data_path("wardclient-practice", appauthor=False)
    if arguments.stop:
        stopped = service.stop(directory / "central")
        printer.say(
            "練習区の中央サービスを止めました。" if stopped else "練習区の中央サービスは動いていません。",
            "Stopped the practice service." if stopped else "The practice service is not running.",
        )
        return 0
    with _Turn(directory, printer):
        if arguments.fresh or not _built(directory):
            service.stop(directory / "central")
            _clear(directory)
            printer.say(
                "練習区を作っています (1分ほど)。架空の人と求人だけを使います。",
                "Building the practice ward (about a minute). All people and openings are invented.",
            )
            ward.build(
                directory,
                cases=arguments.cases,
                openings=arguments.openings,
                tell=lambda text: printer.say(f"  {text}", f"  {text}"),
            )
            (directory / "built").write_text(FORMAT, encoding="ascii")
        elif not arguments.offline:
            service.ensure(directory / "central")
    seat = ward.CASEWORKER if arguments.side == "city" else ward.NAVIGATOR
    home = directory / "homes" / seat.folder
    if arguments.build_only:
        printer.result({"home": str(home), "directory": str(directory)}, (str(home),))
        return 0
    from wardclient.app import open_workstation

    return open_workstation(home, offline=arguments.offline, practice_passphrase=ward.PASSPHRASE)


def _built(directory: Path) -> bool:
    try:
        return (directory / "built").read_text(encoding="ascii") == FORMAT
    except OSError:
        return False


def _clear(directory: Path) -> None:
    """Remove what an earlier build left, and nothing else: the folder may be somebody's own."""
    (directory / "built").unlink(missing_ok=True)
    for part in ("central", "homes", "files"):
        shutil.rmtree(directory / part, ignore_errors=True)


class _Turn:
    """One process builds; a second that comes meanwhile waits for it."""

    def __init__(self, directory: Path, printer: Printer) -> None:
        self._path = directory / "building.lock"
        self._printer = printer
        directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> None:
        from wardclient.storage.home import FileLock

        self._lock = FileLock(self._path)
        if not self._lock.acquire(wait=False):
            self._printer.say(
                "ほかの画面が練習区を準備しています。待っています。",
                "Another screen is preparing the ward. Waiting.",
            )
            self._lock.acquire(wait=True)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._lock.release()
