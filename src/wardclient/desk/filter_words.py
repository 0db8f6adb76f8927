"""What the filters of openings are called, for screens: codes with their words in both languages (domain.md 7.7)."""

from wardclient.openings import traits

TRAITS: tuple[tuple[str, str, str], ...] = tuple(
    (trait.code, trait.ja, trait.en) for trait in traits.TRAITS if trait.code not in traits.AVOIDABLE
)
"""Conditions that may be wanted: (code, Japanese, English)."""
AVOIDABLE: tuple[tuple[str, str, str], ...] = tuple(
    (trait.code, trait.ja, trait.en) for trait in traits.TRAITS if trait.code in traits.AVOIDABLE
)
"""Conditions that may be left out."""
DAYS = traits.DAYS


def words_of(code: str, *, english: bool) -> str:
    """Return what a condition is called; a code that is none as it is."""
    found = next((each for each in (*TRAITS, *AVOIDABLE) if each[0] == code), (code, code, code))
    return found[2] if english else found[1]
