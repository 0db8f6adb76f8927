"""Which column is which."""

import pytest

from wardclient.openings.columns import known_columns, resolve
from wardclient.openings.problems import FileRefusedError
from wardclient.practice.openings import header


def test_every_known_column_is_found_in_a_full_width_header() -> None:
    """The header of the real file has full-width digits and brackets; names match after folding."""
    layout = resolve(header())
    assert layout.width == 418
    assert set(layout.places) == {column.field for column in known_columns()}
    assert layout.places["opening_no"] == 0
    assert layout.places["pay_min_yen"] == 129
    assert layout.label("received_on") == "受付年月日（西暦）"


def test_a_half_width_header_means_the_same() -> None:
    """A provider that writes half-width brackets is read alike."""
    narrow = [name.replace("（", "(").replace("）", ")") for name in header()]
    assert resolve(narrow).places == resolve(header()).places


def test_a_renamed_column_is_found_by_its_position() -> None:
    """Where a name is not known, the specified position counts, as long as the others stand in theirs."""
    renamed = list(header())
    renamed[129] = "支給額の下限（新しい名前）"
    assert resolve(renamed).places["pay_min_yen"] == 129


def test_an_inserted_column_stops_matching_by_position() -> None:
    """In a shifted file the neighbour would be taken; names still find theirs."""
    shifted = ["新しい列", *header()]
    shifted[130] = "支給額の下限（新しい名前）"
    places = resolve(shifted).places
    assert places["opening_no"] == 1
    assert "pay_min_yen" not in places


def test_series_are_written_out() -> None:
    """The reference table names 免許・資格 1 to 3 in one line."""
    fields = {column.field: column.name for column in known_columns()}
    assert fields["license3_need"] == "免許・資格3の要否"
    assert fields["allowance4"] == "定額的手当4"


def test_a_file_without_opening_numbers_is_refused_with_the_column_name() -> None:
    """Without the key nothing could be updated later; the message names the column."""
    with pytest.raises(FileRefusedError) as refused:
        resolve(["氏名", "住所"])
    assert [problem.code for problem in refused.value.problems] == ["missing_column", "missing_column"]
    assert "求人番号" in refused.value.problems[0].ja
