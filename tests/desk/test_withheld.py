"""Employers who are not public stay unnamed on everything that a person reads; planted names must not come out."""

import csv
import dataclasses
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.conftest import Offices
from tests.desk.test_desk import opened
from wardclient.desk.api import RefusedError
from wardclient.desk.withheld import FOR_CLIENTS, without
from wardclient.desk.workstation import Workstation
from wardclient.documents.outline import outline
from wardclient.documents.paper import Paper, Rows, plain
from wardclient.openings.columns import known_columns
from wardclient.openings.search import MASKED
from wardclient.practice.openings import OpeningsSpec, write_openings

PLANTED = "株式会社うえこみ秘匿"
SPOILED = ("sheet_title", "job_title", "job_description", "business", "selection_text", "special_note")
"""Fields in which an employer may name himself."""


def planted_file(desk: Workstation, folder: Path, rows: int = 120) -> set[str]:
    """Read a file in whose employers who are not public have a planted name everywhere; return their numbers."""
    path = folder / "openings.csv"
    write_openings(path, OpeningsSpec(rows, desk.place.today()))
    names = {column.field: column.name for column in known_columns()}
    records = list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))
    at = {name: index for index, name in enumerate(records[0])}
    numbers = set()
    for record in records[1:]:
        if record[at[names["disclosure_scope"]]] == "3":
            numbers.add(record[at[names["opening_no"]]])
            record[at[names["employer_name"]]] = PLANTED
            for field in SPOILED:
                if field in names and names[field] in at:
                    record[at[names[field]]] += f" {PLANTED}"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(records)
    path.write_bytes(out.getvalue().encode("cp932"))
    outcome = desk.import_openings(path, dry_run=False, progress=lambda _: None, cancelled=lambda: False)
    assert not outcome.problems
    return numbers


def test_no_output_for_clients_names_an_employer_who_is_not_public(
    offices: Offices, hellowork: Workstation, tmp_path: Path
) -> None:
    """Every list, sheet, side-by-side and paper, for every such opening; staff see the name, so the plant took."""
    numbers = planted_file(hellowork, tmp_path)
    assert numbers
    case_id = opened(hellowork)
    for text in ("", "調理", PLANTED, "うえこみ"):
        for page in (
            hellowork.find_openings(text, {}, 500, client_facing=True),
            hellowork.match_openings(case_id, text, limit=500, client_facing=True),
        ):
            assert PLANTED not in repr(page.rows)
    assert PLANTED in repr(hellowork.find_openings("", {}, 500).rows)
    for number in sorted(numbers):
        assert PLANTED in repr(hellowork.opening(number))
        assert PLANTED not in repr(hellowork.opening(number, client_facing=True))
        paper = hellowork.make_paper(case_id, "opening", record=number)
        assert PLANTED not in "".join(paper.outline)
        assert MASKED in "".join(paper.outline)
    # Told of it, not referred: the history and whatever else is printed for him.
    first = min(numbers)
    filled = hellowork.referral_defaults(case_id, first)
    facts = ("channel", "opening_no", "employer_name", "job_title")
    hellowork.offer(case_id, {name: filled[name] for name in facts})
    hellowork.add_note(case_id, {"body": f"{PLANTED} の求人を案内した"})
    assert PLANTED in repr(hellowork.case(case_id).referrals)
    assert PLANTED in repr(hellowork.case(case_id).timeline)
    made = set()
    for kind in sorted(FOR_CLIENTS):
        try:
            text = "".join(hellowork.make_paper(case_id, kind, record="").outline)
        except RefusedError:
            continue
        made.add(kind)
        assert PLANTED not in text, kind
    assert {"history", "disclosure", "opening"} <= made


def test_whom_a_registered_seeker_visits_is_on_his_receipt(hellowork: Workstation, tmp_path: Path) -> None:
    """Referred through the state's terminal he must know the employer; the sheet itself stays as it was."""
    number = min(planted_file(hellowork, tmp_path))
    case_id = opened(hellowork)
    hellowork.refer(
        case_id, {**hellowork.referral_defaults(case_id, number), "letter_no": "14010-1", "interview_at": ""}
    )
    assert PLANTED in "".join(hellowork.make_paper(case_id, "receipt").outline)
    assert PLANTED not in "".join(hellowork.make_paper(case_id, "opening", record=number).outline)


@given(
    st.lists(st.text("株式会社あい", min_size=1, max_size=6), min_size=1, max_size=4),
    st.text("株式会社あいう。", max_size=12),
)
def test_a_paper_without_names_holds_none_of_them(names: list[str], around: str) -> None:
    """Wherever a name stands in a paper, it is gone, however names lie in one another."""
    told = [name for name in names if name not in MASKED]
    parts = tuple((f"{around}{name}", name) for name in told)
    paper = without(Paper(f"題 {around}", (plain("".join(told)), Rows(parts))), told)
    text = "".join(outline(paper, "X-1")).replace(MASKED, "\n")
    assert dataclasses.is_dataclass(paper)
    assert [name for name in told if name in text] == []


def test_nothing_withheld_leaves_the_paper_alone() -> None:
    """Without names the very same paper comes back."""
    paper = Paper("題", (plain("文"),))
    assert without(paper, ()) is paper


@pytest.mark.parametrize("kind", sorted(FOR_CLIENTS))
def test_every_paper_for_clients_is_one_that_is_made(kind: str, city: Workstation) -> None:
    """The list names papers as the desk does: a renamed paper would slip through."""
    assert kind in {choice.kind for choice in city.papers(opened(city))}
