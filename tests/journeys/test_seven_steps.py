"""The main job by command line: one case, two offices, one consent, real processes."""

import datetime as dt

from tests.journeys.offices import enrol
from tests.journeys.wards import PERSON, Ward, consent_form, open_case, share
from wardclient.desk.place import JAPAN


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
    assert {
        f["shown"] for f in theirs["fields"] if f["kind"] in ("person", "assessment", "case") and f["shown"]
    } == promised
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
    today = dt.datetime.now(JAPAN).date().isoformat()
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
    ward.hellowork.do(
        "result", case_id, referral, values={"result": "1", "result_on": today, "result_source": "2"}
    )
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
    keep = ""
    for office in (ward.city, ward.hellowork):
        (conflict,) = office.do("inbox", "list")["conflicts"]
        assert {head["author"] for head in conflict["heads"]} == {"CW 3係", "HW 3番窓口"}
        assert {head["value"] for head in conflict["heads"]} == {"0800000124", "0800000142"}
        keep = next(h["version"] for h in conflict["heads"] if h["value"] == "0800000124")
    conflict = ward.hellowork.do("inbox", "list")["conflicts"][0]
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
    device = next(
        row["device"] for row in ward.city.do("admin", "device", "list") if row["label"] == "就労支援 2番"
    )
    ward.city.do("admin", "device", "remove", device, "--yes")
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000777"})
    ward.city.sync()
    ward.specialist.run("sync")
    shown = ward.specialist.do("cases", "show", case_id)
    assert "0800000777" not in [f["value"] for f in shown["fields"]]
