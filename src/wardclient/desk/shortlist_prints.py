"""The shortlist on paper (候補求人): for the person, so an employer who is not public stays unnamed (domain 7.6)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from wardclient.casework.shortlist import ClientWord
from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem, refuse
from wardclient.desk.print_rows import PaperChoice
from wardclient.desk.prints import PrintActs
from wardclient.desk.shortlist import ShortlistActs
from wardclient.desk.shortlist_rows import ShortlistRow
from wardclient.documents.paper import Paper
from wardclient.documents.shortlist import OpeningValues, ShortlistValues, shortlist_paper

if TYPE_CHECKING:
    from wardclient.desk.print_sources import Source

KIND = "shortlist"
NOTHING = "候補求人がありません。"
NO_SHEET = "この求人の求人票は、いま印刷できません。条件は窓口で確かめてください。"


class ShortlistPrintActs(PrintActs, ShortlistActs):
    """Prints what the person has not declined; openings that lapsed or went from the file say so."""

    def papers(self, case_id: str) -> tuple[PaperChoice, ...]:
        """Return every paper with the reason why it cannot be made."""
        why = "" if any(row.printed for row in self.shortlist(case_id)) else NOTHING
        return tuple(
            replace(row, why_not=row.why_not or why) if row.kind == KIND else row
            for row in super().papers(case_id)
        )

    def _paper(self, source: "Source", kind: str, record: str, language: str) -> Paper:
        if kind != KIND:
            return super()._paper(source, kind, record, language)
        row = source.view.row
        rows = [each for each in self.shortlist(row.case_id) if _on_paper(each, record)]
        if not rows:
            refuse(problem("paper", NOTHING, "There is no opening on the shortlist.", "record"))
        return shortlist_paper(
            ShortlistValues(
                name=row.name,
                openings=tuple(self._values(each) for each in rows),
                office=self._office(),
                printed_on=self.place.today().isoformat(),
            )
        )

    def _values(self, row: ShortlistRow) -> OpeningValues:
        word = ClientWord.of(row.words[0]) if len(row.words) == 1 else None
        said = "  ".join(part for part in (word.ja if word else "", row.note) if part)
        reasons = "、".join(dict.fromkeys(pick.reason for pick in row.picks if pick.reason))
        try:
            view = self.opening(row.opening_no, client_facing=True)
        except RefusedError:
            # Whether the employer is public is not known here: number and job, and nothing that may name them.
            return OpeningValues(row.opening_no, row.job_title, "", "", reasons, said, NO_SHEET, (), "")
        return OpeningValues(
            opening_no=row.opening_no,
            job_title=view.row.title,
            place=view.row.place,
            pay=view.row.pay,
            reason=reasons,
            word=said,
            warning=view.why_not,
            conditions=view.conditions,
            origin=view.origin,
        )


def _on_paper(row: ShortlistRow, record: str) -> bool:
    """``record``: numbers of openings, parted by commas; without it, all that the person has not declined."""
    return row.opening_no in record.split(",") if record else row.printed
