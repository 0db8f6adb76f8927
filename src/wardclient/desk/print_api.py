"""What screens ask of the desk about papers (様式)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wardclient.desk.print_rows import PaperChoice, PaperRecord, PrintedPaper, PrintRow
    from wardclient.desk.rows import Values


class PaperDoor(Protocol):
    """What a locked home knows of papers."""

    def clear_papers(self) -> int:
        """Remove papers that a viewer held open when the desk was locked; return how many it still holds."""


class PrintDesk(Protocol):
    """The part of the desk that makes, shows and prints papers."""

    def papers(self, case_id: str) -> tuple[PaperChoice, ...]:
        """Return every paper with the reason why it cannot be made."""

    def paper_records(self, case_id: str, kind: str) -> tuple[PaperRecord, ...]:
        """Return the records that a paper can be made of, the latest first."""

    def paper_languages(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of the languages that a paper can be explained in."""

    def preview_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = ""
    ) -> tuple[str, ...]:
        """Return what would be on a paper, line by line."""

    def preview_memo(self, opening_no: str, values: Values) -> tuple[str, ...]:
        """Return what would be on the memo to the receiving office, line by line."""

    def print_memo(self, opening_no: str, values: Values, *, printer: str = "") -> PrintedPaper:
        """Make the memo and hand it to a printer."""

    def view_memo(self, opening_no: str, values: Values) -> PrintedPaper:
        """Make the memo and open it in the viewer."""

    def printers(self) -> tuple[str, ...]:
        """Return the printers by name, the usual one first."""

    def papers_held(self) -> int:
        """Return how many papers of an earlier time a viewer still holds open, so that they cannot be removed."""

    def print_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = "", printer: str = ""
    ) -> PrintedPaper:
        """Make a paper and hand it to a printer."""

    def view_paper(self, case_id: str, kind: str, *, record: str = "", language: str = "") -> PrintedPaper:
        """Make a paper and open it in the viewer."""

    def prints(self, case_id: str) -> tuple[PrintRow, ...]:
        """Return the prints of a case, the newest first."""

    def undo_print(self, case_id: str, serial: str, reason: str) -> None:
        """Record that nothing came of a print."""

    def confirm_print(self, case_id: str, serial: str) -> None:
        """Record that a print came out of which that was not known."""
