"""Is this record right? Every rule of domain.md section 4, field by field and across fields.

`validate` returns what must be put right before saving; `warnings` what a person should look
at once more. Both expect values as `normalise` leaves them. Partial records are checked whole:
merge what stands with what was typed, then look at the problems of the fields typed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from wardclient.casework import reference
from wardclient.casework.calendar import DateError, age_on, parse_date, parse_moment, parse_time
from wardclient.casework.codes import TargetGroup
from wardclient.casework.field import LISTS, Field, Form
from wardclient.casework.fields import FIELDS, field_of
from wardclient.casework.kana import is_kana
from wardclient.casework.messages import problem
from wardclient.casework.my_number import holds_my_number
from wardclient.casework.normalise import normalise, normalise_value
from wardclient.casework.problems import Problem
from wardclient.casework.rules import RULES, Setting
from wardclient.casework.words import sensitive_words

__all__ = ["normalise", "normalise_value", "offer_kana", "validate", "validate_value", "warnings"]

YOUNGEST, OLDEST = 15, 100
BY_WISH = frozenset({TargetGroup.B1, TargetGroup.B2, TargetGroup.C1, TargetGroup.C2})
"""Groups whose people are supported because they wish it; the wish is asked and stored (4.12)."""
DEFAULT_LINE = 80
GETA = "〓"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffd]")
_FORMATS: Mapping[Form, tuple[re.Pattern[str], str]] = {
    Form.PHONE: (re.compile(r"0\d{9,10}", re.ASCII), "phone"),
    Form.POSTAL: (re.compile(r"\d{3}-\d{4}", re.ASCII), "postal_code"),
    Form.OFFICE: (re.compile(r"\d{5}", re.ASCII), "office"),
    Form.OFFICES: (re.compile(r"\d{5}", re.ASCII), "office"),
    Form.MUNICIPALITY: (re.compile(r"\d{5}", re.ASCII), "municipality"),
    Form.MUNICIPALITIES: (re.compile(r"\d{5}", re.ASCII), "municipality"),
    Form.OPENING_NO: (re.compile(r"\d{5}-\d{8}", re.ASCII), "opening_no"),
    Form.JOBSEEKER_NO: (re.compile(r"\d{5}-\d{1,8}", re.ASCII), "jobseeker_no"),
    Form.ESTABLISHMENT_NO: (re.compile(r"\d{4}-\d{6}-\d", re.ASCII), "establishment_no"),
    Form.ID: (re.compile(r"[0-9a-f]{32}"), "id"),
}
_PARSERS: Mapping[Form, Callable[[str, str], object]] = {
    Form.DATE: parse_date,
    Form.MOMENT: parse_moment,
    Form.TIME: parse_time,
}


def validate(
    kind: str,
    values: Mapping[str, object],
    *,
    today: date,
    team: str = "",
    roles: Iterable[str] = (),
    deadline: date | None = None,
    free_placement: bool | None = None,
    teams: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """Return what is wrong with a record of ``kind``, in form order, rules across fields last.

    ``team`` and ``roles`` are those of the writer, ``deadline`` the opening's 紹介期限日, ``teams``
    the side of each account or desk label. What is not known rules nothing out.
    """
    base = kind.partition(":")[0]
    found = [problem("unknown_field", name) for name in values if field_of(base, name) is None]
    for field in FIELDS[base]:
        found += validate_value(field, values.get(field.name))
    wrong = {p.field for p in found}
    rule = RULES.get(base)
    if rule is not None:
        # A rule reads only fields that are right in themselves: one mistake, one sentence.
        sound = {name: value for name, value in values.items() if name not in wrong}
        setting = Setting(today, team, frozenset(roles), deadline, free_placement, teams or {})
        found += [p for p in rule(sound, setting) if p.field not in wrong]
    return tuple(found)


def validate_value(field: Field, value: object) -> list[Problem]:
    """Return what is wrong with one value in itself."""
    if value is None or value in ("", [], ()) or (isinstance(value, str) and not value.strip()):
        return [_problem("required", field)] if field.required and not field.auto else []
    if field.form is Form.FLAG:
        return [] if isinstance(value, bool) else [_problem("type", field)]
    if field.form is Form.NUMBER:
        return _number(field, value)
    if field.form in LISTS:
        if not isinstance(value, list | tuple):
            return [_problem("type", field)]
        if field.most and len(value) > field.most:
            return [_problem("too_many", field)]
        texts = [str(element) for element in value]
        return next((found for text in texts if (found := _text(field, text))), [])
    return _text(field, value) if isinstance(value, str) else [_problem("type", field)]


def warnings(kind: str, values: Mapping[str, object], *, today: date) -> tuple[Problem, ...]:
    """Return what a person should look at once more; none of it stops a save."""
    found: list[Problem] = []
    birth = values.get("birth_date")
    if (
        kind == "person"
        and isinstance(birth, str)
        and not validate_value(FIELDS["person"][6], birth)
        and birth
    ):
        age = age_on(date.fromisoformat(birth), today)
        if 0 <= age < YOUNGEST or age > OLDEST:
            found.append(problem("birth_age", "birth_date"))
    if kind == "case" and str(values.get("target_group")) in BY_WISH and values.get("wishes_support") is None:
        found.append(problem("wishes_support", "wishes_support"))
    found += sensitive_words(kind, values)
    return tuple(found)


def offer_kana(text: str) -> str:
    """Return the full-width katakana to offer for what was typed as フリガナ; empty if it cannot be one."""
    offered = str(normalise("person", {"name_kana": text})["name_kana"])
    return offered if is_kana(offered) else ""


def _text(field: Field, text: str) -> list[Problem]:
    """Return the first thing wrong with one text."""
    pattern, code = _FORMATS.get(field.form, (None, ""))
    # A number in its own place and shape (求職番号) may have twelve digits by chance.
    if pattern is not None and pattern.fullmatch(text):
        return _known(field, text)
    if holds_my_number(text):
        return [_problem("my_number", field)]
    if pattern is not None:
        return [_problem(code, field)]
    if field.form in _PARSERS:
        return _parsed(field, text)
    if field.codes is not None:
        return [] if field.codes.of(text) else [_problem("code", field)]
    return _known(field, text) or _free(field, text)


def _free(field: Field, text: str) -> list[Problem]:
    """Return what is wrong with a text as a text: length, control characters, placeholders, kana."""
    control = _CONTROL_IN_LINES if field.form is Form.LONG_TEXT else _CONTROL
    if control.search(text):
        return [_problem("control", field)]
    if GETA in text:
        return [_problem("geta", field)]
    most = DEFAULT_LINE if field.form is Form.TEXTS else field.most
    if most and len(text) > most:
        return [_problem("too_long", field, most)]
    if field.form is Form.KANA and not is_kana(text):
        return [_problem("kana", field)]
    return []


def _known(field: Field, text: str) -> list[Problem]:
    """Return a problem for a code that the reference tables do not know where they are complete."""
    if field.form is Form.OCCUPATION and reference.occupation(text) is None:
        return [_problem("occupation", field)]
    if field.form is Form.INDUSTRY and reference.industry(text) is None:
        return [_problem("industry", field)]
    if field.name == "ward" and reference.ward(text) is None:
        return [_problem("municipality", field)]
    return []


def _parsed(field: Field, text: str) -> list[Problem]:
    try:
        _PARSERS[field.form](text, field.name)
    except DateError as error:
        return [error.problem]
    return [] if normalise_value(field, text) == text else [_problem("date", field)]


def _number(field: Field, value: object) -> list[Problem]:
    if isinstance(value, bool) or not isinstance(value, int):
        text = value if isinstance(value, str) else ""
        return [_problem("my_number" if holds_my_number(text) else "number", field)]
    return [_problem("too_big", field)] if not 0 <= value <= field.most else []


def _problem(code: str, field: Field, most: int = 0) -> Problem:
    return problem(code, field.name, (field.ja, field.en), most=most or field.most)
