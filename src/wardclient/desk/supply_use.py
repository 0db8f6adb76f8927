"""Acts that the terms of use of supplied openings ask for (domain.md 7.6): the yearly count, the 連絡メモ."""

import datetime as dt
from collections.abc import Mapping

from wardclient.casework.placement import Placement, claim
from wardclient.casework.placement import jobs as jobs_of
from wardclient.casework.supply_use import SupplyUse, supply_use
from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem, refuse
from wardclient.desk.placements import PlacementActs
from wardclient.desk.print_rows import PrintedPaper
from wardclient.desk.prints import SERIAL, PrintActs
from wardclient.desk.referral_log import referrals
from wardclient.desk.streams import case_streams
from wardclient.documents.office_memo import MemoValues, office_memo_paper
from wardclient.documents.problems import PaperError

CHANGES: Mapping[str, str] = {
    "changed": "求人条件の変更",
    "withdrawn": "求人の取消",
    "filled": "充足",
    "differs": "求人票と実際の違い",
}
MEMO = "office-memo"


class SupplyUseActs(PrintActs, PlacementActs):
    """Count a year, write to the receiving office."""

    def supply_use(self, year: int) -> SupplyUse:
        """Return the figures of a fiscal year over the cases of this PC."""

        def held(number: str) -> bool:
            try:
                self.opening(number)
            except RefusedError:
                return False
            return True

        def work() -> tuple[list[tuple[str, dt.date, str]], list[Placement]]:
            made: list[tuple[str, dt.date, str]] = []
            found: list[Placement] = []
            for case_id in self.place.store.cases_with("referral:"):
                for each in referrals(self.place, case_streams(self.place, case_id)).values():
                    day = _day(each.values.get("referred_on"))
                    if day is not None:
                        channel, number = each.values.get("channel"), each.values.get("opening_no")
                        made.append((str(channel or ""), day, str(number or "")))
            for case_id in self.place.store.cases_with("placement:"):
                records = self._records(case_streams(self.place, case_id), "placement")
                claims = [c for name, r in records.items() if (c := claim(name, r.values, r.at))]
                found += jobs_of(claims)
            return made, found

        made, found = self._do(work)
        return supply_use(year, found, made, held)

    def office_memo(
        self, opening_no: str, change: str, text: str, *, heard_from: str, heard_on: str = ""
    ) -> PrintedPaper:
        """Make the memo to the office that received an opening; ``change`` is a key of CHANGES.

        RefusedError for an unknown opening or kind, an empty text, a day to come, and for a text that names
        a person who was referred to this opening here.
        """
        # Not before: typesetting is heavy, and most sessions print nothing.
        from wardclient.documents.outline import outline
        from wardclient.documents.typeset import check, typeset

        today = self.place.today()
        day = _day(heard_on) if heard_on else today
        if change not in CHANGES or not text.strip() or not heard_from.strip() or day is None or day > today:
            refuse(problem("memo", *_WRONG))
        view = self.opening(opening_no)
        me = self.place.me
        own = f"横浜市{me.ward_name}役所".replace("区区役所", "区役所")
        status = self.file_age()
        paper = office_memo_paper(
            MemoValues(
                office=self.receiving_office(opening_no),
                opening_no=view.row.opening_no,
                employer_name=view.row.employer,
                job_title=view.row.title,
                file_date=status.file_date,
                change=CHANGES[change],
                heard_on=(day or today).isoformat(),
                heard_from=heard_from.strip(),
                text=text.strip(),
                sender=own,
                written_by=me.label,
                written_on=today.isoformat(),
            )
        )
        never = self._do(lambda: self._people_of(view.row.opening_no))
        try:
            check(paper, never)
            serial = self._do(self._memo_serial)
            pdf = typeset(paper, serial, never)
        except PaperError as error:
            refuse(problem(error.code, error.ja, error.en))
            raise AssertionError from error
        return PrintedPaper(MEMO, paper.title, serial, outline(paper, serial), pdf)

    def _memo_serial(self) -> str:
        store = self.place.store
        with self.place.transaction():
            number = int(store.get(SERIAL) or b"0") + 1
            store.put(SERIAL, str(number).encode())
        return f"{self.place.me.device[:6].upper()}-{number:05d}"

    def _people_of(self, opening_no: str) -> tuple[str, ...]:
        """Return how the people are called who were referred to an opening: no office reads of them here."""
        words: set[str] = set()
        for case_id in self.place.store.cases_with("referral:"):
            known = referrals(self.place, case_streams(self.place, case_id)).values()
            hit = self.place.store.case_hit(case_id)
            if hit is not None and any(each.values.get("opening_no") == opening_no for each in known):
                words |= {hit.name, "".join(hit.name.split()), hit.kana, "".join(hit.kana.split())}
        return tuple(sorted(words - {""}))


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value or ""))
    except ValueError:
        return None


_WRONG = (
    "連絡の種類、聞いた相手、内容、聞いた日(今日まで)を確かめてください。",
    "Check the kind of change, whom it was heard from, the text, and the day (not after today).",
)
