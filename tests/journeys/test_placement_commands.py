"""From the wish to the check of retention by command line, between two real PCs."""

import datetime as dt
from pathlib import Path

from tests.journeys.offices import Office
from tests.journeys.wards import Ward, consent_form, open_case
from wardclient.casework.calendar import add_months
from wardclient.desk.place import JAPAN
from wardclient.practice.openings import OpeningsSpec, write_openings

JOB = ("employer_name=株式会社試験食品", "job_title=調理補助")


def test_from_the_wish_to_the_check_of_retention(ward: Ward) -> None:
    """The city asks, Hello Work refers, both write the job down, the city checks: one placement, one log."""
    case_id = open_case(ward.city)
    scope = {
        "scope_to_hw": ["S1", "S2", "S4", "S6", "S7"],
        "scope_to_city": ["H1", "H2", "H3", "H4", "H5"],
    }
    ward.city.do("consent", "record", case_id, "--yes", values=consent_form(**scope))
    ward.everyone_syncs()
    today = dt.datetime.now(JAPAN).date()
    begun = add_months(today, -1)
    ward.city.do("cases", "set", case_id, "assessment", values={"wishes": ["調理補助"]})
    asked = ward.city.do("referral", "offer", case_id, "-", *JOB, "channel=1", "state=requested")[
        "referral_id"
    ]
    ward.everyone_syncs()
    made = ward.hellowork.do(
        "referral",
        "make",
        case_id,
        asked,
        "letter_no=R8-0001",
        "opening_no=14990-00000101",
        f"referred_on={begun.isoformat()}",
    )
    assert made["states"] == ["referred"]
    assert "特定求職者雇用開発助成金" in made["subsidy"]
    ward.hellowork.do("referral", "move", case_id, asked, "hired", f"on={begun.isoformat()}")
    term = (f"started_on={begun.isoformat()}", "employment_type=5", "contract_term=2")
    theirs = ward.hellowork.do("placement", "add", case_id, JOB[0], *term)["placement_id"]
    ours = ward.city.do("placement", "add", case_id, "employer_name=㈱試験食品", *term)["placement_id"]
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        (row,) = office.do("placement", "list", case_id)
        assert {claim["placement_id"] for claim in row["claims"]} == {ours, theirs}
        assert row["contested"] is True
        assert (row["regular_hellowork"], row["regular_benefits"]) == (True, None)
        assert [(due["month"], due["state"]) for due in office.do("retention", "due")] == [(1, "due")]
    refused = ward.city.run("retention", "check", case_id, ours, "retention=3")
    assert refused.code == 1
    assert "Traceback" not in refused.error
    ward.city.do("retention", "check", case_id, ours, "retention=1", "accompanied_by=専門員")
    ward.everyone_syncs()
    assert ward.hellowork.do("retention", "due") == []
    (row,) = ward.hellowork.do("placement", "list", case_id)
    assert [check["state"] for check in row["retention"]] == ["done", "coming", "coming"]
    assert row["retention"][0]["found"][0]["team"] == "city"
    assert ward.hellowork.do("referral", "log", case_id, asked)["states"] == ["hired"]
    assert ward.city.do("registration", "due") == []


def following(office: Office) -> list[str]:
    """The cases whose person is at work, as an office lists them."""
    return [row["case_id"] for row in office.do("cases", "list", "--status", "followup")["rows"]]


def test_from_the_wish_over_the_shortlist_to_the_check_of_retention(  # noqa: PLR0915  # one way through
    ward: Ward, tmp_path: Path
) -> None:
    """The city picks, the person chooses, Hello Work refers, both write the job down, one of them in error."""
    case_id = open_case(ward.city)
    scope = {
        "scope_to_hw": ["S1", "S2", "S4", "S6", "S7"],
        "scope_to_city": ["H1", "H2", "H3", "H4", "H5"],
    }
    ward.city.do("consent", "record", case_id, "--yes", values=consent_form(**scope))
    today = dt.datetime.now(JAPAN).date()
    file = tmp_path / "openings.csv"
    write_openings(file, OpeningsSpec(120, today))
    for office in (ward.city, ward.hellowork):
        office.do("openings", "import", str(file))
    ward.city.do("cases", "set", case_id, "assessment", values={"wishes": ["調理補助"]})
    ward.everyone_syncs()
    wishes = ("jobseeker_no=14990-12345", f"accepted_on={today.isoformat()}", "wish_employment=2")
    ward.hellowork.do("cases", "set", case_id, "registration", *wishes)
    ward.everyone_syncs()
    found = ward.city.do("openings", "search", "", "--for", case_id, "--limit", "20")["rows"]
    numbers = [each["row"]["opening_no"] for each in found][:3]
    ward.city.do("shortlist", "pick", case_id, *numbers, "--reason", "家から近い")
    ward.everyone_syncs()
    ward.hellowork.do("shortlist", "say", case_id, numbers[2], "wants", "--note", "朝だけなら")
    ward.hellowork.do("shortlist", "say", case_id, numbers[0], "declines")
    ward.hellowork.do("shortlist", "move", case_id, numbers[2], "-2")
    refused = ward.hellowork.run("shortlist", "pick", case_id, "14990-99999999")
    assert refused.code == 1
    assert "Traceback" not in refused.error
    ward.everyone_syncs()
    rows = ward.city.do("shortlist", "list", case_id)
    assert [(row["opening_no"], row["words"]) for row in rows] == [
        (numbers[2], ["wants"]),
        (numbers[0], ["declines"]),
        (numbers[1], []),
    ]
    assert rows[0]["note"] == "朝だけなら"
    paper = tmp_path / "shortlist.pdf"
    ward.city.do("print", "shortlist", case_id, "--output", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    made = ward.hellowork.do(
        "refer", case_id, numbers[2], "letter_no=R8-0001", f"referred_on={today.isoformat()}"
    )["referral_id"]
    ward.hellowork.do("referral", "move", case_id, made, "hired", f"on={today.isoformat()}")
    ward.everyone_syncs()
    assert ward.city.do("shortlist", "list", case_id)[0]["referral_text"] == "採用"
    begun = add_months(today, -1).isoformat()
    name = rows[0]["employer_name"]
    term = (f"started_on={begun}", "employment_type=5", "contract_term=2")
    ward.hellowork.do("placement", "add", case_id, f"employer_name={name}", f"opening_no={numbers[2]}", *term)
    wrong = ward.city.do("placement", "add", case_id, "employer_name=別の事業所", *term)["placement_id"]
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        assert len(office.do("placement", "list", case_id)) == len(office.do("retention", "due")) == 2
        assert following(office) == [case_id]
    ward.city.do("placement", "strike", case_id, wrong, "reason=事業所のまちがい")
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        jobs = office.do("placement", "list", case_id)
        assert sorted(len(each["claims"]) for each in jobs) == [0, 1]
        assert [(due["employer_name"], due["month"]) for due in office.do("retention", "due")] == [(name, 1)]
    (due,) = ward.city.do("retention", "due")
    ward.city.do("retention", "check", case_id, due["placement_id"], "retention=1")
    ward.everyone_syncs()
    assert ward.hellowork.do("retention", "due") == []
    assert following(ward.hellowork) == [case_id]
