"""The case, the consent and the referral in English: what is Japanese on them is a value of the person."""

import re

import pytest

from tests.screens.conftest import Make
from tests.screens.walking import press, unlock
from wardclient.app import WardApp
from wardclient.widgets.choices import ChecksField, ChoiceField
from wardclient.widgets.form import FormField

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯々]")

WAREKI = re.compile(r"(昭和|平成|令和)\d+年")
"""A day in the other calendar: a value."""


def labels(app: WardApp) -> list[str]:
    """Return every label, hint and choice of the form that is open, and its key line."""
    found: list[str] = []
    for row in app.screen.query(FormField):
        found += [str(static.render()) for static in row.query(".form-label, .form-note")]
        if isinstance(row.editor, ChoiceField | ChecksField) and row.field.name not in VALUES:
            found += [words for _code, words in row.editor._choices]  # what it offers
    assert found
    return [text for text in found if not WAREKI.search(text)]


VALUES = {"recipients", "office_code", "municipality", "ward"}
"""Fields that offer names of places: those are Japanese in any language."""


@pytest.mark.parametrize(
    ("team", "keys"),
    [
        ("city", ("down", "enter", "e")),
        ("city", ("down", "enter", "n")),
        ("city", ("enter", "c")),
        ("city", ("f2", *"zzz", "f2")),
        ("hellowork", ("enter", "e")),
    ],
)
async def test_no_label_of_a_form_is_japanese(make: Make, team: str, keys: tuple[str, ...]) -> None:
    """Fields of the case, the note, the consent."""
    app = make(team, language="en")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, *keys)
        assert [text for text in labels(app) if JAPANESE.search(text)] == []


async def test_no_label_of_the_referral_is_japanese(make: Make) -> None:
    """From the case by p, an opening, p."""
    app = make("hellowork", language="en")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "enter", "p", "enter", "p")
        assert [text for text in labels(app) if JAPANESE.search(text)] == []
