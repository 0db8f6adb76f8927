"""The pages for those who run the service: one for each problem, with its own words."""

import re
from pathlib import Path

import pytest

from wardcentral.problems import PROBLEMS

PAGES = Path(__file__).parents[2] / "docs" / "operations" / "incidents"
PARTS = ("## What happened", "## What is safe", "## What to do")


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_each_problem_has_a_page_in_the_words_of_the_answer(code: str) -> None:
    """Who finds the sentence in a log finds the page, and the page says what to do."""
    status, ja, en = PROBLEMS[code]
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# `{code}` ({status})\n")
    assert f"> {ja}\n" in text
    assert f"> {en}\n" in text


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_each_page_says_what_happened_what_is_safe_and_what_to_do(page: Path) -> None:
    """Each part is there, in this order, and says something."""
    text = page.read_text(encoding="utf-8")
    places = [text.find(part) for part in PARTS]
    assert places == sorted(places)
    assert -1 not in places
    assert all(len(part.strip()) > 10 for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_what_a_page_points_to_exists(page: Path) -> None:
    """Pages and folders that are named are there."""
    text = page.read_text(encoding="utf-8")
    for named in re.findall(r"`((?:\.\./)?[\w/-]+\.md)`", text):
        assert (page.parent / named).resolve().is_file(), named
    for named in re.findall(r"`(packaging/[\w/.-]+)`", text):
        assert (PAGES.parents[2] / named).exists(), named
