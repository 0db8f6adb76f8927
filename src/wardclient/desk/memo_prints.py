"""Acts that hand the 連絡メモ to the receiving office to the printer or the viewer of this PC."""

from collections.abc import Callable

from wardclient.desk.api import RefusedError
from wardclient.desk.place import problem
from wardclient.desk.print_rows import PrintedPaper
from wardclient.desk.printing_acts import PrintingActs
from wardclient.desk.rows import Values
from wardclient.desk.supply_use import SupplyUseActs
from wardclient.printing.system import NoAnswerError, PrintError


class MemoPrintActs(SupplyUseActs, PrintingActs):
    """Prints and shows a memo. It belongs to no case, so no history tells of it: the message does."""

    def print_memo(self, opening_no: str, values: Values, *, printer: str = "") -> PrintedPaper:
        """Make a memo and hand it to a printer; RefusedError as `office_memo`, and where nothing was printed."""

        def hand_over(made: PrintedPaper) -> None:
            path = self._file(made.pdf) if self.printing.needs_file else None
            self.printing.print(made.pdf, path, printer)

        return self._give(self.office_memo(opening_no, values), hand_over)

    def view_memo(self, opening_no: str, values: Values) -> PrintedPaper:
        """Make a memo and open it in the viewer, from where it can be printed."""
        return self._give(
            self.office_memo(opening_no, values), lambda made: self.printing.show(self._file(made.pdf))
        )

    def _give(self, made: PrintedPaper, hand_over: Callable[[PrintedPaper], None]) -> PrintedPaper:
        try:
            hand_over(made)
        except NoAnswerError as error:
            raise RefusedError(
                (
                    problem(
                        "unsure",
                        f"{error.ja} 印刷番号 {made.serial} の紙が出たか、プリンターを見てください。",
                        f"{error.en} See at the printer whether serial {made.serial} came out.",
                    ),
                )
            ) from error
        except PrintError as error:
            raise RefusedError(
                (
                    problem(
                        "printing",
                        f"{error.ja} 印刷番号 {made.serial} の紙は出ていません。",
                        f"{error.en} Serial {made.serial} did not come out.",
                    ),
                )
            ) from error
        return made
