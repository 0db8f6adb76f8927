"""Open the home, run one command, print, lock."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.commands.values import UsageError
from wardclient.desk.api import DeskError

if TYPE_CHECKING:
    from wardclient.commands.output import Printer
    from wardclient.desk.print_api import PaperDoor
    from wardclient.desk.workstation import Workstation

Handler = Callable[["Workstation", argparse.Namespace, "Printer"], None]


def run(arguments: argparse.Namespace) -> int:
    """Run a parsed command; return its exit code."""
    if arguments.lang:
        os.environ["WARDCLIENT_LANG"] = arguments.lang
    if arguments.command == "open":
        return _open_screen(arguments)
    from wardclient.commands.output import Printer

    printer = Printer(as_json=arguments.json, english=english())
    try:
        return _dispatch(arguments, printer)
    except DeskError as error:
        printer.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        raise
    except Exception as error:  # the last door: a person never sees a traceback
        printer.say(
            f"思わぬ不具合で止まりました ({type(error).__name__})。それまでに保存した内容は残っています。",
            f"Stopped by an unexpected fault ({type(error).__name__}). What was saved is safe.",
        )
        if os.environ.get("WARDCLIENT_TRACE") == "1":
            raise
        return 1


def english() -> bool:
    """Whether messages are English."""
    return os.environ.get("WARDCLIENT_LANG", "ja") == "en"


def home_of(arguments: argparse.Namespace) -> Path:
    """Return the home folder: --home, WARDCLIENT_HOME, else the platform's place."""
    chosen = arguments.home or os.environ.get("WARDCLIENT_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("wardclient", appauthor=False)


def passphrase_of(arguments: argparse.Namespace, *, new: bool = False) -> str:
    """Return the passphrase from the file or the terminal; asked twice when it is new."""
    path = arguments.passphrase_file
    if path is not None:
        return read_passphrase(path)
    if not sys.stdin.isatty():
        raise UsageError(
            "合言葉を入力できる画面がありません。--passphrase-file を指定してください。",
            "There is no terminal to ask for the passphrase: give --passphrase-file.",
        )
    first = getpass.getpass("合言葉: ")
    if new and getpass.getpass("もう一度: ") != first:
        raise UsageError(
            "二つの合言葉がちがいます。何も作っていません。", "The two passphrases differ. Nothing was made."
        )
    return first


def read_passphrase(path: Path) -> str:
    """Return the first line of ``path``."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise UsageError(
            "合言葉のファイルを読めませんでした。何も変わっていません。",
            "The passphrase file could not be read. Nothing was changed.",
        ) from error


def _dispatch(arguments: argparse.Namespace, printer: "Printer") -> int:
    if arguments.command == "demo":
        from wardclient.commands.practice import run_demo

        return run_demo(arguments, printer)
    if arguments.command == "setup":
        from wardclient.commands import setup

        setup.ACTS[arguments.act](arguments, printer)
        return 0
    from wardclient.commands.acts import handler_of
    from wardclient.desk.door import HomeDoor

    handler = handler_of(arguments.command, arguments.act)
    door = HomeDoor(home_of(arguments), offline=arguments.offline, background=False)
    desk = door.unlock(passphrase_of(arguments))
    try:
        handler(desk, arguments, printer)
    finally:
        desk.lock()
        _tell_held(door, printer)
    return 0


def _tell_held(door: "PaperDoor", printer: "Printer") -> None:
    """Nobody should go away from papers that lie readable on the PC without knowing it."""
    held = door.clear_papers()
    if held:
        printer.say(
            f"開いたままの PDF {held}件 を消せませんでした。暗号化されずにこの端末に残っています。"
            "PDF を閉じてください。次に始めたときに消します。",
            f"{held} PDF(s) are still open and could not be removed: they lie unencrypted on this PC. "
            "Close them; they are removed at the next start.",
        )


def _open_screen(arguments: argparse.Namespace) -> int:
    from wardclient.app import open_workstation

    home = home_of(arguments)
    try:
        return open_workstation(home, offline=arguments.offline)
    finally:
        from wardclient.commands.output import Printer
        from wardclient.desk.door import HomeDoor

        _tell_held(HomeDoor(home), Printer(as_json=False, english=english()))
