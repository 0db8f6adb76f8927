"""A locked home, and what opening it takes."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.desk.api import DamagedHomeError, DeskError, WrongPassphraseError

if TYPE_CHECKING:
    from wardclient.desk.rows import Profile
    from wardclient.desk.workstation import Workstation
    from wardclient.storage.home import FileLock, Home, HomeProfile


class NoHomeError(DeskError):
    """This PC is not set up yet."""

    code = "no_home"


class HomeDoor:
    """The door of a home folder. Making one costs nothing: storage is imported when it is needed."""

    def __init__(self, home: Path, *, offline: bool = False, background: bool = True) -> None:
        """``background`` runs the sync loop while unlocked; commands exchange when they are told to."""
        self._home = home
        self._offline = offline
        self._background = background

    def warm_up(self) -> threading.Thread:
        """Import what unlocking needs, in a thread, while the person types; sweep up what a crash left on paper."""

        def work() -> None:
            _imports()
            self.clear_papers()

        thread = threading.Thread(target=work, name="warm-up", daemon=True)
        thread.start()
        return thread

    def clear_papers(self) -> int:
        """Remove the papers that a crash or a viewer left behind; not those of a desk that is open.

        Return how many a viewer still holds: they lie readable on this PC until it lets go of them.
        """
        from wardclient.printing.files import PaperFiles
        from wardclient.storage.home import Home, HomeBusyError, hold

        papers = PaperFiles(self._home)
        if not len(papers):
            return 0
        try:
            held = hold(Home(self._home), wait_seconds=0)
        except (HomeBusyError, OSError):
            return 0
        try:
            return papers.sweep()
        finally:
            held.release()

    def profile(self) -> "Profile":
        """Return what may be shown before unlocking."""
        from wardclient.casework import reference
        from wardclient.desk.rows import Profile
        from wardclient.storage.home import Home, HomeMissingError
        from wardclient.vault.slots import wait_seconds

        home = Home(self._home)
        try:
            found = home.read_profile()
        except HomeMissingError as error:
            raise no_home() from error
        return Profile(
            label=found.label,
            ward_code=found.ward_code,
            ward_name=reference.ward_name(found.ward_code),
            team=found.team,
            practice=found.practice,
            unsent=found.unsent,
            wait_seconds=int(wait_seconds(home.slots)),
        )

    def unlock(self, passphrase: str) -> "Workstation":
        """Open the home with a passphrase."""
        from wardclient.desk.faults import damaged
        from wardclient.storage.cipher import DamagedError, WrongKeyError
        from wardclient.storage.home import Home, HomeBusyError, HomeMissingError, hold
        from wardclient.sync.core import NoIdentityError
        from wardclient.vault.slots import (
            DamagedSlotsError,
            WaitError,
            open_slots,
        )
        from wardclient.vault.slots import (
            WrongPassphraseError as WrongWordsError,
        )

        home = Home(self._home)
        try:
            profile = home.read_profile()
            held = hold(home)
            try:
                key = open_slots(home.slots, passphrase)
                return self._open(home, profile, key, held)
            except BaseException:
                held.release()
                raise
        except HomeMissingError as error:
            raise no_home() from error
        except HomeBusyError as error:
            raise _busy() from error
        except WrongWordsError as error:
            raise _wrong(int(error.wait_seconds)) from error
        except WaitError as error:
            raise _wait(int(error.wait_seconds)) from error
        except DamagedSlotsError as error:
            raise DamagedHomeError(
                "合言葉のファイルが壊れています。データベースは残っています。管理者に知らせてください。",
                "The passphrase file is damaged; the database is still there. Tell the admin.",
            ) from error
        except (WrongKeyError, DamagedError, NoIdentityError) as error:
            raise damaged() from error

    def _open(self, home: "Home", profile: "HomeProfile", key: bytes, held: "FileLock") -> "Workstation":
        """Open the database; a damaged one is set aside, and the next unlock begins with a new one."""
        from wardclient.desk.faults import set_aside
        from wardclient.desk.rescue import set_aside_and_begin_anew
        from wardclient.desk.workstation import open_workstation
        from wardclient.storage.cipher import DamagedError

        try:
            return open_workstation(
                home, profile, key, held, offline=self._offline, background=self._background
            )
        except DamagedError as error:
            set_aside_and_begin_anew(home, key)
            raise set_aside() from error


def no_home() -> NoHomeError:
    """Return the error of a PC that is not set up."""
    return NoHomeError(
        "この端末はまだ設定されていません。管理者から招待を受け取り、wardclient setup join で参加してください。",
        "This PC is not set up. Get an invite from the admin and run wardclient setup join.",
    )


def _busy() -> DeskError:
    return DeskError(
        "この端末のデータは、ほかの画面が使っています。そちらを閉じるかロックしてから、もう一度試してください。",
        "Another window has this home open. Close or lock it, then try again.",
    )


def _wrong(wait: int) -> WrongPassphraseError:
    later = f"次は{wait}秒後に試せます。" if wait else ""
    return WrongPassphraseError(
        f"合言葉がちがいます。データはそのままです。{later}",
        f"Wrong passphrase. The data is as it was. {f'Try again in {wait} s.' if wait else ''}".strip(),
        wait,
    )


def _wait(wait: int) -> WrongPassphraseError:
    return WrongPassphraseError(
        f"つづけて間違えたため、あと{wait}秒待ってください。データはそのままです。",
        f"After several wrong tries, wait {wait} s. The data is as it was.",
        wait,
    )


def _imports() -> None:
    """Import the heavy modules; failing here is told when unlocking."""
    import wardclient.desk.workstation  # noqa: F401
