"""Openings for a person by command line, as a script reads them."""

import datetime as dt
from pathlib import Path

from tests.journeys.wards import Ward, share
from wardclient.practice.openings import OpeningsSpec, write_openings


def test_openings_for_a_case_by_command_line(ward: Ward, tmp_path: Path) -> None:
    """Best first with its parts, a part left out, wrong names refused in words; employers withheld for clients."""
    case_id = share(ward)
    file = tmp_path / "openings.csv"
    write_openings(file, OpeningsSpec(150, dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date()))
    ward.hellowork.do("openings", "import", str(file))
    ward.hellowork.do(
        "cases",
        "set",
        case_id,
        "registration",
        "jobseeker_no=14990-12345",
        "accepted_on=2026-11-01",
        "wish_employment=2",
        "wish_hours=9:00-16:00",
    )
    page = ward.hellowork.do("openings", "search", "", "--for", case_id, "--limit", "200")
    scores = [row["score"] for row in page["rows"]]
    assert len(scores) == page["total"] > 0
    assert scores == sorted(scores, reverse=True)
    assert {part["part"] for part in page["rows"][0]["parts"]} == {"employment", "hours"}
    less = ward.hellowork.do("openings", "search", "", "--for", case_id, "--without", "hours")
    assert {part["part"] for part in less["rows"][0]["parts"]} == {"employment"}
    for wrong in (["--for", case_id, "--without", "luck"], ["--without", "hours"], ["--for", "nobody"]):
        refused = ward.hellowork.run("openings", "search", "", *wrong)
        assert refused.code != 0
        assert "Traceback" not in refused.error
    client = ward.hellowork.do("openings", "search", "", "--client-facing", "--limit", "200")
    assert any("非公開" in row["employer"] for row in client["rows"])
    kept = ward.hellowork.do("openings", "save", "調理", "調理", "--for", case_id)
    (row,) = ward.hellowork.do("openings", "saved")
    assert (row["search"]["case_id"], row["new"]) == (case_id, [])
    assert ward.hellowork.do("openings", "saved", "--drop", kept["search_id"]) == []
    assert ward.hellowork.do("openings", "synonyms", "調理", "賄い")["also"] == ["賄い"]
    assert "厨房" in ward.hellowork.do("openings", "synonyms", "調理", "--reset")["also"]
