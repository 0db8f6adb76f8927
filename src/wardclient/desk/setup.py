"""First run of a PC: found a ward, or join one with an invite."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from wardclient.casework import reference
from wardclient.desk.api import DeskError, RefusedError
from wardclient.desk.faults import away
from wardclient.desk.place import problem
from wardclient.desk.rescue import keep_identity_file
from wardclient.storage.home import Home, HomeProfile
from wardclient.storage.log_store import SqlStore
from wardclient.storage.opening import open_store
from wardclient.sync import enrol
from wardclient.sync.transport import TransportError
from wardclient.vault.fingerprints import six_words
from wardclient.vault.slots import WeakPassphraseError, create_slots


@dataclass(frozen=True, slots=True)
class WardCard:
    """What is printed on the office's card: the ward id and its six words."""

    ward: str
    words: str
    device: str


def found(
    home: Path, passphrase: str, *, server: str, ward_code: str, label: str, team: str, roles: tuple[str, ...]
) -> WardCard:
    """Found a ward at a central service, with this PC as its first admin."""
    _check_ward(ward_code)
    if "adm" not in roles:
        raise RefusedError(
            (
                problem(
                    "roles",
                    "最初の端末には管理者 (adm) の役割が要ります。",
                    "The first PC needs the role adm.",
                    "roles",
                ),
            )
        )
    with _Fresh(home, passphrase) as fresh:
        founded = enrol.found(fresh.store(), server, label=label, team=team, roles=tuple(sorted(roles)))
        fresh.keep(HomeProfile(label, ward_code, team, server, ward=founded.ward.hex()))
        return WardCard(founded.ward.hex(), six_words(founded.ward), founded.device.hex())


def join(
    home: Path,
    passphrase: str,
    *,
    invite: str,
    label: str,
    show_code: Callable[[str], None],
    wait_seconds: float,
    ward_code: str = "",
) -> WardCard:
    """Join a ward: make keys, show the comparison code, wait for the admin."""
    with _Fresh(home, passphrase) as fresh:
        joined = enrol.join(
            fresh.store(), invite, label=label, show_code=show_code, wait_seconds=wait_seconds
        )
        fresh.keep(
            HomeProfile(
                label, ward_code or joined.ward_code, joined.team, joined.server, ward=joined.ward.hex()
            )
        )
        return WardCard(joined.ward.hex(), six_words(joined.ward), joined.device.hex())


def _check_ward(ward_code: str) -> None:
    if ward_code not in reference.wards():
        raise RefusedError(
            (problem("ward", "その区コードはありません。", "There is no such ward code.", "ward"),)
        )


class _Fresh:
    """A home in the making: removed again when anything goes wrong, so a second try begins clean."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self._home = Home(path)
        self._passphrase = passphrase
        self._opened: SqlStore | None = None
        self._kept = False

    def __enter__(self) -> Self:
        if self._home.exists():
            raise RefusedError(
                (
                    problem(
                        "exists",
                        "この端末はもう設定されています。解錠して使ってください。何も変わっていません。",
                        "This PC is set up already. Unlock it. Nothing was changed.",
                    ),
                )
            )
        if self._home.path.exists() and any(self._home.path.iterdir()):
            # Whatever lies there is somebody's: it is neither used nor, on a failure, removed.
            raise RefusedError(
                (
                    problem(
                        "not_empty",
                        "このフォルダには、ほかのファイルがあります。空のフォルダを指定してください。何も変わっていません。",
                        "This folder is not empty. Choose an empty one. Nothing was changed.",
                    ),
                )
            )
        self._home.create()
        try:
            self._key = create_slots(self._home.slots, self._passphrase)
        except WeakPassphraseError as error:
            self._discard()
            raise RefusedError((problem("weak", error.ja, error.en, "passphrase"),)) from error
        return self

    def store(self) -> SqlStore:
        """Return the new home's store."""
        self._opened = open_store(self._home, self._key)
        return self._opened

    def keep(self, profile: HomeProfile) -> None:
        """The home is complete."""
        assert self._opened is not None  # noqa: S101  # enrolment needed the store
        keep_identity_file(self._home, self._key, self._opened)
        self._home.write_profile(profile)
        self._kept = True

    def _discard(self) -> None:
        shutil.rmtree(self._home.path, ignore_errors=True)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._opened is not None:
            self._opened.close()
        if not self._kept:
            self._discard()
        if isinstance(error, TransportError):
            raise away() from error
        if isinstance(error, enrol.EnrolError):
            raise DeskError(error.ja, error.en) from error
