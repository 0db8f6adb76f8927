"""候補求人 on paper: every condition of every opening, no hidden employer, nothing of the benefit."""

import unicodedata
from pathlib import Path

import pytest

from tests.desk.conftest import CASE, PERSON
from tests.desk.test_matches import read_in
from tests.desk.test_shortlist import DAY_MS, numbers
from tests.documents.pages import text
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation
from wardclient.openings.rules import HOW_TO_JA, SOURCE_JA
from wardclient.openings.search import MASKED


def squeezed(words: str) -> str:
    """Return a text as it can be found on a page, whose lines break anywhere."""
    return "".join(unicodedata.normalize("NFKC", words).split())


def test_no_condition_of_any_opening_is_left_out(city: Workstation, tmp_path: Path) -> None:
    """Job, term, place, hours, rest, overtime, pay, insurance, holidays: all that the sheet has, word for word."""
    read_in(city, tmp_path, 60)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    picked = numbers(city, 3)
    assert {c.kind: c.why_not for c in city.papers(case_id)}["shortlist"]
    with pytest.raises(RefusedError):
        city.make_paper(case_id, "shortlist")
    city.pick_openings(case_id, picked, {"reason": "家から近い"})
    city.say_of_opening(case_id, picked[1], {"state": "wants", "note": "朝がよい"})
    city.say_of_opening(case_id, picked[2], {"state": "declines"})
    assert not {c.kind: c.why_not for c in city.papers(case_id)}["shortlist"]
    made = city.make_paper(case_id, "shortlist")
    page, outline = squeezed(text(made.pdf)), squeezed("\n".join(made.outline))
    for number in picked[:2]:
        conditions = city.opening(number, client_facing=True).conditions
        assert len(conditions) > 30
        labels = {label for label, _words in conditions}
        for needed in ("職種", "雇用期間", "就業時間", "休憩時間", "時間外", "賃金", "加入保険", "休日"):
            assert any(needed in label for label in labels), needed
        for label, words in conditions:
            assert squeezed(label) in outline
            assert squeezed(words) in outline
            assert not [sign for sign in squeezed(words) if sign not in page]
    assert page.count(squeezed(SOURCE_JA)) == page.count(squeezed(HOW_TO_JA)) == 2
    assert "家から近い" in page
    assert "朝がよい" in page
    assert picked[2] not in page, "what the person declined is not handed out"
    (alone,) = (city.make_paper(case_id, "shortlist", record=picked[2]),)
    assert picked[2] in squeezed(text(alone.pdf))


def test_a_hidden_employer_is_nowhere_on_the_paper(city: Workstation, tmp_path: Path) -> None:
    """公開範囲 3: neither the name nor what may tell it."""
    read_in(city, tmp_path)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    every = [row.opening_no for row in city.find_openings("", {}, 200).rows]
    hidden = next(n for n in every if city.opening(n, client_facing=True).row.employer == MASKED)
    city.pick_openings(case_id, [hidden], {})
    page = squeezed(text(city.make_paper(case_id, "shortlist").pdf))
    whole = dict(city.opening(hidden).conditions)
    assert squeezed(MASKED) in page
    for label in ("事業所名漢字", "事業所名", "代表者名", "事業所番号"):
        if whole.get(label):
            assert squeezed(whole[label]) not in page
    assert squeezed(city.opening(hidden).row.employer) not in page


def test_what_lapsed_says_so_and_what_is_not_here_names_no_employer(
    city: Workstation, tmp_path: Path
) -> None:
    """A paper from an old list is no promise."""
    read_in(city, tmp_path)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    (one,) = numbers(city, 1)
    city.pick_openings(case_id, [one], {})
    clock, later = city.place.now_ms, 100 * DAY_MS
    city.place.now_ms = lambda: clock() + later
    assert "紹介期限" in squeezed(text(city.make_paper(case_id, "shortlist").pdf))


def test_a_reason_that_tells_of_the_benefit_is_refused_and_uses_no_serial(
    city: Workstation, tmp_path: Path
) -> None:
    """The person may lay the paper before an employer."""
    read_in(city, tmp_path)
    case_id = city.open_case(PERSON, CASE, none_match=True)
    (one,) = numbers(city, 1)
    city.pick_openings(case_id, [one], {"reason": "生 活 保 護 のままでも働ける"})
    with pytest.raises(RefusedError) as refused:
        city.make_paper(case_id, "shortlist")
    assert "選んだ理由" in refused.value.ja
    assert city.make_paper(case_id, "consent").serial.endswith("-00001")
