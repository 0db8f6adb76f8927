"""The line that says which words of a text may not be for the other office."""

from collections.abc import Mapping

from wardclient.casework.text_checks import words_found
from wardclient.casework.words import crossing
from wardclient.locale import _, language
from wardclient.widgets.cells import cut

WORDS = 36
"""Cells for the words: the rest of the line says what to do."""


def words_line(values: Mapping[str, object], kind: str) -> str:
    """Return the warning for what is typed, "" when nothing was found or it stays on this side."""
    found = [one for here in crossing(kind, values).values() for one in here]
    if not found:
        return ""
    words = "、".join(words_found(tuple(found), language()))
    return _("相手側に渡してよいか確認: {words}").format(words=cut(words, WORDS))
