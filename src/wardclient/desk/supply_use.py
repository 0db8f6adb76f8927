"""Acts that the terms of use of supplied openings ask for (domain.md 7.6): the yearly count, the 連絡メモ."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from wardclient.casework.placement import Placement, claim
from wardclient.casework.placement import jobs as jobs_of
from wardclient.casework.supply_use import SupplyUse, supply_use
from wardclient.casework.work_codes import MemoChange
from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem, refuse
from wardclient.desk.placements import PlacementActs
from wardclient.desk.print_rows import PrintedPaper
from wardclient.desk.prints import SERIAL, PrintActs
from wardclient.desk.referral_log import referrals
from wardclient.desk.rows import Values
from wardclient.desk.streams import case_streams
from wardclient.documents.office_memo import MemoValues, office_memo_paper
from wardclient.documents.paper import Paper
from wardclient.documents.problems import PaperError

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

    def preview_memo(self, opening_no: str, values: Values) -> tuple[str, ...]:
        """Return what would be on the memo, line by line; it has no serial yet. RefusedError as `office_memo`."""
        from wardclient.documents.outline import outline

        return outline(self._checked_memo(opening_no, values)[0])

    def office_memo(self, opening_no: str, values: Values) -> PrintedPaper:
        """Make the memo to the office that received an opening, of the fields of the form ``memo``.

        RefusedError for an unknown opening or kind, an empty text, a day to come, and for a text that names
        a person who was referred to this opening here.
        """
        # Not before: typesetting is heavy, and most sessions print nothing.
        from wardclient.documents.outline import outline
        from wardclient.documents.typeset import typeset

        paper, never = self._checked_memo(opening_no, values)
        serial = self._do(self._memo_serial)
        with _refusing():
            pdf = typeset(paper, serial, never)
        return PrintedPaper(MEMO, paper.title, serial, outline(paper, serial), pdf)

    def _checked_memo(self, opening_no: str, values: Values) -> tuple[Paper, tuple[str, ...]]:
        """Return the paper, and the words that may not stand on it."""
        from wardclient.documents.typeset import check

        self._refuse_wrong(values)
        today = self.place.today()
        view = self.opening(opening_no)
        me = self.place.me
        paper = office_memo_paper(
            MemoValues(
                office=self.receiving_office(opening_no),
                opening_no=view.row.opening_no,
                employer_name=view.row.employer,
                job_title=view.row.title,
                file_date=self.file_age().file_date,
                change=MemoChange.known(str(values["change"])).ja,
                heard_on=str(values.get("heard_on") or today.isoformat()),
                heard_from=str(values["heard_from"]).strip(),
                text=str(values["text"]).strip(),
                sender=f"横浜市{me.ward_name}役所".replace("区区役所", "区役所"),
                written_by=me.label,
                written_on=today.isoformat(),
            )
        )
        never = self._do(lambda: self._people_of(view.row.opening_no))
        with _refusing():
            check(paper, never)
        return paper, never

    def _refuse_wrong(self, values: Values) -> None:
        """Refuse what the form does not hold, each under its field; whoever is named stays out of the message."""
        wrong = [
            problem("required", "入力してください。", "Please fill this in.", name)
            for name in ("heard_from", "text")
            if not str(values.get(name) or "").strip()
        ]
        if MemoChange.of(str(values.get("change") or "")) is None:
            wrong.append(
                problem("change", "連絡の種類を選んでください。", "Choose the kind of change.", "change")
            )
        given = values.get("heard_on")
        day = _day(given)
        if given and (day is None or day > self.place.today()):
            wrong.append(
                problem("heard_on", "今日までの日を入れてください。", "A day not after today.", "heard_on")
            )
        if wrong:
            raise RefusedError(tuple(wrong))

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


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell what a paper may not hold as a refusal."""
    try:
        yield
    except PaperError as error:
        refuse(problem(error.code, error.ja, error.en))
