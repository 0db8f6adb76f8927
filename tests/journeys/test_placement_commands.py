"""From the wish to the check of retention by command line, between two real PCs."""

import datetime as dt

from tests.journeys.wards import Ward, consent_form, open_case
from wardclient.casework.calendar import add_months
from wardclient.desk.place import JAPAN

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
