"""The main job by command line: one case, two offices, one consent, real processes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.offices import Central, Office, enrol

PERSON = {
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


@dataclass
class Ward:
    """A ward of three PCs."""

    central: Central
    city: Office
    specialist: Office
    hellowork: Office

    def everyone_syncs(self) -> None:
        """Two rounds, so that what one sends the other has."""
        for _ in range(2):
            for office in (self.city, self.hellowork):
                office.sync()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A founded ward: a caseworker who is its admin, a specialist, and Hello Work."""
    central = Central(tmp_path / "central")
    central.directory.mkdir()
    central.start()
    city = Office(tmp_path / "city", "CW 3係")
    specialist = Office(tmp_path / "specialist", "就労支援 2番")
    hellowork = Office(tmp_path / "hellowork", "HW 3番窓口")
    city.do("setup", "found", "--server", central.url, "--ward", "14101", "--label", city.label, "--roles", "cw,sv,adm")
    enrol(city, hellowork, "hellowork", "hw,adm")
    ward = Ward(central, city, specialist, hellowork)
    yield ward
    central.stop()


def open_case(office: Office) -> str:
    """Open the invented person's case."""
    case_id = office.do("cases", "open", values=dict(PERSON))["case_id"]
    assert isinstance(case_id, str)
    return case_id


def consent_form(**changes: object) -> dict[str, object]:
    """Return a consent form as the paper says it."""
    today = dt.datetime.now(dt.UTC).date()
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


def share(ward: Ward) -> str:
    """Open a case, record a consent, and let both sides exchange."""
    case_id = open_case(ward.city)
    ward.city.do("consent", "record", case_id, "--yes", values=consent_form())
    ward.everyone_syncs()
    return case_id


def test_hello_work_sees_nothing_before_and_exactly_the_preview_after(ward: Ward) -> None:
    """Before the consent nothing; after it the previewed facts and no others."""
    case_id = open_case(ward.city)
    ward.everyone_syncs()
    assert ward.hellowork.do("cases", "list")["rows"] == []
    assert ward.city.do("cases", "show", case_id)["other_side_sees"] == []
    seen = ward.city.do("consent", "record", case_id, values=consent_form())
    assert seen["recorded"] is False
    ward.everyone_syncs()
    assert ward.hellowork.do("cases", "list")["rows"] == []
    ward.city.do("consent", "record", case_id, "--yes", values=consent_form())
    ward.everyone_syncs()
    theirs = ward.hellowork.do("cases", "show", case_id)
    promised = {fact["shown"] for fact in seen["preview"]["facts"]}
    assert {f["shown"] for f in theirs["fields"] if f["kind"] in ("person", "assessment", "case") and f["shown"]} == promised
    assert theirs["row"]["case_no"] == ""


def test_search_is_forced_before_creating(ward: Ward) -> None:
    """A second entry of the same person is refused until someone says that none matches."""
    open_case(ward.city)
    again = ward.city.run("cases", "open", values=dict(PERSON))
    assert again.code == 1
    assert "Traceback" not in again.error
    assert ward.city.do("cases", "open", "--none-match", values=dict(PERSON))["case_id"]


def test_joint_session_is_sealed_when_both_confirm(ward: Ward) -> None:
    """Each side writes its text; the note is sealed by the second confirmation of the same content."""
    case_id = share(ward)
    session = ward.city.do("session", "start", case_id)["session_id"]
    ward.city.do("session", "write", session, "body=夕方は18時が限度。")
    ward.city.do("session", "action", session, "what=延長保育を申し込む", "who=client", "by_when=2026-12-01")
    ward.everyone_syncs()
    ward.hellowork.do("session", "write", session, "body=履歴書の添削は25日に。")
    assert ward.hellowork.do("session", "confirm", session)["state"] == "one"
    ward.everyone_syncs()
    assert ward.city.do("session", "confirm", session)["state"] == "sealed"
    ward.everyone_syncs()
    theirs = ward.hellowork.do("session", "show", session)
    assert theirs["state"] == "sealed"
    assert {text for _, _, text in theirs["texts"]} == {"夕方は18時が限度。", "履歴書の添削は25日に。"}
    assert ward.hellowork.run("session", "write", session, "body=あとから").code == 1


def test_the_city_follows_referral_and_result(ward: Ward) -> None:
    """Hello Work enters a referral and its result; the city sees both by its H-scope."""
    case_id = share(ward)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    referral = ward.hellowork.do(
        "refer",
        case_id,
        "-",
        values={
            "opening_no": "14990-00012345",
            "employer_name": "架空食堂",
            "job_title": "調理補助",
            "letter_no": "R8-0001",
            "referred_on": today,
            "selection_kind": ["2"],
            "interview_at": f"{today}T14:00",
        },
    )["referral_id"]
    ward.everyone_syncs()
    assert [r["employer_name"] for r in ward.city.do("cases", "show", case_id)["referrals"]] == ["架空食堂"]
    ward.hellowork.do("result", case_id, referral, values={"result": "1", "result_on": today, "result_source": "2"})
    ward.everyone_syncs()
    assert [r["result"] for r in ward.city.do("cases", "show", case_id)["referrals"]] == ["1"]


def test_conflicting_edits_made_offline_stand_side_by_side_until_decided(ward: Ward) -> None:
    """Server stopped; both change the phone; on return both values and both authors are shown."""
    case_id = share(ward)
    ward.central.stop()
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000124"})
    ward.hellowork.do("cases", "set", case_id, "person", values={"phone": "0800000142"})
    assert ward.city.run("sync").code == 5
    ward.central.start()
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        (conflict,) = office.do("inbox", "list")["conflicts"]
        assert {head["author"] for head in conflict["heads"]} == {"CW 3係", "HW 3番窓口"}
        assert {head["value"] for head in conflict["heads"]} == {"0800000124", "0800000142"}
    keep = next(h["version"] for h in conflict["heads"] if h["value"] == "0800000124")
    ward.hellowork.do("inbox", "resolve", conflict["conflict_id"], "--keep", keep)
    ward.everyone_syncs()
    assert ward.city.do("inbox", "list")["conflicts"] == []
    fields = ward.city.do("cases", "show", case_id)["fields"]
    assert [f["value"] for f in fields if f["name"] == "phone"] == ["0800000124"]


def test_withdrawal_closes_shreds_and_keeps_work_in_flight_from_the_other_side(ward: Ward) -> None:
    """After a withdrawal Hello Work loses the case, signs the deletion; its unsent work goes to its tray."""
    case_id = share(ward)
    ward.hellowork.do("cases", "set", case_id, "person", values={"phone": "0800000999"})
    ward.city.do("consent", "withdraw", case_id, "--yes", values={"withdrawn_how": "1"})
    ward.city.sync()
    ward.hellowork.sync()
    assert ward.hellowork.do("cases", "list")["rows"] == []
    assert ward.hellowork.run("cases", "show", case_id).code == 1
    assert len(ward.hellowork.do("inbox", "list")["tray"]) == 1
    ward.everyone_syncs()
    consent = ward.city.do("consent", "status", case_id)["consent"]
    assert consent["state"] == "withdrawn"
    assert consent["on_other_side"] == "deleted"
    fields = ward.city.do("cases", "show", case_id)["fields"]
    assert "0800000999" not in [f["value"] for f in fields]


def test_a_third_pc_joins_reads_history_and_is_removed(ward: Ward) -> None:
    """A specialist joins, reads what was written before, is removed, and opens nothing written after."""
    case_id = open_case(ward.city)
    ward.city.sync()
    enrol(ward.city, ward.specialist, "city", "es")
    ward.specialist.sync()
    assert ward.specialist.do("cases", "show", case_id)["row"]["name"]
    device = next(row["device"] for row in ward.city.do("admin", "device", "list") if row["label"] == "就労支援 2番")
    ward.city.do("admin", "device", "remove", device, "--yes")
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000777"})
    ward.city.sync()
    ward.specialist.run("sync")
    shown = ward.specialist.do("cases", "show", case_id)
    assert "0800000777" not in [f["value"] for f in shown["fields"]]
