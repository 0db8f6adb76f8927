"""One field of a record: its name, its words, its form, and what the consent must tick for it to cross."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from wardclient.casework import reference
from wardclient.casework.calendar import format_moment, format_wareki, parse_moment
from wardclient.casework.coding import Code

TO_HW = "to_hw"
TO_CITY = "to_city"
NEVER = frozenset({"CITY", "HWK", "OPS"})
"""Classes that cross under no consent: city only, Hello Work only, operational."""
MOBILE = ("070", "080", "090", "050")
MOBILE_DIGITS = 11
AREA_CODES = ("044", "045", "046")


class Form(Enum):
    """What a value looks like. Lists hold elements of that form."""

    TEXT = auto()
    LONG_TEXT = auto()
    """May hold line breaks."""
    KANA = auto()
    DATE = auto()
    MOMENT = auto()
    """ISO time with offset."""
    TIME = auto()
    CODE = auto()
    CODES = auto()
    TEXTS = auto()
    FLAG = auto()
    NUMBER = auto()
    PHONE = auto()
    POSTAL = auto()
    MUNICIPALITY = auto()
    MUNICIPALITIES = auto()
    OFFICE = auto()
    OFFICES = auto()
    OPENING_NO = auto()
    JOBSEEKER_NO = auto()
    ESTABLISHMENT_NO = auto()
    OCCUPATION = auto()
    INDUSTRY = auto()
    ID = auto()
    """A random id of 32 hex digits, set by the program."""


LISTS = frozenset({Form.CODES, Form.TEXTS, Form.MUNICIPALITIES, Form.OFFICES})
"""Forms whose value is a list of texts."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field. ``item``: the consent item under which it goes to Hello Work, or one of NEVER.

    ``item_to_city`` is the item under which it goes to the city, where that differs (registration
    has its H item in ``item``). ``auto`` fields are set by the program, so no form asks for them.
    ``most`` bounds characters of a text, elements of a list, or the number itself.
    """

    name: str
    ja: str
    en: str
    form: Form
    item: str
    required: bool = False
    most: int = 0
    codes: type[Code] | None = None
    item_to_city: str = ""
    auto: bool = False

    def label(self, locale: str = "ja") -> str:
        """Return the words in Japanese, or in English for any other locale."""
        return self.ja if locale.startswith("ja") else self.en

    def item_for(self, direction: str) -> str:
        """Return the item that must be ticked for this field to go in ``direction``, empty: it never does."""
        letter = "S" if direction == TO_HW else "H"
        item = self.item_to_city if direction == TO_CITY and self.item_to_city else self.item
        return item if item.startswith(letter) and item not in NEVER else ""


def shown(field: Field, value: object, locale: str = "ja") -> str:
    """Return a value as people read it: codes as words, dates as 和暦, lists joined; empty for no value.

    A value that does not fit the field's form is shown as it is stored, never hidden.
    """
    if value is None or value in ("", [], ()):
        return ""
    if isinstance(value, bool):
        words = ("はい", "いいえ") if locale.startswith("ja") else ("yes", "no")
        return words[not value]
    if isinstance(value, list | tuple):
        between = "、" if locale.startswith("ja") else ", "
        return between.join(_word(field, str(element), locale) for element in value)
    return _word(field, str(value), locale)


def _word(field: Field, text: str, locale: str) -> str:
    if field.codes is not None:
        code = field.codes.of(text)
        return code.label(locale) if code is not None else text
    match field.form:
        case Form.DATE:
            return _date(text, locale)
        case Form.MOMENT:
            return _moment(text, locale)
        case Form.MUNICIPALITY | Form.MUNICIPALITIES:
            return reference.ward_name(text)
        case Form.OFFICE | Form.OFFICES:
            return reference.office_name(text)
        case Form.OCCUPATION:
            group = reference.occupation(text)
            return f"{text} {group.name}" if group else text
        case Form.PHONE:
            return _phone(text)
        case _:
            return text


def _date(text: str, locale: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return format_wareki(day) if locale.startswith("ja") else text


def _moment(text: str, locale: str) -> str:
    try:
        moment = parse_moment(text)
    except ValueError:
        return text
    return format_moment(moment) if locale.startswith("ja") else text


def _phone(digits: str) -> str:
    """Return digits with hyphens where their places are certain: mobiles, and this city's neighbourhood."""
    if digits.startswith(MOBILE) and len(digits) == MOBILE_DIGITS:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if digits.startswith(AREA_CODES) and len(digits) == MOBILE_DIGITS - 1:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return digits
