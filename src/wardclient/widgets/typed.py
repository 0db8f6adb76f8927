"""Fields that are typed in a form of their own: dates in any calendar, times, kana, places."""

import datetime as dt

from textual.events import Blur

from wardclient.casework import reference
from wardclient.casework.calendar import (
    DateError,
    format_both,
    format_letters,
    format_moment,
    parse_date,
    parse_moment,
)
from wardclient.casework.field import Field, shown
from wardclient.casework.validation import normalise_value, offer_kana
from wardclient.locale import _, language
from wardclient.widgets.ime import ImeInput


class WarekiInput(ImeInput):
    """A date in every form that people write (R8.3.31, 2026/3/31); both calendars beside it."""

    def __init__(self, *, classes: str | None = None) -> None:
        """Begin empty."""
        super().__init__(placeholder=_("例 R8.3.31"), classes=classes)

    def fill(self, value: object) -> None:
        """Show a stored day."""
        try:
            self.value = format_letters(dt.date.fromisoformat(str(value))) if value else ""
        except ValueError:
            self.value = str(value)

    def read(self) -> str:
        """Return the day as ISO text; what is no date as typed, for the rule to say so."""
        try:
            return parse_date(self.value).isoformat() if self.value.strip() else ""
        except DateError:
            return self.value

    def note(self) -> str:
        """Return the day in both calendars, or what an impossible one may have meant."""
        if not self.value.strip():
            return ""
        try:
            return format_both(parse_date(self.value))
        except DateError as error:
            return error.problem.text(language()) if error.suggestion else ""


class MomentInput(ImeInput):
    """A day and a time."""

    def __init__(self, *, classes: str | None = None) -> None:
        """Begin empty."""
        super().__init__(placeholder=_("例 R8.11.27 14:00"), classes=classes)

    def fill(self, value: object) -> None:
        """Show a stored moment."""
        try:
            moment = parse_moment(str(value)) if value else None
        except DateError:
            self.value = str(value)
            return
        self.value = f"{format_letters(moment.date())} {moment:%H:%M}" if moment else ""

    def read(self) -> str:
        """Return the moment as ISO text; what is none as typed."""
        try:
            return parse_moment(self.value).isoformat() if self.value.strip() else ""
        except DateError:
            return self.value

    def note(self) -> str:
        """Return the moment with its era."""
        try:
            return format_moment(parse_moment(self.value)) if self.value.strip() else ""
        except DateError:
            return ""


class KanaInput(ImeInput):
    """フリガナ: hiragana and half-width kana become full-width katakana on leaving the field."""

    def fill(self, value: object) -> None:
        """Show a stored reading."""
        self.value = str(value or "")

    def read(self) -> str:
        """Return the reading, in katakana where it can be one."""
        return offer_kana(self.value) or self.value

    def note(self) -> str:
        """Return the katakana that will be kept, where it differs."""
        offered = offer_kana(self.value)
        return offered if offered != self.value else ""

    def _on_blur(self, event: Blur) -> None:
        offered = offer_kana(self.value)
        if offered and offered != self.value:
            self.value = offered
        super()._on_blur(event)


class PlainInput(ImeInput):
    """A text, number or code of one line, shown as people read it and kept as it is stored."""

    def __init__(self, field: Field, *, classes: str | None = None) -> None:
        """Make the field for ``field``."""
        super().__init__(classes=classes)
        self._field = field

    def fill(self, value: object) -> None:
        """Show a stored value."""
        text = shown(self._field, value)
        # A code with its name is for reading; typed is the code alone.
        kept = str(value) if value is not None and normalise_value(self._field, text) != value else text
        self.value = kept

    def read(self) -> object:
        """Return the value as it is stored; what cannot be read, as typed."""
        return normalise_value(self._field, self.value)

    def note(self) -> str:
        """Return the name of a place that was typed as a number."""
        ward = reference.find_ward(self.value) if self._field.name == "municipality" and self.value else None
        return ward.code if ward is not None else ""
