"""What the terms of use ask for: the yearly count, the memo to the receiving office, no export in bulk."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened
from tests.desk.test_feeds import read_in
from tests.desk.test_prints import REFERRAL
from wardclient.casework.calendar import fiscal_year
from wardclient.casework.placement import Claim, Placement
from wardclient.casework.supply_use import supply_use
from wardclient.desk import matches, openings_acts
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation

DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31))
CHANNELS = st.sampled_from(["1", "2", "3", "4"])
NUMBERS = st.sampled_from(["", "14990-00000011", "14990-00000021"])


@given(st.lists(st.tuples(CHANNELS, DAYS, NUMBERS), max_size=30))
def test_every_job_counts_in_one_year_and_once(records: list[tuple[str, dt.date, str]]) -> None:
    """Over all years the hires are the ward's own with a number; nothing counts twice, nothing else counts."""
    jobs = [
        Placement((Claim(str(at), channel, "", day, 0, number),))
        for at, (channel, day, number) in enumerate(records)
    ]
    years = [
        supply_use(year, jobs, records, lambda number: number.endswith("11")) for year in range(2021, 2031)
    ]
    own = [(day, number) for channel, day, number in records if channel == "2" and number]
    assert sum(use.hires for use in years) == len(own) == sum(use.referrals for use in years)
    assert sum(use.not_here for use in years) == sum(not number.endswith("11") for _, number in own)
    for use in years:
        assert use.hires == sum(fiscal_year(day) == use.year for day, _ in own)
        assert use.report_by == f"{use.year + 1}-04-20"


def test_a_job_that_two_offices_wrote_down_counts_once() -> None:
    """Two claims to one job: the ward's own counts it, Hello Work's figure does not count it again."""
    day = dt.date(2026, 4, 1)
    claims = tuple(Claim(channel, channel, "", day, 0, "14990-00000011") for channel in "12")
    use = supply_use(2026, [Placement(claims)], [], lambda _: True)
    assert (use.hires, use.hellowork_hires) == (1, 0)
    assert supply_use(2025, [Placement(claims)], [], lambda _: True).hires == 0


@pytest.fixture
def specialist(offices: Offices, city: Workstation) -> Workstation:
    """The employment specialist's desk."""
    offices.enrol(city, "specialist", "city", ("es",))
    return offices.unlock("specialist")


def test_the_year_is_counted_at_a_real_desk(specialist: Workstation, tmp_path: Path) -> None:
    """A referral and the job that came of it; the year before has none."""
    read_in(specialist, tmp_path, 30, 0)
    case_id = opened(specialist)
    number = specialist.find_openings("", {}).rows[0].opening_no
    specialist.refer(
        case_id, {**specialist.referral_defaults(case_id, number), **REFERRAL, "opening_no": number}
    )
    today = specialist.place.today()
    job = {
        "employer_name": REFERRAL["employer_name"],
        "channel": "2",
        "started_on": today.isoformat(),
        "employment_type": "5",
        "contract_term": "2",
        "opening_no": number,
    }
    specialist.place_in_job(case_id, job)
    use = specialist.supply_use(fiscal_year(today))
    assert (use.hires, use.referrals, use.not_here) == (1, 1, 0)
    assert specialist.supply_use(fiscal_year(today) - 1).hires == 0


def test_the_memo_tells_the_office_of_the_opening_and_of_nobody(
    specialist: Workstation, tmp_path: Path
) -> None:
    """To the office that received it, with what was heard; a person's name in the text is refused."""
    read_in(specialist, tmp_path, 30, 0)
    case_id = opened(specialist)
    row = specialist.find_openings("", {}).rows[0]
    specialist.refer(
        case_id,
        {**specialist.referral_defaults(case_id, row.opening_no), **REFERRAL, "opening_no": row.opening_no},
    )
    heard = {"change": "withdrawn", "text": "電話で取消と聞いた", "heard_from": "事業所"}
    shown = specialist.preview_memo(row.opening_no, heard)
    made = specialist.office_memo(row.opening_no, heard)
    assert made.outline == (*shown, f"印刷番号 {made.serial}")
    text = "".join(made.outline)
    for told in ("ハローワーク練習", row.opening_no, row.employer, "求人の取消", "電話で取消と聞いた"):
        assert told in text
    name = specialist.case(case_id).row.name
    for spelled in (name, "".join(name.split())):
        with pytest.raises(RefusedError):
            specialist.preview_memo(
                row.opening_no,
                {"change": "differs", "text": f"{spelled}さんから聞いた", "heard_from": "本人"},
            )
    tomorrow = (specialist.place.today() + dt.timedelta(days=1)).isoformat()
    for change, words, day, field in (
        ("", "x", "", "change"),
        ("filled", " ", "", "text"),
        ("filled", "x", tomorrow, "heard_on"),
        ("filled", "x", "?", "heard_on"),
    ):
        with pytest.raises(RefusedError) as refused:
            specialist.office_memo(
                row.opening_no, {"change": change, "text": words, "heard_from": "事業所", "heard_on": day}
            )
        assert [each.field for each in refused.value.problems] == [field]


def test_no_path_hands_out_openings_in_bulk(
    specialist: Workstation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists end at a cap whatever was asked for; papers hold one opening; the exports know no openings."""
    read_in(specialist, tmp_path, 700, 0)
    case_id = opened(specialist)
    numbers = {row.opening_no for row in specialist.find_openings("", {}, 10**9).rows}
    assert len(numbers) > 500
    # A ceiling that this small file reaches: no answer goes above it, whatever is asked for.
    for module in (openings_acts, matches):
        monkeypatch.setattr(module, "LIST_MOST", 40)
    assert len(specialist.find_openings("", {}, 10**9).rows) == 40
    assert len(specialist.match_openings(case_id, limit=10**9).rows) == 40
    search_id = specialist.save_search("全部", "", {})
    assert len(specialist.saved_openings(search_id, everything=True)) == 500
    for row in list(specialist.find_openings("", {}, 3).rows):
        text = "".join(specialist.make_paper(case_id, "opening", record=row.opening_no).outline)
        assert {number for number in numbers if number in text} == {row.opening_no}
        assert "出典: ハローワーク" in text
    with pytest.raises(RefusedError):
        specialist.make_paper(case_id, "opening", record=",".join(sorted(numbers)[:2]))
    assert json.dumps(sorted(specialist.papers(case_id), key=str), default=str).count("14990-") == 0
