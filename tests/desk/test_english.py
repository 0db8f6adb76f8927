"""In English no label of a case, a consent or a referral is left in Japanese; values stay as they were typed."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.desk.test_desk import opened, shared
from wardclient.casework.codes import ConsentState
from wardclient.casework.consent_bar import bar
from wardclient.casework.fields import FIELDS
from wardclient.desk.workstation import Workstation
from wardclient.locale import set_language

Exchange = Callable[[], None]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯々]")


@pytest.fixture
def english() -> Iterator[None]:
    """The screens in English for one test."""
    set_language("en")
    yield
    set_language("ja")


def left(labels: list[str]) -> list[str]:
    """Return the labels that hold Japanese."""
    return [label for label in labels if JAPANESE.search(label)]


@pytest.mark.usefixtures("english")
def test_every_label_of_a_case_is_english(city: Workstation, exchange: Exchange) -> None:
    """Fields, what the other side sees, the bar, what was done, the preview and the withdrawal."""
    case_id = shared(city, exchange)
    view = city.case(case_id)
    assert len(view.fields) > 20
    assert left([field.label for field in view.fields]) == []
    assert left([view.consent.bar]) == []
    shown = {field.shown for field in view.fields if field.shown}
    for whole in view.other_side_sees:
        line = whole
        for value in sorted(shown, key=len, reverse=True):
            line = line.replace(value, "")
        assert left([line]) == []
    assert left([row.text for row in view.timeline if "  " not in row.text]) == []
    form = city.consent_defaults(case_id)
    ticked = {"paper_location": "窓口", "scope_to_hw": ["S1", "S5"], "scope_to_city": ["H1"]}
    preview = city.preview_consent(case_id, {**form, **ticked})
    assert preview.facts
    assert left([text for fact in preview.facts for text in (fact.label, fact.item_label)]) == []
    assert left([*preview.warnings]) == []
    withdrawal = city.preview_withdrawal(case_id)
    assert left([*withdrawal.stops, withdrawal.cannot_recall[0], withdrawal.cannot_recall[1]]) == []


def test_papers_and_the_screen_in_japanese_keep_their_labels(city: Workstation, exchange: Exchange) -> None:
    """Japanese stays the first language; a paper is Japanese whatever the screen speaks."""
    case_id = shared(city, exchange)
    japanese = city.case(case_id)
    assert {"姓", "フリガナ", "生年月日"} <= {field.label for field in japanese.fields}
    assert japanese.consent.bar.startswith("同意あり")
    set_language("en")
    try:
        paper = city.make_paper(case_id, "who-can-see")
    finally:
        set_language("ja")
    assert "同意あり" in "".join(paper.outline)


def test_every_field_and_every_state_has_an_english_name() -> None:
    """Also those that this case does not show."""
    assert left([field.label("en") for fields in FIELDS.values() for field in fields]) == []
    for state in ConsentState:
        for team in ("city", "hellowork"):
            given = {"scope_to_hw": ["S1", "S7"], "scope_to_city": ["H1", "H5"], "valid_until": "2027-03-31"}
            assert left([bar(given, state.value, team, "en")]) == []
            assert JAPANESE.search(bar(given, state.value, team))


def test_a_new_case_says_in_english_how_it_was_opened(city: Workstation) -> None:
    """The first line of the history."""
    case_id = opened(city)
    set_language("en")
    try:
        assert left([city.case(case_id).timeline[-1].text]) == []
    finally:
        set_language("ja")
