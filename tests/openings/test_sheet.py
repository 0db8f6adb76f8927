"""The whole sheet: every lawful condition, word for word, and what is withheld from a client."""

import csv
import io

import pytest

from tests.openings.room import TODAY, Room
from wardclient.openings.columns import known_columns
from wardclient.openings.filters import Filters
from wardclient.openings.problems import OpeningsError
from wardclient.openings.search import search
from wardclient.openings.sheet import CONTACTS, EMPLOYER, SECTIONS, get
from wardclient.practice.openings import header

CODES_WITH_A_NAME = {
    "opening_kind",
    "full_part",
    "disability_kind",
    "type_a",
    "trial",
    "self_apply",
    "employer_municipality",
    "employment_type",
    "two_day_weekend",
    "pay_form",
    "reason_code",
    "receiving_office_code",
    "contract_term",
    "industry_code",
    "industry_major",
    "occupation_major1",
}
NOT_FOR_THE_SHEET = {"disclosure_scope", "column_3", "holiday_flags", "insurance_flags"} | {
    f"column_{index}" for index in range(406, 416)
}


def test_every_known_column_is_on_the_sheet() -> None:
    """Left out are only codes with their word beside them, flags, and marks of unknown meaning."""
    shown = {field for fields in SECTIONS.values() for field in fields} | set(CONTACTS)
    known = {column.field for column in known_columns()}
    assert known - shown == CODES_WITH_A_NAME | NOT_FOR_THE_SHEET
    assert shown <= known
    assert known >= EMPLOYER


def test_conditions_are_word_for_word_those_of_the_file(room: Room) -> None:
    """Each text equals the cell of the file under the same header, none is shortened or changed."""
    path, _ = room.write(rows=60)
    room.read(path)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))
    for cells in rows[1:]:
        by_header = dict(zip(rows[0], cells, strict=True))
        sheet = get(room.connection, cells[0], TODAY)
        assert len(sheet.conditions) > 40
        for item in sheet.conditions + sheet.contacts + sheet.further:
            assert item.text == by_header[item.label]
        for field in ("job_description", "base_pay_text", "insurance_text", "hours1", "holidays", "smoking"):
            assert sheet.text(field) == by_header[_header(field)]


def test_source_and_way_to_apply_stand_on_every_sheet(room: Room) -> None:
    """The terms of use ask for both, and for the age of the file."""
    path, _ = room.write(rows=5)
    room.read(path)
    sheet = get(room.connection, "14990-00000001", TODAY)
    assert (
        sheet.source[0]
        == "出典: ハローワーク（求人情報提供サービス） 受理安定所 ハローワーク練習 ファイルの日付 2026-11-20"
    )
    assert "求人番号" in sheet.how_to[0]
    assert sheet.age.days == 0


def test_a_client_sees_nothing_that_tells_a_withheld_employer(room: Room) -> None:
    """Kind 3: no name, address, station or person anywhere in what is handed out; the conditions stay."""
    path, _ = room.write(rows=200)
    room.read(path)
    rows = search(room.connection, "", Filters(listed_only=False), TODAY, limit=200).rows
    hidden = [row for row in rows if row.scope == 3]
    assert hidden
    for row in hidden:
        full = get(room.connection, row.opening_no, TODAY)
        shown = get(room.connection, row.opening_no, TODAY, client_facing=True)
        told = repr(shown)
        for field in ("employer_name", "employer_address", "workplace_address", "nearest_station_text"):
            assert full.text(field)
            assert full.text(field) not in told
        assert shown.contacts == ()
        assert shown.text("employer_name") == "（事業所名は非公開）"
        kept = [item for item in full.conditions if item.field not in EMPLOYER]
        assert [item for item in shown.conditions if item.field != "employer_name"] == kept


def test_the_employers_staff_are_never_shown_to_a_client(room: Room) -> None:
    """Also where the employer is public, the name and phone of its staff are for the letter only."""
    path, _ = room.write(rows=3)
    room.read(path)
    full = get(room.connection, "14990-00000001", TODAY)
    assert [item.text for item in full.contacts] == ["架空　担当", "045-000-0000"]
    assert "045-000-0000" not in repr(get(room.connection, "14990-00000001", TODAY, client_facing=True))


@pytest.mark.parametrize("number", ["14990-99999999", "14990-ABC", ""])
def test_an_unknown_number_is_said(room: Room, number: str) -> None:
    """There is no empty sheet."""
    with pytest.raises(OpeningsError) as refused:
        get(room.connection, number, TODAY)
    assert refused.value.problems[0].code == "unknown_opening"


def _header(field: str) -> str:
    names = {column.field: column.name for column in known_columns()}
    wide = names[field].translate(str.maketrans("123()", "１２３（）"))
    assert wide in header()
    return wide
