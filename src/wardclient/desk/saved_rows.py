"""What the acts on saved searches (検索の保存) answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from wardclient.desk.rows import OpeningRow

NAME_MOST = 40
"""Characters of the name of a search."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept under a name; ``case_id`` is empty when it is for nobody in particular."""

    search_id: str
    name: str
    text: str
    filters: Mapping[str, object]
    case_id: str
    seen_sheet: int


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved search with its hits today: ``total`` and the numbers of the ``new`` ones, newest first.

    ``case_name`` is the person's name, empty for nobody in particular. ``newest`` is the newest of the new
    ones for the list. ``until`` says up to where this answer looked: it goes to ``mark_seen``.
    """

    search: SavedSearch
    total: int
    new: tuple[str, ...]
    case_name: str = ""
    newest: OpeningRow | None = None
    until: int = 0
