"""Acts that hand a paper (様式) to the printer or the viewer of this PC, and clear away what they leave."""

from collections.abc import Callable, Mapping
from pathlib import Path

from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem, refuse
from wardclient.desk.print_rows import PaperRecord, PrintedPaper, PrintRow
from wardclient.desk.print_sources import TITLES
from wardclient.desk.rows import Values
from wardclient.desk.shortlist_prints import ShortlistPrintActs
from wardclient.desk.streams import streams_of
from wardclient.desk.writing import puts
from wardclient.documents.languages import CONSENT_IN
from wardclient.printing.files import PaperFiles
from wardclient.printing.system import NoAnswerError, PrintError, Printing, this_system

UNSURE = "プリンターの返事がない"


class PrintingActs(ShortlistPrintActs):
    """Prints and shows. What did not come out of the printer is recorded as such, with its serial.

    What nobody knows of is recorded as not known, until a person has looked at the printer.
    """

    paper_files: PaperFiles
    printing: Printing

    def open_printing(self, home: Path) -> None:
        """Take up the papers of a home: what a crash left behind goes now."""
        self.paper_files = PaperFiles(home)
        self.printing = this_system()
        self.paper_files.sweep()

    def close_printing(self) -> None:
        """Remove what was shown. What a viewer still holds open is told by the door, which tries again."""
        self.paper_files.sweep()

    def papers_held(self) -> int:
        """Return how many papers from before this desk was opened a viewer still holds open; those it does not go now."""
        return self.paper_files.sweep_held()

    def printers(self) -> tuple[str, ...]:
        """Return the printers by name, the usual one first; empty where the system takes the usual one by itself."""
        return self.printing.printers()

    def paper_languages(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of the languages that a paper can be explained in."""
        if kind != "consent":
            return ()
        return tuple((code, words.name) for code, words in CONSENT_IN.items())

    def paper_records(self, case_id: str, kind: str) -> tuple[PaperRecord, ...]:
        """Return the records that a paper can be made of, the latest first; empty where there is no choice."""
        view = self._source(case_id).view
        channel = {"letter": "2", "receipt": "1"}.get(kind, "")
        if channel:
            rows = [row for row in view.referrals if row.channel == channel and row.referred_on]
            return tuple(
                PaperRecord(row.referral_id, f"{row.referred_on}  {row.employer_name}  {row.job_title}")
                for row in rows
            )
        if kind == "session":
            notes = [note for note in view.notes if note.kind == "session"]
            return tuple(PaperRecord(note.note_id, f"{note.held_on}  {note.body[:20]}") for note in notes)
        if kind == "opening":
            numbers = {row.opening_no: row.job_title for row in view.referrals if row.opening_no}
            return tuple(PaperRecord(number, f"{number}  {title}") for number, title in numbers.items())
        return ()

    def print_paper(
        self, case_id: str, kind: str, *, record: str = "", language: str = "", printer: str = ""
    ) -> PrintedPaper:
        """Make a paper and hand it to a printer; what the system did not take is recorded as undone.

        What it did not answer to is recorded as not known; both are told (RefusedError).
        """

        def hand_over(made: PrintedPaper) -> None:
            path = self._file(made.pdf) if self.printing.needs_file else None
            self.printing.print(made.pdf, path, printer)

        return self._hand(case_id, self._made(case_id, kind, record, language), hand_over)

    def view_paper(self, case_id: str, kind: str, *, record: str = "", language: str = "") -> PrintedPaper:
        """Make a paper and open it in the viewer, from where it can be printed; so it has a serial as a print has."""

        def hand_over(made: PrintedPaper) -> None:
            self.printing.show(self._file(made.pdf))

        return self._hand(case_id, self._made(case_id, kind, record, language), hand_over)

    def undo_print(self, case_id: str, serial: str, reason: str) -> None:
        """Record that nothing came of a print: the paper jammed, or was torn up."""
        self._say_of_print(case_id, serial, "undo_print", {"undone": reason})

    def confirm_print(self, case_id: str, serial: str) -> None:
        """Record that a print of which it was not known came out; RefusedError where that is known already."""

        def unsure(row: PrintRow) -> None:
            if not row.unsure:
                refuse(
                    problem(
                        "serial",
                        "この印刷は、出たかどうかがもう分かっています。",
                        "What became of this print is known already.",
                        "serial",
                    )
                )

        self._say_of_print(case_id, serial, "confirm_print", {"unsure": ""}, unsure)

    def _say_of_print(
        self,
        case_id: str,
        serial: str,
        act: str,
        values: Mapping[str, object],
        check: Callable[[PrintRow], None] = lambda row: None,  # noqa: ARG005 - most may be said of any print
    ) -> None:
        """Record what became of a print of the own office."""

        def work() -> None:
            entity = f"print:{serial}"
            for stream in streams_of(self.place, case_id).all:
                registers = self.place.registers(stream.stream, entity)
                if registers:
                    row = self._print_row(registers)
                    if row.team != self.place.me.team:
                        refuse(
                            problem(
                                "serial",
                                "相手機関の印刷は取りやめにできません。",
                                "A print of the other office cannot be undone here.",
                                "serial",
                            )
                        )
                    check(row)
                    with self.place.transaction():
                        self.place.record(stream.stream, act, puts(entity, values, registers))
                    return
            refuse(problem("serial", "この印刷番号はありません。", "There is no such serial.", "serial"))

        self._do(work)
        self.place.changed({"print", "case"}, case_id)

    def consent_defaults(self, case_id: str) -> Values:
        """Return a filled form; it names the printed 同意書 that will have been signed."""
        defaults = super().consent_defaults(case_id)
        # One that nobody is sure of counts: had it not come out, another would have been printed to be signed.
        printed = [
            row.serial for row in self.prints(case_id) if row.title == TITLES["consent"] and not row.undone
        ]
        return {**defaults, "form_serial": printed[0]} if printed else defaults

    def _made(self, case_id: str, kind: str, record: str, language: str) -> PrintedPaper:
        return self.make_paper(case_id, kind, record=record, language=language)

    def _file(self, pdf: bytes) -> Path:
        try:
            return self.paper_files.add(pdf)
        except OSError:
            raise PrintError(
                "印刷用のファイルを書けませんでした。ディスクの空きを確かめてください。",
                "The file for printing could not be written. Is there room on the disk?",
            ) from None

    def _hand(
        self, case_id: str, made: PrintedPaper, hand_over: Callable[[PrintedPaper], None]
    ) -> PrintedPaper:
        try:
            hand_over(made)
        except NoAnswerError as error:
            self._say_of_print(case_id, made.serial, "unsure_print", {"unsure": UNSURE})
            raise RefusedError(
                (
                    problem(
                        "unsure",
                        f"{error.ja} 印刷番号 {made.serial} は「出たか不明」として記録しました。"
                        "様式の画面の e で、出たか出なかったかを記録してください。",
                        f"{error.en} Serial {made.serial} is recorded as not known. "
                        "Say with e on the screen of the papers whether it came out.",
                    ),
                )
            ) from error
        except PrintError as error:
            self.undo_print(case_id, made.serial, "印刷できなかった")
            raise RefusedError(
                (
                    problem(
                        "printing",
                        f"{error.ja} 印刷番号 {made.serial} は取りやめとして記録しました。",
                        f"{error.en} Serial {made.serial} is recorded as undone.",
                    ),
                )
            ) from error
        return made
