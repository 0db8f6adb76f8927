"""The part of the seam (`desk.api.Desk`) that is about openings: the search, saved searches, the feed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from wardclient.casework.supply_use import SupplyUse
    from wardclient.desk.api import Cancelled, OnProgress
    from wardclient.desk.feed_rows import FeedOutcome, FeedStatus
    from wardclient.desk.rows import OpeningPage, OpeningRow, SynonymRow
    from wardclient.desk.saved_rows import SavedRow


Order = Literal["received", "deadline"]
"""受付順 (the newest first) or 期限順 (those first whose offer ends soonest): the orders of the state's form."""


class NewsDesk(Protocol):
    """Openings: what there is, what is new for whom, and where they come from."""

    def find_openings(
        self,
        text: str,
        filters: Mapping[str, object],
        limit: int = 200,
        after: str = "",
        *,
        order: Order = "received",
        widened: bool = True,
    ) -> "OpeningPage":
        """Search openings; wrong codes are RefusedError, never an empty result."""

    def opening_codes(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return (code, words) of the codes that a filter of the search takes."""

    def synonym_list(self) -> "tuple[SynonymRow, ...]":
        """Return every word that has synonyms."""

    def set_synonyms(self, word: str, others: Sequence[str] | None) -> tuple[str, ...]:
        """Let a word find ``others`` too on this PC; None returns it to the product's list."""

    def save_search(self, name: str, text: str, filters: Mapping[str, object], case_id: str = "") -> str:
        """Keep a search under a name, for a case or for nobody in particular; return its id."""

    def saved_searches(self) -> "tuple[SavedRow, ...]":
        """Return every saved search asked again, those with something new first."""

    def saved_openings(self, search_id: str, *, everything: bool = False) -> "tuple[OpeningRow, ...]":
        """Return the new openings of a saved search, or all."""

    def mark_seen(self, search_id: str, until: int | None = None) -> None:
        """Say that what a saved search found was looked at."""

    def rename_search(self, search_id: str, name: str) -> None:
        """Give a saved search another name."""

    def drop_search(self, search_id: str) -> None:
        """Forget a saved search."""

    def feed_status(self) -> "FeedStatus":
        """Return how old the openings are, and whom they came from."""

    def set_age_rule(self, warn_after: int, block_after: int) -> "FeedStatus":
        """Set the days after which openings are old: an administrator's act, stricter only."""

    def supply_use(self, year: int) -> "SupplyUse":
        """Return the figures of a fiscal year that the state is told of."""

    def fetch_openings(self, *, progress: "OnProgress", cancelled: "Cancelled") -> "FeedOutcome":
        """Take the newest feed of openings over."""

    def publish_openings(self, *, progress: "OnProgress", cancelled: "Cancelled") -> "FeedOutcome":
        """Publish the openings of this PC for the ward."""
