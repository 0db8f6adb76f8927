"""From what people type to what is stored: kana, widths, dates, codes (domain 11). Names are never touched.

What cannot be read stays as typed, for `validation` to say so.
"""

import re
from collections.abc import Callable, Mapping

from wardclient.casework.calendar import DateError, parse_date, parse_moment, parse_time
from wardclient.casework.field import LISTS, Field, Form
from wardclient.casework.fields import field_of
from wardclient.casework.kana import normalise_kana
from wardclient.casework.reference import find_ward
from wardclient.casework.width import code_text, fold_width, phone_digits

OPENING_SERIAL = 8
_OPENING = re.compile(r"(\d{5})-?(\d{1,8})", re.ASCII)
_JOBSEEKER = re.compile(r"(\d{5})-?(\d{1,8})", re.ASCII)
_ESTABLISHMENT = re.compile(r"(\d{4})-?(\d{6})-?(\d)", re.ASCII)
_POSTAL = re.compile(r"\u3012?(\d{3})-?(\d{4})", re.ASCII)
_PHONE = re.compile(r"[+(]?[\d\s()+-]+", re.ASCII)
_NUMBER = re.compile(r"[\\\u00a5]?(\d[\d,]*)円?", re.ASCII)
_YES = frozenset({"はい", "有", "あり", "可", "y", "yes", "true", "1", "on"})
_NO = frozenset({"いいえ", "無", "なし", "不可", "n", "no", "false", "0", "off"})


def normalise(kind: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return ``values`` as they are stored; unknown fields are passed on as they are."""
    found: dict[str, object] = {}
    for name, value in values.items():
        field = field_of(kind, name)
        found[name] = value if field is None else normalise_value(field, value)
    return found


def normalise_value(field: Field, value: object) -> object:
    """Return one value as it is stored."""
    if field.form in LISTS:
        return _list(field, value)
    if field.form is Form.FLAG:
        return _flag(value)
    if field.form is Form.NUMBER:
        return _number(value)
    if not isinstance(value, str):
        return value
    return _FORMS.get(field.form, _as_typed)(value) if field.codes is None else _code(field, value)


def _list(field: Field, value: object) -> object:
    """Return a list of stored elements without blanks and repetitions; one text is a list of one."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple | set | frozenset):
        return value
    elements = sorted(value, key=str) if isinstance(value, set | frozenset) else value
    form = Form.MUNICIPALITY if field.form is Form.MUNICIPALITIES else Form.OFFICE
    clean: list[str] = []
    for element in elements:
        text = str(element)
        if field.codes is not None:
            text = _code(field, text)
        elif field.form is not Form.TEXTS:
            text = _FORMS[form](text)
        if text.strip():
            clean.append(text)
    return list(dict.fromkeys(clean))


def _flag(value: object) -> object:
    if not isinstance(value, str):
        return bool(value) if isinstance(value, int) and value in (0, 1) else value
    word = fold_width(value).strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else value


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _NUMBER.fullmatch(fold_width(value).strip())
    return int(found[1].replace(",", "")) if found else value


def _code(field: Field, text: str) -> str:
    """Return the code that a text is or names; an unknown one as typed."""
    assert field.codes is not None  # noqa: S101  # callers look first
    plain = code_text(text)
    known = field.codes.of(plain) or field.codes.of(plain.upper()) or field.codes.read(text)
    return known.value if known is not None else text


def _as_typed(text: str) -> str:
    return text


def _date(text: str) -> str:
    try:
        return parse_date(text).isoformat() if text.strip() else ""
    except DateError:
        return text


def _moment(text: str) -> str:
    try:
        return parse_moment(text).isoformat() if text.strip() else ""
    except DateError:
        return text


def _time(text: str) -> str:
    try:
        return f"{parse_time(text):%H:%M}" if text.strip() else ""
    except DateError:
        return text


def _phone(text: str) -> str:
    """Return digits alone if the text is a phone number and nothing else."""
    plain = code_text(text)
    return phone_digits(plain) if _PHONE.fullmatch(plain) else text


def _postal(text: str) -> str:
    found = _POSTAL.fullmatch(code_text(text))
    return f"{found[1]}-{found[2]}" if found else text


def _municipality(text: str) -> str:
    ward = find_ward(text) if text.strip() else None
    return ward.code if ward is not None else code_text(text)


def _opening_no(text: str) -> str:
    """Return NNNNN-NNNNNNNN, the serial padded on the left (domain 7.3)."""
    plain = code_text(text)
    found = _OPENING.fullmatch(plain)
    return f"{found[1]}-{found[2].rjust(OPENING_SERIAL, '0')}" if found else plain


def _jobseeker_no(text: str) -> str:
    plain = code_text(text)
    found = _JOBSEEKER.fullmatch(plain)
    return f"{found[1]}-{found[2]}" if found else plain


def _establishment_no(text: str) -> str:
    plain = code_text(text)
    found = _ESTABLISHMENT.fullmatch(plain)
    return "-".join(found.groups()) if found else plain


_FORMS: Mapping[Form, Callable[[str], str]] = {
    Form.KANA: normalise_kana,
    Form.DATE: _date,
    Form.MOMENT: _moment,
    Form.TIME: _time,
    Form.PHONE: _phone,
    Form.POSTAL: _postal,
    Form.MUNICIPALITY: _municipality,
    Form.OFFICE: code_text,
    Form.OPENING_NO: _opening_no,
    Form.JOBSEEKER_NO: _jobseeker_no,
    Form.ESTABLISHMENT_NO: _establishment_no,
    Form.OCCUPATION: code_text,
    Form.INDUSTRY: code_text,
}
