"""The whole of one opening (求人票): every condition the law requires, word for word as in the file.

Lists may shorten, the sheet never does (terms of use, domain.md 7.6). Columns without a known
meaning are given too, with the header they came under, when they hold words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from wardclient.openings import rules, values
from wardclient.openings.columns import Layout, known_columns
from wardclient.openings.indexer import Layouts, cells
from wardclient.openings.problems import OpeningsError, Problem
from wardclient.openings.search import MASKED, OpeningRow, newest_age, row_of
from wardclient.openings.store import Connection

_SECTION_WORDS = {
    "求人": (
        "opening_no sheet_title opening_kind_name full_part_name received_on valid_until referral_deadline"
        " receiving_office_name trial_name self_apply_name disability_kind_name type_a_name"
    ),
    "事業所": (
        "employer_name employer_kana employer_postal employer_municipality_name employer_address employer_url"
        " establishment_no corporate_no rep_title rep_name founded_year capital business column_298"
        " employees_total employees_site employer_feature retirement_fund"
    ),
    "仕事": (
        "job_title job_description employment_type_name regular_track contract_term_name contract_term_text"
        " probation probation_conditions workplace_municipality_name workplace_postal workplace_address"
        " nearest_station nearest_station_text car_commute parking transfer transfer_area telework smoking"
        " occupation_code1 occupation_code2 occupation_code3 industry_name column_337 vacancies reason_name"
    ),
    "応募の条件": (
        "age_min age_max education experience pc_skill license1 license1_need license2 license2_need license3"
        " license3_need license_other uij"
    ),
    "賃金": (
        "pay_form_name pay_min_yen pay_max_yen pay_form_min_yen pay_form_max_yen base_pay_text"
        " base_pay_min_yen base_pay_max_yen allowance1 allowance2 allowance3 allowance4 fixed_overtime"
        " fixed_overtime_note commute_allowance commute_allowance_yen raise bonus bonus_text"
    ),
    "労働時間": (
        "hours_kind hours1 hours2 hours3 hours_note overtime overtime_hours break_min annual_holidays"
        " holidays holidays_note two_day_weekend_name paid_leave_days childcare_leave"
    ),
    "保険・定年": "insurance_text retirement_age reemployment",
    "選考": (
        "selection_text selection_documents selection_interview selection_written interview_count"
        " doc_referral_letter doc_resume doc_career doc_jobcard doc_other special_note"
    ),
}
SECTIONS: Mapping[str, tuple[str, ...]] = {name: tuple(text.split()) for name, text in _SECTION_WORDS.items()}
"""Sections of the paper sheet and their fields, in its order. Codes only where no word stands beside them."""

CONTACTS = tuple(column.field for column in known_columns() if column.field.startswith("contact_"))
"""The employer's staff: shown on need, never in reports, never to a client."""

EMPLOYER = frozenset(
    [
        "employer_name",
        "employer_kana",
        "employer_postal",
        "employer_municipality_name",
        "employer_address",
        "employer_url",
        "establishment_no",
        "corporate_no",
        "rep_title",
        "rep_name",
        "founded_year",
        "capital",
        "business",
        "column_298",
        "employees_total",
        "employees_site",
        "employer_feature",
        "workplace_postal",
        "workplace_address",
        "nearest_station",
        "nearest_station_text",
    ]
)
"""What may tell who the employer is; withheld when the employer is not public and the client can see."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One item of the sheet: its section, the file's own header and the file's own words."""

    section: str
    field: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class OpeningSheet:
    """One opening. ``further`` are columns without a known meaning, ``contacts`` the employer's staff.

    ``source`` and ``how_to`` (Japanese, English) belong on every sheet shown or printed.
    """

    row: OpeningRow
    conditions: tuple[Condition, ...]
    contacts: tuple[Condition, ...]
    further: tuple[Condition, ...]
    source: tuple[str, str]
    how_to: tuple[str, str]
    age: rules.FileAge

    def text(self, field: str) -> str:
        """Return the words of one field, empty when the file has none or they are withheld."""
        return next((item.text for item in self.conditions + self.contacts if item.field == field), "")


def get(
    connection: Connection,
    opening_no: str,
    today: date,
    *,
    client_facing: bool = False,
    sheet_id: int | None = None,
) -> OpeningSheet:
    """Return an opening's sheet, the one now in force or an older one that was pinned.

    Raises OpeningsError ``unknown_opening``.
    """
    number = values.opening_number(opening_no)
    found = connection.execute(
        "SELECT o.docid, s.layout_id, s.record FROM opening o JOIN sheet s ON s.number = o.number"
        " AND s.sheet_id = coalesce(?, o.sheet_id) WHERE o.number = ?",
        (sheet_id, number),
    ).fetchone()
    if found is None:
        raise OpeningsError(_UNKNOWN)
    row = row_of(connection, found[0], client_facing=client_facing)
    layout = Layouts(connection)[found[1]]
    record = cells(found[2])
    office = _text(layout, record, "receiving_office_name") or _text(layout, record, "receiving_office_code")
    age = newest_age(connection, today)
    return OpeningSheet(
        row=row,
        conditions=_conditions(layout, record, masked=row.masked),
        contacts=() if client_facing else _items(layout, record, "選考担当者", CONTACTS),
        further=() if row.masked else _further(layout, record),
        source=(
            f"{rules.SOURCE_JA} 受理安定所 {office} ファイルの日付 {row.file_date}",
            f"{rules.SOURCE_EN}, office {office}, file of {row.file_date}",
        ),
        how_to=(rules.HOW_TO_JA, rules.HOW_TO_EN),
        age=age,
    )


def _conditions(layout: Layout, record: list[str], *, masked: bool) -> tuple[Condition, ...]:
    items: list[Condition] = []
    names = _names(layout, record) if masked else ()
    for section, fields in SECTIONS.items():
        open_fields = tuple(field for field in fields if not (masked and field in EMPLOYER))
        if masked and len(open_fields) < len(fields) and "employer_name" in fields:
            items.append(Condition(section, "employer_name", _name("employer_name"), MASKED))
        items.extend(_items(layout, record, section, open_fields))
    return tuple(replace(item, text=_without(item.text, names)) for item in items) if names else tuple(items)


def _names(layout: Layout, record: list[str]) -> tuple[str, ...]:
    """Return what the employer is called; some write it into the job's own text, too."""
    found = (
        _text(layout, record, field).strip() for field in ("employer_name", "employer_kana", "employer_url")
    )
    return tuple(sorted((name for name in found if len(name) > 1), key=len, reverse=True))


def _without(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, MASKED)
    return text


def _items(layout: Layout, record: list[str], section: str, fields: tuple[str, ...]) -> tuple[Condition, ...]:
    return tuple(
        Condition(section, field, layout.label(field), _text(layout, record, field))
        for field in fields
        if _text(layout, record, field)
    )


def _further(layout: Layout, record: list[str]) -> tuple[Condition, ...]:
    """Unknown columns that hold words; bare codes say nothing to a reader."""
    known = set(layout.places.values())
    return tuple(
        Condition("その他", "", layout.header[index], text)
        for index, text in enumerate(record)
        if index not in known and text and not text.isdigit()
    )


def _text(layout: Layout, record: list[str], field: str) -> str:
    index = layout.places.get(field)
    return "" if index is None else record[index]


def _name(field: str) -> str:
    return next(column.name for column in known_columns() if column.field == field)


_UNKNOWN = Problem(
    "opening_no",
    "unknown_opening",
    "この求人番号の求人はありません。番号を確かめるか、新しいファイルを取り込んでください。",
    "There is no opening of this number. Check it, or read in a newer file.",
)
