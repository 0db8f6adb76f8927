"""The terms of use of supplied openings by command line: caps, limits of age, the yearly count, the memo."""

import datetime as dt
from pathlib import Path

from tests.journeys.wards import Ward
from wardclient.practice.openings import OpeningsSpec, write_openings


def test_the_terms_of_use_by_command_line(ward: Ward, tmp_path: Path) -> None:
    """A search ends at 200 whatever was asked; the limits are set within bounds; count and memo come out."""
    file = tmp_path / "openings.csv"
    write_openings(file, OpeningsSpec(320, dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date()))
    ward.hellowork.do("openings", "import", str(file))
    page = ward.hellowork.do("openings", "search", "", "--limit", "100000")
    assert len(page["rows"]) == 200
    assert ward.hellowork.do("openings", "limits") == {"warn_after": 2, "block_after": 7}
    assert ward.hellowork.do("openings", "limits", "--block", "5")["block_after"] == 5
    assert ward.hellowork.run("openings", "limits", "--block", "8").code
    use = ward.hellowork.do("openings", "use", "--year", "2026")
    assert (use["year"], use["hires"], use["report_by"]) == (2026, 0, "2027-04-20")
    assert "1 April" in use["formula"]
    number = page["rows"][0]["opening_no"]
    paper = tmp_path / "memo.pdf"
    memo = ("openings", "memo", number, "--change", "filled", "--from", "事業所", "--text", "充足と聞いた")
    ward.hellowork.do(*memo, "--output", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    assert ward.hellowork.run(*memo, "--output", str(paper)).code
    kept = ward.hellowork.do("openings", "save", "調理", "調理")
    (row,) = ward.hellowork.do("openings", "saved", "--rename", kept["search_id"], "調理補助")
    assert row["search"]["name"] == "調理補助"
