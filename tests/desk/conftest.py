"""A ward of two offices: real databases, real keys, a real service on loopback."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.wardcentral.running import Running, serving
from wardclient.desk.door import HomeDoor
from wardclient.desk.setup import found, join
from wardclient.desk.workstation import Workstation

PASSPHRASE = "kaze-no-nai-asa-no-michi"
PERSON = {
    "family_name": "架空",
    "given_name": "試子",
    "name_kana": "カクウ タメシコ",
    "birth_date": "S61.4.2",
    "municipality": "14101",
    "address1": "鶴見中央９－９９－９",
    "phone": "08000000123",
}
CASE = {"target_group": "C1", "wishes_support": True}


@dataclass
class Offices:
    """The two offices of a ward, and the doors of their homes."""

    service: Running
    homes: Path
    open_desks: list[Workstation] = field(default_factory=list)

    def unlock(self, name: str, *, offline: bool = False) -> Workstation:
        """Open a home."""
        return self.unlock_with(name, PASSPHRASE, offline=offline)

    def unlock_with(self, name: str, words: str, *, offline: bool = False) -> Workstation:
        """Open a home with a passphrase."""
        desk = HomeDoor(self.homes / name, offline=offline, background=False).unlock(words)
        self.open_desks.append(desk)
        return desk

    def enrol(self, admin: Workstation, name: str, team: str, roles: tuple[str, ...]) -> None:
        """Enrol a PC as two people do."""
        invite = admin.invite(team, roles)
        codes: queue.SimpleQueue[str] = queue.SimpleQueue()
        label = f"{team} {name}"
        newcomer = threading.Thread(
            target=join,
            args=(self.homes / name, PASSPHRASE),
            kwargs={"invite": invite, "label": label, "show_code": codes.put, "wait_seconds": 30.0},
        )
        newcomer.start()
        admin.admit(invite, codes.get(timeout=30))
        newcomer.join()


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Offices]:
    """A founded ward: ``city`` (caseworker and admin) and ``hellowork``, both enrolled."""
    (tmp_path / "central").mkdir()
    with serving(tmp_path / "central") as service:
        ward = Offices(service, tmp_path)
        found(
            tmp_path / "city",
            PASSPHRASE,
            server=service.url,
            ward_code="14101",
            label="CW 3係",
            team="city",
            roles=("adm", "cw", "sv"),
        )
        admin = ward.unlock("city")
        ward.enrol(admin, "hellowork", "hellowork", ("adm", "hw"))
        admin.lock()
        yield ward
        for desk in ward.open_desks:
            desk.lock()


@pytest.fixture
def city(offices: Offices) -> Workstation:
    """The caseworker's open desk."""
    return offices.unlock("city")


@pytest.fixture
def hellowork(offices: Offices) -> Workstation:
    """Hello Work's open desk."""
    return offices.unlock("hellowork")


@pytest.fixture
def exchange(city: Workstation, hellowork: Workstation) -> Callable[[], None]:
    """Let both sides exchange, twice, so that what one sends the other has."""

    def both() -> None:
        for desk in (city, hellowork, city, hellowork):
            desk.sync_now()

    return both
