"""The papers of the desk in memory: the sample papers, a printer that notes what it prints or refuses."""

from dataclasses import dataclass, field, replace

from tests.documents import samples
from wardclient.casework.problems import Problem
from wardclient.desk.api import RefusedError
from wardclient.desk.print_rows import PaperChoice, PaperRecord, PrintedPaper, PrintRow
from wardclient.desk.print_sources import TITLES
from wardclient.desk.rows import Values
from wardclient.documents.languages import CONSENT_IN
from wardclient.documents.outline import outline

LACKING = {"letter": "区の紹介がありません。", "visit": "次回の日が決まっていません。"}


@dataclass
class PrintRoom:
    """What was printed, and whether the printer takes anything."""

    rows: list[PrintRow] = field(default_factory=list)
    jobs: list[tuple[str, str, str]] = field(default_factory=list)
    jammed: bool = False
    silent: bool = False


class PrintModel:
    """Implements `desk.print_api.PrintDesk`."""

    room: PrintRoom

    def preview_memo(self, opening_no: str, values: Values) -> tuple[str, ...]:
        """The memo is made at a real desk."""
        raise NotImplementedError

    def print_memo(self, opening_no: str, values: Values, *, printer: str = "") -> PrintedPaper:
        """The memo is made at a real desk."""
        raise NotImplementedError

    def view_memo(self, opening_no: str, values: Values) -> PrintedPaper:
        """The memo is made at a real desk."""
        raise NotImplementedError

    def papers(self, case_id: str) -> tuple[PaperChoice, ...]:
        """Two papers lack something."""
        return tuple(PaperChoice(kind, title, LACKING.get(kind, "")) for kind, title in TITLES.items())

    def paper_records(self, case_id: str, kind: str) -> tuple[PaperRecord, ...]:
        """Two sessions."""
        both = (PaperRecord("s2", "2026-11-24  二回目"), PaperRecord("s1", "2026-11-10  一回目"))
        return both if kind == "session" else ()

    def paper_languages(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Those of the consent."""
        return tuple((c, w.name) for c, w in CONSENT_IN.items()) if kind == "consent" else ()

    def preview_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = ""
    ) -> tuple[str, ...]:
        """The sample paper."""
        if kind == "consent":
            return outline(samples.consent(language))
        return outline(samples.PAPERS[kind])

    def printers(self) -> tuple[str, ...]:
        """Two."""
        return ("corner", "hall")

    def print_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = "", printer: str = ""
    ) -> PrintedPaper:
        """Note the job; a jammed printer records it as undone, a silent one as not known."""
        serial = f"A1B2C3-{len(self.room.rows) + 1:05d}"
        undone = "印刷できなかった" if self.room.jammed else ""
        unsure = "プリンターの返事がない" if self.room.silent else ""
        row = PrintRow(serial, TITLES[kind], "2026-11-24", "CW 3係", "city", undone, unsure)
        self.room.rows.insert(0, row)
        if unsure:
            raise RefusedError((Problem("", "unsure", f"分かりません。{serial}", "not known"),))
        if undone:
            raise RefusedError((Problem("", "printing", f"受け付けませんでした。{serial}", "not taken"),))
        self.room.jobs.append((kind, f"{record}{language}", printer))
        return PrintedPaper(kind, TITLES[kind], serial, (), b"")

    def view_paper(self, case_id: str, kind: str, *, record: str = "", language: str = "") -> PrintedPaper:
        """As a print."""
        return self.print_paper(case_id, kind, record=record, language=language, printer="viewer")

    def prints(self, case_id: str) -> tuple[PrintRow, ...]:
        """The newest first."""
        return tuple(self.room.rows)

    def undo_print(self, case_id: str, serial: str, reason: str) -> None:
        """Strike it."""
        self.room.rows = [
            replace(r, undone=reason, unsure="") if r.serial == serial else r for r in self.room.rows
        ]

    def confirm_print(self, case_id: str, serial: str) -> None:
        """It came out."""
        self.room.rows = [replace(r, unsure="") if r.serial == serial else r for r in self.room.rows]
