"""Values of cells, one line per odd case."""

from datetime import date

import pytest

from wardclient.openings import values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("14990-00012345", "14990-00012345"),
        ("１４９９０－００００１２３１", "14990-00001231"),
        ("14990-1", "14990-00000001"),
        ("1499000000011", "14990-00000011"),
    ],
)
def test_opening_numbers_are_folded_and_padded(text: str, shown: str) -> None:
    """Full-width forms and short serials are one number."""
    number = values.opening_number(text)
    assert number is not None
    assert values.opening_text(number) == shown


@pytest.mark.parametrize("text", ["", "14990-", "1499-00000001", "14990-123456789", "求人番号", "14990-ABC"])
def test_malformed_numbers_are_no_number(text: str) -> None:
    """A malformed number is never guessed."""
    assert values.opening_number(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026/11/05", "2026-11-05"),
        ("令和8年11月5日", "2026-11-05"),
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年5月1日", "2019-05-01"),
        ("2026/02/31", ""),
        ("応相談", ""),
    ],
)
def test_dates_are_read_in_both_calendars(text: str, iso: str) -> None:
    """What is no date is None, never a near one."""
    assert values.iso(values.day(text)) == iso


def test_validity_ends_with_the_second_month_after_receipt() -> None:
    """Received on any day of November: in force until 31 January (domain.md 7.4)."""
    assert values.iso(values.end_of_validity(date(2026, 11, 1).toordinal())) == "2027-01-31"
    assert values.iso(values.end_of_validity(date(2026, 12, 31).toordinal())) == "2027-02-28"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("(1)9時00分～18時00分", (540, 1080)),
        ("(1)17時00分～9時00分", (1020, 1980)),
        ("（２）８時３０分〜１２時００分", (510, 720)),
        ("交替制", None),
        ("", None),
    ],
)
def test_hours_may_cross_midnight(text: str, span: tuple[int, int] | None) -> None:
    """An end before the start lies on the next day."""
    assert values.hours(text) == span


@pytest.mark.parametrize(
    ("text", "amount"),
    [("250,000円", 250000), ("１，２００", 1200), ("0", 0), ("応相談", None), ("-5", None)],
)
def test_amounts(text: str, amount: int | None) -> None:
    """Commas, 円 and full-width digits are read; words are not."""
    assert values.whole_number(text) == amount
