"""Which column of a caseload file is which: the labels of domain 4.1 and 4.2, and usual other ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardclient.casework.field import Field, Form
from wardclient.casework.fields import FIELDS
from wardclient.casework.names import search_key

FULL_NAME = "full_name"
"""姓 and 名 in one column, a blank between them."""
COLUMNS: tuple[tuple[str, str], ...] = (
    ("person", "family_name"),
    ("person", "given_name"),
    ("person", "name_kana"),
    ("person", "alias"),
    ("person", "gaiji_note"),
    ("person", "birth_date"),
    ("person", "sex"),
    ("person", "postal_code"),
    ("person", "municipality"),
    ("person", "address1"),
    ("person", "address2"),
    ("person", "phone"),
    ("person", "phone_kind"),
    ("person", "contact_caution"),
    ("person", "nearest_station"),
    ("person", "language"),
    ("case", "case_no"),
    ("case", "district"),
    ("case", "caseworker_id"),
    ("case", "target_group"),
    ("case", "single_parent"),
    ("case", "wishes_support"),
    ("case", "status"),
    ("case", "household_type"),
    ("case", "opened_on"),
    ("case", "support_from"),
    ("case", "support_until"),
    ("case", "suspend_reason"),
    ("case", "review_on"),
    ("case", "closed_on"),
    ("case", "closure_reason"),
)
"""What a caseload file may hold, in the order in which one is written."""
REQUIRED = ("family_name", "name_kana", "birth_date", "municipality", "address1", "target_group")
_ALSO = {
    FULL_NAME: ("氏名", "名前", "Name", "Full name", "full_name"),
    "family_name": ("氏", "氏名（姓）", "氏名 姓", "Surname", "Last name"),
    "given_name": ("氏名（名）", "氏名 名", "First name"),
    "name_kana": ("カナ", "氏名カナ", "カナ氏名", "氏名（フリガナ）", "Name kana"),
    "birth_date": ("誕生日", "Date of birth", "Birthday"),
    "alias": ("通称名", "通称", "旧姓"),
    "postal_code": ("〒", "Zip"),
    "municipality": ("市区町村コード", "区", "住所（区）"),
    "address1": ("住所", "住所1", "Address", "Address 1"),
    "address2": ("住所2", "建物名", "Address 2"),
    "phone": ("電話番号", "連絡先", "Telephone", "Phone number"),
    "case_no": ("ケースNo", "Case no"),
    "caseworker_id": ("担当", "担当者", "地区担当員", "担当ケースワーカー"),
    "target_group": ("支援対象区分", "対象区分", "区分", "Group"),
    "opened_on": ("相談受付日", "受付年月日"),
    "support_until": ("支援終了日",),
}
_MY_NUMBER = ("個人番号", "マイナンバー", "My Number", "Individual number", "mynumber")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its header as written, and the field it fills."""

    header: str
    kind: str
    field: Field


def field_named(kind: str, name: str) -> Field:
    """Return a field that is known to exist."""
    return next(field for field in FIELDS[kind] if field.name == name)


_FULL = Field(FULL_NAME, "氏名", "Full name", Form.TEXT, "S1", most=81)


def fold(header: str) -> str:
    """Return a header for comparing: folded, without blanks, brackets and required marks."""
    return search_key(header).translate(_BRACKETS)


_BRACKETS = str.maketrans("", "", "()[]{}_*\u203b\u25cf「」【】・")


def _known() -> Mapping[str, Column]:
    found: dict[str, Column] = {}
    for kind, name in COLUMNS:
        field = field_named(kind, name)
        for word in (name, field.ja, field.en, *_ALSO.get(name, ())):
            found.setdefault(fold(word), Column("", kind, field))
    for word in _ALSO[FULL_NAME]:
        found[fold(word)] = Column("", "person", _FULL)
    return found


KNOWN = _known()
"""Folded header to what it is."""


def is_my_number(header: str) -> bool:
    """Return whether a header announces 個人番号, which no file may bring in."""
    folded = fold(header)
    return any(fold(word) in folded for word in _MY_NUMBER)


def resolve(headers: Sequence[str]) -> tuple[Column | None, ...]:
    """Return the field of each column, None for a column that means nothing here."""
    found = []
    for header in headers:
        known = KNOWN.get(fold(header))
        found.append(Column(header.strip(), known.kind, known.field) if known else None)
    return tuple(found)


def count_known(headers: Sequence[str]) -> int:
    """Return how many headers are known: what tells a right encoding from a wrong one."""
    return sum(fold(header) in KNOWN for header in headers)
