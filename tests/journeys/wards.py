"""A founded ward for journeys, its forms, and its network.

Founding and enrolling are a journey of their own (test_seven_steps); other tests begin from a copy of
a ward founded once, so that each has its own homes and its own service on the address that
the homes remember.
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.between import Between
from tests.journeys.offices import Central, Office, enrol
from wardclient.desk.place import JAPAN

PERSON: dict[str, object] = {
    "family_name": "架空",
    "given_name": "試子",
    "name_kana": "カクウ タメシコ",
    "birth_date": "S61.4.2",
    "municipality": "14101",
    "address1": "鶴見中央９－９９－９",
    "phone": "0800000123",
    "target_group": "C1",
    "wishes_support": True,
}
LABELS = {"city": "CW 3係", "specialist": "就労支援 2番", "hellowork": "HW 3番窓口"}


@dataclass
class Ward:
    """A ward of up to three PCs."""

    central: Central
    city: Office
    specialist: Office
    hellowork: Office

    def everyone_syncs(self) -> None:
        """There and back, so that what one sends the other has."""
        for office in (self.city, self.hellowork, self.city):
            office.sync()


def offices(directory: Path, central: Central) -> Ward:
    """Return the ward whose homes are in ``directory``."""
    city, specialist, hellowork = (Office(directory / name, label) for name, label in LABELS.items())
    return Ward(central, city, specialist, hellowork)


def found(ward: Ward) -> None:
    """Found the ward with a caseworker who is its admin, and enrol Hello Work."""
    ward.city.do(
        *("setup", "found", "--server", ward.central.url, "--ward", "14101"),
        *("--label", ward.city.label, "--roles", "cw,sv,adm"),
    )
    enrol(ward.city, ward.hellowork, "hellowork", "hw,adm")


def make_template(directory: Path) -> Path:
    """Found a ward once; return the folder to copy."""
    central = Central(directory / "central")
    central.directory.mkdir(parents=True)
    central.start()
    try:
        found(offices(directory, central))
    finally:
        central.stop()
    return directory


@contextmanager
def copied(template: Path, directory: Path) -> Iterator[Ward]:
    """Run a copy of the ward, the PCs speaking to the service directly."""
    shutil.copytree(template, directory, dirs_exist_ok=True)
    ward = offices(directory, Central(directory / "central"))
    ward.central.start()
    try:
        yield ward
    finally:
        ward.central.stop()


@contextmanager
def copied_behind(template: Path, directory: Path) -> Iterator[tuple[Ward, Between]]:
    """Run a copy of the ward with a proxy on the address that the homes remember."""
    shutil.copytree(template, directory, dirs_exist_ok=True)
    port_file = directory / "central" / "port"
    port = int(port_file.read_text(encoding="ascii"))
    port_file.unlink()
    ward = offices(directory, Central(directory / "central"))
    ward.central.start()
    try:
        with Between(ward.central.url, port) as between:
            yield ward, between
    finally:
        ward.central.stop()


def open_case(office: Office, **changes: object) -> str:
    """Open the invented person's case."""
    case_id = office.do("cases", "open", values={**PERSON, **changes})["case_id"]
    assert isinstance(case_id, str)
    return case_id


def consent_form(**changes: object) -> dict[str, object]:
    """Return a consent form as the paper says it."""
    today = dt.datetime.now(JAPAN).date()
    return {
        "signed_on": today.isoformat(),
        "signer_kind": "1",
        "method": "1",
        "purpose": ["1", "2"],
        "scope_to_hw": ["S1", "S2", "S4", "S6"],
        "scope_to_city": ["H1", "H2", "H3", "H4"],
        "valid_from": today.isoformat(),
        "valid_until": (today + dt.timedelta(days=180)).isoformat(),
        "paper_location": "3係 キャビネットB-12",
        **changes,
    }


def share(ward: Ward, **changes: object) -> str:
    """Open a case, record a consent, and let both sides exchange."""
    case_id = open_case(ward.city, **changes)
    ward.city.do("consent", "record", case_id, "--yes", values=consent_form())
    ward.everyone_syncs()
    return case_id


def phone_of(office: Office, case_id: str) -> object:
    """Return the phone number that this PC shows."""
    fields = office.do("cases", "show", case_id)["fields"]
    return next((f["value"] for f in fields if f["kind"] == "person" and f["name"] == "phone"), None)
