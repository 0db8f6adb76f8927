"""A code list: members are their stored code, and carry their words in both languages."""

from enum import StrEnum
from typing import Self

from wardclient.casework.names import search_key


class Code(StrEnum):
    """Base of the code lists. A member equals its code, so stored values compare without a look-up."""

    ja: str
    en: str

    def __new__(cls, code: str, ja: str, en: str) -> Self:
        """Make a member from its code and its words."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.ja = ja
        member.en = en
        return member

    def label(self, locale: str = "ja") -> str:
        """Return the words in Japanese, or in English for any other locale."""
        return self.ja if locale.startswith("ja") else self.en

    @classmethod
    def of(cls, code: object) -> Self | None:
        """Return the member of a code, None for an unknown one."""
        return next((member for member in cls if member.value == code), None)

    @classmethod
    def known(cls, code: str) -> Self:
        """Return the member of a code; ValueError for an unknown one."""
        found = cls.of(code)
        if found is None:
            raise ValueError(cls.__name__)
        return found

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the member that a person or a file means: its code, or its words in either language."""
        wanted = search_key(text)
        for member in cls:
            if wanted in (search_key(member.value), search_key(member.ja), search_key(member.en)):
                return member
        return None
